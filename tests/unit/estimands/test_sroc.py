import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from metadx.estimands.hsroc import hsroc
from metadx.estimands.sroc import auc, partial_auc, sroc_curve


def by_quad(mu, tau, low=0.0, high=1.0):
    """Mean height of the curve by adaptive quadrature, with breaks where it turns."""
    slope = tau[0] / tau[1]
    level = mu[0] + slope * mu[1]
    first, last = max(special.logit(low), -45.0), min(special.logit(high), 45.0)
    turns = [(k - level) / slope for k in (-40, -15, -5, -2, 0, 2, 5, 15, 40)]
    inner = {min(max(t, first), last) for t in [*turns, -15.0, -5.0, 0.0, 5.0, 15.0]}
    edges = sorted({first, last} | inner)
    total = 0.0
    for a, b in pairwise(edges):
        total += integrate.quad(
            lambda t: special.expit(level + slope * t) * special.expit(t) * special.expit(-t),
            a,
            b,
            epsabs=1e-15,
            epsrel=1e-13,
            limit=200,
        )[0]
    return total / (high - low)


def closed_form(odds_ratio):
    d = odds_ratio
    return d * (d - 1 - math.log(d)) / (d - 1) ** 2


def test_curve_is_that_of_the_hsroc_parameters(glmer, posterior):
    fpr = np.array([0.001, 0.05, 0.3, 0.9])
    for p in (glmer, posterior):
        h = hsroc(p.mu, p.tau, p.rho)
        level, slope = h.lambda_ * np.exp(-h.beta / 2), np.exp(-h.beta)
        want = special.expit(level[:, None] + slope[:, None] * special.logit(fpr))
        np.testing.assert_allclose(sroc_curve(p.mu, p.tau, fpr), want, rtol=1e-11)


def test_curve_passes_through_the_median_study(posterior):
    fpr = special.expit(-posterior.mu[:, 1])
    height = sroc_curve(posterior.mu, posterior.tau, fpr)
    np.testing.assert_allclose(np.diag(height), special.expit(posterior.mu[:, 0]), rtol=1e-11)


def test_curve_rises_from_corner_to_corner(posterior):
    height = sroc_curve(posterior.mu, posterior.tau, np.linspace(0.0, 1.0, 101))
    assert (height[:, 0] == 0.0).all()
    assert (height[:, -1] == 1.0).all()
    assert (np.diff(height, axis=1) >= 0.0).all()


def test_curve_without_spread_in_one_margin():
    mu, fpr = np.full((3, 2), math.log(3.0)), np.array([0.0, 0.1, 0.4, 1.0])
    with np.errstate(all="raise"):
        level, step, none = sroc_curve(mu, np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]), fpr)
    assert level.tolist() == pytest.approx([0.75] * 4)
    assert step.tolist() == [0.0, 0.0, 1.0, 1.0]  # at fpr = 1/4
    assert np.isnan(none).all()


@pytest.mark.parametrize("bad", [-0.01, 1.01, math.nan])
def test_curve_refuses_a_rate_that_is_no_proportion(bad):
    with pytest.raises(ValueError, match="between 0 and 1"):
        sroc_curve(np.zeros((1, 2)), np.ones((1, 2)), np.array([0.5, bad]))


def test_area_of_the_reml_fit_of_the_handbook_review(mada, counts):
    """0.9185 and 0.8027 by integration; a 99-point sum over 99 gives 0.9159 and 0.8135."""
    assert auc(mada.mu, mada.tau)[0] == pytest.approx(0.9185, abs=5e-5)
    rate = counts.fp / (counts.fp + counts.tn)
    part = partial_auc(mada.mu, mada.tau, rate.min(), rate.max())[0]
    assert part == pytest.approx(0.8027, abs=5e-5)


@pytest.mark.parametrize("odds_ratio", [1.0001, 2.0, 40.0, 1e3, 0.2])
def test_area_of_a_symmetric_curve_has_a_closed_form(odds_ratio):
    mu = np.array([[0.7, math.log(odds_ratio) - 0.7]])
    tau = np.array([[1.3, 1.3]])
    want = closed_form(odds_ratio)
    # The closed form itself loses digits near an odds ratio of 1.
    assert auc(mu, tau)[0] == pytest.approx(want, abs=1e-10 if odds_ratio > 1.1 else 1e-7)
    assert partial_auc(mu, tau, 0.0, 1.0)[0] == pytest.approx(want, abs=1e-7)


