"""Intervals of made-up draws, judged by hand."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from metadx.estimands.accuracy import new_study_logits
from metadx.simulation.design import Cell
from metadx.simulation.judged import NEW_STUDY, judge_draws, judge_interval
from metadx.simulation.laws import Truth, draw_effects, truth_of

PARAMETERS = [
    *("mu[sens]", "mu[spec]", "log_dor", "population[sens]", "population[spec]"),
    *("tau[sens]", "tau[spec]", "rho", "auc"),
]
CELL = {"name": "a", "studies": 9, "sens": 0.8, "spec": 0.9, "rho": -0.4, "arms": "some"}


def plain(**values):
    """A truth of whose quantities only those given are judged."""
    return Truth(np.array([1.0, 2.0]), values, None, np.array([0.5, 0.8]))


def draws(size=101):
    """Evenly spread, so that every quantile is known: mu[sens] 0 to 1, mu[spec] 2 to 4, ..."""
    even = np.linspace(0, 1, size)
    mu = np.stack([even, 2 + 2 * even], axis=1)
    tau = np.stack([0.1 + even, 1.1 - even], axis=1)
    return mu, tau, 0.8 * even - 0.4


def score_of(known, low, high, prob):
    """Width, and 2 / (1 - prob) for each unit by which the interval misses."""
    missed = np.where(known < low, low - known, np.where(known > high, known - high, 0.0))
    return high - low + 2 / (1 - prob) * missed


def judge(truth, mu, tau, rho, *, prob=0.9, seed=1):
    return judge_draws(truth, mu, tau, rho, prob=prob, rng=np.random.default_rng(seed))


def test_the_numbers_are_those_of_a_calculation_by_hand():
    """0 to 1 in even steps: the 90 % interval is 0.05 to 0.95 and the median 0.5.

    A miss costs 20 times its distance: 3.95 lies 0.05 above 2.1 to 3.9, so 1.8 + 1 = 2.8.
    """
    truth = plain(**{"mu[sens]": 0.06, "mu[spec]": 3.95, "log_dor": 3.0, "rho": -0.1})
    found = judge(truth, *draws())
    assert found["mu[sens]"] == pytest.approx([1, 0.9, 0.44, 0.9])
    assert found["mu[spec]"] == pytest.approx([0, 1.8, -0.95, 2.8])
    assert found["log_dor"] == pytest.approx([1, 2.7, 0.5, 2.7])  # 2 to 5
    assert found["rho"] == pytest.approx([1, 0.72, 0.1, 0.72])
    assert list(found) == ["mu[sens]", "mu[spec]", "log_dor", "rho", *NEW_STUDY]


@pytest.mark.parametrize("prob", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("size", [100, 1999, 2000])
def test_the_limits_are_the_quantiles_of_the_draws(prob, size):
    rng = np.random.default_rng(4)
    mu, tau, rho = rng.normal(1, 2, (size, 2)), rng.gamma(2, 1, (size, 2)), rng.uniform(-1, 1, size)
    truth = truth_of(Cell(**CELL, tau=(0.5, 0.7)))
    found = judge(truth, mu, tau, rho, prob=prob)
    assert list(found) == [*PARAMETERS, *NEW_STUDY]
    for name, values in {
        "mu[sens]": mu[:, 0],
        "mu[spec]": mu[:, 1],
        "log_dor": mu[:, 0] + mu[:, 1],
        "tau[sens]": tau[:, 0],
        "tau[spec]": tau[:, 1],
        "rho": rho,
    }.items():
        low, middle, high = np.quantile(values, [(1 - prob) / 2, 0.5, (1 + prob) / 2])
        known = truth.values[name]
        score = score_of(known, low, high, prob)
        wanted = [float(low <= known <= high), high - low, middle - known, score]
        assert found[name] == pytest.approx(wanted, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(("value", "covered"), [(0.0499, 0), (0.0501, 1), (0.9499, 1), (0.9501, 0)])
def test_a_truth_is_covered_between_the_limits_only(value, covered):
    assert judge(plain(**{"mu[sens]": value}), *draws())["mu[sens]"][0] == covered


@pytest.mark.parametrize(
    ("value", "covered", "score"),
    [(0.25, 1, 0.5), (0.75, 1, 0.5), (0.2499, 0, 0.502), (0.7501, 0, 0.502)],
)
def test_the_limits_belong_to_an_interval(value, covered, score):
    found = judge_interval(plain(rho=value), "rho", 0.25, 0.5, 0.75, prob=0.9)
    assert found == pytest.approx([covered, 0.5, 0.5 - value, score])


@pytest.mark.parametrize(
    ("prob", "inside", "below", "above"),
    [(0.5, 0.5, 0.9, 1.7), (0.9, 0.5, 2.5, 6.5), (0.95, 0.5, 4.5, 12.5)],
)
def test_the_interval_score_is_that_of_a_calculation_by_hand(prob, inside, below, above):
    """0.25 to 0.75: 0.15 lies 0.1 below and 1.05 lies 0.3 above; a unit costs 4, 20 or 40."""
    for value, wanted in ((0.3, inside), (0.15, below), (1.05, above)):
        found = judge_interval(plain(rho=value), "rho", 0.25, 0.5, 0.75, prob=prob)
        assert found[3] == pytest.approx(wanted)


def test_a_new_study_is_judged_by_the_share_of_studies_between_the_limits():
    mu, tau, rho = draws(1000)
    found = judge(plain(), mu, tau, rho, seed=9)
    new = new_study_logits(mu, tau, rho, np.random.default_rng(9))
    for margin, (centre, spread) in enumerate([(1.0, 0.5), (2.0, 0.8)]):
        low, middle, high = np.quantile(new[:, margin], [0.05, 0.5, 0.95])
        law = stats.norm(centre, spread)
        # the mean distance below a limit is the integral of the distribution function up to it
        far = 12 * spread
        below = integrate.quad(law.cdf, centre - far, low, epsabs=1e-12)[0]
        above = integrate.quad(law.sf, high, centre + far, epsabs=1e-12)[0]
        score = high - low + 20 * (below + above)
        wanted = [law.cdf(high) - law.cdf(low), high - low, middle - centre, score]
        assert found[NEW_STUDY[margin]] == pytest.approx(wanted, rel=1e-5)


def test_the_interval_of_a_new_study_can_be_anyones():
    """One standard deviation at each side of the median: 68.27 % of all studies.

    Those beyond lie 0.8 (phi(1) - Phi(-1)) = 0.8 (0.241971 - 0.158655) away, averaged over all
    studies, on each side; the score is 1.6 + 20 times both.
    """
    found = judge_interval(plain(), "new[spec]", 1.2, 2.1, 2.8, prob=0.9)
    assert found == pytest.approx([0.682689, 1.6, 0.1, 1.6 + 20 * 2 * 0.8 * 0.083316], rel=1e-5)


MANY = 200_000


@pytest.fixture(scope="module", params=["normal", "t", "skewed", "thresholds"])
def studies(request):
    """The truth of a law, its spread, and many studies of which the truth knows nothing."""
    cell = Cell(**CELL, tau=(0.5, 0.7), law=request.param)
    return truth_of(cell), cell.tau, draw_effects(cell, MANY, np.random.default_rng(31))


@pytest.mark.parametrize("margin", [0, 1])
@pytest.mark.parametrize("limits", [(-1.5, 2.2), (-0.2, 0.1), (0.6, 3.0), (-4.0, -0.9)])
def test_the_score_of_a_new_study_is_the_mean_over_many_studies(studies, margin, limits):
    truth, tau, effects = studies
    low, high = (float(truth.median[margin]) + tau[margin] * limit for limit in limits)
    scores = score_of(effects[:, margin], low, high, 0.9)
    se = scores.std() / math.sqrt(MANY)
    reference = 0 if truth.quantiles is None else len(truth.quantiles)  # has an error of its own
    se *= math.sqrt(1 + MANY / reference) if reference else 1
    found = judge_interval(truth, NEW_STUDY[margin], low, 0.0, high, prob=0.9)
    assert found[3] == pytest.approx(scores.mean(), abs=4 * se)
    assert 4 * se < 0.03 * scores.mean()  # near enough to tell


@pytest.mark.parametrize("margin", [0, 1])
def test_no_other_limits_score_less_than_the_true_ones(studies, margin):
    truth, tau, effects = studies
    step = 0.2 * tau[margin]

    def score(prob, down=0.0, up=0.0, judged=0.95):
        low, high = np.quantile(effects[:, margin], [(1 - prob) / 2, (1 + prob) / 2])
        name = NEW_STUDY[margin]
        return judge_interval(truth, name, low - down, 0.0, high + up, prob=judged)[3]

    best = score(0.95)
    moved = {
        "wider": (step, step),
        "narrower": (-step, -step),
        "wider below": (step, 0.0),
        "wider above": (0.0, step),
        "narrower below": (-step, 0.0),
        "narrower above": (0.0, -step),
        "too low": (step, -step),
        "too high": (-step, step),
    }
    assert [name for name, by in moved.items() if score(0.95, *by) <= best] == []
    # what is asked for is what is best: the 80 % limits where 80 % is judged, and only there
    assert score(0.8) > best
    assert score(0.8, judged=0.8) < score(0.95, judged=0.8)


def test_where_the_model_does_not_hold_the_content_is_that_of_the_true_law():
    cell = Cell(**CELL, tau=(0.5, 0.7), law="t")
    truth = truth_of(cell)
    centre = np.log([4.0, 9.0])
    found = judge_interval(
        truth, "new[sens]", centre[0] - 0.5, centre[0], centre[0] + 1.0, prob=0.9
    )
    assert found[0] == pytest.approx(stats.t(4).cdf(2) - stats.t(4).cdf(-1), abs=0.004)
    judged = judge(truth, *draws())
    assert list(judged) == [*PARAMETERS[:5], *NEW_STUDY]


def test_draws_that_are_too_high_have_a_positive_error():
    cell = Cell(**CELL, tau=(0.5, 0.7))
    rng = np.random.default_rng(2)
    mu = np.log([4.0, 9.0]) + rng.normal(0.4, 0.05, (4000, 2))
    tau = np.array([0.5, 0.7]) + rng.normal(0.2, 0.02, (4000, 2))
    found = judge(truth_of(cell), mu, tau, rng.uniform(-0.2, 0.2, 4000))
    assert found["mu[sens]"][2] == pytest.approx(0.4, abs=0.01)
    assert found["log_dor"][2] == pytest.approx(0.8, abs=0.01)
    assert found["tau[spec]"][2] == pytest.approx(0.2, abs=0.01)
    assert found["rho"][2] == pytest.approx(0.4, abs=0.01)
    assert found["auc"][2] > 0.01
    assert found["population[sens]"][2] > 0.01
    assert found["new[spec]"][2] == pytest.approx(0.4, abs=0.1)
    assert not any(found[name][0] for name in PARAMETERS[:4])


def test_population_means_and_the_area_are_on_their_own_scale():
    cell = Cell(**CELL, tau=(0.7, 0.7))
    mu, tau = np.tile(np.log([4.0, 9.0]), (200, 1)), np.full((200, 2), 0.7)
    mu[:100] += 0.5
    mu[100:] -= 0.5
    found = judge(truth_of(cell), mu, tau, np.zeros(200))
    dor = 36 * np.exp([-1.0, 1.0])
    area = dor * (dor - 1 - np.log(dor)) / (dor - 1) ** 2
    assert found["auc"][1] == pytest.approx(area[1] - area[0], rel=1e-4)
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    at = np.log(4.0) + np.array([[-0.5], [0.5]]) + 0.7 * nodes
    mean = (1 / (1 + np.exp(-at))) @ weights / weights.sum()
    assert found["population[sens]"][1] == pytest.approx(mean[1] - mean[0], rel=1e-4)
