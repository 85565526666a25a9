"""The joint region of sensitivity and specificity that one study by itself leaves open."""

import numpy as np

from metadx.estimands.logistic import FloatArray, IntArray, expit

JEFFREYS = 0.5  # added to the counts of both results
_POINTS = 121  # on the outline, the first repeated as the last
_GRID = 161  # steps of each margin, for the height that the region is cut at
_REACH = 7.0  # standard deviations that the grid spans to each side, at most
_STEPS = 40  # halvings of the distance to the outline
_FARTHEST = 60.0  # standard deviations: no outline lies beyond


def log_density(logit: FloatArray, right: float, wrong: float) -> FloatArray:
    """Log density of the logit of a beta variable, 0 at its mode.

    Parameters
    ----------
    logit : array, any shape
    right, wrong : float
        The two parameters of the beta distribution.

    Returns
    -------
    array, same shape
        right log p + wrong log(1 - p), less its largest value: on the logit scale the density is
        log-concave, with its mode at log(right / wrong), whatever the counts.

    Examples
    --------
    >>> log_density(np.log([9.5 / 1.5, 1.0]), 9.5, 1.5).round(3).tolist()
    [-0.0, -3.243]
    """
    total = right + wrong
    top = right * np.log(right / total) + wrong * np.log(wrong / total)
    return np.asarray(right * logit - total * np.logaddexp(0.0, logit) - top)


def study_region(told_right: IntArray, told_wrong: IntArray, prob: float = 0.95) -> FloatArray:
    """Outline the region of highest posterior density of one study's logit sens and logit spec.

    Sensitivity and specificity have independent Beta(x + 1/2, n - x + 1/2) posteriors, which are
    those of Jeffreys' prior; nothing is borrowed from other studies, and no normal law is assumed.

    Parameters
    ----------
    told_right, told_wrong : array of int, shape (2,)
        Diseased and non-diseased people with a right and with a wrong result.
    prob : float
        Probability inside.

    Returns
    -------
    array, shape (P, 2)
        (sens, spec) along the outline, the first point repeated as the last.

    References
    ----------
    Brown LD, Cai TT, DasGupta A. Interval estimation for a binomial proportion. Stat Sci
    2001;16:101-133 (Jeffreys' prior).
    Box GEP, Tiao GC. Bayesian inference in statistical analysis. Addison-Wesley, 1973, section 2.8
    (regions of highest density).

    Examples
    --------
    >>> outline = study_region(np.array([90, 80]), np.array([10, 20]))
    >>> outline.min(axis=0).round(2).tolist(), outline.max(axis=0).round(2).tolist()
    ([0.81, 0.69], [0.96, 0.88])
    """
    right = np.asarray(told_right, np.float64) + JEFFREYS
    wrong = np.asarray(told_wrong, np.float64) + JEFFREYS
    mode = np.log(right / wrong)
    spread = np.sqrt(1.0 / right + 1.0 / wrong)  # of the logit, by its curvature at the mode
    height = _cut(mode, spread, right, wrong, prob)
    angle = np.linspace(0.0, 2.0 * np.pi, _POINTS)
    towards = np.stack([np.cos(angle), np.sin(angle)], axis=1) * spread
    # The density falls along every ray from the mode, so the outline is crossed once.
    near, far = np.zeros(_POINTS), np.full(_POINTS, _FARTHEST)
    for _ in range(_STEPS):
        middle = 0.5 * (near + far)
        at = mode + middle[:, None] * towards
        inside = sum(log_density(at[:, m], right[m], wrong[m]) for m in (0, 1)) > height
        near, far = np.where(inside, middle, near), np.where(inside, far, middle)
    outline = mode + near[:, None] * towards
    outline[-1] = outline[0]
    return expit(outline)


def _cut(
    mode: FloatArray, spread: FloatArray, right: FloatArray, wrong: FloatArray, prob: float
) -> float:
    """Find the log density above which the probability asked for lies."""
    margins = []
    for m in (0, 1):
        # A tail towards an empty cell falls slowly, as exp(-half the logit): reach farther there.
        reach = _REACH * spread[m] * np.array([-1.0, 1.0])
        slow = 16.0 / np.array([right[m], wrong[m]])
        low, high = mode[m] + reach[0], mode[m] + reach[1]
        low, high = min(low, mode[m] - slow[0]), max(high, mode[m] + slow[1])
        grid = np.linspace(low, high, _GRID)
        margins.append((log_density(grid, right[m], wrong[m]), grid[1] - grid[0]))
    joint = np.add.outer(margins[0][0], margins[1][0]).ravel()
    joint[::-1].sort()
    mass = np.cumsum(np.exp(joint))
    place = int(np.searchsorted(mass, prob * mass[-1]))
    return float(joint[min(place, joint.size - 1)])
