"""Which studies get more quadrature nodes, and what error is reported."""

import numpy as np

from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.engines.refinement import LADDER, plan_nodes
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset
from tests.unit.engines.brute_force import hyper_of


def likelihood_of(table: AccuracyTable) -> IntegratedLikelihood:
    return IntegratedLikelihood.of(Counts.from_table(table))


def points(tau: float) -> Hyper:
    """Hyper-parameters around a scale."""
    size = 9
    mu = np.tile([1.0, 2.0], (size, 1)) + np.linspace(-0.5, 0.5, size)[:, None]
    scale = tau * np.linspace(0.6, 1.4, size)[:, None] * np.ones(2)
    return hyper_of(mu, scale, np.linspace(-0.8, 0.8, size))


def true_error(likelihood: IntegratedLikelihood, nodes: np.ndarray, at: Hyper) -> float:
    referee = likelihood.with_nodes(np.full(nodes.size, 61)).by_study(at)
    return float(np.abs(likelihood.with_nodes(nodes).by_study(at) - referee).sum(axis=1).max())


def test_ordinary_studies_need_no_more_than_the_base():
    likelihood = likelihood_of(load_dataset("telomerase").table)
    plan = plan_nodes(likelihood, points(0.6))
    assert set(plan.nodes) == {LADDER[0]}
    assert plan.error < 1e-3


def test_only_the_studies_that_need_more_nodes_get_them():
    """Zero cells under a large tau beside large, mixed studies."""
    table = AccuracyTable.from_counts(
        ["plain 1", "perfect 1", "plain 2", "perfect 2", "plain 3"],
        tp=[60, 4, 80, 7, 40],
        fp=[20, 0, 30, 0, 30],
        fn=[25, 0, 30, 0, 20],
        tn=[90, 5, 100, 3, 90],
    )
    likelihood = likelihood_of(table)
    plan = plan_nodes(likelihood, points(4.0))
    assert plan.nodes[[0, 2, 4]].tolist() == [LADDER[0]] * 3
    assert (plan.nodes[[1, 3]] > LADDER[0]).all()


def test_the_larger_the_scale_the_more_nodes():
    likelihood = likelihood_of(load_dataset("galactomannan-children").table)
    totals = [plan_nodes(likelihood, points(tau)).nodes.sum() for tau in (0.3, 3.0, 8.0)]
    assert totals[0] < totals[1] < totals[2]


def test_the_reported_error_is_the_true_one_and_within_budget():
    for name, tau in (
        ("galactomannan-children", 1.5),
        ("ovarian-trucut-biopsy", 1.5),
        ("telomerase", 1.5),
        ("coronary-ct", 0.9),
    ):
        likelihood = likelihood_of(load_dataset(name).table)
        at = points(tau)
        plan = plan_nodes(likelihood, at)
        truth = true_error(likelihood, plan.nodes, at)
        assert plan.error < 0.03, name
        assert abs(plan.error - truth) < 0.1 * truth + 1e-6, name
        base = true_error(likelihood, np.full(plan.nodes.size, LADDER[0]), at)
        assert truth <= base + 1e-12, name


def test_all_rungs_together_keep_to_one_budget():
    """Studies of every difficulty, so that several rungs leave some error each."""
    table = load_dataset("anti-ccp").table
    likelihood = likelihood_of(table)
    used = set()
    for tau in (0.3, 0.6, 1.0, 1.5, 2.0, 3.0):
        plan = plan_nodes(likelihood, points(tau))
        assert plan.error <= 0.01, tau
        used |= set(plan.nodes.tolist())
    assert len(used) >= 3


def test_an_error_that_the_last_rung_leaves_is_reported():
    """Where even the most nodes are too few the plan says so."""
    table = AccuracyTable.from_counts(["A", "B"], tp=[25, 9], fp=[0, 0], fn=[0, 0], tn=[40, 30])
    likelihood, at = likelihood_of(table), points(60.0)
    plan = plan_nodes(likelihood, at)
    assert set(plan.nodes) == {LADDER[-1]}
    assert plan.error > 0.03


def test_the_nodes_of_the_likelihood_given_do_not_matter():
    likelihood = likelihood_of(load_dataset("galactomannan-children").table)
    one = plan_nodes(likelihood, points(1.5))
    two = plan_nodes(likelihood.with_nodes(np.full(6, 3)), points(1.5))
    assert one.nodes.tolist() == two.nodes.tolist()
    assert one.error == two.error
