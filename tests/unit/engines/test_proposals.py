import numpy as np
import pytest
from scipy import stats

from metadx.engines.coordinates import Identity, Placed
from metadx.engines.proposals import Proposal, around_mode, from_moments
from tests.unit.engines.test_coordinates import coordinates_of

LOCATION = np.array([0.5, -1.0, -0.3, 0.2, 0.4])
FACTOR = np.linalg.cholesky(
    np.array(
        [
            [0.30, 0.05, 0.02, 0.00, 0.03],
            [0.05, 0.20, 0.00, 0.01, 0.00],
            [0.02, 0.00, 0.10, 0.02, 0.00],
            [0.00, 0.01, 0.02, 0.15, 0.01],
            [0.03, 0.00, 0.00, 0.01, 0.40],
        ]
    )
)


def test_the_density_is_that_of_scipy():
    proposal = Proposal(Identity(), LOCATION, FACTOR, 4.0, 10)
    points = np.random.default_rng(1).normal(size=(50, 5)) * 2
    wanted = stats.multivariate_t(LOCATION, FACTOR @ FACTOR.T, df=4).logpdf(points)
    found = proposal.log_density(Identity().forward(points))
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


def test_the_density_holds_the_jacobian_of_the_coordinates():
    proposal = Proposal(Identity(), LOCATION, FACTOR, 4.0, 10)
    points, jacobian = np.zeros((3, 5)), np.array([0.0, 1.5, -2.0])
    found = proposal.log_density(Placed(points, points, jacobian))
    np.testing.assert_allclose(found - found[0], jacobian)


@pytest.mark.parametrize("where", ["theta", "conditional"])
def test_draws_follow_the_density(where):
    """E[f/q] = 1 for any density f: here a normal law inside the proposal's reach."""
    rng = np.random.default_rng(7)
    if where == "theta":
        coordinates, location = Identity(), LOCATION
        inside = location
    else:
        _, mode, coordinates = coordinates_of("telomerase")
        location, inside = coordinates.forward(mode[None]).points[0], mode
    proposal = Proposal(coordinates, location, FACTOR, 6.0, 100_000)
    draws = proposal.draw(rng)
    theta, log_q = draws.theta, proposal.log_density(draws)
    np.testing.assert_allclose(proposal.log_density(coordinates.forward(theta)), log_q, atol=1e-6)
    for shift in (0.0, 0.15):
        law = stats.multivariate_normal(inside + shift, 0.06 * np.eye(5))
        ratio = np.exp(law.logpdf(theta) - log_q)
        total = ratio.sum() / proposal.count
        error = ratio.std() / np.sqrt(proposal.count)
        assert error < 0.1
        assert abs(total - 1) < 4 * error


def test_draws_outside_the_support_are_dropped_and_counted():
    """Their share of the law is lost, so that the rest still has the law's own density."""
    _, mode, coordinates = coordinates_of("galactomannan-children")
    location = coordinates.forward(mode[None]).points[0]
    wide = FACTOR.copy()
    wide[2:] *= 4
    proposal = Proposal(coordinates, location, wide, 4.0, 20_000)
    draws = proposal.draw(np.random.default_rng(3))
    assert 0.1 * proposal.count < draws.theta.shape[0] < 0.95 * proposal.count
    assert np.isfinite(draws.theta).all()
    assert np.isfinite(proposal.log_density(draws)).all()


def test_the_pilot_is_a_wide_laplace_law():
    precision = np.linalg.inv(FACTOR @ FACTOR.T)
    proposal = around_mode(LOCATION, precision, 77)
    assert proposal.count == 77
    assert proposal.df == 4
    np.testing.assert_allclose(proposal.location, LOCATION)
    np.testing.assert_allclose(
        proposal.factor @ proposal.factor.T, 1.2 * FACTOR @ FACTOR.T, rtol=1e-9, atol=1e-12
    )


def test_the_pilot_is_finite_where_the_curvature_is_not_positive():
    proposal = around_mode(LOCATION, np.diag([4.0, 1.0, 0.0, -2.0, 1.0]), 10)
    assert np.isfinite(proposal.draw(np.random.default_rng(1)).theta).all()


def test_fitted_laws_have_the_weighted_moments():
    rng = np.random.default_rng(2)
    points, weights = rng.normal(size=(500, 5)), rng.uniform(size=500)
    weights /= weights.sum()
    bulk, wide = from_moments(Identity(), points, weights, 1000)
    mean = weights @ points
    covariance = np.cov(points.T, aweights=weights, ddof=0)
    np.testing.assert_allclose(bulk.location, mean)
    np.testing.assert_allclose(wide.location, mean)
    # a t law with df degrees of freedom has df / (df - 2) times the covariance of its scale
    spread = bulk.factor @ bulk.factor.T * bulk.df / (bulk.df - 2)
    np.testing.assert_allclose(spread, 1.2 * covariance, rtol=1e-6)
    np.testing.assert_allclose(wide.factor[2:], 2 * bulk.factor[2:])
    np.testing.assert_allclose(wide.factor[:2], bulk.factor[:2])
    assert bulk.count + wide.count == 1000
    assert wide.df < bulk.df


def test_a_degenerate_pilot_still_gives_a_proposal():
    points, weights = np.tile(LOCATION, (50, 1)), np.full(50, 0.02)
    for law in from_moments(Identity(), points, weights, 100):
        draws = law.draw(np.random.default_rng(1))
        assert np.isfinite(law.log_density(draws)).all()
