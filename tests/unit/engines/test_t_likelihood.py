"""t-distributed study effects: each study against a sum of the t density over a grid."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from metadx.cards.load import load_card, parse_card
from metadx.cards.priors import Choice
from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper
from metadx.engines.model_likelihood import draw_effects, model_likelihood
from metadx.engines.t_grid import t_grid
from metadx.engines.target import Posterior
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset
from tests.unit.engines.brute_force import log_binomial, one_study

CARD = load_card("bivariate-t")
DF = (3.0, 4.0, 6.0, 10.0, 20.0, 50.0)
STUDIES = {
    "usual": (45, 9, 12, 60),
    "zero cells": (30, 0, 0, 25),
    "far out": (3, 80, 90, 5),
    "empty arm": (0, 7, 0, 40),
    "tiny": (1, 0, 1, 1),
}
MU, TAU, RHO = np.array([1.3, 1.9]), np.array([0.6, 0.9]), -0.5


def t_sum(study, df):
    """Log of the sum over a grid of t density times binomial probabilities, and the grid."""
    tp, fp, fn, tn = study
    # The law has heavy tails: axes stretched by sinh reach far out with small steps near the mean.
    u = np.linspace(-6, 6, 1601)
    mu, tau, rho = MU, TAU, RHO
    width = np.cosh(u) * (u[1] - u[0])
    a, b = mu[0] + tau[0] * np.sinh(u)[:, None], mu[1] + tau[1] * np.sinh(u)
    x, y = np.sinh(u)[:, None], np.sinh(u)
    left = 1 - rho**2
    square = (x**2 - 2 * rho * x * y + y**2) / left
    law = -np.log(2 * np.pi * np.sqrt(left)) - (df / 2 + 1) * np.log1p(square / df)
    told = log_binomial(tp, tp + fn, a) + log_binomial(tn, tn + fp, b)
    mass = np.exp(law + told) * width[:, None] * width
    return np.log(mass.sum()), a[:, 0], b, mass / mass.sum()


def at(df, mu=MU, tau=TAU, rho=RHO):
    return Hyper.of(mu[None], tau[None], np.array([rho]), np.array([df]))


def likelihood_of(table, nodes=31):
    return model_likelihood(Counts.from_table(table), CARD.card, nodes)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_is_the_integral_of_the_t_density(name):
    study = STUDIES[name]
    likelihood = likelihood_of(one_study(*study))
    for df in (3.0, 6.0, 50.0):
        wanted = t_sum(study, df)[0]
        assert likelihood.by_study(at(df))[0, 0] == pytest.approx(wanted, abs=2.5e-3)


def test_every_number_of_degrees_and_the_average_over_them():
    study = STUDIES["usual"]
    likelihood = likelihood_of(one_study(*study))
    wanted = np.array([t_sum(study, df)[0] for df in DF])
    hyper = replace(at(3.0), df=None)
    np.testing.assert_allclose(likelihood.by_df(hyper)[0, :, 0], wanted, atol=1e-3)
    average = np.log(np.exp(wanted).mean())  # all as probable
    assert likelihood.by_study(hyper)[0, 0] == pytest.approx(average, abs=1e-3)


def test_draws_in_parts_and_studies_with_nodes_of_their_own_are_the_same():
    table = load_dataset("telomerase").table
    rng = np.random.default_rng(4)
    hyper = Hyper.of(
        rng.normal([1, 2], 0.4, (900, 2)), rng.uniform(0.2, 2, (900, 2)), rng.uniform(-1, 1, 900)
    )
    likelihood = likelihood_of(table, 5).with_nodes(np.array([5, 7] * 5))
    found = likelihood.by_df(hyper)
    assert found.shape == (900, 6, 10)
    for row in (0, 450, 899):
        alone = likelihood.by_df(hyper.rows(slice(row, row + 1)))[0]
        np.testing.assert_allclose(found[row], alone, atol=3e-4)  # other starts, other last steps


def test_an_uncertain_study_is_the_sum_over_its_tables():
    tables = np.array([[25, 3, 8, 40], [22, 6, 11, 37]])
    table = AccuracyTable.from_counts(["A"], [25], [3], [8], [40], alternatives={0: tables})
    found = likelihood_of(table).by_study(at(4.0))[0, 0]
    wanted = np.logaddexp(*(t_sum(tuple(row), 4.0)[0] for row in tables))
    assert found == pytest.approx(wanted, abs=1e-3)


def test_parameters_far_from_the_data_give_no_nonsense():
    likelihood = likelihood_of(one_study(50, 0, 0, 50), 5)
    far = at(3.0, mu=np.array([-600.0, -600.0]), tau=np.array([1e-3, 1e-3]))
    assert likelihood.by_study(far)[0, 0] < -1e4 or np.isneginf(likelihood.by_study(far)[0, 0])


def test_the_grid_has_the_moments_of_t_laws():
    grid = t_grid(Choice(family="Choice", values=DF, weights=(1.0,) * 6))
    shares = np.exp(grid.log_weights)
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-12)
    # E[1 / w] = nu / (nu - 2) and P(|t| < x), where few degrees ask most of the grid
    variances = shares[2:] @ grid.scales**2
    np.testing.assert_allclose(variances, [df / (df - 2) for df in DF[2:]], rtol=2e-3)
    for df, row in zip(DF, shares, strict=True):
        for x in (0.5, 2.0, 8.0):
            mixed = row @ stats.norm.cdf(x / grid.scales)
            assert mixed == pytest.approx(stats.t(df).cdf(x), abs=2e-4)


@pytest.mark.parametrize("values", [list(DF), [4.0]])
def test_the_gradient_is_that_of_the_density(values):
    card = load_own(values)
    table = load_dataset("telomerase").table
    posterior = Posterior.of(model_likelihood(Counts.from_table(table), card.card, 21), card.card)
    theta = np.array([[1.0, 2.0, -0.6, 0.3, -0.7]])
    value, gradient = posterior.gradient(theta)
    assert value[0] == pytest.approx(posterior.log_density(theta)[0][0], abs=1e-5)
    step = 1e-4
    for place in range(5):
        moved = theta + step * np.array([[-1.0], [1.0]]) * (np.arange(5) == place)
        low, high = posterior.log_density(moved)[0]
        assert gradient[0, place] == pytest.approx((high - low) / (2 * step), abs=2e-3)


def load_own(values):
    """The card with other degrees of freedom, all as probable."""
    old = "values = [3, 4, 6, 10, 20, 50], weights = [1, 1, 1, 1, 1, 1]"
    new = f"values = {values}, weights = {[1] * len(values)}"
    assert old in CARD.text
    return parse_card(CARD.text.replace(old, new), "own.toml")


@pytest.mark.parametrize("name", ["usual", "far out", "tiny"])
def test_study_effects_have_the_moments_of_their_exact_law(name):
    study, df, draws = STUDIES[name], 3.0, 6000
    _, a, b, mass = t_sum(study, df)
    hyper = at(df).rows(np.zeros(draws, dtype=int))
    likelihood = likelihood_of(one_study(*study), 5)
    found = draw_effects(likelihood, hyper, np.random.default_rng(2))[:, 0]
    for margin, (values, shares) in enumerate(((a, mass.sum(1)), (b, mass.sum(0)))):
        mean = shares @ values
        sd = np.sqrt(shares @ (values - mean) ** 2)
        assert found[:, margin].mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(draws) + 0.01)
        middle = values[np.searchsorted(np.cumsum(shares), [0.1, 0.5, 0.9])]
        below = (found[:, margin, None] < middle).mean(axis=0)
        np.testing.assert_allclose(below, [0.1, 0.5, 0.9], atol=0.03)
