"""From rows of cells to a header and the rows below it, each with its number in the file."""

from collections.abc import Sequence
from dataclasses import dataclass

from metadx.errors import DataError
from metadx.studies.cells import is_missing, tidy
from metadx.studies.headers import role_of
from metadx.studies.problems import Problem, listed, quoted, refuse_if_any

_COUNTS = ("tp", "fp", "fn", "tn")
_FILL = " Type each study in a row below it, or let `metadx add` do so."
_ABOVE = 10  # rows among which a header is looked for that has a title above it


@dataclass(frozen=True)
class Grid:
    """A table of text with one header.

    Parameters
    ----------
    headers : tuple of str, length C
        Clean headers, all different.
    columns : tuple of C sequences of str, each of length N
        The cells under each header.
    rows : tuple of int, length N
        The row of each line in the file; the first row of the file is 1.
    """

    headers: tuple[str, ...]
    columns: tuple[Sequence[str], ...]
    rows: tuple[int, ...]


def grid_from_rows(
    lines: Sequence[Sequence[str]],
    *,
    source: str,
    holds: tuple[str, str] = ("study", "studies"),
) -> Grid:
    """Find the header and lay the lines below it out in columns.

    Blank lines are skipped and keep their number, blank columns without a header are dropped, and
    a first column without a header (the row names that R and pandas write) is dropped too.

    Parameters
    ----------
    lines : sequence of sequence of str
        All lines of the file, as cells.
    source : str
        Name of the table, used in messages.
    holds : tuple of str, length 2
        What a row is about, one and many, used in messages.

    Returns
    -------
    Grid

    Raises
    ------
    DataError
        If there is no header or no line below it, a line has more cells than the header, a column
        has cells and no header, or two headers are the same.

    Examples
    --------
    >>> grid = grid_from_rows([["study", "tp"], [], ["Kim 2019", "31"]], source="studies.csv")
    >>> grid.headers, grid.rows
    (('study', 'tp'), (3,))
    """
    filled = [(n, line) for n, line in enumerate(lines, start=1) if any(map(str.strip, line))]
    if not filled:
        raise DataError(f"{source} is empty; wanted a header row and one row for each {holds[0]}.")
    header_row, first = filled[0]
    headers = [tidy(cell) for cell in first]
    while headers and not headers[-1]:
        headers.pop()
    _refuse_title(filled, source)
    if len(filled) == 1:
        known = holds[0] != "study" or any(map(role_of, headers))
        what = holds[1] if known else "rows"
        raise DataError(
            f"{source}: only a header (row {header_row}) and no {what} below it; "
            f"found: {listed(headers)}.{_FILL if what == 'studies' else ''}"
        )
    width = len(headers)
    problems = [
        Problem(_too_wide(line, width), n)
        for n, line in filled[1:]
        if len(line) > width and any(map(str.strip, line[width:]))
    ]
    refuse_if_any(source, problems)
    blank = [""] * width
    body = [line if len(line) == width else [*line, *blank][:width] for _, line in filled[1:]]
    columns = list(zip(*body, strict=True))
    named = [i for i, header in enumerate(headers) if header]
    _refuse_nameless(headers, columns, source)
    _refuse_doubles([headers[i] for i in named], source)
    return Grid(
        headers=tuple(headers[i] for i in named),
        columns=tuple(columns[i] for i in named),
        rows=tuple(n for n, _ in filled[1:]),
    )


def _too_wide(line: Sequence[str], width: int) -> str:
    filled = [i for i, cell in enumerate(line) if cell.strip()]
    extra = ", ".join(quoted(line[i], 20) for i in filled if i >= width)
    return (
        f"{filled[-1] + 1} cells under {width} header{'s' * (width != 1)} (beyond the last: "
        f"{extra}); give each column a header; in a CSV, put a text that holds the separator in "
        "double quotes"
    )


def _refuse_title(filled: Sequence[tuple[int, Sequence[str]]], source: str) -> None:
    """Say it once where a title or a remark stands above the header."""
    first = filled[0][1]
    if _counts_named(first):
        return
    for row, line in filled[1:_ABOVE]:
        if _counts_named(line) == len(_COUNTS):
            above = quoted(" ".join(cell.strip() for cell in first if cell.strip()), 40)
            raise DataError(
                f"{source}: row {filled[0][0]} holds {above}, and the header stands in row {row}; "
                f"delete what stands above it."
            )


def _counts_named(line: Sequence[str]) -> int:
    return len({role_of(cell) for cell in line} & {*_COUNTS})


def _refuse_nameless(headers: Sequence[str], columns: Sequence[Sequence[str]], source: str) -> None:
    for place, header in enumerate(headers):
        if place > 0 and not header and not all(map(is_missing, columns[place])):
            example = next(cell for cell in columns[place] if not is_missing(cell))
            raise DataError(
                f"{source}: column {place + 1} holds values ({quoted(example)}, ...) and has no "
                "header; name it or delete it."
            )


def _refuse_doubles(headers: Sequence[str], source: str) -> None:
    doubles = sorted({header for header in headers if headers.count(header) > 1})
    if doubles:
        raise DataError(
            f"{source}: two columns have the header {quoted(doubles[0])}; rename one of them."
        )
