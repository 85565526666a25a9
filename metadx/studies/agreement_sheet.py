"""The tables of an agreement review as text, with their columns found by name."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from metadx.errors import DataError
from metadx.studies.cells import is_missing, tidy
from metadx.studies.delimited import rows_from_text
from metadx.studies.grid import Grid, grid_from_rows
from metadx.studies.headers import fold
from metadx.studies.problems import Problem, listed, name_text, quoted
from metadx.studies.read import file_bytes
from metadx.studies.workbook import ZIP, rows_from_workbook

type SheetKind = Literal["ratings", "agreement", "margins", "quartiles"]
type Key = tuple[str, str, str]

KEYS = ("study", "finding", "region")
FIGURES = (
    *("kappa", "kappa_lower", "kappa_upper", "kappa_se", "kappa_level", "kappa_weights"),
    *("spearman", "spearman_of"),
)
ACCEPTED: Mapping[SheetKind, tuple[str, ...]] = {
    "ratings": (*KEYS, "case", "count"),
    "agreement": (*KEYS, "rater_a", "rater_b", "n", *FIGURES, "note"),
    "margins": (*KEYS, "rater", "category", "count", "percent", "note"),
    "quartiles": (*KEYS, "rater", "lower_quartile", "median", "upper_quartile", "note"),
}
"""Columns found by name; in ratings every other column is a rater, elsewhere it is refused."""
ALIASES: Mapping[str, tuple[str, ...]] = {
    "case": tuple(
        name + end for name in ("case", "patient", "subject", "item", "") for end in ("", " id")
    ),
    "count": ("count", "n", "freq", "frequency"),
}
"""Names by which cases and their number are found in ratings, so that neither is a rater."""
NEEDED: Mapping[SheetKind, tuple[str, ...]] = {
    "ratings": (),
    "agreement": ("n",),
    "margins": ("rater", "category", "count"),
    "quartiles": ("rater", "lower_quartile", "median", "upper_quartile"),
}


@dataclass(frozen=True, eq=False)
class Sheet:
    """One table of an agreement review.

    Parameters
    ----------
    kind : {"ratings", "agreement", "margins", "quartiles"}
    source : str
        Name of the file.
    columns : mapping of str to sequence of str, each of length N
        The cells of the columns found by name.
    raters : mapping of str to sequence of str, each of length N
        The cells of the others, which are raters.
    rows : tuple of int, length N
        The row of each line in the file; the header is row 1.
    sha256 : str
        Hash of the bytes of the file.
    """

    kind: SheetKind
    source: str
    columns: Mapping[str, Sequence[str]]
    raters: Mapping[str, Sequence[str]]
    rows: tuple[int, ...]
    sha256: str = ""

    def cell(self, name: str, i: int) -> str:
        """Return the tidy cell of a column; empty if it is missing or there is no such column."""
        if name not in self.columns:
            return ""
        text = self.columns[name][i]
        return "" if is_missing(text) else tidy(text)

    def key(self, i: int) -> Key:
        """Return study, finding and region of a line."""
        return self.cell("study", i), self.cell("finding", i), self.cell("region", i)


def _names(kind: SheetKind) -> dict[str, str]:
    """Return what each header stands for, by the header folded."""
    names = {fold(name): name for name in ACCEPTED[kind]}
    if kind == "ratings":
        names |= {fold(alias): name for name in ALIASES for alias in ALIASES[name] if alias}
    return names


def reserved(header: str) -> bool:
    """Tell whether a column of ratings has a meaning of its own and is no rater.

    Examples
    --------
    >>> reserved("Patient ID"), reserved("radiologist")
    (True, False)
    """
    return fold(header) in _names("ratings")


def key_label(key: Key) -> str:
    """Return finding, region and study as far as given.

    Examples
    --------
    >>> key_label(("Kim 2019", "emphysema", ""))
    'emphysema, Kim 2019'
    """
    return ", ".join(part for part in (key[1], key[2], key[0]) if part)


def read_sheet(path: Path, kind: SheetKind) -> Sheet:
    """Read one table of an agreement review.

    Parameters
    ----------
    path : Path
        A CSV or TSV file, or an XLSX workbook.
    kind : {"ratings", "agreement", "margins", "quartiles"}
        What it holds.

    Returns
    -------
    Sheet

    Raises
    ------
    DataError
        If the file cannot be read, a needed column is missing, or a column has no meaning.
    """
    data, source = file_bytes(path), name_text(path.name)

    def is_table(header: Sequence[str]) -> bool:
        folded = {fold(cell) for cell in header if cell}
        if kind == "ratings":
            return len(folded - _names(kind).keys()) > 1
        return folded.issuperset(fold(name) for name in NEEDED[kind])

    if data.startswith(ZIP):
        wanted = listed(NEEDED[kind]) or "two raters"
        lines = rows_from_workbook(data, source=source, is_table=is_table, wanted=wanted)
    else:
        lines = rows_from_text(data, source=source)
    holds = ("case", "cases") if kind == "ratings" else ("line", "lines")
    if kind == "agreement" and sum(any(map(str.strip, line)) for line in lines) == 1:
        beside = next(path.parent.glob("ratings.*"), None)
        if beside is not None:
            raise DataError(
                f"{source}: only a header; the ratings are in {beside.name}, so delete {source}, "
                "or type printed figures into it."
            )
    grid = grid_from_rows(lines, source=source, holds=holds)
    return sheet_of(grid, kind, source=source, sha256=hashlib.sha256(data).hexdigest())


def sheet_of(grid: Grid, kind: SheetKind, *, source: str, sha256: str = "") -> Sheet:
    """Find the columns of a table by name.

    Parameters
    ----------
    grid : Grid
        The table as text.
    kind : {"ratings", "agreement", "margins", "quartiles"}
        What it holds.
    source : str
        Name of the table, used in messages.
    sha256 : str
        Hash of the bytes of the file.

    Returns
    -------
    Sheet

    Raises
    ------
    DataError
        If a needed column is missing, a column is there twice or has no meaning, or ratings have
        fewer than two raters.
    """
    names = _names(kind)
    columns: dict[str, Sequence[str]] = {}
    others: dict[str, Sequence[str]] = {}
    for header, cells in zip(grid.headers, grid.columns, strict=True):
        name = names.get(fold(header))
        if name is None:
            others[header] = cells
        elif name in columns:
            raise DataError(f"{source}: two columns stand for {name}; keep one of them.")
        else:
            columns[name] = cells
    if others and kind != "ratings":
        raise DataError(_unknown(list(others), kind, source))
    if kind == "ratings" and len(others) < 2:
        raise DataError(
            f"{source}: {len(others)} column of raters ({listed(list(others)) or 'none'}); wanted "
            f"two or more, one a rater, beside {listed(ACCEPTED[kind])}."
        )
    missing = [name for name in NEEDED[kind] if name not in columns]
    if missing:
        raise DataError(
            f"{source}: no column for {listed(missing)}; found: {listed(grid.headers)}; "
            f"wanted of {listed(ACCEPTED[kind])}."
        )
    return Sheet(kind, source, columns, others, grid.rows, sha256)


def category_cells(sheets: Iterable[Sheet]) -> dict[str, list[str]]:
    """Return the cells that name a category and are not empty, by column.

    Parameters
    ----------
    sheets : iterable of Sheet

    Returns
    -------
    dict of str to list of str
        Columns of raters, and the column category of margins.

    Examples
    --------
    >>> sheet = Sheet("ratings", "r.csv", {}, {"A": ["1", ""], "B": ["2", "2"]}, (2, 3))
    >>> category_cells([sheet])
    {'A': ['1'], 'B': ['2', '2']}
    """
    columns: dict[str, Sequence[str]] = {}
    for sheet in sheets:
        columns |= sheet.raters
        if sheet.kind == "margins":
            columns["category"] = sheet.columns["category"]
    return {
        name: [cell for cell in column if not is_missing(cell)] for name, column in columns.items()
    }


def key_problems(sheet: Sheet) -> list[Problem]:
    """Return the lines that lack the study, finding or region that other lines have.

    Examples
    --------
    >>> from metadx.studies.grid import grid_from_rows
    >>> lines = [["finding", "A", "B"], ["cyst", "1", "2"], ["", "2", "2"]]
    >>> sheet = sheet_of(grid_from_rows(lines, source="r.csv"), "ratings", source="r.csv")
    >>> [problem.place() for problem in key_problems(sheet)]
    ['row 3']
    """
    problems = []
    for name in KEYS:
        cells = [sheet.cell(name, i) for i in range(len(sheet.rows))]
        if any(cells):
            problems += [
                Problem(f"{name} is empty; name it in every row, or in none", row)
                for row, cell in zip(sheet.rows, cells, strict=True)
                if not cell
            ]
    return problems


def _unknown(headers: Sequence[str], kind: SheetKind, source: str) -> str:
    near = get_close_matches(headers[0].lower().replace(" ", "_"), ACCEPTED[kind], n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    return (
        f"{source}: unknown column {listed([quoted(name) for name in headers])}, wanted of "
        f"{listed(ACCEPTED[kind])}{hint}"
    )
