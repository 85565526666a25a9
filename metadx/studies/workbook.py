"""XLSX workbooks, read cell by cell as the text a CSV of the same sheet would hold."""

import datetime
import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from typing import Any

from metadx.errors import DataError
from metadx.studies.problems import Problem, listed, quoted, refuse_if_any

ZIP = b"PK\x03\x04"
OLD_OFFICE = bytes.fromhex("D0CF11E0A1B11AE1")


def rows_from_workbook(
    data: bytes,
    *,
    source: str,
    sheet: str | None = None,
    is_table: Callable[[Sequence[str]], bool],
    wanted: str = "tp, fp, fn, tn",
) -> list[list[str]]:
    """Read one sheet of a workbook.

    Numbers that are whole come without decimals (12.0 as ``12``), dates as ``2019-03-01``.

    Parameters
    ----------
    data : bytes
        Content of the file.
    source : str
        Name of the file, used in messages.
    sheet : str or None
        Name of the sheet; None takes the only sheet, or the only one with a header of a table.
    is_table : callable
        Tells from the first row that is not blank whether a sheet holds the table.
    wanted : str
        What the table has, used in messages.

    Returns
    -------
    list of list of str
        Every row of the sheet, blank ones as empty lists.

    Raises
    ------
    DataError
        If the content is no workbook, the sheet is not there or not clear, or a cell holds a
        formula whose value was never stored.
    """
    with _translated(source):
        stored = _open(data, formulas=False)
        name = _choose(stored, sheet, source, is_table, wanted)
        rows, gaps = _cells(stored[name])
        if gaps:
            formulas = _formulas_at(gaps, _open(data, formulas=True)[name])
            refuse_if_any(source, formulas)
    return rows


@contextmanager
def _translated(source: str) -> Iterator[None]:
    # Whatever is wrong in the archive or its XML, the reader must hear it as a matter of the file.
    damage = (zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, OSError)
    try:
        with warnings.catch_warnings():
            # openpyxl warns about styles and extensions that do not touch the cells.
            warnings.simplefilter("ignore")
            yield
    except (*damage, AttributeError, SyntaxError) as error:
        raise DataError(
            f"{source} is no XLSX workbook, or a damaged one ({quoted(error)}); "
            "save the table as XLSX or CSV (UTF-8)."
        ) from error


def _open(data: bytes, *, formulas: bool) -> Any:  # noqa: ANN401 - openpyxl is untyped
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(data), read_only=True, data_only=not formulas)


def _choose(
    workbook: Any,  # noqa: ANN401
    sheet: str | None,
    source: str,
    is_table: Callable[[Sequence[str]], bool],
    wanted: str,
) -> str:
    names = [worksheet.title for worksheet in workbook.worksheets]
    if sheet is not None:
        if sheet not in names:
            raise DataError(f"{source}: no sheet {quoted(sheet)}; found: {listed(names)}.")
        return sheet
    if len(names) == 1:
        return str(names[0])
    heads = {name: _first_rows(workbook[name]) for name in names}
    tables = [name for name, rows in heads.items() if rows and is_table(rows[0])]
    # A sheet with a header alone, such as a template, is no table beside one with rows.
    tables = [name for name in tables if len(heads[name]) > 1] or tables
    if len(tables) == 1:
        return str(tables[0])
    if not names:
        raise DataError(f"{source} has no sheet with cells; wanted one with the table.")
    found = f"{listed(tables)} hold" if tables else "none holds"
    raise DataError(
        f"{source} has the sheets {listed(names)}; {found} a table with {wanted}, wanted "
        "exactly one: keep the table in a workbook of its own, or save its sheet as CSV."
    )


def _first_rows(worksheet: Any) -> list[list[str]]:  # noqa: ANN401
    """Return the first two rows that are not blank: a header, and whether anything follows it."""
    found: list[list[str]] = []
    for values in worksheet.iter_rows(values_only=True, max_row=100):
        row = [_text(value) for value in values]
        if any(row):
            found.append(row)
        if len(found) == 2:
            break
    return found


def _cells(worksheet: Any) -> tuple[list[list[str]], set[tuple[int, int]]]:  # noqa: ANN401
    """Return all rows, and where a cell is written in the file without any value."""
    # The extent written in the file is often wrong; without it every row is read as it is.
    worksheet.reset_dimensions()
    rows: list[list[str]] = []
    gaps: set[tuple[int, int]] = set()
    for n, cells in enumerate(worksheet.iter_rows(), start=1):
        rows.append([_text(cell.value) for cell in cells])
        # A formula that gave an empty text has the type "str"; one never calculated has not.
        gaps |= {(n, c) for c, x in enumerate(cells, 1) if x.value is None and x.data_type != "str"}
    return rows, gaps


def _formulas_at(places: Set[tuple[int, int]], worksheet: Any) -> list[Problem]:  # noqa: ANN401
    from openpyxl.utils import get_column_letter

    worksheet.reset_dimensions()
    return [
        Problem(
            f"cell {get_column_letter(c)}{n} holds the formula {quoted(cell.value)} without a "
            "stored value; open the file in a spreadsheet program, save it, and try again",
            n,
        )
        for n, cells in enumerate(worksheet.iter_rows(), start=1)
        for c, cell in enumerate(cells, start=1)
        if (n, c) in places and cell.value is not None
    ]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case datetime.datetime() if value.time() == datetime.time():
            return value.date().isoformat()
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
    return str(value)
