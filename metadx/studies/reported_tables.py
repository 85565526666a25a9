"""Every 2x2 table that printed figures allow, by exact whole-number arithmetic."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metadx.studies.reported_bounds import Interval, bound_counts
from metadx.studies.reported_figures import Figure
from metadx.studies.reported_forms import asked, run_of
from metadx.studies.reported_pooled import implied

type IntArray = NDArray[np.int64]

MOST_ROWS = 40_000_000
"""Longest search: so many values of one count over all group sizes (some seconds)."""

_CHUNK = 200_000
_SAFE = 2**61


@dataclass(frozen=True, eq=False)
class Search:
    """What a search found.

    Parameters
    ----------
    outcome : {"searched", "sizes unknown", "too large"}
        Whether every candidate was looked at; if not, because the figures do not bound the size of
        a group, or because there are too many candidates.
    count : int
        Number of tables that fit; 0 if nothing was searched.
    tables : ndarray of int, shape (M, 4)
        The tables as tp, fp, fn, tn, smallest group of diseased first; empty if there are more than
        were asked for.
    """

    outcome: Literal["searched", "sizes unknown", "too large"]
    count: int
    tables: IntArray


def find_tables(figures: Sequence[Figure], *, most: int, rows: int = MOST_ROWS) -> Search:
    """Find every table of whole numbers whose rounded measures are the printed ones.

    Parameters
    ----------
    figures : sequence of Figure
    most : int
        Number of tables above which they are only counted.
    rows : int
        Length of the search above which none is made.

    Returns
    -------
    Search

    Examples
    --------
    >>> from metadx.studies.reported_figures import read_figures
    >>> texts = {"n": "87", "sens": "89.86%", "spec": "77.78%", "accuracy": "87.36%"}
    >>> find_tables(read_figures(texts), most=10).tables
    array([[62,  4,  7, 14]])
    """
    figures = [*figures, *implied(figures)]
    bounds = bound_counts(figures)
    if bounds is None:
        return Search("searched", 0, np.zeros((0, 4), dtype=np.int64))
    pairs = _group_sizes(bounds, rows)
    if isinstance(pairs, str):
        return Search(pairs, 0, np.zeros((0, 4), dtype=np.int64))
    plan = _plan(figures, bounds, *pairs)
    if plan.rows > rows:
        return Search("too large", 0, np.zeros((0, 4), dtype=np.int64))
    count, kept = 0, []
    for runs in _runs(figures, bounds, plan):
        many = np.maximum(runs.last - runs.first + 1, 0)
        count += int(many.sum())
        if 0 < count <= most:
            kept.append(_spread(runs, many, tp_given=plan.tp_given))
    tables = np.concatenate(kept) if kept and count <= most else np.zeros((0, 4), dtype=np.int64)
    return Search(
        "searched",
        count,
        tables[np.lexsort((tables[:, 1], tables[:, 0], tables[:, 0] + tables[:, 2]))],
    )


def any_table(figures: Sequence[Figure], *, rows: int) -> bool | None:
    """Tell whether a table fits; None if the search would be too long or the sizes are unknown.

    Parameters
    ----------
    figures : sequence of Figure
    rows : int
        Length of the longest search.
    """
    figures = [*figures, *implied(figures)]
    bounds = bound_counts(figures)
    if bounds is None:
        return False
    pairs = _group_sizes(bounds, rows)
    if isinstance(pairs, str):
        return None
    plan = _plan(figures, bounds, *pairs)
    if plan.rows > rows:
        return None
    return any(
        (runs.last >= runs.first).any() for runs in _runs(figures, bounds, plan, _CHUNK // 10)
    )


class _Runs(NamedTuple):
    """Group sizes, values of the given count, and the run of the other one with each."""

    diseased: IntArray
    nondiseased: IntArray
    given: IntArray
    first: IntArray
    last: IntArray


@dataclass(frozen=True, eq=False)
class _Plan:
    """Pairs of group sizes, and within each the values of one count to look at."""

    diseased: NDArray[Any]
    nondiseased: NDArray[Any]
    first: IntArray
    ends: IntArray
    tp_given: bool

    @property
    def rows(self) -> int:
        """Length of the search; with Python's own numbers it takes much longer."""
        cost = 30 if self.diseased.dtype == object else 1
        return int(self.ends[-1]) * cost if len(self.ends) else 0


