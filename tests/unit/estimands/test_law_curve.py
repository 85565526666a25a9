"""Summary ROC curves and areas under other links, against a million points and closed forms."""

import numpy as np
import pytest
from scipy import stats

from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.law_curve import area_of_law, curve_of_law
from metadx.estimands.sroc import auc, partial_auc, sroc_curve

LAWS = {"probit": stats.norm, "cloglog": stats.gumbel_l}
OTHERS = tuple(LAWS)
# location, tau: flat, steep, very steep
SHAPES = [((1.0, 1.5), (0.4, 0.9)), ((0.5, -0.3), (1.2, 0.5)), ((0.8, 0.6), (3.0, 0.05))]


def law_of(location, link, rows=1):
    return EffectLaw(np.tile(location, (rows, 1)).astype(float), link)


@pytest.mark.parametrize("link", OTHERS)
@pytest.mark.parametrize(("location", "tau"), SHAPES)
def test_the_curve_is_the_line_on_the_scale_of_the_link(link, location, tau):
    fpr = np.array([0.001, 0.05, 0.3, 0.9, 0.9999])
    line = location[0] + tau[0] / tau[1] * (location[1] - LAWS[link].ppf(1 - fpr))
    found = curve_of_law(law_of(location, link), np.array([tau]), fpr)[0]
    np.testing.assert_allclose(found, LAWS[link].cdf(line), rtol=1e-7, atol=1e-14)
    # It passes through the median study and from corner to corner.
    sens, spec = LAWS[link].cdf(location)
    through = curve_of_law(law_of(location, link), np.array([tau]), np.array([0, 1 - spec, 1]))
    assert through[0] == pytest.approx([0.0, sens, 1.0], abs=1e-9)


@pytest.mark.parametrize("link", OTHERS)
@pytest.mark.parametrize(("location", "tau"), SHAPES)
def test_the_area_is_that_of_a_million_trapezoids(link, location, tau):
    law, tau = law_of(location, link), np.array([tau])
    logit = np.linspace(-35, 35, 1_000_001)
    fpr = 1 / (1 + np.exp(-logit))
    height = curve_of_law(law, tau, fpr)[0]
    want = (height * fpr / (1 + np.exp(logit))).sum() * (logit[1] - logit[0])
    assert area_of_law(law, tau)[0] == pytest.approx(want, abs=1e-9)
    inside = np.linspace(0.03, 0.4, 100_001)
    want = np.trapezoid(curve_of_law(law, tau, inside)[0], inside) / 0.37
    assert area_of_law(law, tau, (0.03, 0.4))[0] == pytest.approx(want, abs=1e-7)


def test_the_area_of_a_binormal_curve_has_a_closed_form():
    rng = np.random.default_rng(3)
    location, tau = rng.normal(0.5, 1.0, (50, 2)), np.exp(rng.normal(-0.5, 1.5, (50, 2)))
    crossed = tau[:, 1] * location[:, 0] + tau[:, 0] * location[:, 1]
    want = stats.norm.cdf(crossed / np.hypot(*tau.T))
    np.testing.assert_allclose(area_of_law(EffectLaw(location, "probit"), tau), want, atol=1e-12)


def test_a_cloglog_line_of_slope_1_is_a_power():
    """G and S exponential: sens = 1 - (1 - ...); with equal tau P(u > v) is a ratio of rates."""
    # exp(u) and exp(v) are exponential with rates 1, so that the area is a / (1 + a), a = exp(sum)
    location, tau = np.array([[0.7, 1.1]]), np.array([[0.6, 0.6]])
    a = np.exp(location.sum())
    # sens = P(E1 < a / E2): the mean of 1 - exp(-a / E)
    e = np.linspace(1e-6, 60, 2_000_001)
    want = np.trapezoid((1 - np.exp(-a / e)) * np.exp(-e), e)
    assert area_of_law(EffectLaw(location, "cloglog"), tau)[0] == pytest.approx(want, abs=1e-6)


@pytest.mark.parametrize("link", OTHERS)
def test_curves_without_spread_in_a_margin(link):
    sens, spec = LAWS[link].cdf([1.0, 1.5])
    law = law_of((1.0, 1.5), link, 3)
    tau = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    with np.errstate(all="raise", under="ignore"):
        level, step, none = area_of_law(law, tau)
        level_part, step_part, none_part = area_of_law(law, tau, (0.0, 0.5))
    assert (level, level_part) == pytest.approx((sens, sens))
    assert (step, step_part) == pytest.approx((spec, 1 - (1 - spec) / 0.5))
    assert np.isnan([none, none_part]).all()


def test_the_logit_is_left_to_its_own_formulas():
    mu, tau = np.array([[0.65, 3.1]]), np.array([[0.74, 0.76]])
    law, fpr = EffectLaw(mu), np.array([0.01, 0.2])
    assert (curve_of_law(law, tau, fpr) == sroc_curve(mu, tau, fpr)).all()
    assert area_of_law(law, tau) == auc(mu, tau)
    assert area_of_law(law, tau, (0.1, 0.3)) == partial_auc(mu, tau, 0.1, 0.3)


@pytest.mark.parametrize("span", [(0.3, 0.3), (0.4, 0.2), (-0.1, 0.5), (0.5, 1.1)])
def test_a_range_that_is_none_is_refused(span):
    with pytest.raises(ValueError, match="range must satisfy"):
        area_of_law(law_of((0, 0), "probit"), np.ones((1, 2)), span)
    with pytest.raises(ValueError, match="between 0 and 1"):
        curve_of_law(law_of((0, 0), "probit"), np.ones((1, 2)), np.array([-0.1]))
