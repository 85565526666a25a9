"""Accuracy averaged over the population of studies, for any link and for t effects."""

import numpy as np

from metadx.estimands.accuracy import population_mean
from metadx.estimands.effect_law import EffectLaw, scale_mixture
from metadx.estimands.links import Link, inverse
from metadx.estimands.logistic import FloatArray
from metadx.estimands.quadrature import exponential_trapezoid, normal_trapezoid

_WIDEST_NARROW = 1.15  # standard deviation up to which the trapezoid rule is taken over the effects
_BLOCK = 2**15


def mean_of_law(law: EffectLaw, tau: FloatArray) -> FloatArray:
    """Average sens and spec over the population of studies, E[F(location + effect)].

    Parameters
    ----------
    law : EffectLaw
        S draws.
    tau : array, shape (S, 2)
        Standard deviations of the effects on the scale of the link, of a t law its scales.

    Returns
    -------
    array, shape (S, 2)
        Mean sens and spec; absolute error below 1e-10 under a normal law and 1e-7 under a t law.

    Notes
    -----
    Under the probit E[Phi(m + tau z)] = Phi(m / sqrt(1 + tau²)). Under the cloglog it is
    P(g <= m + tau z) with g the logarithm of a standard exponential. A t law is a mixture of normal
    laws, see `scale_mixture`.

    References
    ----------
    Zeger SL, Liang K-Y, Albert PS (1988). Models for longitudinal data: a generalized estimating
    equation approach. Biometrics 44:1049-1060, section 3.

    Examples
    --------
    >>> probit = EffectLaw(np.array([[1.0, 2.0]]), "probit")
    >>> mean_of_law(probit, np.array([[0.0, 1.0]])).round(4).tolist()
    [[0.8413, 0.9214]]
    """
    location, tau = np.asarray(law.location, float), np.asarray(tau, float)
    if law.df is None:
        return _normal_mean(location, tau, law.link)
    mean = np.zeros_like(location)
    for df in np.unique(law.df):
        here = np.flatnonzero(law.df == df)
        for scale, weight in zip(*scale_mixture(float(df)), strict=True):
            mean[here] += weight * _normal_mean(location[here], scale * tau[here], law.link)
    return mean


def _normal_mean(location: FloatArray, tau: FloatArray, link: Link) -> FloatArray:
    if link == "logit":
        return population_mean(location, tau)
    if link == "probit":
        return inverse(location / np.hypot(1.0, tau), link)
    centre, scale = location.ravel(), tau.ravel()
    mean = np.empty(centre.size)
    for here, rule in (
        (np.flatnonzero(scale <= _WIDEST_NARROW), _over_effects),
        (np.flatnonzero(scale > _WIDEST_NARROW), _over_thresholds),
    ):
        if here.size:
            mean[here] = rule(centre[here], scale[here])
    return mean.reshape(location.shape)


def _over_effects(centre: FloatArray, scale: FloatArray) -> FloatArray:
    """Average the cloglog over normal effects that are not wide, so that it changes smoothly."""
    nodes, weights = normal_trapezoid(0.25)
    mean = np.empty(centre.size)
    rows = _BLOCK // nodes.size
    for first in range(0, centre.size, rows):
        part = slice(first, first + rows)
        values = centre[part, None] + np.multiply.outer(scale[part], nodes)
        mean[part] = inverse(values, "cloglog") @ weights
    return mean


def _over_thresholds(centre: FloatArray, scale: FloatArray) -> FloatArray:
    """Average the chance that wide effects exceed the logarithm of an exponential."""
    nodes, weights = exponential_trapezoid()
    mean = np.empty(centre.size)
    rows = _BLOCK // nodes.size
    for first in range(0, centre.size, rows):
        part = slice(first, first + rows)
        values = (centre[part, None] - nodes) / scale[part, None]
        mean[part] = inverse(values, "probit") @ weights
    return mean
