"""Binomial log-likelihood of one arm in its value on the scale of a link, for any link.

With y hits and m misses and eta the value whose probability of a hit is F(eta), the log-likelihood
is y log F(eta) + m log(1 - F(eta)). It is concave in eta for all three links, so that its observed
information is at least 0 and a study has one conditional mode.

| link | log F | log(1 - F) |
| --- | --- | --- |
| logit | -log(1 + exp(-eta)) | -log(1 + exp(eta)) |
| probit | log Phi(eta) | log Phi(-eta) |
| cloglog | log(1 - exp(-exp(eta))) | -exp(eta) |

References
----------
Pratt JW. Concavity of the log likelihood. J Am Stat Assoc 1981;76:103-106.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.counts import expit_pair
from metadx.estimands.links import Link

type FloatArray = NDArray[np.float64]

#: Values are held within these limits on either side of 0, where every formula is finite.
FARTHEST = {"logit": 690.0, "probit": 1e4, "cloglog": 600.0}
_FEW = 0.02  # rate of a cloglog below which its information is taken from a power series
_HALF_LOG_TWO_PI = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True, eq=False)
class ArmTerms:
    """What the log-likelihood of an arm is at a point.

    Parameters
    ----------
    value, score, information : ndarray
        The log-likelihood without its binomial coefficient, its slope, and minus its curvature.
    """

    value: FloatArray
    score: FloatArray
    information: FloatArray


def arm_terms(hits: FloatArray, misses: FloatArray, eta: FloatArray, link: Link) -> ArmTerms:
    """Return the log-likelihood of an arm with its slope and information.

    Parameters
    ----------
    hits, misses : ndarray
        Correct and wrong results; both 0 for an empty arm.
    eta : ndarray, of a shape that broadcasts with them
        Values on the scale of the link, within `FARTHEST` of 0.
    link : {"logit", "probit", "cloglog"}

    Returns
    -------
    ArmTerms

    Examples
    --------
    >>> found = arm_terms(np.array([3.0]), np.array([1.0]), np.array([0.0]), "probit")
    >>> [x.round(4).tolist() for x in (found.value, found.score, found.information)]
    [[-2.7726], [1.5958], [2.5465]]
    """
    if link == "logit":
        p, q = expit_pair(eta)
        value = arm_value(hits, misses, eta, link)
        return ArmTerms(value, hits * q - misses * p, (hits + misses) * p * q)
    if link == "probit":
        return _probit(hits, misses, eta)
    return _cloglog(hits, misses, eta)


def arm_value(hits: FloatArray, misses: FloatArray, eta: FloatArray, link: Link) -> FloatArray:
    """Return the log-likelihood of an arm alone.

    Parameters
    ----------
    hits, misses, eta, link
        As of `arm_terms`.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> arm_value(np.array([0.0]), np.array([2.0]), np.array([0.0]), "cloglog").tolist()
    [-2.0]
    """
    if link == "logit":
        return np.asarray(-hits * np.logaddexp(0.0, -eta) - misses * np.logaddexp(0.0, eta))
    if link == "probit":
        near, far, _ = _normal_tails(eta)
        above = eta > 0
        return np.asarray(hits * np.where(above, near, far) + misses * np.where(above, far, near))
    with np.errstate(under="ignore"):
        rate = np.exp(eta)
        return np.asarray(hits * _log_reached(eta, rate) - misses * rate)


def _normal_tails(eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return log Phi(|eta|), log Phi(-|eta|) and the hazard phi / Phi of the latter."""
    from scipy.special import erfcx

    size = np.abs(eta)
    scaled = erfcx(size * np.sqrt(0.5))
    far = np.log(0.5 * scaled)
    far -= 0.5 * size * size
    with np.errstate(under="ignore"):
        near = np.log1p(-np.exp(far))
    return near, far, np.sqrt(2 / np.pi) / scaled


def _probit(hits: FloatArray, misses: FloatArray, eta: FloatArray) -> ArmTerms:
    near, far, steep = _normal_tails(eta)
    size = np.abs(eta)
    with np.errstate(under="ignore"):
        # phi / Phi where Phi is at least one half
        flat = np.exp(-0.5 * size * size - _HALF_LOG_TWO_PI - near)
    curved = steep * _excess(size, steep)
    eased = flat * (flat + size)
    above = eta > 0
    return ArmTerms(
        hits * np.where(above, near, far) + misses * np.where(above, far, near),
        hits * np.where(above, flat, steep) - misses * np.where(above, steep, flat),
        hits * np.where(above, eased, curved) + misses * np.where(above, curved, eased),
    )


def _excess(size: FloatArray, hazard: FloatArray) -> FloatArray:
    """Return hazard - size, by its asymptotic series where the difference has lost its digits."""
    inverse = 1 / np.maximum(size, 1.0)
    square = inverse * inverse
    series = inverse * (1 + square * (-2 + square * (10 - 74 * square)))
    return np.asarray(np.where(size > 40.0, series, hazard - size))


def _cloglog(hits: FloatArray, misses: FloatArray, eta: FloatArray) -> ArmTerms:
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        rate = np.exp(eta)
        gone = np.exp(-rate)
        reached = -np.expm1(-rate)
        # slope of log F; 1 where the rate has rounded to 0
        slope = np.where(rate > 0, rate * gone / np.where(reached > 0, reached, 1.0), 1.0)
        # rate / (1 - exp(-rate)) - 1, small rates by its power series
        few = np.minimum(rate, _FEW)
        series = few * (0.5 + few * (1 / 12 - few * few / 720))
        bend = np.where(rate < _FEW, series, rate / np.where(reached > 0, reached, 1.0) - 1)
        return ArmTerms(
            hits * _log_reached(eta, rate) - misses * rate,
            hits * slope - misses * rate,
            hits * (slope * bend) + misses * rate,
        )


def _log_reached(eta: FloatArray, rate: FloatArray) -> FloatArray:
    """Return log(1 - exp(-rate)) with rate = exp(eta), exact for small and large rates."""
    with np.errstate(under="ignore", divide="ignore"):
        large = np.log1p(-np.exp(-np.maximum(rate, 0.5)))
        small = np.log(np.where(rate > 0, -np.expm1(-np.minimum(rate, 0.5)), 1.0))
    small = np.where(rate > 1e-8, small, eta - 0.5 * rate)
    return np.asarray(np.where(rate > 0.5, large, small))
