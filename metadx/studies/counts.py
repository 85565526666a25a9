"""Whole-number counts, read from text or numbers without ever guessing."""

import math
import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from metadx.errors import DataError
from metadx.studies.cells import is_missing
from metadx.studies.problems import quoted

type IntArray = npt.NDArray[np.int64]

LARGEST = 2**31
"""Largest count taken: no study is larger, and sums of such counts stay exact in int64."""

NOT_PRINTED = -1
"""Stands for a group size that the source does not print; such a row is not compared."""

_WHOLE = re.compile(r"([0-9]+)(?:\.0{1,2}|\.)?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_SCIENTIFIC = re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([,.'’\s])[0-9]{3})(?:\1[0-9]{3})*")
_INFINITE = re.compile(r"[+-]?(?:inf|infinity|∞)", re.IGNORECASE)


def count_from_text(text: str) -> int:
    """Return the count written in a cell.

    Whole numbers are taken, also when written with one or two zero decimals (``12.0``). Nothing is
    guessed: ``1,234`` and ``1.234`` could be one thousand or a decimal and are refused.

    Parameters
    ----------
    text : str
        Content of the cell.

    Returns
    -------
    int
        The count, 0 to 2**31.

    Raises
    ------
    ValueError
        If the cell holds no such count; the message is the reason, to stand after the column name.

    Examples
    --------
    >>> count_from_text("12"), count_from_text(" 12.0 ")
    (12, 12)
    >>> count_from_text("12.5")
    Traceback (most recent call last):
        ...
    ValueError: = "12.5" is not a whole number; correct the count
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    whole = _WHOLE.fullmatch(plain)
    if whole:
        return _within_limit(whole[1].lstrip("0") or "0")
    raise ValueError(_why_not(plain))


def _within_limit(digits: str) -> int:
    # The length is looked at first: Python refuses to convert thousands of digits.
    if len(digits) > 10 or int(digits) > LARGEST:
        raise ValueError(f"= {digits[:20]} exceeds 2147483648 (2^31); correct the count")
    return int(digits)


def _why_not(text: str) -> str:
    shown = quoted(text)
    if is_missing(text):
        found = f" ({shown})" if text else ""
        return f"is missing{found}; give the count (missing is never read as 0) or drop the row"
    reasons = (
        (_GROUPED, "may hold a thousands separator; write the digits alone"),
        (_SCIENTIFIC, "is in scientific notation, which may hide digits; write all of them"),
        (_INFINITE, "is not finite; correct the count"),
    )
    for pattern, reason in reasons:
        if pattern.fullmatch(text):
            return f"= {shown} {reason}"
    if _NUMBER.fullmatch(text):
        negative = text.startswith("-")
        return f"= {shown} is {'negative' if negative else 'not a whole number'}; correct the count"
    return f"= {shown} is not a number; write the count in digits"


def count_from_number(value: object) -> int:
    """Return a count held in memory; a float such as 12.0 counts as whole.

    Parameters
    ----------
    value : object
        An int or float of Python or NumPy.

    Returns
    -------
    int
        The count, 0 to 2**31.

    Raises
    ------
    ValueError
        If it is no such count; the message is the reason, to stand after the column name.

    Examples
    --------
    >>> count_from_number(12.0)
    12
    >>> count_from_number(-1)
    Traceback (most recent call last):
        ...
    ValueError: = -1 is negative; correct the count
    """
    if value is None:
        raise ValueError(_why_not(""))
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        raise ValueError(f"= {quoted(value)} is not a number; give the count as an integer")
    if not isinstance(value, int | np.integer):
        if math.isnan(value):
            raise ValueError(_why_not(""))
        if math.isinf(value):
            raise ValueError(f"= {value} is not finite; correct the count")
        if value != math.floor(value):
            raise ValueError(f"= {value} is not a whole number; correct the count")
    whole = int(value)
    if whole < 0:
        raise ValueError(f"= {whole} is negative; correct the count")
    if whole > LARGEST:
        raise ValueError(f"= {str(whole)[:20]} exceeds 2147483648 (2^31); correct the count")
    return whole


def counts_from_cells(cells: Sequence[str]) -> tuple[IntArray, dict[int, str]]:
    """Read a column of counts from text.

    Parameters
    ----------
    cells : sequence of str, length N
        The cells of the column.

    Returns
    -------
    counts : (N,) int64 array
        The counts; 0 stands at the places of `faults`, which the caller must refuse.
    faults : dict of int to str
        The reason for each cell that holds no count, by its place.

    Examples
    --------
    >>> counts_from_cells(["12", "0"])
    (array([12,  0]), {})
    """
    faults: dict[int, str] = {}
    counts: list[int] = []
    for place, cell in enumerate(cells):
        # The plain case is decided without a regular expression: tables may be long.
        if len(cell) < 10 and cell.isdecimal() and cell.isascii():
            counts.append(int(cell))
            continue
        try:
            counts.append(count_from_text(cell))
        except ValueError as reason:
            faults[place] = str(reason)
            counts.append(0)
    return np.array(counts, dtype=np.int64), faults


def count_column(
    name: str, values: npt.ArrayLike, *, n: int, source: str
) -> tuple[IntArray, dict[int, str]]:
    """Read one column of counts given from memory, as a read-only copy.

    Parameters
    ----------
    name : str
        What the counts are, used in messages.
    values : array-like of int, length n
        Integers, or floats that are whole.
    n : int
        Number of studies.
    source : str
        Name of the table, used in messages.

    Returns
    -------
    counts, faults
        As `counts_from_cells` gives them.

    Raises
    ------
    DataError
        If there is not one value a study.

    Examples
    --------
    >>> count_column("tp", [12, 7], n=2, source="table")
    (array([12,  7]), {})
    """
    column, faults = counts_from_numbers(_one_a_study(name, values, n, source))
    column.flags.writeable = False
    return column, faults


def group_sizes(
    name: str, values: npt.ArrayLike, *, n: int, source: str
) -> tuple[IntArray, dict[int, str]]:
    """Read printed group sizes as counts; where one is missing `NOT_PRINTED` stands.

    Parameters
    ----------
    name, values, n, source
        As for `count_column`; None and nan are missing.

    Returns
    -------
    sizes, faults
        As `counts_from_cells` gives them, with `NOT_PRINTED` at the places of `faults` too.

    Examples
    --------
    >>> group_sizes("n_diseased", [12, float("nan")], n=2, source="table")
    (array([12, -1]), {})
    """
    given = _one_a_study(name, values, n, source)
    printed = np.array([v is not None and not is_missing(str(v)) for v in given], dtype=bool)
    sizes = np.full(n, NOT_PRINTED, dtype=np.int64)
    sizes[printed], faults = counts_from_numbers(given[printed])
    places = np.flatnonzero(printed)
    faults = {int(places[i]): why for i, why in faults.items()}
    sizes[list(faults)] = NOT_PRINTED
    return sizes, faults


def _one_a_study(name: str, values: npt.ArrayLike, n: int, source: str) -> npt.NDArray[np.generic]:
    try:
        given: npt.NDArray[np.generic] = np.asarray(values)
    except ValueError as error:
        raise DataError(f"{source}: {name} is no sequence of counts; give one a study.") from error
    if given.shape != (n,):
        raise DataError(
            f"{source}: {name} has shape {given.shape}; wanted one count for each of {n} studies."
        )
    return given


def counts_from_numbers(values: Iterable[object]) -> tuple[IntArray, dict[int, str]]:
    """Read a column of counts from numbers in memory.

    Parameters
    ----------
    values : iterable of object, length N
        Integers, or floats that are whole.

    Returns
    -------
    counts, faults
        As `counts_from_cells` gives them.

    Examples
    --------
    >>> counts_from_numbers([12, 3.5])
    (array([12,  0]), {1: '= 3.5 is not a whole number; correct the count'})
    """
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "iu":
        inside = not values.size or (int(values.min()) >= 0 and int(values.max()) <= LARGEST)
        if inside:
            return values.astype(np.int64), {}
    faults: dict[int, str] = {}
    counts: list[int] = []
    for place, value in enumerate(values):
        try:
            counts.append(count_from_number(value))
        except ValueError as reason:
            faults[place] = str(reason)
            counts.append(0)
    return np.array(counts, dtype=np.int64), faults
