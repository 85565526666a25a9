"""Whether figures without group sizes are mutually possible: one (sens, spec) behind them all.

A printed sens, spec, LR+, LR- or Youden's index confines (sens, spec) to a strip between two
straight lines, so that together they leave a polygon, whose corners are found with fractions. The
diagnostic odds ratio rises with both sens and spec; along every edge of such a polygon it rises or
falls throughout (cut where sens = spec, as an edge of constant Youden's index turns there), so the
corners alone decide whether its printed value can be met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from metadx.studies.reported_figures import Figure, Measure

type Point = tuple[Fraction, Fraction]

POOLED: tuple[Measure, ...] = ("sens", "spec", "lr_pos", "lr_neg", "dor", "youden")
"""Measures that follow from sens and spec alone."""

_HALVINGS = 100
_TRIED = 25
_GRID = 10**6
_FINEST = 15  # decimals of the example, at most


@dataclass(frozen=True)
class Pooled:
    """The pairs (sens, spec) that agree with printed figures, which exist.

    Parameters
    ----------
    sens, spec : str
        One such pair, with as few decimals as possible.
    ranges : dict of str to (Fraction, Fraction or None)
        Lowest and highest possible value of sens, spec, lr_pos, lr_neg and dor; None is infinite.
        A ratio that the figures leave open is not listed.
    """

    sens: str
    spec: str
    ranges: dict[Measure, tuple[Fraction | None, Fraction | None]]


def pooled_figures(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Return the figures that say something of (sens, spec) alone; infinite ratios do not."""
    return tuple(f for f in figures if f.name in POOLED and not f.infinite)


def possible(figures: Sequence[Figure]) -> bool:
    """Tell whether one (sens, spec) rounds to all of the figures.

    Parameters
    ----------
    figures : sequence of Figure
        As of `pooled_figures`.

    Examples
    --------
    >>> from metadx.studies.reported_figures import read_figures
    >>> possible(read_figures({"sens": "88%", "spec": "75%", "lr_pos": "3.55"}))
    True
    >>> possible(read_figures({"sens": "88%", "spec": "75%", "lr_pos": "3.65"}))
    False
    """
    return bool(_corners(figures))


def solve_pooled(figures: Sequence[Figure]) -> Pooled | None:
    """Find the pairs (sens, spec) behind figures that were printed without group sizes.

    Parameters
    ----------
    figures : sequence of Figure
        As of `pooled_figures`.

    Returns
    -------
    Pooled or None
        None if no pair agrees with all of them.

    Examples
    --------
    >>> from metadx.studies.reported_figures import read_figures
    >>> found = solve_pooled(read_figures({"sens": "88%", "spec": "75%", "lr_pos": "3.55"}))
    >>> found.sens, found.spec
    ('0.880', '0.752')
    """
    corners = _corners(figures)
    if not corners:
        return None
    sens, spec = _example(figures, corners)
    # Every measure rises or falls along each side of the region, curved ones included.
    ranges: dict[Measure, tuple[Fraction | None, Fraction | None]] = {
        "sens": (min(s for s, _ in corners), max(s for s, _ in corners)),
        "spec": (min(p for _, p in corners), max(p for _, p in corners)),
    }
    quotients: dict[Measure, list[tuple[Fraction, Fraction]]] = {
        "lr_pos": [(s, 1 - p) for s, p in corners],
        "lr_neg": [(1 - s, p) for s, p in corners],
        "dor": [(s * p, (1 - s) * (1 - p)) for s, p in corners],
    }
    for name, parts in quotients.items():
        # A corner at which a quotient is 0/0 says nothing of its range.
        if all(above or below for above, below in parts):
            ranges[name] = _range(parts)
    return Pooled(sens, spec, ranges)


