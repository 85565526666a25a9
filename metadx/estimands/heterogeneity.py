"""How much studies differ: the median odds ratio and the I² of Zhou and Dendukuri."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metadx.estimands.logistic import FloatArray, bounded_exp, expit

type BoolArray = npt.NDArray[np.bool_]

_MOR = 0.9538725524089398  # sqrt(2) times the upper quartile of the standard normal distribution


@dataclass(frozen=True, eq=False)
class ZhouDendukuri:
    """I² of Zhou and Dendukuri, as proportions.

    Parameters
    ----------
    joint : array, shape (S,)
        Share of the generalised variance of both logits that lies between studies.
    sens, spec : array, shape (S,)
        Share of the variance of one logit that lies between studies.
    """

    joint: FloatArray
    sens: FloatArray
    spec: FloatArray


def median_odds_ratio(tau: FloatArray) -> FloatArray:
    """Median ratio of the odds of two studies drawn at random, the larger over the smaller.

    Parameters
    ----------
    tau : array, shape (S, 2)
        Standard deviations of logit sens and logit spec between studies.

    Returns
    -------
    array, shape (S, 2)
        exp(0.954 tau), at least 1, held below exp(700); monotone in tau, unlike I².

    References
    ----------
    Larsen K, Merlo J (2005). Appropriate assessment of neighborhood effects on individual health:
    integrating random and fixed effects in multilevel logistic regression. Am J Epidemiol
    161:81-88.

    Examples
    --------
    >>> median_odds_ratio(np.sqrt([[0.54260, 0.57121]])).round(2).tolist()
    [[2.02, 2.06]]
    """
    return bounded_exp(_MOR * np.asarray(tau, dtype=np.float64))


def zhou_dendukuri_i2(
    mu: FloatArray,
    tau: FloatArray,
    rho: FloatArray,
    n_diseased: npt.NDArray[np.integer],
    n_nondiseased: npt.NDArray[np.integer],
) -> ZhouDendukuri:
    """I² for the bivariate model: variation between studies as a share of the whole.

    Parameters
    ----------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.
    rho : array, shape (S,)
        Correlation of the two logits between studies.
    n_diseased, n_nondiseased : array, shape (N,)
        Sizes of the arms; an arm of size 0 does not count.

    Returns
    -------
    ZhouDendukuri
        Proportions in [0, 1]; NaN for a margin in which no study has an arm, and then jointly.

    Notes
    -----
    The variance within studies is averaged over the distribution of studies,
    E[W] = (e^(mu + tau²/2) + e^(-mu + tau²/2) + 2) mean(1 / n), so it grows like e^(tau²/2) and
    the index is **not monotone in tau**: at n = 100 and mu = 2 it is 0.90 at tau = 1.5 and 0.26
    at tau = 3.5. Do not rank reviews by it, and read tau and the median odds ratio first.

    References
    ----------
    Zhou Y, Dendukuri N (2014). Statistics for quantifying heterogeneity in univariate and
    bivariate meta-analyses of binary data: the case of meta-analyses of diagnostic accuracy.
    Stat Med 33:2701-2717, doi 10.1002/sim.6115.

    Examples
    --------
    >>> mu, rho, n = np.full((1, 2), 2.0), np.zeros(1), np.array([100])
    >>> for tau in (1.5, 3.5):
    ...     print(zhou_dendukuri_i2(mu, np.full((1, 2), tau), rho, n, n).sens.round(2))
    [0.9]
    [0.26]
    """
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        log_tau = np.log(tau)
        half = 0.5 * np.log1p(-np.minimum(rho * rho, 1.0))
        # log(e^(mu + t) + e^(-mu + t) + 2), t = tau²/2, without ever leaving the log scale
        size = np.abs(mu) + 0.5 * tau * tau
        within = np.logaddexp(size + np.log1p(np.exp(-2.0 * np.abs(mu))), np.log(2.0))
    within += np.array([_log_mean_inverse(n_diseased), _log_mean_inverse(n_nondiseased)])
    margins = expit(2.0 * log_tau - within)
    joint = expit(log_tau.sum(axis=1) + half - 0.5 * within.sum(axis=1))
    return ZhouDendukuri(joint=joint, sens=margins[:, 0], spec=margins[:, 1])


def zhou_dendukuri_falls(mu: FloatArray, tau: FloatArray) -> BoolArray:
    """Tell where the I² of Zhou and Dendukuri falls although heterogeneity grows.

    Parameters
    ----------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.

    Returns
    -------
    array of bool, shape (S, 2)
        True where d I² / d tau < 0 for the index of that margin, and for the joint one as this tau
        grows. Never below tau = 1.41 and always above 1.60; between them it depends on mu, and
        the sizes of the studies do not matter.

    Notes
    -----
    The derivative of log(tau² / E[W]) is 2 / tau - tau A / (A + 2) with
    A = e^(mu + tau²/2) + e^(-mu + tau²/2).

    References
    ----------
    Zhou Y, Dendukuri N (2014). Stat Med 33:2701-2717, doi 10.1002/sim.6115 (the index; its turning
    point is derived here).

    Examples
    --------
    >>> zhou_dendukuri_falls(np.array([[0.0, 3.0]]), np.array([[1.5, 1.5]])).tolist()
    [[False, True]]
    """
    square = np.asarray(tau, dtype=np.float64) ** 2
    log_half = np.logaddexp(mu, np.negative(mu)) + 0.5 * square - np.log(2.0)
    return np.asarray(square * expit(log_half) > 2.0)


def _log_mean_inverse(n: npt.NDArray[np.integer]) -> float:
    arms = np.asarray(n)[np.asarray(n) > 0]
    return float(np.log(np.mean(1.0 / arms))) if arms.size else float("nan")
