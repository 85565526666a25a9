"""How far printed figures alone bound the counts of a table, before any table is tried."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from metadx.studies.reported_figures import Figure

_SUMS = (
    ("n_diseased", "tp", "fn"),
    ("n_nondiseased", "fp", "tn"),
    ("positive", "tp", "fp"),
    ("negative", "fn", "tn"),
    ("right", "tp", "tn"),
    ("wrong", "fp", "fn"),
    ("n", "n_diseased", "n_nondiseased"),
    ("n", "positive", "negative"),
    ("n", "right", "wrong"),
)
"""A whole and its two parts."""

_PARTS = {
    "sens": ("n_diseased", "tp", "fn"),
    "spec": ("n_nondiseased", "tn", "fp"),
    "ppv": ("positive", "tp", "fp"),
    "npv": ("negative", "tn", "fn"),
    "accuracy": ("n", "right", "wrong"),
    "prevalence": ("n", "n_diseased", "n_nondiseased"),
}
"""A share: its denominator, its numerator and the rest."""

_ROUNDS = 60  # narrowing may creep without end; what it has found is right whenever it stops


class Interval(NamedTuple):
    """Whole numbers from low to high, both included; no upper limit where high is None."""

    low: int
    high: int | None


class _EmptyError(Exception):
    """No whole number is left."""


def bound_counts(figures: Sequence[Figure]) -> dict[str, Interval] | None:
    """Narrow every count and sum of counts by what single figures say of it.

    Parameters
    ----------
    figures : sequence of Figure
        Ratios and Youden's index are not used: they tie no single count.

    Returns
    -------
    dict of str to Interval, or None
        tp, fp, fn, tn, n_diseased, n_nondiseased, n, positive, negative, right and wrong (test
        results); None if no table is left. Every table that fits lies within.

    Examples
    --------
    >>> from metadx.studies.reported_figures import read_figures
    >>> found = bound_counts(read_figures({"n_diseased": "69", "sens": "89.86%"}))
    >>> found["tp"], found["fp"]
    (Interval(low=62, high=62), Interval(low=0, high=None))
    """
    found = {name: Interval(0, None) for row in _SUMS for name in row}
    found["n"] = Interval(1, None)
    try:
        for figure in figures:
            if figure.name in found:
                _narrow(found, figure.name, int(figure.low), int(figure.high))
        for _ in range(_ROUNDS):
            before = dict(found)
            for whole, one, other in _SUMS:
                _sum(found, whole, one, other)
            for figure in figures:
                if figure.name in _PARTS:
                    _share(found, figure)
            if found == before:
                break
    except _EmptyError:
        return None
    return found


def _narrow(found: dict[str, Interval], name: str, low: int, high: int | None) -> None:
    had = found[name]
    low = max(low, had.low)
    if high is None or (had.high is not None and had.high < high):
        high = had.high
    if high is not None and low > high:
        raise _EmptyError
    found[name] = Interval(low, high)


def _sum(found: dict[str, Interval], whole: str, one: str, other: str) -> None:
    a, b, total = found[one], found[other], found[whole]
    most = None if a.high is None or b.high is None else a.high + b.high
    _narrow(found, whole, a.low + b.low, most)
    for part, rest in ((one, b), (other, a)):
        least = 0 if rest.high is None else total.low - rest.high
        _narrow(found, part, least, None if total.high is None else total.high - rest.low)


def _share(found: dict[str, Interval], figure: Figure) -> None:
    whole, numerator, rest = _PARTS[figure.name]
    _narrow(found, whole, 1, None)
    for part, lower, upper in (
        (numerator, figure.low, figure.high),
        (rest, 1 - figure.high, 1 - figure.low),
    ):
        low, high = max(lower, Fraction(0)), min(upper, Fraction(1))
        if low > high:
            raise _EmptyError
        size = found[whole]
        most = None if size.high is None else floor(high * size.high)
        _narrow(found, part, ceil(low * size.low), most)
        count = found[part]
        if high == 0 and count.low > 0:
            raise _EmptyError
        least = ceil(count.low / high) if high > 0 else 0
        most = floor(count.high / low) if low > 0 and count.high is not None else None
        _narrow(found, whole, least, most)
