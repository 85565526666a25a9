"""R of Jackson, White and Riley: published covariances, plain matrix algebra, and its limits."""

import time

import numpy as np
import pytest

from metadx.estimands.arms import Arms
from metadx.estimands.jackson import i2_of_r, jackson, jackson_r


@pytest.fixture
def arms(counts):
    return Arms(counts.tp, counts.tp + counts.fn, counts.tn, counts.fp + counts.tn)


def fixed_effect(counts):
    """Variance of a logit estimated from one big arm: 1 / (n p (1 - p)) = 1 / right + 1 / wrong."""
    return np.diag(
        [
            1 / counts.tp.sum() + 1 / counts.fn.sum(),
            1 / counts.tn.sum() + 1 / counts.fp.sum(),
        ]
    )


def test_r_of_the_handbook_review_with_the_covariance_of_its_fit(glmer, counts):
    """R 3.4766, I²_R 91.73 %; sens 4.769, spec 2.766."""
    fixed = fixed_effect(counts)
    r = jackson_r(glmer.cov, fixed)
    assert r == pytest.approx(3.4766, abs=1e-4)
    assert i2_of_r(r) == pytest.approx(0.9173, abs=5e-5)
    for j, want in ((0, 4.769), (1, 2.766)):
        margin = np.ix_([j], [j])
        assert jackson_r(glmer.cov[margin], fixed[margin]) == pytest.approx(want, abs=1e-3)


def test_draws_at_the_estimates_lie_near_the_covariance_of_the_fit(glmer, counts, arms):
    """1.2 % below: glmer weighs studies by their own p (half of it) and counts Sigma as unknown."""
    r = jackson(glmer.tau, glmer.rho, arms)
    found = np.array([r.joint[0], r.sens[0], r.spec[0]])
    assert found == pytest.approx([3.4360, 4.7361, 2.7295], abs=1e-4)
    assert np.abs(found / [3.4766, 4.769, 2.766] - 1).max() < 0.014


def by_matrices(tau, rho, right, n):
    """The two covariance matrices from their definition, a study at a time."""
    p = [sum(r) / sum(k) for r, k in zip(right, n, strict=True)]
    cov = rho * tau[0] * tau[1]
    sigma = np.array([[tau[0] ** 2, cov], [cov, tau[1] ** 2]])
    fixed, random = np.zeros((2, 2)), np.zeros((2, 2))
    for sizes in zip(*n, strict=True):
        here = [j for j in (0, 1) if sizes[j]]
        w = np.diag([sizes[j] * p[j] * (1 - p[j]) for j in here])
        fixed[np.ix_(here, here)] += w
        random[np.ix_(here, here)] += np.linalg.inv(sigma[np.ix_(here, here)] + np.linalg.inv(w))
    few, many = np.linalg.inv(fixed), np.linalg.inv(random)
    joint = (np.linalg.det(many) / np.linalg.det(few)) ** 0.25
    return [joint, *np.sqrt(np.diag(many) / np.diag(few))]


def test_draw_by_draw(posterior):
    right, n = ([6, 0, 20, 300], [7, 60, 0, 9]), ([10, 0, 25, 400], [9, 90, 0, 10])
    r = jackson(
        posterior.tau, posterior.rho, Arms(*map(np.array, (right[0], n[0], right[1], n[1])))
    )
    want = [by_matrices(t, p, right, n) for t, p in zip(posterior.tau, posterior.rho, strict=True)]
    np.testing.assert_allclose(np.stack([r.joint, r.sens, r.spec], axis=1), want, rtol=1e-10)


def test_one_study_by_hand():
    """One arm of 100 at p = 1/2 has the variance 0.04; 0.12 more between studies: R² = 4."""
    one = Arms(np.array([50]), np.array([100]), np.array([80]), np.array([100]))
    r = jackson(np.array([[np.sqrt(0.12), 0.0]]), np.zeros(1), one)
    assert r.sens[0] == pytest.approx(2.0)
    assert r.spec[0] == 1.0
    assert r.joint[0] == pytest.approx(np.sqrt(2.0))
    assert i2_of_r(r.sens)[0] == pytest.approx(0.75)


