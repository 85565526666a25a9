"""Sensitivity and specificity: of the median study, on average over studies, of a new study."""

import math

import numpy as np

from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.quadrature import gauss_legendre, normal_trapezoid

# (largest tau, step): the poles of expit(mu + tau z) lie at a distance d = pi / tau from the real
# axis, where the normal weight has grown to exp(d**2 / 2), so the error of the trapezoid rule is
# about exp(d**2 / 2 - 2 pi d / step). Each limit keeps that below exp(-33).
_STEPS = ((1.05, 0.5), (2.3, 0.25), (4.7, 0.125))
_BLOCK = 2**15  # numbers worked on at a time: they stay in the processor's cache
_TAIL = 40.0  # 1 / (1 + exp(40)) is 4e-18


def median_study(mu: FloatArray) -> FloatArray:
    """Accuracy of the median study: the summary point that most programs print.

    Parameters
    ----------
    mu : array, shape (S, 2)
        Mean logit sens and logit spec.

    Returns
    -------
    array, shape (S, 2)
        expit(mu): sens and spec of the study in the middle of the distribution of studies.

    References
    ----------
    Reitsma JB et al. (2005). Bivariate analysis of sensitivity and specificity produces
    informative summary measures in diagnostic reviews. J Clin Epidemiol 58:982-990.

    Examples
    --------
    >>> median_study(np.array([[0.65339, 3.10841]])).round(3).tolist()
    [[0.658, 0.957]]
    """
    return expit(mu)


def population_mean(mu: FloatArray, tau: FloatArray) -> FloatArray:
    """Accuracy averaged over the population of studies, E[expit(mu + tau z)].

    Parameters
    ----------
    mu : array, shape (S, 2)
        Mean logit sens and logit spec.
    tau : array, shape (S, 2)
        Standard deviations of the two logits between studies, at least 0.

    Returns
    -------
    array, shape (S, 2)
        Mean sens and spec; they are nearer to 1/2 than those of the median study. Absolute error
        below 1e-12 for every tau.

    References
    ----------
    Zeger SL, Liang K-Y, Albert PS (1988). Models for longitudinal data: a generalized estimating
    equation approach. Biometrics 44:1049-1060 (subject-specific against population-averaged).

    Examples
    --------
    >>> mu, tau = np.array([[0.65339, 3.10841]]), np.array([[0.73661, 0.75578]])
    >>> population_mean(mu, tau).round(3).tolist()
    [[0.642, 0.946]]
    """
    centre, scale = np.asarray(mu, float).ravel(), np.asarray(tau, float).ravel()
    mean = expit(centre)  # the answer where tau is 0
    done = scale == 0.0
    for limit, step in _STEPS:
        here = np.flatnonzero(~done & (scale <= limit))
        mean[here] = _narrow(centre[here], scale[here], step)
        done[here] = True
    wide = np.flatnonzero(~done)
    if wide.size:
        mean[wide] = _wide(centre[wide], scale[wide])
    return mean.reshape(np.shape(mu))


def new_study_logits(
    mu: FloatArray,
    tau: FloatArray,
    rho: FloatArray,
    rng: np.random.Generator,
    df: FloatArray | None = None,
) -> FloatArray:
    """Draw the logits of a study that has not been seen, one for every posterior draw.

    On another link's scale: the values of a new study there.

    Parameters
    ----------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.
    rho : array, shape (S,)
        Correlation of the two logits between studies.
    rng : numpy.random.Generator
        Source of the 2 S normal numbers used, and for t effects of S chi-squared ones.
    df : array, shape (S,), or None
        Degrees of freedom of t effects, whose scales are tau; None for normal effects.

    Returns
    -------
    array, shape (S, 2)
        Draws from the posterior predictive distribution of (logit sens, logit spec).

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). A re-evaluation of random-effects
    meta-analysis. J R Stat Soc A 172:137-159 (predictive distribution).

    Examples
    --------
    >>> mu, tau, rho = np.zeros((3, 2)), np.zeros((3, 2)), np.zeros(3)
    >>> new_study_logits(mu, tau, rho, np.random.default_rng(1)).tolist()
    [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    """
    z = rng.standard_normal(np.shape(mu))
    z[:, 1] = rho * z[:, 0] + np.sqrt(np.maximum(0.0, 1.0 - rho * rho)) * z[:, 1]
    if df is not None:
        z /= np.sqrt(rng.chisquare(df) / df)[:, None]
    return np.asarray(mu + tau * z)


def _narrow(mu: FloatArray, tau: FloatArray, step: float) -> FloatArray:
    nodes, weights = normal_trapezoid(step)
    mean = np.empty(mu.size)
    rows = max(1, _BLOCK // nodes.size)
    with np.errstate(over="ignore", under="ignore"):
        for start in range(0, mu.size, rows):
            part = slice(start, start + rows)
            value = np.multiply.outer(-tau[part], nodes)
            value -= mu[part, None]
            np.exp(value, out=value)
            value += 1.0
            np.divide(1.0, value, out=value)
            mean[part] = value @ weights
    return mean


def _wide(mu: FloatArray, tau: FloatArray) -> FloatArray:
    """Integrate for large tau, where the logistic function is nearly a step at 0.

    A step alone would give Phi(mu / tau); what is left decays like exp(-|t|), whatever tau is.
    """
    unit, share = gauss_legendre(48)
    nodes, weights = _TAIL * unit, _TAIL * share * expit(-_TAIL * unit)
    step = np.fromiter((0.5 * math.erfc(-x / math.sqrt(2.0)) for x in mu / tau), float, mu.size)
    with np.errstate(under="ignore"):
        above = np.exp(-0.5 * (((nodes - mu[:, None]) / tau[:, None]) ** 2))
        below = np.exp(-0.5 * (((nodes + mu[:, None]) / tau[:, None]) ** 2))
    return np.asarray(step + (below - above) @ weights / (tau * math.sqrt(2.0 * math.pi)))
