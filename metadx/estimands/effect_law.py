"""The law of the study effects, where it is not the normal law on the logit scale.

Most models take (logit sens, logit spec) of the studies to be bivariate normal. Others change the
link, on whose scale the effects are normal, or give the effects the heavier tails of a t law. What
their draws mean is worked out from the location on the link's own scale, its link, and the degrees
of freedom.
"""

from dataclasses import dataclass
from functools import cache
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

from metadx.estimands.links import Link, to_logit
from metadx.estimands.logistic import FloatArray

_TAIL = 1e-9  # of a mixture left out at either end
_STEPS_PER_SD = 2.0


@dataclass(frozen=True, eq=False)
class EffectLaw:
    """S draws of the law of the study effects on the scale of a link.

    Parameters
    ----------
    location : array, shape (S, 2)
        Mean of the effects on the scale of the link; for a t law its centre.
    link : {"logit", "probit", "cloglog"}
    df : array, shape (S,), or None
        Degrees of freedom of the bivariate t law of the effects; None for a normal law.
    """

    location: FloatArray
    link: Link = "logit"
    df: FloatArray | None = None

    @property
    def mu(self) -> FloatArray:
        """Logit sens and logit spec of the median study, shape (S, 2)."""
        return to_logit(self.location, self.link)

    def rows(self, part: NDArray[np.intp]) -> "EffectLaw":
        """Keep some of the draws."""
        df = None if self.df is None else self.df[part]
        return EffectLaw(self.location[part], self.link, df)


@cache
def scale_mixture(df: float) -> tuple[FloatArray, FloatArray]:
    """Write a t law as a mixture of normal laws.

    A t law with `df` degrees of freedom is normal with variance 1 / w given w, and w has a gamma
    law with shape and rate df / 2. The trapezoid rule in log w is exact to 3e-8 for what varies no
    faster than a probability.

    Parameters
    ----------
    df : float
        Degrees of freedom, above 0.

    Returns
    -------
    scales, weights : array, shape (K,)
        Standard deviations of the normal laws, 1 / sqrt(w), and their shares, which add up to 1.
        Read-only.

    References
    ----------
    Andrews DF, Mallows CL (1974). Scale mixtures of normal distributions. J R Stat Soc B
    36:99-102.

    Examples
    --------
    >>> scales, weights = scale_mixture(10.0)
    >>> round(float(weights @ scales**2), 6)  # the variance, df / (df - 2)
    1.25
    """
    half = df / 2.0
    # log w has mean near 0 and a variance near 1 / half + 1 / (2 half²)
    step = np.sqrt(1.0 / half + 0.5 / half**2) / _STEPS_PER_SD
    low, high = _reach(half)
    t = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    log_density = half * (t - np.exp(t)) + half * log(half) - lgamma(half)
    weights = np.exp(log_density)
    scales, weights = np.exp(-0.5 * t), weights / weights.sum()
    scales.flags.writeable = weights.flags.writeable = False
    return scales, weights


def _reach(half: float) -> tuple[float, float]:
    """Find log w beyond which less than a billionth of a gamma law of mean 1 lies."""
    # P(w < x) <= (half x)^half / Gamma(half + 1)
    low = (log(_TAIL) + lgamma(half + 1.0)) / half - log(half)
    high = 0.5
    while half * (np.expm1(high) - high) < -log(_TAIL):  # Chernoff's bound of the upper tail
        high += 0.1
    return low, high
