"""Coordinates in which the posterior is close to a t law, whatever the data.

With few or large studies the width of the posterior of the coefficients (mu, without covariates)
follows tau and rho (a funnel), which no normal or t law of all of them can follow. Here the
coefficients are replaced by their standardised distance from the law they would have given tau and
rho if each study's likelihood were normal. At the ends of the range of tau and rho the posterior of
their logarithms has long tails; in sqrt(tau) and arcsin(rho) it falls to zero there.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metadx.engines.normal_laws import NormalLaws
from metadx.engines.target import (
    ATANH_RHO,
    COEFFICIENTS,
    LOG_TAU,
    NOTHING,
    SCALES,
    Given,
    Posterior,
)

type FloatArray = NDArray[np.float64]

_SMALLEST_ROOT = 1e-4  # of tau: below it the posterior holds nothing
_WIDEST_ANGLE = np.pi / 2 - 1e-7
_LEAST_PRECISION = 1e-4  # of the normal stand-in for a heavy-tailed prior of a coefficient
_DIFFERENCE = 1e-4


class Coordinates(Protocol):
    """A one-to-one map from theta to the coordinates of a proposal."""

    def forward(self, theta: FloatArray) -> "Placed":
        """Find the coordinates of theta (S, D)."""

    def inverse(self, points: FloatArray) -> "Placed":
        """Find theta; points outside the image are dropped."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Points in both coordinates.

    Parameters
    ----------
    theta, points : ndarray, shape (S, D)
    log_jacobian : ndarray, shape (S,)
        Log determinant of d(points)/d(theta).
    """

    theta: FloatArray
    points: FloatArray
    log_jacobian: FloatArray

    def followed_by(self, other: "Placed") -> "Placed":
        """Put other points behind these."""
        return Placed(
            np.concatenate([self.theta, other.theta]),
            np.concatenate([self.points, other.points]),
            np.concatenate([self.log_jacobian, other.log_jacobian]),
        )


@dataclass(frozen=True)
class Identity:
    """Theta itself."""

    def forward(self, theta: FloatArray) -> Placed:
        """Take theta as it is."""
        return Placed(theta, theta, np.zeros(theta.shape[0]))

    def inverse(self, points: FloatArray) -> Placed:
        """Take the points as they are."""
        return self.forward(points)


@dataclass(frozen=True, eq=False)
class Conditional:
    """(standardised coefficients given tau and rho, sqrt(tau), arcsin rho).

    Parameters
    ----------
    design : pair of ndarray, shapes (N, P), (N, Q)
        What the means of logit sens and logit spec are made of.
    information_sens, information_spec : ndarray, shape (N,)
        Information W of each study about its logits at the posterior mode.
    pull_sens, pull_spec : ndarray, shape (N,)
        W times the logit that maximises the quadratic stand-in of the study's log-likelihood.
    prior_precision, prior_pull : ndarray, shape (P + Q,)
        The same for the priors of the coefficients.
    given : Given
        What of tau and rho the card takes as given.
    """

    design: tuple[FloatArray, FloatArray]
    information_sens: FloatArray
    information_spec: FloatArray
    pull_sens: FloatArray
    pull_spec: FloatArray
    prior_precision: FloatArray
    prior_pull: FloatArray
    given: Given = NOTHING

    @classmethod
    def at(cls, posterior: Posterior, mode: FloatArray) -> "Conditional":
        """Expand likelihoods and priors at the mode (D,) of a posterior."""
        hyper = posterior.constrain(mode[None])
        around = hyper.coefficients[0] + np.array([[-_DIFFERENCE], [_DIFFERENCE]])
        slopes = np.stack(
            [prior.score(around[:, i]) for i, prior in enumerate(posterior.coefficients)], axis=1
        )
        precision = np.maximum((slopes[0] - slopes[1]) / (2 * _DIFFERENCE), _LEAST_PRECISION)
        return cls(
            posterior.likelihood.design,
            *posterior.likelihood.normal_laws_at(hyper),
            precision,
            precision * hyper.coefficients[0] + slopes.mean(axis=0),
            posterior.given,
        )

    def forward(self, theta: FloatArray) -> Placed:
        """Find the coordinates of theta (S, D)."""
        law = self._law_of_coefficients(theta)
        points = theta.copy()
        points[:, COEFFICIENTS] = law.standardised(theta[:, COEFFICIENTS])
        points[:, LOG_TAU] = np.exp(0.5 * theta[:, LOG_TAU])
        points[:, ATANH_RHO] = np.arctan(np.sinh(theta[:, ATANH_RHO]))
        return Placed(theta, points, _log_jacobian(theta, law))

    def inverse(self, points: FloatArray) -> Placed:
        """Find theta; points whose root of tau or arcsine of rho is out of range are dropped."""
        possible = (points[:, LOG_TAU] > _SMALLEST_ROOT).all(axis=1)
        possible &= np.abs(points[:, ATANH_RHO]) < _WIDEST_ANGLE
        points = points[possible]
        theta = points.copy()
        theta[:, ATANH_RHO] = np.arcsinh(np.tan(points[:, ATANH_RHO]))
        theta[:, LOG_TAU] = 2 * np.log(points[:, LOG_TAU])
        law = self._law_of_coefficients(theta)
        theta[:, COEFFICIENTS] = law.placed(points[:, COEFFICIENTS])
        return Placed(theta, points, _log_jacobian(theta, law))

    def _law_of_coefficients(self, theta: FloatArray) -> NormalLaws:
        """Find the normal stand-in for the law of the coefficients given tau and rho.

        Sums over studies of X' (Sigma + W⁻¹)⁻¹ X, written as W (I + Sigma W)⁻¹ so that an empty
        arm (W = 0) and a large one are both exact.
        """
        sigma = self.given.constrain(theta).covariance.transposed()
        w1, w0 = self.information_sens[:, None], self.information_spec[:, None]
        pull1, pull0 = self.pull_sens[:, None], self.pull_spec[:, None]
        c1, c0 = 1 + sigma.spec * w0, 1 + sigma.sens * w1
        det = c1 + sigma.sens * w1 + sigma.det * w1 * w0
        cross = sigma.cross / det
        sens, spec = self.design
        blocks = (
            _weighted_products(sens, w1 * c1 / det, sens),
            _weighted_products(sens, -(w1 * w0 * cross), spec),
            _weighted_products(spec, w0 * c0 / det, spec),
        )
        precision = np.concatenate(
            [
                np.concatenate([blocks[0], blocks[1]], axis=1),
                np.concatenate([blocks[1].transpose(1, 0, 2), blocks[2]], axis=1),
            ]
        )
        diagonal = np.arange(self.prior_precision.size)
        precision[diagonal, diagonal] += self.prior_precision[:, None]
        pull = np.concatenate(
            [
                sens.T @ (c1 / det * pull1 - w1 * cross * pull0),
                spec.T @ (c0 / det * pull0 - w0 * cross * pull1),
            ]
        )
        return NormalLaws.of(precision, pull + self.prior_pull[:, None])


def _weighted_products(left: FloatArray, weights: FloatArray, right: FloatArray) -> FloatArray:
    """Return left' diag(w) right for every column w of the weights (N, S), shape (P, Q, S)."""
    pairs = left[:, :, None] * right[:, None, :]
    shape = (*pairs.shape[1:], weights.shape[1])
    return np.asarray(pairs.reshape(left.shape[0], -1).T @ weights).reshape(shape)


def _log_jacobian(theta: FloatArray, law: NormalLaws) -> FloatArray:
    log_roots = (SCALES - 1) * np.log(0.5) + 0.5 * theta[:, LOG_TAU].sum(axis=1)
    return np.asarray(log_roots + law.log_det - np.log(np.cosh(theta[:, ATANH_RHO])))


#: Coordinates in which a fitted proposal is stretched: the roots of tau and the arcsine of rho.
STRETCHED = slice(-SCALES, None)
