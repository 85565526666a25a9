"""Many normal laws at once, against one factorisation a law."""

import numpy as np
import pytest

from metadx.engines.normal_laws import NormalLaws

LAWS = 12


def random_laws(size: int, spread: float = 1.0):
    """Random precisions and means, wide and narrow directions together."""
    rng = np.random.default_rng(size)
    precision = np.empty((LAWS, size, size))
    for s in range(LAWS):
        turn, _ = np.linalg.qr(rng.normal(size=(size, size)))
        precision[s] = turn @ np.diag(np.exp(rng.normal(0, spread, size))) @ turn.T
    return precision, rng.normal(0, 3, (LAWS, size))


def laws_of(precision, mean):
    pull = np.einsum("sij,sj->si", precision, mean)
    return NormalLaws.of(precision.transpose(1, 2, 0).copy(), pull.T.copy())


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_mean_determinant_and_distance_are_those_of_linear_algebra(size):
    precision, mean = random_laws(size)
    law = laws_of(precision, mean)
    np.testing.assert_allclose(law.mean.T, mean, atol=1e-9)
    np.testing.assert_allclose(law.log_det, 0.5 * np.linalg.slogdet(precision)[1], atol=1e-10)
    points = np.random.default_rng(1).normal(size=(LAWS, size))
    away = points - mean
    distance = np.einsum("si,sij,sj->s", away, precision, away)
    z = law.standardised(points)
    np.testing.assert_allclose((z**2).sum(axis=1), distance, rtol=1e-9)


@pytest.mark.parametrize("size", [2, 4])
def test_the_factor_is_upper_triangular_and_squares_to_the_precision(size):
    precision, mean = random_laws(size, spread=3.0)
    factor = laws_of(precision, mean).factor
    for s in range(LAWS):
        np.testing.assert_array_equal(np.tril(factor[..., s], -1), 0)
        np.testing.assert_allclose(factor[..., s] @ factor[..., s].T, precision[s], rtol=1e-8)


@pytest.mark.parametrize("size", [1, 3, 6])
def test_there_and_back(size):
    law = laws_of(*random_laws(size))
    points = np.random.default_rng(2).normal(size=(LAWS, size))
    np.testing.assert_allclose(law.placed(law.standardised(points)), points, atol=1e-9)
    np.testing.assert_allclose(law.standardised(law.placed(points)), points, atol=1e-9)


def test_standard_draws_become_draws_of_each_law():
    precision, mean = random_laws(3)
    z = np.random.default_rng(3).normal(size=(40_000, 3))
    each = NormalLaws.of(
        np.repeat(precision[:1].transpose(1, 2, 0), z.shape[0], axis=2),
        np.repeat((precision[0] @ mean[0])[:, None], z.shape[0], axis=1),
    )
    draws = each.placed(z)
    wanted = np.linalg.inv(precision[0])
    np.testing.assert_allclose(draws.mean(axis=0), mean[0], atol=0.05)
    np.testing.assert_allclose(np.cov(draws.T), wanted, atol=0.05 * np.abs(wanted).max())
