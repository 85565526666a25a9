import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metadx.estimands.summary import Summary, check_prob, summarise


def test_hand_arithmetic():
    s = summarise(np.array([4.0, 1.0, 3.0, 2.0, 10.0]), prob=0.5)
    assert (s.mean, s.median, s.lower, s.upper) == (4.0, 3.0, 2.0, 4.0)
    assert s.sd == pytest.approx(math.sqrt((0 + 9 + 1 + 4 + 36) / 4))


@given(
    arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e9, 1e9)),
    st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]),
)
def test_quantiles_are_those_of_numpy_to_the_last_bit(draws, prob):
    s = summarise(draws, prob)
    q = [(1.0 - prob) / 2.0, 0.5, (1.0 + prob) / 2.0]
    assert [s.lower, s.median, s.upper] == np.quantile(draws, q).tolist()


def test_the_draws_are_left_as_they_were():
    draws = np.array([3.0, 1.0, 2.0])
    summarise(draws)
    assert draws.tolist() == [3.0, 1.0, 2.0]


def test_moments_are_left_out_on_request_and_where_there_are_none():
    assert summarise(np.arange(5.0), moments=False).as_dict() == {
        "mean": None,
        "sd": None,
        "median": 2.0,
        "lower": pytest.approx(0.1),
        "upper": pytest.approx(3.9),
    }
    one = summarise(np.array([2.0]))
    assert (one.mean, one.sd, one.lower) == (2.0, None, 2.0)


def test_a_moment_past_double_precision_is_none_not_infinity():
    s = summarise(np.array([1e300, 2e300, 1e308, 1.5e308]))
    assert s.sd is None
    assert s.mean is None
    json.dumps(s.as_dict(), allow_nan=False)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_draws_that_are_not_finite_are_refused(bad):
    with pytest.raises(ValueError, match="1 of 3 draws are not finite"):
        summarise(np.array([1.0, bad, 2.0]))


@pytest.mark.parametrize("bad", [np.empty(0), np.zeros((2, 2))])
def test_draws_must_be_a_vector(bad):
    with pytest.raises(ValueError, match="vector"):
        summarise(bad)


@pytest.mark.parametrize("prob", [0.0, 1.0, 95, -0.1, math.nan])
def test_prob_must_be_a_proportion(prob):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        check_prob(prob)
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        summarise(np.arange(3.0), prob)


def test_a_summary_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Summary(1.0, 2.0, 3.0, 4.0, 5.0).mean = 0.0


def test_as_dict_has_the_five_names_in_order():
    assert list(Summary(1.0, 2.0, 3.0, 4.0, 5.0).as_dict().items()) == [
        ("mean", 1.0),
        ("sd", 2.0),
        ("median", 3.0),
        ("lower", 4.0),
        ("upper", 5.0),
    ]
