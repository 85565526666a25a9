"""Every way to fill some rows of a cross-table, and the joining of two halves into whole tables.

A table is an upper half, some of its rows, and a lower half, the rest, whose column sums add up to
those wanted. There are far fewer halves than tables, and a sum over the cells of a table is the sum
of its halves: the tables where such sums have given values are found by looking halves up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from metadx.studies.agreement import IntArray
from metadx.studies.cross_count import about_how_many, number_within

type FloatArray = NDArray[np.float64]
type Tables = NDArray[np.int32]

MOST_HALVES = 1_000_000
"""Most ways to fill a half that are listed."""

_CHUNK = 500_000


@dataclass(frozen=True, eq=False)
class Halves:
    """All upper and lower halves of the tables with given margins, the lower ones in groups.

    Parameters
    ----------
    shape : tuple of int
        Of the whole table on the full scale.
    upper_cells, lower_cells : tuple of ndarray of int
        Places in the whole table, rows and columns, of the cells of a half.
    upper, lower : ndarray of int, shapes (U, cells), (L, cells)
        Their counts.
    upper_group, lower_group : ndarray of int, shapes (U,), (L,)
        A pair with equal groups makes a table.
    """

    shape: tuple[int, int]
    upper_cells: tuple[IntArray, IntArray]
    lower_cells: tuple[IntArray, IntArray]
    upper: IntArray
    lower: IntArray
    upper_group: IntArray
    lower_group: IntArray

    def sums(self, of_cells: IntArray | FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sum a value per cell, (C, C), times the counts over each half."""
        value = np.asarray(of_cells, dtype=np.float64)
        above: FloatArray = self.upper @ value[self.upper_cells]
        below: FloatArray = self.lower @ value[self.lower_cells]
        return above, below

    def join(self, above: IntArray, below: IntArray) -> Tables:
        """Put upper and lower halves, given by their places, together: (S, C, C)."""
        tables = np.zeros((above.size, *self.shape), dtype=np.int32)
        tables[:, *self.upper_cells] = self.upper[above]
        tables[:, *self.lower_cells] = self.lower[below]
        return tables


def list_halves(margin_a: IntArray, margin_b: IntArray) -> Halves | None:
    """List the halves of all tables with these margins.

    Parameters
    ----------
    margin_a, margin_b : ndarray of int, shape (C,)
        With equal sums.

    Returns
    -------
    Halves or None
        None if there are more than `MOST_HALVES`.

    Examples
    --------
    >>> found = list_halves(np.array([2, 3]), np.array([4, 1]))
    >>> found.upper.tolist()
    [[1, 3], [2, 2]]
    """
    about, turned, upper_rows, lower_rows = min(_plans(margin_a, margin_b), key=lambda p: p[0])
    if about > 20 * MOST_HALVES:
        return None
    row_sums, column_sums = (margin_b, margin_a) if turned else (margin_a, margin_b)
    columns = np.flatnonzero(column_sums)
    caps = column_sums[columns]
    if np.prod(caps + 1.0) > 2.0**62:
        return None
    for rows in (upper_rows, lower_rows):
        many = number_within(row_sums[rows], caps)
        if many is None or many > MOST_HALVES:
            return None
    upper = fill_rows(row_sums[upper_rows], caps)
    lower = fill_rows(row_sums[lower_rows], caps)
    places = np.cumprod(np.append(1, caps[:-1] + 1))
    wanted = (caps - upper.sum(1)) @ places
    group = lower.sum(1) @ places
    known = np.unique(group)

    def cells(rows: IntArray) -> tuple[IntArray, IntArray]:
        first, second = np.repeat(rows, columns.size), np.tile(columns, rows.size)
        return (second, first) if turned else (first, second)

    return Halves(
        (margin_a.size, margin_b.size),
        cells(upper_rows),
        cells(lower_rows),
        upper.reshape(upper.shape[0], -1),
        lower.reshape(lower.shape[0], -1),
        np.searchsorted(known, wanted),
        np.searchsorted(known, group),
    )


def fill_rows(row_sums: IntArray, caps: IntArray) -> IntArray:
    """List every way to fill rows with these sums when no column may exceed its cap.

    Parameters
    ----------
    row_sums : ndarray of int, shape (R,)
    caps : ndarray of int, shape (C,)

    Returns
    -------
    ndarray of int, shape (ways, R, C)

    Examples
    --------
    >>> fill_rows(np.array([2]), np.array([1, 5])).tolist()
    [[[0, 2]], [[1, 1]]]
    """
    left = caps[None].astype(np.int64)
    filled = np.zeros((1, 0, caps.size), dtype=np.int64)
    for total in row_sums.tolist():
        row = np.zeros((left.shape[0], 0), dtype=np.int64)
        owner = np.arange(left.shape[0])
        for column in range(caps.size):
            rest = total - row.sum(1)
            low = np.maximum(rest - left[owner, column + 1 :].sum(1), 0)
            high = np.minimum(rest, left[owner, column])
            owner, row = _spread(owner, row, low, high)
        left = left[owner] - row
        filled = np.concatenate([filled[owner], row[:, None]], axis=1)
    return filled


