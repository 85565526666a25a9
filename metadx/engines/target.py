"""The log posterior of the hyper-parameters in unconstrained coordinates.

theta = (coefficients of sens, coefficients of spec, log tau_sens, log tau_spec, atanh rho),
Jacobian included. Without covariates the coefficients are mu_sens and mu_spec. The scales stand at
the end, so that they are found by negative numbers whatever the number of coefficients.

A card may take tau or rho as given. Its coordinate stays in theta, with a law of its own that
integrates to 1 and that no study knows of: evidence, weights and their checks are those of the
other parameters. The degrees of freedom of t effects are no part of theta; they are summed out.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import Card
from metadx.cards.coefficients import coefficient_priors
from metadx.cards.priors import HalfNormal, Prior, Uniform
from metadx.designs.design import Design
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.engines.slopes import Slopes, normal_slopes, slopes_without_effects, t_slopes
from metadx.engines.t_likelihood import TLikelihood, log_mixtures

type FloatArray = NDArray[np.float64]

SCALES = 3  # at the end of theta
COEFFICIENTS = slice(None, -SCALES)
LOG_TAU = slice(-3, -1)
ATANH_RHO = -1
_LOG_TAU_RANGE = (-40.0, 20.0)  # outside, the density is 0 to machine precision
_Z_LIMIT = 18.0  # of atanh rho: 1 - |rho| is then below machine precision
# Laws of the coordinates of parameters that are given, easy to draw from.
_IDLE_TAU = HalfNormal(family="HalfNormal", sd=1.0)
_IDLE_RHO = Uniform(family="Uniform", lower=-1.0, upper=1.0)


@dataclass(frozen=True)
class Given:
    """What a card takes as given: no differences between studies, no correlation.

    Parameters
    ----------
    tau, rho : bool
        Whether both tau, or rho, are 0.
    """

    tau: bool = False
    rho: bool = False

    @classmethod
    def of(cls, card: Card) -> "Given":
        """Read it off a card."""
        return cls(card.parameters.tau.fixed, card.parameters.rho.fixed)

    def constrain(self, theta: FloatArray) -> Hyper:
        """Map theta (S, D) to the natural scales, what is given at its value."""
        hyper = constrain(theta)
        if self.tau:
            hyper = replace(hyper, tau=np.zeros_like(hyper.tau))
        if self.rho:
            nothing = np.zeros_like(hyper.rho)
            hyper = replace(hyper, rho=nothing, one_minus_rho2=nothing + 1.0)
        return hyper


NOTHING = Given()


@dataclass(frozen=True, eq=False)
class Posterior:
    """Log posterior density of theta up to a constant that does not depend on theta.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
    coefficients : tuple of Prior, length P + Q
    tau : tuple of Prior, length 2
        Order sens, spec; of tau that are given the law of their coordinates.
    rho : Prior
        As of tau.
    given : Given
    """

    likelihood: IntegratedLikelihood
    coefficients: tuple[Prior, ...]
    tau: tuple[Prior, ...]
    rho: Prior
    given: Given = NOTHING

    @classmethod
    def of(
        cls, likelihood: IntegratedLikelihood, card: Card, design: Design | None = None
    ) -> "Posterior":
        """Combine a likelihood with the priors of a card, for the design it was made with."""
        chosen = design or Design.without_covariates(likelihood.nodes.size)
        given = Given.of(card)
        tau = (_IDLE_TAU, _IDLE_TAU) if given.tau else card.parameters.tau.priors()
        rho = _IDLE_RHO if given.rho else card.parameters.rho.priors()[0]
        return cls(likelihood, coefficient_priors(card, chosen), tau, rho, given)

    def with_likelihood(self, likelihood: IntegratedLikelihood) -> "Posterior":
        """Keep the priors, change the likelihood."""
        return replace(self, likelihood=likelihood)

    def constrain(self, theta: FloatArray) -> Hyper:
        """Map theta (S, D) to the natural scales, what is given at its value."""
        return self.given.constrain(theta)

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
        """Return the log posterior (S,) and its log-likelihood by study.

        The latter has shape (S, N), of t effects (S, J, N): for each number of degrees of freedom.
        Outside the support of the priors the density is -inf and the likelihood is not computed
        (its rows hold -inf).
        """
        total = np.full(theta.shape[0], -np.inf)
        inside = _inside(theta)
        prior = self.log_prior(theta[inside])
        possible = np.isfinite(prior)
        rows = np.flatnonzero(inside)[possible]
        values = self.by_study(theta[rows])
        by_study = np.full((theta.shape[0], *values.shape[1:]), -np.inf)
        by_study[rows] = values
        total[rows] = prior[possible] + self.log_likelihood(values)
        return total, by_study

    def by_study(self, theta: FloatArray) -> FloatArray:
        """Return the log-likelihood by study, shape (S, N), of t effects (S, J, N)."""
        hyper = self.constrain(theta)
        if isinstance(self.likelihood, TLikelihood):
            return self.likelihood.by_df(hyper)
        return self.likelihood.by_study(hyper)

    def log_likelihood(self, by_study: FloatArray) -> FloatArray:
        """Sum what `by_study` gives over the studies and, of t effects, over nu: shape (S,)."""
        if isinstance(self.likelihood, TLikelihood):
            return log_mixtures(self.likelihood.grid.log_prior, by_study.sum(axis=2).T)
        return np.asarray(by_study.sum(axis=1))

    def gradient(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the log posterior (S,) and its exact gradient (S, D), for few draws."""
        hyper = constrain(theta)
        log_likelihood, slopes = self._slopes(theta)
        sens, spec = self.likelihood.design
        slope = np.empty_like(theta)
        slope[:, : sens.shape[1]] = slopes.mean_sens @ sens
        slope[:, sens.shape[1] : -SCALES] = slopes.mean_spec @ spec
        slope[:, -3] = slopes.log_tau_sens.sum(axis=1) + 1
        slope[:, -2] = slopes.log_tau_spec.sum(axis=1) + 1
        slope[:, ATANH_RHO] = 0.0 if self.given.rho else slopes.atanh_rho.sum(axis=1)
        slope[:, ATANH_RHO] += hyper.one_minus_rho2 * self.rho.score(hyper.rho) - 2 * hyper.rho
        for column, prior in enumerate(self.coefficients):
            slope[:, column] += prior.score(hyper.coefficients[:, column])
        for margin, prior in enumerate(self.tau):
            tau = hyper.tau[:, margin]
            slope[:, margin - SCALES] += tau * prior.score(tau)
        return self.log_prior(theta) + log_likelihood, slope

    def _slopes(self, theta: FloatArray) -> tuple[FloatArray, Slopes]:
        hyper = self.constrain(theta)
        if isinstance(self.likelihood, TLikelihood):
            return t_slopes(self.likelihood, hyper)
        find = slopes_without_effects if self.given.tau else normal_slopes
        slopes = find(self.likelihood, hyper)
        return slopes.log_integral.sum(axis=1), slopes


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
    for margin, (values, n) in enumerate(zip(likelihood.empirical_values(), sizes, strict=True)):
        seen, rows = values[n > 0], designs[margin][n > 0]
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
