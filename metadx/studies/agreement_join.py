"""Put what several files say of the same pair of raters into one row."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metadx.studies.agreement import AgreementRow, Correction
from metadx.studies.agreement_corrections import TakenMargins, numbers, taken_margins
from metadx.studies.agreement_margins import printed_margins, printed_quartiles
from metadx.studies.agreement_printed import PrintedRow
from metadx.studies.agreement_remarks import Remark, margin_remarks
from metadx.studies.agreement_scale import Scale
from metadx.studies.agreement_sheet import Key, Sheet
from metadx.studies.problems import Problem, listed, refuse_if_any

type _Pair = tuple[Key, frozenset[str]]


def _pair(row: AgreementRow | PrintedRow) -> _Pair:
    return row.key, frozenset((row.rater_a, row.rater_b))


def joined_rows(
    tables: Sequence[AgreementRow], printed: Sequence[PrintedRow], *, source: str
) -> list[AgreementRow]:
    """Put printed figures beside the cross-table of the same raters, where there is one.

    Parameters
    ----------
    tables : sequence of AgreementRow
        Rows with cross-tables.
    printed : sequence of PrintedRow
    source : str
        Name of the file of the printed figures, used in messages.

    Returns
    -------
    list of AgreementRow
        Those with cross-tables first; raters in the order of the printed figures.

    Raises
    ------
    DataError
        If a printed n is not that of the cross-table.
    """
    lines = {_pair(line): line for line in printed}
    rows, problems = [], []
    for row in tables:
        line = lines.pop(_pair(row), None)
        if line is not None and line.n != row.n:
            problems.append(
                Problem(
                    f"n = {line.n}, but {row.n} cases were rated by both in the ratings; correct "
                    "one of them",
                    line.row,
                    line.label,
                )
            )
        rows.append(row if line is None else _beside(row, line))
    refuse_if_any(source, problems)
    rows += [
        AgreementRow(
            *line.key,
            rater_a=line.rater_a,
            rater_b=line.rater_b,
            n=line.n,
            kappa=line.kappa,
            spearman=line.spearman,
        )
        for line in lines.values()
    ]
    return rows


def _beside(row: AgreementRow, line: PrintedRow) -> AgreementRow:
    """Return the row with printed figures, its raters in the order of the printed line."""
    if line.rater_a != row.rater_a and row.counts is not None:
        row = replace(
            row,
            rater_a=line.rater_a,
            rater_b=line.rater_b,
            counts=row.counts.T.copy(),
            margins_a=row.margins_b,
            margins_b=row.margins_a,
        )
    return replace(row, kappa=line.kappa, spearman=line.spearman)


def with_margins(
    rows: Sequence[AgreementRow],
    sheet: Sheet | None,
    scale: Scale,
    corrections: Sequence[Correction],
    *,
    declared_in: str,
) -> tuple[list[AgreementRow], TakenMargins, list[Remark]]:
    """Put the margins of both raters into the rows, corrected as declared.

    Parameters
    ----------
    rows : sequence of AgreementRow
    sheet : Sheet or None
        The margins; None where there are none.
    scale : Scale
    corrections : sequence of Correction
    declared_in : str
        Name of the file of the corrections, used in messages.

    Returns
    -------
    rows : list of AgreementRow
    taken : TakenMargins
    remarks : list of (str, str)

    Raises
    ------
    DataError
        If a margin belongs to no row, does not add up without a correction, or is not that of the
        ratings.
    """
    margins = printed_margins(sheet, scale) if sheet else {}
    source = sheet.source if sheet else "margins"
    taken = taken_margins(margins, corrections, rows, source=source, declared_in=declared_in)
    filled, problems = [], []
    for row in rows:
        sides = []
        for rater, own in ((row.rater_a, row.margins_a), (row.rater_b, row.margins_b)):
            told = taken.counts.get((row.key, rater), ())
            if own and told and not any(np.array_equal(own[0], margin) for margin in told):
                what = (
                    f"the counts of {rater} are not those of the ratings ({numbers(own[0])}); "
                    "correct one of them"
                )
                problems.append(Problem(what, margins[row.key, rater].row, row.label))
            sides.append(own or told)
        filled.append(replace(row, margins_a=sides[0], margins_b=sides[1]))
    refuse_if_any(source, problems)
    return filled, taken, list(margin_remarks(margins, taken, scale))


def with_quartiles(
    rows: Sequence[AgreementRow], sheet: Sheet | None, scale: Scale
) -> tuple[list[AgreementRow], list[Remark]]:
    """Put the quartiles of what the first rater measured into the rows.

    Parameters
    ----------
    rows : sequence of AgreementRow
    sheet : Sheet or None
        The quartiles; None where there are none.
    scale : Scale

    Returns
    -------
    rows : list of AgreementRow
    remarks : list of (str, str)

    Raises
    ------
    DataError
        If quartiles belong to no row, or to another rater than the first.
    """
    if sheet is None:
        return list(rows), []
    found = printed_quartiles(sheet)
    filled, used = [], set()
    for row in rows:
        name = (row.key, row.rater_a)
        if name in found:
            used.add(name)
        filled.append(replace(row, quartiles=found[name][0] if name in found else None))
    problems = [
        Problem(_no_measurer(name, rows), row, ", ".join(filter(None, (name[1], *name[0]))))
        for name, (_, row) in found.items()
        if name not in used
    ]
    refuse_if_any(sheet.source, problems)
    if scale.boundaries:
        return filled, []
    words = "quartiles are not used: no boundaries of the categories are declared ([scale])."
    return filled, [(sheet.source, words)]


def _no_measurer(name: tuple[Key, str], rows: Sequence[AgreementRow]) -> str:
    firsts = sorted({row.rater_a for row in rows if row.key == name[0]})
    if firsts:
        return f"quartiles are those of what rater_a measured, who is {listed(firsts)} there"
    return "no pair of raters has this study, finding and region; correct the names"


def refuse_rows_without_figures(
    rows: Sequence[AgreementRow], printed: Sequence[PrintedRow], *, source: str
) -> None:
    """Refuse pairs of raters of whom nothing is known but the number of cases.

    Parameters
    ----------
    rows : sequence of AgreementRow
    printed : sequence of PrintedRow
        The printed figures they were made of.
    source : str
        Name of the file of the printed figures, used in messages.

    Raises
    ------
    DataError
        If there is such a row.
    """
    lines = {_pair(line): line.row for line in printed}
    what = "no figure of agreement: wanted kappa, spearman, margins of both raters or ratings"
    problems = [
        Problem(what, lines.get(_pair(row)), row.label)
        for row in rows
        if row.counts is None
        and row.kappa is None
        and row.spearman is None
        and not (row.margins_a and row.margins_b)
    ]
    refuse_if_any(source, problems)
