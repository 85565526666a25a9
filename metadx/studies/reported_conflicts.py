"""Which printed figures clash: the smallest sets of them that no table fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from metadx.studies.reported_figures import RATIOS, SHARES, SIZES, Figure, Measure
from metadx.studies.reported_forms import quotient, size_of
from metadx.studies.reported_pooled import POOLED, pooled_figures, possible, solve_pooled
from metadx.studies.reported_tables import any_table, find_tables

_ROWS = 2_000_000  # a longer search is not made only to name a smaller set
_TABLES = 20_000
_FEW = 8  # among so many figures sets of every size are looked at
_LARGEST_LISTED = 3

_OWN: dict[Measure, tuple[frozenset[Measure], tuple[Measure, Measure]]] = {
    "sens": (frozenset({"n_diseased", "tp", "fn"}), ("fp", "tn")),
    "spec": (frozenset({"n_nondiseased", "fp", "tn"}), ("tp", "fn")),
    "ppv": (frozenset({"tp", "fp"}), ("fn", "tn")),
    "npv": (frozenset({"fn", "tn"}), ("tp", "fp")),
}
"""The sizes that a share of half a table is made of, and the cells of the other half."""


@dataclass(frozen=True)
class Clash:
    """Figures that cannot stand together, although any of them left out the others can.

    Parameters
    ----------
    figures : tuple of Figure
    text : str
        What clashes and what would be possible, without a full stop.
    """

    figures: tuple[Figure, ...]
    text: str


def find_clashes(figures: Sequence[Figure]) -> tuple[Clash, ...]:
    """Find the smallest sets of figures that no table of whole numbers fits.

    Of more than eight figures only the sets of up to three are found all, or one larger set if
    there is none. Where a set leaves the group sizes open, it is asked whether any (sens, spec)
    agrees with it.

    Parameters
    ----------
    figures : sequence of Figure
        Figures that clash as a whole.

    Returns
    -------
    tuple of Clash

    Examples
    --------
    >>> from metadx.studies.reported_figures import read_figures
    >>> texts = {"sens": "75.61%", "spec": "65.71%", "n_diseased": "40", "n_nondiseased": "35"}
    >>> for clash in find_clashes(read_figures(texts)):
    ...     print(clash.text)
    sens = 75.61% and n_diseased = 40: nearest possible sens 75.00% and 77.50%
    """
    found: list[tuple[int, ...]] = []
    largest = len(figures) if len(figures) <= _FEW else _LARGEST_LISTED
    for size in range(1, largest + 1):
        for chosen in combinations(range(len(figures)), size):
            if any(set(smaller) <= set(chosen) for smaller in found):
                continue
            if not _may_hold([figures[i] for i in chosen]):
                found.append(chosen)
    sets = [tuple(figures[i] for i in chosen) for chosen in found]
    if not sets:
        sets = [_one_by_one(figures)]
    return tuple(Clash(members, _words(members)) for members in sets)


def _may_hold(figures: Sequence[Figure]) -> bool:
    found = any_table(figures, rows=_ROWS)
    return possible(pooled_figures(figures)) if found is None else found


def _one_by_one(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Leave figures out as long as the rest still clashes."""
    kept = list(figures)
    # Group sizes are left out last: they are what the other figures are compared with.
    for figure in sorted(figures, key=lambda f: f.name in SIZES):
        rest = [other for other in kept if other is not figure]
        if rest and not _may_hold(rest):
            kept = rest
    return tuple(kept)


def _words(members: Sequence[Figure]) -> str:
    names = [str(figure) for figure in members]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    for figure in reversed(members):
        if figure.name in (*SHARES, *RATIOS):
            nearest = _nearest(figure, [other for other in members if other is not figure])
            return f"{listed}: {nearest}" if nearest else f"{listed}: no table fits them together"
    if len(members) == 1:
        return f"{listed}: nobody was studied"
    return f"{listed}: they do not add up"


def _nearest(figure: Figure, others: Sequence[Figure]) -> str:
    """Say which values of a figure the others allow."""
    own, apart = _OWN.get(figure.name, (frozenset(), ()))
    half = all(other.name in own for other in others)
    empty = [Figure(name, "0", Fraction(0), Fraction(0)) for name in apart if half]
    search = find_tables([*others, *empty], most=_TABLES, rows=_ROWS)
    if search.outcome == "sizes unknown":
        return _range(figure, others)
    quotients = [quotient(figure.name, table) for table in search.tables.tolist()]
    values = {Fraction(above, below) for above, below in quotients if below}
    below = [value for value in values if value < figure.low]
    above = [value for value in values if value > figure.high]
    nearest = [*([max(below)] if below else []), *([min(above)] if above else [])]
    if not nearest or figure.infinite:
        return ""
    return f"nearest possible {figure.name} {' and '.join(written(x, figure) for x in nearest)}"


def _range(figure: Figure, others: Sequence[Figure]) -> str:
    """Say which values of a figure the others allow, whatever the sizes of the groups."""
    pooled = solve_pooled(pooled_figures(others))
    if pooled is None or figure.name not in pooled.ranges:
        return ""
    if not {other.name for other in others} <= {*POOLED}:
        return ""
    low, high = (None if x is None else written(x, figure) for x in pooled.ranges[figure.name])
    limits = f"{low} to {high}" if high else f"at least {low}"
    return f"possible {figure.name} whatever the group sizes: {limits}"


def in_table(figure: Figure, table: Sequence[int]) -> str:
    """Write the value that a table gives for a figure.

    Parameters
    ----------
    figure : Figure
    table : sequence of int
        tp, fp, fn, tn.

    Examples
    --------
    >>> from metadx.studies.reported_figures import read_figure
    >>> in_table(read_figure("spec", "72%"), (266, 20, 30, 80))
    '80%'
    """
    if figure.name in SIZES:
        return str(size_of(figure.name, table))
    above, below = quotient(figure.name, table)
    if below:
        return written(Fraction(above, below), figure)
    return "an infinite value" if above else "no value (0/0)"


def written(value: Fraction, figure: Figure) -> str:
    """Write a value with the decimals of a figure; outside its limits it never looks the same.

    Parameters
    ----------
    value : Fraction
    figure : Figure
        Gives per cent or not, and the decimals.

    Examples
    --------
    >>> from metadx.studies.reported_figures import read_figure
    >>> written(Fraction(3, 4), read_figure("sens", "76 %"))
    '75%'
    """
    shown = value * 100 if figure.percent else value
    return f"{float(shown):.{figure.decimals}f}{'%' if figure.percent else ''}"
