import math

import numpy as np
import pytest
from scipy import stats

from metadx.estimands.accuracy import new_study_logits
from metadx.estimands.logistic import expit
from metadx.estimands.regions import (
    credible_ellipse,
    credible_moments,
    ellipse,
    prediction_ellipse,
    prediction_moments,
    region_area,
    share_inside,
)

COV = np.array([[0.5, -0.2], [-0.2, 0.3]])


def distances(points, mean, cov):
    away = points - mean
    return np.einsum("ij,jk,ik->i", away, np.linalg.inv(cov), away)


@pytest.mark.parametrize("prob", [0.5, 0.95, 0.99])
def test_every_point_lies_at_the_chi_squared_quantile(prob):
    points = ellipse(np.array([1.0, -2.0]), COV, prob)
    assert points.shape == (361, 2)
    assert (points[0] == points[-1]).all()
    want = stats.chi2.ppf(prob, 2)
    np.testing.assert_allclose(distances(points, [1.0, -2.0], COV), want, rtol=1e-12)
    assert np.linalg.matrix_rank(points - points.mean(axis=0)) == 2


def test_region_holds_the_probability_asked_for():
    draws = np.random.default_rng(2).multivariate_normal([1.0, -2.0], COV, 100_000)
    inside = distances(draws, [1.0, -2.0], COV) <= -2.0 * math.log(0.2)
    assert inside.mean() == pytest.approx(0.8, abs=0.005)
    edge = ellipse(np.array([1.0, -2.0]), COV, 0.8)
    assert distances(edge, [1.0, -2.0], COV) == pytest.approx(-2.0 * math.log(0.2))


def test_areas_of_the_handbook_review(glmer):
    """Prediction region 0.0933 with the chi-squared constant; with the constant
    sqrt(2 F(2, 35)) of some programs prediction 0.1023 and confidence 0.0032."""
    mean, whole = glmer.mu[0], glmer.sigma + glmer.cov
    assert region_area(ellipse(mean, whole)) == pytest.approx(0.0933, abs=5e-5)
    by_f = 1.0 - math.exp(-stats.f.ppf(0.95, 2, 35))  # the probability with k**2 = 2 F
    assert region_area(ellipse(mean, whole, by_f)) == pytest.approx(0.1023, abs=5e-5)
    assert region_area(ellipse(mean, glmer.cov, by_f)) == pytest.approx(0.0032, abs=5e-5)


def test_areas_from_draws_around_the_handbook_estimate(glmer):
    size = 40_000
    mu = np.random.default_rng(4).multivariate_normal(glmer.mu[0], glmer.cov, size)
    tau, rho = np.repeat(glmer.tau, size, axis=0), np.repeat(glmer.rho, size)
    by_f = 1.0 - math.exp(-stats.f.ppf(0.95, 2, 35))
    assert region_area(credible_ellipse(mu, by_f)) == pytest.approx(0.0032, abs=5e-5)
    assert region_area(prediction_ellipse(mu, tau, rho)) == pytest.approx(0.0933, abs=3e-4)


def test_area_of_a_small_region_follows_the_derivative():
    mean, cov = np.array([0.4, 1.7]), 1e-8 * COV
    p = expit(mean)
    exact = np.pi * 2 * -math.log(0.05) * math.sqrt(np.linalg.det(cov)) * np.prod(p * (1 - p))
    assert region_area(ellipse(mean, cov)) == pytest.approx(exact, rel=1e-3)


def test_area_does_not_depend_on_direction_or_start():
    points = ellipse(np.array([0.4, 1.7]), COV)
    area = region_area(points)
    assert area > 0.0
    assert region_area(points[::-1]) == pytest.approx(area)
    assert region_area(np.roll(points[:-1], 100, axis=0)) == pytest.approx(area)


def test_moments_are_those_of_the_draws(posterior):
    mean, cov = credible_moments(posterior.mu)
    np.testing.assert_allclose(mean, posterior.mu.mean(axis=0))
    np.testing.assert_allclose(cov, np.cov(posterior.mu.T), rtol=1e-12)


