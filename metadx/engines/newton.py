"""Newton steps to the modes of many two-dimensional log-concave densities at once.

`expanded` states the densities for the logit; other links bring an expansion of their own.

A cell is one draw of the parameters with one study. All arrays are flat over C cells, so that the
arithmetic runs along whole arrays in memory, and only the cells that have not arrived go on.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metadx.engines.counts import expit_pair

type FloatArray = NDArray[np.float64]
type Pair = tuple[FloatArray, FloatArray]

_LOGIT_LIMIT = 690.0  # exp() of it is still finite; no accuracy lies out there
_MAX_STEP = 2.0  # logits; keeps Newton's method from overshooting on a flat likelihood
_DECREMENT = 3e-3  # the residual gradient is carried along, so the mode need not be sharper
_MAX_ITERATIONS = 120
_FAR = 8.0  # logits; a longer first step is not trusted


@dataclass(frozen=True, eq=False)
class Cells:
    """Counts and normal law of the two logits of each cell, (C,) each.

    Parameters
    ----------
    y1, n1, y0, n0 : ndarray
        Correct results and sizes of the diseased and the non-diseased arm.
    m1, m0 : ndarray
        Means of logit sens and logit spec.
    s11, s22, s12, sdet : ndarray
        Variances, covariance and determinant of the random effects.
    """

    y1: FloatArray
    n1: FloatArray
    y0: FloatArray
    n0: FloatArray
    m1: FloatArray
    m0: FloatArray
    s11: FloatArray
    s22: FloatArray
    s12: FloatArray
    sdet: FloatArray

    def take(self, chosen: NDArray[np.intp]) -> "Cells":
        """Keep some of the cells."""
        return Cells(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True, eq=False)
class Effects:
    """A random effect d = Sigma v with the v that gives it, (C,) each."""

    v1: FloatArray
    v0: FloatArray
    d1: FloatArray
    d0: FloatArray

    def moved(self, step: "Effects") -> "Effects":
        """Take a step, cut where it is longer than a few logits."""
        longest = np.maximum(np.abs(step.d1), np.abs(step.d0))
        shrink = _MAX_STEP / np.maximum(longest, _MAX_STEP)
        return Effects(
            self.v1 + step.v1 * shrink,
            self.v0 + step.v0 * shrink,
            self.d1 + step.d1 * shrink,
            self.d0 + step.d0 * shrink,
        )

    def take(self, chosen: NDArray[np.intp]) -> "Effects":
        """Keep some of the cells."""
        return Effects(self.v1[chosen], self.v0[chosen], self.d1[chosen], self.d0[chosen])


@dataclass(frozen=True, eq=False)
class Arrived:
    """Where the search ended, (C,) each.

    Parameters
    ----------
    a, b : ndarray
        Logit sens and logit spec.
    p1, q1, p0, q0 : ndarray
        Probabilities and their complements there.
    w1, w0 : ndarray
        Information of the likelihood.
    det : ndarray
        det(I + Sigma W).
    g1, g0 : ndarray
        Gradient of the log density left over.
    energy : ndarray
        d' Sigma⁻¹ d.
    decrement : ndarray
        Squared length of the step not taken, in standard deviations.
    """

    a: FloatArray
    b: FloatArray
    p1: FloatArray
    q1: FloatArray
    p0: FloatArray
    q0: FloatArray
    w1: FloatArray
    w0: FloatArray
    det: FloatArray
    g1: FloatArray
    g0: FloatArray
    energy: FloatArray
    decrement: FloatArray


class Place(Protocol):
    """What an expansion of the log densities tells of every cell: a dataclass of arrays (C,)."""

    @property
    def decrement(self) -> FloatArray:
        """Squared length of the step not taken, in standard deviations."""


def climb[Found: Place](
    cells: Cells, at: Effects, expand: Callable[[Cells, Effects], tuple[Found, Effects]]
) -> Found:
    """Take Newton steps, in each cell as many as it needs.

    Parameters
    ----------
    cells : Cells
    at : Effects
        Where to start.
    expand : callable
        Expands the log densities at a point: what is found there, and the full Newton step.

    Returns
    -------
    dataclass of ndarray, shape (C,)
        What `expand` found where the search ended.
    """
    found, step = expand(cells, at)
    here, on_the_way = found, np.arange(cells.m1.size)
    for _ in range(_MAX_ITERATIONS):
        going = np.flatnonzero(here.decrement >= _DECREMENT)
        if not going.size:
            break
        on_the_way, cells = on_the_way[going], cells.take(going)
        at = at.take(going).moved(step.take(going))
        here, step = expand(cells, at)
        for field in fields(found):  # type: ignore[arg-type]
            getattr(found, field.name)[on_the_way] = getattr(here, field.name)
    return found


def expanded(cells: Cells, at: Effects) -> tuple[Arrived, Effects]:
    """Expand the log densities at a point; with the full Newton step from there.

    Parameters
    ----------
    cells : Cells
    at : Effects

    Returns
    -------
    Arrived
    Effects
        The step.
    """
    a = bounded(cells.m1 + at.d1)
    b = bounded(cells.m0 + at.d0)
    p1, q1, score1, w1 = binomial_score(cells.y1, cells.n1, a)
    p0, q0, score0, w0 = binomial_score(cells.y0, cells.n0, b)
    g1, g0 = score1 - at.v1, score0 - at.v0
    step, det = newton_step(cells, (w1, w0), (g1, g0))
    decrement = g1 * step.d1 + g0 * step.d0
    energy = at.v1 * at.d1 + at.v0 * at.d0
    return Arrived(a, b, p1, q1, p0, q0, w1, w0, det, g1, g0, energy, decrement), step


def linearised(cells: Cells, start: Pair, score: Pair, information: Pair) -> Effects:
    """Go to the mode under the normal law that matches the likelihood at the start.

    Parameters
    ----------
    cells : Cells
    start : pair of ndarray, shape (C,)
        Logits, wherever they lie.
    score, information : pair of ndarray, shape (C,)
        Of the likelihood there.

    Returns
    -------
    Effects
        Zero where a straight line says nothing: too far from the start.
    """
    (a, b), (w1, w0) = start, information
    off1, off0 = cells.m1 - a, cells.m0 - b
    step, _ = newton_step(cells, information, (score[0] - w1 * off1, score[1] - w0 * off0))
    far = np.maximum(np.abs(off1 + step.d1), np.abs(off0 + step.d0)) > _FAR
    if far.any():
        return Effects(*(np.where(far, 0.0, x) for x in (step.v1, step.v0, step.d1, step.d0)))
    return step


def binomial_score(
    y: FloatArray, n: FloatArray, logit: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return p, 1 − p, the score y − n p and the information n p (1 − p) of one margin.

    Parameters
    ----------
    y, n, logit : ndarray
        Of one shape; logits of at most 690 in size.

    Returns
    -------
    p, q, score, information : ndarray
    """
    p, q = expit_pair(logit)
    expected = n * p
    return p, q, y - expected, expected * q


