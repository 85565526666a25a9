"""Simulated reviews: arm sizes and counts."""

import math

import numpy as np
from numpy.typing import NDArray

from metadx.estimands.logistic import expit
from metadx.simulation.design import Arms, LogUniformArms
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Covariates

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]


def draw_arms(arms: Arms, studies: int, rng: np.random.Generator) -> IntArray:
    """Draw the numbers of diseased and non-diseased people of simulated studies.

    Parameters
    ----------
    arms : LogUniformArms or LogNormalArms
    studies : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int, shape (studies, 2)
        Diseased, non-diseased.
    """
    if isinstance(arms, LogUniformArms):
        # A whole number n stands for [n, n + 1), so that both ends are as likely as they should be.
        low, high = math.log(arms.lower), math.log(arms.upper + 1)
        spread: FloatArray = np.exp(rng.uniform(low, high, (studies, 2)))
        return spread.astype(np.int64)
    medians = np.array([arms.diseased, arms.nondiseased])
    sizes = medians * np.exp(arms.sd * rng.standard_normal((studies, 2)))
    return np.maximum(np.rint(sizes), arms.least).astype(np.int64)


def draw_table(
    logits: FloatArray,
    sizes: IntArray,
    rng: np.random.Generator,
    covariates: Covariates | None = None,
) -> AccuracyTable:
    """Draw the counts of simulated studies.

    Parameters
    ----------
    logits : ndarray, shape (N, 2)
        Logit sens and logit spec of each study.
    sizes : ndarray of int, shape (N, 2)
        Diseased and non-diseased.
    rng : numpy.random.Generator
    covariates : mapping of str to Categorical or Continuous, or None

    Returns
    -------
    AccuracyTable
        Its studies and its source are called simulated.

    Examples
    --------
    >>> sizes = np.array([[10, 20], [30, 40]])
    >>> draw_table(np.full((2, 2), 50.0), sizes, np.random.default_rng(1)).tp
    array([10, 30])
    """
    positive = rng.binomial(sizes, expit(logits))
    tp, tn = positive[:, 0], positive[:, 1]
    return AccuracyTable.from_counts(
        [f"simulated {number}" for number in range(1, len(sizes) + 1)],
        tp,
        sizes[:, 1] - tn,
        sizes[:, 0] - tp,
        tn,
        covariates=covariates,
        source="simulated table",
    )
