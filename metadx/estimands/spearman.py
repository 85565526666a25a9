"""Rank correlation of a measurement, or of a category, with the category a second rater gave."""

import numpy as np
import numpy.typing as npt

from metadx.estimands.bivariate_normal import phi2
from metadx.estimands.logistic import FloatArray


def spearman_measured(r: npt.ArrayLike, margin_b: npt.ArrayLike) -> FloatArray:
    """Return the rank correlation of a normal measurement with a category.

    Parameters
    ----------
    r : array_like, shape (...)
        Correlation of the measurement with what the second rater sees.
    margin_b : array_like, shape (..., C)
        Shares of his categories. The leading shapes are broadcast.

    Returns
    -------
    ndarray, shape (...)
        Population value, with mean ranks for equal categories; NaN for a margin of one category.

    References
    ----------
    Kendall MG, Gibbons JD. Rank correlation methods, 5th ed. 1990, chapter 10 (bivariate normal
    law), with the second variable cut into categories.

    Examples
    --------
    >>> spearman_measured(0.8, [43, 63, 1]).round(5)
    np.float64(0.66049)
    """
    from scipy.special import ndtri

    share, middle, unit = _second(margin_b)
    r = np.asarray(r, np.float64)
    cuts = ndtri(np.clip(np.cumsum(share, axis=-1)[..., :-1], 0.0, 1.0))
    inner = phi2(0.0, cuts, -r[..., None] / np.sqrt(2.0))
    below = np.concatenate(
        [np.zeros((*inner.shape[:-1], 1)), inner, np.full((*inner.shape[:-1], 1), 0.5)], axis=-1
    )
    together = (middle * np.diff(below, axis=-1)).sum(-1) - 0.25
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(12 * together / unit)[()]


def spearman_blocks(cells: npt.ArrayLike) -> FloatArray:
    """Return the rank correlation where the measurement says nothing within its category.

    Parameters
    ----------
    cells : array_like, shape (..., C, C)
        Counts or probabilities of the pairs of categories; rows are those of the measurement,
        which itself has no ties.

    Returns
    -------
    ndarray, shape (...)
        Population value; NaN where the second rater gave one category alone.

    References
    ----------
    Kendall MG, Gibbons JD. Rank correlation methods, 5th ed. 1990, chapter 3 (ties).

    Examples
    --------
    >>> spearman_blocks([[2, 0], [0, 2]]).round(6)
    np.float64(0.866025)
    """
    tables = np.asarray(cells, np.float64)
    shares = tables / tables.sum((-2, -1), keepdims=True)
    first = shares.sum(-1)
    middle_a = np.cumsum(first, axis=-1) - first / 2 - 0.5
    _, middle_b, unit = _second(shares.sum(-2))
    together = (shares * middle_a[..., :, None] * (middle_b - 0.5)[..., None, :]).sum((-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(12 * together / unit)[()]


def spearman_given_table(counts: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of the rank correlation, given the cross-table.

    The measurement has no ties, its order says nothing within its category, and every order of
    the cases of a category is equally likely.

    Parameters
    ----------
    counts : array_like of int, shape (..., C, C)
        Rows are the categories of the measurement.

    Returns
    -------
    mean, sd : ndarray, shape (...)
        NaN where the second rater gave one category alone.

    References
    ----------
    Hoeffding W. A combinatorial central limit theorem. Ann Math Stat 1951;22:558-566: mean and
    variance of sum v_s(i) R_i over the orders s, within each category.

    Examples
    --------
    >>> mean, sd = spearman_given_table([[66, 13, 0], [5, 22, 1], [0, 0, 0]])
    >>> round(float(mean), 3), round(float(sd), 3)
    (0.468, 0.049)
    """
    table = np.asarray(counts, np.float64)
    n = table.sum((-2, -1))
    of_a, of_b = table.sum(-1), table.sum(-2)
    rank_b = np.cumsum(of_b, axis=-1) - of_b / 2 + 0.5
    rank_a = np.cumsum(of_a, axis=-1) - of_a / 2 + 0.5
    total = np.einsum("...i,...ij,...j->...", rank_a, table, rank_b)
    middle = (n + 1) / 2
    spread_b = (of_b * (rank_b - middle[..., None]) ** 2).sum(-1)
    unit = np.sqrt(n * (n * n - 1) / 12 * spread_b)
    mean_b = (table * rank_b[..., None, :]).sum(-1) / np.maximum(of_a, 1)
    apart = (table * (rank_b[..., None, :] - mean_b[..., None]) ** 2).sum(-1)
    variance = (of_a * (of_a + 1) / 12 * apart).sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, sd = (total - n * middle**2) / unit, np.sqrt(variance) / unit
    return np.asarray(mean)[()], np.asarray(sd)[()]


def _second(margin: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shares of the categories, their middle places in (0, 1), sqrt(1 - sum of cubed shares)."""
    counts = np.asarray(margin, np.float64)
    share = counts / counts.sum(-1, keepdims=True)
    middle = np.cumsum(share, axis=-1) - share / 2
    return share, middle, np.sqrt(np.maximum(1 - (share**3).sum(-1), 0.0))
