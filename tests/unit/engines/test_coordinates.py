"""The coordinates of the fitted proposals: one-to-one, with the right volume."""

import numpy as np
import pytest

from metadx.cards.load import load_card
from metadx.engines.coordinates import Conditional, Identity
from metadx.engines.counts import Counts
from metadx.engines.likelihood import IntegratedLikelihood
from metadx.engines.mode import find_mode
from metadx.engines.target import LOG_TAU, Posterior
from metadx.studies.review import load_dataset

NAMES = ("telomerase", "galactomannan-children", "ovarian-trucut-biopsy")


def coordinates_of(name: str) -> tuple[Posterior, np.ndarray, Conditional]:
    counts = Counts.from_table(load_dataset(name).table)
    posterior = Posterior.of(
        IntegratedLikelihood.of(counts, 15), load_card("bivariate-binomial").card
    )
    mode = find_mode(posterior.gradient, np.array([1.0, 1.0, -0.5, -0.5, 0.0])).location
    return posterior, mode, Conditional.at(posterior, mode)


def around(mode: np.ndarray, size: int = 40) -> np.ndarray:
    rng = np.random.default_rng(4)
    return mode + rng.normal(0, [1, 1, 1.5, 1.5, 1.5], (size, 5))


@pytest.mark.parametrize("name", NAMES)
def test_there_and_back_is_where_it_began(name):
    _, mode, coordinates = coordinates_of(name)
    there = coordinates.forward(around(mode))
    back = coordinates.inverse(there.points)
    np.testing.assert_allclose(back.theta, there.theta, rtol=0, atol=1e-9)
    np.testing.assert_allclose(back.points, there.points)
    np.testing.assert_allclose(back.log_jacobian, there.log_jacobian, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_jacobian_is_that_of_finite_differences(name):
    _, mode, coordinates = coordinates_of(name)
    theta = around(mode, 8)
    log_jacobian = coordinates.forward(theta).log_jacobian
    h = 1e-6
    for row, wanted in zip(theta, log_jacobian, strict=True):
        shifted = np.vstack([row + h * np.eye(5), row - h * np.eye(5)])
        values = coordinates.forward(shifted).points
        matrix = (values[:5] - values[5:]) / (2 * h)
        _, found = np.linalg.slogdet(matrix)
        assert found == pytest.approx(wanted, abs=1e-6)


def test_roots_and_angles_are_what_they_are_called():
    _, mode, coordinates = coordinates_of("telomerase")
    theta = around(mode)
    points = coordinates.forward(theta).points
    np.testing.assert_allclose(points[:, LOG_TAU] ** 2, np.exp(theta[:, LOG_TAU]))
    np.testing.assert_allclose(np.sin(points[:, 4]), np.tanh(theta[:, 4]))


def test_points_outside_the_image_are_dropped():
    _, mode, coordinates = coordinates_of("telomerase")
    points = coordinates.forward(around(mode, 5)).points
    bad = points.copy()
    bad[0, 2] = -0.3
    bad[1, 3] = 0.0
    bad[2, 4] = 1.6
    bad[3, 4] = -np.pi / 2
    found = coordinates.inverse(bad)
    assert found.theta.shape == found.points.shape == (1, 5)
    assert found.log_jacobian.shape == (1,)
    np.testing.assert_allclose(found.theta, coordinates.inverse(points[4:]).theta)


def test_mu_is_standard_where_the_likelihood_is_normal():
    """Large studies: given tau and rho, mu is normal with the mean and covariance of the map."""
    from metadx.studies.accuracy import AccuracyTable

    table = AccuracyTable.from_counts(
        ["A", "B", "C"], [800, 700, 900], [100, 200, 150], [200, 300, 100], [900, 800, 850]
    )
    counts = Counts.from_table(table)
    posterior = Posterior.of(
        IntegratedLikelihood.of(counts, 15), load_card("bivariate-binomial").card
    )
    mode = find_mode(posterior.gradient, np.array([1.0, 1.0, -0.5, -0.5, 0.0])).location
    coordinates = Conditional.at(posterior, mode)
    axis = np.linspace(-7, 7, 61)
    z1, z2 = (side.ravel() for side in np.meshgrid(axis, axis, indexing="ij"))
    for log_tau, z in ((-0.7, 0.0), (0.3, 0.8)):
        rest = [np.exp(0.5 * log_tau), np.exp(0.5 * log_tau), np.arcsin(np.tanh(z))]
        points = np.column_stack([z1, z2, np.tile(rest, (z1.size, 1))])
        log_density, _ = posterior.log_density(coordinates.inverse(points).theta)
        weight = np.exp(log_density - log_density.max())
        weight /= weight.sum()
        mean = np.array([weight @ z1, weight @ z2])
        square = np.array([weight @ z1**2, weight @ (z1 * z2), weight @ z2**2])
        np.testing.assert_allclose(mean, 0, atol=0.03)
        np.testing.assert_allclose(square, [1, 0, 1], atol=0.03)


def test_the_identity_is_the_identity():
    theta = around(np.zeros(5))
    placed = Identity().forward(theta)
    assert np.array_equal(placed.points, theta)
    assert not placed.log_jacobian.any()
    assert np.array_equal(Identity().inverse(theta).theta, theta)
