"""Laws of the study effects against SciPy: shapes, medians, means, contents."""

import math

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

from metadx.simulation.design import Cell
from metadx.simulation.laws import Truth, draw_effects, truth_of

DRAWS = 40_000
TAU = np.array([0.6, 1.1])
CENTRE = np.array([math.log(0.8 / 0.2), math.log(0.9 / 0.1)])
ROOT2 = math.sqrt(2)
LAGUERRE = special.roots_genlaguerre(60, 1)
# Two humps at a distance that makes the variance 1, with eight tenths of it between them.
FAR, NEAR, WIDTH = math.sqrt(0.8 * 0.7 / 0.3), -math.sqrt(0.8 * 0.3 / 0.7), math.sqrt(0.2)


def cell(law, rho=-0.5):
    return Cell(
        name="a", studies=9, sens=0.8, spec=0.9, tau=tuple(TAU), rho=rho, arms="some", law=law
    )


def standard(law, rho=-0.5, seed=1):
    effects = draw_effects(cell(law, rho), DRAWS, np.random.default_rng(seed))
    assert effects.shape == (DRAWS, 2)
    return (effects - CENTRE) / TAU


def skewed_cdf(x):
    """Of (2 - G) / sqrt(2) with G from Gamma(2): mean 0, sd 1, its tail at the left."""
    return stats.gamma(2).sf(2 - ROOT2 * np.asarray(x))


def mixed_cdf(x):
    """Of -A/2 + sqrt(3/4) B, both skewed: Gauss-Laguerre over B (rho = -0.5)."""
    b = (2 - LAGUERRE[0]) / ROOT2
    inner = 1 - skewed_cdf((np.asarray(x)[..., None] - math.sqrt(0.75) * b) / -0.5)
    return inner @ LAGUERRE[1] / LAGUERRE[1].sum()


def humps_cdf(x, margin):
    side = 1 if margin == 0 else -1
    far, near = (stats.norm(side * at, WIDTH).cdf(x) for at in (FAR, NEAR))
    return 0.3 * far + 0.7 * near


CDFS = {
    "normal": (stats.norm.cdf, stats.norm.cdf),
    "t": (stats.t(4).cdf, stats.t(4).cdf),
    "skewed": (skewed_cdf, mixed_cdf),
    "thresholds": (lambda x: humps_cdf(x, 0), lambda x: humps_cdf(x, 1)),
}


@pytest.mark.parametrize("law", CDFS)
def test_both_margins_have_their_law(law):
    z = standard(law)
    for margin, cdf in enumerate(CDFS[law]):
        assert stats.kstest(z[:8000, margin], cdf).pvalue > 0.01


@pytest.mark.parametrize("law", ["normal", "skewed", "thresholds"])
def test_tau_is_the_standard_deviation(law):
    z = standard(law)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=4 / math.sqrt(DRAWS))
    np.testing.assert_allclose(z.std(axis=0), 1, atol=0.025)


@pytest.mark.parametrize("rho", [-0.9, 0.0, 0.6])
def test_the_model_and_the_skewed_law_have_the_correlation_of_the_cell(rho):
    for law in ("normal", "skewed"):
        z = standard(law, rho)
        assert np.corrcoef(z.T)[0, 1] == pytest.approx(rho, abs=0.025)
    # with heavy tails the moments are poor estimates; ranks are not: tau_K = 2 asin(rho) / pi
    kendall = stats.kendalltau(*standard("t", rho)[:8000].T).statistic
    assert kendall == pytest.approx(2 * math.asin(rho) / math.pi, abs=0.025)


def test_both_effects_of_a_heavy_tailed_study_share_one_scale():
    z = standard("t", rho=0.0)
    assert stats.kstest((z**2).sum(axis=1) / 2, stats.f(2, 4).cdf).pvalue > 0.01


def test_skewed_effects_are_two_gamma_laws_before_they_are_mixed():
    z = standard("skewed", rho=-0.5)
    second = (z[:, 1] + 0.5 * z[:, 0]) / math.sqrt(0.75)
    assert stats.kstest(second, skewed_cdf).pvalue > 0.01
    assert stats.skew(z[:, 0]) == pytest.approx(-ROOT2, abs=0.1)  # towards poor accuracy
    assert stats.spearmanr(z[:, 0], second).statistic == pytest.approx(0, abs=0.02)


