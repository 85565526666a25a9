"""A printed rank correlation as evidence about cross-tables that are listed."""

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.evidence.cells import TableEvidence, TableSpearman
from metadx.engines.agreement.evidence.figures import rounding_variance
from metadx.estimands.spearman import spearman_given_table
from metadx.studies.agreement import PrintedSpearman

type FloatArray = NDArray[np.float64]

_EXACT = 1e-9  # arithmetic, not rounding


def with_spearman(evidence: TableEvidence, printed: PrintedSpearman) -> tuple[TableEvidence, str]:
    """Add a Spearman to cross-tables.

    Parameters
    ----------
    evidence : TableEvidence
    printed : PrintedSpearman
        Of a measurement: normal given each table. Of the two categories: the table itself decides
        it, so that it picks tables and adds nothing to a single one.

    Returns
    -------
    TableEvidence
    str
        What to add to the description of the row.
    """
    if printed.continuous:
        null, sd = spearman_given_table(evidence.tables)
        if not np.isfinite(null).all():  # the second rater gave one category only
            return evidence, " (its Spearman is not defined)"
        away = np.abs(printed.value - np.asarray(null)) - rank_reach(evidence.tables)
        if (away > 0.5 * 10.0**-printed.decimals + _EXACT).all():
            return evidence, " (none can have the printed Spearman)"
        variance = np.asarray(sd) ** 2 + rounding_variance(printed.decimals)
        spearman = TableSpearman(printed.value, np.asarray(null), variance)
        return TableEvidence(evidence.tables, evidence.log_weights, spearman), " and Spearman"
    if len(evidence.tables) == 1:
        return evidence, ""
    half = 0.5 * 10.0**-printed.decimals + _EXACT
    fits = np.abs(category_spearman(evidence.tables) - printed.value) <= half
    if not fits.any():
        return evidence, " (none can have the printed Spearman)"
    kept = TableEvidence(evidence.tables[fits], evidence.log_weights[fits])
    return kept, f", {int(fits.sum()):,} with the printed Spearman"


def rank_reach(tables: FloatArray) -> FloatArray:
    """Return how far the order within categories can move a rank correlation.

    Parameters
    ----------
    tables : ndarray, shape (S, K, K)
        Counts; rows are the categories of the measurement.

    Returns
    -------
    ndarray, shape (S,)
        Largest distance, to either side, from the mean over all orders.

    Examples
    --------
    >>> rank_reach(np.array([[[5.0, 0.0], [0.0, 5.0]]])).tolist()
    [0.0]
    """
    n, of_a, of_b = tables.sum(axis=(1, 2)), tables.sum(axis=2), tables.sum(axis=1)
    rank_b = np.cumsum(of_b, axis=1) - of_b / 2 + 0.5
    spread = (of_b * (rank_b - (n[:, None] + 1) / 2) ** 2).sum(axis=1)
    sorted_place = np.cumsum(tables, axis=2) - tables / 2 - of_a[:, :, None] / 2
    moved = np.einsum("sij,sij,sj->s", tables, sorted_place, rank_b)
    return np.asarray(moved / np.sqrt(n * (n * n - 1) / 12 * spread))


def category_spearman(tables: FloatArray) -> FloatArray:
    """Return Spearman's correlation of the categories of two raters, ties at their mean rank.

    Parameters
    ----------
    tables : ndarray, shape (S, K, K)
        Counts.

    Returns
    -------
    ndarray, shape (S,)
        NaN where a rater gave one category only.

    Examples
    --------
    >>> category_spearman(np.array([[[3.0, 1.0], [1.0, 3.0]]])).tolist()
    [0.5]
    """
    total = tables.sum(axis=(1, 2))
    ranks, spread = [], []
    for axis in (2, 1):
        margin = tables.sum(axis=axis)
        ranks.append(np.cumsum(margin, axis=1) - margin / 2 - total[:, None] / 2)
        spread.append((margin * ranks[-1] ** 2).sum(axis=1))
    together = np.einsum("sij,si,sj->s", tables, *ranks)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(together / np.sqrt(spread[0] * spread[1]))
