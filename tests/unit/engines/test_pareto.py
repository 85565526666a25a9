"""Pareto smoothing against ArviZ."""

import arviz as az
import numpy as np
import pytest
from arviz_stats.base import array_stats

from metadx.engines.pareto import smooth


def arviz_psis(log_weights):
    """ArviZ takes log likelihoods, the negative of log weights, and normalises in logs."""
    smoothed, k = array_stats.psislw(-np.asarray(log_weights))
    weights = np.exp(smoothed - smoothed.max())
    return weights / weights.sum(), float(k)


def weight_sets():
    rng = np.random.default_rng(11)
    return {
        "normal": rng.normal(0, 1, 1000),
        "wide normal": rng.normal(0, 3, 4000),
        "exponential": rng.exponential(0.4, 3000),  # Pareto weights with k = 0.4
        "heavy": rng.exponential(0.9, 4000),
        "no mean": rng.exponential(1.4, 2500),
        "bounded": np.log(rng.uniform(size=2000)),
        "one giant": np.append(rng.normal(0, 1, 999), 40.0),
        "far from 0": rng.normal(-900, 2, 1500),
        "few": rng.normal(0, 1, 30),
        "too few": rng.normal(0, 1, 26),
        "ties": np.repeat(rng.normal(0, 1, 20), 50),
    }


@pytest.mark.parametrize("name", weight_sets())
def test_weights_and_tail_shape_are_those_of_arviz(name):
    log_weights = weight_sets()[name]
    wanted, k = arviz_psis(log_weights)
    found = smooth(log_weights)
    # ArviZ writes nan where no tail can be fitted; infinity fails every threshold.
    assert found.pareto_k == pytest.approx(np.inf if np.isnan(k) else k, abs=1e-6)
    np.testing.assert_allclose(found.weights, wanted, rtol=1e-6, atol=1e-12)
    assert found.weights.sum() == pytest.approx(1, abs=1e-12)
    assert found.ess == pytest.approx(1 / np.square(wanted).sum(), rel=1e-6)


@pytest.mark.parametrize(("true_k", "sizes"), [(0.2, 40_000), (0.5, 40_000), (0.9, 40_000)])
def test_the_tail_shape_of_pareto_weights_is_recovered(true_k, sizes):
    rng = np.random.default_rng(3)
    found = smooth(rng.exponential(true_k, sizes))
    assert found.pareto_k == pytest.approx(true_k, abs=0.12)  # about 3 sd at 600 tail draws


def test_a_constant_changes_nothing():
    log_weights = weight_sets()["exponential"]
    one, two = smooth(log_weights), smooth(log_weights + 12345.678)
    np.testing.assert_allclose(one.weights, two.weights, rtol=1e-9)
    assert one.pareto_k == pytest.approx(two.pareto_k, abs=1e-6)


def test_flat_weights_stay_flat():
    found = smooth(np.full(500, -7.0))
    assert found.pareto_k == -np.inf
    np.testing.assert_allclose(found.weights, 1 / 500)
    assert found.ess == pytest.approx(500)


def test_draws_of_no_weight_stay_without():
    rng = np.random.default_rng(5)
    log_weights = rng.normal(0, 1, 1200)
    log_weights[::6] = -np.inf
    found = smooth(log_weights)
    assert (found.weights[::6] == 0).all()
    assert (np.delete(found.weights, np.s_[::6]) > 0).all()
    assert found.weights.sum() == pytest.approx(1)
    assert np.isfinite(found.pareto_k)


def test_all_but_a_few_draws_without_weight():
    log_weights = np.full(400, -np.inf)
    log_weights[[3, 70, 200]] = [0.0, -0.5, 0.2]
    found = smooth(log_weights)
    assert np.flatnonzero(found.weights).tolist() == [3, 70, 200]
    assert 1 <= found.ess <= 3
    assert not found.pareto_k < 0.7


@pytest.mark.parametrize("size", [1, 2, 5, 20])
def test_too_few_draws_for_a_tail_are_left_as_they_are(size):
    log_weights = np.random.default_rng(2).normal(0, 1, size)
    found = smooth(log_weights)
    assert found.pareto_k == np.inf  # not to be trusted
    weights = np.exp(log_weights)
    np.testing.assert_allclose(found.weights, weights / weights.sum(), rtol=1e-12)


def test_the_weights_given_are_not_overwritten():
    log_weights = weight_sets()["heavy"]
    before = log_weights.copy()
    smooth(log_weights)
    assert np.array_equal(log_weights, before)


def test_smoothing_shrinks_the_largest_weight():
    log_weights = weight_sets()["one giant"]
    raw = np.exp(log_weights - log_weights.max())
    assert smooth(log_weights).weights.max() < (raw / raw.sum()).max()
    assert az.__version__  # the judge above is ArviZ's own
