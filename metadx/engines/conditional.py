"""The conditional law of a study's two logits, given the parameters: its mode and curvature.

All formulas are written in the covariance Sigma of the random effects, never in its inverse, so
that they stay exact as a standard deviation goes to 0 or the correlation to ±1. With likelihood
score s and information W at the mode, the random effect is d = Sigma v with v = s(m + d), the
posterior covariance (Sigma⁻¹ + W)⁻¹ = (I + Sigma W)⁻¹ Sigma.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.counts import Counts, expit_pair

type FloatArray = NDArray[np.float64]
type Pair = tuple[FloatArray, FloatArray]

_LOGIT_LIMIT = 690.0  # exp() of it is still finite; no accuracy lies out there
LARGEST_STEP = 650.0  # logits; exp() of it is finite, and no prior puts mass out there
_MAX_STEP = 2.0  # logits; keeps Newton's method from overshooting on a flat likelihood
_DECREMENT = 1e-2  # the residual gradient is carried along, so the mode need not be sharper
_MAX_ITERATIONS = 120
_FAR = 8.0  # logits; a longer first step is not trusted
_LOST = 1.0  # decrement of a search that has not arrived


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

    def rows(self, part: slice) -> "Covariance":
        """Keep some of the draws."""
        return Covariance(self.sens[part], self.spec[part], self.cross[part], self.det[part])


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
    y1, n1, y0, n0 = counts.tp, counts.n_diseased, counts.tn, counts.n_nondiseased
    s11, s22, s12 = covariance.sens, covariance.spec, covariance.cross
    m1, m0 = mean
    a, b = (np.clip(x, -_LOGIT_LIMIT, _LOGIT_LIMIT) for x in start)
    consistent = False
    v1 = v0 = d1 = d0 = decrement = np.zeros(())
    for iteration in range(_MAX_ITERATIONS):
        p1, q1, score1, w1 = _score(y1, n1, a)
        p0, q0, score0, w0 = _score(y0, n0, b)
        c11, c22 = 1 + s11 * w1, 1 + s22 * w0
        det = c11 + s22 * w0 + covariance.det * w1 * w0
        if consistent:
            g1, g0 = score1 - v1, score0 - v0
        else:  # first step: linearise the likelihood at the start, wherever it lies
            g1, g0 = score1 - w1 * (m1 - a), score0 - w0 * (m0 - b)
        dv1 = (c22 * g1 - w1 * s12 * g0) / det
        dv0 = (c11 * g0 - w0 * s12 * g1) / det
        step1, step0 = s11 * dv1 + s12 * dv0, s12 * dv1 + s22 * dv0
        if consistent:
            decrement = g1 * step1 + g0 * step0
            if decrement.max() < _DECREMENT or iteration == _MAX_ITERATIONS - 1:
                break
            shrink = np.maximum(1.0, np.maximum(np.abs(step1), np.abs(step0)) / _MAX_STEP)
            v1, v0 = v1 + dv1 / shrink, v0 + dv0 / shrink
            d1, d0 = d1 + step1 / shrink, d0 + step0 / shrink
        else:
            far = np.maximum(np.abs(m1 + step1 - a), np.abs(m0 + step0 - b)) > _FAR
            if far.any():  # a straight line says nothing out there: start at the mean instead
                dv1, dv0, step1, step0 = (np.where(far, 0.0, x) for x in (dv1, dv0, step1, step0))
            v1, v0, d1, d0, consistent = dv1, dv0, step1, step0, True
        a = np.clip(m1 + d1, -_LOGIT_LIMIT, _LOGIT_LIMIT)
        b = np.clip(m0 + d0, -_LOGIT_LIMIT, _LOGIT_LIMIT)
    l11, l21, l22 = _cholesky(covariance, w1, w0, det)
    lost = decrement > _LOST
    if lost.any():  # parameters hundreds of logits from the data: their likelihood is 0
        g1, g0, det = np.where(lost, 0.0, g1), np.where(lost, 0.0, g0), np.where(lost, np.inf, det)
    log_peak = _kernel(y1, n1, a, q1) + _kernel(y0, n0, b, q0)
    log_peak -= 0.5 * (v1 * d1 + v0 * d0 + np.log(det))
    return Modes(a, b, p1, q1, p0, q0, g1, g0, l11, l21, l22, log_peak)


def _score(
    y: FloatArray, n: FloatArray, logit: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return p, 1 − p, the score y − n p and the information n p (1 − p) of one margin."""
    p, q = expit_pair(logit)
    expected = n * p
    return p, q, y - expected, expected * q


def _kernel(y: FloatArray, n: FloatArray, logit: FloatArray, q: FloatArray) -> FloatArray:
    """Return the log binomial probability without its coefficient; q is 1 − expit(logit)."""
    return y * logit + n * np.log(np.maximum(q, 1e-300))


def _cholesky(
    covariance: Covariance, w1: FloatArray, w0: FloatArray, det: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Factor (I + Sigma W)⁻¹ Sigma; ``det`` is the determinant of I + Sigma W."""
    top = covariance.sens + w0 * covariance.det
    with np.errstate(divide="ignore", invalid="ignore"):
        l11 = np.sqrt(top / det)
        l21 = np.where(l11 > 0, covariance.cross / (det * l11), 0.0)
        l22 = np.sqrt(np.where(top > 0, covariance.det / top, covariance.spec / det))
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
