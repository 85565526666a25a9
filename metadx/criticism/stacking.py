"""Stacking: the mixture of models that predicts left-out studies best."""

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]

_STEPS = 200  # of Newton's method over all barriers; a few dozen are taken
_SHRINK = 0.1  # of the barrier from one round to the next
_GAP = 1e-10  # what the weights may fall short of the best, in log density a study
_NONE = 1e-7  # weights below it are 0
_INSIDE = 0.95  # of the way to the boundary that a step may take


def stacking_weights(elpd: FloatArray, pull: float = 0.0) -> FloatArray:
    """Return the weights of models whose mixture has the highest leave-one-out density.

    Maximises the sum over studies of log(sum of weight times density), a concave function on the
    simplex, by Newton's method with a logarithmic barrier. Written for weights above 0 as
    sum(log(P w)) - N sum(w) its maximum sums to one of itself. Models that predict every study
    alike share their weight equally. So do, with a pull of 1, models that predict nearly alike:
    without it the Monte Carlo error of the densities decides which of them gets everything.

    Parameters
    ----------
    elpd : ndarray, shape (N, M)
        Leave-one-out log predictive densities of N studies under M models; finite.
    pull : float
        What is added to the sum over studies for each unit of log weight, at least 0: the log
        density of a Dirichlet law of the weights with all parameters 1 + pull, less a constant.

    Returns
    -------
    ndarray, shape (M,)
        At least 0, summing to 1.

    Raises
    ------
    ValueError
        If there is no study or no model, or a density is not finite.

    References
    ----------
    Yao Y, Vehtari A, Simpson D, Gelman A. Using stacking to average Bayesian predictive
    distributions. Bayesian Anal 2018;13:917-1007, equation 4.
    Boyd S, Vandenberghe L. Convex optimization. Cambridge, 2004, section 11.3 (barrier method).

    Examples
    --------
    >>> stacking_weights(np.log([[0.5, 0.1], [0.1, 0.5]])).round(6).tolist()
    [0.5, 0.5]
    >>> stacking_weights(np.array([[-1.0, -2.0], [-3.0, -3.5]])).tolist()
    [1.0, 0.0]
    >>> stacking_weights(np.array([[-1.0, -1.01], [-3.0, -3.01]]), pull=1.0).round(2).tolist()
    [0.5, 0.5]
    """
    elpd = np.asarray(elpd, dtype=np.float64)
    if elpd.ndim != 2 or not elpd.size or not np.isfinite(elpd).all():
        msg = f"wanted finite densities of studies by models, not an array of shape {elpd.shape}"
        raise ValueError(msg)
    studies, models = elpd.shape
    density = np.exp(elpd - elpd.max(axis=1, keepdims=True))
    weights = np.full(models, 1 / models)
    barrier = max(1.0, pull)
    for _ in range(_STEPS):
        weights, arrived = _newton_step(density, weights, barrier)
        if arrived:
            if barrier <= pull or models * barrier <= _GAP * studies:
                break
            barrier = max(pull, barrier * _SHRINK)
    weights[weights < _NONE] = 0.0
    return np.asarray(weights / weights.sum())


def _newton_step(
    density: FloatArray, weights: FloatArray, barrier: float
) -> tuple[FloatArray, bool]:
    """Take one step up the barrier function; True where it can rise no further."""
    ratio = density / (density @ weights)[:, None]
    slope = ratio.sum(axis=0) - density.shape[0] + barrier / weights
    curvature = ratio.T @ ratio + np.diag(barrier / weights**2)
    step = np.linalg.solve(curvature, slope)
    rise = float(slope @ step)  # twice what the quadratic model promises
    towards_zero = step < 0
    most = 1.0
    if towards_zero.any():
        most = min(1.0, _INSIDE * float((weights[towards_zero] / -step[towards_zero]).min()))
    now = _barrier_value(density, weights, barrier)
    length = most
    while length > _GAP:
        new = weights + length * step
        if _barrier_value(density, new, barrier) >= now + 0.1 * length * rise:
            return new, rise <= 1e-3 * barrier
        length /= 2
    return weights, True  # rounding hides what is left to gain


def _barrier_value(density: FloatArray, weights: FloatArray, barrier: float) -> float:
    fit = np.log(density @ weights).sum() - density.shape[0] * weights.sum()
    return float(fit + barrier * np.log(weights).sum())
