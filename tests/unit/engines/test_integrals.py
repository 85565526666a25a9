"""Each study's integrated likelihood against brute-force integration on a dense grid."""

import numpy as np
import pytest
from scipy import stats

from metadx.engines import integrals
from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset
from tests.unit.engines.brute_force import brute_force, hyper_of, integrated

ORDINARY = (25, 3, 8, 40)
USUAL = ((1.0, 2.0), (0.7, 0.9), -0.4)

# counts (tp, fp, fn, tn); mu, tau, rho; nodes per axis and the error they may leave
CASES = {
    "ordinary": (ORDINARY, USUAL, 7, 1e-5),
    "ordinary, more nodes": (ORDINARY, USUAL, 15, 1e-8),
    "ordinary, many nodes": (ORDINARY, USUAL, 31, 1e-12),
    "far from the mean": (ORDINARY, ((-2.0, 4.0), (0.7, 0.9), 0.4), 7, 5e-5),
    "very far from the mean": ((25, 0, 0, 4), ((-30.0, -30.0), (0.7, 0.9), 0.5), 7, 1e-9),
    "no false negative": ((12, 3, 0, 40), USUAL, 7, 1e-5),
    "no error at all": ((12, 0, 0, 40), ((1.0, 2.0), (1.5, 2.0), 0.8), 15, 1e-7),
    "nothing but errors": ((0, 7, 9, 0), ((1.0, 2.0), (1.5, 2.0), 0.8), 15, 1e-6),
    "zero cells, large tau": ((5, 0, 0, 4), ((1.0, 2.0), (4.0, 4.0), -0.8), 31, 1e-6),
    "no non-diseased": ((25, 0, 8, 0), USUAL, 7, 1e-5),
    "no diseased": ((0, 4, 0, 30), ((1.0, 2.0), (0.7, 0.9), -0.9), 7, 1e-5),
    "twenty million people": ((9_000_000, 1_000_000, 1_000_000, 9_000_000), USUAL, 7, 1e-7),
    "twenty million, no error": ((10_000_000, 0, 0, 10_000_000), USUAL, 7, 1e-6),
    "tau near 0": (ORDINARY, ((1.0, 2.0), (1e-8, 1e-8), -0.4), 7, 1e-12),
    "tau = 0": (ORDINARY, ((1.0, 2.0), (0.0, 0.0), -0.4), 7, 1e-12),
    "tau = 0 on one side": (ORDINARY, ((1.0, 2.0), (0.0, 1.0), -0.4), 7, 1e-5),
    "tau = 0 on the other side": (ORDINARY, ((1.0, 2.0), (1.0, 0.0), -0.4), 7, 1e-5),
    "tau = 30": (ORDINARY, ((1.0, 2.0), (30.0, 30.0), -0.4), 31, 1e-6),
    "tau = 30, zero cells": ((25, 0, 0, 40), ((1.0, 2.0), (30.0, 30.0), -0.4), 47, 0.02),
    "rho near 1": (ORDINARY, ((1.0, 2.0), (0.7, 0.9), 0.999999), 7, 1e-5),
    "rho near -1": (ORDINARY, ((1.0, 2.0), (0.7, 0.9), -0.999999), 7, 1e-6),
    "rho near -1, zero cells": ((25, 0, 0, 4), ((1.0, 2.0), (0.7, 0.9), -0.999999), 7, 1e-6),
    "rho = 1": ((25, 0, 0, 4), ((1.0, 2.0), (0.7, 0.9), 1.0), 7, 1e-5),
}


@pytest.mark.parametrize("case", CASES)
def test_the_integral_is_that_of_brute_force(case):
    study, hyper, nodes, error = CASES[case]
    (found,) = integrated(study, hyper_of(*hyper), nodes)
    assert found == pytest.approx(brute_force(study, hyper), rel=0, abs=error)


