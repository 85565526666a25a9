"""Figures as a paper prints them: a decimal number and how many digits of it were printed."""

import re

from metadx.studies.problems import quoted

MOST_DECIMALS = 8
"""Digits after the point beyond which a figure is a computed one: no more of them are relied on."""

_DECIMAL = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_MINUS = str.maketrans("\N{MINUS SIGN}\N{EN DASH}", "--")


def printed_decimal(text: str) -> tuple[float, int]:
    """Return the number a cell holds and the digits printed after its point.

    Parameters
    ----------
    text : str
        Content of the cell, not empty.

    Returns
    -------
    value : float
    decimals : int
        At most `MOST_DECIMALS`.

    Raises
    ------
    ValueError
        If it is no plain decimal number; the message is the reason, to stand after the column name.

    Examples
    --------
    >>> printed_decimal("0.60"), printed_decimal("-.3")
    ((0.6, 2), (-0.3, 1))
    >>> printed_decimal("0,6")
    Traceback (most recent call last):
        ...
    ValueError: = "0,6" has a decimal comma; write 0.6
    """
    plain = text.strip().translate(_MINUS)
    found = _DECIMAL.fullmatch(plain)
    if found and (found[2] or found[3]) and len(plain) < 40:
        return float(plain), min(len(found[3] or ""), MOST_DECIMALS)
    if _COMMA.fullmatch(plain):
        raise ValueError(f"= {quoted(text)} has a decimal comma; write {plain.replace(',', '.')}")
    if plain.endswith("%"):
        raise ValueError(f"= {quoted(text)} is a per cent; write the number alone, as printed")
    raise ValueError(f"= {quoted(text)} is not a decimal number; write it as printed, such as 0.60")


def half_unit(decimals: int) -> float:
    """Return how far a number may lie from what was printed of it.

    Examples
    --------
    >>> half_unit(2)
    0.005
    """
    return 0.5 * 10.0**-decimals
