"""Nodes and weights of the quadrature rules that the estimands share."""

from functools import cache

import numpy as np
import numpy.typing as npt

from metadx.estimands.logistic import FloatArray


@cache
def gauss_legendre(n: int) -> tuple[FloatArray, FloatArray]:
    """Return the Gauss-Legendre rule on the interval from 0 to 1.

    Parameters
    ----------
    n : int
        Number of nodes.

    Returns
    -------
    nodes, weights : array, shape (n,)
        Read-only; the weights add up to 1.

    Examples
    --------
    >>> nodes, weights = gauss_legendre(5)
    >>> round(float(weights @ nodes**9), 12)
    0.1
    """
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return _frozen((nodes + 1.0) / 2.0), _frozen(weights / 2.0)


@cache
def normal_trapezoid(step: float) -> tuple[FloatArray, FloatArray]:
    """Return the trapezoid rule for expectations under the standard normal distribution.

    Parameters
    ----------
    step : float
        Distance between the nodes, which cover -8.6 to 8.6 (the rest holds 1e-17).

    Returns
    -------
    nodes, weights : array, shape (n,)
        Read-only; the weights add up to 1.

    References
    ----------
    Trefethen LN, Weideman JAC (2014). The exponentially convergent trapezoidal rule.
    SIAM Rev 56:385-458.

    Examples
    --------
    >>> nodes, weights = normal_trapezoid(0.5)
    >>> round(float(weights @ nodes**2), 12)
    1.0
    """
    half = int(np.ceil(8.6 / step))
    nodes = np.arange(-half, half + 1) * step
    weights = np.exp(-0.5 * nodes**2)
    return _frozen(nodes), _frozen(weights / weights.sum())


@cache
def logistic_trapezoid(step: float = 0.5) -> tuple[FloatArray, FloatArray]:
    """Return the trapezoid rule for expectations under the standard logistic distribution.

    Substituting x = expit(t) turns an integral over x in (0, 1) into one of this kind.

    Parameters
    ----------
    step : float
        Distance between the nodes, which cover -38 to 38 (the rest holds 1e-16). The density
        has its nearest poles at a distance of pi, so the error is of the order
        exp(-2 pi**2 / step): 1e-15 at 0.5 for integrands with no nearer pole.

    Returns
    -------
    nodes, weights : array, shape (n,)
        Read-only; the weights add up to 1.

    References
    ----------
    Trefethen LN, Weideman JAC (2014). The exponentially convergent trapezoidal rule.
    SIAM Rev 56:385-458.

    Examples
    --------
    >>> nodes, weights = logistic_trapezoid()
    >>> round(float(weights @ nodes**2), 8)  # pi**2 / 3
    3.28986813
    """
    half = int(np.ceil(38.0 / step))
    nodes = np.arange(-half, half + 1) * step
    odds = np.exp(-np.abs(nodes))
    weights = odds / (1.0 + odds) ** 2
    return _frozen(nodes), _frozen(weights / weights.sum())


@cache
def exponential_trapezoid(step: float = 0.25) -> tuple[FloatArray, FloatArray]:
    """Return the trapezoid rule for expectations under the logarithm of a standard exponential.

    Parameters
    ----------
    step : float
        Distance between the nodes, which cover -38 to 4.25 (the rest holds 1e-16). The density
        exp(g - exp(g)) falls off in the strip of half-width pi / 2, so the error is of the order
        exp(-pi**2 / step): 1e-17 at 0.25 for integrands that are analytic there.

    Returns
    -------
    nodes, weights : array, shape (n,)
        Read-only; the weights add up to 1.

    References
    ----------
    Trefethen LN, Weideman JAC (2014). The exponentially convergent trapezoidal rule.
    SIAM Rev 56:385-458.

    Examples
    --------
    >>> nodes, weights = exponential_trapezoid()
    >>> round(float(weights @ nodes), 8)  # minus Euler's constant
    -0.57721566
    """
    nodes = np.arange(-round(38.0 / step), round(4.25 / step) + 1) * step
    weights = np.exp(nodes - np.exp(nodes))
    return _frozen(nodes), _frozen(weights / weights.sum())


def _frozen(rule: npt.NDArray[np.floating]) -> FloatArray:
    values = np.asarray(rule, dtype=np.float64)
    values.flags.writeable = False  # cached: one caller must not change another's rule
    return values
