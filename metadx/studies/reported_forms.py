"""What each printed figure asks of the counts, as inequalities between whole numbers.

With the group sizes fixed, every measure is a quotient of two expressions of the form
``c + a tp + b fp + d tp fp``. A figure between p and q therefore asks that such expressions are not
negative, and for a given tp (or fp) these are linear in the other: the values that fit form one run
of whole numbers, found by division without rounding and without trying them.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metadx.studies.reported_figures import Figure, Measure

type Whole = NDArray[Any] | int
"""Whole numbers: int64 where nothing can overflow, Python's own otherwise."""


class Form(NamedTuple):
    """The expression ``one + tp · x + fp · y + both · x · y`` in x = tp and y = fp."""

    one: Whole = 0
    tp: Whole = 0
    fp: Whole = 0
    both: Whole = 0

    def times(self, factor: int) -> "Form":
        """Return the expression times a number."""
        return Form(*(factor * part for part in self))

    def minus(self, other: "Form") -> "Form":
        """Return the difference of two expressions."""
        return Form(*(a - b for a, b in zip(self, other, strict=True)))


_QUOTIENTS: dict[Measure, Callable[[Whole, Whole], tuple[Form, Form]]] = {
    "sens": lambda d, h: (Form(tp=1), Form(d)),
    "spec": lambda d, h: (Form(h, fp=-1), Form(h)),
    "ppv": lambda d, h: (Form(tp=1), Form(tp=1, fp=1)),
    "npv": lambda d, h: (Form(h, fp=-1), Form(d + h, tp=-1, fp=-1)),
    "accuracy": lambda d, h: (Form(h, tp=1, fp=-1), Form(d + h)),
    "prevalence": lambda d, h: (Form(d), Form(d + h)),
    "youden": lambda d, h: (Form(tp=h, fp=-d), Form(d * h)),
    "lr_pos": lambda d, h: (Form(tp=h), Form(fp=d)),
    "lr_neg": lambda d, h: (Form(d * h, tp=-h), Form(d * h, fp=-d)),
    "dor": lambda d, h: (Form(tp=h, both=-1), Form(fp=d, both=-1)),
}
"""Numerator and denominator of each measure for d diseased and h non-diseased."""


def quotient(name: Measure, table: Sequence[int]) -> tuple[int, int]:
    """Return numerator and denominator of a measure in one table.

    Parameters
    ----------
    name : str
        A share or a ratio.
    table : sequence of int
        tp, fp, fn, tn.

    Examples
    --------
    >>> quotient("sens", (62, 4, 7, 14))
    (62, 69)
    """
    tp, fp, fn, tn = (int(count) for count in table)
    above, below = (
        int(form.one + form.tp * tp + form.fp * fp + form.both * tp * fp)
        for form in _QUOTIENTS[name](tp + fn, fp + tn)
    )
    return above, below


def size_of(name: Measure, table: Sequence[int]) -> int:
    """Return a size or a count of one table.

    Parameters
    ----------
    name : str
        One of `SIZES`.
    table : sequence of int
        tp, fp, fn, tn.

    Examples
    --------
    >>> size_of("n_diseased", (62, 4, 7, 14))
    69
    """
    tp, fp, fn, tn = (int(count) for count in table)
    sizes: dict[Measure, int] = {
        **{"tp": tp, "fp": fp, "fn": fn, "tn": tn},
        **{"n": tp + fp + fn + tn, "n_diseased": tp + fn, "n_nondiseased": fp + tn},
    }
    return sizes[name]


def fits(figure: Figure, table: Sequence[int]) -> bool:
    """Tell whether a figure may have been rounded from a table.

    Parameters
    ----------
    figure : Figure
    table : sequence of int
        tp, fp, fn, tn.

    Examples
    --------
    >>> from metadx.studies.reported_figures import read_figure
    >>> fits(read_figure("sens", "89.86%"), (62, 4, 7, 14))
    True
    """
    if figure.name not in _QUOTIENTS:
        return figure.low == size_of(figure.name, table)
    above, below = quotient(figure.name, table)
    if figure.infinite:
        return below == 0 and above > 0
    return below > 0 and figure.low <= Fraction(above, below) <= figure.high


def asked(figures: Sequence[Figure], diseased: Whole, nondiseased: Whole) -> list[Form]:
    """Return expressions none of which may be negative in a table that fits.

    Parameters
    ----------
    figures : sequence of Figure
        Counts and sizes among them are left out: they bound the search itself.
    diseased, nondiseased : array of whole numbers, shape (R,), or int
        Group sizes.

    Returns
    -------
    list of Form
        Coefficients of shape (R,) or scalars.
    """
    forms = []
    for figure in figures:
        if figure.name not in _QUOTIENTS:
            continue
        above, below = _QUOTIENTS[figure.name](diseased, nondiseased)
        one = Form(1)
        if figure.infinite:
            forms += [below.times(-1), above.minus(one)]
            continue
        low, high = figure.low, figure.high
        forms += [
            below.minus(one),
            above.times(low.denominator).minus(below.times(low.numerator)),
            below.times(high.numerator).minus(above.times(high.denominator)),
        ]
    return forms


def run_of(
    forms: Sequence[Form], given: Whole, low: Whole, high: Whole, *, tp_given: bool
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the run of one count that no expression forbids, the other being given.

    Parameters
    ----------
    forms : sequence of Form
        As of `asked`.
    given : array, shape (R,)
        Values of tp, or of fp.
    low, high : array, shape (R,)
        The run as far as it is known.
    tp_given : bool
        Whether `given` is tp.

    Returns
    -------
    low, high : array, shape (R,)
        First and last value; last below first where none is left.
    """
    first, last = np.array(low), np.array(high)
    for one, tp, fp, both in forms:
        mine, other = (tp, fp) if tp_given else (fp, tp)
        constant = one + mine * given
        slope = other + both * given
        constant, slope = np.broadcast_arrays(constant, slope)
        up, down, flat = slope > 0, slope < 0, slope == 0
        # slope · z + constant >= 0: a lower limit where the slope is positive, an upper elsewhere.
        if up.any():
            first[up] = np.maximum(first[up], -(constant[up] // slope[up]))
        if down.any():
            last[down] = np.minimum(last[down], constant[down] // -slope[down])
        if flat.any():
            impossible = flat & (constant < 0)
            last[impossible] = first[impossible] - 1
    return first, last
