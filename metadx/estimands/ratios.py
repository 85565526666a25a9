"""Likelihood ratios, diagnostic odds ratio and Youden's index, computed within each draw.

All take logits, because 1 / (1 - spec) = 1 + exp(logit spec) stays exact where spec rounds to 1.
Report the median of the draws: it obeys 1 / x and logarithms, a mean of ratios does not.
"""

import numpy as np

from metadx.estimands.logistic import FloatArray, bounded_exp, expit, log_expit


def log_lr_pos(logits: FloatArray) -> FloatArray:
    """Natural logarithm of the positive likelihood ratio.

    Parameters
    ----------
    logits : array, shape (S, 2)
        Logit sens and logit spec.

    Returns
    -------
    array, shape (S,)
        log(sens) - log(1 - spec), finite for finite logits.

    Examples
    --------
    >>> log_lr_pos(np.array([[0.0, 800.0]])).round(3).tolist()
    [799.307]
    """
    return np.asarray(log_expit(logits[:, 0]) - log_expit(-logits[:, 1]))


def log_lr_neg(logits: FloatArray) -> FloatArray:
    """Natural logarithm of the negative likelihood ratio.

    Parameters
    ----------
    logits : array, shape (S, 2)
        Logit sens and logit spec.

    Returns
    -------
    array, shape (S,)
        log(1 - sens) - log(spec), finite for finite logits.

    Examples
    --------
    >>> log_lr_neg(np.array([[800.0, 0.0]])).round(3).tolist()
    [-799.307]
    """
    return np.asarray(log_expit(-logits[:, 0]) - log_expit(logits[:, 1]))


def lr_pos(logits: FloatArray) -> FloatArray:
    """Positive likelihood ratio, sens / (1 - spec).

    Parameters
    ----------
    logits : array, shape (S, 2)
        Logit sens and logit spec.

    Returns
    -------
    array, shape (S,)
        The ratio, held between exp(-700) and exp(700) so that every draw is finite.

    References
    ----------
    Zwinderman AH, Bossuyt PM (2008). We should not pool diagnostic likelihood ratios in
    systematic reviews. Stat Med 27:687-697, doi 10.1002/sim.2992.

    Examples
    --------
    >>> lr_pos(np.array([[0.65339, 3.10841]])).round(2).tolist()
    [15.38]
    """
    return bounded_exp(log_lr_pos(logits))


def lr_neg(logits: FloatArray) -> FloatArray:
    """Negative likelihood ratio, (1 - sens) / spec.

    Parameters
    ----------
    logits : array, shape (S, 2)
        Logit sens and logit spec.

    Returns
    -------
    array, shape (S,)
        The ratio, held between exp(-700) and exp(700) so that every draw is finite.

    References
    ----------
    Zwinderman AH, Bossuyt PM (2008). Stat Med 27:687-697, doi 10.1002/sim.2992.

    Examples
    --------
    >>> lr_neg(np.array([[0.65339, 3.10841]])).round(4).tolist()
    [0.3575]
    """
    return bounded_exp(log_lr_neg(logits))


def dor(logits: FloatArray) -> FloatArray:
    """Diagnostic odds ratio, the positive over the negative likelihood ratio.

    Parameters
    ----------
    logits : array, shape (S, 2)
        Logit sens and logit spec.

    Returns
    -------
    array, shape (S,)
        exp(logit sens + logit spec), held between exp(-700) and exp(700).

    References
    ----------
    Glas AS et al. (2003). The diagnostic odds ratio: a single indicator of test performance.
    J Clin Epidemiol 56:1129-1135.

    Examples
    --------
    >>> dor(np.array([[0.65339, 3.10841]])).round(2).tolist()
    [43.03]
    """
    return bounded_exp(logits[:, 0] + logits[:, 1])


def youden(logits: FloatArray) -> FloatArray:
    """Youden's index, sens + spec - 1.

    Parameters
    ----------
    logits : array, shape (S, 2)
        Logit sens and logit spec.

    Returns
    -------
    array, shape (S,)
        Between -1 and 1; 0 for a test that tells nothing.

    References
    ----------
    Youden WJ (1950). Index for rating diagnostic tests. Cancer 3:32-35.

    Examples
    --------
    >>> youden(np.array([[0.65339, 3.10841], [1.0, -1.0]])).round(3).tolist()
    [0.615, 0.0]
    """
    return np.asarray(expit(logits[:, 0]) - expit(-logits[:, 1]))