def _group_sizes(
    bounds: Mapping[str, Interval], rows: int
) -> tuple[IntArray, IntArray] | Literal["sizes unknown", "too large"]:
    """List the pairs of group sizes to look at."""
    diseased, nondiseased, n = bounds["n_diseased"], bounds["n_nondiseased"], bounds["n"]
    if diseased.high is None or nondiseased.high is None or n.high is None:
        return "sizes unknown"
    if diseased.high - diseased.low >= rows:
        return "too large"
    d = np.arange(diseased.low, diseased.high + 1)
    first = np.maximum(nondiseased.low, n.low - d)
    many = np.maximum(np.minimum(nondiseased.high, n.high - d) - first + 1, 0)
    if int(many.sum()) > rows:
        return "too large"
    return np.repeat(d, many), _counting(first, many)


def _counting(first: IntArray, many: IntArray) -> IntArray:
    """Return the runs of `many` whole numbers that begin at `first`, one after the other."""
    return np.arange(int(many.sum())) + np.repeat(first - np.cumsum(many) + many, many)


def _plan(
    figures: Sequence[Figure], bounds: Mapping[str, Interval], d: IntArray, h: IntArray
) -> _Plan:
    """Choose the count whose values are tried: the one with fewer of them."""
    first_tp, last_tp = _limits(bounds, "tp", "fn", d)
    first_fp, last_fp = _limits(bounds, "fp", "tn", h)
    for figure in figures:
        if figure.name == "sens":
            low, high = _between(figure, d)
            first_tp, last_tp = np.maximum(first_tp, low), np.minimum(last_tp, high)
        elif figure.name == "spec":
            low, high = _between(figure, h)
            first_fp, last_fp = np.maximum(first_fp, h - high), np.minimum(last_fp, h - low)
    many_tp = np.maximum(last_tp - first_tp + 1, 0)
    many_fp = np.maximum(last_fp - first_fp + 1, 0)
    tp_given = int(many_tp.sum()) <= int(many_fp.sum())
    first, many = (first_tp, many_tp) if tp_given else (first_fp, many_fp)
    parts = [(x.numerator, x.denominator) for f in figures for x in (f.low, f.high)]
    largest = max((abs(part) for pair in parts for part in pair), default=1)
    people = int((d + h).max(initial=0)) + 1
    exact = object if 8 * largest * people**2 > _SAFE else np.int64
    return _Plan(d.astype(exact), h.astype(exact), first, np.cumsum(many), tp_given)


def _limits(
    bounds: Mapping[str, Interval], name: str, rest: str, size: IntArray
) -> tuple[IntArray, IntArray]:
    mine, other = bounds[name], bounds[rest]
    first = (
        np.full_like(size, mine.low)
        if other.high is None
        else np.maximum(mine.low, size - other.high)
    )
    last = size - other.low
    return first, last if mine.high is None else np.minimum(last, mine.high)


def _between(figure: Figure, size: IntArray) -> tuple[IntArray, IntArray]:
    """Return the counts whose share of a group rounds to a figure."""
    low, high = figure.low, figure.high
    whole = size.astype(object)
    least = -((-low.numerator * whole) // low.denominator)
    most = (high.numerator * whole) // high.denominator
    return least.astype(np.int64), most.astype(np.int64)


def _runs(
    figures: Sequence[Figure], bounds: Mapping[str, Interval], plan: _Plan, chunk: int = _CHUNK
) -> Iterator[_Runs]:
    """Yield group sizes, the given count and the run of the other one, in pieces."""
    total = int(plan.ends[-1]) if len(plan.ends) else 0
    starts = plan.ends - np.diff(plan.ends, prepend=0)
    for begin in range(0, total, chunk):
        row = np.arange(begin, min(begin + chunk, total))
        pair = np.searchsorted(plan.ends, row, side="right")
        d, h = plan.diseased[pair], plan.nondiseased[pair]
        given = (plan.first[pair] + row - starts[pair]).astype(d.dtype)
        one, rest, size = ("fp", "tn", h) if plan.tp_given else ("tp", "fn", d)
        first, last = _limits(bounds, one, rest, size.astype(np.int64))
        forms = asked(figures, d, h)
        limits = (first.astype(d.dtype), last.astype(d.dtype))
        low, high = run_of(forms, given, *limits, tp_given=plan.tp_given)
        yield _Runs(*(x.astype(np.int64) for x in (d, h, given, low, high)))


def _spread(runs: _Runs, many: IntArray, *, tp_given: bool) -> IntArray:
    """Write the runs out as tables: tp, fp, fn, tn."""
    other = _counting(runs.first, many)
    d, h, given = (np.repeat(x, many) for x in runs[:3])
    tp, fp = (given, other) if tp_given else (other, given)
    return np.column_stack((tp, fp, d - tp, h - fp))
