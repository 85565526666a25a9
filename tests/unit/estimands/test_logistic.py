import math

import numpy as np
import pytest

from metadx.estimands.logistic import bounded_exp, expit, log_expit


def test_expit_is_the_logistic_function():
    assert expit(np.array([math.log(3.0), -math.log(4.0)])).tolist() == pytest.approx([0.75, 0.2])


def test_expit_keeps_small_probabilities_and_never_overflows():
    assert expit(np.array([-40.0]))[0] == pytest.approx(math.exp(-40.0), rel=1e-15)
    with np.errstate(all="raise"):
        assert expit(np.array([-800.0, 800.0, -1e308, 1e308])).tolist() == [0.0, 1.0, 0.0, 1.0]


def test_log_expit_stays_finite_where_the_probability_is_zero_or_one():
    with np.errstate(all="raise"):
        values = log_expit(np.array([-800.0, 40.0, 0.0]))
    assert values.tolist() == pytest.approx([-800.0, -math.exp(-40.0), -math.log(2.0)], rel=1e-12)


def test_bounded_exp_is_exp_within_its_bounds_and_finite_outside():
    assert bounded_exp(np.array([1.5, -3.0])).tolist() == [math.exp(1.5), math.exp(-3.0)]
    with np.errstate(all="raise"):
        low, high = bounded_exp(np.array([-1e5, 1e5]))
    assert 0.0 < low < 1e-300
    assert 1e300 < high < math.inf