def test_without_heterogeneity_r_is_one_and_i2_zero(arms):
    r = jackson(np.zeros((3, 2)), np.array([-1.0, 0.0, 0.9]), arms)
    for values in (r.joint, r.sens, r.spec):
        assert values == pytest.approx([1.0, 1.0, 1.0], abs=1e-12)
        assert (values >= 1.0).all()
        assert i2_of_r(values) == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)


@pytest.mark.parametrize("rho", [-0.95, -0.4, 0.0, 0.7])
def test_i2_rises_with_heterogeneity_and_with_the_size_of_the_studies(arms, rho):
    scale = np.geomspace(0.01, 30.0, 60)[:, None]
    r = jackson(scale * [0.7, 0.9], np.full(60, rho), arms)
    larger = Arms(*(10 * getattr(arms, k) for k in ("tp", "n_diseased", "tn", "n_nondiseased")))
    ten = jackson(scale * [0.7, 0.9], np.full(60, rho), larger)
    for name in ("joint", "sens", "spec"):
        index = i2_of_r(getattr(r, name))
        assert (np.diff(index) > 0).all()
        assert index[0] < 0.02
        assert index[-1] > 0.99
        assert (getattr(ten, name) > getattr(r, name)).all()


def test_a_margin_that_no_study_has_leaves_the_other_alone():
    n = np.array([40, 90, 0])
    alone = Arms(np.array([30, 70, 0]), n, np.zeros(3, int), np.zeros(3, int))
    tau = np.array([[0.6, 0.8]])
    p = 100 / 130
    w = [k * p * (1 - p) for k in (40, 90)]
    want = np.sqrt(sum(w) / sum(1 / (0.36 + 1 / x) for x in w))
    for rho in (-0.9, 1.0):
        r = jackson(tau, np.array([rho]), alone)
        assert r.sens[0] == pytest.approx(want)
        assert np.isnan(r.spec).all()
        assert np.isnan(r.joint).all()


def test_an_arm_in_which_all_results_agree_has_no_r():
    n = np.array([40, 90])
    r = jackson(np.ones((2, 2)), np.zeros(2), Arms(n, n, np.array([30, 60]), n))
    assert np.isnan(r.sens).all()
    assert np.isnan(r.joint).all()
    assert (r.spec > 1.0).all()


def test_the_other_margin_lends_information_where_the_two_go_together():
    """A small arm beside a large one: the correlation tells what the small arm cannot."""
    small, large = np.array([5, 4, 6]), np.array([500, 400, 600])
    arms = Arms(np.array([3, 2, 4]), small, np.array([400, 300, 500]), large)
    tau = np.full((2, 2), 1.0)
    r = jackson(tau, np.array([0.0, 0.95]), arms)
    assert r.sens[1] < 0.999 * r.sens[0]
    assert r.spec[1] == pytest.approx(r.spec[0], rel=0.01)


def test_extremes_stay_finite():
    big = np.array([2**31, 3])
    arms = Arms(np.array([2**30, 1]), big, np.array([2**31 - 5, 2]), big)
    tau = np.array([[1e-200, 1e-200], [1e200, 1e200], [35.0, 1e-9], [2.0, 2.0], [1e6, 1e6]])
    with np.errstate(all="raise", under="ignore"):
        for rho in (-1.0, 0.0, 1.0, np.nextafter(1.0, 2.0)):
            r = jackson(tau, np.full(5, rho), arms)
            for values in (r.joint, r.sens, r.spec):
                assert np.isfinite(values).all()
                assert (values >= 1.0).all()
                assert ((i2_of_r(values) >= 0.0) & (i2_of_r(values) <= 1.0)).all()


def test_5000_studies_are_quick():
    rng = np.random.default_rng(0)
    n = rng.integers(10, 400, (2, 5000))
    arms = Arms(rng.binomial(n[0], 0.8), n[0], rng.binomial(n[1], 0.9), n[1])
    tau, rho = np.abs(rng.normal(0.8, 0.2, (4000, 2))), np.tanh(rng.normal(-0.4, 0.3, 4000))
    start = time.process_time()
    jackson(tau, rho, arms)
    assert time.process_time() - start < 0.3
