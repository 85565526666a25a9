"""The log posterior of the hyper-parameters in unconstrained coordinates.

theta = (coefficients of sens, coefficients of spec, log tau_sens, log tau_spec, atanh rho),
Jacobian included. Without covariates the coefficients are mu_sens and mu_spec. The scales stand at
the end, so that they are found by negative numbers whatever the number of coefficients.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import Card
from metadx.cards.coefficients import coefficient_priors
from metadx.cards.priors import Prior
from metadx.designs.design import Design
from metadx.engines.likelihood import Hyper, IntegratedLikelihood

type FloatArray = NDArray[np.float64]

SCALES = 3  # at the end of theta
COEFFICIENTS = slice(None, -SCALES)
LOG_TAU = slice(-3, -1)
ATANH_RHO = -1
_LOG_TAU_RANGE = (-40.0, 20.0)  # outside, the density is 0 to machine precision
_Z_LIMIT = 18.0  # of atanh rho: 1 - |rho| is then below machine precision


@dataclass(frozen=True, eq=False)
class Posterior:
    """Log posterior density of theta up to a constant that does not depend on theta.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
    coefficients : tuple of Prior, length P + Q
    tau : tuple of Prior, length 2
        Order sens, spec.
    rho : Prior
    """

    likelihood: IntegratedLikelihood
    coefficients: tuple[Prior, ...]
    tau: tuple[Prior, ...]
    rho: Prior

    @classmethod
    def of(
        cls, likelihood: IntegratedLikelihood, card: Card, design: Design | None = None
    ) -> "Posterior":
        """Combine a likelihood with the priors of a card, for the design it was made with."""
        chosen = design or Design.without_covariates(likelihood.nodes.size)
        tau, rho = card.parameters.tau.priors(), card.parameters.rho.priors()[0]
        return cls(likelihood, coefficient_priors(card, chosen), tau, rho)

    def with_likelihood(self, likelihood: IntegratedLikelihood) -> "Posterior":
        """Keep the priors, change the likelihood."""
        return Posterior(likelihood, self.coefficients, self.tau, self.rho)

    def log_prior(self, theta: FloatArray) -> FloatArray:
        """Return the log prior density of theta, Jacobian included, shape (S,)."""
        hyper = constrain(theta)
        total = self.rho.log_density(hyper.rho) + np.log(hyper.one_minus_rho2)
        for column, prior in enumerate(self.coefficients):
            total = total + prior.log_density(hyper.coefficients[:, column])
        for margin, prior in enumerate(self.tau):
            total = total + prior.log_density(hyper.tau[:, margin])
        return np.asarray(total + theta[:, LOG_TAU].sum(axis=1))

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
        """Return the log posterior (S,) and its exact gradient (S, D), for few draws.

        By Fisher's identity the gradient of an integrated log-likelihood is the conditional mean
        of the gradient of log N(d; 0, Sigma).
        """
        hyper = constrain(theta)
        moments = self.likelihood.moments(hyper)
        tau1, tau2, rho = hyper.tau[:, :1], hyper.tau[:, 1:], hyper.rho[:, None]
        left = hyper.one_minus_rho2[:, None]
        x, y = moments.sens / tau1, moments.spec / tau2
        xx, xy, yy = moments.sens2 / tau1**2, moments.cross / (tau1 * tau2), moments.spec2 / tau2**2
        sens, spec = self.likelihood.design
        slope = np.empty_like(theta)
        slope[:, : sens.shape[1]] = ((x - rho * y) / (left * tau1)) @ sens
        slope[:, sens.shape[1] : -SCALES] = ((y - rho * x) / (left * tau2)) @ spec
        slope[:, -3] = (-1 + (xx - rho * xy) / left).sum(axis=1) + 1
        slope[:, -2] = (-1 + (yy - rho * xy) / left).sum(axis=1) + 1
        slope[:, ATANH_RHO] = (rho + xy - rho * (xx - 2 * rho * xy + yy) / left).sum(axis=1)
        slope[:, ATANH_RHO] += hyper.one_minus_rho2 * self.rho.score(hyper.rho) - 2 * hyper.rho
        for column, prior in enumerate(self.coefficients):
            slope[:, column] += prior.score(hyper.coefficients[:, column])
        for margin, prior in enumerate(self.tau):
            tau = hyper.tau[:, margin]
            slope[:, margin - SCALES] += tau * prior.score(tau)
        return self.log_prior(theta) + moments.log_integral.sum(axis=1), slope


def constrain(theta: FloatArray) -> Hyper:
    """Map unconstrained theta to the natural scales.

    Parameters
    ----------
    theta : ndarray, shape (S, D)
        (coefficients, log tau_sens, log tau_spec, atanh rho).

    Returns
    -------
    Hyper

    Examples
    --------
    >>> constrain(np.array([[1.0, 2.0, 0.0, 0.0, 0.0]])).tau.tolist()
    [[1.0, 1.0]]
    """
    z = theta[:, ATANH_RHO]
    # 1 − tanh² = 4 e^{-2|z|} / (1 + e^{-2|z|})²
    e = np.exp(-2 * np.abs(z))
    return Hyper(
        theta[:, COEFFICIENTS], np.exp(theta[:, LOG_TAU]), np.tanh(z), 4 * e / (1 + e) ** 2
    )


def crude_start(likelihood: IntegratedLikelihood) -> FloatArray:
    """Take crude moments of the empirical logits as theta; a search for a mode does the rest.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
        With P + Q coefficients.

    Returns
    -------
    ndarray, shape (P + Q + 3,)
        0 for a margin that no study has.
    """
    counts, columns = likelihood.counts, [matrix.shape[1] for matrix in likelihood.design]
    designs = [counts.by_row(matrix.T).T for matrix in likelihood.design]
    start = np.zeros(sum(columns) + SCALES)
    sizes = (counts.n_diseased, counts.n_nondiseased)
    first = 0
    for margin, (logits, n) in enumerate(zip(counts.empirical_logits(), sizes, strict=True)):
        seen, rows = logits[n > 0], designs[margin][n > 0]
        part = slice(first, first + columns[margin])
        first = part.stop
        if seen.size:
            start[part] = np.linalg.lstsq(rows, seen)[0]
            spread = (seen - rows @ start[part]).std()
            start[margin - SCALES] = np.log(max(0.8 * spread, 0.3))
    return start


def _inside(theta: FloatArray) -> NDArray[np.bool_]:
    low, high = _LOG_TAU_RANGE
    log_tau = theta[:, LOG_TAU]
    return np.asarray(
        np.isfinite(theta).all(axis=1)
        & (log_tau > low).all(axis=1)
        & (log_tau < high).all(axis=1)
        & (np.abs(theta[:, ATANH_RHO]) < _Z_LIMIT)
    )