def test_studies_at_the_second_threshold_gain_sens_and_lose_spec():
    z = standard("thresholds", rho=0.3)
    second = z[:, 0] > (FAR + NEAR) / 2
    assert second.mean() == pytest.approx(0.3, abs=0.02)
    np.testing.assert_allclose(z[second].mean(axis=0), [FAR, -FAR], atol=0.08)
    np.testing.assert_allclose(z[~second].mean(axis=0), [NEAR, -NEAR], atol=0.08)
    # the humps alone tie the margins together; rho of the cell is not used
    assert np.corrcoef(z.T)[0, 1] == pytest.approx(-0.8, abs=0.01)


def median_of(law, margin):
    if law in {"normal", "t"}:
        return 0.0
    if law == "skewed" and margin == 0:
        return (2 - stats.gamma(2).median()) / ROOT2
    return optimize.brentq(lambda x: float(CDFS[law][margin](x)) - 0.5, -3, 3)


@pytest.mark.parametrize("law", CDFS)
def test_the_median_study_is_the_median_of_the_law(law):
    truth = truth_of(cell(law))
    wanted = [CENTRE[m] + TAU[m] * median_of(law, m) for m in (0, 1)]
    np.testing.assert_allclose(truth.median, wanted, atol=1e-9 if law == "normal" else 0.006)
    assert truth.values["mu[sens]"] == truth.median[0]
    assert truth.values["mu[spec]"] == truth.median[1]
    assert truth.values["log_dor"] == pytest.approx(truth.median.sum(), abs=1e-12)


def test_the_median_of_skewed_effects_lies_above_their_centre():
    """By hand: the median of Gamma(2) is 1.67835, so it is (2 - 1.67835) / sqrt(2) = 0.22744."""
    truth = truth_of(cell("skewed", rho=0.0))
    np.testing.assert_allclose((truth.median - CENTRE) / TAU, 0.22744, atol=0.006)


def mean_of(law, margin):
    """E[expit(centre + tau z)], by parts: the integral of (1 - F) times the slope of expit."""
    x = np.linspace(-40, 40, 8001)
    p = special.expit(CENTRE[margin] + TAU[margin] * x)
    rise = (1 - CDFS[law][margin](x)) * TAU[margin] * p * (1 - p)
    return integrate.simpson(rise, x=x)


@pytest.mark.parametrize("law", CDFS)
def test_the_population_mean_is_the_mean_of_the_law(law):
    values = truth_of(cell(law)).values
    found = [values["population[sens]"], values["population[spec]"]]
    wanted = [mean_of(law, margin) for margin in (0, 1)]
    np.testing.assert_allclose(found, wanted, atol=1e-6 if law == "normal" else 0.001)


@pytest.mark.parametrize("law", CDFS)
@pytest.mark.parametrize("limits", [(-1.5, 1.0), (-0.3, 0.1), (0.5, 6.0), (-80.0, 80.0), (1, 1)])
def test_the_content_of_an_interval_is_the_share_of_studies_in_it(law, limits):
    truth = truth_of(cell(law))
    for margin, cdf in enumerate(CDFS[law]):
        lower, upper = (CENTRE[margin] + TAU[margin] * limit for limit in limits)
        wanted = float(cdf(limits[1]) - cdf(limits[0]))
        found = truth.content(margin, lower, upper)
        assert found == pytest.approx(wanted, abs=1e-12 if law == "normal" else 0.004)


