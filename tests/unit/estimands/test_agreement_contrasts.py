"""Comparisons of findings from a few draws, by hand."""

import numpy as np
import pytest

from metadx.estimands.agreement_contrasts import agreement_ranks, group_contrasts

DRAWS = np.array([[0.7, 0.5, 0.1], [0.6, 0.6, 0.2], [0.5, 0.6, 0.3], [0.8, 0.1, 0.4]])


def test_rank_1_agrees_best():
    found = agreement_ranks(DRAWS)
    np.testing.assert_allclose(found.prob[0], [2.5 / 4, 1.5 / 4, 0])
    np.testing.assert_allclose(found.prob[2], [0, 1 / 4, 3 / 4])
    np.testing.assert_allclose(found.mean, [1.375, 1.875, 2.75])


def test_groups_are_compared_by_their_means():
    draws = np.column_stack([DRAWS, [0.9, 0.8, 0.7, 0.6], [0.0, 0.1, 0.2, 0.3]])
    found = group_contrasts(draws, ["x", "y", "x", "", "z"])
    assert list(found) == [("x", "y"), ("x", "z"), ("y", "z")]
    np.testing.assert_allclose(found["x", "y"], [-0.1, -0.2, -0.2, 0.5])
    np.testing.assert_allclose(found["y", "z"], [0.5, 0.5, 0.4, -0.2])


@pytest.mark.parametrize("groups", [["", "", ""], ["x", "x", ""]])
def test_there_is_nothing_to_compare_with_fewer_than_two_groups(groups):
    assert group_contrasts(DRAWS, groups) == {}