def _spread(
    owner: IntArray, row: IntArray, low: IntArray, high: IntArray
) -> tuple[IntArray, IntArray]:
    """Continue every started row with each value from low to high."""
    many = np.maximum(high - low + 1, 0)
    start = np.repeat(np.cumsum(many) - many, many)
    value = np.repeat(low, many) + np.arange(many.sum()) - start
    return np.repeat(owner, many), np.column_stack([np.repeat(row, many, axis=0), value])


def _plans(
    margin_a: IntArray, margin_b: IntArray
) -> Iterator[tuple[float, bool, IntArray, IntArray]]:
    """Yield ways to cut a table in two with the number of halves each would give."""
    for turned in (False, True):
        row_sums, column_sums = (margin_b, margin_a) if turned else (margin_a, margin_b)
        rows = np.flatnonzero(row_sums)
        caps = column_sums[column_sums > 0]
        if rows.size == 1:
            yield 0.0, turned, rows, rows[:0]
        for many in range(1, rows.size // 2 + 1):
            for chosen in combinations(rows.tolist(), many):
                upper = np.array(chosen)
                lower = np.setdiff1d(rows, upper)
                halves = 0.0
                for half in (upper, lower):
                    rest = row_sums.sum() - row_sums[half].sum()
                    halves += about_how_many(np.append(row_sums[half], rest), caps)
                yield halves, turned, upper, lower


@dataclass(frozen=True, eq=False)
class Joint:
    """Pairs of halves where a whole-number sum has one value: ranges of sorted lower halves.

    Parameters
    ----------
    above : ndarray of int, shape (P,)
        Upper halves that have a partner.
    first, last : ndarray of int, shape (P,)
        Their partners are these places of `order`; `last` is not included.
    order : ndarray of int, shape (L,)
        Lower halves as sorted.
    """

    above: IntArray
    first: IntArray
    last: IntArray
    order: IntArray

    @property
    def n_pairs(self) -> int:
        """Number of tables."""
        return int((self.last - self.first).sum())

    def pairs(self) -> Iterator[tuple[IntArray, IntArray]]:
        """Yield the places of upper and lower halves, some at a time."""
        many = self.last - self.first
        ends = np.cumsum(many)
        start = 0
        while start < many.size:
            done = ends[start - 1] if start else 0
            stop = max(int(np.searchsorted(ends, done + _CHUNK, "right")), start + 1)
            part = many[start:stop]
            above = np.repeat(self.above[start:stop], part)
            shift = np.repeat(self.first[start:stop] - (np.cumsum(part) - part), part)
            yield above, self.order[shift + np.arange(part.sum())]
            start = stop


class Matcher:
    """Looks up pairs of halves by a whole-number sum over the cells, and by a second sum.

    Parameters
    ----------
    halves : Halves
    of_cells : ndarray of int, shape (C, C)
        Value of each cell in the first sum, none negative.
    """

    def __init__(self, halves: Halves, of_cells: IntArray) -> None:
        above, below = halves.sums(of_cells)
        self._halves = halves
        self._above = above.astype(np.int64)
        below_whole = below.astype(np.int64)
        self._span = int(below_whole.max(initial=0)) + 1
        keys = halves.lower_group * self._span + below_whole
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def at(self, value: int) -> Joint:
        """Find the pairs where the sum has this value."""
        rest = value - self._above
        possible = np.flatnonzero((rest >= 0) & (rest < self._span))
        wanted = self._halves.upper_group[possible] * self._span + rest[possible]
        first = np.searchsorted(self._keys, wanted, "left")
        last = np.searchsorted(self._keys, wanted, "right")
        some = last > first
        return Joint(possible[some], first[some], last[some], self._order)

    def between(self, value: int, second: FloatArray, low: float, high: float) -> Joint:
        """Find those of them where the second sum, of a value per cell, lies in [low, high]."""
        found = self.at(value)
        upper, lower = self._halves.sums(second)
        # Only the lower halves that have a partner are put in the order of the second sum.
        start, one, which = np.unique(found.first, return_index=True, return_inverse=True)
        many = found.last[one] - start
        begin = np.cumsum(many) - many
        group = np.repeat(np.arange(many.size), many)
        order = self._order[np.arange(group.size) + (start - begin)[group]]
        order = order[np.lexsort((lower[order], group))]
        ranked, mine = lower[order], upper[found.above]
        end = (begin + many)[which]
        first = _bisect(ranked, begin[which], end, low - mine, after=False)
        last = _bisect(ranked, first, end, high - mine, after=True)
        some = last > first
        return Joint(found.above[some], first[some], last[some], order)


def _bisect(
    ranked: FloatArray, first: IntArray, last: IntArray, value: FloatArray, *, after: bool
) -> IntArray:
    """Place of each value within its own rising stretch, from first to last, of a list."""
    low, high = first.copy(), last.copy()
    while (open_ := low < high).any():
        middle = (low + high) // 2
        found = ranked[np.minimum(middle, ranked.size - 1)]
        right = open_ & (found <= value if after else found < value)
        low = np.where(right, middle + 1, low)
        high = np.where(open_ & ~right, middle, high)
    return low
