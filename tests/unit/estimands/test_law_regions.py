"""Regions under other links and t effects: how many studies they hold."""

import numpy as np
import pytest

from metadx.estimands.accuracy import new_study_logits
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.law_regions import credible_outline, prediction_outline, prediction_share
from metadx.estimands.links import from_logit, to_logit
from metadx.estimands.regions import credible_ellipse, prediction_ellipse

SIZE = 40_000


def inside(points, outline):
    """Tell which points lie in a convex outline, by the side of every edge they are on."""
    edge = np.diff(outline, axis=0)
    away = points[:, None] - outline[:-1]
    side = edge[:, 0] * away[..., 1] - edge[:, 1] * away[..., 0]
    return (side >= 0).all(axis=1) | (side <= 0).all(axis=1)


def draws_of(link, df):
    rng = np.random.default_rng(6)
    location = rng.normal([0.4, 0.7], [0.1, 0.2], (SIZE, 2))
    tau = np.exp(rng.normal([-0.7, -0.4], 0.05, (SIZE, 2)))
    rho = np.tanh(rng.normal(-0.5, 0.05, SIZE))
    freedom = None if df is None else np.full(SIZE, df)
    new = to_logit(new_study_logits(location, tau, rho, rng, freedom), link)
    return EffectLaw(location, link, freedom), tau, rho, new


@pytest.mark.parametrize(
    ("link", "df", "slack"),
    [
        ("probit", None, 0.006),
        ("cloglog", None, 0.006),
        ("logit", 3.0, 0.004),
        ("probit", 5.0, 0.004),
    ],
)
@pytest.mark.parametrize("prob", [0.5, 0.95])
def test_a_prediction_region_holds_the_share_it_says(link, df, slack, prob):
    law, tau, rho, new = draws_of(link, df)
    outline = from_logit(prediction_outline(law, tau, rho, new, prob=prob), link)
    held = inside(from_logit(new, link)[::8], outline).mean()
    assert held == pytest.approx(prob, abs=slack + 3 * np.sqrt(prob * (1 - prob) * 8 / SIZE))


@pytest.mark.parametrize("link", ["probit", "cloglog"])
def test_a_credible_region_holds_the_share_it_says(link):
    law, *_ = draws_of(link, None)
    outline = from_logit(credible_outline(law, 0.9), link)
    assert inside(law.location[::8], outline).mean() == pytest.approx(0.9, abs=0.015)
    # Told as logits, it is the same region in ROC space.
    held = inside(law.mu[::8], to_logit(outline, link))
    if link == "probit":  # nearly straight from scale to scale
        assert held.mean() == pytest.approx(0.9, abs=0.015)


def test_normal_effects_on_the_logit_scale_have_the_regions_they_had():
    law, tau, rho, new = draws_of("logit", None)
    assert (credible_outline(law) == credible_ellipse(law.mu)).all()
    assert (prediction_outline(law, tau, rho, new) == prediction_ellipse(law.mu, tau, rho)).all()


def test_t_effects_need_a_larger_region_than_their_scales_alone_say():
    law, tau, rho, new = draws_of("logit", 3.0)
    outline = prediction_outline(law, tau, rho, new)
    narrow = prediction_ellipse(law.mu, tau, rho)
    # Squared radius of a bivariate t law: P(r² > x) = (1 + x / 3)^(-3/2), of a normal one e^(-x/2).
    wider = np.sqrt(3 * (0.05 ** (-2 / 3) - 1) / (-2 * np.log(0.05)))
    assert wider == pytest.approx(1.786, abs=1e-3)
    assert np.ptp(outline, axis=0) == pytest.approx(np.ptp(narrow, axis=0) * wider, rel=0.05)


def test_no_spread_at_all_is_no_error():
    law = EffectLaw(np.zeros((50, 2)), "logit", np.full(50, 5.0))
    flat = np.zeros((50, 2))
    assert not prediction_outline(law, flat, np.zeros(50), flat).any()


def test_the_share_is_counted_on_the_scale_of_the_link():
    rng = np.random.default_rng(8)
    law = EffectLaw(np.zeros((4000, 2)), "cloglog")
    tau, rho = np.ones((4000, 2)), np.zeros(4000)
    z = rng.standard_normal((4000, 2))
    held = prediction_share(law, tau, rho, to_logit(z, "cloglog"), prob=0.8)
    assert held == np.mean((z**2).sum(axis=1) <= -2 * np.log(0.2))
    heavy = EffectLaw(np.zeros((4000, 2)), "logit", np.full(4000, 4.0))
    assert prediction_share(heavy, tau, rho, z, prob=0.8) == 0.8
