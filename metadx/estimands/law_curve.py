"""The summary ROC curve and the areas under it, for any link.

The curve is the straight line through the median study on the scale of the link along which sens
rises as spec falls, with the slope that the standard deviations have:

    g(sens) = m_sens + (tau_sens / tau_spec) (m_spec - g(1 - fpr))

Under the logit this is the curve of the HSROC model, since g(1 - x) = -g(x) there; under the probit
it is the binormal curve. A t law of the effects changes nothing of it.
"""

import numpy as np
import numpy.typing as npt

from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.links import Link, from_logit, inverse
from metadx.estimands.logistic import FloatArray
from metadx.estimands.quadrature import gauss_legendre
from metadx.estimands.sroc import auc, partial_auc, sroc_curve

_SUPPORT = {"probit": (-9.0, 9.0), "cloglog": (-38.0, 4.0)}  # beyond it F is 0 or 1 to 1e-16
_PANEL = 2.0  # width of a panel; with 14 nodes exact to 1e-13
_NODES = 14
_SQRT_TWO_PI = float(np.sqrt(2.0 * np.pi))
_BLOCK = 2**15


def curve_of_law(law: EffectLaw, tau: FloatArray, fpr: FloatArray) -> FloatArray:
    """Height of the summary ROC curve at given false positive rates.

    Parameters
    ----------
    law : EffectLaw
        S draws.
    tau : array, shape (S, 2)
        Standard deviations of the effects on the scale of the link.
    fpr : array, shape (M,)
        False positive rates, 1 - spec, each in [0, 1].

    Returns
    -------
    array, shape (S, M)
        Sens on the curve; NaN where both tau are 0.

    Raises
    ------
    ValueError
        If a rate lies outside [0, 1].

    References
    ----------
    Harbord RM et al. (2007). Biostatistics 8:239-251 (logit). Hanley JA (1988). The robustness of
    the "binormal" assumptions used in fitting ROC curves. Med Decis Making 8:197-203 (probit).

    Examples
    --------
    >>> law = EffectLaw(np.array([[1.0, 1.0]]), "probit")
    >>> curve_of_law(law, np.ones((1, 2)), np.array([0.0, 0.1587, 1.0])).round(3).tolist()
    [[0.0, 0.841, 1.0]]
    """
    if law.link == "logit":
        return sroc_curve(law.location, tau, fpr)
    fpr = np.asarray(fpr, dtype=np.float64)
    if not np.all((fpr >= 0.0) & (fpr <= 1.0)):
        msg = "every false positive rate must lie between 0 and 1; give proportions"
        raise ValueError(msg)
    sens, spec = law.location[:, 0, None], law.location[:, 1, None]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        slope = (tau[:, 0] / tau[:, 1])[:, None]
        shift = slope * (spec - _scale_of_spec(fpr, law.link))
    shift[np.isnan(shift) & ~np.isnan(slope)] = 0.0  # the curve passes through the median study
    return inverse(sens + shift, law.link)


def area_of_law(
    law: EffectLaw, tau: FloatArray, span: tuple[float, float] | None = None
) -> FloatArray:
    """Mean height of the summary ROC curve, over all false positive rates or a range of them.

    Parameters
    ----------
    law : EffectLaw
        S draws.
    tau : array, shape (S, 2)
        Standard deviations of the effects on the scale of the link.
    span : tuple of float or None
        Ends of the range of 1 - spec, 0 <= low < high <= 1; None for all of it.

    Returns
    -------
    array, shape (S,)
        Area over the range divided by its width, in [0, 1], with an absolute error below 1e-10
        before that division; NaN where both tau are 0.

    Raises
    ------
    ValueError
        If the range is empty or leaves [0, 1].

    Notes
    -----
    Under the probit the whole area is Phi((tau_spec m_sens + tau_sens m_spec) / sqrt(tau_sens² +
    tau_spec²)). Otherwise the area is the integral of sens along u = g(spec), where fpr has the
    density F'(u): composite Gauss-Legendre rule over where that lives. A curve steeper than 1 is
    followed in its height v = g(sens) instead, by parts.

    References
    ----------
    McClish DK (1989). Analyzing a portion of the ROC curve. Med Decis Making 9:190-195.

    Examples
    --------
    >>> law = EffectLaw(np.array([[1.0, 1.0]]), "probit")
    >>> area_of_law(law, np.ones((1, 2))).round(4).tolist()  # Phi(sqrt(2))
    [0.9214]
    """
    if law.link == "logit":
        return auc(law.location, tau) if span is None else partial_auc(law.location, tau, *span)
    low, high = span or (0.0, 1.0)
    if not 0.0 <= low < high <= 1.0:
        msg = f"the range must satisfy 0 <= low < high <= 1, not low = {low}, high = {high}"
        raise ValueError(msg)
    area = np.full(tau.shape[0], np.nan)
    both = (tau > 0.0).any(axis=1)
    steep = tau[:, 0] > tau[:, 1]
    ends = _scale_of_spec(np.array([low, high]), law.link)
    flat, rising = both & ~steep, both & steep
    if flat.any():
        area[flat] = _along_base(law.location[flat], tau[flat], ends, law.link)
    if rising.any():
        area[rising] = _along_height(law.location[rising], tau[rising], ends, (low, high), law.link)
    return np.clip(area / (high - low), 0.0, 1.0)


