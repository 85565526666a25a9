"""The intervals of one posterior against a known truth."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from metadx.estimands.accuracy import new_study_logits, population_mean
from metadx.estimands.sroc import auc
from metadx.estimands.summary import summarise
from metadx.simulation.laws import Truth

type FloatArray = NDArray[np.float64]

#: Judged by the share of studies between the limits, not by whether one value lies there.
NEW_STUDY = ("new[sens]", "new[spec]")
_DIGITS = 6  # kept of every number: a long study stays small, and nothing is lost that is real


def judge_draws(
    truth: Truth,
    mu: FloatArray,
    tau: FloatArray,
    rho: FloatArray,
    *,
    prob: float,
    rng: np.random.Generator,
) -> dict[str, list[float]]:
    """Judge the equal-tailed intervals of every quantity.

    Parameters
    ----------
    truth : Truth
    mu, tau : ndarray, shape (S, 2)
    rho : ndarray, shape (S,)
    prob : float
        Probability of the intervals.
    rng : numpy.random.Generator
        Of the new studies.

    Returns
    -------
    dict of str to list of float
        (covered, width, error, score) of each quantity: covered is 0 or 1, for a new study the
        share of studies between the limits; error is the median minus the truth; score is the
        interval score, for a new study its mean over all studies. Accuracy is on the logit scale,
        population means and auc on their own.

    References
    ----------
    Gneiting T, Raftery AE. Strictly proper scoring rules, prediction, and estimation. J Am Stat
    Assoc 2007;102:359-378, section 6.2: width plus 2 / (1 - prob) times the distance of the truth
    from an interval that misses it. Less is better; neither width nor narrowness is a gain in
    itself.
    """
    new = new_study_logits(mu, tau, rho, rng)
    mean = population_mean(mu, tau)
    draws = {
        "mu[sens]": mu[:, 0],
        "mu[spec]": mu[:, 1],
        "log_dor": mu.sum(axis=1),
        "population[sens]": mean[:, 0],
        "population[spec]": mean[:, 1],
        "tau[sens]": tau[:, 0],
        "tau[spec]": tau[:, 1],
        "rho": rho,
    }
    if "auc" in truth.values:
        draws["auc"] = auc(mu, tau)
    found = judge_values(truth, draws, prob=prob)
    for margin, name in enumerate(NEW_STUDY):
        found[name] = judge_interval(truth, name, *_limits(new[:, margin], prob), prob=prob)
    return found


def judge_values(
    truth: Truth, draws: Mapping[str, FloatArray], *, prob: float
) -> dict[str, list[float]]:
    """Judge the equal-tailed interval of every quantity that has a true value.

    Parameters
    ----------
    truth : Truth
    draws : mapping of str to ndarray, shape (S,)
        For each name of `Truth.values`.
    prob : float

    Returns
    -------
    dict of str to list of float
        As of `judge_draws`.
    """
    return {
        name: judge_interval(truth, name, *_limits(draws[name], prob), prob=prob)
        for name in truth.values
    }


def judge_interval(
    truth: Truth, name: str, lower: float, median: float, upper: float, *, prob: float
) -> list[float]:
    """Judge one interval, whoever made it.

    Parameters
    ----------
    truth : Truth
    name : str
        A name of `Truth.values` or of `NEW_STUDY`.
    lower, median, upper : float
    prob : float
        Probability asked for.

    Returns
    -------
    list of float
        (covered, width, error, score), as of `judge_draws`.
    """
    if name in NEW_STUDY:
        margin = NEW_STUDY.index(name)
        covered = truth.content(margin, lower, upper)
        error = median - float(truth.median[margin])
        missed = truth.shortfall(margin, lower)[0] + truth.shortfall(margin, upper)[1]
    else:
        value = truth.values[name]
        covered = float(lower <= value <= upper)
        error = median - value
        missed = max(lower - value, 0.0, value - upper)
    score = upper - lower + 2 / (1 - prob) * missed
    return [float(f"{x:.{_DIGITS}g}") for x in (covered, upper - lower, error, score)]


def _limits(draws: FloatArray, prob: float) -> tuple[float, float, float]:
    found = summarise(draws, prob, moments=False)
    return found.lower, found.median, found.upper
