"""From the files of an agreement review, or from arrays, to one validated table."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from metadx.errors import DataError
from metadx.studies.agreement import AgreementTable, Correction
from metadx.studies.agreement_join import (
    joined_rows,
    refuse_rows_without_figures,
    with_margins,
    with_quartiles,
)
from metadx.studies.agreement_printed import printed_rows
from metadx.studies.agreement_ratings import rated_blocks, ratings_of_block, rows_of_block
from metadx.studies.agreement_remarks import constant_remarks, decimal_remarks, rating_remarks
from metadx.studies.agreement_scale import Scale, scale_from_cells
from metadx.studies.agreement_sheet import Sheet, SheetKind, category_cells, read_sheet
from metadx.studies.problems import Problem, listed, quoted, refuse_if_any


@dataclass(frozen=True)
class Declared:
    """What is declared about the files of an agreement review.

    Parameters
    ----------
    scale : Scale or None
        The categories; None takes whole numbers from the cells.
    groups : mapping of str to str
        Kind of each finding.
    raters : tuple of str
        Raters that something is said of.
    corrections : tuple of Correction
    declared_in : str
        Name of the file, used in messages.
    """

    scale: Scale | None = None
    groups: Mapping[str, str] = field(default_factory=dict, hash=False)
    raters: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    declared_in: str = "review.toml"


def read_agreement(files: Mapping[SheetKind, Path], declared: Declared) -> AgreementTable:
    """Read and validate the files of an agreement review.

    Parameters
    ----------
    files : mapping of {"ratings", "agreement", "margins", "quartiles"} to Path
    declared : Declared

    Returns
    -------
    AgreementTable

    Raises
    ------
    DataError
        If a file cannot be read, a cell is wrong, or the files contradict each other.
    """
    sheets = {kind: read_sheet(path, kind) for kind, path in files.items()}
    source = ", ".join(sheet.source for sheet in sheets.values())
    scale = declared.scale or scale_from_cells(category_cells(sheets.values()), source=source)
    ratings, agreement = sheets.get("ratings"), sheets.get("agreement")
    blocks = rated_blocks(ratings, scale) if ratings else ()
    printed = printed_rows(agreement) if agreement else ()
    tables = [row for block in blocks for row in rows_of_block(block, scale)]
    if blocks and not tables:
        raise DataError(f"{source}: no case is rated by two raters, so there is no agreement.")
    figures = agreement.source if agreement else source
    rows = joined_rows(tables, printed, source=figures)
    rows, taken, remarks = with_margins(
        rows, sheets.get("margins"), scale, declared.corrections, declared_in=declared.declared_in
    )
    rows, more = with_quartiles(rows, sheets.get("quartiles"), scale)
    refuse_rows_without_figures(rows, printed, source=figures)
    remarks += [*more, *rating_remarks(blocks, scale), *constant_remarks(rows, scale)]
    if agreement:
        remarks += decimal_remarks(agreement)
    table = AgreementTable(
        categories=scale.categories,
        rows=tuple(rows),
        ratings=tuple(made for block in blocks if (made := ratings_of_block(block)) is not None),
        boundaries=scale.boundaries,
        whole=scale.whole,
        groups=dict(declared.groups),
        corrections=tuple(taken.corrected.values()),
        source=source,
        sha256=_sha256(list(sheets.values())),
        remarks=tuple(remarks),
        boundary_unit=scale.unit,
    )
    _check_names(table, declared)
    return table


def _sha256(sheets: Sequence[Sheet]) -> str:
    """Return the hash of the bytes of one file, or of the hashes of several."""
    if len(sheets) == 1:
        return sheets[0].sha256
    return hashlib.sha256("\n".join(sheet.sha256 for sheet in sheets).encode()).hexdigest()


def _check_names(table: AgreementTable, declared: Declared) -> None:
    """Refuse declarations about findings, raters and regions that the table does not have."""
    raters = dict.fromkeys(name for row in table.rows for name in (row.rater_a, row.rater_b))
    problems = [
        Problem(f"findings.{quoted(name)}: the table has no such finding; it has {listed(known)}")
        for known in (table.findings,)
        for name in declared.groups
        if name not in known
    ]
    problems += [
        Problem(f"raters.{quoted(name)}: there is no such rater; there are {listed(list(raters))}")
        for name in declared.raters
        if name not in raters
    ]
    if table.whole and table.whole not in table.regions:
        problems.append(
            Problem(
                f"scale.whole: the table has no region {quoted(table.whole)}; it has "
                f"{listed([quoted(name) for name in table.regions])}"
            )
        )
    refuse_if_any(declared.declared_in, problems)
