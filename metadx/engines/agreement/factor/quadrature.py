"""How exact the sum over nodes is that stands for the common measure of several raters."""

import numpy as np
from numpy.typing import NDArray

from metadx.builders.one_factor import factor_nodes

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]

_FINER = 8  # times as many nodes


def grouped_log_likelihood(
    loadings: FloatArray,
    cuts: FloatArray,
    patterns: IntArray,
    counts: FloatArray,
    nodes: int,
) -> float:
    """Return the log-likelihood of grouped ratings, in matrices.

    Parameters
    ----------
    loadings : ndarray, shape (J,)
    cuts : ndarray, shape (J, C - 1)
    patterns : ndarray of int, shape (P, J)
        From 0; -1 where a rater gave none.
    counts : ndarray, shape (P,)
    nodes : int

    Returns
    -------
    float

    Examples
    --------
    >>> one = np.array([[0], [1]])
    >>> value = grouped_log_likelihood(
    ...     np.array([0.5]), np.zeros((1, 1)), one, np.array([3.0, 1.0]), 61
    ... )
    >>> round(float(value / np.log(0.5)), 9)
    4.0
    """
    from scipy.special import logsumexp, ndtr

    where, log_weights = factor_nodes(nodes)
    place = (cuts[:, :, None] - loadings[:, None, None] * where) / np.sqrt(
        1 - loadings[:, None, None] ** 2
    )
    edge = np.full((len(loadings), 1, nodes), np.inf)
    framed = np.concatenate([-edge, place, edge], axis=1)
    low, high = framed[:, :-1], framed[:, 1:]
    # Of two large limits the upper tails are subtracted: they are the small ones.
    flip = low > 0
    p = ndtr(np.where(flip, -low, high)) - ndtr(np.where(flip, -high, low))
    log_p = np.log(np.maximum(p, 1e-300)).reshape(-1, nodes)
    given = patterns[:, :, None] == np.arange(cuts.shape[1] + 1)
    terms = given.reshape(len(patterns), -1).astype(float) @ log_p + log_weights
    return float(counts @ logsumexp(terms, axis=1))


def quadrature_error(
    loadings: FloatArray,
    cuts: FloatArray,
    patterns: IntArray,
    counts: FloatArray,
    nodes: int,
) -> float:
    """Return how far the error of the log-likelihood wanders over draws of a posterior.

    An error that is the same at all draws does not change the posterior.

    Parameters
    ----------
    loadings : ndarray, shape (D, J)
    cuts : ndarray, shape (D, J, C - 1)
    patterns : ndarray of int, shape (P, J)
    counts : ndarray, shape (P,)
    nodes : int
        Measured against eight times as many.

    Returns
    -------
    float
        Largest distance from the median error.
    """
    errors = [
        grouped_log_likelihood(own, cut, patterns, counts, nodes)
        - grouped_log_likelihood(own, cut, patterns, counts, _FINER * nodes)
        for own, cut in zip(loadings, cuts, strict=True)
    ]
    return float(np.abs(np.array(errors) - np.median(errors)).max())
