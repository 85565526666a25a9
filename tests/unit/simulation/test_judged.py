"""Intervals of made-up draws, judged by hand."""

import numpy as np
import pytest
from scipy import stats

from metadx.estimands.accuracy import new_study_logits
from metadx.simulation.design import Cell
from metadx.simulation.judged import NEW_STUDY, judge_draws, judge_interval
from metadx.simulation.laws import Truth, truth_of

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


def judge(truth, mu, tau, rho, *, prob=0.9, seed=1):
    return judge_draws(truth, mu, tau, rho, prob=prob, rng=np.random.default_rng(seed))


def test_the_numbers_are_those_of_a_calculation_by_hand():
    """0 to 1 in even steps: the 90 % interval is 0.05 to 0.95 and the median 0.5."""
    truth = plain(**{"mu[sens]": 0.06, "mu[spec]": 3.95, "log_dor": 3.0, "rho": -0.1})
    found = judge(truth, *draws())
    assert found["mu[sens]"] == pytest.approx([1, 0.9, 0.44])
    assert found["mu[spec]"] == pytest.approx([0, 1.8, -0.95])
    assert found["log_dor"] == pytest.approx([1, 2.7, 0.5])  # 2 to 5
    assert found["rho"] == pytest.approx([1, 0.72, 0.1])
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
        wanted = [float(low <= known <= high), high - low, middle - known]
        assert found[name] == pytest.approx(wanted, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(("value", "covered"), [(0.0499, 0), (0.0501, 1), (0.9499, 1), (0.9501, 0)])
def test_a_truth_is_covered_between_the_limits_only(value, covered):
    assert judge(plain(**{"mu[sens]": value}), *draws())["mu[sens]"][0] == covered


@pytest.mark.parametrize(("value", "covered"), [(0.25, 1), (0.75, 1), (0.2499, 0), (0.7501, 0)])
def test_the_limits_belong_to_an_interval(value, covered):
    found = judge_interval(plain(rho=value), "rho", 0.25, 0.5, 0.75)
    assert found == pytest.approx([covered, 0.5, 0.5 - value])


def test_a_new_study_is_judged_by_the_share_of_studies_between_the_limits():
    mu, tau, rho = draws(1000)
    found = judge(plain(), mu, tau, rho, seed=9)
    new = new_study_logits(mu, tau, rho, np.random.default_rng(9))
    for margin, (centre, spread) in enumerate([(1.0, 0.5), (2.0, 0.8)]):
        low, middle, high = np.quantile(new[:, margin], [0.05, 0.5, 0.95])
        law = stats.norm(centre, spread)
        wanted = [law.cdf(high) - law.cdf(low), high - low, middle - centre]
        assert found[NEW_STUDY[margin]] == pytest.approx(wanted, rel=1e-5)


def test_the_interval_of_a_new_study_can_be_anyones():
    """One standard deviation at each side of the median: 68.27 % of all studies."""
    found = judge_interval(plain(), "new[spec]", 1.2, 2.1, 2.8)
    assert found == pytest.approx([0.682689, 1.6, 0.1], rel=1e-5)


def test_where_the_model_does_not_hold_the_content_is_that_of_the_true_law():
    cell = Cell(**CELL, tau=(0.5, 0.7), law="t")
    truth = truth_of(cell)
    centre = np.log([4.0, 9.0])
    found = judge_interval(truth, "new[sens]", centre[0] - 0.5, centre[0], centre[0] + 1.0)
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
