"""The mode of a log density by damped Newton steps with exact gradients."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.errors import FitError

type FloatArray = NDArray[np.float64]
type ValueAndGradient = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

_DIFFERENCE = 1e-4  # step of the forward differences of the gradient that give the curvature
_MIN_CURVATURE = 1e-2  # keeps steps finite where the density is flat
_MAX_STEP = 1.5
_DECREMENT = 5e-7  # squared length in posterior standard deviations of a step not worth taking
_MAX_ITERATIONS = 60


@dataclass(frozen=True, eq=False)
class Mode:
    """A mode and the curvature there.

    Parameters
    ----------
    location : ndarray, shape (D,)
    precision : ndarray, shape (D, D)
        Negative Hessian of the log density, symmetric, not necessarily positive definite.
    value : float
        Log density.
    """

    location: FloatArray
    precision: FloatArray
    value: float


def find_mode(target: ValueAndGradient, start: FloatArray) -> Mode:
    """Climb to a mode; each step is one batched call at a point and its D neighbours.

    Parameters
    ----------
    target : callable
        Maps points (S, D) to log densities (S,) and gradients (S, D).
    start : ndarray, shape (D,)

    Returns
    -------
    Mode

    Raises
    ------
    FitError
        If the density or its gradient is not finite at the start or on the way.

    Examples
    --------
    >>> def parabola(points):
    ...     return -((points - 2.0) ** 2).sum(axis=1), -2 * (points - 2.0)
    >>> mode = find_mode(parabola, np.zeros(1))
    >>> float(mode.location[0].round(6)), float(mode.precision[0, 0].round(6))
    (2.0, 2.0)
    """
    offsets = np.vstack([np.zeros(start.size), np.eye(start.size) * _DIFFERENCE])
    here = np.array(start, dtype=float)
    value, gradient = target(here + offsets)
    if not np.isfinite(value[0]):
        msg = "the posterior density is not finite at the starting point"
        raise FitError(msg)
    for _ in range(_MAX_ITERATIONS):
        curvature = _curvature(gradient)
        step = _newton_step(curvature, gradient[0])
        if step @ gradient[0] < _DECREMENT:
            return Mode(here, curvature, float(value[0]))
        step *= min(1.0, _MAX_STEP / np.abs(step).max())
        allowed = value[0] - 1e-9 * (1 + abs(value[0]))  # rounding of a sum over many people
        while True:
            new_value, new_gradient = target(here + step + offsets)
            if new_value[0] > allowed:
                break
            step *= 0.5
            # As high as the last digits of values and gradients, which differ by the error of the
            # quadrature, let it climb; the importance weights judge the rest.
            if step @ gradient[0] < _DECREMENT:
                return Mode(here, curvature, float(value[0]))
        here, value, gradient = here + step, new_value, new_gradient
    return Mode(here, _curvature(gradient), float(value[0]))


def _curvature(gradient: FloatArray) -> FloatArray:
    """Return minus the Hessian from the gradients at a point and its D neighbours."""
    curvature = -(gradient[1:] - gradient[0]) / _DIFFERENCE
    return np.asarray(0.5 * (curvature + curvature.T))


def _newton_step(curvature: FloatArray, gradient: FloatArray) -> FloatArray:
    """Step uphill also where the curvature has the wrong sign (eigenvalues taken as absolute)."""
    if not (np.isfinite(curvature).all() and np.isfinite(gradient).all()):
        msg = "the gradient of the posterior density is not finite"
        raise FitError(msg)
    values, vectors = np.linalg.eigh(curvature)
    scaled = (vectors.T @ gradient) / np.maximum(np.abs(values), _MIN_CURVATURE)
    return np.asarray(vectors @ scaled)