def test_brute_force_agrees_with_adaptive_integration():
    """The judge is judged once by SciPy."""
    from scipy.integrate import dblquad

    (tp, fp, fn, tn), (mu, tau, rho) = ORDINARY, USUAL
    sigma = np.array([[tau[0] ** 2, rho * tau[0] * tau[1]], [rho * tau[0] * tau[1], tau[1] ** 2]])
    law = stats.multivariate_normal(mu, sigma)

    def integrand(b: float, a: float) -> float:
        sens, spec = 1 / (1 + np.exp(-a)), 1 / (1 + np.exp(-b))
        likelihood = stats.binom.pmf(tp, tp + fn, sens) * stats.binom.pmf(tn, tn + fp, spec)
        return 1e3 * float(likelihood * law.pdf([a, b]))

    total, _ = dblquad(integrand, -1.5, 3.5, -0.5, 5.5, epsabs=1e-7, epsrel=1e-7)
    assert np.log(total / 1e3) == pytest.approx(brute_force(ORDINARY, USUAL), abs=1e-5)


@pytest.mark.parametrize("study", [ORDINARY, (12, 0, 0, 40), (25, 0, 8, 0)])
def test_without_heterogeneity_it_is_the_plain_binomial_likelihood(study):
    tp, fp, fn, tn = study
    sens, spec = 1 / (1 + np.exp(-1.0)), 1 / (1 + np.exp(-2.0))
    plain = stats.binom.logpmf(tp, tp + fn, sens) + stats.binom.logpmf(tn, tn + fp, spec)
    for tau in (0.0, 1e-300, 1e-12):
        (found,) = integrated(study, hyper_of((1.0, 2.0), (tau, tau), 0.3), 7)
        assert found == pytest.approx(plain, rel=0, abs=1e-11)


def test_many_draws_and_studies_are_the_same_as_one_by_one():
    """Blocks, chunks of rows and studies with other numbers of nodes change nothing."""
    table = load_dataset("anti-ccp").table
    rng = np.random.default_rng(5)
    size = 700  # more than one chunk of rows, and several blocks
    hyper = Hyper.of(
        rng.normal([0.6, 3.0], 0.3, (size, 2)),
        np.exp(rng.normal(-0.3, 0.3, (size, 2))),
        np.tanh(rng.normal(0, 0.7, size)),
    )
    nodes = np.where(np.arange(table.n_studies) % 3 == 0, 15, 7)
    likelihood = IntegratedLikelihood.of(Counts.from_table(table)).with_nodes(nodes)
    found = likelihood.by_study(hyper)
    assert found.shape == (size, table.n_studies)
    for row in (0, 539, 541, size - 1):
        for i in (0, 5, 36):
            study = tuple(int(getattr(table, name)[i]) for name in ("tp", "fp", "fn", "tn"))
            (one,) = integrated(study, hyper.rows(slice(row, row + 1)), int(nodes[i]))
            assert found[row, i] == pytest.approx(one, rel=0, abs=2e-6)


def test_exponentials_put_together_from_both_axes_are_those_of_the_sum(monkeypatch):
    """Far out exp(a + b) is taken at once; nearer it is exp(a) exp(b), with the same result."""
    hyper = hyper_of((1.0, 2.0), (3.0, 4.0), -0.8)
    for study in (ORDINARY, (25, 0, 0, 40), (25, 0, 8, 0), (900, 30, 4, 7000)):
        (product,) = integrated(study, hyper, 15)
        with monkeypatch.context() as patched:
            patched.setattr(integrals, "_WIDEST_PRODUCT", 0.0)
            (sum_,) = integrated(study, hyper, 15)
        assert product == pytest.approx(sum_, rel=0, abs=1e-10)


