import math

import numpy as np
import pytest
from scipy import stats

from metadx.estimands.heterogeneity import (
    median_odds_ratio,
    zhou_dendukuri_falls,
    zhou_dendukuri_i2,
)


def test_median_odds_ratio_of_the_handbook_review(glmer):
    assert median_odds_ratio(glmer.tau)[0] == pytest.approx([2.02, 2.06], abs=5e-3)


def test_median_odds_ratio_is_the_median_over_pairs_of_studies():
    z = np.random.default_rng(5).normal(scale=0.8, size=(400_000, 2))
    pairs = np.exp(np.abs(z[:, 0] - z[:, 1]))
    assert median_odds_ratio(np.array([[0.8, 0.0]]))[0] == pytest.approx(
        [np.median(pairs), 1.0], rel=5e-3
    )
    constant = math.sqrt(2.0) * stats.norm.ppf(0.75)
    assert median_odds_ratio(np.array([[1.0, 2.0]]))[0] == pytest.approx(
        [math.exp(constant), math.exp(2.0 * constant)], rel=1e-14
    )


def test_i2_of_the_handbook_review(glmer, counts):
    """77.8 % jointly, 89.6 % sens, 65.1 % spec; other programs print 11.1 and 71.2."""
    i2 = zhou_dendukuri_i2(
        glmer.mu, glmer.tau, glmer.rho, counts.tp + counts.fn, counts.fp + counts.tn
    )
    assert i2.joint[0] == pytest.approx(0.77799406812, rel=1e-8)
    assert i2.sens[0] == pytest.approx(0.89595332836, rel=1e-8)
    assert i2.spec[0] == pytest.approx(0.65106510484, rel=1e-8)


def by_hand(mu, tau, rho, n1, n0):
    within = [
        (math.exp(m + t * t / 2) + math.exp(-m + t * t / 2) + 2) * sum(1 / k for k in n) / len(n)
        for m, t, n in zip(mu, tau, (n1, n0), strict=True)
    ]
    between = tau[0] * tau[1] * math.sqrt(1 - rho * rho)
    return (
        between / (between + math.sqrt(within[0] * within[1])),
        tau[0] ** 2 / (tau[0] ** 2 + within[0]),
        tau[1] ** 2 / (tau[1] ** 2 + within[1]),
    )


def test_i2_draw_by_draw(posterior):
    n1, n0 = np.array([10, 0, 25, 400]), np.array([7, 90, 0, 0])
    i2 = zhou_dendukuri_i2(posterior.mu, posterior.tau, posterior.rho, n1, n0)
    want = [
        by_hand(m, t, r, [10, 25, 400], [7, 90])  # arms of size 0 do not count
        for m, t, r in zip(posterior.mu, posterior.tau, posterior.rho, strict=True)
    ]
    np.testing.assert_allclose(np.stack([i2.joint, i2.sens, i2.spec], axis=1), want, rtol=1e-12)


def test_i2_is_not_monotone_in_tau():
    tau = np.repeat([[1.5], [3.0], [3.5]], 2, axis=1)
    n = np.array([100])
    i2 = zhou_dendukuri_i2(np.full((3, 2), 2.0), tau, np.zeros(3), n, n)
    assert i2.spec.tolist() == pytest.approx([0.90, 0.57, 0.26], abs=5e-3)


def test_where_the_index_falls_is_where_its_slope_is_negative():
    """Against the difference quotients of the index itself, joint and per margin."""
    rng = np.random.default_rng(11)
    mu, tau, rho = rng.normal(0, 2.5, (4000, 2)), rng.uniform(0.05, 3.0, (4000, 2)), np.zeros(4000)
    n1, n0, step = np.array([20, 300]), np.array([75]), 1e-4
    falls = zhou_dendukuri_falls(mu, tau)
    for margin, name in enumerate(("sens", "spec")):
        up, down = tau.copy(), tau.copy()
        up[:, margin] += step
        down[:, margin] -= step
        more, less = (zhou_dendukuri_i2(mu, t, rho, n1, n0) for t in (up, down))
        for index in (name, "joint"):
            slope = (getattr(more, index) - getattr(less, index)) / (2 * step)
            clear = np.abs(slope) > 1e-6
            assert clear.mean() > 0.95
            assert (falls[clear, margin] == (slope[clear] < 0)).all()
    assert 0.3 < falls.mean() < 0.7


def test_the_turning_point_lies_between_141_and_160():
    tau = np.linspace(1.0, 2.0, 1001)
    for level, turn in ((0.0, 1.599), (30.0, math.sqrt(2.0)), (-30.0, math.sqrt(2.0))):
        falls = zhou_dendukuri_falls(np.full((1001, 2), level), np.stack([tau, tau], axis=1))
        assert tau[falls[:, 0]].min() == pytest.approx(turn, abs=1.5e-3)
        assert (np.diff(falls.astype(int), axis=0) >= 0).all()
    extreme = np.array([[800.0, -800.0], [0.0, 0.0], [0.0, 0.0]])
    spread = np.array([[1.0, 2.0], [0.0, 1e150], [1e-200, 40.0]])
    with np.errstate(all="raise", under="ignore"):
        assert zhou_dendukuri_falls(extreme, spread).tolist() == [[False, True]] * 3


def test_no_spread_is_zero_and_extremes_do_not_overflow():
    mu = np.array([[0.0, 0.0], [800.0, -800.0], [0.0, 0.0], [1.0, 1.0]])
    tau = np.array([[0.0, 1.0], [1.0, 1.0], [1e3, 1e200], [1.0, 1.0]])
    rho = np.array([0.3, 0.3, 0.3, -1.0])
    n = np.array([50])
    with np.errstate(all="raise", under="ignore"):
        i2 = zhou_dendukuri_i2(mu, tau, rho, n, n)
        mor = median_odds_ratio(tau)
    assert i2.sens[0] == 0.0
    assert i2.joint[[0, 1, 2]].tolist() == [0.0, 0.0, 0.0]
    assert i2.joint[3] == 0.0  # a correlation of -1 leaves no generalised variance
    assert i2.sens[3] > 0.5
    assert np.isfinite(mor).all()


def test_an_arm_of_one_person_counts_and_rounding_of_rho_does_no_harm():
    mu, tau, rho = [0.4, 1.0], [0.9, 1.1], 0.2
    got = zhou_dendukuri_i2(
        np.array([mu]), np.array([tau]), np.array([rho]), np.array([1, 20, 0]), np.array([1])
    )
    want = by_hand(mu, tau, rho, [1, 20], [1])
    assert [got.joint[0], got.sens[0], got.spec[0]] == pytest.approx(want)
    n, past_one = np.array([20]), np.nextafter(np.array([1.0]), 2.0)
    assert zhou_dendukuri_i2(np.array([mu]), np.array([tau]), past_one, n, n).joint[0] == 0.0


def test_a_margin_without_arms_has_no_index():
    i2 = zhou_dendukuri_i2(
        np.zeros((2, 2)), np.ones((2, 2)), np.zeros(2), np.array([40]), np.array([0])
    )
    assert np.isnan(i2.spec).all()
    assert np.isnan(i2.joint).all()
    assert np.isfinite(i2.sens).all()
