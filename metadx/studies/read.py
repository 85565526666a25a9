"""Read a study table from a CSV, TSV or XLSX file, by header name."""

import hashlib
from collections.abc import Collection, Mapping, Sequence, Set
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from metadx.errors import DataError
from metadx.studies.accuracy import COUNTS, AccuracyTable
from metadx.studies.cells import is_missing
from metadx.studies.counts import counts_from_cells
from metadx.studies.covariate_columns import covariate_from_cells
from metadx.studies.covariates import Categorical, Continuous, CovariateSpec
from metadx.studies.delimited import rows_from_text
from metadx.studies.grid import Grid, grid_from_rows
from metadx.studies.headers import GROUP_SIZES, find_column, fold, match_roles, role_of
from metadx.studies.labels import join_label, label_problems
from metadx.studies.problems import Problem, name_text, refuse_if_any
from metadx.studies.quadas_columns import judged_cells, quadas_columns
from metadx.studies.uncertain import ALTERNATIVES
from metadx.studies.workbook import OLD_OFFICE, ZIP, rows_from_workbook

if TYPE_CHECKING:
    import pandas as pd

    from metadx.studies.reported_rows import Printed


def read_table(
    data: "str | Path | pd.DataFrame",
    *,
    label: Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
    covariates: Mapping[str, CovariateSpec] | None = None,
    sheet: str | None = None,
) -> AccuracyTable:
    r"""Read and validate a study table.

    Columns are found by name (`metadx.studies.headers` lists the accepted ones). The file's content
    decides how it is read, not its ending. A missing count is never 0: it is an error, unless
    columns such as ``reported_sens``, ``reported_lr_pos``, ``reported_n`` or
    ``reported_n_diseased`` hold what the study prints instead (`metadx.audit_reported` lists them),
    or ``alternatives`` its possible tables (``31/4/2/9; 30/4/3/9``). If one table fits, its counts
    are taken; if several do, all are kept. Beside counts such figures are compared with them.

    Parameters
    ----------
    data : str, Path or pandas.DataFrame
        A CSV or TSV file (UTF-8 or UTF-16; comma, semicolon or tab) or an XLSX workbook; or a data
        frame, which passes through the same checks (its first row is row 2, as in a file).
    label : sequence of str or None
        Columns that make the study label together, joined by ", ".
    columns : mapping of str to str, or None
        Role (``tp``, ``fp``, ``fn``, ``tn``, ``study``, ``n_diseased``, ``n_nondiseased``) to
        header, where the header is none of the accepted names. The two group sizes are compared
        with the counts.
    covariates : mapping of str to CovariateSpec, or None
        What is declared about the other columns; the kind of the rest is guessed from their cells.
    sheet : str or None
        Sheet of a workbook; None takes the one that holds a table.

    Returns
    -------
    AccuracyTable
        With ``sha256`` of the bytes of the file (of the CSV text of a data frame).

    Raises
    ------
    DataError
        If the file cannot be read or is no valid table, or no table (or too many) fits what a row
        prints; all bad cells are named at once, with the row in the file (the header is row 1).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "studies.csv"
    ...     _ = file.write_text("Author;TP;FP;FN;TN;Setting\nKim 2019;31;4;2;9;clinic\n")
    ...     table = read_table(file)
    >>> table
    AccuracyTable(1 study, 33 diseased, 13 non-diseased, covariates Setting, from studies.csv)
    """
    return table_from_content(
        *_content(data), label=label, columns=columns, covariates=covariates, sheet=sheet
    )


def table_from_content(
    content: bytes,
    source: str,
    *,
    label: Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
    covariates: Mapping[str, CovariateSpec] | None = None,
    sheet: str | None = None,
) -> AccuracyTable:
    """Read and validate the bytes of a study table, wherever they come from.

    Parameters
    ----------
    content : bytes
        As a file would hold them.
    source : str
        Name of the table, used in messages.
    label, columns, covariates, sheet
        As of `read_table`.

    Returns
    -------
    AccuracyTable

    Raises
    ------
    DataError
        As of `read_table`.
    """
    grid = grid_from_rows(sheet_rows(content, source, sheet, columns or {}), source=source)
    grid, printed = _printed(grid, columns or {}, covariates or ())
    roles = match_roles(
        grid.headers, source=source, columns=columns, declared=covariates or (), label=label
    )
    study, problems = _labels(grid, roles, label, source)
    counts, found = _counts(grid, roles, study, printed.rows(grid) if printed else ())
    problems += found
    remarks: dict[str, Any] = {}
    if printed:
        from metadx.studies.reported_rows import fill_rows

        refused = {problem.row for problem in found}
        found, remarks = fill_rows(
            grid, roles, printed, study=study, counts=counts, refused=refused
        )
        problems += found
    taken = _taken(grid, roles, label) | (printed.columns if printed else set())
    made, found = _covariates(grid, covariates or {}, taken, study, source)
    problems += found
    refuse_if_any(source, sorted(problems, key=lambda problem: problem.row or 0))
    return AccuracyTable.from_counts(
        study,
        *(counts[name] for name in COUNTS),
        covariates=made,
        n_diseased=counts.get("n_diseased"),
        n_nondiseased=counts.get("n_nondiseased"),
        source=source,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=grid.rows,
        **remarks,
    )


def _content(data: "str | Path | pd.DataFrame") -> tuple[bytes, str]:
    """Return the bytes to read and what to call them."""
    if isinstance(data, str | Path):
        return file_bytes(Path(data)), name_text(Path(data).name)
    return data.to_csv(index=False).encode(), "data frame"


