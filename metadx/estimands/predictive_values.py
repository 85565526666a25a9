"""What a result means for a patient at a stated prevalence."""

import math

import numpy as np

from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.ratios import log_lr_neg, log_lr_pos


def ppv(prevalence: float, logits: FloatArray) -> FloatArray:
    """Positive predictive value: probability of disease after a positive result.

    Parameters
    ----------
    prevalence : float
        Probability of disease before the test, in (0, 1).
    logits : array, shape (S, 2)
        Logit sens and logit spec.

    Returns
    -------
    array, shape (S,)
        p sens / (p sens + (1 - p)(1 - spec)), by Bayes' rule on the log odds.

    Raises
    ------
    ValueError
        If the prevalence is not in (0, 1).

    References
    ----------
    Altman DG, Bland JM (1994). Diagnostic tests 2: predictive values. BMJ 309:102.

    Examples
    --------
    >>> ppv(0.1, np.log([[0.9 / 0.1, 0.8 / 0.2]])).round(4).tolist()
    [0.3333]
    """
    return expit(_log_odds(prevalence) + log_lr_pos(logits))


def npv(prevalence: float, logits: FloatArray) -> FloatArray:
    """Negative predictive value: probability of no disease after a negative result.

    Parameters
    ----------
    prevalence : float
        Probability of disease before the test, in (0, 1).
    logits : array, shape (S, 2)
        Logit sens and logit spec.

    Returns
    -------
    array, shape (S,)
        (1 - p) spec / ((1 - p) spec + p (1 - sens)), by Bayes' rule on the log odds.

    Raises
    ------
    ValueError
        If the prevalence is not in (0, 1).

    References
    ----------
    Altman DG, Bland JM (1994). Diagnostic tests 2: predictive values. BMJ 309:102.

    Examples
    --------
    >>> npv(0.1, np.log([[0.9 / 0.1, 0.8 / 0.2]])).round(4).tolist()
    [0.9863]
    """
    return expit(-_log_odds(prevalence) - log_lr_neg(logits))


def per_1000(prevalence: float, sens: FloatArray, spec: FloatArray) -> dict[str, FloatArray]:
    """Count the expected results among 1000 people tested.

    Parameters
    ----------
    prevalence : float
        Probability of disease before the test, in (0, 1).
    sens, spec : array, any shape
        Sensitivity and specificity, proportions.

    Returns
    -------
    dict
        Arrays "tp", "fn", "tn", "fp": people per 1000, adding up to 1000 in each draw.

    Raises
    ------
    ValueError
        If the prevalence is not in (0, 1).

    References
    ----------
    Schünemann HJ et al. (2020). GRADE guidelines: 21 part 2. J Clin Epidemiol 122:142-152.

    Examples
    --------
    >>> {k: round(float(v), 6) for k, v in per_1000(0.1, np.array(0.9), np.array(0.8)).items()}
    {'tp': 90.0, 'fn': 10.0, 'tn': 720.0, 'fp': 180.0}
    """
    check_prevalence(prevalence)
    sick, well = 1000.0 * prevalence, 1000.0 * (1.0 - prevalence)
    return {
        "tp": np.asarray(sick * sens),
        "fn": np.asarray(sick * (1.0 - sens)),
        "tn": np.asarray(well * spec),
        "fp": np.asarray(well * (1.0 - spec)),
    }


def check_prevalence(prevalence: float) -> None:
    """Raise ValueError unless a prevalence lies strictly between 0 and 1.

    Parameters
    ----------
    prevalence : float
        Probability of disease before the test.

    Raises
    ------
    ValueError
        If it is outside (0, 1).

    Examples
    --------
    >>> check_prevalence(10)
    Traceback (most recent call last):
    ...
    ValueError: a prevalence must lie strictly between 0 and 1, not 10; ...
    """
    if not 0.0 < prevalence < 1.0:
        msg = (
            f"a prevalence must lie strictly between 0 and 1, not {prevalence}; "
            "give a proportion such as 0.1, not a percentage"
        )
        raise ValueError(msg)


def _log_odds(prevalence: float) -> float:
    check_prevalence(prevalence)
    return math.log(prevalence) - math.log1p(-prevalence)
