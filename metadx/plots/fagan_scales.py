"""The scales of a Fagan nomogram: where probabilities and likelihood ratios stand."""

from dataclasses import dataclass

import numpy as np

from metadx.estimands.decision import log_odds
from metadx.estimands.logistic import FloatArray

_PER_CENT = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 40, 50),
    *(60, 70, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99, 99.995, 99.998, 99.999),
)
_STEPS = (1, 2, 5)
_MOST = 19  # numbers on the middle scale: from 0.001 to 1000
_EDGE = 1e-9  # rounding of logarithms


@dataclass(frozen=True, eq=False)
class Scale:
    """One scale.

    Parameters
    ----------
    heading : str
    heights : ndarray, shape (n,)
        Where its ticks stand.
    labels : tuple of str, length n
    """

    heading: str
    heights: FloatArray
    labels: tuple[str, ...]


def probability_scale(reach: float, *, flipped: bool) -> Scale:
    """Give the scale of a probability.

    Parameters
    ----------
    reach : float
        Log odds at its upper end; the lower end has as many below 0.
    flipped : bool
        Whether it falls upwards: before the test.

    Returns
    -------
    Scale

    Examples
    --------
    >>> scale = probability_scale(2.3, flipped=True)
    >>> scale.labels, scale.heights.round(2).tolist()[0]
    (('10', '20', '30', '40', '50', '60', '70', '80', '90'), 2.2)
    """
    at = np.array([log_odds(p / 100) for p in _PER_CENT])
    shown = np.abs(at) <= reach + _EDGE
    labels = tuple(f"{p:g}" for p, here in zip(_PER_CENT, shown, strict=True) if here)
    heading = "Before, %" if flipped else "After, %"
    return Scale(heading, -at[shown] if flipped else at[shown], labels)


def lr_scale(reach: float) -> Scale:
    """Give the scale of the likelihood ratio: half its logarithm.

    Parameters
    ----------
    reach : float
        Upper end; the lower end lies as far below 0.

    Returns
    -------
    Scale

    Examples
    --------
    >>> lr_scale(1.2).labels
    ('0.1', '0.2', '0.5', '1', '2', '5', '10')
    """
    ratios = np.array([step * 10.0**decade for decade in range(-12, 13) for step in _STEPS])
    shown = np.abs(np.log(ratios)) <= 2.0 * reach + _EDGE
    ratios = ratios[shown]
    if len(ratios) > _MOST:  # powers of ten alone: others would stand on each other
        exponents = np.log10(ratios)
        ratios = ratios[np.abs(exponents - exponents.round()) < _EDGE]
    heights = 0.5 * np.log(ratios)
    return Scale("Likelihood ratio", heights, tuple(f"{r:.10g}" for r in ratios))
