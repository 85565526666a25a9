"""Evenly spread points of the unit cube: a lattice rule made for the number of points asked for."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]

_TRIED = 500  # generators for each dimension
_GOLDEN = (5**0.5 - 1) / 2


@lru_cache(maxsize=32)
def lattice_points(count: int, dims: int) -> FloatArray:
    """Return points of a rank-1 lattice, always the same.

    Parameters
    ----------
    count : int
        Number of points; a prime.
    dims : int

    Returns
    -------
    ndarray, shape (count, dims)
        Between 0 and 1, both excluded; read-only.

    References
    ----------
    Sloan IH, Reztsov AV. Component-by-component construction of good lattice rules. Math Comput
    2002;71:263-273; the error criterion is that of functions with square-integrable mixed first
    derivatives (kernel 1 + gamma B2), weights gamma = 1 / j.

    Examples
    --------
    >>> points = lattice_points(101, 3)
    >>> points.shape, points.mean(axis=0).round(6).tolist()
    ((101, 3), [0.5, 0.5, 0.5])
    """
    steps = np.arange(count)
    # Every generator of few points, and an even choice of those of many.
    tried = np.unique(np.linspace(1, count // 2, min(count // 2, _TRIED)).astype(np.int64))
    remainders = steps * tried[:, None] % count
    x = steps / count
    kernel = 2 * np.pi**2 * (x * x - x + 1 / 6)
    product, generators = np.ones(count), []
    for dim in range(dims):
        gamma = 1 / (1 + dim)
        best = int(np.argmin(kernel[remainders] @ product)) if dim else 0
        generators.append(tried[best])
        product = product * (1 + gamma * kernel[remainders[best]])
    # Shifted, so that no point lies in a corner; every coordinate is the middle of its interval.
    shift = (count * ((1 + np.arange(dims)) * _GOLDEN % 1)).astype(np.int64)
    places = np.outer(steps, np.array(generators, dtype=np.int64)) + shift
    points = (places % count + 0.5) / count
    points.flags.writeable = False
    return np.asarray(points)
