"""The same data under other priors: importance weights moved from one card to another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import Card
from metadx.cards.coefficients import coefficient_priors
from metadx.designs.design import Design
from metadx.engines.fit import Fit
from metadx.engines.importance import resample
from metadx.engines.pareto import smooth
from metadx.engines.result import Proposals
from metadx.errors import FitError

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reweighted:
    """Posterior draws under another card, from the proposals of a fit.

    Parameters
    ----------
    coefficients : ndarray, shape (S, P + Q)
        Of the mean of logit sens, then of that of logit spec; without covariates the two means.
    tau : ndarray, shape (S, 2)
        Logit scale; order sens, spec.
    rho : ndarray, shape (S,)
    pareto_k : float
        Tail shape of the new weights: from 0.7 the draws cannot be trusted; fit the card instead.
    ess : float
        Effective draws, 1 / sum(w²).
    """

    coefficients: FloatArray
    tau: FloatArray
    rho: FloatArray
    pareto_k: float
    ess: float


def reweight(fit: Fit, card: Card, rng: np.random.Generator) -> Reweighted:
    """Turn a fit into what another card of the same model would give, without fitting again.

    Parameters
    ----------
    fit : Fit
        By the marginal engine.
    card : Card
        The same likelihood under other priors.
    rng : numpy.random.Generator
        Picks as many draws as the fit has.

    Returns
    -------
    Reweighted

    Raises
    ------
    FitError
        If the fit has no importance weights (NUTS), no proposal is possible under the card, or the
        card allows what the priors of the fit rule out.

    References
    ----------
    Kallioinen N, Paananen T, Bürkner P-C, Vehtari A. Detecting and diagnosing prior and likelihood
    sensitivity with power-scaling. Stat Comput 2024;34:57 (importance weights from prior ratios).

    Examples
    --------
    >>> import metadx
    >>> fitted = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> other = metadx.load_card("bivariate-binomial-n15").card
    >>> found = reweight(fitted, other, np.random.default_rng(1))
    >>> found.pareto_k < 0.7
    True
    """
    raw = fit.proposals
    if raw is None:
        msg = "a fit by NUTS has no importance weights; fit the other card itself."
        raise FitError(msg)
    before, after = (_log_prior(raw, fit.design, which) for which in (fit.card.card, card))
    ruled_out = np.isneginf(before)
    if np.isfinite(after[ruled_out]).any():  # no weight, however large, could make up for it
        msg = f"the card {card.id} allows what {fit.card.card.id} rules out; fit it itself."
        raise FitError(msg)
    with np.errstate(invalid="ignore"):
        log_weights = np.where(ruled_out, -np.inf, raw.log_weights + after - before)
    if not np.isfinite(log_weights).any():
        msg = f"no proposal is possible under the card {card.id}; fit it itself."
        raise FitError(msg)
    smoothed = smooth(log_weights)
    rows = resample(smoothed.weights, fit.rho.size, rng)
    return Reweighted(
        raw.coefficients[rows], raw.tau[rows], raw.rho[rows], smoothed.pareto_k, smoothed.ess
    )


def _log_prior(raw: Proposals, design: Design, card: Card) -> FloatArray:
    """Return log p(coefficients, tau, rho); Jacobians cancel in a ratio of priors."""
    total = card.parameters.rho.priors()[0].log_density(raw.rho)
    scales = card.parameters.tau.priors()
    for values, priors in ((raw.coefficients, coefficient_priors(card, design)), (raw.tau, scales)):
        for column, prior in enumerate(priors):
            total = total + prior.log_density(values[:, column])
    return np.asarray(total)
