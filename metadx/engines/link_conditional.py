"""The conditional law of a study's two values on the scale of any link: its mode and curvature."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.conditional import LOST, Covariance, Modes, cells_of, cholesky, flat
from metadx.engines.counts import Counts
from metadx.engines.links import FARTHEST, arm_terms
from metadx.engines.newton import Cells, Effects, climb, linearised, newton_step
from metadx.estimands.links import Link, inverse

type FloatArray = NDArray[np.float64]
type Pair = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, eq=False)
class _Reached:
    """Where the search ended, (C,) each; the names are those of `metadx.engines.newton.Arrived`."""

    a: FloatArray
    b: FloatArray
    value: FloatArray
    w0: FloatArray
    det: FloatArray
    g1: FloatArray
    g0: FloatArray
    energy: FloatArray
    decrement: FloatArray


def link_modes(
    counts: Counts, mean: Pair, covariance: Covariance, start: Pair, link: Link
) -> Modes:
    """Find the mode of p(values | counts, parameters) for every draw and study.

    Parameters
    ----------
    counts : Counts
        N studies.
    mean : pair of ndarray, shape (S, 1) or (S, N)
        Means of sens and spec on the scale of the link.
    covariance : Covariance
        Of the random effects.
    start : pair of ndarray, broadcastable to (S, N)
        Where to start from.
    link : {"logit", "probit", "cloglog"}

    Returns
    -------
    Modes
        Values on the scale of the link.

    References
    ----------
    As of `metadx.engines.conditional`, whose formulas hold for any log-concave likelihood with its
    observed information.
    """
    shape, cells = cells_of(counts, mean, covariance)
    a, b = (np.clip(x, -FARTHEST[link], FARTHEST[link]) for x in start)
    sens = arm_terms(counts.tp, counts.n_diseased - counts.tp, a, link)
    spec = arm_terms(counts.tn, counts.n_nondiseased - counts.tn, b, link)
    parts = (a, b, sens.score, spec.score, sens.information, spec.information)
    a, b, score1, score0, w1, w0 = flat(shape, *parts)
    at = linearised(cells, (a, b), (score1, score0), (w1, w0))
    found = climb(cells, at, _expansion(link))
    lost = found.decrement > LOST
    g1, g0 = np.where(lost, 0.0, found.g1), np.where(lost, 0.0, found.g0)
    det = np.where(lost, np.inf, found.det)
    peak = found.value - 0.5 * (found.energy + np.log(det))
    p1, q1 = _probabilities(found.a, link)
    p0, q0 = _probabilities(found.b, link)
    factor = cholesky(cells, found.w0, found.det)
    reached = (found.a, found.b, p1, q1, p0, q0, g1, g0, *factor, peak)
    return Modes(*(x.reshape(shape) for x in reached))


def _expansion(link: Link) -> Callable[[Cells, Effects], tuple[_Reached, Effects]]:
    limit = FARTHEST[link]

    def expand(cells: Cells, at: Effects) -> tuple[_Reached, Effects]:
        a = np.clip(cells.m1 + at.d1, -limit, limit)
        b = np.clip(cells.m0 + at.d0, -limit, limit)
        sens = arm_terms(cells.y1, cells.n1 - cells.y1, a, link)
        spec = arm_terms(cells.y0, cells.n0 - cells.y0, b, link)
        g1, g0 = sens.score - at.v1, spec.score - at.v0
        step, det = newton_step(cells, (sens.information, spec.information), (g1, g0))
        decrement = g1 * step.d1 + g0 * step.d0
        energy = at.v1 * at.d1 + at.v0 * at.d0
        value = sens.value + spec.value
        return _Reached(a, b, value, spec.information, det, g1, g0, energy, decrement), step

    return expand


def _probabilities(eta: FloatArray, link: Link) -> Pair:
    p = inverse(eta, link)
    if link != "cloglog":
        return p, inverse(-eta, link)
    with np.errstate(under="ignore"):
        return p, np.exp(-np.exp(eta))
