"""Convergence checks on hand-made chains."""

import numpy as np
import pytest
import xarray as xr

from metadx.cards.card import NutsChecks
from metadx.engines.checks import nuts_checks

LIMITS = NutsChecks(
    rhat_max=1.01, ess_bulk_min=400, ess_tail_min=400, divergences_max=0, bfmi_min=0.3
)


def chains(draws: int = 500, **changed: np.ndarray) -> xr.DataTree:
    """Four chains of independent draws, with some of them replaced."""
    rng = np.random.default_rng(1)
    shape = (4, draws)
    values = {
        "coefficients": rng.normal(size=(*shape, 2)),
        "tau": rng.exponential(size=(*shape, 2)),
        "rho": rng.uniform(-1, 1, shape),
        "diverging": np.zeros(shape, dtype=bool),
        "energy": rng.normal(size=shape),
    } | changed
    dims = {"coefficients": ("chain", "draw", "coefficient"), "tau": ("chain", "draw", "margin")}
    parts = {
        "posterior": ("coefficients", "tau", "rho"),
        "sample_stats": ("diverging", "energy"),
    }
    return xr.DataTree.from_dict(
        {
            group: xr.Dataset({n: (dims.get(n, ("chain", "draw")), values[n]) for n in names})
            for group, names in parts.items()
        }
    )


def measured(tree: xr.DataTree, limits: NutsChecks = LIMITS) -> dict:
    return {check.name: check for check in nuts_checks(tree, limits)}


def test_independent_draws_pass_everything():
    found = measured(chains())
    assert list(found) == ["rhat", "ess_bulk", "ess_tail", "divergences", "bfmi"]
    assert all(check.passed for check in found.values())
    assert found["rhat"].value == pytest.approx(1, abs=0.01)
    assert 1000 < found["ess_bulk"].value < 2600


@pytest.mark.parametrize("name", ["coefficients", "tau", "rho"])
def test_one_shifted_chain_of_one_parameter_fails_r_hat(name):
    values = chains()["posterior"][name].values.copy()
    if values.ndim == 3:
        values[2, :, 1] += 1.5 * values[..., 1].std()
    else:
        values[2] += 1.5 * values.std()
    found = measured(chains(**{name: values}))
    assert found["rhat"].value > 1.1
    assert not found["rhat"].passed
    assert not found["ess_bulk"].passed
    assert found["bfmi"].passed


def test_a_chain_with_another_spread_fails_r_hat():
    values = chains()["posterior"]["coefficients"].values.copy()
    values[1, :, 0] *= 5
    assert not measured(chains(coefficients=values))["rhat"].passed


def test_slow_chains_have_few_effective_draws():
    rng = np.random.default_rng(3)
    slow = rng.normal(size=(4, 500))
    for i in range(1, 500):
        slow[:, i] = 0.95 * slow[:, i - 1] + np.sqrt(1 - 0.95**2) * slow[:, i]
    found = measured(chains(rho=slow))
    # 2000 draws, autocorrelation time (1 + 0.95) / (1 - 0.95) = 39
    assert found["ess_bulk"].value == pytest.approx(2000 / 39, rel=0.6)
    assert not found["ess_bulk"].passed


def test_tails_are_judged_too():
    """Draws whose extremes come in runs: the bulk mixes, the tails do not."""
    rng = np.random.default_rng(4)
    rho = rng.uniform(-1, 1, (4, 500))
    for i in range(4):
        rho[i, 100 * i : 100 * i + 25] = -5 - rng.uniform(size=25)
    found = measured(chains(rho=rho))
    assert found["ess_tail"].value < found["ess_bulk"].value
    assert not found["ess_tail"].passed


def test_divergences_are_counted():
    diverging = np.zeros((4, 500), dtype=bool)
    diverging[0, 3] = diverging[2, 7] = diverging[3, 499] = True
    found = measured(chains(diverging=diverging))["divergences"]
    assert (found.value, found.threshold, found.passed) == (3, 0, False)
    loose = LIMITS.model_copy(update={"divergences_max": 3})
    assert measured(chains(diverging=diverging), loose)["divergences"].passed


def test_the_fraction_of_missing_information_is_that_of_the_worst_chain():
    """By hand: squared steps over squared deviations, each per degree of freedom."""
    rng = np.random.default_rng(1)
    draws = 500
    energy = rng.normal(size=(4, draws))
    energy[1] = np.linspace(0, 1, draws)  # steps of 1/499
    wanted = (1 / 499) ** 2 / np.var(energy[1], ddof=1)
    found = measured(chains(energy=energy))["bfmi"]
    assert found.value == pytest.approx(wanted)
    assert not found.passed


def test_a_hand_sum_of_the_fraction():
    energy = np.tile([0.0, 2.0, 1.0, 3.0], (4, 125))  # mean 1.5; squares 2.25 .25 .25 2.25
    found = measured(chains(energy=energy))["bfmi"].value
    # 125 runs of steps 2, -1, 2 and 124 steps of -3 between them: 1125 + 1116 over 499 steps;
    # deviations 125 * 5 over 499
    assert found == pytest.approx(2241 / 625)


@pytest.mark.parametrize(
    ("limit", "value"),
    [("rhat_max", 1.0001), ("ess_bulk_min", 1e6), ("ess_tail_min", 1e6), ("bfmi_min", 50.0)],
)
def test_each_threshold_is_that_of_the_card(limit, value):
    found = measured(chains(), LIMITS.model_copy(update={limit: value}))
    name = limit.rsplit("_", 1)[0]
    assert found[name].threshold == value
    assert [check.name for check in found.values() if not check.passed] == [name]
