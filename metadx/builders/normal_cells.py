"""Cells of a cut bivariate normal law in PyTensor: one operation for its distribution function."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx.builders.compiled_operation import compiled_operation

type FloatArray = NDArray[np.float64]

FARTHEST = 9.0  # stands for infinity: the normal distribution holds 1e-19 beyond
_LEAST = 1e-12  # of a cell, so that its logarithm exists
_NODES = 48  # of the quadrature: 1e-11 at a correlation of 0.9995


def below_both(
    h: FloatArray, k: FloatArray, r: FloatArray, nodes: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return P(X <= h, Y <= k) of a standard bivariate normal law; numba compiles these loops.

    Parameters
    ----------
    h, k, r : ndarray, shape (N,)
        Limits and correlation.
    nodes, weights : ndarray, shape (Q,)
        Gauss-Legendre quadrature on [0, 1].

    Returns
    -------
    ndarray, shape (N,)

    References
    ----------
    Drezner Z, Wesolowsky GO. On the computation of the bivariate normal integral. J Stat Comput
    Simul 1990;35:101-107.

    Examples
    --------
    >>> x, w = np.polynomial.legendre.leggauss(48)
    >>> half = np.array([0.5])
    >>> below_both(0 * half, 0 * half, half, (x + 1) / 2, w / 2).round(9).tolist()
    [0.333333333]
    """
    found = np.empty(h.size)
    for i in range(h.size):
        angle = math.asin(r[i])
        squares, product = 0.5 * (h[i] * h[i] + k[i] * k[i]), h[i] * k[i]
        total = 0.0
        for q in range(nodes.size):
            sine = math.sin(angle * nodes[q])
            total += weights[q] * math.exp((product * sine - squares) / (1.0 - sine * sine))
        apart = 0.25 * math.erfc(-h[i] / math.sqrt(2.0)) * math.erfc(-k[i] / math.sqrt(2.0))
        found[i] = apart + total * angle / (2.0 * math.pi)
    return found


@lru_cache(maxsize=1)
def below_both_operation() -> Any:  # noqa: ANN401 - PyTensor is typed in part
    """Return `below_both` as an operation of PyTensor with its exact derivatives.

    Returns
    -------
    pytensor.graph.Op
        Of h, k, r, nodes and weights, all vectors.
    """
    return compiled_operation(below_both, n_dims=(1,), n_moved=3, pullback=_moves)


def _moves(given: Sequence[Any], _: Sequence[Any], slopes: Sequence[Any]) -> list[Any]:
    """Exact derivatives of the distribution function by both limits and the correlation."""
    import pytensor.tensor as pt

    h, k, r = given
    left = 1 - r**2
    joint = pt.exp(-0.5 * (h**2 + k**2 - 2 * r * h * k) / left)
    own = [
        pt.exp(-0.5 * x**2) / math.sqrt(2 * math.pi) * below((y - r * x) / pt.sqrt(left))
        for x, y in ((h, k), (k, h))
    ]
    moves = (*own, joint / (2 * math.pi * pt.sqrt(left)))
    return [slopes[0] * move for move in moves]


def below(x: Any) -> Any:  # noqa: ANN401 - PyTensor is typed in part
    """Return the standard normal distribution function of a tensor, exact in the lower tail."""
    import pytensor.tensor as pt

    return 0.5 * pt.erfc(-x / math.sqrt(2))


def below_pairs(h: Any, k: Any, r: Any) -> Any:  # noqa: ANN401
    """Return P(X <= h, Y <= k) of tensors that broadcast to one shape.

    Parameters
    ----------
    h, k, r : tensor

    Returns
    -------
    tensor
        Of the common shape.
    """
    import pytensor.tensor as pt

    x, w = np.polynomial.legendre.leggauss(_NODES)
    h, k, r = pt.broadcast_arrays(h, k, r)
    flat = below_both_operation()(h.ravel(), k.ravel(), r.ravel(), (x + 1) / 2, w / 2)
    return flat.reshape(h.shape, ndim=h.ndim)


def normal_cells(r: Any, cuts_a: Any, cuts_b: Any) -> Any:  # noqa: ANN401
    """Return the probabilities of all pairs of categories, as a tensor (R, C, C).

    Parameters
    ----------
    r : tensor, shape (R,)
        Latent correlations.
    cuts_a, cuts_b : tensor, shape (R, C - 1)
        Cut-points of the raters, within 9 standard deviations; equal ones leave a category empty.

    Returns
    -------
    tensor, shape (R, C, C)
        Each cell at least about 1e-12, each table summing to 1.
    """
    import pytensor.tensor as pt

    inner = below_pairs(cuts_a[:, :, None], cuts_b[:, None, :], r[:, None, None])
    zeros = pt.zeros_like(cuts_a)
    below_a, below_b = below(cuts_a), below(cuts_b)
    one = pt.ones_like(r)[:, None, None]
    rows = [
        pt.concatenate([0 * one, zeros[:, None, :], 0 * one], axis=2),
        pt.concatenate([zeros[:, :, None], inner, below_a[:, :, None]], axis=2),
        pt.concatenate([0 * one, below_b[:, None, :], one], axis=2),
    ]
    corners = pt.concatenate(rows, axis=1)
    cells = corners[:, 1:, 1:] - corners[:, :-1, 1:] - corners[:, 1:, :-1] + corners[:, :-1, :-1]
    cells = pt.maximum(cells, _LEAST)
    return cells / cells.sum(axis=(1, 2), keepdims=True)
