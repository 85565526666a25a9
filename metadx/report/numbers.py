"""Numbers as a reader meets them: rounded, and never rounded to a certainty."""

from collections.abc import Callable, Mapping
from math import floor, log10
from typing import Any

type Summary = Mapping[str, Any]

_WHOLE = 1.5  # per cent; what would be written as 1 or 99 gets more digits
_LEAST = 0.0001  # per cent; nearer to 0 or 100 no predictive value is told apart
NOT_IDENTIFIED = "not identified"


def percent(x: float) -> str:
    """Write a proportion in per cent with one decimal, without the sign.

    Parameters
    ----------
    x : float
        Between 0 and 1.

    Examples
    --------
    >>> percent(0.6581), percent(0.99999), percent(0.0001)
    ('65.8', '>99.9', '<0.1')
    """
    return _inside(100 * x, 1)


def whole_percent(x: float) -> str:
    """Write a proportion in whole per cent, without the sign.

    Examples
    --------
    >>> whole_percent(0.628), whole_percent(0.995), whole_percent(0.005)
    ('63', '>99', '<1')
    """
    return _inside(100 * x, 0)


def fine_percent(x: float) -> str:
    """Write a predictive value in per cent: whole, but near 0 or 100 with two digits.

    At low prevalence a PPV of 0.08 % and an NPV of 99.997 % are the answer, and "<1" and ">99"
    would hide it. The digits are those of the distance from 0 or from 100.

    Parameters
    ----------
    x : float
        Between 0 and 1.

    Examples
    --------
    >>> [fine_percent(x) for x in (0.628, 0.00078, 0.99997, 0.9897, 0.0, 1.0)]
    ['63', '0.078', '99.9970', '99.0', '<0.0001', '>99.9999']
    """
    small = 100 * min(x, 1 - x)
    if small >= _WHOLE:
        return f"{100 * x:.0f}"
    if small < _LEAST:
        return f"<{_LEAST:.4f}" if x < 0.5 else f">{100 - _LEAST:.4f}"
    digits = min(4, 1 - floor(log10(small)))
    return f"{100 * x:.{digits}f}"


def _inside(x: float, digits: int) -> str:
    least = 10.0**-digits
    # Halves too: they round to the even digit, which may be 0 or 100.
    if x <= least / 2:
        return f"<{least:g}"
    if x >= 100 - least / 2:
        return f">{100 - least:.{digits}f}"
    return f"{x:.{digits}f}"


def three_digits(x: float) -> str:
    """Write a positive number with about three significant digits and no exponent.

    Examples
    --------
    >>> [three_digits(x) for x in (0.00002, 0.0123, 0.358, 15.38, 4321.0, 2e9)]
    ['<0.001', '0.012', '0.36', '15.4', '4,321', '>99,999']
    """
    if x < 0.0005:
        return "<0.001"
    if x >= 99_999.5:
        return ">99,999"
    for limit, digits in ((0.0995, 3), (9.95, 2), (99.5, 1)):
        if x < limit:
            return f"{x:.{digits}f}"
    return f"{x:,.0f}"


def two_digits(x: float) -> str:
    """Write an area or a height, between 0 and 1.

    Examples
    --------
    >>> two_digits(0.9264), two_digits(0.9981)
    ('0.93', '>0.99')
    """
    if x < 0.005:
        return "<0.01"
    return ">0.99" if x > 0.995 else f"{x:.2f}"


def two_decimals(x: float) -> str:
    """Write a correlation.

    Examples
    --------
    >>> two_decimals(-0.4567), two_decimals(-0.001)
    ('-0.46', '0.00')
    """
    return f"{round(x, 2) + 0.0:.2f}"


def share(x: float) -> str:
    """Write the share of heterogeneity that covariates explain, in per cent.

    Parameters
    ----------
    x : float
        At most 1; 0 or below where they explain nothing.

    Examples
    --------
    >>> share(0.388), share(0.001), share(0.0), share(-4.97)
    ('39 %', '0 %', 'none', 'none')
    """
    return f"{100 * x:.0f} %" if x > 0 else "none"


def studies_words(n: int) -> str:
    """Write how many studies there are.

    Examples
    --------
    >>> studies_words(1), studies_words(1200)
    ('1 study', '1,200 studies')
    """
    return "1 study" if n == 1 else f"{n:,} studies"


def interval(values: Summary | None, write: Callable[[float], str]) -> str:
    """Write a posterior median with its limits.

    Parameters
    ----------
    values : mapping or None
        With "median", "lower" and "upper"; None where the quantity is not identified.
    write : callable
        How to write one of the three.

    Examples
    --------
    >>> interval({"median": 0.5, "lower": 0.25, "upper": 0.75}, percent)
    '50.0 (25.0 to 75.0)'
    """
    if values is None:
        return NOT_IDENTIFIED
    median, lower, upper = (write(values[k]) for k in ("median", "lower", "upper"))
    return f"{median} ({lower} to {upper})"
