"""The integrated likelihood under probit and cloglog against integration on a dense grid."""

import numpy as np
import pytest

from metadx.engines.counts import Counts
from metadx.engines.effects import draw_study_logits
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.engines.link_likelihood import LinkLikelihood, likelihood_of
from metadx.engines.refinement import plan_nodes
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset
from tests.unit.engines.brute_force import (
    brute_force,
    conditional_grid,
    hyper_of,
    integrated,
    one_study,
)

ORDINARY = (25, 3, 8, 40)
USUAL = ((0.6, 0.9), (0.4, 0.5), -0.4)
OTHERS = ("probit", "cloglog")

# counts (tp, fp, fn, tn); mu, tau, rho; nodes per axis and the error they may leave
CASES = {
    "ordinary": (ORDINARY, USUAL, 7, 2e-5),
    "ordinary, many nodes": (ORDINARY, USUAL, 31, 1e-11),
    "far from the mean": (ORDINARY, ((-1.5, 2.0), (0.4, 0.5), 0.4), 15, 1e-4),
    "no false negative": ((12, 3, 0, 40), USUAL, 15, 1e-5),
    "no error at all": ((12, 0, 0, 40), ((0.6, 0.9), (1.0, 1.2), 0.8), 31, 1e-4),
    "nothing but errors": ((0, 7, 9, 0), ((0.6, 0.9), (1.0, 1.2), 0.8), 31, 1e-4),
    "zero cells, large tau": ((5, 0, 0, 4), ((0.6, 0.9), (2.0, 2.0), -0.8), 61, 2e-3),
    "no non-diseased": ((25, 0, 8, 0), USUAL, 7, 2e-5),
    "no diseased": ((0, 4, 0, 30), USUAL, 7, 2e-5),
    "twenty million people": ((9_000_000, 1_000_000, 1_000_000, 9_000_000), USUAL, 7, 1e-6),
    "twenty million, no error": ((10_000_000, 0, 0, 10_000_000), USUAL, 31, 1e-5),
    "tau = 0": (ORDINARY, ((0.6, 0.9), (0.0, 0.0), -0.4), 7, 1e-12),
    "tau = 0 on one side": (ORDINARY, ((0.6, 0.9), (0.0, 0.5), -0.4), 7, 2e-5),
    "rho near -1": (ORDINARY, ((0.6, 0.9), (0.4, 0.5), -0.999999), 15, 1e-5),
    "rho = 1": ((25, 0, 0, 4), ((0.6, 0.9), (0.4, 0.5), 1.0), 15, 1e-5),
}


@pytest.mark.parametrize("link", OTHERS)
@pytest.mark.parametrize("case", CASES)
def test_the_integral_is_that_of_brute_force(case, link):
    study, hyper, nodes, error = CASES[case]
    (found,) = integrated(study, hyper_of(*hyper), nodes, link)
    assert found == pytest.approx(brute_force(study, hyper, link), rel=0, abs=error)


def wild_draws(size: int, rng: np.random.Generator) -> Hyper:
    mu = rng.normal([0.6, 1.8], 0.5, (size, 2))
    return Hyper.of(mu, np.exp(rng.normal(-0.3, 0.5, (size, 2))), np.tanh(rng.normal(size=size)))


