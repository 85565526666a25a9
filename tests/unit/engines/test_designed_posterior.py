"""The log posterior with covariates: its prior, likelihood, gradient and coordinates."""

import numpy as np
import pytest
from scipy import stats

from metadx.designs.formula import build_design
from metadx.engines.coordinates import Conditional
from metadx.engines.counts import Counts
from metadx.engines.likelihood import IntegratedLikelihood
from metadx.engines.mode import find_mode
from metadx.engines.target import Posterior
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from tests.unit.engines.brute_force import brute_force
from tests.unit.engines.own_cards import card_with

CARD = card_with(contrast=0.7, slope=0.4)
FORMULAS = (
    ("~ site", "~ year"),
    ("~ site + year", "~ site"),
    ("~ 1", "~ site * year"),
    ("~ year + I(year**2)", "~ 1"),
)
SITES = ("a", "b", "c", "a", "b", "c", "a", "b")
YEARS = (2001.0, 2004.0, 2003.0, 2009.0, 2010.0, 2006.0, 2002.0, 2011.0)


@pytest.fixture(scope="module")
def table() -> AccuracyTable:
    return AccuracyTable.from_counts(
        [f"Study {i}" for i in range(8)],
        [18, 40, 7, 25, 0, 33, 51, 12],
        [3, 0, 5, 9, 2, 4, 6, 1],
        [2, 9, 0, 5, 0, 8, 20, 3],
        [30, 22, 9, 60, 14, 41, 35, 0],
        covariates={
            "site": Categorical("site", SITES, ("a", "b", "c"), "b"),
            "year": Continuous("year", YEARS),
        },
    )


def designed(table, formulas, card=CARD, nodes=31):
    design = build_design(table, sens=formulas[0], spec=formulas[1])
    likelihood = IntegratedLikelihood.of(Counts.from_table(table), nodes, design)
    return design, Posterior.of(likelihood, card.card, design)


def points(design, number=6, seed=3):
    rng = np.random.default_rng(seed)
    parts = [
        *(rng.normal(1, 1, (number, 1)), rng.normal(0, 0.8, (number, design.sens.size - 1))),
        *(rng.normal(2, 1, (number, 1)), rng.normal(0, 0.8, (number, design.spec.size - 1))),
        *(rng.normal(-0.4, 0.6, (number, 2)), rng.normal(0, 0.7, (number, 1))),
    ]
    return np.concatenate(parts, axis=1)


def test_each_coefficient_has_the_prior_of_its_kind(table):
    """By hand: levels sd 0.7, slopes (and interactions with a slope) 0.4, intercepts 3."""
    design, posterior = designed(table, ("~ site + year", "~ site * year"))
    theta = points(design)
    sds = [3, 0.7, 0.7, 0.4, 3, 0.7, 0.7, 0.4, 0.4, 0.4]
    log_tau, z = theta[:, -3:-1], theta[:, -1]
    tau, rho = np.exp(log_tau), np.tanh(z)
    wanted = stats.norm(0, sds).logpdf(theta[:, :-3]).sum(axis=1)
    wanted += (stats.halfnorm(0, 1.5).logpdf(tau) + log_tau).sum(axis=1)
    wanted += np.log(0.5) + np.log(1 - rho**2)
    np.testing.assert_allclose(posterior.log_prior(theta), wanted, atol=1e-10)


@pytest.mark.parametrize("formulas", FORMULAS)
def test_the_likelihood_of_a_study_is_that_at_its_own_means(table, formulas):
    design, posterior = designed(table, formulas)
    theta = points(design, 2)
    _, by_study = posterior.log_density(theta)
    split = design.sens.size
    for draw, row in enumerate(theta):
        mu_sens = design.sens.matrix @ row[:split]
        mu_spec = design.spec.matrix @ row[split:-3]
        tau, rho = np.exp(row[-3:-1]), np.tanh(row[-1])
        for i in (0, 4, 7):  # ordinary; no diseased arm; tn = 0
            study = tuple(int(getattr(table, name)[i]) for name in ("tp", "fp", "fn", "tn"))
            wanted = brute_force(study, ((mu_sens[i], mu_spec[i]), tuple(tau), rho))
            assert by_study[draw, i] == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("formulas", FORMULAS)