def test_swapping_the_margins_changes_nothing():
    """Up to quadrature error, since the second effect is integrated given the first."""
    table = AccuracyTable.from_counts(
        ["A", "B", "C"], tp=[25, 5, 0], fp=[3, 0, 4], fn=[8, 0, 0], tn=[40, 4, 30]
    )
    swapped = AccuracyTable.from_counts(
        table.study, tp=table.tn, fp=table.fn, fn=table.fp, tn=table.tp
    )
    mu, tau, rho = (1.0, 2.0), (0.7, 1.6), -0.8
    one = IntegratedLikelihood.of(Counts.from_table(table), 31).by_study(hyper_of(mu, tau, rho))
    two = IntegratedLikelihood.of(Counts.from_table(swapped), 31).by_study(
        hyper_of(mu[::-1], tau[::-1], rho)
    )
    np.testing.assert_allclose(one, two, rtol=0, atol=1e-9)


def test_turning_every_answer_round_turns_the_mean_round():
    table, turned = (25, 3, 8, 40), (8, 3, 25, 40)
    one = integrated(table, hyper_of((1.0, 2.0), (0.7, 0.9), -0.4), 31)
    two = integrated(turned, hyper_of((-1.0, 2.0), (0.7, 0.9), 0.4), 31)
    np.testing.assert_allclose(one, two, rtol=0, atol=1e-11)


@pytest.mark.parametrize("tau", [(0.7, 0.9), (2.0, 0.1), (0.0, 0.0)])
@pytest.mark.parametrize("rho", [-0.9, 0.0, 0.99])
def test_the_probabilities_of_all_tables_add_up_to_one(tau, rho):
    n1, n0 = 3, 2
    hyper = hyper_of((1.5, -0.5), tau, rho)
    total = sum(
        np.exp(integrated((tp, n0 - tn, n1 - tp, tn), hyper, 31)[0])
        for tp in range(n1 + 1)
        for tn in range(n0 + 1)
    )
    assert total == pytest.approx(1, abs=1e-6)


def test_the_start_of_the_mode_search_hardly_matters():
    counts = Counts.from_table(load_dataset("galactomannan-children").table)
    hyper = hyper_of((1.5, 2.0), (1.2, 1.0), -0.5)
    near = IntegratedLikelihood.of(counts, 31)
    n = counts.tp.size
    for at in (-9.0, 0.0, 50.0, 1e6):
        far = near.started_at((np.full(n, at), np.full(n, -at)))
        np.testing.assert_allclose(far.by_study(hyper), near.by_study(hyper), rtol=0, atol=1e-5)


def test_the_moments_of_the_effects_are_those_of_a_dense_grid():
    from tests.unit.engines.brute_force import conditional_grid

    study, hyper = (12, 3, 0, 10), ((1.0, 2.0), (1.3, 0.9), -0.6)
    a, b, values, _ = conditional_grid(study, hyper)
    weight = np.exp(values - values.max())
    weight /= weight.sum()
    d1, d0 = a - hyper[0][0], b - hyper[0][1]
    counts = Counts.from_table(AccuracyTable.from_counts(["A"], *([count] for count in study)))
    found = IntegratedLikelihood.of(counts, 31).moments(hyper_of(*hyper))
    for name, wanted in {
        "sens": d1,
        "spec": d0,
        "sens2": d1**2,
        "cross": d1 * d0,
        "spec2": d0**2,
    }.items():
        (value,) = getattr(found, name).ravel()
        assert value == pytest.approx((weight * wanted).sum(), abs=1e-6), name
    assert found.log_integral[0, 0] == pytest.approx(brute_force(study, hyper), abs=1e-8)


@pytest.mark.parametrize("tau", [0.0, 1e-3, 0.5, 3.0])
@pytest.mark.parametrize("mu", [(300.0, -300.0), (-1e4, 2.0), (1e4, 1e4)])
def test_parameters_out_of_this_world_have_next_to_no_likelihood(mu, tau):
    """Never nan, never a warning, never a likelihood that could win."""
    (found,) = integrated(ORDINARY, hyper_of(mu, (tau, tau), 0.5), 15)
    assert found < -5000