def implied(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Return the limits that ratios and Youden's index set to sens and spec, rounded outwards.

    Parameters
    ----------
    figures : sequence of Figure
        Any; those that say nothing of (sens, spec) are passed over.

    Returns
    -------
    tuple of Figure
        Empty if no ratio is among the figures, or if nothing agrees with all of them.
    """
    told = pooled_figures(figures)
    if all(figure.name in {"sens", "spec"} for figure in told):
        return ()
    corners = _corners(told)
    if not corners:
        return ()
    found = []
    for name, values in (("sens", [s for s, _ in corners]), ("spec", [p for _, p in corners])):
        low, high = (
            Fraction(whole, _GRID)
            for whole in (min(values) * _GRID // 1, -(-max(values) * _GRID // 1))
        )
        found.append(Figure(name, "implied", low, high))  # type: ignore[arg-type]
    return tuple(found)


def _range(
    quotients: Sequence[tuple[Fraction, Fraction]],
) -> tuple[Fraction | None, Fraction | None]:
    finite = [above / below for above, below in quotients if below]
    most = max(finite) if len(finite) == len(quotients) else None
    return min(finite, default=None), most


def _corners(figures: Sequence[Figure]) -> list[Point]:
    """Return the corners of the region, which is empty if there are none."""
    zero, one = Fraction(0), Fraction(1)
    polygon = [(zero, zero), (one, zero), (one, one), (zero, one)]
    for figure in figures:
        for line in _lines(figure):
            polygon = _cut(polygon, line)
    polygon = _split_where_equal(polygon)
    for figure in figures:
        if figure.name == "dor":
            polygon = _cut_by_odds_ratio(polygon, figure)
    return polygon


def _lines(figure: Figure) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Return (a, b, c) with a sens + b spec + c >= 0 for what a figure asks."""
    one = Fraction(1)
    low, high = figure.low, figure.high
    match figure.name:
        case "sens":
            return [(one, 0 * one, -low), (-one, 0 * one, high)]
        case "spec":
            return [(0 * one, one, -low), (0 * one, -one, high)]
        case "youden":
            return [(one, one, -one - low), (-one, -one, one + high)]
        case "lr_pos":
            return [(one, low, -low), (-one, -high, high)]
        case "lr_neg":
            return [(-one, -low, one), (one, high, -one)]
    return []


def _cut(polygon: Sequence[Point], line: tuple[Fraction, Fraction, Fraction]) -> list[Point]:
    """Keep the part of a polygon on one side of a line; what is left may be a point."""
    a, b, c = line
    kept: list[Point] = []
    for here, there in _edges(polygon):
        from_here, from_there = (a * s + b * p + c for s, p in (here, there))
        if from_here >= 0:
            kept.append(here)
        if from_here * from_there < 0:
            kept.append(_along(here, there, from_here / (from_here - from_there)))
    return list(dict.fromkeys(kept))


def _edges(polygon: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(pairwise([*polygon, polygon[0]])) if polygon else []


def _along(here: Point, there: Point, part: Fraction) -> Point:
    return here[0] + part * (there[0] - here[0]), here[1] + part * (there[1] - here[1])


def _split_where_equal(polygon: Sequence[Point]) -> list[Point]:
    """Add a corner wherever an edge crosses sens = spec."""
    points: list[Point] = []
    for here, there in _edges(polygon):
        points.append(here)
        gap, next_gap = here[0] - here[1], there[0] - there[1]
        if gap * next_gap < 0:
            points.append(_along(here, there, gap / (gap - next_gap)))
    return points


def _excess(point: Point, ratio: Fraction) -> Fraction:
    """Return a number whose sign tells whether the odds ratio at a point exceeds a value."""
    s, p = point
    return s * p - ratio * (1 - s) * (1 - p)


def _leaving(here: Point, there: Point, ratio: Fraction) -> Fraction:
    """Return the sign of the excess where an edge has just left its beginning.

    It matters at (0, 1) and (1, 0), where the odds ratio is 0/0 and its limit is the edge's own.
    """
    at_once = _excess(here, ratio)
    if at_once:
        return at_once
    bend = (there[0] - here[0]) * (there[1] - here[1]) * (1 - ratio)
    return _excess(there, ratio) - bend or bend


def _cut_by_odds_ratio(polygon: Sequence[Point], figure: Figure) -> list[Point]:
    """Return the corners of the part of a polygon in which the odds ratio is as printed."""
    low, high = max(figure.low, Fraction(0)), figure.high
    corners: list[Point] = []
    for place, here in enumerate(polygon):
        before, there = polygon[place - 1], polygon[(place + 1) % len(polygon)]
        undefined = set(here) == {0, 1}
        ways = [(here, before), (here, there)] if undefined else [(here, here)]
        above_low = any(_leaving(*way, low) >= 0 for way in ways)
        if above_low and any(_leaving(*way, high) <= 0 for way in ways):
            corners.append(here)
        for ratio in (low, high):
            if _leaving(here, there, ratio) * _leaving(there, here, ratio) < 0:
                corners.append(_crossing(here, there, ratio))
    return corners


def _crossing(here: Point, there: Point, ratio: Fraction) -> Point:
    """Find where an edge meets a curve of constant odds ratio, far beyond what is ever printed."""
    below, above = Fraction(0), Fraction(1)
    rising = _leaving(there, here, ratio) > 0
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        if (_excess(_along(here, there, middle), ratio) > 0) == rising:
            above = middle
        else:
            below = middle
    return _along(here, there, below)


def _example(figures: Sequence[Figure], corners: Sequence[Point]) -> tuple[str, str]:
    """Return a pair in the region with as few decimals as possible, near its middle."""
    low, high = min(s for s, _ in corners), max(s for s, _ in corners)
    # A region with a curved side may leave its middle out, but not what is beside its corners.
    places = dict.fromkeys([(low + high) / 2, *(s for s, _ in corners)])
    for decimals in range(1, _FINEST + 1):
        scale = 10**decimals
        for k in (k for s in places for k in _near(s * scale, low * scale, high * scale)):
            least, most = _specs_at(figures, Fraction(k, scale))
            for spec in _near((least + most) / 2 * scale, least * scale, most * scale):
                if (0 < k < scale or low == high) and (0 < spec < scale or least == most):
                    return _decimals(k, decimals), _decimals(spec, decimals)
    # The region is too thin for a short number: a corner of it, rounded.
    s, p = (_decimals(round(x * 10**_FINEST), _FINEST) for x in corners[0])
    return s, p


def _near(middle: Fraction, low: Fraction, high: Fraction) -> list[int]:
    """Return some whole numbers from low to high, nearest to the middle first."""
    centre = round(middle)
    nearest = [centre, *(centre + sign * k for k in range(1, _TRIED) for sign in (1, -1))]
    return [k for k in nearest if low <= k <= high]


def _specs_at(figures: Sequence[Figure], sens: Fraction) -> tuple[Fraction, Fraction]:
    """Return the lowest and highest spec that goes with a sens; lowest above highest if none."""
    least, most = Fraction(0), Fraction(1)
    for figure in figures:
        for a, b, c in _lines(figure):
            rest = a * sens + c
            if b > 0:
                least = max(least, -rest / b)
            elif b < 0:
                most = min(most, rest / -b)
            elif rest < 0:
                return Fraction(1), Fraction(0)
        if figure.name == "dor":
            low, high = max(figure.low, Fraction(0)) * (1 - sens), figure.high * (1 - sens)
            least = max(least, low / (sens + low) if sens + low else least)
            most = min(most, high / (sens + high) if sens + high else most)
    return least, most


def _decimals(whole: int, decimals: int) -> str:
    digits = str(whole).zfill(decimals + 1)
    return f"{digits[:-decimals]}.{digits[-decimals:]}"
