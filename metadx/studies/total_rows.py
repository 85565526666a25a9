"""Rows of a study table that look like its total: pooled, they would count everybody twice."""

import numpy as np

from metadx.studies.accuracy import COUNTS, AccuracyTable
from metadx.studies.problems import quoted

_FEWEST = 3  # of two rows, each is the "sum of the others" when both are alike
_LABELS = frozenset({"total", "totals", "sum", "overall", "pooled", "summary", "all studies"})
_OUT = "leave it out, for pooled with them it counts everybody twice"


def total_rows(table: AccuracyTable) -> list[tuple[str, str]]:
    """Return the rows that look like a total of others, each with the reason.

    Parameters
    ----------
    table : AccuracyTable

    Returns
    -------
    list of (str, str)
        The quoted label, and what is wrong: all four counts are the sums of those of the other
        rows, or the label is that of a total.

    Examples
    --------
    >>> table = AccuracyTable.from_counts(
    ...     ["Kim", "Lee", "Total"], tp=[8, 5, 13], fp=[1, 2, 3], fn=[3, 1, 4], tn=[9, 9, 18]
    ... )
    >>> total_rows(table)
    [('"Total"', 'its four counts are the sums of all other rows; leave it out, for pooled with them
    it counts everybody twice')]
    """
    counts = np.stack([getattr(table, name) for name in COUNTS])
    is_sum = (2 * counts == counts.sum(axis=1, keepdims=True)).all(axis=0)
    found = []
    for place, label in enumerate(table.study):
        if table.n_studies >= _FEWEST and is_sum[place]:
            found.append(
                (quoted(label, 40), f"its four counts are the sums of all other rows; {_OUT}")
            )
        elif label.casefold().strip(" .:") in _LABELS:
            found.append(
                (
                    quoted(label, 40),
                    f"it is labelled as a total; if it is none, rename it, else {_OUT}",
                )
            )
    return found
