"""The log-likelihood of each row between the points at which it was computed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RowSplines:
    """Cubic splines in z whose coefficients are polynomials in lambda.

    Parameters
    ----------
    grid : ndarray, shape (2,)
        First point and step of the grid of z.
    coefficients : ndarray, shape (R, G - 1, 4, Q)
        Of t^0 to t^3, t = 0..1 across an interval, and x^0 to x^(Q - 1), x = 2 lambda - 1.
    """

    grid: FloatArray
    coefficients: FloatArray

    @property
    def share_nodes(self) -> int:
        """Coefficients in lambda; 1 where lambda does not matter."""
        return int(self.coefficients.shape[-1])

    def values(self, z: FloatArray, lam: FloatArray | None = None) -> FloatArray:
        """Evaluate the log-likelihood of every row.

        Parameters
        ----------
        z : ndarray, shape (S, R)
        lam : ndarray, shape (S,), or None
            May be None where lambda does not matter.

        Returns
        -------
        ndarray, shape (S, R)
            Beyond the grid the tangent at its end, level where that would rise outwards.
        """
        intervals = self.coefficients.shape[1]
        place = (z - self.grid[0]) / self.grid[1]
        inside = np.clip(place, 0.0, intervals)
        interval = np.minimum(inside.astype(np.int64), intervals - 1)
        t = inside - interval
        beyond = place - inside
        value, slope = (
            np.stack([np.ones_like(t), t, t**2, t**3]),
            np.stack([np.zeros_like(t), np.ones_like(t), 2 * t, 3 * t**2]),
        )
        here = self.coefficients[np.arange(z.shape[1]), interval]
        powers = np.ones((z.shape[0], 1))
        if lam is not None and self.share_nodes > 1:
            powers = (2 * lam[:, None] - 1) ** np.arange(self.share_nodes)
        found, rise = (
            np.einsum("srkq,ksr,sq->sr", here, basis, powers) for basis in (value, slope)
        )
        return np.asarray(found + np.minimum(beyond * rise, 0.0))


def splines_through(z: FloatArray, lam: FloatArray, log_likelihood: FloatArray) -> RowSplines:
    """Lay splines through the log-likelihoods of the rows.

    Parameters
    ----------
    z : ndarray, shape (G,)
        Evenly spaced.
    lam : ndarray, shape (Q,)
        Nodes between 0 and 1 through which one polynomial of degree Q - 1 goes.
    log_likelihood : ndarray, shape (R, G, Q)

    Returns
    -------
    RowSplines
        With one coefficient in lambda where the log-likelihood of no row depends on it.

    Examples
    --------
    >>> z, lam = np.linspace(-1, 1, 11), np.array([0.1, 0.5, 0.9])
    >>> splines = splines_through(z, lam, (z[:, None] ** 3 * lam)[None])
    >>> splines.values(np.array([[0.33]]), np.array([0.7])).round(8)
    array([[0.0251559]])
    """
    from scipy.interpolate import CubicSpline

    matters = bool(np.ptp(log_likelihood, axis=-1).max() > 0)
    if matters:
        powers = np.vander(2 * lam - 1, lam.size, increasing=True)
        log_likelihood = np.linalg.solve(powers, log_likelihood[..., None])[..., 0]
    else:
        log_likelihood = log_likelihood[..., :1]
    step = float(z[1] - z[0])
    found = CubicSpline(z, log_likelihood, axis=1).c[::-1]  # (4, G - 1, R, Q)
    found = found * step ** np.arange(4)[:, None, None, None]
    coefficients = np.ascontiguousarray(found.transpose(2, 1, 0, 3))
    return RowSplines(np.array([z[0], step]), coefficients)
