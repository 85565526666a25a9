"""The maximum of the likelihood against R, closed forms, brute force and a hand-made Laplace."""

import numpy as np
import pytest
from scipy import optimize, special, stats

from metadx.engines.faces import faces
from metadx.engines.maximum_likelihood import maximum_likelihood
from metadx.engines.unbounded_margins import margin_limit
from metadx.errors import DataError, FitError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset
from tests.unit.engines.brute_force import brute_force, log_binomial

# R 4.2.2: glmer of lme4 1.1.31 with tolPwrss = 1e-12, optimizer "bobyqa" (mu, its standard errors,
# tau, rho, log-likelihood).
GLMER = {
    "anti-ccp": (
        (0.65340374, 3.10898931),
        (0.12748642, 0.14588464),
        (0.73663978, 0.75611125),
        -0.48550277,
        -272.7799249071,
    ),
    "adnexal-adnex": (
        (2.46009992, 1.52392166),
        (0.16420064, 0.14018354),
        (0.29037205, 0.3967758),
        -0.489344,
        -66.0746224765,
    ),
}
SMALL = {  # tp, fp, fn, tn
    "A": (12, 3, 2, 30),
    "B": (9, 12, 6, 11),
    "C": (22, 1, 1, 17),
    "D": (5, 4, 6, 40),
    "E": (31, 9, 3, 25),
}


def table_of(*rows):
    columns = zip(*rows, strict=True)
    return AccuracyTable.from_counts([f"s{i}" for i in range(len(rows))], *columns)


@pytest.mark.parametrize("name", GLMER)
def test_one_node_is_what_lme4_finds(name):
    mu, errors, tau, rho, value = GLMER[name]
    found = maximum_likelihood(load_dataset(name), nodes=1)
    assert found.log_likelihood == pytest.approx(value, abs=1e-5)
    assert found.mu == pytest.approx(mu, abs=1e-4)
    assert found.tau == pytest.approx(tau, abs=1e-4)
    assert found.rho == pytest.approx(rho, abs=1e-4)
    assert found.standard_errors[:2] == pytest.approx(errors, rel=1e-4)
    assert found.converged
    assert not found.singular


def laplace_by_hand(theta, rows):
    """Sum over studies of log of the Laplace approximation, from its definition."""
    mu, tau, rho = theta[:2], np.exp(theta[2:4]), np.tanh(theta[4])
    sigma = np.array([[tau[0] ** 2, rho * tau.prod()], [rho * tau.prod(), tau[1] ** 2]])
    precision = np.linalg.inv(sigma)
    total = 0.0
    for tp, fp, fn, tn in rows:
        right, people = np.array([tp, tn]), np.array([tp + fn, tn + fp])
        at = mu.copy()
        for _ in range(25):
            p = special.expit(at)
            curvature = precision + np.diag(people * p * (1 - p))
            at = at + np.linalg.solve(curvature, right - people * p - precision @ (at - mu))
        fit = log_binomial(tp, tp + fn, at[0]) + log_binomial(tn, tn + fp, at[1])
        total += fit - 0.5 * (at - mu) @ precision @ (at - mu)
        total -= 0.5 * np.linalg.slogdet(sigma)[1] + 0.5 * np.linalg.slogdet(curvature)[1]
    return float(total)


def test_one_node_is_the_laplace_approximation_by_hand():
    rows = list(SMALL.values())
    found = maximum_likelihood(table_of(*rows), nodes=1)
    assert not found.singular
    top = np.array([*found.mu, *np.log(found.tau), np.arctanh(found.rho)])
    value = laplace_by_hand(top, rows)
    assert found.log_likelihood == pytest.approx(value, abs=1e-9)
    # SciPy, started elsewhere and climbing the hand-made function, ends at the same point.
    away = optimize.minimize(
        lambda theta: -laplace_by_hand(theta, rows),
        top + np.array([0.1, -0.1, 0.1, 0.1, -0.1]),
        method="BFGS",
        options={"gtol": 1e-5},
    )
    assert -away.fun == pytest.approx(value, abs=1e-8)
    assert away.x == pytest.approx(top, abs=1e-3)


