"""Rows of a study table that give printed figures instead of counts, or beside them.

A column ``reported_sens`` holds what a study prints for its sensitivity, and so on for every
measure of `metadx.studies.reported_figures`; a column ``alternatives`` holds whole tables, each as
tp/fp/fn/tn. Where a count is missing they stand in for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from metadx.studies.accuracy import COUNTS
from metadx.studies.cells import is_missing
from metadx.studies.grid import Grid
from metadx.studies.headers import fold, role_of
from metadx.studies.problems import Problem, listed
from metadx.studies.reported_audit import MOST_TABLES, Audit, audit
from metadx.studies.reported_conflicts import in_table
from metadx.studies.reported_figures import MEASURES, SIZES, Figure, Measure, read_figure
from metadx.studies.reported_forms import fits
from metadx.studies.reported_words import narrowing, table_words
from metadx.studies.uncertain import ALTERNATIVES, central_table, tables_from_text

type IntArray = npt.NDArray[np.int64]

PREFIX = "reported_"
_MEASURE_OF: Mapping[str, Measure] = {fold(PREFIX + name): name for name in MEASURES}


@dataclass(frozen=True)
class Printed:
    """Where the printed figures and the alternatives of a table stand.

    Parameters
    ----------
    figures : dict of str to int
        Column of each measure.
    alternatives : int or None
        Column of the alternatives.
    """

    figures: dict[Measure, int] = field(default_factory=dict)
    alternatives: int | None = None

    @property
    def columns(self) -> set[int]:
        """All of them."""
        return {*self.figures.values(), *([] if self.alternatives is None else [self.alternatives])}

    def rows(self, grid: Grid) -> set[int]:
        """Return the rows in which at least one of them is filled."""
        return {
            row
            for column in self.columns
            for row, cell in enumerate(grid.columns[column])
            if not is_missing(cell)
        }


def printed_columns(headers: Sequence[str], declared: Collection[str]) -> Printed:
    """Find the columns with printed figures and with alternatives.

    Parameters
    ----------
    headers : sequence of str
        The headers of the table.
    declared : collection of str
        Headers declared as covariates or notes: they are none.

    Examples
    --------
    >>> printed_columns(["study", "Reported sens", "reported_n"], ()).figures
    {'sens': 1, 'n': 2}
    """
    set_aside = {fold(name) for name in declared}
    figures: dict[Measure, int] = {}
    alternatives = None
    for place, header in enumerate(headers):
        folded = fold(header)
        if folded in set_aside:
            continue
        if folded in _MEASURE_OF:
            figures.setdefault(_MEASURE_OF[folded], place)
        elif folded == ALTERNATIVES:
            alternatives = place
    return Printed(figures, alternatives)


def with_counts(grid: Grid, columns: Mapping[str, str]) -> Grid:
    """Add empty columns of counts where a table has none of its own.

    Parameters
    ----------
    grid : Grid
    columns : mapping of str to str
        Roles whose column is named by hand.

    Returns
    -------
    Grid
    """
    had = {role_of(header) for header in grid.headers} | set(columns)
    new = tuple(name for name in COUNTS if name not in had)
    empty = tuple(("",) * len(grid.rows) for _ in new)
    return replace(grid, headers=grid.headers + new, columns=grid.columns + empty)


def fill_rows(
    grid: Grid,
    roles: Mapping[str, int],
    printed: Printed,
    *,
    study: Sequence[str],
    counts: Mapping[str, npt.NDArray[Any]],
    refused: Collection[int | None] = (),
) -> tuple[list[Problem], dict[str, Any]]:
    """Fill in the counts that follow from printed figures, and compare those that are given.

    Parameters
    ----------
    grid : Grid
        The table.
    roles : mapping of str to int
        Column of each role.
    printed : Printed
        Columns of the figures.
    study : sequence of str, length N
        Labels.
    counts : mapping of str to (N,) int64 array
        tp, fp, fn and tn; missing ones are filled in place.
    refused : collection of int
        Rows of the file with a cell that was refused already.

    Returns
    -------
    problems : list of Problem
        Rows that no table fits, or too many.
    remarks : dict
        The arguments alternatives, recovered and clashes of `AccuracyTable.from_counts`.
    """
    problems: list[Problem] = []
    alternatives: dict[int, IntArray] = {}
    recovered: list[tuple[str, str]] = []
    clashes: list[tuple[str, str]] = []
    for row in sorted(printed.rows(grid)):
        if grid.rows[row] in refused:
            continue
        cells = {role: grid.columns[place][row] for role, place in roles.items()}
        given = {role: cell for role, cell in cells.items() if not is_missing(cell)}
        try:
            told = _figures(grid, printed, row)
            if given.keys() >= set(COUNTS):
                table = [int(counts[name][row]) for name in COUNTS]
                clashes += [(study[row], words) for words in _compared(told, table)]
                tables = _typed(grid, printed, row, table)
            else:
                tables, words = _recovered(grid, printed, row, told, given)
                recovered.append((study[row], words))
                for name, count in zip(COUNTS, central_table(tables), strict=True):
                    counts[name][row] = count
        except ValueError as reason:
            problems.append(Problem(str(reason), grid.rows[row], study[row]))
            continue
        if tables is not None and len(tables) > 1:
            alternatives[row] = tables
    return problems, {
        "alternatives": alternatives,
        "recovered": tuple(recovered),
        "clashes": tuple(clashes),
    }


def _figures(grid: Grid, printed: Printed, row: int) -> list[Figure]:
    found = []
    for name in MEASURES:
        place = printed.figures.get(name)
        if place is not None and not is_missing(grid.columns[place][row]):
            try:
                found.append(read_figure(name, grid.columns[place][row]))
            except ValueError as reason:
                raise ValueError(f"{grid.headers[place]} {reason}") from None
    return found


def _typed(
    grid: Grid, printed: Printed, row: int, shown: Sequence[int] | None = None
) -> IntArray | None:
    """Return the tables written in the cell of the alternatives, if there are any."""
    if printed.alternatives is None or is_missing(grid.columns[printed.alternatives][row]):
        return None
    header = grid.headers[printed.alternatives]
    try:
        tables = tables_from_text(grid.columns[printed.alternatives][row])
    except ValueError as reason:
        raise ValueError(f"{header} {reason}") from None
    if shown is not None and list(shown) not in tables.tolist():
        raise ValueError(
            f"{header}: none of the tables is that of the counts, {table_words(shown)}"
        )
    return tables


def _recovered(
    grid: Grid, printed: Printed, row: int, told: Sequence[Figure], given: Mapping[str, str]
) -> tuple[IntArray, str]:
    """Return the tables that a row without counts may have had, and what to say of it."""
    had = {figure.name for figure in told}
    figures = [*told, *(read_figure(s, given[s]) for s in SIZES if s in given and s not in had)]
    source = listed([str(figure) for figure in figures])
    tables = _typed(grid, printed, row)
    if tables is None:
        found = audit(figures)
        if found.verdict not in {"unique", "several"}:
            raise ValueError(_refusal(found, source))
        tables = found.tables
    else:
        fitting = [all(fits(figure, table) for figure in figures) for table in tables.tolist()]
        tables = tables[fitting]
        source = listed(["alternatives", *([source] if source else [])])
        if len(tables) == 0:
            raise ValueError(f"no table of the alternatives fits {source}; correct one of them")
    if len(tables) == 1:
        return tables, f"counts recovered from {source}: {table_words(tables[0])} alone fits"
    return tables, (
        f"{len(tables):,} tables fit {source}; all are kept, as equally likely, and the most "
        f"central of them is shown: {table_words(central_table(tables))}"
    )


def _refusal(found: Audit, given: str) -> str:
    if found.verdict == "impossible":
        clashes = "; ".join(clash.text for clash in found.clashes[:3])
        return f"no table fits the reported figures: {clashes}; correct one or drop the row"
    if found.verdict == "too many":
        what = f"{found.count:,} tables fit {given}, more than {MOST_TABLES:,}"
        return f"{what}; {narrowing(found.figures)}"
    what = f"the sizes of the groups do not follow from {given}"
    return f"{what}; add {PREFIX}n_diseased and {PREFIX}n_nondiseased, or drop the row"


def _compared(told: Sequence[Figure], table: Sequence[int]) -> list[str]:
    return [
        f"reported {figure} clashes with its counts, which give {in_table(figure, table)}"
        for figure in told
        if not fits(figure, table)
    ]
