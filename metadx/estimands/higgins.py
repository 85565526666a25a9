"""Cochran's Q and the I² of Higgins and Thompson of each arm by itself: what ignores the threshold.

Kept because readers ask for it. It takes the observed logits as normal with known variances, one
arm at a time, so it sees neither the threshold that moves both nor the small studies as they are.
"""

from dataclasses import dataclass

import numpy as np

from metadx.estimands.arms import Arms, Counts

_CORRECTION = 0.5  # added to both cells of an arm in which one is empty


@dataclass(frozen=True)
class Higgins:
    """Cochran's Q and I² of one arm.

    Parameters
    ----------
    q : float
        Cochran's Q, at least 0.
    df : int
        Its degrees of freedom: studies with the arm, less one.
    i2 : float
        Proportion in [0, 1].
    """

    q: float
    df: int
    i2: float


def higgins(arms: Arms) -> tuple[Higgins | None, Higgins | None]:
    """I² of Higgins and Thompson for sens and for spec, **ignoring the threshold**.

    Parameters
    ----------
    arms : Arms
        The studies; an arm of size 0 does not count.

    Returns
    -------
    tuple of Higgins or None
        For sens and spec; None where fewer than two studies have the arm.

    Notes
    -----
    Logits y of the observed proportions with the weights w = 1 / (1 / right + 1 / wrong), both
    cells of an arm plus 0.5 where one of them is 0; Q = Σ w (y - ȳ)² around the weighted mean and
    I² = max(0, (Q - df) / Q). It is a statistic of the counts without a posterior, hence without
    an interval.

    References
    ----------
    Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a meta-analysis. Stat Med
    21:1539-1558, doi 10.1002/sim.1186. Higgins JPT, Thompson SG, Deeks JJ, Altman DG (2003).
    Measuring inconsistency in meta-analyses. BMJ 327:557-560.

    Examples
    --------
    >>> right, n = np.array([10, 40]), np.array([50, 50])
    >>> sens, spec = higgins(Arms(right, n, np.array([45]), np.array([60])))
    >>> round(sens.q, 2), sens.df, round(sens.i2, 3), spec
    (30.75, 1, 0.967, None)
    """
    sens, spec = (_one_arm(right, n) for right, n in arms.margins())
    return sens, spec


def _one_arm(right: Counts, n: Counts) -> Higgins | None:
    there = np.asarray(n) > 0
    if np.count_nonzero(there) < 2:
        return None
    right, wrong = (np.asarray(x)[there].astype(float) for x in (right, n - right))
    added = np.where((right == 0.0) | (wrong == 0.0), _CORRECTION, 0.0)
    right, wrong = right + added, wrong + added
    logit, weight = np.log(right / wrong), 1.0 / (1.0 / right + 1.0 / wrong)
    q = float(np.sum(weight * (logit - np.average(logit, weights=weight)) ** 2))
    df = right.size - 1
    return Higgins(q, df, max(0.0, (q - df) / q) if q > 0.0 else 0.0)