def test_two_studies_on_a_grid():
    """All of a brute-force grid around the maximum lies below it, which lies on an edge."""
    rows = [(40, 3, 4, 60), (12, 15, 20, 33)]
    found = maximum_likelihood(table_of(*rows), nodes=31)
    assert found.at_edge == ("rho",)
    top = np.array([*found.mu, *found.tau])

    def value(point, rho):
        return sum(brute_force(row, (point[:2], point[2:], rho)) for row in rows)

    assert value(top, found.rho) == pytest.approx(found.log_likelihood, abs=1e-5)
    for i in range(4):
        for step in (-0.15, 0.15):
            assert value(top + step * np.eye(4)[i], found.rho) < found.log_likelihood - 1e-4
    for rho in (0.9, 0.0, -0.9):
        if abs(rho - found.rho) > 0.05:
            assert value(top, rho) < found.log_likelihood - 1e-3


def test_more_nodes_come_nearer_to_the_integral():
    """Telomerase by metandi with nip(7), and by 15 x 15 nodes in R."""
    found = {n: maximum_likelihood(load_dataset("telomerase"), nodes=n) for n in (1, 7, 15, 31)}
    values = {n: f.log_likelihood for n, f in found.items()}
    assert values[1] == pytest.approx(-50.45609, abs=1e-5)
    assert values[7] == pytest.approx(-50.386576, abs=5e-6)
    assert values[15] == pytest.approx(-50.3866897873, abs=1e-7)
    assert abs(values[31] - values[15]) < 1e-6
    assert found[15].mu == pytest.approx([1.1923108, 2.3408489], abs=1e-4)
    assert found[15].standard_errors[:2] == pytest.approx([0.1803163, 0.6346001], rel=1e-4)


def test_an_estimate_at_the_edge_has_no_standard_error():
    found = maximum_likelihood(load_dataset("telomerase"))
    assert (found.singular, found.at_edge, found.rho) == (True, ("rho",), -1.0)
    assert np.isnan(found.standard_errors[4])
    assert np.isfinite(found.standard_errors[:4]).all()
    assert any("rho is estimated at an end" in note for note in found.notes)


def test_one_study_is_its_own_estimate():
    found = maximum_likelihood(table_of((8, 3, 2, 30)))
    assert found.mu == pytest.approx([np.log(8 / 2), np.log(30 / 3)], abs=1e-7)
    assert found.tau.tolist() == [0, 0]
    assert np.isnan(found.rho)
    assert found.standard_errors[:2] == pytest.approx(
        [np.sqrt(1 / 8 + 1 / 2), np.sqrt(1 / 30 + 1 / 3)], rel=1e-5
    )
    exact = stats.binom.logpmf(8, 10, 0.8) + stats.binom.logpmf(30, 33, 30 / 33)
    assert found.log_likelihood == pytest.approx(exact, abs=1e-9)
    assert found.at_edge == ("tau_sens", "tau_spec")


def test_studies_that_agree_are_added_up():
    found = maximum_likelihood(table_of((80, 20, 20, 80), (80, 20, 20, 80), (80, 20, 20, 80)))
    assert found.at_edge == ("tau_sens", "tau_spec")
    assert found.mu == pytest.approx([np.log(4)] * 2, abs=1e-7)
    assert found.standard_errors[:2] == pytest.approx([np.sqrt(1 / 240 + 1 / 60)] * 2, rel=1e-5)


def test_a_margin_without_errors_has_no_finite_maximum():
    rows = [(9, 3, 0, 30), (4, 5, 0, 9), (7, 1, 0, 40)]
    found = maximum_likelihood(table_of(*rows))
    assert not found.finite
    assert found.mu[0] == np.inf
    assert np.isnan([found.tau[0], found.rho, found.standard_errors[0]]).all()
    alone = maximum_likelihood(table_of(*[(0, fp, 0, tn) for _, fp, _, tn in rows]))
    assert found.mu[1] == pytest.approx(alone.mu[1], abs=1e-8)
    assert found.log_likelihood == pytest.approx(alone.log_likelihood, abs=1e-8)
    assert any("rises for ever" in note for note in found.notes)


