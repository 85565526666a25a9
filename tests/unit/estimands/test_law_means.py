"""Population means under other links and t effects, against adaptive and dense integration."""

import numpy as np
import pytest
from scipy import integrate, stats

from metadx.estimands.accuracy import new_study_logits, population_mean
from metadx.estimands.effect_law import EffectLaw, scale_mixture
from metadx.estimands.law_means import mean_of_law
from metadx.estimands.links import LINKS, to_logit

F = {
    "logit": stats.logistic.cdf,
    "probit": stats.norm.cdf,
    "cloglog": lambda x: stats.gumbel_l.cdf(np.minimum(x, 20.0)),
}
# centre and spread, on either side of where the rules change
POINTS = [(0.3, 0.1), (1.0, 0.6), (-2.0, 1.1), (1.0, 1.2), (2.0, 3.0), (-1.0, 8.0)]


def of_one(centre, spread, link, df=None):
    law = EffectLaw(np.full((1, 2), centre), link, None if df is None else np.array([df]))
    return mean_of_law(law, np.full((1, 2), spread))[0, 0]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(("centre", "spread"), POINTS)
def test_the_mean_is_that_of_adaptive_integration(link, centre, spread):
    def integrand(z: float) -> float:
        return float(F[link](centre + spread * z) * stats.norm.pdf(z))

    want, _ = integrate.quad(integrand, -9, 9, limit=400, epsabs=1e-12)
    assert of_one(centre, spread, link) == pytest.approx(want, abs=1e-10)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("df", [3.0, 6.0, 50.0])
@pytest.mark.parametrize(("centre", "spread"), [(1.0, 0.6), (-1.5, 1.4)])
def test_under_t_effects_too(link, df, centre, spread):
    u = np.linspace(-14, 14, 40_001)  # x = sinh(u): even steps reach far out
    x = np.sinh(u)
    values = F[link](centre + spread * x) * stats.t.pdf(x, df) * np.cosh(u)
    assert of_one(centre, spread, link, df) == pytest.approx(np.trapezoid(values, u), abs=1e-8)


def test_each_draw_has_its_own_degrees_of_freedom():
    law = EffectLaw(np.full((3, 2), 1.2), "logit", np.array([3.0, 50.0, 3.0]))
    found = mean_of_law(law, np.full((3, 2), 1.5))[:, 0]
    assert found[0] == found[2] == pytest.approx(of_one(1.2, 1.5, "logit", 3.0))
    assert found[1] == pytest.approx(of_one(1.2, 1.5, "logit", 50.0))
    # Many degrees of freedom are a normal law; few pull the mean further towards one half.
    normal = population_mean(np.array([[1.2, 1.2]]), np.array([[1.5, 1.5]]))[0, 0]
    assert found[0] < found[1] - 0.005
    assert abs(found[1] - normal) < 0.002


@pytest.mark.parametrize(("link", "df"), [("probit", None), ("cloglog", None), ("logit", 4.0)])
def test_the_mean_is_that_of_the_new_studies_that_are_drawn(link, df):
    size = 200_000
    location, tau = np.tile([0.4, 0.7], (size, 1)), np.tile([0.8, 0.5], (size, 1))
    freedom = None if df is None else np.full(size, df)
    rng = np.random.default_rng(12)
    drawn = to_logit(new_study_logits(location, tau, np.full(size, -0.6), rng, freedom), link)
    accuracy = 1 / (1 + np.exp(-drawn))
    law = EffectLaw(location[:1], link, None if freedom is None else freedom[:1])
    want = mean_of_law(law, tau[:1])[0]
    error = accuracy.std(axis=0) / np.sqrt(size)
    assert (np.abs(accuracy.mean(axis=0) - want) < 4.5 * error).all()


@pytest.mark.parametrize("df", [3.0, 4.0, 10.0, 50.0])
def test_the_mixture_has_the_tails_of_the_t_law(df):
    scales, weights = scale_mixture(df)
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    for far in (0.5, 2.0, 6.0):
        beyond = float(weights @ stats.norm.sf(far / scales))
        assert beyond == pytest.approx(stats.t.sf(far, df), abs=3e-8)


def test_a_t_law_is_drawn_where_it_is_asked_for():
    size = 100_000
    zero, one = np.zeros((size, 2)), np.ones((size, 2))
    drawn = new_study_logits(
        zero, one, np.full(size, 0.5), np.random.default_rng(5), np.full(size, 4.0)
    )
    for margin in (0, 1):
        assert stats.kstest(drawn[:, margin], stats.t(4).cdf).pvalue > 1e-3
    # One scale for both margins of a study: both lie far out together.
    far = (np.abs(drawn) > 5).mean(axis=0).prod()
    assert (np.abs(drawn) > 5).all(axis=1).mean() > 20 * far
