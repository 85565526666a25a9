"""How a text table is written, and one more row for it in the same way."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metadx.errors import DataError
from metadx.studies.cells import is_missing, number
from metadx.studies.delimited import decode, encoding_of, separator_of
from metadx.studies.problems import quoted

type _Quoting = Callable[[str, str], bool]


def _where_needed(cell: str, separator: str) -> bool:
    return any(c in cell for c in (separator, '"', "\r", "\n")) or cell != cell.strip()


def _plain(cell: str) -> bool:
    """Tell whether a cell holds a number, or nothing."""
    return number(cell) is not None


# The first that explains the file is taken: nothing, text, text and empty cells, all, the filled.
_QUOTINGS: tuple[_Quoting, ...] = (
    _where_needed,
    lambda cell, separator: _where_needed(cell, separator) or not _plain(cell),
    lambda cell, separator: _where_needed(cell, separator) or is_missing(cell) or not _plain(cell),
    lambda *_: True,
    lambda cell, _: bool(cell),
)
_LOOKED_AT = 200  # rows at the end of the file that show how it is written


@dataclass(frozen=True)
class TextForm:
    r"""How a text table is written.

    Parameters
    ----------
    encoding : str
        Such as ``utf-16-le``, without the byte-order mark.
    separator : str
        What stands between two cells.
    line_end : str
        What ends a row.
    quoting : int
        Which cells stand in quotation marks: the place of one of the ways to choose them.
    closed : bool
        Whether the last row is ended as well.
    headers : tuple of str
        The cells of the first row that is not blank; empty for an empty file.
    n_rows : int
        Rows of the file, blank ones and the header counted.
    n_filled : int
        Rows that are not blank, the header counted.
    """

    encoding: str
    separator: str
    line_end: str
    quoting: int
    closed: bool
    headers: tuple[str, ...]
    n_rows: int
    n_filled: int


def form_of(data: bytes, *, source: str) -> TextForm:
    r"""Find out how a text table is written.

    Parameters
    ----------
    data : bytes
        Content of the file.
    source : str
        Name of the file, used in messages.

    Returns
    -------
    TextForm

    Raises
    ------
    DataError
        If the content is no text in a known encoding, or a quotation is never closed.

    Examples
    --------
    >>> form = form_of(b'"study";"tp"\r\n"Kim; Lee";31\r\n', source="studies.csv")
    >>> form.separator, form.line_end, form.closed, form.headers, form.n_rows
    (';', '\r\n', True, ('study', 'tp'), 2)
    """
    text = decode(data, source=source)
    separator, told = separator_of(text, source=source)
    lines = list(io.StringIO(text, newline=""))
    first = int(told)
    records = _records(lines[first:], separator, source)
    raw = [line for line, _ in records]
    filled = [cells for _, cells in records if any(map(str.strip, cells))]
    ends = Counter(_end_of(line) for line in raw if _end_of(line))
    last = raw[-1] if raw else "".join(lines)
    return TextForm(
        encoding=encoding_of(data)[1],
        separator=separator,
        line_end=ends.most_common(1)[0][0] if ends else _end_of(lines[0] if lines else "") or "\n",
        quoting=_quoting_of(records[-_LOOKED_AT:], separator),
        closed=not last or bool(_end_of(last)),
        headers=tuple(filled[0]) if filled else (),
        n_rows=first + len(records),
        n_filled=len(filled),
    )


def with_row(data: bytes, cells: Sequence[str], *, source: str) -> tuple[bytes, int]:
    r"""Add a row at the end of a text table, written as the others are; nothing else changes.

    Parameters
    ----------
    data : bytes
        Content of the file.
    cells : sequence of str
        One for each cell of the header, in its order.
    source : str
        Name of the file, used in messages.

    Returns
    -------
    content : bytes
        Begins with `data`.
    row : int
        Where the new row stands; the first row of the file is 1.

    Raises
    ------
    DataError
        As of `form_of`, or if a cell holds what the encoding of the file cannot write.

    Examples
    --------
    >>> with_row(b"study;tp\r\nKim 2019;31", ["Li; Wu 2020", "4"], source="studies.csv")
    (b'study;tp\r\nKim 2019;31\r\n"Li; Wu 2020";4', 3)
    """
    form = form_of(data, source=source)
    line = _written(cells, form.separator, _QUOTINGS[form.quoting])
    added = line + form.line_end if form.closed else form.line_end + line
    try:
        return data + added.encode(form.encoding), form.n_rows + 1
    except UnicodeEncodeError as error:
        bad = next((cell for cell in cells if error.object[error.start] in cell), "")
        raise DataError(
            f"{source}: {quoted(bad.encode(errors='backslashreplace').decode())} is no text that "
            f"can be written as {form.encoding.upper()}; type it again."
        ) from error


def _records(lines: Sequence[str], separator: str, source: str) -> list[tuple[str, list[str]]]:
    """Return each row as it is written, and its cells."""
    reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
    records: list[tuple[str, list[str]]] = []
    seen = 0
    try:
        for cells in reader:
            records.append(("".join(lines[seen : reader.line_num]), cells))
            seen = reader.line_num
    except csv.Error as error:
        raise DataError(
            f"{source}, row {len(records) + 1}: a quotation is not closed or is followed by text "
            f'({error}); write a quotation mark inside quotes twice ("").'
        ) from error
    return records


def _end_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :][-2:] if line.endswith(("\r", "\n")) else ""


def _quoting_of(records: Sequence[tuple[str, list[str]]], separator: str) -> int:
    """Return which way of quoting writes the most rows as they stand."""
    hits = [
        sum(_written(cells, separator, way) == line.rstrip("\r\n") for line, cells in records)
        for way in _QUOTINGS
    ]
    return hits.index(max(hits))


def _written(cells: Sequence[str], separator: str, way: _Quoting) -> str:
    return separator.join(
        '"' + cell.replace('"', '""') + '"' if way(cell, separator) else cell for cell in cells
    )
