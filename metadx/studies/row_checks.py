"""Checks of a study's four counts against each other and against printed group sizes."""

from collections.abc import Mapping, Sequence

import numpy as np

from metadx.studies.counts import NOT_PRINTED, IntArray
from metadx.studies.problems import Problem


def empty_study_problems(
    counts: Sequence[IntArray], study: Sequence[str], rows: Sequence[int]
) -> list[Problem]:
    """Return a problem for each study without any participant.

    A study with one empty arm is kept: it informs the other margin.

    Parameters
    ----------
    counts : four (N,) int64 arrays
        tp, fp, fn and tn.
    study : sequence of str, length N
        Labels.
    rows : sequence of int, length N
        The row of each study in the source.
    """
    total = counts[0] + counts[1] + counts[2] + counts[3]
    text = "tp, fp, fn and tn are all 0: nobody was studied; correct the counts or drop the row"
    return [Problem(text, rows[i], study[i]) for i in np.flatnonzero(total == 0).tolist()]


def group_size_problems(
    positive: tuple[str, IntArray],
    negative: tuple[str, IntArray],
    group: tuple[str, IntArray],
    study: Sequence[str],
    rows: Sequence[int],
) -> list[Problem]:
    """Return a problem for each study whose two counts do not add up to the group size.

    Parameters
    ----------
    positive, negative : tuple of (str, (N,) int64 array)
        Name and values of the counts of one arm, such as ``("tp", tp)`` and ``("fn", fn)``.
    group : tuple of (str, (N,) int64 array)
        Name and values of the group size; `NOT_PRINTED` where there is none.
    study : sequence of str, length N
        Labels.
    rows : sequence of int, length N
        The row of each study in the source.

    Examples
    --------
    >>> one = np.array([31])
    >>> found = group_size_problems(
    ...     ("tp", one), ("fn", np.array([0])), ("n_diseased", np.array([28])), ["Kim 2019"], [7]
    ... )
    >>> found[0].text
    'tp = 31 exceeds n_diseased = 28; check the columns tp, fn'
    """
    (a, count_a), (b, count_b), (n, size) = positive, negative, group
    wrong = (size != NOT_PRINTED) & (count_a + count_b != size)
    problems = []
    for i in np.flatnonzero(wrong).tolist():
        first, second, whole = int(count_a[i]), int(count_b[i]), int(size[i])
        if first > whole or second > whole:
            name, value = (a, first) if first > whole else (b, second)
            text = f"{name} = {value} exceeds {n} = {whole}; check the columns {a}, {b}"
        else:
            text = (
                f"{a} + {b} = {first} + {second} = {first + second} differs from {n} = {whole}; "
                f"check the columns {a}, {b}, {n}"
            )
        problems.append(Problem(text, rows[i], study[i]))
    return problems


def alternative_size_problems(
    sums: Mapping[int, IntArray],
    group: tuple[str, IntArray],
    study: Sequence[str],
    rows: Sequence[int],
) -> list[Problem]:
    """Return a problem for each uncertain study with a table of another group size.

    Parameters
    ----------
    sums : mapping of int to (M,) int64 array
        Size of the group in each table of an uncertain study, by its place.
    group : tuple of (str, (N,) int64 array)
        Name and values of the group size; `NOT_PRINTED` where there is none.
    study : sequence of str, length N
        Labels.
    rows : sequence of int, length N
        The row of each study in the source.
    """
    name, size = group
    return [
        Problem(
            f"an alternative table makes {name} = {int(sums[i][sums[i] != size[i]][0])}, not "
            f"{int(size[i])}; correct one of them",
            rows[i],
            study[i],
        )
        for i in sums
        if size[i] != NOT_PRINTED and (sums[i] != size[i]).any()
    ]
