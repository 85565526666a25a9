"""Refits under declared other priors, and what is said of them."""

import re
from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.cards.load import load_card, parse_card, with_priors
from metadx.criticism.prior_sensitivity import prior_sensitivity
from metadx.errors import FitError
from metadx.estimands.logistic import expit


@pytest.fixture(scope="module")
def ovarian():
    review = metadx.load_dataset("ovarian-trucut-biopsy")
    return metadx.fit(review, sens="~ 1", spec="~ 1", draws=1000)


@pytest.fixture(scope="module")
def found(ovarian):
    return prior_sensitivity(ovarian, draws=1000)


def test_every_declared_set_is_fitted_as_a_card_of_its_own(ovarian, found):
    declared = ovarian.card.card.alternatives
    assert [run.name for run in found.alternatives] == [one.name for one in declared]
    for run, alternative in list(zip(found.alternatives, declared, strict=True))[:2]:
        card = with_priors(ovarian.card, alternative)
        own = metadx.fit(ovarian.table, card, draws=1000, seed=ovarian.seed, study_effects=False)
        for name, place in (("sens", 0), ("spec", 1)):
            low, middle, high = np.quantile(expit(own.mu[..., place]), [0.025, 0.5, 0.975])
            told = run.quantities[name]
            assert (told.lower, told.median, told.upper) == pytest.approx((low, middle, high))
        assert run.priors == alternative.words


def test_priors_pull_where_they_should(found):
    runs = {run.name: run.quantities for run in found.alternatives}
    own = found.own.quantities
    assert runs["less heterogeneity"]["tau_spec"].median < own["tau_spec"].median
    assert runs["more heterogeneity"]["tau_spec"].median > own["tau_spec"].median
    assert runs["wider"]["tau_spec"].median > own["tau_spec"].median
    assert runs["narrower means"]["sens"].median < own["sens"].median
    assert abs(runs["correlation near 0"]["rho"].median) < abs(own["rho"].median)


def test_words_give_the_range_and_the_loudest(found):
    medians = [run.quantities["spec"].median for run in (found.own, *found.alternatives)]
    low, high = re.search(r"specificity lies between (\d\.\d+) and (\d\.\d+)", found.words).groups()
    assert (float(low), float(high)) == pytest.approx((min(medians), max(medians)), abs=0.005)
    assert found.words.index("the prior speaks") < found.words.index("Over 6 other sets")
    assert "correlation" in found.words


def test_the_range_holds_the_answer_of_the_card_itself(found):
    own = dict(found.own.quantities)
    own["sens"] = replace(own["sens"], median=0.5)
    moved = replace(found, own=replace(found.own, quantities=own)).moved_words
    assert "the pooled sensitivity lies between 0.50 and" in moved


def test_nothing_moves_with_many_studies():
    fit = metadx.fit(metadx.load_dataset("anti-ccp"), sens="~ 1", spec="~ 1", draws=1000)
    words = prior_sensitivity(fit, draws=1000).words
    assert "the prior speaks" not in words
    assert words.count("moves by less than 0.01") == 2


def test_a_card_without_other_priors_says_so(ovarian):
    text = ovarian.card.text.partition("[[alternatives]]")[0]
    bare = replace(ovarian, card=parse_card(text + REFERENCE, "bare.toml"))
    found = prior_sensitivity(bare)
    assert found.alternatives == ()
    assert found.passed
    assert "declares no other priors" in found.words


REFERENCE = '\n[[references]]\ncitation = "Reitsma 2005"\n'


def test_a_set_that_cannot_be_fitted_is_told(ovarian, monkeypatch):
    def failing(*_, **__):
        raise FitError("no mode was found.")

    monkeypatch.setattr("metadx.criticism.prior_sensitivity.fit", failing)
    found = prior_sensitivity(ovarian, draws=1000)
    assert found.alternatives == ()
    assert len(found.failed) == len(load_card("bivariate-binomial").card.alternatives)
    assert not found.passed
    assert "No posterior was found under: wider, narrower means" in found.words
    assert "declares no other" not in found.words


def test_covariates_are_refused():
    fit = metadx.fit(metadx.load_dataset("anti-ccp"), sens="~ generation", draws=1000)
    with pytest.raises(FitError, match="prior sensitivity"):
        prior_sensitivity(fit)
