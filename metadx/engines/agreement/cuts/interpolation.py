"""Weights of the nodes that interpolate between them."""

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]


def cubic_weights(grid: FloatArray, x: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the weights of the four nodes around each x on an even grid.

    Parameters
    ----------
    grid : ndarray, shape (G,)
        Even and ascending, G >= 4.
    x : ndarray, shape (S,)
        Points outside the grid are moved to its ends.

    Returns
    -------
    first : ndarray of int, shape (S,)
        The first of the four nodes.
    weights : ndarray, shape (S, 4)
        Of Lagrange's cubic.

    Examples
    --------
    >>> grid = np.arange(6.0)
    >>> first, weights = cubic_weights(grid, np.array([2.5]))
    >>> first.tolist(), float(weights[0] @ grid[1:5] ** 3)
    ([1], 15.625)
    """
    step = grid[1] - grid[0]
    place = np.clip((x - grid[0]) / step, 0, grid.size - 1)
    first = np.clip(np.floor(place).astype(np.int64) - 1, 0, grid.size - 4)
    return first, polynomial_weights(np.arange(4.0), place - first)


def polynomial_weights(nodes: FloatArray, x: FloatArray) -> FloatArray:
    """Return the weights of the polynomial through all nodes.

    Parameters
    ----------
    nodes : ndarray, shape (Q,)
    x : ndarray, shape (S,)

    Returns
    -------
    ndarray, shape (S, Q)

    References
    ----------
    Berrut J-P, Trefethen LN. Barycentric Lagrange interpolation. SIAM Rev 2004;46:501-517.

    Examples
    --------
    >>> polynomial_weights(np.array([0.0, 1.0]), np.array([0.25])).tolist()
    [[0.75, 0.25]]
    """
    weights = np.ones((x.size, nodes.size))
    for place, node in enumerate(nodes):
        for other in np.delete(nodes, place):
            weights[:, place] *= (x - other) / (node - other)
    return weights
