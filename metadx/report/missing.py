"""Why an estimand is left empty: a null in the summary always comes with its reason."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from metadx.engines.fit import Fit
from metadx.engines.result import Note
from metadx.estimands.group import HIGGINS, JACKSON, MARGINS_NEEDED
from metadx.estimands.heterogeneity import zhou_dendukuri_falls
from metadx.estimands.logistic import FloatArray
from metadx.estimands.undefined import not_defined
from metadx.report.groups import KindResult, labels_by_group

_SHARE_THAT_FALLS = 0.5  # of the draws: then the index of Zhou and Dendukuri misleads
_FEWEST_BEYOND = 10  # effective draws beyond a limit, below which its Monte Carlo error shows
_NO_MOMENT = (
    "The posterior mean and sd do not exist (the tail is too heavy) or cannot be held as a number; "
    "use the median and the limits."
)
_NO_PEOPLE = "Not identified: no study has {condition} {counted}."
_ONE_ARM = "Not defined: fewer than two studies have this arm."
_NO_STUDIES = "Not defined: this is a value of a continuous covariate, not a set of studies."
_NOT_OF_THIS_KIND = (
    "Not identified from the studies of this kind, or a standard deviation between studies is 0 in "
    "some draws."
)
_NO_RATIO = "The ratio is left out of quantities that may be 0 or below; use the difference."
_NO_CONTRAST_MOMENT = (
    "The posterior mean and sd of the difference or of the ratio do not exist, or cannot be held "
    "as a number; use the median and the limits."
)
_NO_FIXED_EFFECT = (
    "Not defined: all results of an arm are the same, or no study of this kind has it, so that "
    "without heterogeneity nothing would be known of its logit."
)
_NO_SPREAD = "Not defined: this model has no differences between studies."
ILLUSTRATIVE = Note(
    "ppv, npv",
    "The prevalences are illustrations, for none was given: state those of your own setting "
    "(--prevalence, or [analysis] prevalence in review.toml).",
)
I2_FALLS = Note(
    "i2_joint, i2_sens, i2_spec",
    "Zhou and Dendukuri's I² falls here as heterogeneity grows (tau is past its turning point, "
    "between 1.41 and 1.60): judge by tau, the median odds ratio and the region, and do not rank "
    "reviews by this I².",
)
#: Said elsewhere on the terminal as well, or about numbers that only the file holds.
FILE_ONLY = frozenset(
    {
        *(_NO_MOMENT, _NO_RATIO, _NO_CONTRAST_MOMENT, _NO_STUDIES),
        *(*_NO_PEOPLE, ILLUSTRATIVE.text, I2_FALLS.text),
    }
)


def reasons(
    fit: Fit, main: Fit, estimands: Mapping[str, object], studies: Sequence[Mapping[str, Any]]
) -> tuple[Note, ...]:
    """Give the reason for everything that is null and what to know about the rest.

    Parameters
    ----------
    fit : Fit
        Without covariates.
    main : Fit
        The one that the studies are told of: with covariates where there are any.
    estimands : mapping
        The JSON content of one group.
    studies : sequence of mapping
        The JSON content about the studies.

    Returns
    -------
    tuple of Note
    """
    return (
        *_empty_estimands(fit, estimands),
        *_no_moments(estimands),
        *_studies(main, studies),
        *(i2_notes(fit.mu, fit.tau, fit.identified) if fit.pooled.effects is None else ()),
    )


def group_reasons(groups: Sequence[Mapping[str, Any]]) -> tuple[Note, ...]:
    """Give the reason for what is null in a group and not in the first, of all studies.

    Parameters
    ----------
    groups : sequence of mapping
        JSON content of the groups.

    Returns
    -------
    tuple of Note
        Its subject names the group.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for label, group in list(zip(labels_by_group(groups), groups, strict=True))[1:]:
        empty = [
            name
            for name, value in group["estimands"].items()
            if value is None and groups[0]["estimands"][name] is not None
        ]
        by_reason = (
            (
                [name for name in empty if name in HIGGINS],
                _ONE_ARM if group["n_studies"] else _NO_STUDIES,
            ),
            ([name for name in empty if name in JACKSON], _NO_FIXED_EFFECT),
            ([name for name in empty if name not in {*HIGGINS, *JACKSON}], _NOT_OF_THIS_KIND),
            (_without_moments(group["estimands"]), _NO_MOMENT),
        )
        for names, text in by_reason:
            if names:
                found.setdefault((", ".join(names), text), []).append(label)
    return tuple(
        Note(f"{names} ({'; '.join(labels)})", text) for (names, text), labels in found.items()
    )