def test_prediction_moments_are_those_of_new_studies(posterior):
    mu, tau = np.tile(posterior.mu, (2000, 1)), np.tile(posterior.tau, (2000, 1))
    rho = np.tile(posterior.rho, 2000)
    new = new_study_logits(mu, tau, rho, np.random.default_rng(6))
    mean, cov = prediction_moments(mu, tau, rho)
    np.testing.assert_allclose(mean, new.mean(axis=0), atol=0.01)
    np.testing.assert_allclose(cov, np.cov(new.T), rtol=0.03)


def test_a_singular_covariance_has_an_outline_without_area():
    mean = np.array([1.0, 2.0])
    for cov in ([[0.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 0.0]], [[1.0, -2.0], [-2.0, 4.0]]):
        points = ellipse(mean, np.array(cov))
        assert np.isfinite(points).all()
        spread = points.max(axis=0) - points.min(axis=0)
        assert spread == pytest.approx(2 * 2.4477 * np.sqrt(np.diag(cov)), rel=1e-3)
    assert region_area(ellipse(mean, np.zeros((2, 2)))) == 0.0


@pytest.mark.parametrize(
    "cov", [[[1.0, 2.0], [2.0, 1.0]], [[-1.0, 0.0], [0.0, 1.0]], [[1.0, math.nan], [math.nan, 1.0]]]
)
def test_what_is_no_covariance_matrix_is_refused(cov):
    with pytest.raises(ValueError, match="covariance"):
        ellipse(np.zeros(2), np.array(cov))


def test_other_refusals():
    with pytest.raises(ValueError, match="prob"):
        ellipse(np.zeros(2), COV, 1.0)
    with pytest.raises(ValueError, match="points"):
        ellipse(np.zeros(2), COV, points=3)
    with pytest.raises(ValueError, match="2 draws"):
        credible_moments(np.zeros((1, 2)))


def test_the_least_that_is_enough():
    square = ellipse(np.array([0.0, 0.0]), np.eye(2), points=5)[:-1]
    k = math.sqrt(-2.0 * math.log(0.05))
    np.testing.assert_allclose(square, [[k, 0], [0, k], [-k, 0], [0, -k]], atol=1e-12)
    assert ellipse(np.zeros(2), COV, points=4).shape == (4, 2)
    assert credible_ellipse(np.array([[0.0, 1.0], [1.0, 3.0]]), points=7).shape == (7, 2)


def test_prob_and_points_reach_the_outline(posterior):
    p = posterior
    wide = prediction_ellipse(p.mu, p.tau, p.rho, prob=0.99, points=50)
    assert wide.shape == (50, 2)
    assert region_area(wide) > region_area(prediction_ellipse(p.mu, p.tau, p.rho, points=50))
    assert credible_ellipse(p.mu, 0.5, 10).shape == (10, 2)
    assert region_area(credible_ellipse(p.mu, 0.5)) < region_area(credible_ellipse(p.mu))


def test_the_normal_region_holds_its_share_of_normal_draws_and_less_of_a_mixture():
    rng = np.random.default_rng(4)
    cov = np.array([[0.5, -0.2], [-0.2, 0.3]])
    draws = rng.multivariate_normal([1.0, 2.0], cov, size=40_000)
    assert share_inside(draws, np.array([1.0, 2.0]), cov, 0.9) == pytest.approx(0.9, abs=0.005)
    # tau is 1 or 3 with even chances: P(chi2_2 <= 5.99 * 5 / tau^2), mixed by hand
    tau = rng.choice([1.0, 3.0], size=(40_000, 1)) * np.ones(2)
    new = tau * rng.standard_normal((40_000, 2))
    held = share_inside(new, *prediction_moments(np.zeros((40_000, 2)), tau, np.zeros(40_000)))
    c = -2 * np.log(0.05) * 5 / 2
    wanted = 0.5 * (1 - np.exp(-c)) + 0.5 * (1 - np.exp(-c / 9))
    assert held == pytest.approx(wanted, abs=0.005)
    assert wanted < 0.91
