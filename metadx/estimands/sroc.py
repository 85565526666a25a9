"""The summary ROC curve of the HSROC model and the area under it, whole or in part.

The curve is logit(sens) = Lambda exp(-beta / 2) + exp(-beta) logit(fpr), in bivariate terms
logit(sens) = mu_sens + (tau_sens / tau_spec) (mu_spec + logit(fpr)).
"""

import numpy as np
import numpy.typing as npt

from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.quadrature import gauss_legendre, logistic_trapezoid

_REACH = 38.0  # beyond this logit a probability differs from 0 or 1 by less than 1e-16
_PANEL = 4.0  # width of a panel: poles lie at least pi away, 14 nodes then give 1e-15
_NODES = 14
_BLOCK = 2**15  # numbers worked on at a time: they stay in the processor's cache


def sroc_curve(mu: FloatArray, tau: FloatArray, fpr: FloatArray) -> FloatArray:
    """Height of the summary ROC curve at given false positive rates.

    Parameters
    ----------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.
    fpr : array, shape (M,)
        False positive rates, 1 - spec, each in [0, 1].

    Returns
    -------
    array, shape (S, M)
        Sens on the curve. With tau_spec = 0 the curve is a step at 1 - expit(mu_spec), with
        tau_sens = 0 a level line; NaN where both are 0, since no curve is then defined.

    Raises
    ------
    ValueError
        If a rate lies outside [0, 1].

    References
    ----------
    Rutter CM, Gatsonis CA (2001). A hierarchical regression approach to meta-analysis of
    diagnostic test accuracy evaluations. Stat Med 20:2865-2884. Harbord RM et al. (2007).
    Biostatistics 8:239-251.

    Examples
    --------
    >>> mu, tau = np.array([[0.65339, 3.10841]]), np.array([[0.73661, 0.75578]])
    >>> sroc_curve(mu, tau, np.array([0.0, 0.05, 1.0])).round(3).tolist()
    [[0.0, 0.693, 1.0]]
    """
    fpr = np.asarray(fpr, dtype=np.float64)
    if not np.all((fpr >= 0.0) & (fpr <= 1.0)):
        msg = "every false positive rate must lie between 0 and 1; give proportions"
        raise ValueError(msg)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        slope = (tau[:, 0] / tau[:, 1])[:, None]
        shift = slope * (mu[:, 1, None] + (np.log(fpr) - np.log1p(-fpr)))
    # 0 times infinity: the curve passes through the mean point, where the shift is 0.
    shift[np.isnan(shift) & ~np.isnan(slope)] = 0.0
    return expit(mu[:, 0, None] + shift)


def auc(mu: FloatArray, tau: FloatArray) -> FloatArray:
    """Area under the whole summary ROC curve.

    Parameters
    ----------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.

    Returns
    -------
    array, shape (S,)
        Area, in [0, 1], with absolute error below 1e-12; NaN where both tau are 0. The whole
        area leans on the curve far outside the data: give `partial_auc` beside it.

    Notes
    -----
    Seen from the other axis the same curve has slope 1 / slope and the same area, so the flatter
    of the two is integrated: with x = expit(t) the integrand is expit(a + s t) times the logistic
    density, s <= 1, analytic for |Im t| < pi. If beta is 0 the area is
    DOR (DOR - 1 - ln DOR) / (DOR - 1)**2.

    References
    ----------
    Walter SD (2002). Properties of the summary receiver operating characteristic (SROC) curve
    for diagnostic test data. Stat Med 21:1237-1256.

    Examples
    --------
    >>> auc(np.array([[0.0, np.log(40.0)]]), np.array([[1.0, 1.0]])).round(5).tolist()
    [0.92863]
    """
    level, slope, _ = _flatter(mu, tau)
    return _integrate(level, slope, *logistic_trapezoid())


