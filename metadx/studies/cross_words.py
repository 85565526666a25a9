"""Sentences about what the printed numbers of a row admit; never about how they came about."""

from collections.abc import Iterator, Sequence

import numpy as np

from metadx.studies.agreement import WEIGHTS, AgreementRow, IntArray, PrintedKappa
from metadx.studies.cross_readings import RowSearch
from metadx.studies.cross_sample import count_fitting
from metadx.studies.cross_tables import TableSet
from metadx.studies.kappa import Convention, SeFormula, kappa_max, kappa_of
from metadx.studies.kappa_verdicts import Match

_FORMULAS: dict[SeFormula, str] = {
    "fleiss-cohen-everitt": "the standard error of Fleiss, Cohen and Everitt",
    "cohen-1960": "the short standard error of Cohen",
    "null": "the standard error under chance agreement",
}


def convention_text(convention: Convention) -> str:
    """Name a convention.

    Parameters
    ----------
    convention : Convention

    Examples
    --------
    >>> convention_text(Convention("quadratic", "null", 107))
    'quadratic kappa with the standard error under chance agreement'
    """
    if convention.interval == "set aside":
        return f"{convention.weights} kappa, what is printed beside it set aside"
    text = f"{convention.weights} kappa with {_FORMULAS[convention.formula]}"
    rounded = " and an interval from the rounded figures"
    return text + (rounded if convention.interval == "from rounded" else "")


def printed_text(printed: PrintedKappa) -> str:
    """Write what was printed: kappa with its interval or standard error.

    Parameters
    ----------
    printed : PrintedKappa

    Examples
    --------
    >>> printed_text(PrintedKappa(0.6, lower=0.45, upper=0.76))
    'kappa 0.60 (0.45 to 0.76)'
    """
    lower = None if printed.lower is None else f"{printed.lower:.{printed.places('lower')}f}"
    upper = None if printed.upper is None else f"{printed.upper:.{printed.places('upper')}f}"
    beside = []
    if lower and upper:
        beside.append(f"{lower} to {upper}")
    elif lower or upper:
        beside.append(f"from {lower}" if lower else f"to {upper}")
    if printed.se is not None:
        beside.append(f"standard error {printed.se:.{printed.places('se')}f}")
    text = f"kappa {printed.value:.{printed.decimals}f}"
    return f"{text} ({', '.join(beside)})" if beside else text


def about_margins(search: RowSearch) -> Iterator[str]:
    """Say what the margins alone admit.

    Parameters
    ----------
    search : RowSearch

    Yields
    ------
    str
    """
    row = search.row
    for rater, margins in ((row.rater_a, row.margins_a), (row.rater_b, row.margins_b)):
        if margins and all(np.count_nonzero(margin) == 1 for margin in margins):
            yield (
                f"{rater} gave every case the same category: kappa is 0 or undefined "
                "whatever the agreement, and says nothing about it."
            )
    printed = row.kappa
    if printed is None:
        return
    highest = {weights: highest_kappa(search, weights) for weights in WEIGHTS}
    edge = printed.value - 0.5 / 10**printed.decimals
    above = [weights for weights, most in highest.items() if most < edge]
    if above:
        most = ", ".join(f"{highest[weights]:.3f} {weights}" for weights in above)
        yield f"The printed kappa is above the largest that the margins allow: {most}."


def highest_kappa(search: RowSearch, weights: str) -> float:
    """Return the largest kappa that any of the candidate margins allows; -inf where undefined.

    Parameters
    ----------
    search : RowSearch
    weights : {"unweighted", "linear", "quadratic"}
    """
    found = [-np.inf]
    for kind in (known for known in WEIGHTS if known == weights):
        for *_, one in search.searches:
            most = kappa_max(one.margin_a, one.margin_b, kind)
            found += [] if np.isnan(most) else [most]
    return max(found)