def file_bytes(path: Path) -> bytes:
    """Return the content of a table's file.

    Parameters
    ----------
    path : Path
        A text table or an XLSX workbook.

    Returns
    -------
    bytes

    Raises
    ------
    DataError
        If it cannot be read, or is a workbook in a form that cannot be opened.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file; check the path.") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder; wanted the study table in it.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"{path} cannot be read: {reason}.") from error
    if data.startswith(OLD_OFFICE):
        raise DataError(
            f"{path.name} is a workbook in the old Excel format (.xls) or one with a password; "
            "save it as XLSX without a password, or as CSV (UTF-8)."
        )
    return data


def sheet_rows(
    data: bytes,
    source: str,
    sheet: str | None = None,
    columns: Mapping[str, str] = MappingProxyType({}),
) -> list[list[str]]:
    """Return the cells of a study table as text, before any of them is understood.

    Parameters
    ----------
    data : bytes
        Content of a text table or of an XLSX workbook.
    source : str
        Name of the file, used in messages.
    sheet : str or None
        Sheet of a workbook; None takes the one that holds a study table.
    columns : mapping of str to str
        Headers by the role they are given.

    Returns
    -------
    list of list of str
        Row by row, blank ones as empty lists.

    Raises
    ------
    DataError
        If it cannot be read.
    """

    def is_table(header: Sequence[str]) -> bool:
        found = {role_of(cell) for cell in header} | set(columns)
        return found.issuperset(COUNTS) or any(map(_is_printed, header))

    if data.startswith(ZIP):
        return rows_from_workbook(data, source=source, sheet=sheet, is_table=is_table)
    return rows_from_text(data, source=source)


def _is_printed(header: str) -> bool:
    folded = fold(header)
    return folded.startswith("reported") or folded == ALTERNATIVES


def _printed(
    grid: Grid, columns: Mapping[str, str], declared: Collection[str]
) -> "tuple[Grid, Printed | None]":
    """Find columns that stand in for counts; a table with such may do without columns of counts."""
    if not any(map(_is_printed, grid.headers)):
        return grid, None
    # Few tables have such columns: the others do not pay for the arithmetic behind them.
    from metadx.studies.reported_rows import printed_columns, with_counts

    printed = printed_columns(grid.headers, declared)
    return (with_counts(grid, columns), printed) if printed.columns else (grid, None)


def _labels(
    grid: Grid, roles: Mapping[str, int], label: Sequence[str] | None, source: str
) -> tuple[list[str], list[Problem]]:
    if label is None:
        places = [roles["study"]]
    elif label:
        places = [
            find_column(grid.headers, name, source=source, purpose="part of the study label")
            for name in label
        ]
    else:
        raise DataError(f"{source}: the label is made of no column; name at least one.")
    study = [join_label(parts) for parts in zip(*(grid.columns[i] for i in places), strict=True)]
    others = {
        header: grid.columns[i]
        for i, header in enumerate(grid.headers)
        if i not in places and i not in roles.values()
    }
    made_of = [grid.headers[i] for i in places]
    return study, label_problems(study, grid.rows, made_of=made_of, columns=others)


def _taken(grid: Grid, roles: Mapping[str, int], label: Sequence[str] | None) -> set[int]:
    """Return the columns that are no covariates unless they are declared as such."""
    named = {fold(name) for name in label or ()}
    names_studies = {
        i
        for i, header in enumerate(grid.headers)
        if fold(header) == "study" or (fold(header) in named and role_of(header) == "study")
    }
    return set(roles.values()) | names_studies


def _counts(
    grid: Grid, roles: Mapping[str, int], study: Sequence[str], told: Collection[int]
) -> tuple[dict[str, npt.NDArray[np.generic]], list[Problem]]:
    counts: dict[str, npt.NDArray[np.generic]] = {}
    problems: list[Problem] = []
    for role, place in roles.items():
        if role == "study":
            continue
        cells = grid.columns[place]
        values, faults = counts_from_cells(cells)
        counts[role] = values
        if role in GROUP_SIZES:
            # A size that the source does not print is not compared; a missing count is an error.
            absent = [i for i in faults if is_missing(cells[i])]
            counts[role] = values.astype(np.float64)
            counts[role][absent] = np.nan
            faults = {i: why for i, why in faults.items() if i not in set(absent)}
        elif told:
            # Printed figures or alternatives stand in for a count.
            faults = {
                i: why for i, why in faults.items() if not (i in told and is_missing(cells[i]))
            }
        header = grid.headers[place]
        problems += [
            Problem(f"{header} {why}", grid.rows[i], study[i]) for i, why in faults.items()
        ]
    return counts, problems


def _covariates(
    grid: Grid,
    declared: Mapping[str, CovariateSpec],
    taken: Set[int],
    study: Sequence[str],
    source: str,
) -> tuple[dict[str, Categorical | Continuous], list[Problem]]:
    names = {
        find_column(grid.headers, name, source=source, purpose="declared as a covariate"): name
        for name in declared
    }
    made: dict[str, Categorical | Continuous] = {}
    problems: list[Problem] = []
    kept = {i: names.get(i, h) for i, h in enumerate(grid.headers) if i not in taken or i in names}
    notes = {name for name, spec in declared.items() if spec.kind == "note"}
    read = [name for name in kept.values() if name not in notes]
    version, judged = quadas_columns(read, source=source)
    for i, name in kept.items():
        cells: Sequence[str] = grid.columns[i]
        if name in judged:
            cells, found = judged_cells(name, cells, version, rows=grid.rows, study=study)
            problems += found
        covariate, found = covariate_from_cells(
            name, cells, declared.get(name), rows=grid.rows, study=study, source=source
        )
        problems += found
        if covariate is not None:
            made[name] = covariate
    return made, problems
