import numpy as np
import pytest
from scipy import stats

from metadx.engines.coordinates import Identity
from metadx.engines.importance import pilot_sample, resample, sample
from metadx.engines.mode import Mode
from metadx.errors import FitError
from tests.unit.engines.test_coordinates import coordinates_of
from tests.unit.engines.test_proposals import FACTOR

LOG_EVIDENCE = -123.4


def known_target(location):
    """A normal law in theta times exp(LOG_EVIDENCE), as if it were the posterior of 2 studies."""
    law = stats.multivariate_normal(location, FACTOR @ FACTOR.T)

    def target(theta):
        density = law.logpdf(theta) + LOG_EVIDENCE
        return density, np.column_stack([density, theta[:, 0]])

    return target


@pytest.mark.parametrize("where", ["theta", "conditional"])
def test_a_known_law_is_recovered(where):
    _, mode, coordinates = coordinates_of("telomerase")
    if where == "theta":
        coordinates = Identity()
    rng = np.random.default_rng(2)
    precision = np.linalg.inv(FACTOR @ FACTOR.T)
    pilot = pilot_sample(Mode(mode, precision, 0.0), 2000, rng)
    found = sample(known_target(mode), pilot, 10_000, coordinates, rng)
    weights = found.smoothed.weights
    assert found.smoothed.pareto_k < 0.5
    assert found.smoothed.ess > 3000
    sd = np.sqrt(np.diag(FACTOR @ FACTOR.T))
    mean = weights @ found.theta
    assert np.abs((mean - mode) / sd).max() < 4 / np.sqrt(found.smoothed.ess)
    centred = (found.theta - mean) / sd
    covariance = centred.T @ (centred * weights[:, None])
    wanted = FACTOR @ FACTOR.T / np.outer(sd, sd)
    assert np.abs(covariance - wanted).max() < 6 / np.sqrt(found.smoothed.ess)
    assert found.log_evidence == pytest.approx(LOG_EVIDENCE, abs=0.03)
    # what the target said of each draw is kept beside it
    np.testing.assert_allclose(found.log_likelihood[:, 1], found.theta[:, 0])
    np.testing.assert_allclose(found.log_likelihood[:, 0], found.log_density)


def test_a_bad_pilot_is_mended_by_further_rounds():
    _, mode, _ = coordinates_of("telomerase")
    rng = np.random.default_rng(3)
    far = Mode(mode + 1.5 * np.sqrt(np.diag(FACTOR @ FACTOR.T)), 40 * np.eye(5), 0.0)
    pilot = pilot_sample(far, 500, rng)
    found = sample(known_target(mode), pilot, 1500, Identity(), rng)
    assert found.theta.shape[0] > 500 + 1500  # more than one round was needed
    assert found.smoothed.pareto_k < 0.7
    sd = np.sqrt(np.diag(FACTOR @ FACTOR.T))
    mean = found.smoothed.weights @ found.theta
    assert np.abs((mean - mode) / sd).max() < 0.15
    assert found.log_evidence == pytest.approx(LOG_EVIDENCE, abs=0.1)


def test_rounds_stop_when_the_weights_are_good():
    _, mode, _ = coordinates_of("telomerase")
    rng = np.random.default_rng(3)
    pilot = pilot_sample(Mode(mode, np.linalg.inv(FACTOR @ FACTOR.T), 0.0), 500, rng)
    found = sample(known_target(mode), pilot, 1500, Identity(), rng)
    assert found.theta.shape[0] == 2000


def test_what_is_known_of_the_pilot_is_not_computed_again():
    _, mode, _ = coordinates_of("telomerase")
    target, asked = known_target(mode), []

    def counted(theta):
        asked.append(theta.shape[0])
        return target(theta)

    precision = np.linalg.inv(FACTOR @ FACTOR.T)
    pilot = pilot_sample(Mode(mode, precision, 0.0), 500, np.random.default_rng(3))
    known = sample(
        counted, pilot, 1500, Identity(), np.random.default_rng(4), evaluated=target(pilot[1])
    )
    assert asked == [1500]
    computed = sample(counted, pilot, 1500, Identity(), np.random.default_rng(4))
    np.testing.assert_array_equal(known.log_weights, computed.log_weights)


def test_rounds_go_on_until_half_of_the_draws_count():
    """A round that is short of half is followed by one about as large as what is missing."""
    _, mode, _ = coordinates_of("telomerase")
    law = stats.multivariate_normal(mode, FACTOR @ FACTOR.T)
    rounds = []

    def two_humps(theta):  # no t law fits both
        rounds.append(theta.shape[0])
        shift = 1.8 * np.sqrt(np.diag(FACTOR @ FACTOR.T))
        density = np.logaddexp(law.logpdf(theta - shift), law.logpdf(theta + shift))
        return density, density[:, None]

    pilot = pilot_sample(
        Mode(mode, np.linalg.inv(FACTOR @ FACTOR.T) / 4, 0.0), 500, np.random.default_rng(3)
    )
    found = sample(two_humps, pilot, 1500, Identity(), np.random.default_rng(5))
    assert found.smoothed.ess >= 1000
    assert len(rounds) > 2
    assert 250 <= rounds[-1] < 1500


def test_a_target_without_mass_is_an_error():
    def target(theta):
        return np.full(theta.shape[0], -np.inf), np.zeros((theta.shape[0], 1))

    rng = np.random.default_rng(1)
    pilot = pilot_sample(Mode(np.zeros(5), np.eye(5), 0.0), 300, rng)
    with pytest.raises(FitError, match="no proposal of the importance sampler"):
        sample(target, pilot, 300, Identity(), rng)


def test_a_draw_from_the_far_tail_does_no_harm():
    """Its density is nothing and its coordinates are no numbers: it must not reach the moments."""
    posterior, mode, coordinates = coordinates_of("telomerase")
    rng = np.random.default_rng(1)
    law, theta = pilot_sample(Mode(mode, np.linalg.inv(FACTOR @ FACTOR.T), 0.0), 500, rng)
    theta[3, 2:4] = 400.0
    theta[4, 4] = 800.0
    found = sample(posterior.log_density, (law, theta), 1500, coordinates, rng)
    assert np.isfinite(found.theta).all()
    assert found.smoothed.ess > 500


@pytest.mark.parametrize("count", [7, 400, 1000])
def test_systematic_resampling_keeps_every_share_within_one(count):
    rng = np.random.default_rng(count)
    weights = rng.exponential(size=200) ** 3
    weights /= weights.sum()
    for _ in range(20):
        chosen = resample(weights, count, rng)
        assert chosen.shape == (count,)
        counts = np.bincount(chosen, minlength=200)
        assert np.abs(counts - count * weights).max() < 1


def test_resampled_rows_stand_in_random_order_and_have_weight():
    rng = np.random.default_rng(1)
    weights = np.zeros(100)
    weights[10:60] = 1 / 50
    chosen = resample(weights, 1000, rng)
    assert set(chosen) == set(range(10, 60))
    assert abs(np.corrcoef(chosen, np.arange(1000))[0, 1]) < 0.15


def test_rounding_never_picks_a_row_that_does_not_exist():
    weights = np.full(3, 1 / 3) * (1 - 1e-9)

    class Last:
        def random(self):
            return 1 - 1e-12

        def shuffle(self, rows):
            pass

    assert resample(weights, 5, Last()).max() == 2
