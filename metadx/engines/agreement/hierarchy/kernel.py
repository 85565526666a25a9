"""The log posterior density of what rows share, and its gradient, at one point.

Plain loops over plain arrays: compiled by Numba they take microseconds, and compiling them takes
seconds, once for a machine, where the same model as a symbolic graph takes a minute.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]

HALF_NORMAL, HALF_STUDENT, EXPONENTIAL = 0, 1, 2
_FAR = 50.0  # no log standard deviation or log odds of a posterior is near it


def prior_density(
    u: FloatArray,
    gradient: FloatArray,
    real: FloatArray,
    spreads: FloatArray,
    share: FloatArray,
) -> float:
    """Return the log prior density up to a constant; NaN where numbers would overflow.

    Parameters
    ----------
    u : ndarray, shape (D,)
        Unconstrained coordinates, as of `RowPosterior`.
    gradient : ndarray, shape (D,)
        Filled with the gradient.
    real : ndarray, shape (M, 2)
        Prior mean and standard deviation of mu and, where it is, beta_part.
    spreads : ndarray, shape (K, 3)
        Prior of each standard deviation: family, precision or rate, degrees of freedom.
    share : ndarray, shape (2,) or (0,)
        Of the beta prior of lambda; empty where it is not in the model.

    Returns
    -------
    float
    """
    n_real, first = real.shape[0], real.shape[0] + spreads.shape[0]
    last = u.size - (share.size > 0)
    total = 0.0
    for i in range(n_real):
        residual = (u[i] - real[i, 0]) / real[i, 1]
        total -= 0.5 * residual * residual
        gradient[i] = -residual / real[i, 1]
    for i in range(n_real, first):
        if not abs(u[i]) < _FAR:
            return np.nan
        sd = math.exp(u[i])
        family, a, df = spreads[i - n_real]
        if family == HALF_NORMAL:
            value, slope = -0.5 * a * sd * sd, -a * sd
        elif family == HALF_STUDENT:
            value = -0.5 * (df + 1) * math.log1p(a * sd * sd / df)
            slope = -(df + 1) * a * sd / (df + a * sd * sd)
        else:
            value, slope = -a * sd, -a
        total += value + u[i]
        gradient[i] = slope * sd + 1
    for i in range(first, last):
        total -= 0.5 * u[i] * u[i]
        gradient[i] = -u[i]
    if last < u.size:
        if not abs(u[last]) < _FAR:
            return np.nan
        lam = 1 / (1 + math.exp(-u[last]))
        total -= share[0] * math.log1p(math.exp(-u[last]))
        total -= share[1] * math.log1p(math.exp(u[last]))
        gradient[last] = share[0] * (1 - lam) - share[1] * lam
    return total


def add_rows(  # noqa: PLR0912, PLR0917 - compiled: names cannot be given
    u: FloatArray,
    gradient: FloatArray,
    means: FloatArray,
    level: IntArray,
    grid: FloatArray,
    coefficients: FloatArray,
) -> float:
    """Return the log-likelihood of all rows and add its gradient.

    Parameters
    ----------
    u, gradient : ndarray, shape (D,)
        As of `prior_density`, which has to be asked first.
    means : ndarray, shape (M, R)
        What mu and beta_part add to z of each row.
    level : ndarray of int, shape (R, K)
        Place of the effect of each factor that a row has among all effects; -1 for none.
    grid : ndarray, shape (2,)
        Start and step of the grid of z.
    coefficients : ndarray, shape (R, G - 1, 4, Q)
        Of the splines; Q = 1 where lambda is not in the model.

    Returns
    -------
    float
    """
    n_real, first = means.shape[0], means.shape[0] + level.shape[1]
    nodes, intervals = coefficients.shape[3], coefficients.shape[1]
    powers, slopes = np.ones(nodes), np.zeros(nodes)
    if nodes > 1:
        lam = 1 / (1 + math.exp(-u[-1]))
        for q in range(1, nodes):
            powers[q] = powers[q - 1] * (2 * lam - 1)
            slopes[q] = q * powers[q - 1] * 2 * lam * (1 - lam)
    total, by_share = 0.0, 0.0
    c, d = np.empty(4), np.empty(4)
    for r in range(level.shape[0]):
        z = 0.0
        for i in range(n_real):
            z += means[i, r] * u[i]
        for k in range(level.shape[1]):
            if level[r, k] >= 0:
                z += math.exp(u[n_real + k]) * u[first + level[r, k]]
        place = (z - grid[0]) / grid[1]
        inside = min(max(place, 0.0), float(intervals))
        interval = min(int(inside), intervals - 1)
        t, beyond = inside - interval, place - inside
        for j in range(4):
            c[j], d[j] = 0.0, 0.0
            for q in range(nodes):
                c[j] += coefficients[r, interval, j, q] * powers[q]
                d[j] += coefficients[r, interval, j, q] * slopes[q]
        steep = c[1] + t * (2 * c[2] + 3 * t * c[3])
        total += c[0] + t * (c[1] + t * (c[2] + t * c[3]))
        by_share += d[0] + t * (d[1] + t * (d[2] + t * d[3]))
        # Beyond the grid the spline goes on along its tangent, level where that would rise.
        if beyond * steep < 0:
            total += beyond * steep
            by_share += beyond * (d[1] + t * (2 * d[2] + 3 * t * d[3]))
        elif beyond != 0:
            steep = 0.0
        for i in range(n_real):
            gradient[i] += means[i, r] * steep / grid[1]
        for k in range(level.shape[1]):
            if level[r, k] >= 0:
                by_effect = math.exp(u[n_real + k]) * steep / grid[1]
                gradient[first + level[r, k]] += by_effect
                gradient[n_real + k] += by_effect * u[first + level[r, k]]
    if nodes > 1:
        gradient[-1] += by_share
    return total


@lru_cache(maxsize=1)
def compiled_kernels() -> tuple[Any, Any]:
    """Return `prior_density` and `add_rows` compiled by Numba, kept on disk where possible."""
    import numba

    try:
        return numba.njit(cache=True)(prior_density), numba.njit(cache=True)(add_rows)
    except RuntimeError:  # no folder that may be written to
        return numba.njit(prior_density), numba.njit(add_rows)
