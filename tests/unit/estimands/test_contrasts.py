"""Contrasts and ranks of a few draws, worked out by hand."""

import numpy as np
import pytest

from metadx.estimands.contrasts import contrast, ranks

A = np.array([0.9, 0.8, 0.5, 0.6, 0.7])
B = np.array([0.3, 0.4, 0.5, 0.8, 0.2])


def test_differences_and_ratios_are_taken_draw_by_draw():
    """Differences 0.6, 0.4, 0, -0.2, 0.5 and ratios 3, 2, 1, 0.75, 3.5."""
    found = contrast(A, B, prob=0.5)
    values = found.difference
    np.testing.assert_allclose([values.median, values.lower, values.upper], [0.4, 0.0, 0.5])
    assert values.mean == pytest.approx(0.26)
    assert values.sd == pytest.approx(
        np.sqrt((0.34**2 + 0.14**2 + 0.26**2 + 0.46**2 + 0.24**2) / 4)
    )
    ratio = found.ratio
    np.testing.assert_allclose([ratio.median, ratio.lower, ratio.upper], [2.0, 1.0, 3.0])
    assert ratio.mean == pytest.approx(2.05)


def test_a_tie_counts_one_half():
    assert contrast(A, B).prob_a_gt_b == pytest.approx(3.5 / 5)
    assert contrast(A, A).prob_a_gt_b == 0.5
    assert contrast(B, A).prob_a_gt_b == pytest.approx(1.5 / 5)


def test_joint_draws_are_not_shuffled():
    """What two kinds share cancels: a constant difference has no spread, however wide each is."""
    a = np.linspace(0.2, 0.8, 101)
    found = contrast(a + 0.1, a)
    assert found.difference.sd == pytest.approx(0, abs=1e-12)
    assert found.prob_a_gt_b == 1


@pytest.mark.parametrize("bad", [0.0, -0.1])
def test_there_is_no_ratio_of_what_may_be_nothing(bad):
    b = B.copy()
    b[2] = bad
    assert contrast(A, b).ratio is None
    assert contrast(b, A).ratio is None
    assert contrast(A, b).difference.upper > 0


def test_moments_are_left_out_where_they_do_not_exist():
    found = contrast(A, B, moments=False)
    assert (found.difference.mean, found.difference.sd) == (None, None)
    assert (found.ratio.mean, found.ratio.sd) == (None, None)
    assert found.ratio.median == contrast(A, B).ratio.median


def test_draws_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        contrast(A, B[:4])
    with pytest.raises(ValueError, match="not finite"):
        contrast(A, np.where(B == 0.5, np.nan, B))


def test_ranks_by_hand():
    """Draw by draw: a > b > c, a > c > b, c > a > b, a > b > c."""
    draws = np.array([[3.0, 3.0, 2.0, 9.0], [2.0, 1.0, 1.0, 8.0], [1.0, 2.0, 3.0, 7.0]])
    found = ranks(draws)
    np.testing.assert_allclose(found.prob, [[0.75, 0.25, 0.0], [0.0, 0.5, 0.5], [0.25, 0.25, 0.5]])
    np.testing.assert_allclose(found.mean, [1.25, 2.5, 2.25])


def test_the_smaller_is_better_where_it_is():
    draws = np.array([[0.1, 0.2], [0.3, 0.1], [0.2, 0.3]])
    low = ranks(draws, high_is_good=False)
    np.testing.assert_allclose(low.prob, [[0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    np.testing.assert_allclose(low.mean, 4 - ranks(draws).mean)


def test_kinds_that_are_equal_share_their_ranks():
    """First draw: a leads two that are equal; second draw: all three are equal."""
    draws = np.array([[2.0, 5.0], [1.0, 5.0], [1.0, 5.0]])
    found = ranks(draws)
    third, half = 1 / 3, 0.5
    np.testing.assert_allclose(found.prob[0], [(1 + third) / 2, third / 2, third / 2])
    np.testing.assert_allclose(found.prob[1], [third / 2, (half + third) / 2, (half + third) / 2])
    np.testing.assert_allclose(found.prob[1], found.prob[2])


def test_ranks_of_many_kinds_are_probabilities():
    draws = np.random.default_rng(2).integers(0, 4, (6, 500)).astype(float)  # with many ties
    found = ranks(draws)
    np.testing.assert_allclose(found.prob.sum(axis=0), 1)
    np.testing.assert_allclose(found.prob.sum(axis=1), 1)
    assert found.mean.sum() == pytest.approx(21)
    assert (found.prob >= 0).all()


def test_two_kinds_rank_as_they_compare():
    found = ranks(np.stack([A, B]))
    assert found.prob[0, 0] == pytest.approx(contrast(A, B).prob_a_gt_b)