def test_published_value_of_the_closed_form():
    assert auc(np.array([[0.0, math.log(40.0)]]), np.ones((1, 2)))[0] == pytest.approx(
        0.92863, abs=5e-6
    )


@pytest.mark.parametrize("slope", [1e-3, 0.2, 1.0, 7.0, 1e3])
def test_perfect_is_one_and_chance_is_a_half(slope):
    tau = np.array([[slope, 1.0]])
    assert auc(np.array([[60.0 * slope + 60.0, 60.0]]), tau)[0] == pytest.approx(1.0, abs=1e-10)
    assert auc(np.array([[-2.0 * slope, 2.0]]), tau)[0] == pytest.approx(0.5, abs=1e-10)
    assert partial_auc(np.array([[-2.0 * slope, 2.0]]), tau, 0.0, 1.0)[0] == pytest.approx(
        0.5, abs=1e-10
    )


@pytest.mark.parametrize("slope", [1e-3, 0.05, 0.6, 0.999, 1.001, 3.0, 40.0, 1e3])
def test_areas_against_adaptive_quadrature(slope):
    tau = np.array([slope, 1.0])
    for mu in ([0.65, 3.1], [-2.0, 0.5], [4.0, 6.0], [1.0, -2.0]):
        m, t = np.array([mu]), tau[None]
        assert auc(m, t)[0] == pytest.approx(by_quad(mu, tau), abs=1e-10)
        for low, high in ((0.0, 1.0), (0.01, 0.32), (0.0, 0.2), (0.4, 1.0), (0.05, 0.051)):
            got = partial_auc(m, t, low, high)[0]
            assert got == pytest.approx(by_quad(mu, tau, low, high), abs=1e-10)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.floats(-6, 6), st.floats(-6, 6)),
    st.tuples(st.floats(0.01, 30), st.floats(0.01, 30)),
    st.floats(0.01, 0.99),
)
def test_areas_obey_the_geometry(mu, tau, cut):
    m, t = np.array([mu]), np.array([tau])
    whole = auc(m, t)[0]
    # The same curve with the axes exchanged encloses the same area.
    assert auc(m[:, ::-1], t[:, ::-1])[0] == pytest.approx(whole, abs=1e-12)
    left, right = partial_auc(m, t, 0.0, cut)[0], partial_auc(m, t, cut, 1.0)[0]
    assert cut * left + (1.0 - cut) * right == pytest.approx(whole, abs=1e-11)
    ends = sroc_curve(m, t, np.array([0.0, cut, 1.0]))[0]
    assert ends[0] - 1e-9 <= left <= ends[1] + 1e-9
    assert ends[1] - 1e-9 <= right <= ends[2] + 1e-9


def test_areas_without_spread_in_one_margin():
    mu, tau = np.full((3, 2), math.log(3.0)), np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    with np.errstate(all="raise", under="ignore"):
        whole, part = auc(mu, tau), partial_auc(mu, tau, 0.05, 0.45)
    assert whole[:2].tolist() == pytest.approx([0.75, 0.75], abs=1e-12)
    # The step at 0.25 leaves 0.2 of a range that is 0.4 wide.
    assert part[:2].tolist() == pytest.approx([0.75, 0.5], abs=1e-12)
    assert np.isnan(whole[2])
    assert np.isnan(part[2])


def test_areas_treat_every_draw_by_itself(posterior):
    mu, tau = np.tile(posterior.mu, (3, 1)), np.tile(posterior.tau, (3, 1))
    pairs = list(zip(mu[:301], tau[:301], strict=True))
    alone = [auc(m[None], t[None])[0] for m, t in pairs]
    np.testing.assert_allclose(auc(mu, tau), np.tile(alone, 3), rtol=1e-13)
    alone = [partial_auc(m[None], t[None], 0.02, 0.4)[0] for m, t in pairs]
    np.testing.assert_allclose(partial_auc(mu, tau, 0.02, 0.4), np.tile(alone, 3), rtol=1e-13)


@pytest.mark.parametrize(("low", "high"), [(0.3, 0.3), (0.4, 0.3), (-0.1, 0.5), (0.1, 1.1)])
def test_partial_area_refuses_an_empty_or_impossible_range(low, high):
    with pytest.raises(ValueError, match="low < high"):
        partial_auc(np.zeros((1, 2)), np.ones((1, 2)), low, high)
