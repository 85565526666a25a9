"""Which values a printed kappa, its interval or its standard error stand for before rounding."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from metadx.studies.agreement import IntArray, PrintedKappa
from metadx.studies.agreement_figures import half_unit
from metadx.studies.kappa import IntervalReading

type FloatArray = NDArray[np.float64]

SLACK = 1e-9
"""Room for the error of a computed value that lies on the edge of what rounds to the print."""


def sums_that_round(printed: PrintedKappa, n: int, expected: int) -> range:
    """Return the total disagreements for which kappa rounds to the print, exactly.

    Parameters
    ----------
    printed : PrintedKappa
    n : int
        Number of cases.
    expected : int
        Sum over the cells of disagreement times both margins; kappa is ``1 - n * total /
        expected``.

    Returns
    -------
    range
        Values on the edge between two prints belong to both.

    Examples
    --------
    >>> sums_that_round(PrintedKappa(0.6), n=107, expected=11181)
    range(42, 43)
    """
    unit = 10**printed.decimals
    middle = 2 * (unit - round(printed.value * unit)) * expected
    step = 2 * unit * n
    return range(-((expected - middle) // step), (middle + expected) // step + 1)


def errors_that_round(
    printed: PrintedKappa, kappa: FloatArray | float, interval: IntervalReading = "exact"
) -> tuple[FloatArray, FloatArray]:
    """Return the smallest and largest standard error that gives the printed interval or error.

    Parameters
    ----------
    printed : PrintedKappa
    kappa : float or ndarray, shape (S,)
        Before rounding.
    interval : {"exact", "from rounded", "set aside"}
        How the interval was computed.

    Returns
    -------
    tuple of ndarray, shape (S,) or ()
        0 and inf where nothing was printed beside kappa or it is set aside; the first above the
        second where no standard error will do.

    Examples
    --------
    >>> low, high = errors_that_round(PrintedKappa(0.6, lower=0.45, upper=0.76), 0.601138)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0785, 0.0797)
    >>> rounded = PrintedKappa(0.47, lower=0.33, upper=0.61)
    >>> low, high = errors_that_round(rounded, 0.4728, "from rounded")
    >>> round(float(low), 4), round(float(high), 4)
    (0.065, 0.075)
    """
    none, any_ = np.zeros_like(kappa, dtype=float), np.full_like(kappa, np.inf, dtype=float)
    if interval == "set aside":
        return none, any_
    centre = np.full_like(kappa, printed.value) if interval == "from rounded" else kappa
    low, high = _of_limits(printed, centre)
    low, high = np.maximum(none, low), np.minimum(any_, high)
    if interval == "from rounded" and (printed.lower is not None or printed.upper is not None):
        places = max(printed.places("lower"), printed.places("upper"))
        unit, half = 10**places, half_unit(places) + SLACK
        # Whole units within these limits; each stands for what rounds to it.
        low, high = np.ceil(low * unit - SLACK) / unit, np.floor(high * unit + SLACK) / unit
        possible = low <= high
        low = np.where(possible, np.maximum(low - half, 0.0), np.inf)
        high = np.where(possible, high + half, 0.0)
    if printed.se is not None:
        half = half_unit(printed.places("se")) + SLACK
        low, high = np.maximum(low, printed.se - half), np.minimum(high, printed.se + half)
    return low, high


def _of_limits(
    printed: PrintedKappa, kappa: FloatArray | float
) -> tuple[FloatArray | float, FloatArray | float]:
    """Return the standard errors that put both limits within half a unit of the print."""
    z = NormalDist().inv_cdf((1 + printed.level) / 2)
    low: FloatArray | float = -np.inf
    high: FloatArray | float = np.inf
    if printed.lower is not None:
        half = half_unit(printed.places("lower")) + SLACK
        low = np.maximum(low, (kappa - printed.lower - half) / z)
        if printed.lower > -1:  # a limit cut off at -1 or 1 says only that the error is large
            high = np.minimum(high, (kappa - printed.lower + half) / z)
    if printed.upper is not None:
        half = half_unit(printed.places("upper")) + SLACK
        low = np.maximum(low, (printed.upper - kappa - half) / z)
        if printed.upper < 1:
            high = np.minimum(high, (printed.upper - kappa + half) / z)
    return low, high


def expected_disagreement(margin_a: IntArray, margin_b: IntArray, apart: IntArray) -> int:
    """Return the sum over the cells of disagreement times both margins, exactly.

    Parameters
    ----------
    margin_a, margin_b : ndarray of int, shape (C,)
    apart : ndarray of int, shape (C, C)

    Examples
    --------
    >>> apart = np.array([[0, 1, 4], [1, 0, 1], [4, 1, 0]])
    >>> expected_disagreement(np.array([79, 28, 0]), np.array([71, 35, 1]), apart)
    5097
    """
    return int(margin_a @ apart @ margin_b)