def about_known_table(row: AgreementRow, matches: Sequence[Match]) -> Iterator[str]:
    """Compare a printed kappa with the one of the printed table.

    Parameters
    ----------
    row : AgreementRow
    matches : sequence of Match

    Yields
    ------
    str
    """
    counts, printed = row.counts, row.kappa
    if counts is None or printed is None:
        return
    same = dict.fromkeys(match.convention.weights for match in matches if match.n_kappa)
    if same and printed.weights is not None and printed.weights not in same:
        yield (
            f"The printed {printed_text(printed)} is stated as {printed.weights}, but it is the "
            f"{' or '.join(same)} kappa of the printed table."
        )
    elif same:
        yield f"The printed {printed_text(printed)} is the {' or '.join(same)} kappa of the table."
        if not any(match.n_both for match in matches):
            yield "No standard error that was tried gives what is printed beside it."
    else:
        values = ", ".join(f"{kappa_of(counts, kind):.3f} {kind}" for kind in WEIGHTS)
        yield f"The printed {printed_text(printed)} is not the kappa of the table: {values}."


def about_remaining(
    search: RowSearch, matches: Sequence[Match], remaining: TableSet
) -> Iterator[str]:
    """Say which tables are left, and which candidate margins.

    Parameters
    ----------
    search : RowSearch
    matches : sequence of Match
        Readings that leave tables.
    remaining : TableSet

    Yields
    ------
    str
    """
    row = search.row
    conventions = tuple(dict.fromkeys(match.convention for match in matches))
    under = "; ".join(convention_text(convention) for convention in conventions)
    assert row.kappa is not None
    start = f"{remaining.n_tables:,} of {search.n_tables:,} tables with the margins"
    verb = "has" if remaining.n_tables == 1 else "have"
    yield f"{start} {verb} {printed_text(row.kappa)}: {under}."
    if remaining.complete and remaining.n_tables == 1:
        yield f"The only table, {table_text(row, remaining.tables[0])}."
    elif remaining.complete:
        cells = remaining.tables
        exact = np.trace(cells, axis1=1, axis2=2)
        low, high = exact.min() / row.n, exact.max() / row.n
        yield f"Exact agreement in them is {_share(low, high)}."
    yield from about_candidates(search, matches)


def about_candidates(search: RowSearch, matches: Sequence[Match]) -> Iterator[str]:
    """Say which candidates for a misprinted margin the printed kappa leaves.

    Parameters
    ----------
    search : RowSearch
    matches : sequence of Match
        Readings that leave tables.

    Yields
    ------
    str
    """
    row = search.row
    for rater, margins, places in (
        (row.rater_a, row.margins_a, {match.place_a for match in matches}),
        (row.rater_b, row.margins_b, {match.place_b for match in matches}),
    ):
        if len(margins) < 2:
            continue
        left = [", ".join(map(str, margins[place].tolist())) for place in sorted(places)]
        if len(left) == 1:
            yield (
                f"Of the {len(margins)} candidates for the margin of {rater}, the printed kappa "
                f"forces {left[0]}."
            )
        else:
            yield (
                f"The margin of {rater} stays ambiguous: {len(left)} of {len(margins)} candidates "
                f"are left: {'; '.join(left)}."
            )


def about_none(search: RowSearch, tried: Sequence[Match], used: Sequence[Convention]) -> str:
    """Say that no table is left, and what other conventions leave.

    Parameters
    ----------
    search : RowSearch
    tried : sequence of Match
        Every reading with aligned codes.
    used : sequence of Convention
        Those the row was held to.

    Returns
    -------
    str
    """
    assert search.row.kappa is not None
    text = printed_text(search.row.kappa)
    none = f"None of {search.n_tables:,} tables with the margins has"
    if search.n_tables == 1:
        none = "The only table with the margins does not have"
    left: dict[Convention, int] = {}
    for match in tried:
        left[match.convention] = left.get(match.convention, 0) + match.n_both
    others = [(one, many) for one, many in left.items() if many and one not in used]
    if others:
        held = "; ".join(map(convention_text, used)) or "the conventions of the other rows"
        more = "; ".join(f"{convention_text(one)}, {_tables(many)}" for one, many in others)
        return f"{none} {text} as {held}. Otherwise computed, some would: {more}."
    kinds = dict.fromkeys(match.convention.weights for match in tried if match.n_kappa)
    only = f" Some have the {' or '.join(kinds)} kappa, none what is printed beside it."
    return (
        f"{none} {text}, unweighted, linear or "
        f"quadratic, with any of {len(_FORMULAS)} standard errors.{only if kinds else ''}"
    )


