"""One more study for a table: what is known of it, laid out under the headers of the table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from metadx.errors import DataError
from metadx.studies.accuracy import COUNTS
from metadx.studies.cells import is_missing, tidy
from metadx.studies.headers import find_column, fold, match_roles, role_of
from metadx.studies.problems import listed, quoted
from metadx.studies.uncertain import ALTERNATIVES


@dataclass(frozen=True)
class NewStudy:
    """What is known of a study, as text: read by the same rules as a cell of a table.

    Parameters
    ----------
    label : str
        What the study is called.
    counts : mapping of str to str
        ``tp``, ``fp``, ``fn``, ``tn``, as far as given.
    values : mapping of str to str
        Cells of further columns, by header.
    """

    label: str
    counts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableColumns:
    """What a review says about the columns of its table.

    Parameters
    ----------
    by_hand : mapping of str to str
        Role to header, where a column is named by hand.
    declared : tuple of str
        Headers declared as covariates or notes.
    label : tuple of str or None
        Columns that make the study label together.
    """

    by_hand: Mapping[str, str] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    label: tuple[str, ...] | None = None


def cells_of(
    new: NewStudy,
    header: Sequence[str],
    body: Sequence[Sequence[str]],
    columns: TableColumns,
    *,
    source: str,
) -> tuple[list[str], tuple[str, ...]]:
    """Lay a new study out under the headers of a table.

    Parameters
    ----------
    new : NewStudy
    header : sequence of str
        The first row of the table that is not blank.
    body : sequence of sequence of str
        The rows below it: they show how missing values are written, and how rows are numbered.
    columns : TableColumns
    source : str
        Name of the table, used in messages.

    Returns
    -------
    cells : list of str
        One for each cell of the header.
    empty : tuple of str
        Headers of columns of which nothing was told.

    Raises
    ------
    DataError
        If a value is given for no column of the table, twice, or for what has an option of its own.

    Examples
    --------
    >>> new = NewStudy("Kim 2026", dict(tp="31", fp="4", fn="2", tn="9"), {"year": "2026"})
    >>> header = ["Author", "Year", "TP", "FP", "FN", "TN", "Setting"]
    >>> cells_of(new, header, [], TableColumns(), source="studies.csv")
    (['Kim 2026', '2026', '31', '4', '2', '9', ''], ('Setting',))
    """
    headers = [tidy(cell) for cell in header]
    roles = _roles(headers, columns, source)
    told: dict[int, str] = {}
    for name, value in new.values.items():
        place = find_column(headers, name, source=source, purpose="given by --set")
        _refuse_count(place, roles, headers)
        if place in told:
            raise DataError(f"--set {name}: {quoted(headers[place])} is set twice.")
        told[place] = tidy(value)
    for name, value in new.counts.items():
        if roles.get(name, len(headers)) >= len(headers):
            raise DataError(
                f"{source}: there is no column for {name}; found: {listed(headers)}. Leave it out, "
                "or add the column to the table."
            )
        told[roles[name]] = tidy(value)
    absent = [name for name in COUNTS if name not in new.counts]
    if absent and not _takes_figures(headers):
        options = " and ".join(f"--{name}" for name in absent)
        raise DataError(
            f"{quoted(new.label)}: {listed(absent)} missing; give {options} (a missing count is "
            "never read as 0)."
        )
    name_place = _place_of_label(headers, roles, columns, source)
    if name_place in told:
        raise DataError(
            f"--set {headers[name_place]}: is given by --study already; leave one of them out."
        )
    told[name_place] = tidy(new.label)
    rest = [i for i, name in enumerate(headers) if i not in told and name]
    missing = _missing_mark(body)
    cells = [told.get(i, missing if headers[i] else "") for i in range(len(headers))]
    if headers and not headers[0]:
        cells[0] = _next_number([line[0] if line else "" for line in body])
    counted = {roles.get(name) for name in COUNTS}
    return cells, tuple(headers[i] for i in rest if i not in counted)


def _roles(headers: Sequence[str], columns: TableColumns, source: str) -> dict[str, int]:
    """Find the columns; a table with printed figures may do without columns of counts."""
    found = list(headers)
    if _takes_figures(headers):
        had = {role_of(name) for name in headers} | set(columns.by_hand)
        found += [name for name in COUNTS if name not in had]
    return match_roles(
        found,
        source=source,
        columns=columns.by_hand,
        declared=columns.declared,
        label=columns.label,
    )


def _takes_figures(headers: Sequence[str]) -> bool:
    """Tell whether printed figures may stand in for counts."""
    return any(fold(name).startswith("reported") or fold(name) == ALTERNATIVES for name in headers)


def _refuse_count(place: int, roles: Mapping[str, int], headers: Sequence[str]) -> None:
    for name in COUNTS:
        if roles.get(name) == place:
            msg = f"--set {headers[place]}: is the column of {name}; give it by --{name}."
            raise DataError(msg)


def _place_of_label(
    headers: Sequence[str], roles: Mapping[str, int], columns: TableColumns, source: str
) -> int:
    if columns.label is None:
        return roles["study"]
    places = [
        find_column(headers, name, source=source, purpose="part of the study label")
        for name in columns.label
    ]
    return next((i for i in places if i == roles.get("study")), places[0])


def _missing_mark(body: Sequence[Sequence[str]]) -> str:
    """Return how the table writes that a value is missing: nothing, or such as NA."""
    marks = Counter(cell.strip() for line in body for cell in line if is_missing(cell))
    usual = {mark: n for mark, n in marks.items() if not mark.startswith("#")}
    return max(usual, key=usual.__getitem__) if usual else ""


def _next_number(numbers: Sequence[str]) -> str:
    """Go on with the row numbers that R and pandas write under an empty header."""
    for first in (1, 0):
        wanted = [str(first + i) for i in range(len(numbers))]
        if numbers and [n.strip() for n in numbers] == wanted:
            return str(first + len(numbers))
    return ""
