"""Link functions: from the scale on which study effects are normal to probabilities and logits.

sens = F(eta) and, on a scale of its own, spec = F(eta), with F the cumulative distribution of the
standard logistic law (logit), of the standard normal (probit), or of the logarithm of a standard
exponential (cloglog): sens = 1 - exp(-exp(eta)). The first two are symmetric, F(-eta) = 1 - F(eta);
the third rises slowly from 0 and fast to 1. Every link is increasing, so medians and quantiles go
with it.
"""

from typing import Literal

import numpy as np

from metadx.estimands.logistic import FloatArray, expit

type Link = Literal["logit", "probit", "cloglog"]

LINKS: tuple[Link, ...] = ("logit", "probit", "cloglog")

_PROBIT_LIMIT = 1e100  # its square is finite
_CLOGLOG_LIMIT = 690.0  # exp() of it is finite
_SMALL = 1e-8  # exp(h) - 1 is h to machine precision


def inverse(eta: FloatArray, link: Link) -> FloatArray:
    """Return the probability that belongs to a value on the scale of a link.

    Parameters
    ----------
    eta : array, any shape
    link : {"logit", "probit", "cloglog"}

    Returns
    -------
    array, same shape
        F(eta); exactly 0 or 1 where double precision ends, never NaN.

    References
    ----------
    McCullagh P, Nelder JA (1989). Generalized linear models, 2nd ed. Chapman and Hall, section 4.3.

    Examples
    --------
    >>> [inverse(np.array([0.0, 1.0]), link).round(4).tolist() for link in ("probit", "cloglog")]
    [[0.5, 0.8413], [0.6321, 0.934]]
    """
    if link == "logit":
        return expit(eta)
    if link == "probit":
        from scipy.special import ndtr

        return np.asarray(ndtr(eta))
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(-np.expm1(-np.exp(eta)))


def to_logit(eta: FloatArray, link: Link) -> FloatArray:
    """Return the logit of the probability that belongs to a value on the scale of a link.

    Parameters
    ----------
    eta : array, any shape
    link : {"logit", "probit", "cloglog"}

    Returns
    -------
    array, same shape
        log F(eta) - log(1 - F(eta)), exact also where F(eta) rounds to 0 or 1; the same values for
        a logit.

    Examples
    --------
    >>> to_logit(np.array([-40.0, 0.0, 2.0]), "probit").round(3).tolist()
    [-804.608, 0.0, 3.76]
    >>> to_logit(np.array([-40.0, 0.0, 2.0]), "cloglog").round(3).tolist()
    [-40.0, 0.541, 7.388]
    """
    if link == "logit":
        return np.asarray(eta)
    if link == "probit":
        from scipy.special import log_ndtr

        bounded = np.clip(eta, -_PROBIT_LIMIT, _PROBIT_LIMIT)
        return np.asarray(log_ndtr(bounded) - log_ndtr(-bounded))
    bounded = np.minimum(eta, _CLOGLOG_LIMIT)
    with np.errstate(under="ignore", divide="ignore"):
        h = np.exp(bounded)
        # log(exp(h) - 1) = h + log(1 - exp(-h))
        found = h + np.log(-np.expm1(-h))
    return np.asarray(np.where(h < _SMALL, bounded + 0.5 * h, found))


def from_logit(logit: FloatArray, link: Link) -> FloatArray:
    """Return the value on the scale of a link that belongs to a logit.

    Parameters
    ----------
    logit : array, any shape
    link : {"logit", "probit", "cloglog"}

    Returns
    -------
    array, same shape
        The value eta with F(eta) = expit(logit); infinite where the logit is.

    Examples
    --------
    >>> from_logit(np.array([-804.608, 3.76]), "probit").round(3).tolist()
    [-40.0, 2.0]
    >>> from_logit(np.array([-800.0, 0.541, 7.388]), "cloglog").round(3).tolist()
    [-800.0, -0.0, 2.0]
    """
    if link == "logit":
        return np.asarray(logit)
    # log(1 + exp(.)) of either sign: log of the probability, or of its complement, negated
    with np.errstate(under="ignore", divide="ignore"):
        if link == "cloglog":
            # log(-log(1 - p)), and -log(1 - p) = log(1 + exp(logit))
            miss = np.logaddexp(0.0, logit)
            return np.asarray(np.where(np.asarray(logit) < -36.0, logit, np.log(miss)))
        from scipy.special import ndtri_exp

        tail = ndtri_exp(-np.logaddexp(0.0, np.abs(logit)))  # the smaller probability, in logs
        return np.asarray(np.copysign(tail, logit))
