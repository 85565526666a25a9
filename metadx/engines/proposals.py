"""Multivariate t proposals in suitable coordinates."""

from dataclasses import dataclass
from math import lgamma, log, pi

import numpy as np
from numpy.typing import NDArray

from metadx.engines.coordinates import STRETCHED, Coordinates, Identity, Placed

type FloatArray = NDArray[np.float64]

_INFLATION = 1.2  # a proposal a little wider than the posterior bounds the weights
_STRETCH = 2.0
_WIDE_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Proposal:
    """A multivariate t law from which `count` draws are taken.

    Parameters
    ----------
    coordinates : Coordinates
        What the law is a law of.
    location : ndarray, shape (D,)
    factor : ndarray, shape (D, D)
        Lower triangular factor of the scale matrix.
    df : float
    count : int
        Draws asked for; those outside the support count as draws of weight 0.
    """

    coordinates: Coordinates
    location: FloatArray
    factor: FloatArray
    df: float
    count: int

    def draw(self, rng: np.random.Generator) -> Placed:
        """Return the draws, at most `count`, in both coordinates."""
        normal = rng.standard_normal((self.count, self.location.size))
        scale = np.sqrt(rng.chisquare(self.df, self.count) / self.df)
        return self.coordinates.inverse(self.location + (normal / scale[:, None]) @ self.factor.T)

    def log_density(self, placed: Placed) -> FloatArray:
        """Return the log density with respect to theta at S places, shape (S,)."""
        dimension = self.location.size
        z = np.linalg.solve(self.factor, (placed.points - self.location).T)
        square = (z * z).sum(axis=0)
        constant = lgamma((self.df + dimension) / 2) - lgamma(self.df / 2)
        constant -= 0.5 * dimension * log(self.df * pi) + np.log(np.diag(self.factor)).sum()
        kernel = -0.5 * (self.df + dimension) * np.log1p(square / self.df)
        return np.asarray(constant + kernel + placed.log_jacobian)


def around_mode(location: FloatArray, precision: FloatArray, count: int) -> Proposal:
    """Laplace's law with t4 tails; directions the curvature leaves open are kept finite.

    Parameters
    ----------
    location : ndarray, shape (D,)
        The mode.
    precision : ndarray, shape (D, D)
        Negative Hessian there.
    count : int
        Draws to be taken.

    Returns
    -------
    Proposal
    """
    values, vectors = np.linalg.eigh(precision)
    covariance = (vectors / np.maximum(values, 0.05)) @ vectors.T * _INFLATION
    return Proposal(Identity(), location, np.linalg.cholesky(covariance), 4.0, count)


def from_moments(
    coordinates: Coordinates, points: FloatArray, weights: FloatArray, count: int
) -> tuple[Proposal, Proposal]:
    """t8 law with the weighted mean and covariance of earlier draws.

    Where tau is well determined its posterior still reaches down to 0, far beyond the tail of a
    law fitted to the bulk, and there rho is free. Three draws in ten therefore come from a copy
    with heavier tails that is stretched along both, which bounds the weights.

    Parameters
    ----------
    coordinates : Coordinates
    points : ndarray, shape (S, D)
        Earlier draws in these coordinates.
    weights : ndarray, shape (S,)
    count : int
        Draws of both laws together.

    Returns
    -------
    tuple of Proposal
        The fitted law and its stretched copy.
    """
    df = 8.0
    location = weights @ points
    centred = points - location
    covariance = centred.T @ (centred * weights[:, None]) * ((df - 2) / df * _INFLATION)
    # A degenerate pilot must not give a degenerate proposal.
    jitter = 1e-10 * np.trace(covariance) + 1e-12
    factor = np.linalg.cholesky(covariance + jitter * np.eye(location.size))
    stretched = factor.copy()
    stretched[STRETCHED] *= _STRETCH
    wide = round(_WIDE_SHARE * count)
    return (
        Proposal(coordinates, location, factor, df, count - wide),
        Proposal(coordinates, location, stretched, 4.0, wide),
    )
