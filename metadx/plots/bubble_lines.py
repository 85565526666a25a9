"""The numbers a bubble plot draws, before anything is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from metadx.designs.design import Value
from metadx.errors import MetadxError
from metadx.estimands.logistic import FloatArray, IntArray, expit
from metadx.estimands.summary import check_prob
from metadx.plots.fitted import FittedKinds
from metadx.studies.covariates import Continuous

_POINTS = 61
_STRATA = 16
_GOLDEN = 0.6180339887498949  # multiples of it fill the unit interval evenly


@dataclass(frozen=True, eq=False)
class BubblePanel:
    """One half of a bubble plot: sensitivity or specificity.

    Parameters
    ----------
    name : {"sens", "spec"}
        Which half.
    x, share : ndarray, shape (n,)
        Covariate and observed proportion of the studies that have the arm.
    n : ndarray of int, shape (n,)
        Participants in the arm.
    credible, prediction : ndarray, shape (3, G)
        Lower limits, medians and upper limits of the median study and of a new study.
    known : bool
        Whether any study has the arm: without one there are no lines.
    varies : bool
        Whether the mean depends on the covariate.
    """

    name: Literal["sens", "spec"]
    x: FloatArray
    share: FloatArray
    n: IntArray
    credible: FloatArray
    prediction: FloatArray
    known: bool
    varies: bool


@dataclass(frozen=True, eq=False)
class BubbleLines:
    """Everything that a bubble plot shows.

    Parameters
    ----------
    covariate, unit : str
        Name of the covariate along the axis, and its unit.
    grid : ndarray, shape (G,)
        Its values along the lines, from the smallest of the studies to the largest.
    at : mapping
        Other covariates that are set.
    panels : tuple of BubblePanel
        Sensitivity, specificity.
    counted : str
        What the studies count, in the plural.
    """

    covariate: str
    unit: str
    grid: FloatArray
    at: Mapping[str, Value]
    panels: tuple[BubblePanel, BubblePanel]
    counted: str


def bubble_lines(
    fit: FittedKinds,
    covariate: str,
    *,
    at: Mapping[str, Value] | None = None,
    prob: float = 0.95,
) -> BubbleLines:
    """Compute what a bubble plot shows.

    Parameters
    ----------
    fit : FittedKinds
        A fit with covariates.
    covariate : str
        A continuous covariate of its formulas.
    at : mapping of str to str or float, optional
        Values of other covariates; those not named stand at their average over the studies.
    prob : float, default 0.95
        Level of the bands.

    Returns
    -------
    BubbleLines

    Raises
    ------
    MetadxError
        If the fit does not have the covariate, or it is not continuous.
    """
    x, unit = _values(fit, covariate)
    check_prob(prob)
    grid = np.linspace(x.min(), x.max(), _POINTS)
    if x.min() > 0:  # even steps on both scales, for a covariate that enters by its logarithm
        grid = np.union1d(grid, np.geomspace(x.min(), x.max(), _POINTS)[1:-1])
    at = dict(at or {})
    mu, credible, prediction = _bands(fit, covariate, grid, at, prob)
    table = fit.table
    arms = ((table.tp, table.n_diseased), (table.tn, table.n_nondiseased))
    panels = []
    names: tuple[Literal["sens", "spec"], ...] = ("sens", "spec")
    for margin, name in enumerate(names):
        events, n = arms[margin]
        here = n > 0
        panels.append(
            BubblePanel(
                name=name,
                x=x[here],
                share=np.asarray(events[here] / n[here]),
                n=n[here],
                credible=credible[:, :, margin],
                prediction=prediction[:, :, margin],
                known=bool(here.any()),
                varies=not np.array_equal(mu[0][:, margin], mu[1][:, margin]),
            )
        )
    return BubbleLines(covariate, unit, grid, at, (panels[0], panels[1]), table.counted)


def _values(fit: FittedKinds, covariate: str) -> tuple[FloatArray, str]:
    found = fit.table.covariates.get(covariate)
    if covariate not in fit.design.covariates or not isinstance(found, Continuous):
        usable = [
            name
            for name in fit.design.covariates
            if isinstance(fit.table.covariates.get(name), Continuous)
        ]
        raise MetadxError(
            f"bubble plot: {covariate!r} is no continuous covariate of the formulas; found "
            f"{', '.join(usable) or 'none'} there."
        )
    return np.asarray(found.values), found.unit


def _bands(
    fit: FittedKinds, covariate: str, grid: FloatArray, at: Mapping[str, Value], prob: float
) -> tuple[tuple[FloatArray, FloatArray], FloatArray, FloatArray]:
    """Give the draws of mu at both ends of the grid, and the bands: (3, G, 2)."""
    from metadx.designs.formula import covariate_line

    kinds = covariate_line(fit.table, fit.design, covariate, grid.tolist(), at)
    tail = (1.0 - prob) / 2.0
    levels = [tail, 0.5, 1.0 - tail]
    credible = np.empty((3, len(grid), 2))
    prediction = np.empty((3, len(grid), 2))
    ends = []
    effects = np.empty(0)
    for number, kind in enumerate(kinds):
        group = fit.group(kind)
        if number == 0:
            effects = _standard_effects(len(group.mu))
        credible[:, number] = np.quantile(group.mu, levels, axis=0)
        new = group.mu + group.tau * effects[:, :, None]
        prediction[:, number] = np.quantile(new.reshape(-1, 2), levels, axis=0)
        ends.append(group.mu)
    return (ends[0], ends[-1]), expit(credible), expit(prediction)


def _standard_effects(draws: int) -> FloatArray:
    """Spread standard normal effects evenly over the draws: (strata, draws).

    The same effects all along the grid, one of each stratum for each draw: independent new
    studies would make the edges of the band ragged.
    """
    from scipy.special import ndtri

    within = (np.arange(draws) * _GOLDEN + 0.5 / draws) % 1.0
    return np.asarray(ndtri((np.arange(_STRATA)[:, None] + within) / _STRATA))
