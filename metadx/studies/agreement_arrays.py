"""Agreement tables from arrays in memory: one cross-table, or ratings case by case."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from metadx.errors import DataError
from metadx.studies.agreement import AgreementRow, AgreementTable
from metadx.studies.agreement_ratings import rated_blocks, ratings_of_block, rows_of_block
from metadx.studies.agreement_remarks import constant_remarks, rating_remarks
from metadx.studies.agreement_scale import scale_by_hand, scale_from_cells
from metadx.studies.agreement_sheet import Sheet, category_cells
from metadx.studies.counts import counts_from_numbers
from metadx.studies.problems import Problem, listed, refuse_if_any


def from_counts(
    counts: npt.ArrayLike,
    *,
    categories: Sequence[str] | None = None,
    rater_a: str = "rater A",
    rater_b: str = "rater B",
    study: str = "",
    finding: str = "",
    region: str = "",
) -> AgreementTable:
    """Make the table of one cross-table of two raters.

    Parameters
    ----------
    counts : array-like of int, shape (C, C)
        Cases by the category of `rater_a` (rows) and of `rater_b` (columns).
    categories : sequence of str or None
        Names of the C categories, lowest first; None names them 1 to C.
    rater_a, rater_b, study, finding, region : str
        Names.

    Returns
    -------
    AgreementTable

    Raises
    ------
    DataError
        If it is no square table of counts, or has no case.

    Examples
    --------
    >>> from_counts([[40, 3], [5, 12]]).rows[0].n
    60
    """
    given = np.asarray(counts)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise DataError(
            f"counts: a cross-table of shape {given.shape}; wanted as many rows as columns, one "
            "for each category of the scale."
        )
    whole, faults = counts_from_numbers(given.ravel().tolist())
    places = [f"row {i // len(given) + 1}, column {i % len(given) + 1}" for i in faults]
    refuse_if_any(
        "counts",
        [Problem(f"{place} {why}") for place, why in zip(places, faults.values(), strict=True)],
    )
    scale = scale_by_hand(categories or [str(i + 1) for i in range(len(given))])
    if len(scale.categories) != len(given):
        raise DataError(
            f"counts: {len(scale.categories)} categories for a cross-table of {len(given)}; name "
            "every category once."
        )
    table = whole.reshape(given.shape)
    row = AgreementRow(
        *(study, finding, region, rater_a, rater_b),
        n=int(table.sum()),
        counts=table,
        margins_a=(table.sum(1),),
        margins_b=(table.sum(0),),
    )
    return AgreementTable(
        scale.categories, (row,), source="counts", remarks=tuple(constant_remarks([row], scale))
    )


def from_ratings(
    values: Sequence[Sequence[object]] | npt.NDArray[np.generic],
    *,
    raters: Sequence[str] | None = None,
    categories: Sequence[str] | None = None,
) -> AgreementTable:
    """Make the table of ratings of the same cases by two or more raters.

    Parameters
    ----------
    values : array-like, shape (N, J)
        The category that each of J raters gave to each of N cases; None, nan or empty where a
        rater gave none.
    raters : sequence of str, length J, or None
        Their names.
    categories : sequence of str or None
        The scale, lowest first; None takes whole numbers from the least to the greatest.

    Returns
    -------
    AgreementTable

    Raises
    ------
    DataError
        If there are fewer than two raters, or a value is no category.

    Examples
    --------
    >>> table = from_ratings([[1, 1, 2], [3, 3, 3], [2, None, 2]], raters=["A", "B", "C"])
    >>> [(row.rater_a, row.rater_b, row.n) for row in table.rows]
    [('A', 'B', 2), ('A', 'C', 3), ('B', 'C', 2)]
    """
    lines = [["" if cell is None else str(cell) for cell in line] for line in values]
    names = [str(name) for name in raters or ()] or [
        f"rater {j + 1}" for j in range(len(lines[0]) if lines else 0)
    ]
    if not lines or any(len(line) != len(names) for line in lines):
        found = sorted({len(line) for line in lines})
        raise DataError(
            f"ratings: rows of {listed([str(n) for n in found]) or 'no'} ratings; wanted one for "
            f"each of {len(names)} raters."
        )
    if len(names) < 2:
        raise DataError(f"ratings: one rater ({names[0]}); wanted two or more, one a column.")
    if len(set(names)) < len(names):
        raise DataError(f"ratings: two raters have the same name: {listed(names)}.")
    columns = dict(zip(names, zip(*lines, strict=True), strict=True))
    sheet = Sheet("ratings", "ratings", {}, columns, tuple(range(1, len(lines) + 1)))
    if categories:
        scale = scale_by_hand(categories)
    else:
        scale = scale_from_cells(category_cells([sheet]), source="ratings")
    blocks = rated_blocks(sheet, scale)
    rows = tuple(row for block in blocks for row in rows_of_block(block, scale))
    if not rows:
        raise DataError("ratings: no case is rated by two raters, so there is no agreement.")
    made = tuple(made for block in blocks if (made := ratings_of_block(block)) is not None)
    remarks = (*rating_remarks(blocks, scale), *constant_remarks(rows, scale))
    return AgreementTable(scale.categories, rows, made, source="ratings", remarks=remarks)
