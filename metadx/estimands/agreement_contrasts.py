"""Which of several findings agree better: pairs, ranks and groups, made draw by draw."""

from collections.abc import Sequence

import numpy as np

from metadx.estimands.contrasts import Ranks, ranks
from metadx.estimands.logistic import FloatArray


def agreement_ranks(draws: FloatArray) -> Ranks:
    """Rank the rows by a measure of agreement; rank 1 agrees best.

    Parameters
    ----------
    draws : ndarray, shape (S, R)
        Joint draws, all finite.

    Returns
    -------
    Ranks
        Mean rank of each row, and the probability of each rank.

    References
    ----------
    Salanti G, Ades AE, Ioannidis JPA. J Clin Epidemiol 2011;64:163-171.

    Examples
    --------
    >>> agreement_ranks(np.array([[0.6, 0.5], [0.7, 0.2], [0.4, 0.5], [0.3, 0.1]])).prob.tolist()
    [[0.75, 0.25], [0.25, 0.75]]
    """
    return ranks(np.ascontiguousarray(draws.T))


def group_contrasts(draws: FloatArray, groups: Sequence[str]) -> dict[tuple[str, str], FloatArray]:
    """Return how much better one group of rows agrees than another, for every pair of groups.

    Parameters
    ----------
    draws : ndarray, shape (S, R)
        Joint draws of one measure of agreement.
    groups : sequence of str, length R
        Group of each row, such as the kind of its finding; a row of group "" is left out.

    Returns
    -------
    dict of (str, str) to ndarray, shape (S,)
        Mean over the rows of the first group less that over the rows of the second; groups in
        order of appearance, empty where there are fewer than two.

    Examples
    --------
    >>> draws = np.array([[0.6, 0.8, 0.3, 0.9]])
    >>> found = group_contrasts(draws, ["inflammatory", "inflammatory", "fibrotic", ""])
    >>> found["inflammatory", "fibrotic"].round(6).tolist()
    [0.4]
    """
    names = list(dict.fromkeys(group for group in groups if group))
    of = np.asarray(groups)
    mean = {name: draws[:, of == name].mean(axis=1) for name in names}
    return {
        (first, second): mean[first] - mean[second]
        for place, first in enumerate(names)
        for second in names[place + 1 :]
    }
