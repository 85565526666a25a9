"""The mode of a study's two logits given the parameters, and the normal law around it."""

import numpy as np
import pytest

from metadx.engines.conditional import Covariance
from metadx.engines.counts import Counts, expit_pair
from metadx.engines.likelihood import IntegratedLikelihood
from metadx.studies.accuracy import AccuracyTable
from tests.unit.engines.brute_force import conditional_grid, hyper_of, one_study

STUDIES = [(25, 3, 8, 40), (12, 0, 0, 5), (25, 0, 8, 0), (900, 3, 100, 2000)]
HYPER = ((1.0, 2.0), (0.7, 1.4), -0.6)


def modes_of(study, hyper):
    counts = Counts.from_table(one_study(*study))
    return IntegratedLikelihood.of(counts).modes(hyper_of(*hyper))


@pytest.mark.parametrize("study", STUDIES)
def test_the_mode_is_the_highest_point_of_a_dense_grid(study):
    a, b, values, _ = conditional_grid(study, HYPER)
    row, column = np.unravel_index(values.argmax(), values.shape)
    modes = modes_of(study, HYPER)
    spread = np.array([modes.l11[0, 0], np.hypot(modes.l21, modes.l22)[0, 0]])
    assert abs(modes.sens[0, 0] - a[row, 0]) < 0.1 * spread[0]
    assert abs(modes.spec[0, 0] - b[row, column]) < 0.1 * spread[1]


@pytest.mark.parametrize("study", STUDIES)
def test_the_curvature_there_is_that_of_prior_and_likelihood(study):
    (tp, fp, fn, tn), (_, tau, rho) = study, HYPER
    modes = modes_of(study, HYPER)
    p1, p0 = (1 / (1 + np.exp(-x[0, 0])) for x in (modes.sens, modes.spec))
    sigma = np.array([[tau[0] ** 2, rho * tau[0] * tau[1]], [rho * tau[0] * tau[1], tau[1] ** 2]])
    information = np.diag([(tp + fn) * p1 * (1 - p1), (tn + fp) * p0 * (1 - p0)])
    factor = np.array([[modes.l11[0, 0], 0], [modes.l21[0, 0], modes.l22[0, 0]]])
    wanted = np.linalg.inv(np.linalg.inv(sigma) + information)
    np.testing.assert_allclose(factor @ factor.T, wanted, rtol=1e-9)


def test_the_residual_is_the_gradient_left_over():
    study = (12, 0, 0, 5)
    modes = modes_of(study, HYPER)
    (mu, tau, rho) = HYPER
    sigma = np.array([[tau[0] ** 2, rho * tau[0] * tau[1]], [rho * tau[0] * tau[1], tau[1] ** 2]])
    d = np.array([modes.sens[0, 0] - mu[0], modes.spec[0, 0] - mu[1]])
    score = np.array([12 - 12 * modes.p_sens[0, 0], 5 - 5 * modes.p_spec[0, 0]])
    left = score - np.linalg.solve(sigma, d)
    np.testing.assert_allclose(left, [modes.residual_sens[0, 0], modes.residual_spec[0, 0]])
    assert np.abs(left).max() < 0.2


def test_an_empty_arm_follows_the_other_one():
    """Without non-diseased the law of logit spec is the regression on logit sens."""
    (mu, tau, rho) = HYPER
    modes = modes_of((25, 0, 8, 0), HYPER)
    slope = rho * tau[1] / tau[0]
    expected = mu[1] + slope * (modes.sens[0, 0] - mu[0])
    assert modes.spec[0, 0] == pytest.approx(expected, abs=0.02)
    assert modes.l21[0, 0] == pytest.approx(slope * modes.l11[0, 0])
    assert modes.l22[0, 0] == pytest.approx(tau[1] * np.sqrt(1 - rho**2))


def test_nothing_is_lost_where_a_scale_or_a_correlation_is_at_its_end():
    for tau, rho in (((0.0, 0.0), 0.5), ((0.0, 1.0), 0.5), ((1.0, 0.0), -0.5), ((1.0, 1.0), 1.0)):
        modes = modes_of((25, 3, 8, 40), ((1.0, 2.0), tau, rho))
        for name in ("sens", "spec", "l11", "l21", "l22", "log_peak"):
            assert np.isfinite(getattr(modes, name)).all(), (tau, rho, name)
        if tau[0] == 0:
            assert modes.sens[0, 0] == 1.0
            assert modes.l11[0, 0] == 0.0
        if tau[1] == 0:
            assert modes.spec[0, 0] == 2.0
            assert modes.l22[0, 0] == 0.0


def test_the_covariance_is_built_from_scales():
    tau = np.array([[0.5, 2.0]])
    covariance = Covariance.from_scales(tau, np.array([-0.6]), np.array([0.64]))
    found = [getattr(covariance, name).item() for name in ("sens", "spec", "cross", "det")]
    assert found == pytest.approx([0.25, 4.0, -0.6, 0.64])


def test_the_complement_of_a_probability_keeps_its_precision():
    p, q = expit_pair(np.array([-700.0, -40.0, 0.0, 40.0, 700.0]))
    np.testing.assert_allclose(q[[0, 1, 2]], [1, 1, 0.5])
    np.testing.assert_allclose(p[[2, 3, 4]], [0.5, 1, 1])
    np.testing.assert_allclose(q[[3, 4]], np.exp([-40.0, -700.0]), rtol=1e-14)
    np.testing.assert_allclose(p[[0, 1]], np.exp([-700.0, -40.0]), rtol=1e-14)


def test_counts_are_taken_margin_by_margin():
    table = AccuracyTable.from_counts(["A", "B"], tp=[3, 0], fp=[1, 2], fn=[2, 0], tn=[4, 5])
    counts = Counts.from_table(table)
    assert counts.tp.tolist() == [3, 0]
    assert counts.n_diseased.tolist() == [5, 0]
    assert counts.tn.tolist() == [4, 5]
    assert counts.n_nondiseased.tolist() == [5, 7]
    # 5 choose 3 = 10 and 5 choose 4 = 5; 0 choose 0 = 1 and 7 choose 5 = 21
    np.testing.assert_allclose(np.exp(counts.log_choose), [50, 21])
    sens, spec = counts.empirical_logits()
    np.testing.assert_allclose(sens, np.log([3.5 / 2.5, 1]))
    np.testing.assert_allclose(spec, np.log([4.5 / 1.5, 5.5 / 2.5]))
    part = counts.take(np.array([1]))
    assert part.n_nondiseased.tolist() == [7]
    np.testing.assert_allclose(np.exp(part.log_choose), [21])
