"""Simulated arms and counts against the laws they are drawn from."""

import math

import numpy as np
import pytest
from scipy import stats

from metadx.simulation.design import LogNormalArms, LogUniformArms
from metadx.simulation.tables import draw_arms, draw_table


def log_uniform(lower, upper):
    return LogUniformArms(law="log-uniform", lower=lower, upper=upper)


def log_normal(**changed):
    given = {"diseased": 60, "nondiseased": 400, "sd": 0.5, "least": 2} | changed
    return LogNormalArms(law="log-normal", **given)


def test_each_whole_number_has_its_share_of_a_log_scale():
    """n stands for [n, n + 1): with sizes 3, 4, 5 the shares are log((n + 1)/n) / log(6/3)."""
    sizes = draw_arms(log_uniform(3, 5), 40_000, np.random.default_rng(1))
    assert sizes.shape == (40_000, 2)
    assert sizes.dtype == np.int64
    wanted = 40_000 * np.log([4 / 3, 5 / 4, 6 / 5]) / math.log(2)
    for arm in sizes.T:
        values, counts = np.unique(arm, return_counts=True)
        assert values.tolist() == [3, 4, 5]
        assert stats.chisquare(counts, wanted).pvalue > 0.01


def test_log_uniform_arms_reach_from_end_to_end_and_are_independent():
    sizes = draw_arms(log_uniform(10, 1000), 40_000, np.random.default_rng(1))
    assert (sizes.min(), sizes.max()) == (10, 1000)
    assert np.median(sizes) == pytest.approx(100, rel=0.03)  # the middle of the log scale
    assert stats.spearmanr(*sizes.T).statistic == pytest.approx(0, abs=0.02)


def test_one_size_can_be_fixed():
    assert (draw_arms(log_uniform(7, 7), 50, np.random.default_rng(1)) == 7).all()
    fixed = draw_arms(log_normal(sd=0, diseased=12.6), 50, np.random.default_rng(1))
    assert (fixed == [13, 400]).all()


def test_log_normal_arms_have_their_medians_and_spread():
    sizes = draw_arms(log_normal(), 40_000, np.random.default_rng(1))
    np.testing.assert_allclose(np.median(sizes, axis=0), [60, 400], rtol=0.02)
    np.testing.assert_allclose(np.log(sizes).std(axis=0), 0.5, atol=0.01)
    assert stats.kstest(np.log(sizes[:, 1] / 400) / 0.5, "norm").pvalue > 0.01
    assert stats.spearmanr(*sizes.T).statistic == pytest.approx(0, abs=0.02)


def test_no_arm_is_smaller_than_the_least():
    sizes = draw_arms(log_normal(diseased=3, least=4), 1000, np.random.default_rng(1))
    assert sizes[:, 0].min() == 4
    assert (sizes[:, 0] == 4).mean() > stats.norm.cdf(math.log(4 / 3) / 0.5) - 0.05


def test_counts_are_binomial_and_stand_where_they_belong():
    """40,000 studies of one kind: means and variances of Binomial(30, 0.8), Binomial(50, 0.9)."""
    studies = 40_000
    logits = np.full((studies, 2), np.log([4.0, 9.0]))
    sizes = np.full((studies, 2), [30, 50])
    table = draw_table(logits, sizes, np.random.default_rng(1))
    assert (table.tp + table.fn == 30).all()
    assert (table.tn + table.fp == 50).all()
    for counts, n, p in ((table.tp, 30, 0.8), (table.tn, 50, 0.9)):
        sd = math.sqrt(n * p * (1 - p))
        assert counts.mean() == pytest.approx(n * p, abs=4 * sd / math.sqrt(studies))
        assert counts.std() == pytest.approx(sd, rel=0.02)


def test_each_study_has_its_own_logits_and_sizes():
    sure = np.array([[50.0, -50.0], [-50.0, 50.0], [50.0, 50.0]])
    table = draw_table(sure, np.array([[1, 2], [3, 4], [5, 6]]), np.random.default_rng(1))
    assert table.tp.tolist() == [1, 0, 5]
    assert table.fn.tolist() == [0, 3, 0]
    assert table.tn.tolist() == [0, 4, 6]
    assert table.fp.tolist() == [2, 0, 0]


def test_a_simulated_table_says_so():
    table = draw_table(np.zeros((2, 2)), np.full((2, 2), 9), np.random.default_rng(1))
    assert list(table.study) == ["simulated 1", "simulated 2"]
    assert "simulated" in table.source
