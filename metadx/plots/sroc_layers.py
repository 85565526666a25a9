"""The numbers a summary ROC plot draws, before anything is drawn."""

from dataclasses import dataclass

import numpy as np

from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.group import observed_fpr_range
from metadx.estimands.law_curve import curve_of_law
from metadx.estimands.law_regions import (
    credible_outline,
    prediction_outline,
    prediction_share,
)
from metadx.estimands.logistic import FloatArray, IntArray, expit
from metadx.estimands.regions import credible_moments, ellipse, prediction_moments
from metadx.estimands.sroc import sroc_curve
from metadx.plots.effect_words import curve_name, region_words
from metadx.plots.fitted import CountTable, FittedReview, effects_of

FEWEST_FOR_REGION = 4
_ELLIPSE_POINTS = 361
_CURVE_POINTS = 101
_CURVE_DRAWS = 4000  # more draws move no pixel of the curve
_EDGE = 1e-3  # a tenth of a millimetre from the border: beyond it the curve only extrapolates


@dataclass(frozen=True, eq=False)
class SrocCurve:
    """Summary ROC curve, pointwise over the draws.

    Parameters
    ----------
    fpr, lower, median, upper : ndarray, shape (M,)
        False-positive rate, and sens there: limits of the interval and median.
    name : str
        What to call it: "HSROC curve" where it is the one of that model.
    """

    fpr: FloatArray
    lower: FloatArray
    median: FloatArray
    upper: FloatArray
    name: str = "HSROC curve"


@dataclass(frozen=True, eq=False)
class SrocLayers:
    """Everything a summary ROC plot shows, on the probability scale, in the order (sens, spec).

    Parameters
    ----------
    studies : ndarray, shape (n, 2)
        Observed (sens, spec) of the studies that have both arms.
    participants : ndarray, shape (n,)
        Their numbers of participants.
    not_shown : tuple of str
        Studies with an empty arm.
    summary : ndarray, shape (3, 2)
        Median study: lower limit, median, upper limit; nan for a margin that no study informs.
    credible, prediction : ndarray, shape (P, 2), or None
        Outlines of the regions; where studies do not differ the first is both.
    curve : SrocCurve or None
        None where the observed false-positive rates span no range, where a margin is not
        identified, where studies do not differ, or where it was not wanted.
    region_words : str
        What the regions are, for the caption.
    counted : str
        What the studies count, in the plural.
    held : float or None
        Share of the predictive draws that the prediction region holds; None without one.
    """

    studies: FloatArray
    participants: IntArray
    not_shown: tuple[str, ...]
    summary: FloatArray
    credible: FloatArray | None
    prediction: FloatArray | None
    curve: SrocCurve | None
    region_words: str = region_words(None)
    counted: str = "participants"
    held: float | None = None


def observed_fpr(table: CountTable) -> tuple[float, float] | None:
    """Give the smallest and the largest observed fp / (fp + tn); None where they do not differ."""
    observed = observed_fpr_range(table.fp, table.tn)
    if observed is None:
        return None
    low, high = max(observed[0], _EDGE), min(observed[1], 1.0 - _EDGE)
    return (low, high) if high - low > _EDGE else None


def identified(table: CountTable) -> tuple[bool, bool]:
    """Tell whether any study has a diseased and a non-diseased arm: (sens, spec)."""
    return bool(table.n_diseased.any()), bool(table.n_nondiseased.any())


def show_regions(table: CountTable, regions: bool | None) -> bool:
    """Decide on the regions: as told, else from four studies on; never from the prior alone."""
    if not all(identified(table)):
        return False
    return table.n_studies >= FEWEST_FOR_REGION if regions is None else regions


def logit_limits(logits: FloatArray, prob: float, known: tuple[bool, bool]) -> FloatArray:
    """Lower limit, median and upper limit of draws of logits, as probabilities.

    Parameters
    ----------
    logits : ndarray, shape (S, 2)
        Draws on the logit scale.
    prob : float
        Mass between the limits (equal tails).
    known : tuple of bool
        Whether each margin is identified; one that is not gets nan.

    Returns
    -------
    ndarray, shape (3, 2)
    """
    tail = (1.0 - prob) / 2.0
    # expit is increasing, so it may be applied after the quantiles.
    limits = expit(np.quantile(logits, [tail, 0.5, 1.0 - tail], axis=0))
    return np.where(known, limits, np.nan)


def pooled_limits(table: CountTable, logits: FloatArray, prob: float) -> FloatArray:
    """Lower limit, median and upper limit of draws of logits, as probabilities.

    Parameters
    ----------
    table : CountTable
        The counts: a margin that no study informs is not identified and gets nan.
    logits : ndarray, shape (S, 2)
        Draws on the logit scale.
    prob : float
        Mass between the limits (equal tails).

    Returns
    -------
    ndarray, shape (3, 2)
    """
    return logit_limits(logits, prob, identified(table))


