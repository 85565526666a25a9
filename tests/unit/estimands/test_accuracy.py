from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, special, stats

from metadx.estimands.accuracy import median_study, new_study_logits, population_mean


def by_quad(mu, tau):
    """E[expit(mu + tau z)] with breaks where the integrand turns."""
    breaks = sorted({min(max((k - mu) / tau, -9.5), 9.5) for k in (-30, -10, -3, 0, 3, 10, 30)})
    edges = [-9.5, -4.0, *breaks, 0.0, 4.0, 9.5]
    edges = sorted(set(edges))
    total = 0.0
    for low, high in pairwise(edges):
        total += integrate.quad(
            lambda z: special.expit(mu + tau * z) * stats.norm._pdf(z),
            low,
            high,
            epsabs=1e-15,
            epsrel=1e-13,
            limit=200,
        )[0]
    return total


def test_median_study_on_the_handbook_review(glmer):
    assert median_study(glmer.mu)[0] == pytest.approx([0.65777478616, 0.95723821609], abs=1e-10)


def test_population_mean_on_the_handbook_review(glmer):
    got = population_mean(glmer.mu, glmer.tau)[0]
    want = [by_quad(m, t) for m, t in zip(glmer.mu[0], glmer.tau[0], strict=True)]
    assert got == pytest.approx(want, abs=1e-13)
    # Quoted as 0.641 and 0.946; the integrals are 0.6419 and 0.9459.
    assert got == pytest.approx([0.641, 0.946], abs=1e-3)


# Both sides of each limit at which the rule changes, and far out.
@pytest.mark.parametrize("tau", [1e-9, 0.3, 1.04, 1.06, 2.29, 2.31, 4.69, 4.71, 9.0, 40.0])
def test_population_mean_against_adaptive_quadrature(tau):
    mu = np.array([[0.0, 0.4], [-1.3, 3.1], [6.0, -12.0], [60.0, -60.0]])
    got = population_mean(mu, np.full_like(mu, tau))
    want = [[by_quad(m, tau) for m in row] for row in mu]
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


def test_population_mean_without_spread_is_the_median_study_exactly():
    mu = np.linspace(-30.0, 30.0, 10).reshape(-1, 2)
    assert (population_mean(mu, np.zeros_like(mu)) == median_study(mu)).all()


def test_population_mean_of_extreme_arguments():
    mu = np.array([[800.0, -800.0], [0.0, 800.0]])
    with np.errstate(all="raise", under="ignore"):
        got = population_mean(mu, np.array([[0.5, 3.0], [1e8, 5.0]]))
    assert got[0].tolist() == pytest.approx([1.0, 0.0], abs=1e-15)
    assert got[1].tolist() == pytest.approx([0.5, 1.0], abs=1e-15)


def test_population_mean_treats_every_draw_by_itself(posterior):
    together = population_mean(posterior.mu, posterior.tau)
    alone = [
        population_mean(m[None], t[None])[0]
        for m, t in zip(posterior.mu, posterior.tau, strict=True)
    ]
    # More draws than one block holds, in another order, give the same numbers.
    many = population_mean(
        np.tile(posterior.mu, (9, 1))[::-1], np.tile(posterior.tau, (9, 1))[::-1]
    )
    np.testing.assert_allclose(together, alone, rtol=1e-14)
    np.testing.assert_allclose(np.tile(together, (9, 1))[::-1], many, rtol=1e-14)


def test_new_studies_have_the_moments_of_the_model():
    size = 200_000
    mu, tau = np.tile([0.5, -1.0], (size, 1)), np.tile([0.6, 1.5], (size, 1))
    new = new_study_logits(mu, tau, np.full(size, -0.7), np.random.default_rng(3))
    assert new.shape == (size, 2)
    np.testing.assert_allclose(new.mean(axis=0), [0.5, -1.0], atol=0.015)
    np.testing.assert_allclose(new.std(axis=0), [0.6, 1.5], rtol=0.01)
    assert np.corrcoef(new.T)[0, 1] == pytest.approx(-0.7, abs=0.005)


def test_new_studies_follow_their_own_draw_and_the_generator():
    mu, tau = np.array([[0.0, 1.0], [100.0, -100.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])
    new = new_study_logits(mu, tau, np.array([1.0, 1.0]), np.random.default_rng(8))
    assert new[0].tolist() == [0.0, 1.0]
    away = new[1] - mu[1]
    assert away[0] == pytest.approx(away[1])
    assert away[0] != 0.0
    again = new_study_logits(mu, tau, np.array([1.0, 1.0]), np.random.default_rng(8))
    assert (again == new).all()
