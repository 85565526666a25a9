"""Laws of the study effects with a known truth: that of the model, and laws it does not know."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from metadx.estimands.accuracy import population_mean
from metadx.estimands.logistic import expit
from metadx.estimands.sroc import auc
from metadx.simulation.design import Cell

type FloatArray = NDArray[np.float64]

_DF = 4.0  # heavy tails with a finite variance
_SHAPE = 2.0  # of the gamma laws behind skewed effects, each of skewness 1.4
_MINORITY, _BIMODAL = 0.3, 0.8  # share of studies at the second threshold, of the variance it makes
_REFERENCE = 400_000  # draws that stand for a law without closed form
_REFERENCE_SEED = 20_240_229


def draw_effects(cell: Cell, studies: int, rng: np.random.Generator) -> FloatArray:
    """Draw logit sens and logit spec of simulated studies.

    Parameters
    ----------
    cell : Cell
        ``normal``: the law of the model. ``t``: both effects over one scale, 4 degrees of freedom;
        tau is their scale. ``skewed``: gamma effects with a long tail towards poor accuracy; tau is
        their standard deviation. ``thresholds``: three studies in ten use another threshold, so
        that the law has two humps along the ROC curve; tau is the standard deviation, and rho of
        the cell is not used.
    studies : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (studies, 2)

    Examples
    --------
    >>> cell = Cell(name="a", studies=2, sens=0.9, spec=0.8, tau=(0.5, 0.5), rho=0, arms="small")
    >>> draw_effects(cell, 2, np.random.default_rng(1)).shape
    (2, 2)
    """
    centre = np.log([cell.sens / (1 - cell.sens), cell.spec / (1 - cell.spec)])
    return np.asarray(centre + np.asarray(cell.tau) * _standard(cell, studies, rng))


def _standard(cell: Cell, studies: int, rng: np.random.Generator) -> FloatArray:
    if cell.law == "skewed":
        gamma = rng.standard_gamma(_SHAPE, (studies, 2))
        return _mixed((_SHAPE - gamma) / math.sqrt(_SHAPE), cell.rho)
    z = rng.standard_normal((studies, 2))
    if cell.law == "thresholds":
        hump = (rng.random(studies) < _MINORITY) - _MINORITY
        hump /= math.sqrt(_MINORITY * (1 - _MINORITY))
        along = math.sqrt(_BIMODAL) * hump[:, None] * np.array([1.0, -1.0])
        return np.asarray(along + math.sqrt(1 - _BIMODAL) * z)
    effects = _mixed(z, cell.rho)
    if cell.law == "t":
        effects = effects / np.sqrt(rng.chisquare(_DF, studies) / _DF)[:, None]
    return effects


def _mixed(z: FloatArray, rho: float) -> FloatArray:
    return np.stack([z[:, 0], rho * z[:, 0] + math.sqrt(1 - rho**2) * z[:, 1]], axis=1)


@dataclass(frozen=True, eq=False)
class Truth:
    """What the intervals of a cell are judged by.

    Parameters
    ----------
    median : ndarray, shape (2,)
        Logit sens and logit spec of the median study.
    values : dict of str to float
        The judged quantities; tau, rho and auc only where the model is the one that is fitted.
    quantiles : ndarray, shape (M, 2), or None
        Sorted draws of the law of a study's logits; None for the normal law.
    tau : ndarray, shape (2,)
    """

    median: FloatArray
    values: dict[str, float]
    quantiles: FloatArray | None
    tau: FloatArray

    def shortfall(self, margin: int, limit: float) -> tuple[float, float]:
        """Return how far, on average over all studies, logits lie below and above a limit.

        Studies on the other side count as 0.
        """
        if self.quantiles is not None:
            away = self.quantiles[:, margin] - limit
            return float(-np.minimum(away, 0).mean()), float(np.maximum(away, 0).mean())
        scale = float(self.tau[margin])
        z = (limit - float(self.median[margin])) / scale
        density = math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
        below = scale * (z * 0.5 * math.erfc(-z / math.sqrt(2)) + density)
        return below, below - z * scale

    def content(self, margin: int, lower: float, upper: float) -> float:
        """Return the share of all studies whose logit lies between two limits."""
        if self.quantiles is not None:
            below = np.searchsorted(self.quantiles[:, margin], [lower, upper])
            return float(below[1] - below[0]) / len(self.quantiles)
        centre, scale = float(self.median[margin]), float(self.tau[margin]) * math.sqrt(2)
        at = [(limit - centre) / scale for limit in (lower, upper)]
        return 0.5 * (math.erf(at[1]) - math.erf(at[0]))


@lru_cache(maxsize=128)
def truth_of(cell: Cell) -> Truth:
    """Return the truth of a cell.

    Parameters
    ----------
    cell : Cell

    Returns
    -------
    Truth

    Examples
    --------
    >>> cell = Cell(name="a", studies=9, sens=0.9, spec=0.8, tau=(0.5, 0.5), rho=0, arms="small")
    >>> round(truth_of(cell).values["population[sens]"], 3)
    0.891
    """
    tau = np.asarray(cell.tau)
    draws = None
    if cell.obeys:
        median = np.log([cell.sens / (1 - cell.sens), cell.spec / (1 - cell.spec)])
        mean = population_mean(median[None], tau[None])[0]
    else:
        rng = np.random.default_rng(_REFERENCE_SEED)
        draws = np.sort(draw_effects(cell, _REFERENCE, rng), axis=0)
        median, mean = np.median(draws, axis=0), expit(draws).mean(axis=0)
    values = {
        "mu[sens]": float(median[0]),
        "mu[spec]": float(median[1]),
        "log_dor": float(median.sum()),
        "population[sens]": float(mean[0]),
        "population[spec]": float(mean[1]),
    }
    if cell.obeys:
        area = float(auc(median[None], tau[None])[0])
        values |= {"tau[sens]": cell.tau[0], "tau[spec]": cell.tau[1], "rho": cell.rho, "auc": area}
    return Truth(median, values, draws, tau)
