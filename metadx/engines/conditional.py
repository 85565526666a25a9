"""The conditional law of a study's two logits, given the parameters: its mode and curvature.

All formulas are written in the covariance Sigma of the random effects, never in its inverse, so
that they stay exact as a standard deviation goes to 0 or the correlation to ±1. With likelihood
score s and information W at the mode, the random effect is d = Sigma v with v = s(m + d), the
posterior covariance (Sigma⁻¹ + W)⁻¹ = (I + Sigma W)⁻¹ Sigma.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.counts import Counts
from metadx.engines.newton import Cells, binomial_score, bounded, climb, expanded, linearised

type FloatArray = NDArray[np.float64]
type Pair = tuple[FloatArray, FloatArray]

LARGEST_STEP = 650.0  # logits; exp() of it is finite, and no prior puts mass out there
LOST = 1.0  # decrement of a search that has not arrived


@dataclass(frozen=True, eq=False)
class Covariance:
    """Covariance of the two random effects, one matrix per draw, each entry of shape (S, 1)."""

    sens: FloatArray
    spec: FloatArray
    cross: FloatArray
    det: FloatArray

    @classmethod
    def from_scales(
        cls, tau: FloatArray, rho: FloatArray, one_minus_rho2: FloatArray
    ) -> "Covariance":
        """Build it from tau (S, 2), rho (S,) and 1 − rho² (S,), the last to full precision."""
        sens, spec = tau[:, :1], tau[:, 1:]
        return cls(
            sens**2,
            spec**2,
            rho[:, None] * sens * spec,
            (sens * spec) ** 2 * one_minus_rho2[:, None],
        )

    def transposed(self) -> "Covariance":
        """Give the entries the shape (1, S), for sums over studies that run along the draws."""
        return Covariance(self.sens.T, self.spec.T, self.cross.T, self.det.T)


@dataclass(frozen=True, eq=False)
class Modes:
    """Conditional modes of the study logits and the normal law around them, each (S, N).

    Parameters
    ----------
    sens, spec : ndarray
        Logits at which the expansion is made (the mode up to a small residual).
    p_sens, q_sens, p_spec, q_spec : ndarray
        Probabilities and their complements there.
    residual_sens, residual_spec : ndarray
        Gradient of the log conditional density left over there.
    l11, l21, l22 : ndarray
        Lower Cholesky factor of the covariance (Sigma⁻¹ + W)⁻¹.
    log_peak : ndarray
        log f(logits) − ½ d' Sigma⁻¹ d − ½ log det(I + Sigma W).
    """

    sens: FloatArray
    spec: FloatArray
    p_sens: FloatArray
    q_sens: FloatArray
    p_spec: FloatArray
    q_spec: FloatArray
    residual_sens: FloatArray
    residual_spec: FloatArray
    l11: FloatArray
    l21: FloatArray
    l22: FloatArray
    log_peak: FloatArray


def conditional_modes(counts: Counts, mean: Pair, covariance: Covariance, start: Pair) -> Modes:
    """Find the mode of p(logits | counts, parameters) for every draw and study.

    Parameters
    ----------
    counts : Counts
        N studies.
    mean : pair of ndarray, shape (S, 1) or (S, N)
        Means of logit sens and logit spec.
    covariance : Covariance
        Of the random effects, entries (S, 1).
    start : pair of ndarray, broadcastable to (S, N)
        Logits to start from; any finite values work, good ones save steps.

    Returns
    -------
    Modes
    """
    shape, cells = cells_of(counts, mean, covariance)
    # A start that is the same for all draws is expanded once by study.
    a, b = (bounded(x) for x in start)
    _, _, score1, w1 = binomial_score(counts.tp, counts.n_diseased, a)
    _, _, score0, w0 = binomial_score(counts.tn, counts.n_nondiseased, b)
    a, b, score1, score0, w1, w0 = flat(shape, a, b, score1, score0, w1, w0)
    found = climb(cells, linearised(cells, (a, b), (score1, score0), (w1, w0)), expanded)
    g1, g0, det = found.g1, found.g0, found.det
    lost = found.decrement > LOST
    if lost.any():  # parameters hundreds of logits from the data: their likelihood is 0
        g1, g0, det = np.where(lost, 0.0, g1), np.where(lost, 0.0, g0), np.where(lost, np.inf, det)
    peak = _kernel(cells.y1, cells.n1, found.a, found.q1)
    peak += _kernel(cells.y0, cells.n0, found.b, found.q0)
    peak -= 0.5 * (found.energy + np.log(det))
    at = (found.a, found.b, found.p1, found.q1, found.p0, found.q0)
    return Modes(
        *(x.reshape(shape) for x in (*at, g1, g0, *cholesky(cells, found.w0, found.det), peak))
    )


def cells_of(counts: Counts, mean: Pair, covariance: Covariance) -> tuple[tuple[int, int], Cells]:
    """Write out the cells of every draw with every row of counts.

    Parameters
    ----------
    counts, mean, covariance
        As of `conditional_modes`.

    Returns
    -------
    tuple of int
        (S, R).
    Cells
        Flat.
    """
    shape = (covariance.sens.shape[0], counts.tp.size)
    sizes = (counts.tp, counts.n_diseased, counts.tn, counts.n_nondiseased)
    matrix = (covariance.sens, covariance.spec, covariance.cross, covariance.det)
    return shape, Cells(*flat(shape, *sizes, *mean, *matrix))


def flat(shape: tuple[int, int], *parts: FloatArray) -> FloatArray:
    """Write out each part in full, one row each.

    Parameters
    ----------
    shape : tuple of int
    *parts : ndarray
        Broadcastable to the shape.

    Returns
    -------
    ndarray, shape (parts, cells)
    """
    out = np.empty((len(parts), *shape))
    for row, part in zip(out, parts, strict=True):
        row[...] = part
    return out.reshape(len(parts), -1)


def _kernel(y: FloatArray, n: FloatArray, logit: FloatArray, q: FloatArray) -> FloatArray:
    """Return the log binomial probability without its coefficient; q is 1 − expit(logit)."""
    return y * logit + n * np.log(np.maximum(q, 1e-300))


def cholesky(
    cells: Cells, w0: FloatArray, det: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Factor (I + Sigma W)⁻¹ Sigma.

    Parameters
    ----------
    cells : Cells
    w0 : ndarray, shape (C,)
        Information of the non-diseased arm.
    det : ndarray, shape (C,)
        det(I + Sigma W).

    Returns
    -------
    l11, l21, l22 : ndarray, shape (C,)
        Of the lower factor.
    """
    top = cells.s11 + w0 * cells.sdet
    with np.errstate(divide="ignore", invalid="ignore"):
        l11 = np.sqrt(top / det)
        l21 = np.where(l11 > 0, cells.s12 / (det * l11), 0.0)
        l22 = np.sqrt(np.where(top > 0, cells.sdet / top, cells.s22 / det))
    return l11, l21, l22


def remainder(
    n: FloatArray, p: FloatArray, q: FloatArray, residual: FloatArray, delta: FloatArray
) -> FloatArray:
    """Return what a margin's log-likelihood holds beyond its second-order expansion at the mode.

    Parameters
    ----------
    n : ndarray
        Size of the arm.
    p, q, residual : ndarray
        Of `Modes`.
    delta : ndarray
        Distance from the expansion point, logits; all broadcast.

    Returns
    -------
    ndarray
        −n log(q + p e^delta) + n p delta + ½ n p q delta², plus the residual slope times delta.
    """
    value = np.exp(np.minimum(delta, LARGEST_STEP))
    value *= p
    value += q
    np.log(value, out=value)
    value *= -n
    value += delta * (0.5 * n * p * q * delta + n * p + residual)
    return np.asarray(value)
