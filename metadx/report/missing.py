"""Why an estimand is left empty: a null in the summary always comes with its reason."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from metadx.engines.fit import Fit
from metadx.engines.result import Note
from metadx.estimands.group import MARGINS_NEEDED

# Zhou and Dendukuri's within-study variance grows like exp(tau²/2) and overtakes tau² about here.
_I2_TURNS = 1.5
_FEWEST_BEYOND = 10  # effective draws beyond a limit, below which its Monte Carlo error shows
_NO_MOMENT = (
    "The posterior mean and sd do not exist (the tail is too heavy) or cannot be held as a number; "
    "use the median and the limits."
)
_NO_PEOPLE = tuple(
    f"Not identified: no study has {people} participants."
    for people in ("diseased", "non-diseased")
)
ILLUSTRATIVE = Note(
    "ppv, npv",
    "The prevalences are illustrations, for none was given: state those of your own setting "
    "(--prevalence, or [analysis] prevalence in review.toml).",
)
#: Said elsewhere on the terminal as well, or about numbers that only the file holds.
FILE_ONLY = frozenset({_NO_MOMENT, *_NO_PEOPLE, ILLUSTRATIVE.text})


def reasons(
    fit: Fit, estimands: Mapping[str, object], studies: Sequence[Mapping[str, Any]], prob: float
) -> tuple[Note, ...]:
    """Give the reason for everything that is null and what to know about the rest.

    Parameters
    ----------
    fit : Fit
    estimands : mapping
        The JSON content of one group.
    studies : sequence of mapping
        The JSON content about the studies.
    prob : float
        Level of the intervals.

    Returns
    -------
    tuple of Note
    """
    return (
        *_empty_estimands(fit, estimands),
        *_no_moments(estimands),
        *_studies(fit, studies),
        *_i2(fit),
        *_thin_tails(fit, prob),
    )


def _empty_estimands(fit: Fit, estimands: Mapping[str, object]) -> list[Note]:
    empty = [name for name, value in estimands.items() if value is None]
    notes = []
    if not all(fit.identified):
        unidentified = [
            name
            for name in empty
            if any(
                needed and not there
                for needed, there in zip(MARGINS_NEEDED[name], fit.identified, strict=True)
            )
        ]
        margin = "sens" if not fit.identified[0] else "spec"
        parameters = [f"mu[{margin}]", f"tau[{margin}]", "rho"]
        text = _NO_PEOPLE[0 if margin == "sens" else 1]
        notes.append(Note(", ".join([*parameters, *unidentified]), text))
        empty = [name for name in empty if name not in unidentified]
    if "pauc_range" in empty:
        text = "Not defined: the observed false positive rates have no range to average over."
        notes.append(Note("pauc, pauc_range", text))
        empty = [name for name in empty if name not in {"pauc", "pauc_range"}]
    if empty:
        text = "Not identified: a standard deviation between studies is 0 in some draws."
        notes.append(Note(", ".join(empty), text))
    return notes


def _no_moments(estimands: Mapping[str, object]) -> list[Note]:
    names = []
    for name, value in estimands.items():
        summaries = value if isinstance(value, list) else [value]
        if any(isinstance(s, dict) and (s["mean"] is None or s["sd"] is None) for s in summaries):
            names.append(name)
    return [Note(", ".join(names), _NO_MOMENT)] if names else []


def _studies(fit: Fit, studies: Sequence[Mapping[str, Any]]) -> list[Note]:
    notes = []
    if fit.study_logits is None:
        text = (
            f"sens and spec of each study were not drawn: there are {fit.table.n_studies:,} of "
            f"them."
        )
        notes.append(Note("studies", text))
    else:
        for margin, sizes, there in zip(
            ("sens", "spec"),
            (fit.table.n_diseased, fit.table.n_nondiseased),
            fit.identified,
            strict=True,
        ):
            if there and not sizes.all():
                text = (
                    f"The {margin} of a study without participants in that arm is a prediction "
                    f"from the other studies."
                )
                notes.append(Note("studies", text))
    unknown = [row["study"] for row in studies if row["pareto_k"] is None or row["elpd"] is None]
    if unknown:
        text = f"pareto_k or elpd cannot be estimated from these draws: {', '.join(unknown)}."
        notes.append(Note("studies", text))
    return notes


def _i2(fit: Fit) -> list[Note]:
    if not (fit.tau.mean(axis=(0, 1)) > _I2_TURNS)[np.array(fit.identified)].any():
        return []
    text = (
        f"Above tau = {_I2_TURNS} this I² falls as heterogeneity grows: judge by tau, the median "
        f"odds ratio and the region, and do not rank reviews by I²."
    )
    return [Note("i2_joint, i2_sens, i2_spec", text)]


def _thin_tails(fit: Fit, prob: float) -> list[Note]:
    beyond = fit.engine.ess * (1 - prob) / 2
    # Written so that an effective size that could not be measured is told as well.
    if beyond >= _FEWEST_BEYOND:
        return []
    text = (
        f"At a level of {100 * prob:.10g} % fewer than {_FEWEST_BEYOND} effective draws lie beyond "
        f"each limit, so the limits are imprecise: ask for more draws (--draws) or a lower level."
    )
    return [Note("intervals", text)]
