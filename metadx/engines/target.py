"""The log posterior of the hyper-parameters in unconstrained coordinates.

theta = (mu_sens, mu_spec, log tau_sens, log tau_spec, atanh rho), Jacobian included.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import Card
from metadx.cards.priors import Prior
from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper, IntegratedLikelihood

type FloatArray = NDArray[np.float64]

DIMENSION = 5
LOG_TAU = slice(2, 4)
ATANH_RHO = 4
_LOG_TAU_RANGE = (-40.0, 20.0)  # outside, the density is 0 to machine precision
_Z_LIMIT = 18.0  # of atanh rho: 1 - |rho| is then below machine precision


@dataclass(frozen=True, eq=False)
class Posterior:
    """Log posterior density of theta up to a constant that does not depend on theta.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
    mu, tau : pair of Prior
        Order sens, spec.
    rho : Prior
    """

    likelihood: IntegratedLikelihood
    mu: tuple[Prior, Prior]
    tau: tuple[Prior, Prior]
    rho: Prior

    @classmethod
    def of(cls, likelihood: IntegratedLikelihood, card: Card) -> "Posterior":
        """Combine a likelihood with the priors of a card."""
        mu, tau, rho = (getattr(card.parameters, name).priors() for name in ("mu", "tau", "rho"))
        return cls(likelihood, mu, tau, rho[0])

    def with_likelihood(self, likelihood: IntegratedLikelihood) -> "Posterior":
        """Keep the priors, change the likelihood."""
        return Posterior(likelihood, self.mu, self.tau, self.rho)

    def log_prior(self, theta: FloatArray) -> FloatArray:
        """Return the log prior density of theta, Jacobian included, shape (S,)."""
        hyper = constrain(theta)
        total = self.rho.log_density(hyper.rho) + np.log(hyper.one_minus_rho2)
        for margin in (0, 1):
            total = total + self.mu[margin].log_density(hyper.mu[:, margin])
            total = total + self.tau[margin].log_density(hyper.tau[:, margin])
            total = total + theta[:, 2 + margin]
        return total

    def log_density(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the log posterior (S,) and its log-likelihood by study (S, N).

        Outside the support of the priors the density is -inf and the likelihood is not computed
        (its rows hold -inf).
        """
        total = np.full(theta.shape[0], -np.inf)
        by_study = np.full((theta.shape[0], self.likelihood.nodes.size), -np.inf)
        inside = _inside(theta)
        prior = self.log_prior(theta[inside])
        possible = np.isfinite(prior)
        rows = np.flatnonzero(inside)[possible]
        if rows.size:
            values = self.likelihood.by_study(constrain(theta[rows]))
            by_study[rows] = values
            total[rows] = prior[possible] + values.sum(axis=1)
        return total, by_study

    def gradient(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the log posterior (S,) and its exact gradient (S, 5), for few draws.

        By Fisher's identity the gradient of an integrated log-likelihood is the conditional mean
        of the gradient of log N(d; 0, Sigma).
        """
        hyper = constrain(theta)
        moments = self.likelihood.moments(hyper)
        tau1, tau2, rho = hyper.tau[:, :1], hyper.tau[:, 1:], hyper.rho[:, None]
        left = hyper.one_minus_rho2[:, None]
        x, y = moments.sens / tau1, moments.spec / tau2
        xx, xy, yy = moments.sens2 / tau1**2, moments.cross / (tau1 * tau2), moments.spec2 / tau2**2
        columns = [
            ((x - rho * y) / (left * tau1)).sum(axis=1),
            ((y - rho * x) / (left * tau2)).sum(axis=1),
            (-1 + (xx - rho * xy) / left).sum(axis=1) + 1,
            (-1 + (yy - rho * xy) / left).sum(axis=1) + 1,
            (rho + xy - rho * (xx - 2 * rho * xy + yy) / left).sum(axis=1) - 2 * hyper.rho,
        ]
        for margin in (0, 1):
            tau = hyper.tau[:, margin]
            columns[margin] = columns[margin] + self.mu[margin].score(hyper.mu[:, margin])
            columns[2 + margin] = columns[2 + margin] + tau * self.tau[margin].score(tau)
        columns[4] = columns[4] + hyper.one_minus_rho2 * self.rho.score(hyper.rho)
        value = self.log_prior(theta) + moments.log_integral.sum(axis=1)
        return value, np.stack(columns, axis=1)


def constrain(theta: FloatArray) -> Hyper:
    """Map unconstrained theta to the natural scales.

    Parameters
    ----------
    theta : ndarray, shape (S, 5)
        (mu_sens, mu_spec, log tau_sens, log tau_spec, atanh rho).

    Returns
    -------
    Hyper

    Examples
    --------
    >>> constrain(np.array([[1.0, 2.0, 0.0, 0.0, 0.0]])).tau.tolist()
    [[1.0, 1.0]]
    """
    z = theta[:, 4]
    # 1 − tanh² = 4 e^{-2|z|} / (1 + e^{-2|z|})²
    e = np.exp(-2 * np.abs(z))
    return Hyper(theta[:, :2], np.exp(theta[:, LOG_TAU]), np.tanh(z), 4 * e / (1 + e) ** 2)


def crude_start(counts: Counts) -> FloatArray:
    """Take crude moments of the empirical logits as theta; a search for a mode does the rest.

    Parameters
    ----------
    counts : Counts

    Returns
    -------
    ndarray, shape (5,)
        0 for a margin that no study has.
    """
    start = np.zeros(DIMENSION)
    sizes = (counts.n_diseased, counts.n_nondiseased)
    for margin, (logits, n) in enumerate(zip(counts.empirical_logits(), sizes, strict=True)):
        seen = logits[n > 0]
        if seen.size:
            start[margin] = seen.mean()
            start[2 + margin] = np.log(max(0.8 * seen.std(), 0.3))
    return start


def _inside(theta: FloatArray) -> NDArray[np.bool_]:
    low, high = _LOG_TAU_RANGE
    log_tau = theta[:, LOG_TAU]
    return np.asarray(
        np.isfinite(theta).all(axis=1)
        & (log_tau > low).all(axis=1)
        & (log_tau < high).all(axis=1)
        & (np.abs(theta[:, 4]) < _Z_LIMIT)
    )
