"""Pareto smoothing of importance weights.

References
----------
Vehtari A, Simpson D, Gelman A, Yao Y, Gabry J. Pareto smoothed importance sampling.
J Mach Learn Res 2024;25(72):1-58.
Zhang J, Stephens MA. A new and efficient estimation method for the generalized Pareto
distribution. Technometrics 2009;51:316-325.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]

_MIN_TAIL = 5


@dataclass(frozen=True, eq=False)
class SmoothedWeights:
    """Normalised weights after smoothing.

    Parameters
    ----------
    weights : ndarray, shape (S,)
        Sum to 1.
    pareto_k : float
        Shape of the tail before smoothing; above 0.7 the weights cannot be trusted.
    ess : float
        Effective number of draws, 1 / sum(weights²).
    """

    weights: FloatArray
    pareto_k: float
    ess: float


def smooth(log_weights: FloatArray) -> SmoothedWeights:
    """Replace the largest weights by quantiles of a fitted generalised Pareto law.

    Parameters
    ----------
    log_weights : ndarray, shape (S,)
        Log importance ratios up to a constant; -inf for draws that count for nothing.

    Returns
    -------
    SmoothedWeights

    Examples
    --------
    >>> flat = smooth(np.zeros(1000))
    >>> float(round(flat.ess))
    1000.0
    """
    size = log_weights.size
    shifted = np.maximum(log_weights - log_weights.max(), -700.0)
    tail_size = int(min(0.2 * size, 3 * sqrt(size)))
    pareto_k = np.inf
    if tail_size >= _MIN_TAIL and size > tail_size:
        order = np.argpartition(shifted, size - tail_size - 1)
        tail = order[size - tail_size :]
        tail = tail[np.argsort(shifted[tail])]
        cutoff = np.exp(shifted[order[size - tail_size - 1]])
        excess = np.exp(shifted[tail]) - cutoff
        if excess[-1] - excess[0] < 1e-12:  # a flat tail needs no smoothing
            pareto_k = -np.inf
        else:
            pareto_k, scale = _fit_pareto(np.maximum(excess, 1e-300))
            if np.isfinite(pareto_k):
                ranks = (np.arange(tail_size) + 0.5) / tail_size
                smoothed = np.log(_pareto_quantiles(ranks, pareto_k, scale) + cutoff)
                shifted = shifted.copy()
                shifted[tail] = np.minimum(smoothed, 0.0)
    weights = np.exp(shifted - shifted.max())
    weights[np.isneginf(log_weights)] = 0.0
    weights /= weights.sum()
    return SmoothedWeights(weights, float(pareto_k), float(1 / (weights @ weights)))


def _pareto_quantiles(p: FloatArray, k: float, scale: float) -> FloatArray:
    if abs(k) < 1e-12:
        return -scale * np.log1p(-p)
    return scale * np.expm1(-k * np.log1p(-p)) / k


def _fit_pareto(excess: FloatArray) -> tuple[float, float]:
    """Estimate (k, scale) from ascending positive excesses, k shrunk towards ½ (weight 10)."""
    size = excess.size
    grid = 30 + int(sqrt(size))
    quartile = excess[int(size / 4 + 0.5) - 1]
    if quartile <= excess[0]:  # ties at the cutoff: no generalised Pareto law
        return np.inf, np.nan
    b = 1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))
    b /= 3 * quartile
    b += 1 / excess[-1]
    k = np.log1p(-b[:, None] * excess).mean(axis=1)
    profile = size * (np.log(-(b / k)) - k - 1)
    with np.errstate(over="ignore"):  # a hopeless b has weight 0
        weights = 1 / np.exp(profile - profile[:, None]).sum(axis=1)
    keep = weights >= 10 * np.finfo(float).eps
    weights, b = weights[keep] / weights[keep].sum(), b[keep]
    best = float((b * weights).sum())
    shape = float(np.log1p(-best * excess).mean())
    scale = -shape / best
    return (size * shape + 5) / (size + 10), scale
