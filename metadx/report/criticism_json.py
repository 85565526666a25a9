"""The content of ``criticism.json``: what the criticism found, stable and versioned."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from metadx import __version__
from metadx.criticism.alternatives import AlternativeModel, Alternatives
from metadx.criticism.appraisal import Appraisal, Refused
from metadx.criticism.cumulative import Cumulative
from metadx.criticism.influence import Influence
from metadx.criticism.moved import Moved
from metadx.criticism.outliers import Outliers
from metadx.criticism.predictive import PredictiveChecks
from metadx.criticism.prior_sensitivity import PriorRun, PriorSensitivity
from metadx.criticism.size_regression import SmallStudyEffect
from metadx.criticism.small_studies import Deeks
from metadx.criticism.study_weights import StudyWeights
from metadx.estimands.summary import Summary
from metadx.report.verdict_moved import verdict_moved
from metadx.studies.aims import NO_AIMS, Aims

SCHEMA = "metadx/criticism/1"

type Json = dict[str, Any]


def criticism_of(
    appraisal: Appraisal,
    prob: float,
    *,
    aims: Aims = NO_AIMS,
    prevalence: float | None = None,
) -> Json:
    """Write down what the criticism found.

    Parameters
    ----------
    appraisal : Appraisal
    prob : float
        Level of the intervals.
    aims : Aims
        Of the review, for the verdict.
    prevalence : float or None
        Where predictive values are to be reached; None where none is stated.

    Returns
    -------
    dict
        As documented in ``docs/summary.md``. Each part has "words"; one that was refused has
        nothing but "refused", the reason.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.appraisal import appraise
    >>> analysis = metadx.analyse(metadx.load_dataset("telomerase"), draws=1000)
    >>> found = criticism_of(appraise(analysis, parts=["deeks"]), 0.95)
    >>> found["deeks"]["df"], found["weights"]
    (8, {'refused': 'Not asked for.', 'broken': False})
    """
    fit = appraisal.fit
    return {
        "schema": SCHEMA,
        "metadx": __version__,
        "title": fit.title,
        "synthetic": fit.synthetic,
        "of": "pooled",
        "companion": appraisal.companion,
        "model": fit.card.card.id,
        "prob": prob,
        "predictive": _part(appraisal.predictive, _predictive),
        "influence": _part(appraisal.influence, _influence),
        "outliers": _part(appraisal.outliers, _outliers),
        "cumulative": _part(appraisal.cumulative, _cumulative),
        "priors": _part(appraisal.priors, _priors),
        "alternatives": _part(appraisal.alternatives, _alternatives),
        "deeks": _part(appraisal.deeks, _deeks),
        "small_studies": _part(appraisal.small_studies, _small_studies),
        "weights": _part(appraisal.weights, _weights),
        "verdict": verdict_moved(appraisal, aims, prevalence),
    }


def _part[T](found: T | Refused, write: Callable[[T], Json]) -> Json:
    if isinstance(found, Refused):
        return {"refused": found.reason, "broken": found.broken}
    return write(found)


def _number(x: Any) -> float | None:  # noqa: ANN401 - a number of any kind
    value = float(x)
    return value if isfinite(value) else None


def _limits(lower: Any, median: Any, upper: Any) -> Json | None:  # noqa: ANN401
    values = {"lower": _number(lower), "median": _number(median), "upper": _number(upper)}
    return None if values["median"] is None else values


def _free(limits: Json | None, name: str) -> Json | None:
    """Drop a heterogeneity without any width: the model holds it fixed, nothing was estimated."""
    if limits is None or not name.startswith(("tau", "rho")):
        return limits
    return None if limits["lower"] == limits["upper"] else limits


def _summary(found: Summary | None) -> Json | None:
    return None if found is None else _limits(found.lower, found.median, found.upper)


def _predictive(found: PredictiveChecks) -> Json:
    return {
        "words": found.words,
        "statistics": [
            {
                "name": one.name,
                "words": one.words,
                "observed": _number(one.observed),
                "expected": [_number(limit) for limit in one.expected()],
                "p_value": _number(one.p_value),
            }
            for one in found.statistics
        ],
        "uniform": [
            {"name": one.name, "inside": one.inside, "p_value": _number(one.p_value)}
            for one in found.uniform
        ],
        "extreme": None
        if found.extreme is None
        else {
            "study": found.extreme.study,
            "margin": found.extreme.margin,
            "pit": found.extreme.pit,
            "p_value": found.extreme.p_value,
        },
        "studies": [
            {"study": name, "pit_sens": _number(sens), "pit_spec": _number(spec)}
            for name, (sens, spec) in zip(found.study, found.pit, strict=True)
        ],
    }


def _whole(moved: Mapping[str, Moved]) -> Json:
    return {
        name: _free(_limits(one.whole_lower, one.whole, one.whole_upper), name)
        for name, one in moved.items()
    }


def _at(moved: Mapping[str, Moved], place: int) -> Json:
    return {
        name: _free(_limits(one.lower[place], one.median[place], one.upper[place]), name)
        for name, one in moved.items()
    }


def _cuts(cuts: tuple[float, float]) -> Json:
    return {"lr_neg": cuts[0], "lr_pos": cuts[1]}


def _influence(found: Influence) -> Json:
    verdict = found.verdict
    methods = {one.study: one.method for one in found.without}
    return {
        "words": found.words,
        "order": [found.study[i] for i in found.order],
        "failed": list(found.failed),
        "cuts": _cuts(verdict.cuts),
        "whole": {
            **_whole(found.quantities),
            "prob_rule_out": _number(verdict.whole_rule_out),
            "prob_rule_in": _number(verdict.whole_rule_in),
        },
        "studies": [
            {
                "study": name,
                "shift": _number(found.shift[i]),
                "shift_all": _number(found.shift_all[i]),
                "elpd": _number(found.elpd[i]),
                "pareto_k": _number(found.pareto_k[i]),
                "method": methods.get(i),
                "without": _at(found.quantities, i),
                "prob_rule_out": _number(verdict.rule_out[i]),
                "prob_rule_in": _number(verdict.rule_in[i]),
            }
            for i, name in enumerate(found.study)
        ],
    }


def _outliers(found: Outliers) -> Json:
    return {
        "words": found.words,
        "floor": found.floor,
        "order": [found.study[i] for i in found.order],
        "studies": [
            {
                "study": name,
                "p_value": _number(found.p_value[i]),
                "p_sens": _number(found.p_sens[i]),
                "p_spec": _number(found.p_spec[i]),
                "distance": _number(found.distance[i]),
                "expected_sens": _limits(*found.sens[i]),
                "expected_spec": _limits(*found.spec[i]),
                "suspicious": bool(found.suspicious[i]),
                "flagged": bool(found.flagged[i]),
            }
            for i, name in enumerate(found.study)
        ],
    }


def _cumulative(found: Cumulative) -> Json:
    return {
        "words": found.words,
        "by": found.by,
        "failed": list(found.failed),
        "cuts": _cuts(found.verdict.cuts),
        "steps": [
            {
                "study": name,
                "value": _number(found.values[i]),
                "estimates": _at(found.quantities, i),
                "prob_rule_out": _number(found.verdict.rule_out[i]),
                "prob_rule_in": _number(found.verdict.rule_in[i]),
            }
            for i, name in enumerate(found.labels)
        ],
    }


def _priors(found: PriorSensitivity) -> Json:
    return {
        "words": found.words,
        "cuts": _cuts(found.cuts),
        "runs": [
            {
                "name": one.name,
                "why": one.why,
                "priors": one.priors,
                "passed": one.passed,
                **_answer(one),
            }
            for one in (found.own, *found.alternatives)
        ],
        "failed": [{"name": name, "reason": why} for name, why in found.failed],
        "power": [
            {
                "parameter": one.parameter,
                "prior": _number(one.prior),
                "likelihood": _number(one.likelihood),
                "learned": _number(one.learned),
                "posterior": _limits(*one.posterior),
                "prior_alone": _limits(*one.prior_alone),
                "verdict": one.verdict,
                "words": one.words,
            }
            for one in found.power
        ],
    }


def _alternatives(found: Alternatives) -> Json:
    return {
        "words": found.words,
        "reference": found.reference,
        "cuts": _cuts(found.cuts),
        "failed": [{"id": name, "reason": why} for name, why in found.failed],
        "models": [
            {
                "id": one.id,
                "title": one.title,
                "link": one.link,
                "clearly_worse": one.clearly_worse,
                "elpd": _number(one.elpd),
                "elpd_se": _number(one.elpd_se),
                "difference": _number(one.difference),
                "difference_se": _number(one.difference_se),
                "weight": _number(one.weight),
                "pareto_k_max": _number(one.pareto_k_max),
                "passed": one.passed,
                **_answer(one),
            }
            for one in found.models
        ],
    }


def _answer(one: PriorRun | AlternativeModel) -> Json:
    return {
        "estimates": {name: _summary(value) for name, value in one.quantities.items()},
        "fixed": dict(one.fixed),
        **{f"prob_{name}": value for name, value in one.chances.items()},
    }


def _deeks(found: Deeks) -> Json:
    return {
        "words": found.words,
        "slope": _number(found.slope),
        "se": _number(found.se),
        "p_value": _number(found.p_value),
        "intercept": _number(found.intercept),
        "df": found.df,
        "left_out": list(found.left_out),
        "studies": [
            {
                "study": name,
                "ess": _number(found.ess[i]),
                "log_dor": _number(found.log_dor[i]),
                "corrected": bool(found.corrected[i]),
            }
            for i, name in enumerate(found.study)
        ],
    }


def _small_studies(found: SmallStudyEffect) -> Json:
    slopes = (
        ("sens", found.sens, found.prob_sens),
        ("spec", found.spec, found.prob_spec),
        ("total", found.total, found.prob_total),
    )
    bayes_factor = found.log_bayes_factor
    return {
        "words": found.words,
        "slopes": {
            name: {**(_summary(slope) or {}), "prob_above_0": _number(probability)}
            for name, slope, probability in slopes
        },
        "log_bayes_factor": None if bayes_factor is None else _number(bayes_factor),
        "elpd_difference": _number(found.elpd_difference),
        "elpd_se": _number(found.elpd_se),
        "unit": _number(found.unit),
        "left_out": list(found.left_out),
    }


def _weights(found: StudyWeights) -> Json:
    return {
        "words": found.words,
        "studies": [
            {
                "study": name,
                "sens": _number(found.sens[i]),
                "spec": _number(found.spec[i]),
                "joint": _number(found.joint[i]),
            }
            for i, name in enumerate(found.study)
        ],
    }
