"""Ratings of cases, one column a rater: cross-tables of every pair of raters."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from metadx.errors import DataError
from metadx.studies.agreement import AgreementRow, IntArray, Ratings
from metadx.studies.agreement_scale import Scale
from metadx.studies.agreement_sheet import Key, Sheet, key_label, key_problems
from metadx.studies.cells import is_missing, tidy
from metadx.studies.counts import counts_from_cells
from metadx.studies.problems import SHOWN, Problem, listed, quoted, refuse_if_any

MOST_CASES = 10_000_000
"""Cases that are held one by one for three or more raters."""


@dataclass(frozen=True, eq=False)
class RatedBlock:
    """The ratings of one finding in one region of one study.

    Parameters
    ----------
    key : tuple of str
        Study, finding, region.
    raters : tuple of str, length J
    values : ndarray of int, shape (N, J)
        Place on the scale, from 0; -1 where a rater gave none.
    counts : ndarray of int, shape (N,)
        How many cases have these ratings.
    """

    key: Key
    raters: tuple[str, ...]
    values: IntArray
    counts: IntArray

    @property
    def label(self) -> str:
        """What was rated."""
        return key_label(self.key) or listed(self.raters)


def rated_blocks(sheet: Sheet, scale: Scale) -> tuple[RatedBlock, ...]:
    """Read ratings, one block for each study, finding and region.

    Parameters
    ----------
    sheet : Sheet
        A table of kind "ratings".
    scale : Scale

    Returns
    -------
    tuple of RatedBlock
        Raters who rated nothing in a block are not in it.

    Raises
    ------
    DataError
        If a cell is no category, a case is there twice, or a rater rated nothing at all.
    """
    raters = tuple(sheet.raters)
    problems = key_problems(sheet)
    _refuse_other_scale(sheet, scale)
    values = np.full((len(sheet.rows), len(raters)), -1, dtype=np.int64)
    for j, (rater, cells) in enumerate(sheet.raters.items()):
        for i, cell in enumerate(cells):
            if is_missing(cell) and cell.strip() not in (*scale.categories, *scale.codes):
                continue
            try:
                values[i, j] = scale.place(cell)
            except ValueError as reason:
                problems.append(Problem(f"{rater} {reason}", sheet.rows[i], _who(sheet, i)))
    empty = [rater for j, rater in enumerate(raters) if (values[:, j] < 0).all()]
    if empty and not problems:
        raise DataError(
            f"{sheet.source}: no rating in the column {listed([quoted(name) for name in empty])}; "
            "fill it or delete it."
        )
    counts, found = _counts(sheet)
    problems += [*found, *_repeated(sheet, values)]
    refuse_if_any(sheet.source, sorted(problems, key=lambda problem: problem.row or 0))
    keys = [sheet.key(i) for i in range(len(sheet.rows))]
    return tuple(
        _block(key, raters, values[mine], counts[mine])
        for key in dict.fromkeys(keys)
        for mine in ([i for i, other in enumerate(keys) if other == key],)
    )


def _refuse_other_scale(sheet: Sheet, scale: Scale) -> None:
    """Say it once where the cells speak of another scale, and not for every cell."""
    cells = [tidy(c) for column in sheet.raters.values() for c in column if not is_missing(c)]
    strange = [cell for cell in cells if not _is_on(scale, cell)]
    names = sorted({*strange})
    if len(strange) < 2 or len(names) > SHOWN:
        return
    if len(strange) == len(cells) or len(strange) > SHOWN:
        found = listed([quoted(name, 20) for name in names])
        verb = "is no category" if len(names) == 1 else "are no categories"
        raise DataError(
            f"{sheet.source}: {found} {verb} of the scale, which is "
            f"{listed(scale.codes or scale.categories)}; give all categories, lowest first: "
            "[scale] categories in review.toml, or --scale."
        )


def _is_on(scale: Scale, cell: str) -> bool:
    try:
        scale.place(cell)
    except ValueError:
        return False
    return True


def _who(sheet: Sheet, i: int) -> str | None:
    case = sheet.cell("case", i)
    return case or key_label(sheet.key(i)) or None


def _counts(sheet: Sheet) -> tuple[IntArray, list[Problem]]:
    if "count" not in sheet.columns:
        return np.ones(len(sheet.rows), dtype=np.int64), []
    if "case" in sheet.columns:
        raise DataError(
            f"{sheet.source}: the columns case and count do not go together; a row is one case, or "
            "as many as its count says. Delete one of them."
        )
    counts, faults = counts_from_cells(sheet.columns["count"])
    return counts, [
        Problem(f"count {why}", sheet.rows[i], _who(sheet, i)) for i, why in faults.items()
    ]


def _repeated(sheet: Sheet, values: IntArray) -> list[Problem]:
    """Return rows about the same case; rows of a cross-table about the same cell."""
    seen: dict[tuple[object, ...], int] = {}
    problems = []
    by_case = "case" in sheet.columns
    if not by_case and "count" not in sheet.columns:
        return []
    for i, row in enumerate(sheet.rows):
        case = sheet.cell("case", i)
        if by_case and not case:
            problems.append(Problem("case is empty; name every case, or delete the column", row))
            continue
        same = (*sheet.key(i), case if by_case else tuple(values[i]))
        if same in seen:
            what = f"the case {quoted(case)}" if by_case else "a count of these ratings"
            problems.append(Problem(f"{what} again, as in row {seen[same]}; keep one", row))
        seen.setdefault(same, row)
    return problems


def _block(key: Key, raters: tuple[str, ...], values: IntArray, counts: IntArray) -> RatedBlock:
    rated = [j for j in range(len(raters)) if (values[counts > 0, j] >= 0).any()]
    return RatedBlock(key, tuple(raters[j] for j in rated), values[:, rated], counts)


def rows_of_block(block: RatedBlock, scale: Scale) -> tuple[AgreementRow, ...]:
    """Return the cross-table of every pair of raters who rated cases in common.

    Parameters
    ----------
    block : RatedBlock
    scale : Scale

    Returns
    -------
    tuple of AgreementRow

    Examples
    --------
    >>> block = RatedBlock(("", "", ""), ("A", "B"), np.array([[0, 1], [1, -1]]), np.array([3, 2]))
    >>> rows_of_block(block, Scale(("no", "yes")))[0].counts
    array([[0, 3],
           [0, 0]])
    """
    width = len(scale.categories)
    rows = []
    for a, b in combinations(range(len(block.raters)), 2):
        both = (block.values[:, a] >= 0) & (block.values[:, b] >= 0)
        counts = np.zeros((width, width), dtype=np.int64)
        np.add.at(counts, (block.values[both, a], block.values[both, b]), block.counts[both])
        if counts.sum() == 0:
            continue
        rows.append(
            AgreementRow(
                *block.key,
                rater_a=block.raters[a],
                rater_b=block.raters[b],
                n=int(counts.sum()),
                counts=counts,
                margins_a=(counts.sum(1),),
                margins_b=(counts.sum(0),),
            )
        )
    return tuple(rows)


def ratings_of_block(block: RatedBlock) -> Ratings | None:
    """Return the ratings case by case where there are three or more raters, else None.

    Parameters
    ----------
    block : RatedBlock

    Returns
    -------
    Ratings or None
        Cases without any rating are left out.

    Raises
    ------
    DataError
        If there are too many cases to hold one by one.
    """
    if len(block.raters) < 3:
        return None
    if block.counts.sum() > MOST_CASES:
        raise DataError(
            f"{block.label}: {int(block.counts.sum())} cases of three or more raters, wanted at "
            f"most {MOST_CASES}; correct the column count."
        )
    values = np.repeat(block.values, block.counts, axis=0)
    return Ratings(*block.key, raters=block.raters, values=values[(values >= 0).any(axis=1)])