def about_moved(row: AgreementRow, matches: Sequence[Match]) -> Iterator[str]:
    """Say what tables would be left if the codes of one rater were off by one category.

    Parameters
    ----------
    row : AgreementRow
    matches : sequence of Match
        Readings with an offset.

    Yields
    ------
    str
    """
    left = [match for match in matches if match.n_both]
    for convention in dict.fromkeys(match.convention for match in left):
        same = [match for match in left if match.convention == convention]
        higher = "higher" if convention.offset > 0 else "lower"
        parts = []
        for match in same:
            names = []
            for rater, margins, place in (
                (row.rater_a, row.margins_a, match.place_a),
                (row.rater_b, row.margins_b, match.place_b),
            ):
                if len(margins) > 1:
                    names.append(f"{rater} {', '.join(map(str, margins[place].tolist()))}")
            parts.append(f"{match.n_both:,}" + (f" ({'; '.join(names)})" if names else ""))
        yield (
            f"With the codes of {row.rater_a} one category {higher} than those of {row.rater_b}, "
            f"the print would fit: tables left as {convention_text(convention)}: "
            f"{' + '.join(parts)}."
        )


def about_too_many(search: RowSearch, held: Sequence[Convention]) -> Iterator[str]:
    """Say how many tables there are when they are too many to list, and whether one fits.

    Parameters
    ----------
    search : RowSearch
    held : sequence of Convention
        Those that the tables must have been computed by.

    Yields
    ------
    str
    """
    printed = search.row.kappa
    assert printed is not None
    exact = all(one.exact for *_, one in search.searches) and search.n_tables < 1e12
    many = f"{search.n_tables:,}" if exact else f"About {search.n_tables:.0e}"
    yield f"{many} tables have the margins: too many to list those that have the printed kappa."
    simulated, fitting = 0, np.zeros(len(held), dtype=np.int64)
    for *_, one in search.searches:
        drawn, fit = count_fitting(one.margin_a, one.margin_b, printed, held)
        simulated, fitting = simulated + drawn, fitting + fit
    if not simulated:
        return
    start = f"Of {simulated:,} simulated tables with the margins"
    found = [
        f"{many:,} as {convention_text(one)}"
        for one, many in zip(held, fitting, strict=True)
        if many
    ]
    if found:
        yield f"{start}, these have {printed_text(printed)}: {'; '.join(found)}."
    else:
        yield f"{start}, none has {printed_text(printed)}; that proves nothing."


def table_text(row: AgreementRow, table: IntArray | np.typing.NDArray[np.int32]) -> str:
    """Write a table in one line, without the categories that nobody gave.

    Parameters
    ----------
    row : AgreementRow
    table : ndarray of int, shape (C, C)

    Examples
    --------
    >>> row = AgreementRow("", "", "", "AI", "reader", 9)
    >>> table_text(row, np.array([[4, 1, 0], [1, 3, 0], [0, 0, 0]]))
    'rows AI, columns reader: 4 1 / 1 3'
    """
    rows, columns = np.flatnonzero(table.sum(1)), np.flatnonzero(table.sum(0))
    lines = (" ".join(map(str, line)) for line in table[np.ix_(rows, columns)].tolist())
    return f"rows {row.rater_a}, columns {row.rater_b}: {' / '.join(lines)}"


def _tables(many: int) -> str:
    return "1 table" if many == 1 else f"{many:,} tables"


def _share(low: float, high: float) -> str:
    ends = f"{100 * low:.1f} %", f"{100 * high:.1f} %"
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