def hsroc(
    mu: FloatArray,
    tau: FloatArray,
    span: tuple[float, float] | None,
    prob: float,
    effects: EffectLaw | None = None,
) -> SrocCurve | None:
    """Pointwise median and interval of the summary ROC curve over a range of fpr.

    Parameters
    ----------
    mu, tau : ndarray, shape (S, 2)
        Logit sens and logit spec of the median study; standard deviations of the study effects.
    span : tuple of float, optional
        Ends of the range; without one there is no curve.
    prob : float
        Mass of the interval (equal tails).
    effects : EffectLaw, optional
        The law of the study effects where it is not normal on the logit scale.

    Returns
    -------
    SrocCurve or None
    """
    if span is None:
        return None
    # Even steps on both scales: the curve is steep near 0 on one and near 1 on the other.
    low, high = span
    logit = np.log(span) - np.log1p(np.negative(span))
    steps = np.linspace(0.0, 1.0, _CURVE_POINTS)
    inner = expit(logit[0] + (logit[1] - logit[0]) * steps[1:-1])  # the ends are exact on one
    fpr = np.union1d(low + (high - low) * steps, inner).clip(low, high)
    defined = (tau > 0.0).any(axis=1)  # without any spread between studies there is no curve
    if not defined.any():
        return None
    chosen = np.flatnonzero(defined)
    chosen = chosen[:: -(-chosen.size // _CURVE_DRAWS)]
    tail = (1.0 - prob) / 2.0
    if effects is None:
        curves = sroc_curve(mu[chosen], tau[chosen], fpr)
    else:
        curves = curve_of_law(effects.rows(chosen), tau[chosen], fpr)
    lower, median, upper = np.quantile(curves, [tail, 0.5, 1.0 - tail], axis=0)
    return SrocCurve(fpr, lower, median, upper, curve_name(effects))


def placed_studies(table: CountTable) -> tuple[FloatArray, IntArray, tuple[str, ...]]:
    """Place the studies that have both arms.

    Returns
    -------
    studies : ndarray, shape (n, 2)
        Observed (sens, spec).
    participants : ndarray of int, shape (n,)
        Their numbers of participants.
    not_shown : tuple of str
        Studies with an empty arm.
    """
    placed = (table.n_diseased > 0) & (table.n_nondiseased > 0)
    with np.errstate(invalid="ignore"):
        observed = np.stack([table.tp / table.n_diseased, table.tn / table.n_nondiseased], axis=1)
    missing = tuple(name for name, here in zip(table.study, placed, strict=True) if not here)
    return observed[placed], (table.n_diseased + table.n_nondiseased)[placed], missing


def region_outlines(
    mu: FloatArray,
    tau: FloatArray,
    rho: FloatArray,
    prob: float,
    *,
    effects: EffectLaw | None = None,
    new_logits: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Outline the credible region of the median study and the prediction region of a new one.

    Parameters
    ----------
    mu, tau : ndarray, shape (S, 2)
        Logit sens and logit spec of the median study; standard deviations of the study effects.
    rho : ndarray, shape (S,)
        Correlation of the study effects.
    prob : float
        Mass inside.
    effects : EffectLaw, optional
        The law of the study effects where it is not normal on the logit scale.
    new_logits : ndarray, shape (S, 2), optional
        Logits of a new study: needed with `effects`.

    Returns
    -------
    credible, prediction : ndarray, shape (P, 2)
        (sens, spec) along the outlines.
    """
    if effects is not None and new_logits is not None:
        inner = credible_outline(effects, prob, _ELLIPSE_POINTS)
        outer = prediction_outline(effects, tau, rho, new_logits, prob=prob, points=_ELLIPSE_POINTS)
        return expit(inner), expit(outer)
    credible = expit(ellipse(*credible_moments(mu), prob, _ELLIPSE_POINTS))
    return credible, expit(ellipse(*prediction_moments(mu, tau, rho), prob, _ELLIPSE_POINTS))


def sroc_layers(
    fit: FittedReview, *, prob: float = 0.95, regions: bool | None = None, curve: bool = True
) -> SrocLayers:
    """Compute what a summary ROC plot shows.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts.
    prob : float, default 0.95
        Level of the regions, of the band and of the limits of the summary.
    regions : bool, optional
        Whether to show the regions; by default from four studies on.
    curve : bool, default True
        Whether to show the summary ROC curve.

    Returns
    -------
    SrocLayers
    """
    table: CountTable = fit.table
    studies, participants, not_shown = placed_studies(table)
    mu, tau, rho = fit.mu.reshape(-1, 2), fit.tau.reshape(-1, 2), fit.rho.reshape(-1)
    effects = effects_of(fit)
    credible, prediction, held = None, None, None
    if show_regions(table, regions):
        new = fit.new_study_logits()
        held = prediction_share(effects or EffectLaw(mu), tau, rho, new, prob=prob)
        credible, prediction = region_outlines(mu, tau, rho, prob, effects=effects, new_logits=new)
        if not tau.any():
            prediction = held = None  # a new study has the accuracy of all others
    enough = table.n_studies >= FEWEST_FOR_REGION or bool(regions)
    span = observed_fpr(table) if curve and enough and all(identified(table)) else None
    return SrocLayers(
        studies=studies,
        participants=participants,
        not_shown=not_shown,
        summary=pooled_limits(table, mu, prob),
        credible=credible,
        prediction=prediction,
        curve=hsroc(mu, tau, span, prob, effects),
        region_words=region_words(effects),
        counted=table.counted,
        held=held,
    )
