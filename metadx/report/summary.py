"""The content of ``summary.json``: what a run found, stable and versioned."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx import __version__
from metadx.criticism.leave_one_out import leave_one_out
from metadx.engines.analysis import Analysis, analysis_of
from metadx.engines.fit import Fit
from metadx.engines.result import Note
from metadx.estimands.arms import Arms
from metadx.estimands.group import as_json, estimate_group, observed_fpr_range
from metadx.estimands.logistic import expit
from metadx.estimands.summary import summarise
from metadx.report.covariates import analysis_notes, covariates_of, explained_of
from metadx.report.decision import ILLUSTRATIVE_PREVALENCE, decision_of
from metadx.report.groups import contrasts_of, heavy_tails, kind_results, ranks_of
from metadx.report.missing import (
    ILLUSTRATIVE,
    contrast_reasons,
    group_reasons,
    i2_notes_of_groups,
    reasons,
    thin_tails,
)
from metadx.studies.review import Review
from metadx.studies.selection import ALL_STUDIES

SCHEMA = "metadx/summary/1"
_ENGINE_KEYS = ("name", "pareto_k", "ess", "nodes", "seconds", "fell_back")

type Json = dict[str, Any]


def summary(
    found: Fit | Analysis,
    *,
    name: str = "",
    prob: float = 0.95,
    prevalence: Sequence[float] = (),
    review: Review | None = None,
) -> Json:
    """Summarise a fit or a whole analysis as the plain content of ``summary.json``.

    Parameters
    ----------
    found : Fit or Analysis
        A fit with covariates is pooled without them as well: the group "all" comes from that.
    name : str
        Name of the review.
    prob : float
        Probability between the limits of every interval (equal-tailed).
    prevalence : sequence of float
        Prevalences, between 0 and 1, for the predictive values; empty for those of the review, or
        else 10, 25 and 50 %.
    review : Review or None
        What it was made of; it states what the test is wanted for and which studies were chosen.

    Returns
    -------
    dict
        As documented in ``docs/summary.md``; holds only what JSON can.

    Raises
    ------
    ValueError
        If `prob` or a prevalence is not between 0 and 1.

    Examples
    --------
    >>> import metadx
    >>> found = metadx.summary(metadx.fit(metadx.load_dataset("telomerase"), draws=1000))
    >>> sorted(found["groups"][0]["estimands"]["sens"])
    ['lower', 'mean', 'median', 'sd', 'upper']
    """
    analysis = found if isinstance(found, Analysis) else analysis_of(found)
    main, pooled = analysis.main, analysis.pooled
    prevalence = prevalence or (review.analysis.prevalence if review else ())
    results = kind_results(analysis, prob, prevalence or ILLUSTRATIVE_PREVALENCE)
    groups = [result.told for result in results]
    if main is not pooled:
        groups[0] |= {"companion": True, "parameters": parameters_of(pooled, prob)}
    estimands, studies = groups[0]["estimands"], _studies(main, prob)
    contrasts = contrasts_of(results, main, prob)
    selection = review.selection if review else ALL_STUDIES
    notes = (
        [Note("studies", selection.sentence(review.table.n_studies))]
        if review and selection
        else []
    )
    notes += [*analysis_notes(analysis), *reasons(pooled, main, estimands, studies)]
    notes += [*group_reasons(groups), *i2_notes_of_groups(results), *contrast_reasons(contrasts)]
    notes += thin_tails([fit.engine.ess for _, fit in analysis.fits], prob)
    if not len(prevalence) and estimands["ppv"] is not None:
        notes.append(ILLUSTRATIVE)
    return {
        "schema": SCHEMA,
        "metadx": __version__,
        "review": name,
        "title": main.title,
        "kind": "accuracy",
        "synthetic": main.synthetic,
        "synthetic_note": main.synthetic_note,
        "model": model_of(main),
        "data": {**data_of(main), "dropped": list(main.dropped)},
        "settings": {
            "seed": main.settings.seed,
            "prob": prob,
            "draws": main.rho.size,
            "sens": main.design.sens.formula,
            "spec": main.design.spec.formula,
            "subgroup": analysis.subgroups.covariate if analysis.subgroups else None,
            "only": list(selection.conditions),
            "only_left_out": list(selection.left_out),
        },
        "engine": engine_of(main),
        "checks": _all_checks(analysis),
        "covariates": covariates_of(main),
        "parameters": _all_parameters(analysis, prob),
        "groups": groups,
        "explained": explained_of(analysis, prob),
        "contrasts": contrasts,
        "ranks": ranks_of(results),
        "decision": decision_of(analysis, review, prob, prevalence=prevalence, results=results),
        "studies": studies,
        "notes": [asdict(note) for note in dict.fromkeys(notes)],
    }


def _all_checks(analysis: Analysis) -> list[Json]:
    """List the checks of every fit; with several fits each says which."""
    if len(analysis.fits) == 1:
        return checks_of(analysis.main)
    return [{**check, "fit": name} for name, fit in analysis.fits for check in checks_of(fit)]


def _all_parameters(analysis: Analysis, prob: float) -> Json:
    """Give the parameters of the main fit, then those of each level fitted by itself."""
    found = parameters_of(analysis.main, prob)
    if of := analysis.subgroups:
        for level, fit in zip(of.levels, of.fits, strict=True):
            where = f"{of.covariate}={level}"
            for name, value in parameters_of(fit, prob).items():
                conditional = f"{name[:-1]}|{where}]" if "[" in name else f"{name}[{where}]"
                found[conditional] = value
    return found


def as_text(found: Json) -> str:
    """Write the content of ``summary.json`` as its text.

    Parameters
    ----------
    found : dict
        As of `summary`.

    Returns
    -------
    str
        JSON that every reader takes: no NaN, no infinity; ends with a line feed.
    """
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def model_of(fit: Fit) -> Json:
    """Describe the model: its card, the scale of the study effects and their law."""
    card = fit.card.card
    law = "t" if card.builder == "bivariate-t" else "normal"
    return {"id": card.id, "card_sha256": fit.card.sha256, "link": card.link, "law": law}


def data_of(fit: Fit) -> Json:
    """Describe the data: their digest, and how many studies and participants there are."""
    table = fit.table
    return {
        "sha256": table.sha256,
        "n_studies": table.n_studies,
        "n_diseased": int(table.n_diseased.sum()),
        "n_nondiseased": int(table.n_nondiseased.sum()),
        "counted": table.counted,
    }


def engine_of(fit: Fit) -> Json:
    """Describe the engine: what every run tells first, then what only one engine has."""
    told = asdict(fit.engine)
    first = {key: told.pop(key) for key in _ENGINE_KEYS}
    return {key: finite(value) for key, value in (first | told).items()}


def checks_of(fit: Fit) -> list[Json]:
    """Describe what the fit had to pass."""
    return [{**asdict(check), "value": finite(float(check.value))} for check in fit.checks]


def estimands_of(fit: Fit, prob: float, prevalence: Sequence[float]) -> Json:
    """Estimate everything that is reported of all studies together.

    Parameters
    ----------
    fit : Fit
        Without covariates.
    prob : float
        Probability between the limits of every interval.
    prevalence : sequence of float
        Prevalences, between 0 and 1, for the predictive values.

    Returns
    -------
    dict
        As of `metadx.estimands.group.as_json`.
    """
    return as_json(
        estimate_group(
            fit.mu.reshape(-1, 2),
            fit.tau.reshape(-1, 2),
            fit.rho.ravel(),
            arms=Arms.of(fit.table),
            fpr_range=observed_fpr_range(fit.table.fp, fit.table.tn),
            prevalence=prevalence,
            prob=prob,
            rng=fit.new_study_rng(),
            heavy_tails=heavy_tails(fit),
            identified=fit.identified,
            law=fit.pooled.effects,
        )
    )


def parameters_of(fit: Fit, prob: float) -> Json:
    """Summarise the parameters of the model; None where the data do not identify one."""
    sens, spec = fit.identified
    draws = {
        "mu[sens]": (fit.intercepts[..., 0], sens),
        "mu[spec]": (fit.intercepts[..., 1], spec),
        "tau[sens]": (fit.tau[..., 0], sens),
        "tau[spec]": (fit.tau[..., 1], spec),
        "rho": (fit.rho, sens and spec),
    }
    if fit.df is not None:
        draws["nu"] = (fit.df, sens or spec)
    for column, name in enumerate(fit.effect_names):
        draws[f"beta[{name}]"] = (fit.effects[..., column], True)  # else the design is refused
    return {
        name: summarise(values.ravel(), prob).as_dict() if identified else None
        for name, (values, identified) in draws.items()
    }


def _studies(fit: Fit, prob: float) -> list[Json]:
    table = fit.table
    loo = leave_one_out(fit)
    own: list[list[Json | None]] = [[None] * table.n_studies] * 2
    if fit.study_logits is not None:
        logits = fit.study_logits.reshape(-1, table.n_studies, 2)
        own = [
            _each(expit(np.ascontiguousarray(logits[..., margin].T)), prob)
            if identified
            else [None] * table.n_studies
            for margin, identified in enumerate(fit.identified)
        ]
    return [
        {
            "study": label,
            **{cell: int(getattr(table, cell)[i]) for cell in ("tp", "fp", "fn", "tn")},
            "sens": own[0][i],
            "spec": own[1][i],
            # One study is predicted by the prior alone, and no weights take the draws there.
            "pareto_k": finite(float(loo.pareto_k[i])) if table.n_studies > 1 else None,
            "elpd": finite(float(loo.elpd[i])) if table.n_studies > 1 else None,
            # Only where the printed figures of a study admit several tables.
            **({"possible_tables": len(table.alternatives[i])} if i in table.alternatives else {}),
        }
        for i, label in enumerate(table.study)
    ]


def _each(draws: NDArray[np.float64], prob: float) -> list[Json | None]:
    """Summarise each row of (N, S) draws at once, as `summarise` does one by one."""
    mean, sd = draws.mean(axis=1), draws.std(axis=1, ddof=1)
    ordered = np.sort(draws, axis=1)  # far quicker than a quantile function along an axis
    limits = [_quantile(ordered, q) for q in (0.5, (1 - prob) / 2, (1 + prob) / 2)]
    names = ("mean", "sd", "median", "lower", "upper")
    rows = zip(*(x.tolist() for x in (mean, sd, *limits)), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _quantile(ordered: NDArray[np.float64], q: float) -> NDArray[np.float64]:
    """Linear quantile (type 7) of each sorted row."""
    position = q * (ordered.shape[1] - 1)
    below = int(position)
    low, high = ordered[:, below], ordered[:, min(below + 1, ordered.shape[1] - 1)]
    return np.asarray(low + (high - low) * (position - below))


def finite(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Replace a number that JSON cannot hold by null.

    Parameters
    ----------
    value : object
        Any JSON value.

    Examples
    --------
    >>> finite(float("inf")) is None, finite(0.5), finite("auto")
    (True, 0.5, 'auto')
    """
    return None if isinstance(value, float) and not isfinite(value) else value
