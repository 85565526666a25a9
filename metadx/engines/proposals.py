"""Multivariate t proposals, on theta itself or with sqrt(tau) in place of log(tau)."""

from dataclasses import dataclass
from math import lgamma, log, pi

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]

_INFLATION = 1.2  # a proposal a little wider than the posterior bounds the weights
_STRETCH = 2.0
_WIDE_SHARE = 0.2
_WIDE_DF = 4.0
_SMALLEST_ROOT = 1e-4  # of tau: below it the posterior holds nothing


@dataclass(frozen=True, eq=False)
class Proposal:
    """A multivariate t law from which `count` draws are taken.

    Parameters
    ----------
    location : ndarray, shape (D,)
    factor : ndarray, shape (D, D)
        Lower Cholesky factor of the scale matrix.
    df : float
    count : int
        Draws asked for; those outside the support count as draws of weight 0.
    roots : slice
        Coordinates that hold sqrt(tau); empty where the law is that of theta itself.
    """

    location: FloatArray
    factor: FloatArray
    df: float
    count: int
    roots: slice

    def draw(self, rng: np.random.Generator) -> FloatArray:
        """Return the draws as theta, shape (at most count, D)."""
        normal = rng.standard_normal((self.count, self.location.size))
        scale = np.sqrt(rng.chisquare(self.df, self.count) / self.df)
        points = self.location + (normal / scale[:, None]) @ self.factor.T
        roots = points[:, self.roots]
        points = points[(roots > _SMALLEST_ROOT).all(axis=1)]
        points[:, self.roots] = 2 * np.log(points[:, self.roots])
        return points

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return the log density with respect to theta, shape (S,)."""
        dimension = self.location.size
        points = to_roots(theta, self.roots)
        jacobian = np.log(0.5 * points[:, self.roots]).sum(axis=1)
        z = np.linalg.solve(self.factor, (points - self.location).T)
        square = (z * z).sum(axis=0)
        constant = lgamma((self.df + dimension) / 2) - lgamma(self.df / 2)
        constant -= 0.5 * dimension * log(self.df * pi) + np.log(np.diag(self.factor)).sum()
        kernel = -0.5 * (self.df + dimension) * np.log1p(square / self.df)
        return np.asarray(constant + kernel + jacobian)


def to_roots(theta: FloatArray, roots: slice) -> FloatArray:
    """Replace log(tau) by sqrt(tau) in the given coordinates."""
    points = theta.copy()
    points[:, roots] = np.exp(0.5 * theta[:, roots])
    return points


def around_mode(location: FloatArray, precision: FloatArray, count: int) -> Proposal:
    """Laplace's law with t4 tails; directions the curvature leaves open are kept finite."""
    values, vectors = np.linalg.eigh(precision)
    covariance = (vectors / np.maximum(values, 0.05)) @ vectors.T * _INFLATION
    return Proposal(location, np.linalg.cholesky(covariance), 4.0, count, slice(0, 0))


def from_moments(
    theta: FloatArray, weights: FloatArray, roots: slice, count: int
) -> tuple[Proposal, Proposal]:
    """t8 law with the weighted mean and covariance of earlier draws, in sqrt(tau) coordinates.

    Where tau is well determined its posterior still reaches down to 0, far beyond the tail of a
    law fitted to the bulk. One draw in five therefore comes from a copy stretched along sqrt(tau),
    which bounds the weights there.
    """
    df = 8.0
    points = to_roots(theta, roots)
    location = weights @ points
    centred = points - location
    covariance = centred.T @ (centred * weights[:, None]) * ((df - 2) / df * _INFLATION)
    # A degenerate pilot must not give a degenerate proposal.
    jitter = 1e-10 * np.trace(covariance) + 1e-12
    factor = np.linalg.cholesky(covariance + jitter * np.eye(location.size))
    stretched = factor.copy()
    stretched[roots] *= _STRETCH
    wide = round(_WIDE_SHARE * count)
    return (
        Proposal(location, factor, df, count - wide, roots),
        Proposal(location, stretched, _WIDE_DF, wide, roots),
    )
