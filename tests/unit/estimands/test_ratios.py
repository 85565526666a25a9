import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadx.estimands.accuracy import new_study_logits
from metadx.estimands.ratios import dor, log_lr_neg, log_lr_pos, lr_neg, lr_pos, youden


def one(sens, spec):
    return np.array([[math.log(sens / (1 - sens)), math.log(spec / (1 - spec))]])


def test_hand_arithmetic():
    logits = one(0.9, 0.8)
    assert lr_pos(logits)[0] == pytest.approx(4.5)
    assert lr_neg(logits)[0] == pytest.approx(0.125)
    assert dor(logits)[0] == pytest.approx(36.0)
    assert youden(logits)[0] == pytest.approx(0.7)


def test_the_handbook_review(glmer):
    assert lr_pos(glmer.mu)[0] == pytest.approx(15.382304618, rel=1e-9)
    assert lr_neg(glmer.mu)[0] == pytest.approx(0.35751311229, rel=1e-9)
    assert dor(glmer.mu)[0] == pytest.approx(43.025847414, rel=1e-9)


def test_draws_around_the_handbook_estimate_give_the_published_intervals(glmer):
    """LR+ 15.36 (11.97 to 19.74), mean 15.49; new study 14.56 (4.28 to 53.9), mean 18.22."""
    size, rng = 400_000, np.random.default_rng(11)
    mu = rng.multivariate_normal(glmer.mu[0], glmer.cov, size)
    tau, rho = np.repeat(glmer.tau, size, axis=0), np.repeat(glmer.rho, size)
    here = lr_pos(mu)
    assert np.quantile(here, [0.5, 0.025, 0.975]) == pytest.approx([15.36, 11.97, 19.74], rel=3e-3)
    assert here.mean() == pytest.approx(15.49, abs=0.02)
    new = lr_pos(new_study_logits(mu, tau, rho, rng))
    assert np.quantile(new, [0.5, 0.025, 0.975]) == pytest.approx([14.56, 4.28, 53.9], rel=0.015)
    assert new.mean() == pytest.approx(18.22, rel=0.01)


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_the_measures_agree_with_one_another(a, b):
    logits = np.array([[a, b]])
    assert log_lr_pos(logits)[0] - log_lr_neg(logits)[0] == pytest.approx(a + b, abs=1e-12)
    assert lr_pos(logits)[0] == pytest.approx(math.exp(log_lr_pos(logits)[0]))
    # 1 / (1 - spec) = 1 + exp(b), 1 / spec = 1 + exp(-b)
    assert lr_pos(logits)[0] == pytest.approx((1 + math.exp(b)) / (1 + math.exp(-a)), rel=1e-12)
    assert lr_neg(logits)[0] == pytest.approx((1 + math.exp(-b)) / (1 + math.exp(a)), rel=1e-12)
    # Calling negatives positive turns each ratio into the other.
    assert lr_neg(logits)[0] == pytest.approx(lr_pos(-logits)[0])
    assert -1.0 <= youden(logits)[0] <= 1.0


def test_spec_that_rounds_to_one_loses_nothing():
    logits = np.array([[0.0, 50.0]])
    assert lr_pos(logits)[0] == pytest.approx(0.5 * math.exp(50.0), rel=1e-13)
    assert youden(np.array([[-50.0, 50.0]]))[0] == pytest.approx(0.0, abs=1e-21)


@pytest.mark.parametrize("measure", [lr_pos, lr_neg, dor, youden, log_lr_pos, log_lr_neg])
def test_every_measure_is_finite_at_any_logit(measure):
    logits = np.array([[a, b] for a in (-900.0, 0.0, 900.0) for b in (-900.0, 0.0, 900.0)])
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(measure(logits)).all()
