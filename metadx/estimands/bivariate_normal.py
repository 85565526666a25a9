"""The bivariate normal distribution, and the probabilities of its cells between cut-points."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from metadx.estimands.logistic import FloatArray, IntArray
from metadx.estimands.quadrature import gauss_legendre

_FAR = 9.0  # stands for infinity: the normal distribution holds 1e-19 beyond
_LEAST = 1e-12  # of a cell, so that its logarithm exists; the quadrature is exact to about as much
# Up to which correlation how many nodes err by 1e-11 at most, as a share of those asked for, plus.
_BANDS = ((0.71, 0.4, 0), (0.9, 0.65, 0), (0.98, 1.0, 0), (0.995, 1.0, 12), (np.inf, 1.0, 28))
_AT_A_TIME = 60_000  # corners: what is computed at once stays in the cache of the processor


def phi2(h: npt.ArrayLike, k: npt.ArrayLike, r: npt.ArrayLike, nodes: int = 24) -> FloatArray:
    """Return the bivariate normal distribution function P(X <= h, Y <= k).

    Parameters
    ----------
    h, k : array_like
        Upper limits in standard deviations; infinite ones are allowed. They and `r` are broadcast.
    r : array_like
        Correlation, between -1 and 1.
    nodes : int
        Of the quadrature at a correlation of 0.98; fewer are used below and more above, so that
        20 are exact to 1e-11 everywhere.

    Returns
    -------
    ndarray
        Of the shape to which the arguments broadcast.

    References
    ----------
    Drezner Z, Wesolowsky GO. On the computation of the bivariate normal integral. J Stat Comput
    Simul 1990;35:101-107: Phi(h) Phi(k) plus the integral of the density over the correlation,
    here with r = sin(t).

    Examples
    --------
    >>> phi2(0.3, -0.5, 0.8).round(8)
    np.float64(0.29578553)
    """
    from scipy.special import ndtr

    given = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (h, k, r)))
    first, second = (np.clip(limit, -_FAR, _FAR).ravel() for limit in given[:2])
    correlation = given[2].ravel()
    below = ndtr(first) * ndtr(second)
    for part, used in _parts(correlation, nodes, max(1, len(correlation))):
        angle = np.arcsin(correlation[part])
        below[part] += _association(first[part], second[part], angle, used)
    return np.asarray(np.clip(below, 0.0, 1.0).reshape(given[2].shape))[()]


def cell_probabilities(
    r: npt.ArrayLike, cuts_a: npt.ArrayLike, cuts_b: npt.ArrayLike, nodes: int = 20
) -> FloatArray:
    """Return the probability of every pair of categories of two raters.

    Each rater sees one of two standard normal variables and gives category i where it lies
    between his cut-points i - 1 and i.

    Parameters
    ----------
    r : array_like, shape (...)
        Latent correlation, between -1 and 1. The leading shapes of the arguments are broadcast.
    cuts_a, cuts_b : array_like, shape (..., C - 1)
        Cut-points in standard deviations, ascending; equal ones leave a category empty, infinite
        ones are allowed.
    nodes : int
        Of the quadrature, as of `phi2`.

    Returns
    -------
    ndarray, shape (..., C, C)
        Each at least 1e-12 and all together 1; rows are the categories of the first rater.

    References
    ----------
    Olsson U. Maximum likelihood estimation of the polychoric correlation coefficient.
    Psychometrika 1979;44:443-460.

    Examples
    --------
    >>> cell_probabilities(0.5, [0.0], [0.0]).round(4).tolist()
    [[0.3333, 0.1667], [0.1667, 0.3333]]
    """
    r = np.asarray(r, np.float64)
    a = np.clip(np.asarray(cuts_a, np.float64), -_FAR, _FAR)
    b = np.clip(np.asarray(cuts_b, np.float64), -_FAR, _FAR)
    leading = np.broadcast_shapes(r.shape, a.shape[:-1], b.shape[:-1])
    rows, columns = a.shape[-1], b.shape[-1]
    many = int(np.prod(leading))
    r = np.broadcast_to(r, leading).reshape(many)
    a = np.broadcast_to(a, (*leading, rows)).reshape(many, rows)
    b = np.broadcast_to(b, (*leading, columns)).reshape(many, columns)
    cells = np.empty((many, rows + 1, columns + 1))
    for part, used in _parts(r, nodes, max(1, _AT_A_TIME // max(1, rows * columns))):
        cells[part] = _cells(r[part], a[part], b[part], used)
    return cells.reshape(*leading, rows + 1, columns + 1)


def _parts(r: FloatArray, nodes: int, step: int) -> Iterator[tuple[IntArray, int]]:
    """Cut the places of (N,) correlations into parts, each with the nodes that it needs."""
    size, reached = np.abs(r), -1.0
    for limit, share, more in _BANDS:
        places = np.flatnonzero((size > reached) & (size <= limit))
        for start in range(0, len(places), step):
            yield places[start : start + step], round(share * nodes) + more
        reached = limit


def _cells(r: FloatArray, a: FloatArray, b: FloatArray, nodes: int) -> FloatArray:
    """Return the cells of (N,) tables from the distribution function at their inner corners."""
    from scipy.special import ndtr

    below_a, below_b = ndtr(a), ndtr(b)
    below = np.zeros((len(r), a.shape[1] + 2, b.shape[1] + 2))
    below[:, 1:-1, -1] = below_a
    below[:, -1, 1:-1] = below_b
    below[:, -1, -1] = 1.0
    corners = _association(a[:, :, None], b[:, None, :], np.arcsin(r)[:, None, None], nodes)
    below[:, 1:-1, 1:-1] = below_a[:, :, None] * below_b[:, None, :] + corners
    cells = np.diff(np.diff(below, axis=1), axis=2)
    np.maximum(cells, _LEAST, out=cells)
    cells /= cells.sum(axis=(1, 2), keepdims=True)
    return np.asarray(cells)


def _association(h: FloatArray, k: FloatArray, angle: FloatArray, nodes: int) -> FloatArray:
    """Integrate the density over the correlation sin(t), t from 0 to the angle."""
    squares, product = h * h + k * k, h * k
    total = np.zeros(np.broadcast_shapes(product.shape, angle.shape))
    for place, weight in zip(*gauss_legendre(nodes), strict=True):
        sine = np.sin(angle * place)
        precision = 1.0 / (1.0 - sine * sine)
        exponent = product * (sine * precision)
        exponent -= squares * (0.5 * precision)
        np.exp(exponent, out=exponent)
        exponent *= weight
        total += exponent
    return np.asarray(total * (angle / (2.0 * np.pi)))