def test_the_gradient_is_the_slope_of_the_log_posterior(table, formulas):
    design, posterior = designed(table, formulas, nodes=61)
    theta = points(design)
    value, gradient = posterior.gradient(theta)
    np.testing.assert_allclose(value, posterior.log_density(theta)[0], rtol=0, atol=1e-9)
    h = 1e-4
    for axis in range(theta.shape[1]):
        step = np.zeros(theta.shape[1])
        step[axis] = h
        up, down = (posterior.log_density(theta + s * step)[0] for s in (1, -1))
        slope = (up - down) / (2 * h)
        np.testing.assert_allclose(gradient[:, axis], slope, rtol=1e-5, atol=5e-5)


@pytest.mark.parametrize("formulas", FORMULAS)
def test_the_coordinates_are_one_to_one_and_know_their_volume(table, formulas):
    design, posterior = designed(table, formulas, nodes=7)
    start = np.array([0.0] * (design.sens.size + design.spec.size) + [-0.5, -0.5, 0.0])
    mode = find_mode(posterior.gradient, start).location
    coordinates = Conditional.at(posterior, mode)
    theta = mode + np.random.default_rng(5).normal(0, 0.8, (6, mode.size))
    there = coordinates.forward(theta)
    back = coordinates.inverse(there.points)
    np.testing.assert_allclose(back.theta, theta, rtol=0, atol=1e-8)
    np.testing.assert_allclose(back.log_jacobian, there.log_jacobian, rtol=0, atol=1e-8)
    h, size = 1e-6, mode.size
    for row, wanted in zip(theta, there.log_jacobian, strict=True):
        shifted = np.vstack([row + h * np.eye(size), row - h * np.eye(size)])
        values = coordinates.forward(shifted).points
        _, found = np.linalg.slogdet((values[:size] - values[size:]) / (2 * h))
        assert found == pytest.approx(wanted, abs=1e-5)


def test_the_conditional_law_is_that_of_weighted_least_squares(table):
    """Given tau and rho: the precision X' (Sigma + W^-1)^-1 X + prior, by plain linear algebra."""
    design, posterior = designed(table, ("~ site + year", "~ year"), nodes=7)
    start = np.array([0.0] * (design.sens.size + design.spec.size) + [-0.5, -0.5, 0.0])
    mode = find_mode(posterior.gradient, start).location
    coordinates = Conditional.at(posterior, mode)
    tau, rho = np.array([0.6, 1.1]), -0.4
    theta = np.array([[*mode[:-3], *np.log(tau), np.arctanh(rho)]])
    sigma = np.array([[tau[0] ** 2, rho * tau.prod()], [rho * tau.prod(), tau[1] ** 2]])
    precision = np.diag(coordinates.prior_precision)
    split = design.sens.size
    for i in range(table.n_studies):
        x = np.zeros((2, precision.shape[0]))
        x[0, :split], x[1, split:] = design.sens.matrix[i], design.spec.matrix[i]
        w = np.diag([coordinates.information_sens[i], coordinates.information_spec[i]])
        precision = precision + x.T @ w @ np.linalg.inv(np.eye(2) + sigma @ w) @ x
    wanted = 0.5 * np.linalg.slogdet(precision)[1]
    jacobian = coordinates.forward(theta).log_jacobian[0]
    scales = 2 * np.log(0.5) + 0.5 * np.log(tau).sum() - np.log(np.cosh(np.arctanh(rho)))
    assert jacobian == pytest.approx(wanted + scales, abs=1e-9)
