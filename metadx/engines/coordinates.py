"""Coordinates in which the posterior is close to a t law, whatever the data.

With few or large studies the width of mu's posterior follows tau and rho (a funnel), which no
normal or t law in mu, tau and rho can follow. Here mu is replaced by its standardised distance from
the law it would have given tau and rho if each study's likelihood were normal. At the ends of the
range of tau and rho the posterior of their logarithms has long tails; in sqrt(tau) and arcsin(rho)
it falls to zero there.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metadx.engines.target import ATANH_RHO, DIMENSION, LOG_TAU, Posterior, constrain

type FloatArray = NDArray[np.float64]

_SMALLEST_ROOT = 1e-4  # of tau: below it the posterior holds nothing
_WIDEST_ANGLE = np.pi / 2 - 1e-7
_LEAST_PRECISION = 1e-4  # of the normal stand-in for a heavy-tailed prior of mu
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
    """(standardised mu given tau and rho, sqrt(tau), arcsin rho).

    Parameters
    ----------
    information_sens, information_spec : ndarray, shape (N,)
        Information W of each study about its logits at the posterior mode.
    pull_sens, pull_spec : ndarray, shape (N,)
        W times the logit that maximises the quadratic stand-in of the study's log-likelihood.
    prior_precision, prior_pull : ndarray, shape (2,)
        The same for the priors of mu.
    """

    information_sens: FloatArray
    information_spec: FloatArray
    pull_sens: FloatArray
    pull_spec: FloatArray
    prior_precision: FloatArray
    prior_pull: FloatArray

    @classmethod
    def at(cls, posterior: Posterior, mode: FloatArray) -> "Conditional":
        """Expand likelihoods and priors at the mode (D,) of a posterior."""
        hyper = constrain(mode[None])
        modes, counts = posterior.likelihood.modes(hyper), posterior.likelihood.counts
        expected_sens = counts.n_diseased * modes.p_sens[0]
        expected_spec = counts.n_nondiseased * modes.p_spec[0]
        w_sens, w_spec = expected_sens * modes.q_sens[0], expected_spec * modes.q_spec[0]
        around = hyper.mu[0] + np.array([[-_DIFFERENCE], [_DIFFERENCE]])
        slopes = np.stack(
            [prior.score(around[:, margin]) for margin, prior in enumerate(posterior.mu)], axis=1
        )
        precision = np.maximum((slopes[0] - slopes[1]) / (2 * _DIFFERENCE), _LEAST_PRECISION)
        return cls(
            w_sens,
            w_spec,
            w_sens * modes.sens[0] + counts.tp - expected_sens,
            w_spec * modes.spec[0] + counts.tn - expected_spec,
            precision,
            precision * hyper.mu[0] + slopes.mean(axis=0),
        )

    def forward(self, theta: FloatArray) -> Placed:
        """Find the coordinates of theta (S, D)."""
        law = self._law_of_mu(theta)
        points = theta.copy()
        points[:, 0] = (theta[:, 0] - law.sens) / law.l11
        points[:, 1] = (theta[:, 1] - law.spec - law.l21 * points[:, 0]) / law.l22
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
        law = self._law_of_mu(theta)
        theta[:, 0] = law.sens + law.l11 * points[:, 0]
        theta[:, 1] = law.spec + law.l21 * points[:, 0] + law.l22 * points[:, 1]
        return Placed(theta, points, _log_jacobian(theta, law))

    def _law_of_mu(self, theta: FloatArray) -> "_LawOfMu":
        """Find the normal stand-in for the law of mu given tau and rho.

        Sums over studies of (Sigma + W⁻¹)⁻¹, written as W (I + Sigma W)⁻¹ so that an empty arm
        (W = 0) and a large one are both exact.
        """
        sigma = constrain(theta).covariance.transposed()
        w1, w0 = self.information_sens[:, None], self.information_spec[:, None]
        pull1, pull0 = self.pull_sens[:, None], self.pull_spec[:, None]
        c1, c0 = 1 + sigma.spec * w0, 1 + sigma.sens * w1
        det = c1 + sigma.sens * w1 + sigma.det * w1 * w0
        cross = sigma.cross / det
        a11 = (w1 * c1 / det).sum(axis=0) + self.prior_precision[0]
        a22 = (w0 * c0 / det).sum(axis=0) + self.prior_precision[1]
        a12 = -(w1 * w0 * cross).sum(axis=0)
        b1 = (c1 / det * pull1 - w1 * cross * pull0).sum(axis=0)
        b0 = (c0 / det * pull0 - w0 * cross * pull1).sum(axis=0)
        b1, b0 = b1 + self.prior_pull[0], b0 + self.prior_pull[1]
        total = a11 * a22 - a12 * a12
        l11 = np.sqrt(a22 / total)
        l21 = -a12 / (total * l11)
        return _LawOfMu(
            (a22 * b1 - a12 * b0) / total,
            (a11 * b0 - a12 * b1) / total,
            l11,
            l21,
            1 / np.sqrt(a22),
        )


@dataclass(frozen=True, eq=False)
class _LawOfMu:
    """Mean and Cholesky factor, each (S,)."""

    sens: FloatArray
    spec: FloatArray
    l11: FloatArray
    l21: FloatArray
    l22: FloatArray


def _log_jacobian(theta: FloatArray, law: _LawOfMu) -> FloatArray:
    log_roots = np.log(0.5) * len(range(DIMENSION)[LOG_TAU]) + 0.5 * theta[:, LOG_TAU].sum(axis=1)
    return np.asarray(log_roots - np.log(law.l11 * law.l22) - np.log(np.cosh(theta[:, ATANH_RHO])))


#: Coordinates in which a fitted proposal is stretched: the roots of tau and the arcsine of rho.
STRETCHED = np.array([*range(DIMENSION)[LOG_TAU], ATANH_RHO])