@pytest.mark.parametrize("law", CDFS)
@pytest.mark.parametrize("limit", [-2.2, -0.4, 0.0, 0.7, 3.1])
def test_the_shortfall_is_the_mean_distance_beyond_a_limit(law, limit):
    """By parts: that below is the integral of F up to the limit, that above of 1 - F from it."""
    truth = truth_of(cell(law))
    for margin, cdf in enumerate(CDFS[law]):
        below, above = truth.shortfall(margin, CENTRE[margin] + TAU[margin] * limit)
        if law == "normal":
            mean_below = integrate.quad(lambda x: (limit - x) * stats.norm.pdf(x), -12, limit)[0]
            mean_above = integrate.quad(lambda x: (x - limit) * stats.norm.pdf(x), limit, 12)[0]
            near = 1e-7  # that of the integration
        else:
            down, up = np.linspace(-60, limit, 20_001), np.linspace(limit, 60, 20_001)
            mean_below = integrate.simpson(cdf(down), x=down)
            mean_above = integrate.simpson(1 - cdf(up), x=up)
            near = 0.01
        assert below == pytest.approx(TAU[margin] * mean_below, abs=near)
        assert above == pytest.approx(TAU[margin] * mean_above, abs=near)


def test_the_shortfall_of_draws_is_their_plain_average():
    """By hand: 0, 1, 3, 6 lie (2 + 1)/4 below and (1 + 4)/4 above 2, and on 3 lies none of 3."""
    quantiles = np.array([[0.0, -5.0], [1.0, -4.0], [3.0, -4.0], [6.0, 1.0]])
    truth = Truth(np.array([2.0, -4.0]), {}, quantiles, TAU)
    assert truth.shortfall(0, 2.0) == (0.75, 1.25)
    assert truth.shortfall(0, 3.0) == (1.25, 0.75)
    assert truth.shortfall(1, -4.0) == (0.25, 1.25)
    assert truth.shortfall(0, -1.0) == (0.0, 3.5)
    assert truth.shortfall(0, 7.0) == (4.5, 0.0)


@pytest.mark.parametrize("law", ["t", "skewed", "thresholds"])
def test_the_shortfall_is_that_of_studies_drawn_anew(law):
    effects = draw_effects(cell(law), DRAWS, np.random.default_rng(17))
    truth = truth_of(cell(law))
    for margin in (0, 1):
        limit = float(CENTRE[margin] - 0.8 * TAU[margin])
        away = effects[:, margin] - limit
        parts = [[max(-x, 0.0) for x in away], [max(x, 0.0) for x in away]]
        for found, part in zip(truth.shortfall(margin, limit), parts, strict=True):
            se = np.std(part) / math.sqrt(DRAWS)
            assert found == pytest.approx(np.mean(part), abs=4.2 * se)


def test_no_study_lies_beyond_a_limit_far_away():
    truth = truth_of(cell("normal"))
    for margin in (0, 1):
        for far in (-60.0, 60.0):
            below, above = truth.shortfall(margin, CENTRE[margin] + far)
            assert below == pytest.approx(max(far, 0.0), abs=1e-12)
            assert above == pytest.approx(max(-far, 0.0), abs=1e-12)


def test_what_the_model_has_no_name_for_is_not_judged():
    known = {"tau[sens]", "tau[spec]", "rho", "auc"}
    everywhere = {"mu[sens]", "mu[spec]", "log_dor", "population[sens]", "population[spec]"}
    normal = truth_of(cell("normal")).values
    assert set(normal) == known | everywhere
    assert [normal[name] for name in ("tau[sens]", "tau[spec]", "rho")] == [0.6, 1.1, -0.5]
    for law in ("t", "skewed", "thresholds"):
        assert set(truth_of(cell(law)).values) == everywhere


def test_the_area_under_a_symmetric_curve_is_known():
    """Equal spreads: DOR (DOR - 1 - ln DOR) / (DOR - 1)², with DOR = 4 · 9 = 36."""
    even = Cell(name="a", studies=9, sens=0.8, spec=0.9, tau=(0.7, 0.7), rho=0.2, arms="some")
    assert truth_of(even).values["auc"] == pytest.approx(36 * (35 - math.log(36)) / 35**2)


def test_the_draws_are_those_of_the_stream():
    for law in CDFS:
        one, again, other = (
            draw_effects(cell(law), 5, np.random.default_rng(seed)) for seed in (1, 1, 2)
        )
        np.testing.assert_array_equal(one, again)
        assert (one != other).all()