def newton_step(cells: Cells, information: Pair, gradient: Pair) -> tuple[Effects, FloatArray]:
    """Solve (I + Sigma W) d = Sigma g without an inverse of Sigma.

    Parameters
    ----------
    cells : Cells
    information, gradient : pair of ndarray, shape (C,)
        W, the information of the likelihood, and g.

    Returns
    -------
    Effects
        The step d.
    ndarray, shape (C,)
        The determinant of I + Sigma W.
    """
    (w1, w0), (g1, g0) = information, gradient
    c11, c22 = 1 + cells.s11 * w1, 1 + cells.s22 * w0
    det = c11 + c22 - 1 + cells.sdet * w1 * w0
    v1 = (c22 * g1 - w1 * cells.s12 * g0) / det
    v0 = (c11 * g0 - w0 * cells.s12 * g1) / det
    d1, d0 = cells.s11 * v1 + cells.s12 * v0, cells.s12 * v1 + cells.s22 * v0
    return Effects(v1, v0, d1, d0), det


def bounded(logit: FloatArray) -> FloatArray:
    """Keep logits where exp() of them is finite.

    Parameters
    ----------
    logit : ndarray

    Returns
    -------
    ndarray
    """
    return np.minimum(np.maximum(logit, -_LOGIT_LIMIT), _LOGIT_LIMIT)