def _along_base(
    location: FloatArray,
    tau: FloatArray,
    ends: FloatArray,
    link: Link,
) -> FloatArray:
    """Integrate sens over u = g(spec), from the high rate of false positives to the low one."""
    slope = (tau[:, 0] / tau[:, 1])[:, None]
    first, last = np.clip(ends[::-1], *_SUPPORT[link])
    u, weights = _panels(first, last)
    weights = weights * _density(u, link)
    area = np.empty(slope.size)
    rows = max(1, _BLOCK // u.size)
    for start in range(0, slope.size, rows):
        part = slice(start, start + rows)
        line = location[part, :1] + slope[part] * (location[part, 1:] - u)
        area[part] = inverse(line, link) @ weights
    return area


def _along_height(
    location: FloatArray,
    tau: FloatArray,
    ends: FloatArray,
    span: tuple[float, float],
    link: Link,
) -> FloatArray:
    """Integrate by parts: [fpr sens] minus the integral of fpr over v = g(sens)."""
    sens, spec = location[:, :1], location[:, 1:]
    back = (tau[:, 1] / tau[:, 0])[:, None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        shift = (spec - ends) / back  # 0 / 0 on the step itself
    v = np.clip(sens + np.nan_to_num(shift, nan=0.0, posinf=1e300, neginf=-1e300), *_SUPPORT[link])
    heights = inverse(v, link)
    unit, share = _panels(0.0, 1.0, int(np.ceil(np.ptp(_SUPPORT[link]) / _PANEL)))
    area = span[1] * heights[:, 1] - span[0] * heights[:, 0]
    rows = max(1, _BLOCK // unit.size)
    for start in range(0, area.size, rows):
        part = slice(start, start + rows)
        width = v[part, 1:] - v[part, :1]
        at = v[part, :1] + width * unit
        missed = 1.0 - inverse(spec[part] + back[part] * (sens[part] - at), link)
        area[part] -= (missed * _density(at, link) * width) @ share
    return np.asarray(area)


def _panels(first: float, last: float, count: int | None = None) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of the composite Gauss-Legendre rule from `first` to `last`."""
    panels = count or max(1, int(np.ceil((last - first) / _PANEL)))
    width = (last - first) / panels
    nodes, weights = gauss_legendre(_NODES)
    at = (first + width * (np.arange(panels)[:, None] + nodes)).ravel()
    return at, np.tile(width * weights, panels)


def _density(u: FloatArray, link: Link) -> FloatArray:
    """Return F'(u)."""
    with np.errstate(under="ignore"):
        if link == "probit":
            return np.asarray(np.exp(-0.5 * u * u) / _SQRT_TWO_PI)
        return np.asarray(np.exp(u - np.exp(u)))


def _scale_of_spec(fpr: npt.NDArray[np.float64], link: Link) -> FloatArray:
    """Return g(1 - fpr)."""
    with np.errstate(divide="ignore"):
        return from_logit(np.log1p(-fpr) - np.log(fpr), link)
