"""The log posterior of the five hyper-parameters and its gradient."""

import numpy as np
import pytest
from scipy import stats

from metadx.cards.load import load_card, parse_card
from metadx.engines.counts import Counts
from metadx.engines.likelihood import IntegratedLikelihood
from metadx.engines.marginal import _MODE_NODES
from metadx.engines.mode import find_mode
from metadx.engines.target import Posterior, constrain
from metadx.errors import FitError
from metadx.studies.review import load_dataset
from tests.unit.engines.brute_force import brute_force, one_study

CARD = load_card("bivariate-binomial")
MIXED = parse_card(
    CARD.text.replace(
        'prior = { family = "HalfNormal", sd = 1.5 }',
        'prior = { sens = { family = "HalfStudentT", df = 3, sd = 1 }, '
        'spec = { family = "Exponential", rate = 2 } }',
    )
    .replace(
        'prior = { family = "Normal", mean = 0, sd = 3 }',
        'prior = { sens = { family = "StudentT", df = 4, mean = 0.5, sd = 2 }, '
        'spec = { family = "Normal", mean = 1, sd = 2 } }',
    )
    .replace(
        'prior = { family = "Uniform", lower = -1, upper = 1 }',
        'prior = { family = "LKJ", eta = 2.5 }',
    ),
    "mixed.toml",
)
POINTS = np.array(
    [
        [1.0, 2.0, np.log(0.7), np.log(0.9), np.arctanh(-0.4)],
        [2.5, 0.3, np.log(1.6), np.log(0.15), np.arctanh(0.9)],
        [-0.5, 3.0, np.log(0.05), np.log(2.0), 0.0],
    ]
)


def posterior_of(name: str, card=CARD, nodes: int = 31) -> Posterior:
    counts = Counts.from_table(load_dataset(name).table)
    return Posterior.of(IntegratedLikelihood.of(counts, nodes), card.card)


def test_the_prior_is_written_in_the_unconstrained_coordinates():
    """By hand, with d tau / d log tau = tau and d rho / d atanh rho = 1 - rho^2."""
    (mu1, mu0, l1, l0, z) = POINTS[1]
    tau, rho = np.exp([l1, l0]), np.tanh(z)
    wanted = stats.t(4, 0.5, 2).logpdf(mu1) + stats.norm(1, 2).logpdf(mu0)
    wanted += np.log(2) + stats.t(3).logpdf(tau[0]) + np.log(2) - 2 * tau[1]
    wanted += stats.beta(2.5, 2.5).logpdf((rho + 1) / 2) - np.log(2)
    wanted += l1 + l0 + np.log(1 - rho**2)
    found = posterior_of("telomerase", MIXED).log_prior(POINTS)
    assert found[1] == pytest.approx(wanted, abs=1e-12)


def test_the_log_posterior_is_prior_plus_likelihood_by_brute_force():
    posterior, table = (
        posterior_of("galactomannan-children"),
        load_dataset("galactomannan-children").table,
    )
    total, by_study = posterior.log_density(POINTS[:1])
    mu, tau, rho = (1.0, 2.0), (0.7, 0.9), -0.4
    for i in range(table.n_studies):
        study = tuple(int(getattr(table, name)[i]) for name in ("tp", "fp", "fn", "tn"))
        assert by_study[0, i] == pytest.approx(brute_force(study, (mu, tau, rho)), abs=1e-8)
    prior = posterior.log_prior(POINTS[:1])
    assert total[0] == pytest.approx(prior[0] + by_study.sum(), abs=1e-10)


@pytest.mark.parametrize("card", [CARD, MIXED], ids=["default", "mixed"])
@pytest.mark.parametrize("name", ["telomerase", "galactomannan-children", "ovarian-trucut-biopsy"])
def test_the_gradient_is_the_slope_of_the_log_posterior(name, card):
    posterior = posterior_of(name, card, nodes=61)
    value, gradient = posterior.gradient(POINTS)
    np.testing.assert_allclose(value, posterior.log_density(POINTS)[0], rtol=0, atol=1e-9)
    h = 1e-4
    for axis in range(5):
        step = np.zeros(5)
        step[axis] = h
        up, down = (posterior.log_density(POINTS + s * step)[0] for s in (1, -1))
        slope = (up - down) / (2 * h)
        np.testing.assert_allclose(gradient[:, axis], slope, rtol=1e-5, atol=2e-5)


def test_outside_the_support_the_density_is_nothing():
    narrow = parse_card(
        CARD.text.replace(
            '{ family = "HalfNormal", sd = 1.5 }', '{ family = "Uniform", lower = 0, upper = 1 }'
        ),
        "narrow.toml",
    )
    theta = np.vstack([POINTS, np.tile(POINTS[0], (4, 1))])
    theta[3, 2] = 25.0  # tau beyond any number that a prior would hold
    theta[4, 4] = 19.0  # rho that rounds to 1
    theta[5, 0] = np.nan
    theta[6, 3] = -45.0
    total, by_study = posterior_of("telomerase", narrow).log_density(theta)
    assert np.isneginf(total[1:]).all()  # draws 1 and 2 have a tau above 1
    assert np.isneginf(by_study[1:]).all()
    assert np.isfinite(total[0])
    assert np.isfinite(by_study[0]).all()


