"""Gauss-Hermite rules for expectations under a standard normal law."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]


@lru_cache(maxsize=16)
def normal_rule(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Return nodes z and weights w with ``sum(w * f(z))`` ≈ E[f(Z)], Z standard normal.

    Parameters
    ----------
    nodes : int
        Number of nodes; exact for polynomials up to degree ``2 * nodes - 1``.

    Returns
    -------
    z, w : ndarray, shape (nodes,)
        Read-only.

    Examples
    --------
    >>> z, w = normal_rule(5)
    >>> float(round((w * z**4).sum(), 12))
    3.0
    """
    # Golub and Welsch (1969): the Jacobi matrix of the probabilists' Hermite polynomials.
    off = np.sqrt(np.arange(1, nodes, dtype=float))
    values, vectors = np.linalg.eigh(np.diag(off, 1) + np.diag(off, -1))
    z = 0.5 * (values - values[::-1])  # exactly symmetric
    w = vectors[0] ** 2
    w = 0.5 * (w + w[::-1])
    w /= w.sum()
    z.flags.writeable = False
    w.flags.writeable = False
    return z, w
