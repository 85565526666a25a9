"""The evidence of a fit: its Monte Carlo error, and what it would be under other prior scales."""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import Card
from metadx.cards.coefficients import coefficient_priors
from metadx.designs.design import Design
from metadx.engines.fit import Fit
from metadx.engines.marginal import fit_marginal
from metadx.engines.pareto import smooth
from metadx.engines.result import EngineReport, Proposals
from metadx.engines.settings import FitSettings

type FloatArray = NDArray[np.float64]

_FINITE_VARIANCE = 0.5  # tail shape of weights from which their standard error means nothing


@dataclass(frozen=True)
class Evidence:
    """The probability of the data under a card and a design.

    Parameters
    ----------
    log : float
        Natural logarithm.
    error : float
        Standard error of the logarithm, from the importance weights.
    pareto_k : float
        Tail shape of the weights; from the limit of the card on neither number can be trusted.
    refitted : bool
        Whether the priors were too far from those of the fit for its proposals to be reweighted.
    """

    log: float
    error: float
    pareto_k: float
    refitted: bool = False


def log_mean_error(log_weights: FloatArray) -> float:
    """Return the standard error of the logarithm of a mean of independent weights.

    The mean of n weights has the relative variance (n Σw² / (Σw)² - 1) / n = 1 / ess - 1 / n,
    which to first order is the variance of its logarithm.

    Parameters
    ----------
    log_weights : ndarray, shape (n,)
        Logarithms up to a constant; -inf for a weight of 0.

    Returns
    -------
    float

    References
    ----------
    Kong A. A note on importance sampling using standardized weights. Technical report 348,
    Department of Statistics, University of Chicago, 1992 (the effective number of draws).

    Examples
    --------
    >>> log_mean_error(np.zeros(100))
    0.0
    >>> round(log_mean_error(np.log([1.0, 3.0])), 3)
    0.354
    """
    weights = np.exp(log_weights - log_weights.max())
    total = weights.sum()
    return sqrt(max(0.0, float(weights @ weights / total**2) - 1 / weights.size))


def evidence(fit: Fit) -> Evidence | None:
    """Return the evidence of a fit.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    Evidence or None
        None for a fit by NUTS, which gives none.
    """
    return _of(fit.engine, fit.proposals)


def scaled_evidence(fit: Fit, scale: float) -> Evidence | None:
    """Return the evidence under priors of the coefficients that are wider or narrower.

    The proposals of the fit are reweighted by the ratio of the priors; where those weights have no
    finite variance, or too few of them count, the model is fitted again.

    Parameters
    ----------
    fit : Fit
        With covariates.
    scale : float
        Times the standard deviations of the card, of contrasts and slopes alike.

    Returns
    -------
    Evidence or None
        None where the evidence of the fit is not known.

    Raises
    ------
    FitError
        If the model cannot be fitted under those priors.
    """
    first, raw, card = evidence(fit), fit.proposals, fit.card.card
    if first is None or raw is None or scale == 1:
        return first
    other = with_scaled_coefficients(card, scale)
    log_weights = raw.log_weights + _log_ratio(raw.coefficients, fit.design, card, other)
    with np.errstate(over="ignore"):  # weights of a few draws only: fitted again below
        smoothed = smooth(log_weights)
    if smoothed.pareto_k < _FINITE_VARIANCE and smoothed.ess >= card.checks.marginal.ess_min:
        moved = first.log + _log_sum(log_weights) - _log_sum(raw.log_weights)
        return Evidence(moved, log_mean_error(log_weights), smoothed.pareto_k)
    settings = FitSettings("marginal", fit.settings.draws, fit.seed, study_effects=False)
    again = fit_marginal(fit.table, other, settings, fit.design)
    return _of(again.report, again.proposals, refitted=True)


def with_scaled_coefficients(card: Card, scale: float) -> Card:
    """Return a card whose priors of the coefficients are so many times as wide.

    Parameters
    ----------
    card : Card
        With priors for covariates.
    scale : float
        Above 0.

    Returns
    -------
    Card
    """
    beta = card.parameters.beta
    assert beta is not None  # a fit with covariates was made under it
    wider = {
        name: (prior := getattr(beta, name)).model_copy(update={"sd": scale * prior.sd})
        for name in ("contrast", "slope")
    }
    parameters = card.parameters.model_copy(update={"beta": beta.model_copy(update=wider)})
    return card.model_copy(update={"parameters": parameters})


def _of(report: EngineReport, raw: Proposals | None, *, refitted: bool = False) -> Evidence | None:
    if raw is None or report.log_evidence is None or report.pareto_k is None:
        return None
    error = log_mean_error(raw.log_weights)
    return Evidence(report.log_evidence, error, report.pareto_k, refitted)


def _log_ratio(coefficients: FloatArray, design: Design, card: Card, other: Card) -> FloatArray:
    """Return log prior under the other card minus that under the card, shape (R,)."""
    total = np.zeros(len(coefficients))
    pairs = zip(coefficient_priors(card, design), coefficient_priors(other, design), strict=True)
    for column, (before, after) in enumerate(pairs):
        if before is not after:
            values = coefficients[:, column]
            total += after.log_density(values) - before.log_density(values)
    return total


def _log_sum(values: FloatArray) -> float:
    top = float(values.max())
    return top + log(float(np.exp(values - top).sum()))