def contrast_reasons(contrasts: Sequence[Mapping[str, Any]]) -> tuple[Note, ...]:
    """Give the reason for what is null in the contrasts.

    Parameters
    ----------
    contrasts : sequence of mapping
        Of ``summary.json``.

    Returns
    -------
    tuple of Note
    """
    without_ratio = dict.fromkeys(c["estimand"] for c in contrasts if c["ratio"] is None)
    without_moments = dict.fromkeys(
        c["estimand"]
        for c in contrasts
        if _has_no_moment(c["difference"]) or (c["ratio"] and _has_no_moment(c["ratio"]))
    )
    return tuple(
        Note(f"contrasts: {', '.join(names)}", text)
        for names, text in ((without_ratio, _NO_RATIO), (without_moments, _NO_CONTRAST_MOMENT))
        if names
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
        condition = "diseased" if margin == "sens" else "non-diseased"
        text = _NO_PEOPLE.format(condition=condition, counted=fit.table.counted)
        notes.append(Note(", ".join([*parameters, *unidentified]), text))
        empty = [name for name in empty if name not in unidentified]
    undefined, why = not_defined(fit.pooled.effects)
    if names := [name for name in empty if name in undefined]:
        notes.append(Note(", ".join(names), why))
        empty = [name for name in empty if name not in undefined]
    if "pauc_range" in empty:
        text = "Not defined: the observed false positive rates have no range to average over."
        notes.append(Note("pauc, pauc_range", text))
        empty = [name for name in empty if name not in {"pauc", "pauc_range"}]
    for names, text in (
        ([name for name in empty if name in HIGGINS], _ONE_ARM),
        ([name for name in empty if name in JACKSON], _NO_FIXED_EFFECT),
    ):
        if names:
            notes.append(Note(", ".join(names), text))
    empty = [name for name in empty if name not in {*HIGGINS, *JACKSON}]
    if empty:
        text = "Not identified: a standard deviation between studies is 0 in some draws."
        if not fit.tau.any():
            text = _NO_SPREAD
        notes.append(Note(", ".join(empty), text))
    return notes


def _no_moments(estimands: Mapping[str, object]) -> list[Note]:
    names = _without_moments(estimands)
    return [Note(", ".join(names), _NO_MOMENT)] if names else []


def _without_moments(estimands: Mapping[str, object]) -> list[str]:
    names = []
    for name, value in estimands.items():
        summaries = value if isinstance(value, list) else [value]
        if any(isinstance(s, dict) and _has_no_moment(s) for s in summaries):
            names.append(name)
    return names


def _has_no_moment(summary: Mapping[str, Any]) -> bool:
    return summary["mean"] is None or summary["sd"] is None


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
                    f"The {margin} of a study without {fit.table.counted} in that arm is a "
                    "prediction from the other studies."
                )
                notes.append(Note("studies", text))
    unknown = [row["study"] for row in studies if row["pareto_k"] is None or row["elpd"] is None]
    if unknown:
        text = f"pareto_k or elpd cannot be estimated from these draws: {', '.join(unknown)}."
        notes.append(Note("studies", text))
    return notes


def i2_notes(mu: FloatArray, tau: FloatArray, identified: tuple[bool, bool]) -> list[Note]:
    """Warn where Zhou and Dendukuri's I² falls as heterogeneity grows.

    Parameters
    ----------
    mu, tau : array, shape (..., 2)
        Draws of the mean logits and of their standard deviations between studies.
    identified : tuple of bool
        Whether some study has a diseased and a non-diseased arm.

    Returns
    -------
    list of Note
        One note where the index of some margin falls in more than half of the draws, else none.
    """
    falls = zhou_dendukuri_falls(mu.reshape(-1, 2), tau.reshape(-1, 2)).mean(axis=0)
    return [I2_FALLS] if (falls > _SHARE_THAT_FALLS)[np.array(identified)].any() else []


def i2_notes_of_groups(results: Sequence[KindResult]) -> tuple[Note, ...]:
    """Warn where Zhou and Dendukuri's I² falls in kinds of study other than all together.

    Parameters
    ----------
    results : sequence of KindResult
        All studies together first.

    Returns
    -------
    tuple of Note
        One note that names the kinds, or none.
    """
    labels = labels_by_group([result.told for result in results])
    falls = [
        label
        for label, result in zip(labels[1:], results[1:], strict=True)
        if result.drawn.law is None
        and i2_notes(result.drawn.mu, result.drawn.tau, result.identified)
    ]
    return (Note(f"{I2_FALLS.about} ({'; '.join(falls)})", I2_FALLS.text),) if falls else ()


def thin_tails(sizes: Sequence[float], prob: float) -> tuple[Note, ...]:
    """Warn where few draws lie beyond the limits of an interval.

    Parameters
    ----------
    sizes : sequence of float
        Effective draws of each fit.
    prob : float
        Level of the intervals.

    Returns
    -------
    tuple of Note
        One note or none.
    """
    beyond = float(np.min(sizes)) * (1 - prob) / 2
    # Written so that an effective size that could not be measured is told as well.
    if beyond >= _FEWEST_BEYOND:
        return ()
    text = (
        f"At a level of {100 * prob:.10g} % fewer than {_FEWEST_BEYOND} effective draws lie beyond "
        f"each limit, so the limits are imprecise: ask for more draws (--draws) or a lower level."
    )
    return (Note("intervals", text),)
