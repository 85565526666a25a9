"""The rows of a coupled forest plot, before anything is drawn."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from metadx.estimands.logistic import FloatArray, IntArray
from metadx.plots.fitted import CountTable, FittedReview
from metadx.plots.intervals import IntervalKind, study_interval
from metadx.plots.labels import shorten
from metadx.plots.sroc_layers import pooled_limits

type ForestSort = Literal["sens", "spec", "study", "table"]

POOLED_LABEL = "Pooled (median study)"
NEW_LABEL = "New study (prediction)"
EMPTY = "–"


@dataclass(frozen=True, eq=False)
class ForestMargin:
    """One half of a coupled forest plot: sensitivity or specificity.

    Parameters
    ----------
    name : {"sens", "spec"}
        Which half.
    estimate, lower, upper : ndarray, shape (N,)
        Observed proportion and confidence limits of each study, in the order of the rows; nan
        where the arm is empty.
    pooled, new : ndarray, shape (3,)
        Lower limit, median and upper limit of the median study and of a new study; nan where no
        study informs the margin.
    text : tuple of str
        The intervals of all rows in words, length N + 2.
    """

    name: Literal["sens", "spec"]
    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray
    pooled: FloatArray
    new: FloatArray
    text: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ForestRows:
    """All rows, top to bottom: the studies, then the pooled row and the row of a new study.

    Parameters
    ----------
    order : ndarray of int, shape (N,)
        Row of the study table that each row shows.
    label : tuple of str
        Labels of all rows, length N + 2.
    counts : mapping of str to tuple of str
        tp, fp, fn and tn of the studies in words.
    y : ndarray, shape (N + 2,)
        Height of each row in rows from the top; a half row sets the last two apart.
    margins : tuple of ForestMargin
        Sensitivity, specificity.
    """

    order: IntArray
    label: tuple[str, ...]
    counts: dict[str, tuple[str, ...]]
    y: FloatArray
    margins: tuple[ForestMargin, ForestMargin]

    @property
    def n_studies(self) -> int:
        """Number of studies N."""
        return len(self.order)


def _share(events: IntArray, n: IntArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        return np.asarray(events / n, dtype=np.float64)


def row_order(table: CountTable, sort: ForestSort) -> IntArray:
    """Order the studies; ties stay in the order of the table, empty arms come last.

    Returns
    -------
    ndarray of int, shape (N,)
        Rows of the table from the top of the plot to its bottom.
    """
    if sort == "table":
        return np.arange(table.n_studies)
    if sort == "study":
        names = [name.casefold() for name in table.study]
        return np.asarray(sorted(range(table.n_studies), key=names.__getitem__), dtype=np.int64)
    if sort == "sens":
        value = _share(table.tp, table.n_diseased)
    else:
        value = _share(table.tn, table.n_nondiseased)
    return np.argsort(-value, kind="stable")  # numpy puts nan last


def interval_text(estimate: float, lower: float, upper: float) -> str:
    """Write an estimate with its interval; a dash where there is none.

    Examples
    --------
    >>> interval_text(0.658, 0.599, 0.711)
    '0.66 (0.60 to 0.71)'
    """
    if np.isnan(estimate):
        return EMPTY
    return f"{estimate:.2f} ({lower:.2f} to {upper:.2f})"


def _margin(
    name: Literal["sens", "spec"],
    events: IntArray,
    n: IntArray,
    limits: tuple[FloatArray, FloatArray],
    summaries: tuple[FloatArray, FloatArray],
) -> ForestMargin:
    pooled, new = summaries
    estimate = _share(events, n)
    lower, upper = limits
    words = [interval_text(*row) for row in zip(estimate, lower, upper, strict=True)]
    words += [interval_text(row[1], row[0], row[2]) for row in (pooled, new)]
    return ForestMargin(name, estimate, lower, upper, pooled, new, tuple(words))


def forest_rows(
    fit: FittedReview,
    *,
    sort: ForestSort = "sens",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
) -> ForestRows:
    """Compute the rows of a coupled forest plot.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts.
    sort : {"sens", "spec", "study", "table"}
        Order of the studies.
    interval : {"clopper-pearson", "wilson"}
        Method of the intervals of the studies.
    prob : float, default 0.95
        Level of all intervals.

    Returns
    -------
    ForestRows
    """
    table: CountTable = fit.table
    order = row_order(table, sort)
    pooled = pooled_limits(table, fit.mu.reshape(-1, 2), prob)
    new = pooled_limits(table, fit.new_study_logits(), prob)
    margins = []
    arms = ((table.tp, table.n_diseased), (table.tn, table.n_nondiseased))
    names: tuple[Literal["sens", "spec"], ...] = ("sens", "spec")
    for column, name in enumerate(names):
        events, n = arms[column]
        limits = study_interval(events[order], n[order], interval, prob)
        summaries = (pooled[:, column], new[:, column])
        margins.append(_margin(name, events[order], n[order], limits, summaries))
    cells = {"tp": table.tp, "fp": table.fp, "fn": table.fn, "tn": table.tn}
    rows = np.arange(len(order) + 2, dtype=np.float64)
    rows[-2:] += 0.5
    return ForestRows(
        order=order,
        label=(*(shorten(table.study[i]) for i in order), POOLED_LABEL, NEW_LABEL),
        counts={key: tuple(str(v) for v in cell[order]) for key, cell in cells.items()},
        y=rows,
        margins=(margins[0], margins[1]),
    )
