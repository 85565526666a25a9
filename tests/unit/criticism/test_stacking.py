"""Stacking weights against a grid over the simplex, ArviZ, and what marks a maximum."""

import arviz as az
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from metadx.criticism.stacking import stacking_weights


def mean_density(elpd, weights):
    return np.log(np.exp(elpd) @ weights).mean()


def test_no_mixture_on_a_fine_grid_is_better():
    rng = np.random.default_rng(2)
    elpd = rng.normal(-3, 1, (12, 3))
    found = stacking_weights(elpd)
    steps = np.arange(201) / 200
    grid = np.stack([a.ravel() for a in np.meshgrid(steps, steps, indexing="ij")], axis=1)
    grid = grid[grid.sum(axis=1) <= 1]
    grid = np.column_stack([grid, 1 - grid.sum(axis=1)])
    values = np.log(np.exp(elpd) @ grid.T).mean(axis=0)
    assert mean_density(elpd, found) >= values.max()
    np.testing.assert_allclose(found, grid[values.argmax()], atol=0.01)


def test_agrees_with_arviz():
    rng = np.random.default_rng(8)
    elpd = rng.normal(-3, 0.7, (30, 4))
    models = {
        f"m{k}": az.ELPDData(
            elpd=column.sum(), se=1.0, p=1.0, n_samples=100, n_data_points=30,
            scale="log", warning=False, good_k=0.7,
            elpd_i=xr.DataArray(column, dims="study"), pareto_k=xr.DataArray(column * 0),
        )
        for k, column in enumerate(elpd.T)
    }  # fmt: skip
    theirs = (
        az.compare(models, method="stacking", round_to="none").sort_index()["weight"].to_numpy()
    )
    np.testing.assert_allclose(stacking_weights(elpd), theirs, atol=2e-3)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 60), st.integers(1, 7), st.sampled_from([0.01, 1.0, 30.0]), st.integers(0, 99)
)
def test_nothing_is_left_to_gain(studies, models, spread, seed):
    elpd = np.random.default_rng(seed).normal(-5, spread, (studies, models))
    weights = stacking_weights(elpd)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    # By concavity the best mixture gains at most the log of the largest slope a study.
    density = np.exp(elpd - elpd.max(axis=1, keepdims=True))
    slope = (density / (density @ weights)[:, None]).mean(axis=0)
    assert np.log(slope.max()) < 1e-6


def test_models_alike_share_their_weight():
    elpd = np.array([[-1.0, -1.0, -3.0], [-2.0, -2.0, -2.5]])
    np.testing.assert_allclose(stacking_weights(elpd), [0.5, 0.5, 0.0], atol=1e-6)


def test_a_pull_is_a_prior_of_the_weights():
    # Of two models: the mode on a fine grid of sum(log(P w)) + pull * sum(log w).
    elpd = np.random.default_rng(5).normal(-3, 0.4, (12, 2))
    grid = np.linspace(0.0005, 0.9995, 1999)
    for pull in (0.3, 1.0, 4.0):
        mixed = np.exp(elpd) @ np.stack([grid, 1 - grid])
        value = np.log(mixed).sum(axis=0) + pull * (np.log(grid) + np.log(1 - grid))
        found = stacking_weights(elpd, pull)
        assert found[0] == pytest.approx(grid[value.argmax()], abs=1e-3)
        assert found.sum() == pytest.approx(1)


def test_noise_of_the_densities_does_not_choose_with_a_pull():
    rng = np.random.default_rng(6)
    base = rng.normal(-5, 1, (10, 1))
    noise = rng.normal(0, 0.02, (10, 2))
    assert stacking_weights(base + noise).max() > 0.99
    assert stacking_weights(base + noise, 1.0).max() < 0.53


@pytest.mark.parametrize("elpd", [np.zeros((0, 2)), np.zeros(3), np.array([[np.nan, 0.0]])])
def test_what_is_no_density_is_refused(elpd):
    with pytest.raises(ValueError, match="finite densities"):
        stacking_weights(elpd)
