"""Rows of a study table that give printed figures instead of counts, or beside them.

A column ``reported_sens`` holds what a study prints for its sensitivity, and so on for every
measure of `metadx.studies.reported_figures`; a column ``alternatives`` holds whole tables, each as
tp/fp/fn/tn. Where a count is missing they stand in for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from metadx.errors import DataError
from metadx.studies.canonical import ALTERNATIVES, COUNTS
from metadx.studies.cells import is_missing
from metadx.studies.grid import Grid
from metadx.studies.headers import GROUP_SIZES, fold
from metadx.studies.problems import Problem, listed
from metadx.studies.reported_audit import MOST_TABLES, Audit, audit
from metadx.studies.reported_conflicts import written_share
from metadx.studies.reported_figures import MEASURES, Figure, Measure, read_figure
from metadx.studies.reported_forms import fits
from metadx.studies.reported_words import sentences, table_words
from metadx.studies.uncertain import central_table, tables_from_text

type IntArray = npt.NDArray[np.int64]
type Remarks = tuple[tuple[str, str], ...]

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


@dataclass(frozen=True)
class Rows:
    """What printed figures add to a table; see `AccuracyTable` for the last three."""

    problems: list[Problem]
    alternatives: dict[int, IntArray]
    recovered: Remarks
    clashes: Remarks


def fill_rows(
    grid: Grid,
    roles: Mapping[str, int],
    printed: Printed,
    study: Sequence[str],
    counts: Mapping[str, npt.NDArray[np.generic]],
) -> Rows:
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

    Returns
    -------
    Rows
    """
    problems: list[Problem] = []
    alternatives: dict[int, IntArray] = {}
    recovered: list[tuple[str, str]] = []
    clashes: list[tuple[str, str]] = []
    for row in sorted(printed.rows(grid)):
        cells = {role: grid.columns[place][row] for role, place in roles.items()}
        given = {role: cell for role, cell in cells.items() if not is_missing(cell)}
        try:
            told = _figures(grid, printed, row)
            if given.keys() >= set(COUNTS):
                table = np.array([counts[name][row] for name in COUNTS], dtype=np.int64)
                clashes += [(study[row], words) for words in _compared(told, table)]
                tables = _typed(grid, printed, row)
            else:
                tables, words = _recovered(grid, printed, row, told, given)
                recovered.append((study[row], words))
                table = central_table(tables)
                for name, count in zip(COUNTS, table, strict=True):
                    counts[name][row] = count
        except ValueError as reason:
            problems.append(Problem(str(reason), grid.rows[row], study[row]))
            continue
        if tables is not None and len(tables) > 1:
            alternatives[row] = tables
    return Rows(problems, alternatives, tuple(recovered), tuple(clashes))


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


def _typed(grid: Grid, printed: Printed, row: int) -> IntArray | None:
    """Return the tables written in the cell of the alternatives, if there are any."""
    if printed.alternatives is None or is_missing(grid.columns[printed.alternatives][row]):
        return None
    try:
        return tables_from_text(grid.columns[printed.alternatives][row])
    except ValueError as reason:
        raise ValueError(f"{grid.headers[printed.alternatives]} {reason}") from None


def _recovered(
    grid: Grid, printed: Printed, row: int, told: Sequence[Figure], given: Mapping[str, str]
) -> tuple[IntArray, str]:
    """Return the tables that a row without counts may have had, and what to say of it."""
    had = {figure.name for figure in told}
    sizes = [read_figure(name, given[name]) for name in (*COUNTS, *GROUP_SIZES) if name in given and name not in had]  # type: ignore[arg-type]
    figures = [*told, *sizes]
    typed = _typed(grid, printed, row)
    if typed is not None:
        kept = typed[[all(fits(figure, table) for figure in figures) for table in typed.tolist()]]
        if len(kept) == 0:
            raise ValueError("no table of the alternatives fits the figures of this row")
        return kept, _several(kept) if len(kept) > 1 else f"{table_words(kept[0])}, as written"
    found = audit(figures)
    if found.verdict not in {"unique", "several"}:
        raise ValueError(_refusal(found))
    source = f"recovered from {listed([str(figure) for figure in figures])}"
    if found.verdict == "unique":
        return found.tables, f"counts {source}: {table_words(found.tables[0])}, the one table that fits"
    return found.tables, f"counts {source}: {_several(found.tables)}"


def _several(tables: IntArray) -> str:
    shown = table_words(central_table(tables))
    return (
        f"{len(tables):,} tables fit and all are kept, as equally likely; shown is the most central "
        f"of them, {shown}"
    )


def _refusal(found: Audit) -> str:
    given = listed([str(figure) for figure in found.figures])
    match found.verdict:
        case "impossible":
            clashes = "; ".join(clash.text for clash in found.clashes[:3])
            return f"no table fits the reported figures: {clashes}; correct one or drop the row"
        case "too many":
            return (
                f"{found.count:,} tables fit {given}, more than {MOST_TABLES:,}; "
                f"{sentences(found)[-1]}"
            )
    return (
        f"the sizes of the groups do not follow from {given}; add {PREFIX}n_diseased and "
        f"{PREFIX}n_nondiseased, or drop the row"
    )


def _compared(told: Sequence[Figure], table: IntArray) -> list[str]:
    return [
        f"reported {figure} clashes with its counts, which give {written_of(figure, table)}"
        for figure in told
        if not fits(figure, table)
    ]
