"""The cards of other links say of accuracy what the default card says, as their reasons claim."""

import re
from types import MappingProxyType

import numpy as np
import pytest
from scipy import stats

from metadx.cards.load import load_card
from metadx.estimands.undefined import LOGIT_ONLY

LAWS = MappingProxyType(
    {"bivariate-binomial": stats.logistic, "bivariate-probit": stats.norm}
    | {"bivariate-cloglog": stats.gumbel_l}
)
OTHERS = ("bivariate-probit", "bivariate-cloglog")
HALF = stats.halfnorm.ppf((np.arange(400) + 0.5) / 400)
NORMAL = stats.norm.ppf((np.arange(800) + 0.5) / 800)


def prior_of_median(card, accuracy):
    """Prior probability that the accuracy of the median study is below a value."""
    prior = load_card(card).card.parameters.mu.priors()[0]
    return stats.norm.cdf((LAWS[card].ppf(accuracy) - prior.mean) / prior.sd)


def quartiles_of_studies(card, accuracy):
    """Quartiles of the accuracies of studies around a median, over the prior of tau."""
    prior = load_card(card).card.parameters.tau.priors()[0]
    effects = np.multiply.outer(prior.sd * HALF, NORMAL)
    law = LAWS[card]
    values = law.cdf(np.minimum(law.ppf(accuracy) + effects, 20.0 if "log" in card else np.inf))
    return np.quantile(values, [0.25, 0.75])


@pytest.mark.parametrize(("card", "furthest"), [(OTHERS[0], 0.03), (OTHERS[1], 0.071)])
def test_the_prior_of_the_median_study_is_near_that_of_the_default_card(card, furthest):
    accuracy = np.linspace(0.001, 0.999, 999)
    ours, default = (prior_of_median(one, accuracy) for one in (card, "bivariate-binomial"))
    assert np.abs(ours - default).max() < furthest
    why = load_card(card).card.parameters.mu.why
    low, high = (float(x) / 100 for x in re.search(r"([\d.]+) and ([\d.]+) % here", why).groups())
    assert prior_of_median(card, np.array([low, high])) == pytest.approx([0.25, 0.75], abs=2e-3)


@pytest.mark.parametrize("card", OTHERS)
def test_the_prior_spread_of_studies_is_what_the_card_says(card):
    why = " ".join(load_card(card).card.parameters.tau.why.split())
    for around, told in (
        (0.8, r"between (0\.\d+) and (0\.\d+) before any data"),
        (0.95, r"around 0.95 between (0\.\d+) and (0\.\d+)"),
    ):
        stated = [float(x) for x in re.search(told, why).groups()]
        assert quartiles_of_studies(card, around) == pytest.approx(stated, abs=0.006)
        default = quartiles_of_studies("bivariate-binomial", around)
        assert stated == pytest.approx(default, abs=0.025)


@pytest.mark.parametrize("card", OTHERS)
def test_the_card_promises_nothing_that_its_link_does_not_have(card):
    found = load_card(card).card
    assert found.link == card.removeprefix("bivariate-")
    default = load_card("bivariate-binomial").card
    assert set(default.estimands) - set(found.estimands) == LOGIT_ONLY
    for parameter in (found.parameters.mu, found.parameters.tau, found.parameters.beta):
        assert parameter.scale == found.link
    names = [alternative.name for alternative in found.alternatives]
    assert names == [alternative.name for alternative in default.alternatives]
