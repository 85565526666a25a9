"""Confidence intervals of one proportion, for the studies of a forest plot."""

from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from metadx.estimands.logistic import FloatArray

type IntervalKind = Literal["clopper-pearson", "wilson"]

INTERVAL_NAMES: dict[IntervalKind, str] = {
    "clopper-pearson": "exact (Clopper–Pearson)",
    "wilson": "Wilson score",
}


def clopper_pearson(
    events: ArrayLike, n: ArrayLike, prob: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    r"""Exact confidence interval of a binomial proportion.

    The limits are quantiles of beta distributions: the lower one the :math:`\alpha/2` quantile of
    Beta(x, n − x + 1), the upper one the :math:`1 − \alpha/2` quantile of Beta(x + 1, n − x).

    Parameters
    ----------
    events : array_like of int, shape (N,)
        Number of events x.
    n : array_like of int, shape (N,)
        Number of persons.
    prob : float, default 0.95
        Confidence level, between 0 and 1.

    Returns
    -------
    lower, upper : ndarray, shape (N,)
        Limits on the probability scale; nan where `n` is 0.

    References
    ----------
    Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 1934;26:404-413.

    Examples
    --------
    >>> lower, upper = clopper_pearson([0, 7], [10, 10])
    >>> lower.round(4), upper.round(4)
    (array([0.    , 0.3475]), array([0.3085, 0.9333]))
    """
    from scipy.special import betaincinv

    x, size = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    tail = (1.0 - prob) / 2.0
    # At the ends the beta distribution has no second parameter: the limit is the end itself.
    inner_low, inner_high = (x > 0) & (size > 0), (x < size) & (size > 0)
    lower = np.where(size > 0, 0.0, np.nan)
    upper = np.where(size > 0, 1.0, np.nan)
    lower[inner_low] = betaincinv(x[inner_low], (size - x + 1)[inner_low], tail)
    upper[inner_high] = betaincinv((x + 1)[inner_high], (size - x)[inner_high], 1.0 - tail)
    return lower, upper


def wilson(events: ArrayLike, n: ArrayLike, prob: float = 0.95) -> tuple[FloatArray, FloatArray]:
    r"""Score confidence interval of a binomial proportion, without continuity correction.

    With :math:`z` the normal quantile and :math:`p = x/n`,
    :math:`(p + z^2/2n \pm z\sqrt{p(1-p)/n + z^2/4n^2}) / (1 + z^2/n)`.

    Parameters
    ----------
    events : array_like of int, shape (N,)
        Number of events x.
    n : array_like of int, shape (N,)
        Number of persons.
    prob : float, default 0.95
        Confidence level, between 0 and 1.

    Returns
    -------
    lower, upper : ndarray, shape (N,)
        Limits on the probability scale; nan where `n` is 0.

    References
    ----------
    Wilson EB. Probable inference, the law of succession, and statistical inference.
    J Am Stat Assoc 1927;22:209-212.

    Examples
    --------
    >>> lower, upper = wilson([7], [10])
    >>> lower.round(4), upper.round(4)
    (array([0.3968]), array([0.8922]))
    """
    x, size = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    size = np.where(size > 0, size, np.nan)
    z2 = NormalDist().inv_cdf(0.5 + prob / 2.0) ** 2
    p = x / size
    middle = p + z2 / (2.0 * size)
    half = np.sqrt(z2 * (p * (1.0 - p) / size + z2 / (4.0 * size**2)))
    scale = 1.0 + z2 / size
    # Rounding must not push a limit past the estimate that it encloses at 0 and at 1.
    lower = np.where(x == 0, 0.0 * size, (middle - half) / scale)
    upper = np.where(x == size, 1.0 + 0.0 * size, (middle + half) / scale)
    return lower, upper


def study_interval(
    events: ArrayLike, n: ArrayLike, kind: IntervalKind, prob: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Confidence interval of each study by the named method; nan where `n` is 0."""
    return (clopper_pearson if kind == "clopper-pearson" else wilson)(events, n, prob)
