"""Leave-one-out PIT of counts: a randomisation that is typical, and the value farthest out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.criticism.calibration import Verdict, judge

type FloatArray = NDArray[np.float64]

PIT_BINS = 50  # at whose ends the distribution of the PIT is compared with the uniform one
MARGINS = ("sensitivity", "specificity")


@dataclass(frozen=True)
class Extreme:
    """The PIT nearest to 0 or 1 of all counts of a table.

    Parameters
    ----------
    study, margin : str
        Whose it is; margin is "sensitivity" or "specificity".
    pit : float
    p_value : float
        Probability of one as far out among so many counts, at either end (Bonferroni's bound).
        Not below `floor`.
    floor : float
        Smallest p-value that is known.
    counts : int
        Number of counts with a PIT.
    """

    study: str
    margin: str
    pit: float
    p_value: float
    floor: float
    counts: int


def typical_pit(
    below: FloatArray, upto: FloatArray, places: FloatArray, prob: float
) -> tuple[FloatArray, tuple[Verdict, ...]]:
    """Choose, for each margin, the randomisation of the PIT whose verdict is the middle one.

    The PIT of a count is uniform only after a random part within P(count = observed) is added. One
    such draw may leave the bands by itself where the counts say little, as in studies without any
    error; the middle one of many leaves them only if most do.

    Parameters
    ----------
    below, upto : ndarray, shape (N, 2)
        P(count < observed) and P(count <= observed); NaN where there is none.
    places : ndarray, shape (R, N, 2)
        Random parts, between 0 and 1; R odd.
    prob : float
        Probability that uniform PIT stay inside all bands.

    Returns
    -------
    pit : ndarray, shape (N, 2)
    verdicts : tuple of Verdict
        As of `judge_pit`.

    Examples
    --------
    Four studies whose counts could not have been any higher, and were so with probability 0.6:

    >>> below, upto = np.full((4, 2), 0.4), np.ones((4, 2))
    >>> pit, found = typical_pit(below, upto, np.random.default_rng(1).random((25, 4, 2)), 0.95)
    >>> [one.inside for one in found], bool((pit >= 0.4).all())
    ([True, True], True)
    """
    many = below + places * (upto - below)
    judged = [judge_pit(one, prob) for one in many]
    pit = np.full(below.shape, np.nan)
    verdicts = []
    for place in range(len(judged[0])):
        order = np.argsort([one[place].p_value for one in judged], kind="stable")
        middle = int(order[order.size // 2])
        verdict = judged[middle][place]
        column = MARGINS.index(verdict.name)
        pit[:, column] = many[middle, :, column]
        verdicts.append(verdict)
    return pit, tuple(verdicts)


def judge_pit(pit: FloatArray, prob: float) -> tuple[Verdict, ...]:
    """Tell whether the PIT of both margins may be uniform, both together.

    Parameters
    ----------
    pit : ndarray, shape (N, 2)
        NaN where there is none.
    prob : float
        Probability that uniform PIT stay inside all bands.

    Returns
    -------
    tuple of Verdict
        One for each margin with any PIT, named "sensitivity" and "specificity".
    """
    counts = {}
    for name, values in zip(MARGINS, pit.T, strict=True):
        known = values[np.isfinite(values)]
        if known.size:
            counts[name] = np.histogram(known, PIT_BINS, (0.0, 1.0))[0]
    return judge(counts, prob) if counts else ()


def extreme_pit(study: tuple[str, ...], pit: FloatArray, floor: float) -> Extreme | None:
    """Find the PIT nearest to 0 or 1; the bands look at steps of a fiftieth and do not see it.

    Parameters
    ----------
    study : tuple of str, length N
    pit : ndarray, shape (N, 2)
        NaN where there is none.
    floor : float
        Smallest probability that the predictive laws know.

    Returns
    -------
    Extreme or None
        None where no count has a PIT.

    Examples
    --------
    >>> found = extreme_pit(("A", "B"), np.array([[0.3, 0.999], [0.6, np.nan]]), 1e-4)
    >>> found.study, found.margin, round(found.p_value, 6)
    ('A', 'specificity', 0.006)
    """
    tail = np.minimum(pit, 1 - pit)
    counts = int(np.isfinite(tail).sum())
    if not counts:
        return None
    row, column = np.unravel_index(np.nanargmin(tail), tail.shape)
    p_value, least = (min(1.0, 2 * counts * float(x)) for x in (tail[row, column], floor))
    return Extreme(
        study=study[int(row)],
        margin=MARGINS[int(column)],
        pit=float(pit[row, column]),
        p_value=max(p_value, least),
        floor=least,
        counts=counts,
    )
