"""Text tables (CSV, TSV) from any spreadsheet: encoding and separator are found out."""

import codecs
import csv
import io
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice

from metadx.errors import DataError
from metadx.studies.headers import role_of
from metadx.studies.problems import quoted

_SEPARATORS = (",", ";", "\t")
_ABOVE = 10  # filled rows among which the header is looked for
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes, *, source: str) -> str:
    """Return the text of a file.

    A byte-order mark decides (UTF-8, UTF-16, UTF-32); without one the text must be UTF-8. Other
    encodings are refused and not guessed: the counts would survive a wrong guess, but the names of
    studies and the levels of covariates would be printed garbled.

    Parameters
    ----------
    data : bytes
        Content of the file.
    source : str
        Name of the file, used in messages.

    Returns
    -------
    str
        The text without the mark.

    Raises
    ------
    DataError
        If the content is no text, or text in another encoding.

    Examples
    --------
    >>> decode("study;tp".encode("utf-16"), source="studies.txt")
    'study;tp'
    """
    mark, encoding = encoding_of(data)
    body = data[len(mark) :]
    if encoding == "utf-8" and b"\0" in body:
        raise DataError(
            f"{source} is a binary file (it holds NUL bytes), not a text table; "
            "save the table as CSV (UTF-8) or XLSX."
        )
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        line = body.split(b"\n")[row - 1].decode("cp1252", errors="replace")
        raise DataError(
            f"{source}, line {row}: the text is not {encoding.upper()} (byte "
            f"0x{body[error.start]:02X}; read as Windows-1252 the line would be {quoted(line)}); "
            'save the file as "CSV UTF-8", or as XLSX.'
        ) from error


def encoding_of(data: bytes) -> tuple[bytes, str]:
    r"""Return the byte-order mark of a file and the encoding it means; without one, UTF-8.

    Parameters
    ----------
    data : bytes
        Content of the file.

    Examples
    --------
    >>> encoding_of(b"\xff\xfea\x00")
    (b'\xff\xfe', 'utf-16-le')
    """
    return next((m for m in _MARKS if data.startswith(m[0])), (b"", "utf-8"))


def rows_from_text(data: bytes, *, source: str) -> list[list[str]]:
    r"""Split a text table into rows of cells; commas, semicolons and tabs are told apart.

    The separator is the one that gives the header the most known column names, then the most
    columns. Quoted cells may hold separators and line breaks. A first line such as ``sep=;``, as
    Excel writes it, is obeyed and left as a blank row.

    Parameters
    ----------
    data : bytes
        Content of the file.
    source : str
        Name of the file, used in messages.

    Returns
    -------
    list of list of str
        Every row of the file, blank ones as empty lists.

    Raises
    ------
    DataError
        If the content is no text in a known encoding, or a quotation is never closed.

    Examples
    --------
    >>> rows_from_text(b'study;tp\r\n"Kim; Lee";31\r\n', source="studies.csv")
    [['study', 'tp'], ['Kim; Lee', '31']]
    """
    text = decode(data, source=source)
    if not text.strip(" \r\n" + "".join(_SEPARATORS)):
        return []
    separator, told = separator_of(text, source=source)
    if told:
        return [[], *_read(text.partition("\n")[2], separator, source)]
    return list(_read(text, separator, source))


def separator_of(text: str, *, source: str) -> tuple[str, bool]:
    r"""Return what separates the cells of a text table, and whether its first line says so.

    Parameters
    ----------
    text : str
        All of the table.
    source : str
        Name of the file, used in messages.

    Returns
    -------
    separator : str
    told : bool
        Whether the first line is no row but such as ``sep=;``.

    Examples
    --------
    >>> separator_of("study;tp\nKim, Lee;3\n", source="studies.csv")
    (';', False)
    """
    first, _, _ = text.partition("\n")
    told = first.strip().lower().removeprefix("sep=") if first.lower().startswith("sep=") else None
    if first.rstrip("\r\n").lower() == "sep=\t":
        told = "\t"
    if told is not None and len(told) == 1:
        return told, True
    scores = []
    for separator in _SEPARATORS:
        header = _header(islice(_read(text, separator, source), 100))
        scores.append((_known(header), len(header)))
    return _SEPARATORS[scores.index(max(scores))], False


def _header(rows: Iterable[list[str]]) -> list[str]:
    """Return the first row; where a title stands above the header, the row that looks like one."""
    filled: list[list[str]] = []
    with suppress(DataError):
        for row in rows:
            if any(map(str.strip, row)):
                filled.append(row)
            if (filled and _known(filled[-1])) or len(filled) == _ABOVE:
                break
    return max(filled, key=_known, default=[])


def _known(header: Iterable[str]) -> int:
    return sum(role_of(cell) is not None for cell in header)


def _read(text: str, separator: str, source: str) -> Iterable[list[str]]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True
    )
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):  # noqa: B007
            yield cells
    except csv.Error as error:
        raise DataError(
            f"{source}, row {row + 1}: a quotation is not closed or is followed by text ({error}); "
            'write a quotation mark inside quotes twice ("").'
        ) from error
