"""Whether the rows of an agreement table can be: shapes, sums and figures, whoever made them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from metadx.studies.problems import Problem, refuse_if_any

if TYPE_CHECKING:
    from metadx.studies.agreement import AgreementRow, IntArray, PrintedKappa


def check_rows(rows: "Sequence[AgreementRow]", n_categories: int, *, source: str) -> None:
    """Refuse rows that contradict themselves.

    Parameters
    ----------
    rows : sequence of AgreementRow
    n_categories : int
        Categories of the scale.
    source : str
        Name of the table, used in messages.

    Raises
    ------
    DataError
        If the scale has fewer than two categories, there is no row, or a row has arrays of another
        shape, negative counts, sums other than n, or figures out of their range.

    Examples
    --------
    >>> check_rows([], 3, source="table")
    Traceback (most recent call last):
        ...
    metadx.errors.DataError: table: there is no pair of raters; give ratings, a table or figures.
    """
    problems = []
    if n_categories < 2:
        problems.append(Problem(f"a scale of {n_categories} categories; wanted at least two"))
    if not rows:
        problems.append(Problem("there is no pair of raters; give ratings, a table or figures"))
    for row in rows:
        who = f"{row.label} ({row.rater_a}, {row.rater_b})"
        problems += [Problem(f"{who}: {fault}") for fault in _faults(row, n_categories)]
    refuse_if_any(source or "agreement table", problems)


def _faults(row: "AgreementRow", width: int) -> Iterator[str]:
    if row.n < 1:
        yield f"n = {row.n}; wanted the number of cases, at least 1"
    if row.counts is not None:
        yield from _array_faults("the cross-table", row.counts, (width, width), row.n)
    for name, margins in ((row.rater_a, row.margins_a), (row.rater_b, row.margins_b)):
        for margin in margins:
            yield from _array_faults(f"the margin of {name}", margin, (width,), row.n)
    if row.kappa is not None:
        yield from _kappa_faults(row.kappa)
    if row.spearman is not None and not -1 <= row.spearman.value <= 1:
        yield f"spearman = {row.spearman.value:g} lies outside -1 to 1; correct it"


def _array_faults(what: str, counts: "IntArray", shape: tuple[int, ...], n: int) -> Iterator[str]:
    if counts.shape != shape:
        yield f"{what} has shape {counts.shape}, wanted {shape}, one place a category"
    elif counts.dtype.kind not in "iu":
        yield f"{what} is of type {counts.dtype}, wanted whole numbers"
    elif counts.min() < 0:
        yield f"{what} has the negative count {counts.min()}; correct it"
    elif counts.sum() != n:
        yield f"{what} adds up to {counts.sum()}, wanted n = {n}"


def _kappa_faults(kappa: "PrintedKappa") -> Iterator[str]:
    if not -1 <= kappa.value <= 1:
        yield f"kappa = {kappa.value:g} lies outside -1 to 1; correct it"
    if kappa.lower is not None and kappa.upper is not None and kappa.lower > kappa.upper:
        yield f"the interval {kappa.lower:g} to {kappa.upper:g} of kappa is reversed"
    if not 0 < kappa.level < 1:
        yield f"the level {kappa.level:g} of kappa's interval lies outside 0 to 1"
