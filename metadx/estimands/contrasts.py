"""How two kinds of study differ, and how several rank: made draw by draw."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.estimands.logistic import FloatArray
from metadx.estimands.summary import Summary, summarise


@dataclass(frozen=True)
class Contrast:
    """One quantity in two kinds of study.

    Parameters
    ----------
    difference : Summary
        a - b.
    ratio : Summary or None
        a / b; None for a quantity that may be 0 or below.
    prob_a_gt_b : float
        Posterior probability that a exceeds b; where draws are equal, half of them count.
    """

    difference: Summary
    ratio: Summary | None
    prob_a_gt_b: float


@dataclass(frozen=True, eq=False)
class Ranks:
    """How G kinds of study rank in one quantity; rank 1 is the best.

    Parameters
    ----------
    mean : ndarray, shape (G,)
        Mean rank of each.
    prob : ndarray, shape (G, G)
        Probability that kind i (row) has rank j + 1 (column); rows and columns sum to 1.
    """

    mean: FloatArray
    prob: FloatArray


def contrast(a: FloatArray, b: FloatArray, prob: float = 0.95, *, moments: bool = True) -> Contrast:
    """Compare two kinds of study.

    Parameters
    ----------
    a, b : array, shape (S,)
        Joint draws of one quantity in either kind.
    prob : float
        Probability between the limits of the intervals.
    moments : bool
        False where the quantity has no finite mean: neither difference nor ratio then has one.

    Returns
    -------
    Contrast

    Raises
    ------
    ValueError
        If the draws disagree in shape or are not finite.

    Examples
    --------
    >>> found = contrast(np.array([0.8, 0.9]), np.array([0.4, 0.6]), prob=0.5)
    >>> round(found.difference.median, 3), round(found.ratio.median, 3), found.prob_a_gt_b
    (0.35, 1.75, 1.0)
    """
    if a.shape != b.shape:
        msg = f"draws of two kinds must have one shape, not {a.shape} and {b.shape}"
        raise ValueError(msg)
    ratio = None
    if (a > 0).all() and (b > 0).all():
        ratio = summarise(a / b, prob, moments=moments)
    greater = float(np.mean(a > b) + 0.5 * np.mean(a == b))
    return Contrast(summarise(a - b, prob, moments=moments), ratio, greater)


def ranks(draws: FloatArray, *, high_is_good: bool = True) -> Ranks:
    """Rank several kinds of study in each draw.

    Parameters
    ----------
    draws : array, shape (G, S)
        Joint draws of one quantity.
    high_is_good : bool
        False for a quantity that is the better the smaller it is, such as LR-.

    Returns
    -------
    Ranks
        Kinds that are equal in a draw share its ranks evenly.

    References
    ----------
    Salanti G, Ades AE, Ioannidis JPA. Graphical methods and numerical summaries for presenting
    results from multiple-treatment meta-analysis: an overview and tutorial. J Clin Epidemiol
    2011;64:163-171 (rank probabilities).

    Examples
    --------
    >>> found = ranks(np.array([[0.9, 0.8, 0.7, 0.9], [0.6, 0.7, 0.8, 0.7]]))
    >>> found.mean.tolist(), found.prob[0].tolist()
    ([1.25, 1.75], [0.75, 0.25])
    """
    values = draws if high_is_good else -draws
    kinds = values.shape[0]
    above = (values[None] > values[:, None]).sum(axis=1)  # (G, S): kinds better than this one
    tied = (values[None] == values[:, None]).sum(axis=1)  # itself included
    prob = np.empty((kinds, kinds))
    for place in range(kinds):
        inside = (above <= place) & (place < above + tied)
        prob[:, place] = np.mean(inside / tied, axis=1)
    mean: NDArray[np.float64] = prob @ np.arange(1, kinds + 1)
    return Ranks(mean, prob)
