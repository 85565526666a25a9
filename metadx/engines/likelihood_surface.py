"""The integrated log-likelihood as a surface to climb: values, slopes and curvature by differences.

The conditional modes are sharpened to machine precision first, so that the surface is smooth enough
for differences and, with one node, is the Laplace approximation to the last digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.likelihood import IntegratedLikelihood
from metadx.engines.mode import ValueAndGradient
from metadx.engines.target import constrain

type FloatArray = NDArray[np.float64]

_SHARPENINGS = 3  # each at least one more Newton step: the error goes 1e-2, 1e-4, 1e-8, 1e-16
_SLOPE_STEP = 1e-4
_CURVATURE_STEP = 1e-3


@dataclass(frozen=True, eq=False)
class Surface:
    """Log-likelihood of theta with a fixed number of nodes for all studies.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
        Its own numbers of nodes are not used.
    nodes : int
        Quadrature nodes per axis; 1 is the Laplace approximation.
    """

    likelihood: IntegratedLikelihood
    nodes: int

    def log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Return the log-likelihood at theta (S, D), binomial coefficients included, shape (S,).

        An entry of log tau may be -inf and one of atanh rho ±inf: the likelihood is written in
        the covariance, never in its inverse, and is exact there.
        """
        hyper = constrain(theta)
        modes = self.likelihood.modes(hyper)
        for _ in range(_SHARPENINGS):
            modes = self.likelihood.started_at((modes.sens, modes.spec)).modes(hyper)
        by_row = self.likelihood.log_integrals(modes, self.nodes)
        return np.asarray(self.likelihood.counts.by_study(by_row).sum(axis=1))

    def restricted(self, template: FloatArray, free: Sequence[int]) -> ValueAndGradient:
        """Return value and slope as functions of some coordinates, the others as in a template."""
        size = len(free)
        steps = np.eye(size) * _SLOPE_STEP
        offsets = np.vstack([np.zeros(size), steps, -steps])

        def value_and_gradient(points: FloatArray) -> tuple[FloatArray, FloatArray]:
            around = (points[:, None] + offsets).reshape(-1, size)
            values = self.log_likelihood(_filled(template, free, around))
            values = values.reshape(points.shape[0], -1)
            slope = (values[:, 1 : size + 1] - values[:, size + 1 :]) / (2 * _SLOPE_STEP)
            return values[:, 0], slope

        return value_and_gradient

    def curvature(self, theta: FloatArray, free: Sequence[int]) -> FloatArray:
        """Return minus the Hessian in the free coordinates by central differences, (F, F)."""
        size, step = len(free), _CURVATURE_STEP
        pairs = [(i, j) for i in range(size) for j in range(size)]
        signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
        unit = np.eye(size) * step
        here = theta[list(free)]
        points = np.array([here + a * unit[i] + b * unit[j] for i, j in pairs for a, b in signs])
        values = self.log_likelihood(_filled(theta, free, points)).reshape(size, size, 4)
        return np.asarray(-(values @ np.array([1.0, -1.0, -1.0, 1.0])) / (4 * step**2))


def _filled(template: FloatArray, free: Sequence[int], points: FloatArray) -> FloatArray:
    """Put the free coordinates (S, F) into copies of a template (D,)."""
    theta = np.tile(template, (points.shape[0], 1))
    theta[:, list(free)] = points
    return theta
