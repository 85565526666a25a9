"""How many cross-tables of whole numbers have given margins."""

from math import comb, exp, lgamma, log, prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metadx.errors import DataError
from metadx.studies.agreement import IntArray

_MOST_WORK = 2e9  # additions; a few seconds
_QUICK_WORK = 2e8


def count_tables(margin_a: ArrayLike, margin_b: ArrayLike) -> int:
    """Count the cross-tables with given margins, exactly.

    Parameters
    ----------
    margin_a, margin_b : array_like of int
        With equal sums.

    Returns
    -------
    int

    Raises
    ------
    DataError
        If the sums differ, or if there are too many states to count them exactly: see
        `about_how_many`.

    Examples
    --------
    >>> count_tables([79, 28, 0], [71, 35, 1])
    57
    """
    a, b = (np.asarray(margin, dtype=np.int64) for margin in (margin_a, margin_b))
    if a.sum() != b.sum():
        raise DataError(
            f"margins with different sums, {a.sum()} and {b.sum()}, belong to no cross-table; "
            "give those of the same cases."
        )
    found = _count(a, b, _MOST_WORK)
    if found is None:
        raise DataError(
            f"the cross-tables with margins {a.tolist()} and {b.tolist()} are too many to count; "
            f"there are about {about_how_many(a, b):.0e}."
        )
    return found


def count_if_possible(margin_a: IntArray, margin_b: IntArray) -> tuple[int, bool]:
    """Return the number of tables, and whether it is exact rather than estimated.

    Parameters
    ----------
    margin_a, margin_b : ndarray of int
        With equal sums.

    Examples
    --------
    >>> count_if_possible(np.array([1, 1]), np.array([1, 1]))
    (2, True)
    """
    found = _count(margin_a, margin_b, _QUICK_WORK)
    return (int(about_how_many(margin_a, margin_b)), False) if found is None else (found, True)


def number_within(row_sums: IntArray, caps: IntArray) -> int | None:
    """Count the ways to fill rows when no column may exceed its cap; None if too many to count.

    Parameters
    ----------
    row_sums : ndarray of int, shape (R,)
    caps : ndarray of int, shape (C,)

    Examples
    --------
    >>> number_within(np.array([2]), np.array([1, 5]))
    2
    """
    return _count(np.append(row_sums, caps.sum() - row_sums.sum()), caps, _QUICK_WORK)


def about_how_many(margin_a: ArrayLike, margin_b: ArrayLike) -> float:
    """Estimate the number of cross-tables with given margins.

    Parameters
    ----------
    margin_a, margin_b : array_like of int
        With equal sums; categories never given do not count.

    Returns
    -------
    float

    References
    ----------
    Diaconis P, Efron B. Annals of Statistics 1985;13:845-874.

    Examples
    --------
    >>> margins = [20, 30, 25], [25, 25, 25]
    >>> count_tables(*margins), round(about_how_many(*margins))
    (54516, 53089)
    """
    a, b = (np.asarray(margin, dtype=float) for margin in (margin_a, margin_b))
    a, b = a[a > 0], b[b > 0]
    rows, columns, n = a.size, b.size, float(a.sum())
    if rows < 2 or columns < 2:
        return 1.0
    weight = 1 / (1 + rows * columns / (2 * n))
    a = (1 - weight) / rows + weight * a / n
    b = (1 - weight) / columns + weight * b / n
    k = (columns + 1) / (columns * float((a**2).sum())) - 1 / columns
    found = (rows - 1) * (columns - 1) * log(n + rows * columns / 2)
    found += (columns - 1) * float(np.log(a).sum()) + (k - 1) * float(np.log(b).sum())
    found += lgamma(columns * k) - rows * lgamma(columns) - columns * lgamma(k)
    return exp(min(found, 700.0))


def _count(a: IntArray, b: IntArray, most_work: float) -> int | None:
    """Fill row after row, keeping how many ways lead to each state of the columns but the last.

    A row adds to the state any x >= 0 whose sum is at most the row's: the last column takes the
    rest. The terms of degree m in 1 / prod(1 - y_j) follow from those of degree m - 1:
    h_m(y_1..y_k) = h_m(y_1..y_k-1) + y_k h_m-1(y_1..y_k).
    """
    a, b = np.sort(a[a > 0]), np.sort(b[b > 0])
    if a.size == 0:
        return 1
    a, b = min((a, b), (b, a), key=lambda pair: _work(*pair))
    if _work(a, b) > most_work:
        return None
    caps, last_cap = b[:-1], int(b[-1])
    # Sums beyond 64 bits wrap around, which does no harm where the count itself is below that.
    most = prod(comb(int(total) + caps.size, caps.size) for total in a[:-1])
    kind: type = np.int64 if most < 2**63 else object
    shape = tuple((caps + 1).tolist())
    used = sum(np.ix_(*(np.arange(size) for size in shape)), np.zeros(shape, dtype=np.int64))
    ways = np.zeros(shape, dtype=kind)
    ways[(0,) * caps.size] = 1
    total = 0
    for row in a[:-1].tolist():  # the last row takes what is left
        terms = [ways.copy() for _ in shape]
        filled = ways.copy()
        for _ in range(row if shape else 0):
            before: NDArray[np.generic] | None = None
            for axis, term in enumerate(terms):
                moved = np.zeros_like(term)
                along = (slice(None),) * axis
                moved[*along, 1:] = term[*along, :-1]
                terms[axis] = before = moved if before is None else moved + before
            filled += terms[-1]
        total += row
        ways = np.where((used <= total) & (total - used <= last_cap), filled, 0)
    return int(ways.sum())


def _work(a: IntArray, b: IntArray) -> float:
    """Count the additions that `_count` makes."""
    states = float(np.prod(b[:-1] + 1.0))
    many = float(a[:-1].sum()) * (b.size - 1) * states
    most = prod(comb(int(total) + b.size - 1, b.size - 1) for total in a[:-1])
    return many if most < 2**63 else many * 30
