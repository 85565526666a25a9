"""What a single cell of a table says: missing, a number, or text."""

import math
import re
import unicodedata

_SPREADSHEET_ERRORS = {"#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!"}
_MISSING = frozenset(
    {"", "NA", "N/A", "n/a", "na", "NaN", "nan", "NULL", "null", "."} | _SPREADSHEET_ERRORS
)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def is_missing(cell: str) -> bool:
    """Tell whether a cell stands for a missing value.

    Missing are: nothing or white space, ``NA``, ``N/A`` and ``NaN`` (also in lower case),
    ``NULL``, ``.`` and the error values of spreadsheets such as ``#N/A``. Words such as ``none``,
    ``not reported`` or ``unclear`` are values.

    Examples
    --------
    >>> is_missing("NA"), is_missing(" "), is_missing("none"), is_missing("0")
    (True, True, False, False)
    """
    return cell.strip() in _MISSING


def tidy(cell: str) -> str:
    r"""Return text with outer white space gone, inner white space single, Unicode composed (NFC).

    Examples
    --------
    >>> tidy("  Kim\n 2019 ")
    'Kim 2019'
    """
    text = " ".join(cell.split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def number(cell: str) -> float | None:
    """Return the finite number a cell holds, nan if it is missing, None if it is no number.

    Only a decimal point is read: ``3,6`` is no number, whatever the country of the spreadsheet.

    Examples
    --------
    >>> number("3.6"), number("NA"), number("3,6")
    (3.6, nan, None)
    """
    plain = cell.strip().replace("\N{MINUS SIGN}", "-")
    if plain in _MISSING:
        return math.nan
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None