def partial_auc(mu: FloatArray, tau: FloatArray, low: float, high: float) -> FloatArray:
    """Mean height of the summary ROC curve between two false positive rates.

    Parameters
    ----------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.
    low, high : float
        Ends of the range of 1 - spec, 0 <= low < high <= 1.

    Returns
    -------
    array, shape (S,)
        Area over the range divided by its width, in [0, 1]; NaN where both tau are 0.

    Raises
    ------
    ValueError
        If the range is empty or leaves [0, 1].

    Notes
    -----
    Composite Gauss-Legendre rule on the logit scale. A curve steeper than 1 is followed in its
    height instead of its base, x = expit(c + u / slope), y = expit(u), so that no pole comes
    nearer than pi; where y has reached 1 the rest of the range is added as a rectangle.

    References
    ----------
    McClish DK (1989). Analyzing a portion of the ROC curve. Med Decis Making 9:190-195.

    Examples
    --------
    >>> mu, tau = np.array([[0.60641, 2.94144]]), np.array([[0.67632, 0.70751]])
    >>> partial_auc(mu, tau, 0.0, 1.0).round(4).tolist()
    [0.9185]
    """
    if not 0.0 <= low < high <= 1.0:
        msg = f"the range must satisfy 0 <= low < high <= 1, not low = {low}, high = {high}"
        raise ValueError(msg)
    level, slope, steep = _flatter(mu, tau)
    with np.errstate(divide="ignore"):
        first, last = (float(x) for x in np.log([low, high]) - np.log1p([-low, -high]))
    area = np.empty(level.size)
    flat = np.flatnonzero(~steep)
    area[flat] = _integrate(level[flat], slope[flat], *_base_rule(first, last))
    high_up = np.flatnonzero(steep)
    area[high_up] = _along_height(level[high_up], slope[high_up], first, last)
    return np.clip(area / (high - low), 0.0, 1.0)


def _flatter(
    mu: FloatArray, tau: FloatArray
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Level and slope of the curve from the axis on which its slope is at most 1."""
    steep = tau[:, 0] > tau[:, 1]
    with np.errstate(invalid="ignore", under="ignore"):
        slope = tau.min(axis=1) / tau.max(axis=1)
    level = np.where(steep, slope * mu[:, 0] + mu[:, 1], mu[:, 0] + slope * mu[:, 1])
    return level, slope, steep


def _integrate(
    level: FloatArray, slope: FloatArray, nodes: FloatArray, weights: FloatArray
) -> FloatArray:
    """Integrate expit(level + slope t) by a rule for t that all draws share."""
    area = np.empty(level.size)
    rows = max(1, _BLOCK // nodes.size)
    with np.errstate(over="ignore", under="ignore"):
        for start in range(0, level.size, rows):
            part = slice(start, start + rows)
            value = np.multiply.outer(-slope[part], nodes)
            value -= level[part, None]
            np.exp(value, out=value)
            value += 1.0
            np.divide(1.0, value, out=value)
            area[part] = value @ weights
    return area


def _base_rule(first: float, last: float) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights along the base, x = expit(u), in equal panels."""
    first, last = max(first, -_REACH), min(last, _REACH)
    panels = max(1, int(np.ceil((last - first) / _PANEL)))
    width = (last - first) / panels
    nodes, weights = gauss_legendre(_NODES)
    u = (first + width * (np.arange(panels)[:, None] + nodes)).ravel()
    x = expit(u)
    return u, np.tile(width * weights, panels) * x * expit(-u)


def _along_height(level: FloatArray, slope: FloatArray, low: float, high: float) -> FloatArray:
    """Integrate y = expit(u) dx with x = expit(-level + slope u), between two logits of x."""
    slope = np.maximum(slope, 1e-300)
    with np.errstate(over="ignore"):
        first = np.clip((low + level) / slope, -_REACH, _REACH)
        last = np.clip((high + level) / slope, -_REACH, _REACH)
    panels = np.maximum(1, np.ceil(np.nan_to_num(last - first) / _PANEL)).astype(int)
    area = np.empty(level.size)
    for count in np.unique(panels):
        here = np.flatnonzero(panels == count)
        area[here] = _strip(level[here], slope[here], first[here], last[here], int(count))
    rest = expit(np.array(high)) - expit(np.clip(slope * last - level, low, high))
    return np.asarray(area + rest)


def _strip(
    level: FloatArray, slope: FloatArray, first: FloatArray, last: FloatArray, panels: int
) -> FloatArray:
    """Integrate along the height from `first` to `last` in equal panels."""
    level, slope = level[:, None], slope[:, None]
    nodes, weights = gauss_legendre(_NODES)
    width = (last - first) / panels
    total = np.zeros(first.size)
    for k in range(panels):
        u = first[:, None] + width[:, None] * (k + nodes)
        x = expit(slope * u - level)
        value = expit(u)
        value *= x
        value *= 1.0 - x
        total += value @ weights
    return np.asarray(total * width * slope[:, 0])
