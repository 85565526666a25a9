"""Draws of one kind of study, under any law of the study effects."""

import numpy as np
import pytest
from scipy import stats

from metadx.engines.group_draws import make_group
from metadx.estimands.accuracy import new_study_logits

SIZE = 50_000


def made(link="logit", df=None):
    location = np.tile([0.4, 0.9], (SIZE, 1))
    freedom = None if df is None else np.full(SIZE, df)
    return make_group(
        location,
        np.tile([0.5, 0.8], (SIZE, 1)),
        np.full(SIZE, -0.6),
        rng=np.random.default_rng(2),
        studies=np.arange(4),
        link=link,
        df=freedom,
    )


def test_normal_effects_on_the_logit_scale_are_as_they_were():
    group = made()
    again = new_study_logits(group.mu, group.tau, group.rho, np.random.default_rng(2))
    assert (group.new_logits == again).all()
    assert group.effects is None
    assert (group.link, group.law, group.df) == ("logit", "normal", None)
    assert group.location is group.mu


@pytest.mark.parametrize(("link", "law"), [("probit", stats.norm), ("cloglog", stats.gumbel_l)])
def test_other_links_are_told_as_logits(link, law):
    group = made(link)
    assert 1 / (1 + np.exp(-group.mu[0])) == pytest.approx(law.cdf([0.4, 0.9]))
    # A monotone map keeps quantiles: those of the new study are the normal ones, mapped.
    levels = np.array([0.1, 0.5, 0.9])
    for margin, (centre, sd) in enumerate(((0.4, 0.5), (0.9, 0.8))):
        want = law.cdf(centre + sd * stats.norm.ppf(levels))
        below = (1 / (1 + np.exp(-group.new_logits[:, [margin]])) <= want).mean(axis=0)
        assert np.abs(below - levels).max() < 4.5 * 0.5 / np.sqrt(SIZE)
    assert (group.link, group.law) == (link, "normal")
    assert group.location[0].tolist() == [0.4, 0.9]


def test_t_effects_reach_further_out():
    group = made("logit", 3.0)
    away = (group.new_logits - group.mu) / group.tau
    for margin in (0, 1):
        assert stats.kstest(away[:, margin], stats.t(3).cdf).pvalue > 1e-3
    assert stats.spearmanr(*away.T).statistic == pytest.approx(-0.57, abs=0.03)
    assert (group.link, group.law) == ("logit", "t")
