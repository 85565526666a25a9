"""What accuracy means for a decision: chances of meeting a target, people, and net benefit.

All is worked out draw by draw, for the median study or for a new study, and on log odds: a
predictive value beyond a target is a likelihood ratio beyond a cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log1p
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.predictive_values import check_prevalence
from metadx.estimands.ratios import log_lr_neg, log_lr_pos
from metadx.estimands.summary import Summary, summarise

type BoolArray = NDArray[np.bool_]
type Target = Literal["lr_neg", "lr_pos", "sens", "spec", "npv", "ppv"]

PEOPLE = 1000.0


@dataclass(frozen=True, eq=False)
class Performance:
    """Draws of what a test does, in one kind of study.

    Parameters
    ----------
    sens, spec : array, shape (S,)
        Proportions.
    log_lr_pos, log_lr_neg : array, shape (S,)
        Natural logarithms of the likelihood ratios.
    """

    sens: FloatArray
    spec: FloatArray
    log_lr_pos: FloatArray
    log_lr_neg: FloatArray

    @classmethod
    def of(cls, logits: FloatArray) -> Self:
        """Work it out.

        Parameters
        ----------
        logits : array, shape (S, 2)
            Logit sens and logit spec.

        Returns
        -------
        Performance

        Examples
        --------
        >>> anti_ccp = Performance.of(np.array([[0.65339, 3.10841]]))
        >>> np.exp(anti_ccp.log_lr_pos).round(2).tolist()
        [15.38]
        """
        share = expit(logits)
        return cls(share[:, 0], share[:, 1], log_lr_pos(logits), log_lr_neg(logits))


def meets(
    draws: Performance, target: Target, value: float, prevalence: float | None = None
) -> BoolArray:
    """Tell in which draws a target is met.

    Parameters
    ----------
    draws : Performance
    target : {"lr_neg", "lr_pos", "sens", "spec", "npv", "ppv"}
        The negative likelihood ratio is to be below the value, everything else above it.
    value : float
        A likelihood ratio above 0, or a proportion in (0, 1).
    prevalence : float or None
        Probability of disease before the test, for predictive values.

    Returns
    -------
    array of bool, shape (S,)
        Its mean is the posterior probability that the target is met.

    Raises
    ------
    ValueError
        If the value is out of bounds, or a predictive value comes without a prevalence.

    References
    ----------
    Jaeschke R, Guyatt GH, Sackett DL (1994). Users' guides to the medical literature III: how to
    use an article about a diagnostic test. JAMA 271:703-707 (ratios beyond 10 and 0.1).

    Examples
    --------
    >>> draws = Performance.of(np.log([[0.9 / 0.1, 0.8 / 0.2], [0.95 / 0.05, 0.9 / 0.1]]))
    >>> meets(draws, "lr_neg", 0.1).tolist()
    [False, True]
    >>> meets(draws, "npv", 0.98, prevalence=0.1).tolist()
    [True, True]
    """
    if target in ("lr_neg", "lr_pos"):
        if not 0.0 < value < np.inf:
            msg = f"a likelihood ratio must lie above 0, not at {value}"
            raise ValueError(msg)
        if target == "lr_neg":
            return np.asarray(draws.log_lr_neg < log(value))
        return np.asarray(draws.log_lr_pos > log(value))
    wanted = log_odds(value)
    if target in ("sens", "spec"):
        return np.asarray((draws.sens if target == "sens" else draws.spec) > value)
    if prevalence is None:
        msg = f"{target} needs a prevalence"
        raise ValueError(msg)
    before = log_odds(prevalence)
    if target == "npv":
        return np.asarray(-before - draws.log_lr_neg > wanted)
    return np.asarray(before + draws.log_lr_pos > wanted)


def log_odds(prob: float) -> float:
    """Return the natural logarithm of the odds of a probability.

    Parameters
    ----------
    prob : float
        In (0, 1).

    Raises
    ------
    ValueError
        If it is not.

    Examples
    --------
    >>> round(log_odds(0.9), 4)
    2.1972
    """
    if not 0.0 < prob < 1.0:
        msg = f"a probability must lie strictly between 0 and 1, not at {prob}"
        raise ValueError(msg)
    return log(prob) - log1p(-prob)


def people_summaries(
    draws: Performance, prevalence: Sequence[float], prob: float = 0.95
) -> list[dict[str, Summary]]:
    """Summarise how many of 1000 people tested are found, missed, alarmed for nothing and cleared.

    Parameters
    ----------
    draws : Performance
    prevalence : sequence of float
        Probabilities of disease before the test, each in (0, 1).
    prob : float
        Probability between the limits of each interval (equal-tailed).

    Returns
    -------
    list of dict
        For each prevalence "tp", "fn", "fp" and "tn", each in people per 1000.

    Raises
    ------
    ValueError
        If a prevalence or `prob` is out of bounds.

    References
    ----------
    Schünemann HJ et al. (2020). GRADE guidelines: 21 part 2. J Clin Epidemiol 122:142-152.

    Examples
    --------
    >>> draws = Performance.of(np.log([[0.9 / 0.1, 0.8 / 0.2]] * 2))
    >>> (row,) = people_summaries(draws, [0.1])
    >>> {name: round(people.median, 6) for name, people in row.items()}
    {'tp': 90.0, 'fn': 10.0, 'fp': 180.0, 'tn': 720.0}
    """
    # People are a multiple of a share, so its quantiles are taken once for all prevalences.
    sens, spec = summarise(draws.sens, prob), summarise(draws.spec, prob)
    rows = []
    for share in prevalence:
        check_prevalence(share)
        sick, well = PEOPLE * share, PEOPLE * (1.0 - share)
        rows.append(
            {
                "tp": _times(sens, sick),
                "fn": _times(_complement(sens), sick),
                "fp": _times(_complement(spec), well),
                "tn": _times(spec, well),
            }
        )
    return rows


def _times(share: Summary, people: float) -> Summary:
    mean = None if share.mean is None else share.mean * people
    sd = None if share.sd is None else share.sd * people
    return Summary(mean, sd, share.median * people, share.lower * people, share.upper * people)


def _complement(share: Summary) -> Summary:
    mean = None if share.mean is None else 1.0 - share.mean
    return Summary(mean, share.sd, 1.0 - share.median, 1.0 - share.upper, 1.0 - share.lower)


def net_benefit(
    draws: Performance, prevalence: float, thresholds: Sequence[float] | FloatArray
) -> FloatArray:
    """Net benefit of treating those who test positive: true positives per person, less the harm.

    Parameters
    ----------
    draws : Performance
    prevalence : float
        Probability of disease before the test, in (0, 1).
    thresholds : array_like, shape (T,)
        Threshold probabilities, each in (0, 1): the probability of disease from which a person
        would be treated. A false positive weighs the odds of the threshold.

    Returns
    -------
    array, shape (T, S)
        p sens - (1 - p)(1 - spec) t / (1 - t); 0 is the benefit of treating nobody.

    Raises
    ------
    ValueError
        If the prevalence or a threshold is out of bounds.

    References
    ----------
    Vickers AJ, Elkin EB (2006). Decision curve analysis: a novel method for evaluating prediction
    models. Med Decis Making 26:565-574.

    Examples
    --------
    >>> draws = Performance.of(np.log([[0.9 / 0.1, 0.8 / 0.2]]))
    >>> net_benefit(draws, 0.1, [0.2]).round(4).tolist()  # 0.09 - 0.18 / 4
    [[0.045]]
    """
    check_prevalence(prevalence)
    odds = _odds(thresholds)
    harm = (1.0 - prevalence) * (1.0 - draws.spec)
    return np.asarray(prevalence * draws.sens - odds[:, None] * harm)


def treat_all(prevalence: float, thresholds: Sequence[float] | FloatArray) -> FloatArray:
    """Net benefit of treating everybody without a test.

    Parameters
    ----------
    prevalence : float
        Probability of disease, in (0, 1).
    thresholds : array_like, shape (T,)
        Threshold probabilities, each in (0, 1).

    Returns
    -------
    array, shape (T,)

    Raises
    ------
    ValueError
        If the prevalence or a threshold is out of bounds.

    Examples
    --------
    >>> treat_all(0.1, [0.05, 0.1]).round(4).tolist()
    [0.0526, 0.0]
    """
    check_prevalence(prevalence)
    return np.asarray(prevalence - (1.0 - prevalence) * _odds(thresholds))


def best_choice(
    draws: Performance, prevalence: float, thresholds: Sequence[float] | FloatArray
) -> FloatArray:
    """Probability that testing beats treating all and treating nobody.

    Net benefit is that of treating all at a threshold of 1 - NPV and 0 at a threshold of PPV, so
    testing is best between the two.

    Parameters
    ----------
    draws : Performance
    prevalence : float
        Probability of disease before the test, in (0, 1).
    thresholds : array_like, shape (T,)
        Threshold probabilities, each in (0, 1).

    Returns
    -------
    array, shape (T,)

    Raises
    ------
    ValueError
        If the prevalence or a threshold is out of bounds.

    Examples
    --------
    >>> draws = Performance.of(np.log([[0.9 / 0.1, 0.8 / 0.2]]))  # 1 - NPV 0.014, PPV 0.333
    >>> best_choice(draws, 0.1, [0.01, 0.02, 0.3, 0.4]).tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    before = log_odds(prevalence)
    at = np.log(_odds(thresholds))[:, None]
    beats_all, beats_none = at > before + draws.log_lr_neg, at < before + draws.log_lr_pos
    return np.asarray((beats_all & beats_none).mean(axis=1))


def _odds(thresholds: Sequence[float] | FloatArray) -> FloatArray:
    at = np.asarray(thresholds, dtype=np.float64)
    if not ((at > 0.0) & (at < 1.0)).all():
        msg = "threshold probabilities must lie strictly between 0 and 1"
        raise ValueError(msg)
    return np.asarray(at / (1.0 - at))
