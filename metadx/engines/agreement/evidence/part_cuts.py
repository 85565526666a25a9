"""Where raters may cut in a row without margins: read off quartiles and off the whole region."""

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import AgreementCard
from metadx.engines.agreement.cuts.coordinates import CutLaw, default_law
from metadx.studies.agreement import AgreementRow, AgreementTable, IntArray, Quartiles

type FloatArray = NDArray[np.float64]
type Half = tuple[FloatArray, FloatArray]

_QUARTER = 0.6744897501960817  # upper quartile of the standard normal law
_UNSEEN = 0.3  # cases beyond the outermost cut-point that a margin of none stands for
_BEYOND = 0.4  # latent standard deviations between cut-points that no case reached


def part_law(table: AgreementTable, row: AgreementRow, card: AgreementCard) -> CutLaw:
    """Return the prior of the cut-points of a row where a rater's margin is not known.

    Parameters
    ----------
    table : AgreementTable
    row : AgreementRow
    card : AgreementCard

    Returns
    -------
    CutLaw
        On all categories of the scale.
    """
    everything = np.arange(table.n_categories)
    plain = default_law(everything, table.n_categories, card)
    half = plain.size // 2
    own_a = None if row.margins_a else _first_rater(table, row, card)
    own_b = None if row.margins_b else _second_rater(table, row, card)
    sides = (own_a, slice(0, half)), (own_b, slice(half, None))
    mean, sd = plain.mean.copy(), plain.sd.copy()
    for own, place in sides:
        if own is not None:
            mean[place], sd[place] = own
    return CutLaw(mean, sd, everything, table.n_categories)


def quartile_cuts(quartiles: Quartiles, boundaries: tuple[float, ...]) -> FloatArray | None:
    """Return the latent places of the boundaries of a percentage of which quartiles are known.

    Parameters
    ----------
    quartiles : Quartiles
        In per cent, as the boundaries.
    boundaries : tuple of float, length C - 1

    Returns
    -------
    ndarray, shape (C - 1,), or None
        In standard deviations: the log odds of the percentage are taken as normal on each side of
        the median. None where the quartiles do not ascend from above 0 to below 100.

    Examples
    --------
    >>> quartile_cuts(Quartiles(0.4, 1.6, 5.8), (1.0, 25.0)).round(2).tolist()
    [-0.23, 1.53]
    >>> quartile_cuts(Quartiles(0.0, 0.0, 0.1), (1.0, 25.0)) is None
    True
    """
    points = np.array([quartiles.lower, quartiles.median, quartiles.upper])
    if points[0] <= 0 or points[2] >= 100 or (np.diff(points) <= 0).any() or not boundaries:
        return None
    cut = np.array(boundaries, dtype=float)
    if cut.min() <= 0 or cut.max() >= 100:
        return None
    lower, middle, upper = np.log(points / (100 - points))
    from_middle = np.log(cut / (100 - cut)) - middle
    spread = np.where(from_middle < 0, middle - lower, upper - middle)
    return np.asarray(_QUARTER * from_middle / spread)


def margin_cuts(margin: FloatArray) -> FloatArray:
    """Return the latent places of the boundaries that a margin shows.

    Parameters
    ----------
    margin : ndarray, shape (C,)
        Counts.

    Returns
    -------
    ndarray, shape (C - 1,)
        In standard deviations; a boundary that no case passed lies a little beyond the last case.

    Examples
    --------
    >>> margin_cuts(np.array([50.0, 50.0, 0.0, 0.0])).round(2).tolist()
    [0.0, 2.75, 3.15]
    """
    from scipy.special import ndtri

    below, total = np.cumsum(margin)[:-1], margin.sum()
    places = ndtri(np.clip(below, _UNSEEN, total - _UNSEEN) / total)
    outside = _BEYOND * np.maximum(np.cumsum(below >= total) - 1, 0)
    outside -= _BEYOND * np.maximum(np.cumsum((below <= 0)[::-1])[::-1] - 1, 0)
    return np.asarray(places + outside)


def lines_expected(table: AgreementTable, row: AgreementRow) -> bool:
    """Tell whether something is known of where both raters draw the lines of a row.

    Parameters
    ----------
    table : AgreementTable
    row : AgreementRow
        Of this table.

    Returns
    -------
    bool
        Whether a margin, quartiles, or the margin over the whole region is known of either rater.
    """
    quartiles = row.quartiles is not None and (
        quartile_cuts(row.quartiles, table.boundaries) is not None
    )
    first = bool(row.margins_a) or quartiles or _whole_margin(table, row, 0) is not None
    return first and (bool(row.margins_b) or _whole_margin(table, row, 1) is not None)


def _first_rater(table: AgreementTable, row: AgreementRow, card: AgreementCard) -> Half | None:
    places = quartile_cuts(row.quartiles, table.boundaries) if row.quartiles else None
    if places is None:
        margin = _whole_margin(table, row, 0)
        if margin is None:
            return None
        places = margin_cuts(margin)
    first, gap = card.parameters.part_first_cut_a.prior, card.parameters.part_log_gap_a.prior
    gaps = np.clip(np.diff(places), card.numbers.gap_min, card.numbers.gap_max)
    mean = np.concatenate([[places[0] + first.mean], np.log(gaps) + gap.mean])
    return mean, np.array([first.sd, *[gap.sd] * gaps.size])


def _second_rater(table: AgreementTable, row: AgreementRow, card: AgreementCard) -> Half | None:
    margin = _whole_margin(table, row, 1)
    if margin is None:
        return None
    first = card.parameters.part_first_cut_b.prior
    gaps, middles = margin.size - 2, card.numbers.part_gaps_b
    if len(middles) == gaps:
        gap, middle = card.parameters.part_log_gap_b.prior, np.log(middles)
    else:
        gap, middle = card.parameters.log_gap.prior, np.zeros(gaps)
    mean = np.concatenate([[margin_cuts(margin)[0] + first.mean], middle + gap.mean])
    return mean, np.array([first.sd, *[gap.sd] * gaps])


def _whole_margin(table: AgreementTable, row: AgreementRow, rater: int) -> FloatArray | None:
    """Margin of a rater for the same finding of the same study over the whole region."""
    for other in table.rows:
        same = (other.study, other.finding) == (row.study, row.finding)
        same &= (other.rater_a, other.rater_b) == (row.rater_a, row.rater_b)
        same &= not table.is_part(other) if table.whole else other is not row
        if not same:
            continue
        candidates: tuple[IntArray, ...] = (other.margins_a, other.margins_b)[rater]
        if candidates:
            return np.mean(candidates, axis=0)
        if other.counts is not None:
            return np.asarray(other.counts.sum(axis=1 - rater), dtype=float)
    return None