def test_all_or_nothing_in_every_study_has_no_finite_maximum():
    """Four studies find all, two find none: the margin tends to (4/6)^4 (2/6)^2."""
    review = load_dataset("galactomannan-children")
    found = maximum_likelihood(review)
    assert not found.finite
    assert (found.mu[0], found.tau[0]) == (np.inf, np.inf)
    assert found.limits[0].log_likelihood == pytest.approx(4 * np.log(4 / 6) + 2 * np.log(2 / 6))
    assert found.mu[1] == pytest.approx(2.5146, abs=1e-3)
    assert np.isfinite(found.standard_errors[1])
    # brute force: the limit is approached from below as tau grows at the best ratio mu / tau
    ratio = stats.norm.ppf(4 / 6)
    far = [
        sum(
            brute_force((tp, 0, fn, 0), ((ratio * tau, 0.0), (tau, 1.0), 0.0))
            for tp, fn in zip(review.table.tp, review.table.fn, strict=True)
        )
        for tau in (5.0, 20.0, 60.0)
    ]
    assert far[0] < far[1] < far[2] < found.limits[0].log_likelihood


@pytest.mark.parametrize(
    ("y", "n", "kind"),
    [
        ([3, 4], [3, 9], "bounded"),
        ([3, 9], [3, 9], "edge"),
        ([0, 0], [3, 9], "edge"),
        ([3, 0], [3, 9], "all or nothing"),
        ([0, 0], [0, 0], "empty"),
        ([0, 2], [0, 9], "bounded"),
    ],
)
def test_margins_are_told_by_their_counts(y, n, kind):
    assert margin_limit(np.array(y, float), np.array(n, float)).kind == kind


def test_a_margin_without_people_has_no_estimate():
    found = maximum_likelihood(table_of((0, 3, 0, 30), (0, 9, 0, 11)))
    assert np.isnan([found.mu[0], found.tau[0], found.rho]).all()
    assert found.finite
    assert any("No study has people for sens" in note for note in found.notes)


def test_studies_with_one_arm_each_know_nothing_of_rho():
    rows = [(9, 0, 3, 0), (20, 0, 2, 0), (3, 0, 9, 0), (0, 9, 0, 40), (0, 1, 0, 60), (0, 30, 0, 31)]
    found = maximum_likelihood(table_of(*rows))
    assert np.isnan(found.rho)
    assert np.isfinite(found.standard_errors[:4]).all()


def test_faces_hold_what_the_counts_do_not_tell():
    (both, interior) = faces((False, True), paired=True)
    assert both.at_edge == ("tau_spec",)
    assert both.free == (1,)
    assert interior.free == (1, 3)
    assert [face.free for face in faces((False, False), paired=False)] == [()]
    assert len(faces((True, True), paired=False)) == 4


def test_covariance_is_the_inverse_of_the_information():
    found = maximum_likelihood(load_dataset("anti-ccp"))
    assert found.covariance @ found.information == pytest.approx(np.eye(5), abs=1e-8)
    # R, 15 x 15 nodes and optimHess
    assert found.standard_errors[:2] == pytest.approx([0.12762076, 0.14642752], rel=1e-4)
    assert found.covariance[0, 1] == pytest.approx(-0.00739993, rel=1e-3)


@pytest.mark.parametrize("nodes", [0, -1, 1.5, True, "7", 1000])
def test_a_wrong_number_of_nodes_is_refused(nodes):
    with pytest.raises(FitError, match="nodes = "):
        maximum_likelihood(load_dataset("telomerase"), nodes=nodes)


def test_what_is_no_table_is_refused():
    with pytest.raises(DataError, match="a str cannot be fitted"):
        maximum_likelihood("telomerase")
