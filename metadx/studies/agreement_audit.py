"""What the printed numbers on the agreement of raters admit, row by row.

Margins leave a finite number of cross-tables. Each has one kappa, interval and standard error under
each convention; those that round to the print are the tables the paper can have had. The convention
is looked for over all rows of the table at once: a paper computes its kappas in one way.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from metadx.studies.agreement import WEIGHTS, AgreementRow, AgreementTable
from metadx.studies.cross_findings import about_conventions, about_one_case_less, about_rows
from metadx.studies.cross_readings import RowSearch, conventions_of, search_row
from metadx.studies.cross_tables import TableSet
from metadx.studies.cross_words import (
    about_known_table,
    about_margins,
    about_moved,
    about_none,
    about_remaining,
    about_too_many,
    highest_kappa,
)
from metadx.studies.kappa import Convention, IntervalReading
from metadx.studies.kappa_verdicts import (
    AgreementAudit,
    Finding,
    Match,
    RowAudit,
    Verdict,
)

__all__ = [
    "AgreementAudit",
    "Convention",
    "Finding",
    "Match",
    "RowAudit",
    "Verdict",
    "audit_agreement",
]

_NO_MARGINS = "No margins are printed: nothing can check the kappa."

FEW = 100
"""Most tables that are called few."""


@dataclass(frozen=True, eq=False)
class _Work:
    """A row, its tables and the readings tried with aligned codes."""

    place: int
    row: AgreementRow
    search: RowSearch | None
    interval: IntervalReading
    aligned: tuple[Match, ...]

    @property
    def searched(self) -> bool:
        return self.search is not None and self.row.kappa is not None and self.search.possible

    @property
    def fitting(self) -> set[Convention]:
        return {match.convention for match in self.aligned if match.n_both}

    @property
    def explained_by(self) -> set[Convention]:
        return self.fitting & set(self.allowed)

    @property
    def allowed(self) -> tuple[Convention, ...]:
        stated = self.row.kappa.weights if self.row.kappa else None
        every = conventions_of(self.row.n, self.interval)
        return tuple(one for one in every if stated in (None, one.weights))


def audit_agreement(table: AgreementTable, *, also_one_less: bool = False) -> AgreementAudit:
    """Find which cross-tables the printed numbers of every row admit, and by which convention.

    Parameters
    ----------
    table : AgreementTable
    also_one_less : bool
        Also try n - 1 cases, taken from any category of each rater; told as a finding only.

    Returns
    -------
    AgreementAudit

    Examples
    --------
    >>> import numpy as np
    >>> from metadx.studies.agreement import AgreementRow, AgreementTable, PrintedKappa
    >>> row = AgreementRow(
    ...     study="", finding="consolidation", region="", rater_a="AI", rater_b="radiologist",
    ...     n=107, margins_a=(np.array([79, 28, 0]),), margins_b=(np.array([71, 35, 1]),),
    ...     kappa=PrintedKappa(0.60, lower=0.45, upper=0.76),
    ... )
    >>> audit = audit_agreement(AgreementTable(("0", "1", "2"), (row,)))
    >>> audit.chosen.weights, audit.rows[0].verdict
    ('quadratic', 'unique')
    >>> audit.rows[0].remaining.tables[0].tolist()
    [[66, 13, 0], [5, 22, 1], [0, 0, 0]]
    """
    works = _read(table.rows)
    best, chosen = _choose(works)
    held = {work.place: _held_to(work, best, chosen) for work in works}
    moved = {
        work.place: _moved(work, held[work.place])
        for work in works
        if work.searched and not _left(work, held[work.place]) and work.row.counts is None
    }
    offsets = _shared_offsets(moved.values())
    rows = tuple(
        _audit_row(work, held[work.place], moved.get(work.place, ()), offsets, chosen)
        for work in works
    )
    findings = [
        *about_conventions(table.rows, rows, best, chosen),
        *about_rows(table.rows, rows, table.labels),
    ]
    if also_one_less:
        findings += about_one_case_less(table.rows, rows)
    return AgreementAudit(rows, best, chosen, tuple(findings))


def _read(rows: Sequence[AgreementRow]) -> list[_Work]:
    """Try every convention on every row, and settle how the intervals were computed."""
    searches = [search_row(row) for row in rows]
    kappas = [row.kappa for row, search in zip(rows, searches, strict=True) if row.kappa and search]
    beside = [one for kappa in kappas for one in (kappa.lower, kappa.upper, kappa.se)]
    exact = _read_as(rows, searches, "exact")
    # Weights other than the stated ones count here: an interval that they give is computed so.
    explained = max(_votes(exact, stated=False).values(), default=0)
    if all(one is None for one in beside) or 2 * explained >= len(kappas):
        return exact
    rounded = _read_as(rows, searches, "from rounded")
    if max(_votes(rounded).values(), default=0) > explained:
        return rounded
    aside = _read_as(rows, searches, "set aside")
    return exact if explained or not _votes(aside) else aside


def _read_as(
    rows: Sequence[AgreementRow],
    searches: Sequence[RowSearch | None],
    interval: IntervalReading,
) -> list[_Work]:
    works = []
    for place, (row, search) in enumerate(zip(rows, searches, strict=True)):
        every = conventions_of(row.n, interval) if search is not None and search.possible else ()
        aligned = tuple(search.matches(every)) if search is not None else ()
        works.append(_Work(place, row, search, interval, aligned))
    return works


def _votes(works: Sequence[_Work], *, stated: bool = True) -> Counter[Convention]:
    """Count the rows that each convention explains, of those that the paper states or of all."""
    cases = works[0].row.n if works else 0
    found = [work.explained_by if stated else work.fitting for work in works]
    return Counter(replace(one, n=cases) for conventions in found for one in conventions)


def _choose(works: Sequence[_Work]) -> tuple[tuple[Convention, ...], Convention | None]:
    """Return the conventions that explain most rows, and the one to use if it is clear."""
    votes = _votes(works)
    cases = works[0].row.n if works else 0
    kappas = [work.row.kappa for work in works if work.row.kappa]
    stated = [kind for kind in WEIGHTS if any(kappa.weights == kind for kappa in kappas)]
    if not votes:
        only = Convention(stated[0], "fleiss-cohen-everitt", cases) if len(stated) == 1 else None
        return (), only
    most = max(votes.values())
    best = [one for one in conventions_of(cases, works[0].interval) if votes[one] == most]
    # Where as many rows speak for several: what the paper states, then the usual standard error.
    best = [one for one in best if one.weights in stated] or best
    best = [one for one in best if one.formula == "fleiss-cohen-everitt"] or best
    return tuple(best), best[0] if len(best) == 1 else None


def _held_to(
    work: _Work, best: Sequence[Convention], chosen: Convention | None
) -> tuple[Convention, ...]:
    """Return the conventions that the tables of a row must have been computed by."""
    shared = [replace(one, n=work.row.n) for one in ([chosen] if chosen else best)]
    allowed = [one for one in shared if one in work.allowed]
    if not allowed:  # its stated weights are not those of the other rows
        formulas = {one.formula for one in shared} or {"fleiss-cohen-everitt"}
        allowed = [one for one in work.allowed if one.formula in formulas]
    if chosen is None:
        allowed = [one for one in allowed if one in work.explained_by] or allowed
    return tuple(allowed)


def _left(work: _Work, held: Sequence[Convention]) -> list[Match]:
    return [match for match in work.aligned if match.n_both and match.convention in held]


def _moved(work: _Work, held: Sequence[Convention]) -> tuple[Match, ...]:
    """Try codes of one rater that are off by one category."""
    assert work.search is not None
    tried = [replace(one, offset=offset) for one in held for offset in (1, -1)]
    return tuple(work.search.matches(tried))


def _shared_offsets(moved: Iterable[Sequence[Match]]) -> tuple[int, ...]:
    """Return the offsets that explain most of the rows that aligned codes do not."""
    votes = Counter(
        offset
        for matches in moved
        for offset in {match.convention.offset for match in matches if match.n_both}
    )
    return tuple(one for one in (1, -1) if votes[one] == max(votes.values(), default=0))


def _audit_row(
    work: _Work,
    held: Sequence[Convention],
    moved: Sequence[Match],
    offsets: Sequence[int],
    chosen: Convention | None,
) -> RowAudit:
    """Give one row its verdict."""
    row, search, place = work.row, work.search, work.place
    if search is None:
        text = "No kappa is printed." if row.kappa is None else _NO_MARGINS
        return RowAudit(place, "no margins" if row.kappa else "no kappa", words=(text,))
    if row.counts is not None:
        words = tuple(about_known_table(row, work.aligned))
        known = search.remaining(())
        return RowAudit(place, "table known", work.aligned, remaining=known, words=words)
    words = tuple(about_margins(search))
    weights = [chosen.weights] if chosen else [one.weights for one in held]
    highest = max(highest_kappa(search, one) for one in weights)
    most = highest if highest > -math.inf else None  # undefined for constant raters
    found = RowAudit(place, "impossible", work.aligned, kappa_max=most, words=words)
    if row.kappa is None:
        every = search.all_margins()
        told = (*words, "No kappa is printed.")
        return replace(found, verdict="no kappa", all_margins=every, words=told)
    if not search.possible:
        told = (*words, *about_too_many(search, held))
        return replace(found, verdict="too many to list", words=told)
    left = _left(work, held)
    remaining = search.remaining(left)
    if remaining is not None:
        told = (*words, *about_remaining(search, left, remaining))
        return replace(found, verdict=_size(remaining), remaining=remaining, words=told)
    return _nothing_left(search, held, moved, offsets, found)


def _nothing_left(
    search: RowSearch,
    held: Sequence[Convention],
    moved: Sequence[Match],
    offsets: Sequence[int],
    found: RowAudit,
) -> RowAudit:
    """Complete the verdict of a row that no table fits while the codes are aligned."""
    shared = [match for match in moved if match.n_both and match.convention.offset in offsets]
    misaligned = search.remaining(shared or moved)
    none = about_none(search, found.matches, held)
    return replace(
        found,
        verdict="misaligned only" if misaligned else "impossible",
        matches=(*found.matches, *moved),
        misaligned=misaligned,
        all_margins=search.all_margins(),
        words=(*found.words, none, *about_moved(search.row, moved)),
    )


def _size(found: TableSet) -> Verdict:
    if not found.complete:
        return "too many to list"
    return "unique" if found.n_tables == 1 else "few" if found.n_tables <= FEW else "many"
