import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metadx.plots.intervals import clopper_pearson, study_interval, wilson


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    # The last four: Newcombe (1998), Stat Med 17:857-872, table I, method 5.
    [
        (0, 10, 0.0, 0.3085),
        (7, 10, 0.3475, 0.9333),
        (10, 10, 0.6915, 1.0),
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_clopper_pearson_gives_published_limits(x, n, lower, upper):
    low, high = clopper_pearson([x], [n])
    assert low[0] == pytest.approx(lower, abs=5e-5)
    assert high[0] == pytest.approx(upper, abs=5e-5)


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    [
        (7, 10, 0.3968, 0.8922),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilson_gives_published_limits(x, n, lower, upper):
    low, high = wilson([x], [n])
    assert low[0] == pytest.approx(lower, abs=5e-5)
    assert high[0] == pytest.approx(upper, abs=5e-5)


def test_wilson_by_hand():
    z = 1.959963984540054
    # 7 of 10: (0.7 + z²/20 ± z √(0.021 + z²/400)) / (1 + z²/10)
    half = z * np.sqrt(0.7 * 0.3 / 10 + z**2 / 400)
    low, high = wilson([7], [10])
    assert low[0] == pytest.approx((0.7 + z**2 / 20 - half) / (1 + z**2 / 10), rel=1e-12)
    assert high[0] == pytest.approx((0.7 + z**2 / 20 + half) / (1 + z**2 / 10), rel=1e-12)


@given(
    n=st.integers(1, 5000),
    share=st.floats(0, 1),
    prob=st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]),
)
def test_limits_enclose_the_estimate_and_hold_their_tails(n, share, prob):
    x = round(n * share)
    for kind in ("clopper-pearson", "wilson"):
        low, high = study_interval([x], [n], kind, prob)
        assert 0.0 <= low[0] <= x / n <= high[0] <= 1.0
    low, high = clopper_pearson([x], [n], prob)
    tail = (1 - prob) / 2
    if x > 0:
        assert stats.binom.sf(x - 1, n, low[0]) == pytest.approx(tail, rel=1e-6)
    if x < n:
        assert stats.binom.cdf(x, n, high[0]) == pytest.approx(tail, rel=1e-6)


def test_an_empty_arm_has_no_interval():
    for kind in ("clopper-pearson", "wilson"):
        low, high = study_interval([0, 3], [0, 4], kind)
        assert np.isnan([low[0], high[0]]).all()
        assert np.isfinite([low[1], high[1]]).all()


def test_the_kinds_differ():
    exact = clopper_pearson([7], [10])[0][0]
    assert study_interval([7], [10], "clopper-pearson")[0][0] == exact
    assert study_interval([7], [10], "wilson")[0][0] != exact