def test_one_minus_rho_squared_stays_exact_where_rho_rounds_to_one():
    hyper = constrain(np.array([[0.0, 0.0, 0.0, 0.0, 17.5], [0.0, 0.0, 1.0, -1.0, -0.5]]))
    assert hyper.one_minus_rho2[0] == pytest.approx(1 / np.cosh(17.5) ** 2, rel=1e-12, abs=0)
    assert hyper.one_minus_rho2[1] == pytest.approx(1 - np.tanh(0.5) ** 2, rel=1e-12)
    np.testing.assert_allclose(hyper.tau, np.exp([[0, 0], [1, -1]]))
    np.testing.assert_allclose(hyper.rho, np.tanh([17.5, -0.5]))


@pytest.mark.parametrize("name", ["telomerase", "anti-ccp", "galactomannan-children"])
def test_the_mode_has_no_gradient_and_its_precision_is_the_curvature(name):
    posterior = posterior_of(name, nodes=15)
    mode = find_mode(posterior.gradient, np.array([0.0, 0.0, -0.5, -0.5, 0.0]))
    value, gradient = posterior.gradient(mode.location[None])
    assert mode.value == pytest.approx(value[0], abs=1e-12)
    step = np.linalg.solve(mode.precision, gradient[0])
    assert np.sqrt(step @ gradient[0]) < 1e-3  # in posterior standard deviations
    h, eye = 2e-3, np.eye(5)
    for i in range(5):
        for j in range(i + 1):
            corners = [
                mode.location + h * (a * eye[i] + b * eye[j])
                for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            pp, pm, mp, mm = posterior.log_density(np.array(corners))[0]
            bend = -(pp - pm - mp + mm) / (4 * h * h)
            scale = np.sqrt(mode.precision[i, i] * mode.precision[j, j])
            assert abs(mode.precision[i, j] - bend) < 0.01 * scale, (i, j)


def test_the_mode_is_found_from_afar():
    posterior = posterior_of("telomerase", nodes=7)
    starts = ([0, 0, 0, 0, 0], [-4, 6, -2, 1, 1.5], [5, -3, 2, -3, -1.5])
    found = [find_mode(posterior.gradient, np.array(s, dtype=float)).location for s in starts]
    np.testing.assert_allclose(found[1], found[0], atol=1e-3)
    np.testing.assert_allclose(found[2], found[0], atol=1e-3)


@pytest.mark.parametrize("study", [(50, 25, 0, 46), (779, 4, 17, 15), (400, 0, 1, 60)])
def test_the_search_ends_soon_for_a_single_study(study):
    """Where values and gradients disagree in their last digits a search may crawl for ever."""
    counts = Counts.from_table(one_study(*study))
    searched = Posterior.of(IntegratedLikelihood.of(counts, _MODE_NODES), CARD.card)
    calls = []

    def target(theta):
        calls.append(theta.shape[0])
        return searched.gradient(theta)

    start = np.array([1.0, 1.0, np.log(0.3), np.log(0.3), 0.0])
    mode = find_mode(target, start)
    assert len(calls) <= 20
    assert np.isfinite(mode.location).all()


def test_a_quadratic_is_climbed_in_one_step_to_its_mode():
    centre, precision = np.array([0.3, -0.2]), np.array([[4.0, 1.0], [1.0, 2.0]])

    def target(points):
        d = points - centre
        return -0.5 * np.einsum("si,ij,sj->s", d, precision, d), -d @ precision

    mode = find_mode(target, np.zeros(2))
    np.testing.assert_allclose(mode.location, centre, atol=1e-6)
    np.testing.assert_allclose(mode.precision, precision, atol=1e-6)
    assert mode.value == pytest.approx(0, abs=1e-9)


def test_a_start_without_density_is_refused():
    def target(points):
        return np.full(points.shape[0], -np.inf), np.zeros_like(points)

    with pytest.raises(FitError, match="not finite at the starting point"):
        find_mode(target, np.zeros(2))


def test_the_search_ends_where_rounding_lets_it_climb_no_further():
    """A gradient that points nowhere uphill: the point reached is returned, and never a worse."""

    def target(points):
        return -np.abs(points).sum(axis=1), np.sign(points) + 1.0

    mode = find_mode(target, np.zeros(2))
    np.testing.assert_allclose(mode.location, 0, atol=1e-7)
    assert mode.value == pytest.approx(0, abs=1e-7)


def test_a_gradient_that_is_no_number_is_an_error():
    def target(points):
        return np.zeros(points.shape[0]), np.full_like(points, np.nan)

    with pytest.raises(FitError, match="gradient of the posterior density is not finite"):
        find_mode(target, np.zeros(2))
