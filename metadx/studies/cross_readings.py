"""The readings of one row: which convention, which candidate margins, and the tables they leave."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from metadx.studies.agreement import WEIGHTS, AgreementRow, IntArray, PrintedKappa
from metadx.studies.cross_tables import (
    LISTED,
    TableSearch,
    TableSet,
    combine,
    fits,
    table_set,
)
from metadx.studies.kappa import SE_FORMULAS, Convention, IntervalReading
from metadx.studies.kappa_verdicts import Match

_COUNTED = 20_000  # tables listed only to be counted


@dataclass(frozen=True, eq=False)
class RowSearch:
    """The tables that the margins of one row admit, by pair of candidate margins.

    Parameters
    ----------
    row : AgreementRow
        With margins of both raters, or with its cross-table.
    searches : tuple of (int, int, TableSearch)
        Place of the candidate of each rater, and the tables they admit. None for a cross-table.
    """

    row: AgreementRow
    searches: tuple[tuple[int, int, TableSearch], ...]

    @property
    def possible(self) -> bool:
        """Whether the tables can be searched at all."""
        return all(search.halves is not None for *_, search in self.searches)

    @property
    def n_tables(self) -> int:
        """Number of tables, over all candidates."""
        return sum(search.n_tables for *_, search in self.searches)

    def matches(self, conventions: Iterable[Convention]) -> Iterator[Match]:
        """Count what each reading admits."""
        printed = self.row.kappa
        for convention in conventions if printed else ():
            assert printed is not None
            if self.row.counts is not None:
                yield _match_of_table(self.row.counts[None], printed, convention)
            for place_a, place_b, search in self.searches:
                found = search.fit(printed, convention, _COUNTED)
                if found is not None:
                    n_both = found.fitting.n_tables
                    counts = (search.n_tables, found.n_kappa, n_both)
                    yield Match(convention, place_a, place_b, *counts)

    def remaining(self, matches: Sequence[Match]) -> TableSet | None:
        """List the tables that readings leave, each with its prior; None if there are none."""
        printed, left = self.row.kappa, [match for match in matches if match.n_both]
        if self.row.counts is not None:
            return table_set(self.row.counts[None])
        if not left or printed is None:
            return None
        conventions = {match.convention for match in left}
        prior = 1 / (len(conventions) * len(self.searches))
        searches = {(place_a, place_b): search for place_a, place_b, search in self.searches}
        sets = []
        for match in left:
            found = searches[match.place_a, match.place_b].fit(printed, match.convention)
            assert found is not None
            sets.append(found.fitting)
        return _one_or_combined(sets, prior)

    def all_margins(self) -> TableSet:
        """List every table with the margins, each with the prior of its candidate."""
        sets = [search.all(LISTED) for *_, search in self.searches]
        return _one_or_combined(sets, 1 / len(sets))


def search_row(row: AgreementRow) -> RowSearch | None:
    """Make the searches of a row; None where there are no margins to search with.

    Parameters
    ----------
    row : AgreementRow

    Examples
    --------
    >>> row = AgreementRow("", "", "", "A", "B", 3, margins_a=(np.array([2, 1]),))
    >>> search_row(row) is None
    True
    """
    if row.counts is not None:
        return RowSearch(row, ())
    if not (row.margins_a and row.margins_b):
        return None
    candidates = product(enumerate(row.margins_a), enumerate(row.margins_b))
    return RowSearch(
        row, tuple((one, other, TableSearch(a, b)) for (one, a), (other, b) in candidates)
    )


def conventions_of(n: int, interval: IntervalReading = "exact") -> tuple[Convention, ...]:
    """Return every convention for a number of cases, with aligned codes.

    Parameters
    ----------
    n : int
    interval : {"exact", "from rounded", "set aside"}

    Examples
    --------
    >>> len(conventions_of(107))
    9
    """
    every = product(WEIGHTS, SE_FORMULAS)
    return tuple(Convention(weights, formula, n, 0, interval) for weights, formula in every)


def one_case_less(row: AgreementRow) -> Iterator[tuple[int, int, TableSearch]]:
    """Yield the searches where one case is taken from a category of each rater.

    Parameters
    ----------
    row : AgreementRow

    Yields
    ------
    tuple of (int, int, TableSearch)
        Place of the candidate margin of each rater, and the search.
    """
    for (one, a), (other, b) in product(enumerate(row.margins_a), enumerate(row.margins_b)):
        for from_a, from_b in product(np.flatnonzero(a), np.flatnonzero(b)):
            less_a, less_b = a.copy(), b.copy()
            less_a[from_a] -= 1
            less_b[from_b] -= 1
            yield one, other, TableSearch(less_a, less_b)


def _match_of_table(tables: IntArray, printed: PrintedKappa, convention: Convention) -> Match:
    alone = PrintedKappa(printed.value, printed.decimals)
    n_kappa = int(fits(tables, alone, convention).sum())
    return Match(convention, 0, 0, 1, n_kappa, int(fits(tables, printed, convention).sum()))


def _one_or_combined(sets: Sequence[TableSet], prior: float) -> TableSet:
    return sets[0] if len(sets) == 1 and prior == 1 else combine(sets, [prior] * len(sets))
