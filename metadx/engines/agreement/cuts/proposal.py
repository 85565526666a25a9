"""Points of the cut-points of a row for every z, and the log density they are drawn from.

Around the mode for each z stands a multivariate t law, stretched to either side of each axis as far
as the posterior reaches: a cut-point beyond the last case has a long tail outwards. Where the table
is not known, the cut-points of the two raters hang together less closely than at the mode: some of
the points then come from the law that the margins alone would give.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.cuts.lattice import lattice_points

type FloatArray = NDArray[np.float64]

_FREEDOM = 8.0  # degrees of freedom of the t law


@dataclass(frozen=True, eq=False)
class SpreadPoints:
    """Evenly spread points, for any mode and spread.

    Parameters
    ----------
    even : ndarray, shape (M, D)
        Between 0 and 1.
    scale : ndarray, shape (M,)
        What makes a normal law a t law.
    of_wide : ndarray of bool, shape (M,)
        Which points stand for the second, wider law.
    """

    even: FloatArray
    scale: FloatArray
    of_wide: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class StretchedLaw:
    """A multivariate t law for each z, stretched along its axes.

    Parameters
    ----------
    mode : ndarray, shape (G, D)
    root : ndarray, shape (G, D, D)
        Lower triangular; root @ root.T is the squared scale of the t law.
    stretch : ndarray, shape (G, D, 2)
        Of each axis, downwards and upwards.
    """

    mode: FloatArray
    root: FloatArray
    stretch: FloatArray

    def at(self, nodes: slice) -> "StretchedLaw":
        """Keep some nodes of the grid of z."""
        return StretchedLaw(self.mode[nodes], self.root[nodes], self.stretch[nodes])

    def between(self, nodes: slice, across: FloatArray) -> "StretchedLaw":
        """Interpolate between N nodes with weights (S, N)."""
        return StretchedLaw(
            across @ self.mode[nodes],
            np.tensordot(across, self.root[nodes], axes=1),
            np.exp(np.tensordot(across, np.log(self.stretch[nodes]), axes=1)),
        )

    def theta(self, even: FloatArray, scale: FloatArray) -> FloatArray:
        """Return points (G, M, D) of even ones (G, M, D) and scales (G, M), broadcast."""
        standard = _two_pieces(even, self.stretch[:, None]) * scale[..., None]
        return np.asarray(self.mode[:, None] + standard @ np.swapaxes(self.root, 1, 2))

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return the log density of theta (G, M, D), shape (G, M)."""
        stretch = self.stretch[:, None]
        standard = (theta - self.mode[:, None]) @ np.swapaxes(np.linalg.inv(self.root), 1, 2)
        around = _log_t(standard / np.where(standard < 0, stretch[..., 0], stretch[..., 1]))
        around -= np.log(np.einsum("gdd->gd", self.root)).sum(axis=1)[:, None]
        return np.asarray(around - np.log(stretch.mean(axis=-1)).sum(axis=-1))


@dataclass(frozen=True, eq=False)
class CutProposal:
    """A law of the cut-points for each z, and evenly spread points of it.

    Parameters
    ----------
    law : StretchedLaw
        For each z.
    points : SpreadPoints
    wide : StretchedLaw or None
        A second law, the same for all z (G = 1), of which some of the points are.
    """

    law: StretchedLaw
    points: SpreadPoints
    wide: StretchedLaw | None = None

    def theta(self, nodes: slice) -> FloatArray:
        """Return the points at some nodes of the grid of z, shape (G', M, D)."""
        points = self.points
        theta = self.law.at(nodes).theta(points.even, points.scale)
        if self.wide is None:
            return theta
        wide = self.wide.theta(points.even, points.scale)
        return np.where(points.of_wide[:, None], wide, theta)

    def place(self, chosen: NDArray[np.intp], nodes: slice, across: FloatArray) -> FloatArray:
        """Return one point each between nodes of the grid.

        Parameters
        ----------
        chosen : ndarray of int, shape (S,)
            Which point.
        nodes : slice
            Of N nodes.
        across : ndarray, shape (S, N)
            Their weights.

        Returns
        -------
        ndarray, shape (S, D)
        """
        points = self.points
        even, scale = points.even[chosen, None], points.scale[chosen, None]
        theta = self.law.between(nodes, across).theta(even, scale)[:, 0]
        if self.wide is None:
            return theta
        wide = self.wide.theta(even[None, :, 0], scale[None, :, 0])[0]
        return np.where(points.of_wide[chosen, None], wide, theta)

    def log_density(self, nodes: slice, theta: FloatArray) -> FloatArray:
        """Return the log density of theta (G', M, D) at some nodes, shape (G', M)."""
        narrow = self.law.at(nodes).log_density(theta)
        if self.wide is None:
            return narrow
        share = self.points.of_wide.mean()
        wide = self.wide.log_density(theta)
        return np.asarray(np.logaddexp(narrow + np.log(1 - share), wide + np.log(share)))


def spread_points(count: int, dims: int, wide: float = 0.0) -> SpreadPoints:
    """Return evenly spread points.

    Parameters
    ----------
    count : int
        A prime.
    dims : int
        One point is enough where it is 0: there is nothing to integrate.
    wide : float
        Share of the points that are for the second law.

    Returns
    -------
    SpreadPoints

    Examples
    --------
    >>> spread_points(101, 2).even.shape
    (101, 2)
    """
    from scipy.special import gammaincinv

    if dims == 0:
        return SpreadPoints(np.zeros((1, 0)), np.ones(1), np.zeros(1, dtype=bool))
    even = lattice_points(count, dims + 2)
    squared = gammaincinv(_FREEDOM / 2, even[:, 0]) * 2 / _FREEDOM
    return SpreadPoints(even[:, 2:], 1 / np.sqrt(squared), even[:, 1] < wide)


def _two_pieces(even: FloatArray, stretch: FloatArray) -> FloatArray:
    """Quantiles of the law made of two halves of normal laws of different spread."""
    from scipy.special import ndtri

    down, up = stretch[..., 0], stretch[..., 1]
    both = down + up
    below = even * both < down
    share = np.where(below, even * both / (2 * down), 1 - (1 - even) * both / (2 * up))
    return np.asarray(ndtri(share) * np.where(below, down, up))


def _log_t(standard: FloatArray) -> FloatArray:
    """Log density of the multivariate t law of unit scale."""
    from scipy.special import gammaln

    dims = standard.shape[-1]
    half = (_FREEDOM + dims) / 2
    constant = gammaln(half) - gammaln(_FREEDOM / 2) - 0.5 * dims * np.log(_FREEDOM * np.pi)
    return np.asarray(constant - half * np.log1p((standard**2).sum(axis=-1) / _FREEDOM))