def test_the_general_way_is_the_fast_one_under_the_logit():
    """Two ways to the same numbers: modes, integrals, moments, stand-ins."""
    counts = Counts.from_table(load_dataset("telomerase").table)
    fast = IntegratedLikelihood.of(counts, 7)
    general = LinkLikelihood(fast.counts, fast.design, fast.start, fast.nodes, "logit")
    draws = wild_draws(300, np.random.default_rng(1))
    np.testing.assert_allclose(general.by_study(draws), fast.by_study(draws), rtol=0, atol=1e-10)
    few = draws.rows(slice(0, 5))
    for name, want in vars(fast.moments(few)).items():
        np.testing.assert_allclose(getattr(general.moments(few), name), want, rtol=0, atol=1e-9)
    one = draws.rows(slice(0, 1))
    for found, want in zip(general.normal_laws_at(one), fast.normal_laws_at(one), strict=True):
        np.testing.assert_allclose(found, want, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("link", OTHERS)
def test_moments_are_those_of_the_conditional_law(link):
    study, (mu, tau, rho) = (7, 1, 2, 15), ((0.6, 0.9), (0.6, 0.8), -0.5)
    likelihood = likelihood_of(Counts.from_table(one_study(*study)), 31, link=link)
    found = likelihood.moments(hyper_of(mu, tau, rho))
    a, b, values, _ = conditional_grid(study, (mu, tau, rho), link=link)
    weight = np.exp(values - values.max())
    weight /= weight.sum()
    d1, d0 = np.broadcast_to(a, b.shape) - mu[0], b - mu[1]
    want = [(weight * x).sum() for x in (d1, d0, d1**2, d1 * d0, d0**2)]
    got = [found.sens, found.spec, found.sens2, found.cross, found.spec2]
    assert [x.item() for x in got] == pytest.approx(want, abs=1e-7)


@pytest.mark.parametrize("link", OTHERS)
def test_study_effects_are_drawn_as_logits_of_their_exact_law(link):
    study, hyper, size = (3, 0, 0, 9), ((0.4, 0.5), (0.9, 0.7), -0.6), 8000
    mu, tau, rho = hyper
    repeated = hyper_of(np.tile(mu, (size, 1)), np.tile(tau, (size, 1)), np.full(size, rho))
    likelihood = likelihood_of(Counts.from_table(one_study(*study)), link=link)
    logits = draw_study_logits(likelihood, repeated, np.random.default_rng(4))[:, 0, :]
    accuracy = 1 / (1 + np.exp(-logits))
    a, b, values, _ = conditional_grid(study, hyper, link=link)
    weight = np.exp(values - values.max())
    weight /= weight.sum()
    for margin, eta in enumerate((np.broadcast_to(a, b.shape), b)):
        exact = 1 - np.exp(-np.exp(eta)) if link == "cloglog" else _phi(eta)
        mean = (weight * exact).sum()
        sd = np.sqrt((weight * (exact - mean) ** 2).sum())
        assert abs(accuracy[:, margin].mean() - mean) < 4.5 * sd / np.sqrt(size)
        assert accuracy[:, margin].std() == pytest.approx(sd, rel=0.06)


def _phi(eta):
    from scipy.stats import norm

    return norm.cdf(eta)


@pytest.mark.parametrize("link", OTHERS)
def test_more_nodes_are_planned_until_the_error_is_small(link):
    table = AccuracyTable.from_counts("AB", [12, 25], [0, 3], [0, 8], [40, 40])
    likelihood = likelihood_of(Counts.from_table(table), link=link)
    wide = hyper_of([[0.6, 0.9]] * 2, [[3.0, 3.0], [0.3, 0.4]], [-0.8, 0.3])
    plan = plan_nodes(likelihood, wide)
    assert (plan.nodes > 5).any()
    exact = likelihood.with_nodes(np.full(2, 91)).by_study(wide)
    error = likelihood.with_nodes(plan.nodes).by_study(wide) - exact
    assert np.abs(error).sum(axis=1).max() < 0.01


@pytest.mark.parametrize("link", OTHERS)
def test_several_possible_tables_are_summed_over(link):
    either = ((20, 3, 5, 30), (21, 4, 4, 29))
    many = AccuracyTable.from_counts(
        ["A", "B"], [20, 9], [3, 2], [5, 1], [30, 12], alternatives={0: np.array(either)}
    )
    likelihood = likelihood_of(Counts.from_table(many), 31, link=link)
    found = likelihood.by_study(hyper_of(*USUAL))[0]
    apart = [brute_force(one, USUAL, link) for one in either]
    assert found[0] == pytest.approx(np.logaddexp(*apart), abs=1e-9)
    assert found[1] == pytest.approx(brute_force((9, 2, 1, 12), USUAL, link), abs=1e-9)
    laws = likelihood.normal_laws_at(hyper_of(*USUAL))
    single = [
        likelihood_of(Counts.from_table(one_study(*one)), 31, link=link).normal_laws_at(
            hyper_of(*USUAL)
        )
        for one in either
    ]
    share = np.exp(apart[0] - np.logaddexp(*apart))
    for law, (first, second) in zip(laws, zip(*single, strict=True), strict=True):
        assert law[0] == pytest.approx(share * first[0] + (1 - share) * second[0], rel=1e-8)


@pytest.mark.parametrize("link", OTHERS)
def test_parameters_far_from_the_data_cost_no_warning(link):
    """Whatever a proposal may try: finite or zero likelihood, never NaN."""
    counts = Counts.from_table(one_study(25, 3, 8, 40))
    far = [[400.0, -400.0], [30.0, 30.0], [-300.0, 50.0]]
    hyper = hyper_of(far, [[1e-6, 1e-6], [50.0, 1e-9], [3.0, 4.0]], [0.0, 0.999, -1.0])
    with np.errstate(over="raise", invalid="raise"):
        found = likelihood_of(counts, link=link).by_study(hyper)
    assert not np.isnan(found).any()
    assert (found < -50).all()
