"""The logistic function and its logarithm, for any finite argument."""

import numpy as np
import numpy.typing as npt

type FloatArray = npt.NDArray[np.float64]
type IntArray = npt.NDArray[np.int64]

_LOG_CEILING = 700.0  # exp(700) is about 1e304: the largest round exponent that stays finite


def expit(logit: FloatArray) -> FloatArray:
    """Return the probability that belongs to a logit.

    Parameters
    ----------
    logit : array, any shape
        Log odds.

    Returns
    -------
    array, same shape
        1 / (1 + exp(-logit)); exactly 0 or 1 where double precision ends, never NaN.

    Examples
    --------
    >>> expit(np.array([-800.0, 0.0, 800.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    # Overflow to infinity is the right intermediate: 1 / (1 + inf) is the true value rounded.
    value = np.empty(np.shape(logit))
    with np.errstate(over="ignore", under="ignore"):
        np.negative(logit, out=value)
        np.exp(value, out=value)
        value += 1.0
        return np.divide(1.0, value, out=value)


def log_expit(logit: FloatArray) -> FloatArray:
    """Return the logarithm of the probability that belongs to a logit.

    Parameters
    ----------
    logit : array, any shape
        Log odds.

    Returns
    -------
    array, same shape
        log(expit(logit)), finite for every finite logit.

    Examples
    --------
    >>> log_expit(np.array([-800.0, 0.0])).round(4).tolist()
    [-800.0, -0.6931]
    """
    with np.errstate(under="ignore"):
        return np.asarray(-np.logaddexp(0.0, -np.asarray(logit, dtype=np.float64)))


def bounded_exp(log_value: FloatArray) -> FloatArray:
    """Exponentiate, holding the exponent within -700 and 700 so that the result stays finite.

    Parameters
    ----------
    log_value : array, any shape
        Logarithm of a ratio. A draw beyond the bounds is a ratio past 1e304, so a quantile that
        is reported is untouched unless it is itself of that size.

    Returns
    -------
    array, same shape
        A positive finite number for every draw.

    Examples
    --------
    >>> bounded_exp(np.array([0.0, 9999.0])).tolist()
    [1.0, 1.0142320547350045e+304]
    """
    return np.asarray(np.exp(np.clip(log_value, -_LOG_CEILING, _LOG_CEILING)))
