"""The rows of a coupled forest plot, before anything is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from metadx.estimands.logistic import FloatArray, IntArray
from metadx.plots.fitted import CountTable, FittedReview, uncertain_rows
from metadx.plots.forest_widths import broken_headings
from metadx.plots.intervals import IntervalKind, study_interval
from metadx.plots.labels import shorten
from metadx.plots.row_parts import part_of, parts_of
from metadx.plots.sroc_layers import pooled_limits

type ForestSort = Literal["sens", "spec", "study", "table"]
type MarginName = Literal["sens", "spec"]

POOLED_LABEL = "Pooled (median study)"
NEW_LABEL = "New study (prediction)"
EMPTY = "–"
_APART = 0.5  # rows between the studies of a block and its summary


@dataclass(frozen=True, eq=False)
class Block:
    """What stands together in a forest plot: some studies, then what they come to.

    Parameters
    ----------
    heading : tuple of str
        Words above the block, in parts that stay together where there is room; none where it is
        the only one.
    rows : ndarray of int
        Rows of the study table, top to bottom; may be empty.
    labels : tuple of str
        Labels of the rows of the median study and of a new study; empty for a block without
        summary.
    pooled, new : ndarray, shape (3, 2)
        Lower limits, medians and upper limits of sens and spec, for these two rows.
    """

    heading: tuple[str, ...]
    rows: IntArray
    labels: tuple[str, ...]
    pooled: FloatArray
    new: FloatArray


@dataclass(frozen=True, eq=False)
class ForestSummary:
    """Where a block's median study and new study stand, and their limits.

    Parameters
    ----------
    number : int
        The blocks with studies of a grouped plot count from 1; 0 is the summary of all studies.
    studies : int
        Number of studies above it in the block.
    top, pooled_y, new_y : float
        Heights of the first study, and of the two rows.
    pooled, new : ndarray, shape (3, 2)
        As of the block.
    """

    number: int
    studies: int
    top: float
    pooled_y: float
    new_y: float
    pooled: FloatArray
    new: FloatArray

    @property
    def suffix(self) -> str:
        """What tells its marks from those of other blocks: "_1", or nothing for all studies."""
        return f"_{self.number}" if self.number else ""


@dataclass(frozen=True, eq=False)
class ForestMargin:
    """One half of a coupled forest plot: sensitivity or specificity.

    Parameters
    ----------
    name : {"sens", "spec"}
        Which half.
    column : {0, 1}
        Its column in the limits of the summaries.
    estimate, lower, upper : ndarray, shape (N,)
        Observed proportion and confidence limits of each study, in the order of the rows; nan
        where the arm is empty.
    text : tuple of str
        The intervals of all rows in words: of N studies, then of the summaries.
    """

    name: MarginName
    column: int
    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray
    text: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ForestRows:
    """All rows: the N studies from top to bottom, then the two rows of each summary.

    Parameters
    ----------
    order : ndarray of int, shape (N,)
        Row of the study table that each row shows.
    label : tuple of str
        Labels of all rows.
    counts : mapping of str to tuple of str
        tp, fp, fn and tn of the studies in words.
    y : ndarray
        Height of each row in rows from the top.
    headings : tuple of (float, str)
        Height and words of each line of the headings of blocks.
    summaries : tuple of ForestSummary
        In the order of the rows; the last is that of all studies.
    margins : tuple of ForestMargin
        Sensitivity, specificity.
    """

    order: IntArray
    label: tuple[str, ...]
    counts: dict[str, tuple[str, ...]]
    y: FloatArray
    headings: tuple[tuple[float, str], ...]
    summaries: tuple[ForestSummary, ...]
    margins: tuple[ForestMargin, ForestMargin]

    @property
    def n_studies(self) -> int:
        """Number of studies N."""
        return len(self.order)

    @property
    def last(self) -> float:
        """Height of the last row."""
        return self.summaries[-1].new_y

    @property
    def rule(self) -> float:
        """Height of the rule above the summary of all studies."""
        last = self.summaries[-1]
        return last.pooled_y - (1.65 if self.headings else 0.75)


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
    name: MarginName,
    column: int,
    table: CountTable,
    order: IntArray,
    summaries: Sequence[ForestSummary],
    *,
    interval: IntervalKind,
    prob: float,
) -> ForestMargin:
    arms = {"sens": (table.tp, table.n_diseased), "spec": (table.tn, table.n_nondiseased)}
    events, n = (counts[order] for counts in arms[name])
    estimate = _share(events, n)
    lower, upper = study_interval(events, n, interval, prob)
    words = [interval_text(*row) for row in zip(estimate, lower, upper, strict=True)]
    for summary in summaries:
        for limits in (summary.pooled[:, column], summary.new[:, column]):
            words.append(interval_text(limits[1], limits[0], limits[2]))
    return ForestMargin(name, column, estimate, lower, upper, tuple(words))


def lay_out(
    table: CountTable, blocks: Sequence[Block], *, interval: IntervalKind, prob: float
) -> ForestRows:
    """Stack blocks of rows.

    Parameters
    ----------
    table : CountTable
        All studies.
    blocks : sequence of Block
        Top to bottom; the last has the summary of all studies.
    interval : {"clopper-pearson", "wilson"}
        Method of the intervals of the studies.
    prob : float
        Level of these intervals.

    Returns
    -------
    ForestRows
    """
    order = np.concatenate([block.rows for block in blocks])
    cells = {"tp": table.tp, "fp": table.fp, "fn": table.fn, "tn": table.tn}
    counts = {key: tuple(str(v) for v in cell[order]) for key, cell in cells.items()}
    words = [label for block in blocks for label in block.labels]
    labels = (*(_label(table, i) for i in order), *words)
    lines = broken_headings([block.heading for block in blocks], labels, counts)
    studies_y: list[float] = []
    headings: list[tuple[float, str]] = []
    summaries: list[ForestSummary] = []
    y = 0.0
    for block, heading in zip(blocks, lines, strict=True):
        for line in heading:
            headings.append((y, line))
            y += 1.0
        top = y
        studies_y += [y + i for i in range(len(block.rows))]
        y += len(block.rows)
        if block.labels:
            y += _APART if len(block.rows) else 0.0
            own = 0 if block is blocks[-1] else len(summaries) + 1
            limits = (block.pooled, block.new)
            summaries.append(ForestSummary(own, len(block.rows), top, y, y + 1.0, *limits))
            y += 2.0
        y += _APART
    sens, spec = (
        _margin(name, column, table, order, summaries, interval=interval, prob=prob)
        for column, name in enumerate[MarginName](("sens", "spec"))
    )
    below = [height for one in summaries for height in (one.pooled_y, one.new_y)]
    return ForestRows(
        order=order,
        label=labels,
        counts=counts,
        y=np.array([*studies_y, *below]),
        headings=tuple(headings),
        summaries=tuple(summaries),
        margins=(sens, spec),
    )


def forest_rows(
    fit: FittedReview,
    *,
    sort: ForestSort = "sens",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
    part: int | None = None,
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
    part : int, optional
        Page of the studies; the summary, which every page has, is of all studies.

    Returns
    -------
    ForestRows
    """
    table: CountTable = fit.table
    several = part is not None and len(parts_of(table.n_studies)) > 1
    whole = Block(
        heading=(),
        rows=row_order(table, sort)[part_of(table.n_studies, part)],
        labels=(f"Pooled (all {table.n_studies} studies)" if several else POOLED_LABEL, NEW_LABEL),
        pooled=pooled_limits(table, fit.mu.reshape(-1, 2), prob),
        new=pooled_limits(table, fit.new_study_logits(), prob),
    )
    return lay_out(table, [whole], interval=interval, prob=prob)


def _label(table: CountTable, row: int) -> str:
    """Write the name of a study; a star says that its counts are one of several tables."""
    return shorten(table.study[row]) + (" *" if row in uncertain_rows(table) else "")
