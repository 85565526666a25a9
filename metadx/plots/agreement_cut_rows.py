"""The rows of a plot of cut-points, before anything is drawn."""

from dataclasses import dataclass

import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.estimands.logistic import FloatArray
from metadx.plots.agreement_draws import RowDraws, limits, limits_text, raters_of, row_draws
from metadx.plots.labels import LONGEST, clean
from metadx.plots.short_names import short_names

_REACH = 3.5  # standard deviations: 1 case in 4,000 lies beyond
_NEVER = 5.0  # standard deviations: a cut-point beyond is that of a category that nobody gives


@dataclass(frozen=True, eq=False)
class CutRow:
    """The cut-points of one row.

    Parameters
    ----------
    label : str
    cuts : tuple of ndarray, shape (C - 1, 3)
        For each rater lower limits, medians and upper limits; NaN for a category that is not
        given, whose cut-point nothing tells.
    shift : ndarray, shape (3,)
        Limits and median of the mean category of the first rater less that of the second; NaN
        for one rater.
    """

    label: str
    cuts: tuple[FloatArray, ...]
    shift: FloatArray

    @property
    def shift_text(self) -> str:
        """The shift in words; empty for one rater."""
        return "" if len(self.cuts) == 1 else limits_text(self.shift)


@dataclass(frozen=True, eq=False)
class CutRows:
    """All rows of a plot of cut-points.

    Parameters
    ----------
    rows : tuple of CutRow
    raters : tuple of str or None
        The two of every row; None where each row is one rater.
    unknown : int
        Rows shown whose margins are not known.
    """

    rows: tuple[CutRow, ...]
    raters: tuple[str, str] | None
    unknown: int = 0

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the axis: all medians, and of the limits what lies within reach."""
        values = np.concatenate([cuts.reshape(-1, 3) for row in self.rows for cuts in row.cuts])
        known = values[np.isfinite(values).all(axis=1)]
        if not known.size:
            return -1.0, 1.0
        near = np.clip(known, -_REACH, _REACH)
        low, high = (float(end) for end in (np.minimum(near[:, 0], known[:, 1]).min(),
                                            np.maximum(near[:, 2], known[:, 1]).max()))  # fmt: skip
        room = 0.05 * (high - low) + 0.05
        return low - room, high + room


def cut_rows(fit: AgreementFit, prob: float, *, margins_only: bool = True) -> CutRows:
    """Compute the cut-points of the rows; of three or more raters those of each rater.

    Parameters
    ----------
    fit : AgreementFit
    prob : float
        Probability between the limits of the intervals.
    margins_only : bool
        Leave out rows without margins, unless there are no others.

    Returns
    -------
    CutRows
    """
    drawn = row_draws(fit)
    if fit.loadings is not None:
        return _by_rater(drawn, prob)
    known = tuple(one for one in drawn if one.bounded)
    drawn = known if known and margins_only else drawn
    rows = []
    for one in drawn:
        cuts = tuple(_cuts(one.cells.sum(axis), prob) for axis in (2, 1))
        rows.append(CutRow(one.name, cuts, limits(one.draws["shift"], prob)))
    return CutRows(tuple(rows), raters_of(drawn), sum(not one.bounded for one in drawn))


def _by_rater(drawn: tuple[RowDraws, ...], prob: float) -> CutRows:
    margins: dict[str, FloatArray] = {}
    for one in drawn:  # a rater has the same cut-points in every pair
        margins.setdefault(clean(one.row.rater_a), one.cells.sum(2))
        margins.setdefault(clean(one.row.rater_b), one.cells.sum(1))
    names = short_names(list(margins), LONGEST)
    cuts = [(_cuts(margin, prob),) for margin in margins.values()]
    return CutRows(
        tuple(CutRow(name, own, np.full(3, np.nan)) for name, own in zip(names, cuts, strict=True)),
        None,
    )


def _cuts(margin: FloatArray, prob: float) -> FloatArray:
    """Return limits of the cut-points of one rater, (C - 1, 3), from draws of the margin (S, C)."""
    from scipy.special import ndtri

    below = np.cumsum(margin, axis=1)[:, :-1]
    draws = ndtri(np.clip(below, 1e-12, 1 - 1e-12))
    found = np.array([limits(draws[:, k], prob) for k in range(draws.shape[1])])
    # Of equal ones (a category in between is never given) the last begins a category.
    given = np.median(margin, axis=0) > 1e-9
    found[~given[1:] | (np.abs(found[:, 1]) > _NEVER)] = np.nan
    return np.asarray(found)
