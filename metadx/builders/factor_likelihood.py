"""Likelihood of ratings of several raters who see one thing in common, with its gradient."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx.builders.compiled_operation import compiled_operation

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]

_LEAST = 1e-300  # a category no wider than this is as good as empty


def factor_log_likelihood(  # noqa: PLR0912, PLR0917 - one loop nest for numba
    loadings: FloatArray,
    cuts: FloatArray,
    patterns: IntArray,
    counts: FloatArray,
    nodes: FloatArray,
    log_weights: FloatArray,
) -> tuple[float, FloatArray, FloatArray]:
    """Return the log-likelihood of grouped ratings and its derivatives.

    Z_j = l_j eta + sqrt(1 - l_j²) e_j; rater j gives the category between whose cut-points Z_j
    lies. The integral over eta is a sum over nodes.

    Parameters
    ----------
    loadings : ndarray, shape (J,)
        Correlation l_j of each rater with what all see, in (-1, 1).
    cuts : ndarray, shape (J, C - 1)
        Rising along the last axis.
    patterns : ndarray of int, shape (P, J)
        Distinct rows of ratings from 0; -1 where a rater gave none.
    counts : ndarray, shape (P,)
        How many cases have each.
    nodes, log_weights : ndarray, shape (Q,)
        Of the integral over a standard normal eta.

    Returns
    -------
    tuple
        The log-likelihood; its derivatives by the loadings (J,) and by the cut-points (J, C - 1).

    References
    ----------
    Bock RD, Aitkin M. Marginal maximum likelihood estimation of item parameters.
    Psychometrika 1981;46:443-459.

    Examples
    --------
    >>> one = np.array([[0], [1]])
    >>> value, _, _ = factor_log_likelihood(
    ...     np.array([0.5]), np.zeros((1, 1)), one, np.array([3.0, 1.0]),
    ...     np.array([-1.0, 1.0]), np.log([0.5, 0.5]),
    ... )
    >>> round(float(value / np.log(0.5)), 12)
    4.0
    """
    (n_raters, n_cuts), n_nodes = cuts.shape, nodes.size
    p = np.empty((n_raters, n_cuts + 1, n_nodes))
    place = np.empty((n_raters, n_cuts, n_nodes))
    for j in range(n_raters):
        scale = 1.0 / math.sqrt(1.0 - loadings[j] ** 2)
        for q in range(n_nodes):
            below, above, beyond = 0.0, 1.0, False
            for c in range(n_cuts):
                u = (cuts[j, c] - loadings[j] * nodes[q]) * scale
                place[j, c, q] = u
                tail = 0.5 * math.erfc(abs(u) / math.sqrt(2.0))
                lower, upper = (1.0 - tail, tail) if u > 0.0 else (tail, 1.0 - tail)
                # Differences of the smaller tail: the other one is 1 to all digits.
                p[j, c, q] = max(above - upper if beyond else lower - below, _LEAST)
                below, above, beyond = lower, upper, u > 0.0
            p[j, n_cuts, q] = max(above if beyond else 1.0 - below, _LEAST)
    log_p = np.log(p)
    share = np.zeros((n_raters, n_cuts + 1, n_nodes))
    total, terms = 0.0, np.empty(n_nodes)
    for i in range(counts.size):
        terms[:] = log_weights
        for j in range(n_raters):
            given = patterns[i, j]
            if given >= 0:
                for q in range(n_nodes):
                    terms[q] += log_p[j, given, q]
        top = terms.max()
        whole = 0.0
        for q in range(n_nodes):
            terms[q] = math.exp(terms[q] - top)
            whole += terms[q]
        total += counts[i] * (top + math.log(whole))
        each = counts[i] / whole
        for j in range(n_raters):
            given = patterns[i, j]
            if given >= 0:
                for q in range(n_nodes):
                    share[j, given, q] += each * terms[q]
    by_loading = np.zeros(n_raters)
    by_cut = np.zeros((n_raters, n_cuts))
    for j in range(n_raters):
        left = 1.0 - loadings[j] ** 2
        scale = 1.0 / math.sqrt(left)
        for c in range(n_cuts):
            for q in range(n_nodes):
                u = place[j, c, q]
                density = math.exp(-0.5 * u * u) / math.sqrt(2.0 * math.pi)
                pull = share[j, c, q] / p[j, c, q] - share[j, c + 1, q] / p[j, c + 1, q]
                slope = density * pull
                by_cut[j, c] += slope * scale
                by_loading[j] += slope * (loadings[j] * u / left - nodes[q] * scale)
    return total, by_loading, by_cut


@lru_cache(maxsize=1)
def factor_operation() -> Any:  # noqa: ANN401 - PyTensor is typed in part
    """Return `factor_log_likelihood` as an operation of PyTensor, compiled by numba.

    Returns
    -------
    pytensor.graph.Op
        Of the arguments of `factor_log_likelihood`; with its three outputs, of which the first
        can be differentiated by loadings and cut-points.
    """
    return compiled_operation(
        factor_log_likelihood,
        n_dims=(0, 1, 2),
        n_moved=2,
        pullback=lambda _, found, slopes: [slopes[0] * found[1], slopes[0] * found[2]],
    )
