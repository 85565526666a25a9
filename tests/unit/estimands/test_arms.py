from types import SimpleNamespace

import numpy as np

from metadx.estimands.arms import Arms

TABLE = SimpleNamespace(
    tp=np.array([1, 2, 3]),
    n_diseased=np.array([11, 12, 13]),
    tn=np.array([4, 5, 6]),
    n_nondiseased=np.array([14, 15, 16]),
)


def as_lists(arms):
    return [[right.tolist(), n.tolist()] for right, n in arms.margins()]


def test_the_arms_of_a_table_or_of_some_of_its_rows():
    assert as_lists(Arms.of(TABLE)) == [[[1, 2, 3], [11, 12, 13]], [[4, 5, 6], [14, 15, 16]]]
    assert as_lists(Arms.of(TABLE, np.array([2, 0]))) == [[[3, 1], [13, 11]], [[6, 4], [16, 14]]]
