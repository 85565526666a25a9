"""The predictive law of two counts against sums written out in full."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom, kstest

from metadx.criticism.predictive_law import predictive_law


def draws(size, rho=-0.6, tau=(0.8, 0.9), mu=(1.5, 1.0), seed=1):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((size, 2))
    z[:, 1] = rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]
    return np.array(mu) + np.array(tau) * z


def exact_mass(n1, n0, rho=-0.6, tau=(0.8, 0.9), mu=(1.5, 1.0)):
    """The mixture over the normal law of `draws`, by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    first, second = np.meshgrid(nodes, nodes, indexing="ij")
    share = np.multiply.outer(weights, weights).ravel()
    other = rho * first + np.sqrt(1 - rho**2) * second
    sens = expit(mu[0] + tau[0] * first.ravel())
    spec = expit(mu[1] + tau[1] * other.ravel())
    tp = binom.pmf(np.arange(n1 + 1), n1, sens[:, None])
    tn = binom.pmf(np.arange(n0 + 1), n0, spec[:, None])
    return (tp * share[:, None]).T @ tn


def empirical_width(n):
    y = np.arange(n + 1)
    return 1 / (y + 0.5) + 1 / (n - y + 0.5)


@pytest.mark.parametrize(("n1", "n0"), [(12, 20), (40, 7), (90, 60)])
def test_p_values_are_those_of_the_mixture_written_out(n1, n0):
    """Without draws and without a lattice, ordered by density in empirical logits."""
    law = predictive_law(draws(16_000), n1, n0)
    mass = exact_mass(n1, n0)
    density = mass / np.multiply.outer(empirical_width(n1), empirical_width(n0))
    rng, away = np.random.default_rng(3), []
    for tp, tn in zip(rng.integers(0, n1 + 1, 25), rng.integers(0, n0 + 1, 25), strict=True):
        wanted = mass[density <= density[tp, tn] * (1 + 1e-9)].sum()
        # a cell more or less where two have nearly the same density
        assert law.p_value(tp, tn) == pytest.approx(wanted, rel=0.2, abs=0.004)
        away.append(law.p_value(tp, tn) - wanted)
    assert abs(np.mean(away)) < 0.008
    assert law.mass.sum() == pytest.approx(1)
    assert np.abs(law.mass - mass).max() < 0.07 * mass.max()


def test_one_margin_is_the_sum_over_the_other():
    law = predictive_law(draws(16_000), 15, 25)
    alone = predictive_law(draws(16_000), 15, 0)
    np.testing.assert_allclose(law.mass.sum(axis=1), alone.mass[:, 0], atol=1e-12)
    for tp in (0, 4, 9, 15):
        assert law.p_sens(tp) == pytest.approx(alone.p_value(tp, 0))
        assert law.p_sens(tp) == pytest.approx(alone.p_sens(tp))
    assert np.isnan(alone.p_spec(0))
    assert np.isnan(alone.interval(0.95)[1]).all()
    assert np.isnan(alone.pit(3, 0, (0.5, 0.5))[1])


@pytest.mark.parametrize(("n1", "n0"), [(25, 40), (2_000, 300), (10**6, 10**5), (30, 0)])
def test_p_values_and_pit_are_uniform_under_the_law(n1, n0):
    law = predictive_law(draws(16_000), n1, n0)
    rng = np.random.default_rng(5)
    truth = expit(draws(1500, seed=9))
    tp, tn = rng.binomial(n1, truth[:, 0]), rng.binomial(n0, truth[:, 1])
    p = np.array([law.p_value(*pair) for pair in zip(tp, tn, strict=True)])
    for level in (0.01, 0.05, 0.2, 0.5, 0.8):
        # discrete counts make p larger, never smaller
        error = np.sqrt(level * (1 - level) / p.size)
        below = (p <= level).mean()
        assert below < level + 4 * error
        if n0 and min(n1, n0) > 100:
            assert below > level - 4 * error - 0.01
    pit = np.array([law.pit(*x) for x in zip(tp, tn, rng.random((1500, 2)), strict=True)])
    assert kstest(pit[:, 0], "uniform").pvalue > 0.001
    if n0:
        assert kstest(pit[:, 1], "uniform").pvalue > 0.001


def test_the_pit_is_the_binomial_distribution_function():
    """All draws alike: no mixture, no lattice to speak of."""
    logits = np.tile([0.4, -1.0], (100, 1))
    law = predictive_law(logits, 30, 12)
    p = expit(np.array([0.4, -1.0]))
    for tp, tn, place in ((17, 2, 0.3), (0, 12, 0.9), (30, 0, 0.0)):
        wanted = [
            binom.cdf(y - 1, n, q) + place * binom.pmf(y, n, q)
            for y, n, q in ((tp, 30, p[0]), (tn, 12, p[1]))
        ]
        np.testing.assert_allclose(law.pit(tp, tn, (place, place)), wanted, atol=1e-4)


def test_the_correlation_decides_about_a_pair():
    """Both counts one sd high: likely together under rho = 0.9, not under rho = -0.9."""
    high = expit(np.array([1.5 + 0.8, 1.0 + 0.9]))
    tp, tn = np.rint(400 * high).astype(int)
    together = predictive_law(draws(16_000, rho=0.9), 400, 400)
    against = predictive_law(draws(16_000, rho=-0.9), 400, 400)
    assert together.p_value(tp, tn) > 0.4
    assert against.p_value(tp, tn) < 0.01
    for law in (together, against):
        assert law.p_sens(tp) > 0.2
        assert law.p_spec(tn) > 0.2


def test_an_extreme_specificity_is_found_although_counts_crowd_there():
    """3.6 sd above the mean: by the probability of the counts alone it would look ordinary."""
    logits = draws(16_000, rho=0.0, tau=(0.5, 1.2), mu=(2.0, 0.7))
    law = predictive_law(logits, 30, 2000)
    tn = 1980
    assert law.p_spec(tn) < 0.005
    marginal = law.mass.sum(axis=0) / np.diff(law.spec.first)
    crowded = law.mass.sum(axis=0)[marginal <= marginal[law.spec.bin_of(tn)]].sum()
    assert crowded > 0.02


def test_limits_are_quantiles_of_the_observed_proportion():
    law = predictive_law(draws(16_000), 20, 5000)
    rng = np.random.default_rng(8)
    new = expit(draws(200_000, seed=4))
    for j, n in enumerate((20, 5000)):
        wanted = np.quantile(rng.binomial(n, new[:, j]) / n, [0.025, 0.975])
        np.testing.assert_allclose(law.interval(0.95)[j], wanted, atol=max(1e-9, 0.01 + 1 / n))
