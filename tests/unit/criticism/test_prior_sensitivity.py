"""Refits under declared other priors, and what is said of them."""

import re
from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.cards.load import load_card, parse_card, with_priors
from metadx.criticism.power_scaling import power_scaling, shared
from metadx.criticism.prior_sensitivity import prior_sensitivity
from metadx.errors import FitError
from metadx.estimands.logistic import expit
from metadx.studies.accuracy import AccuracyTable


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
    low, high = re.search(r"specificity is (\d\.\d+) to (\d\.\d+)", found.words).groups()
    assert (float(low), float(high)) == pytest.approx((min(medians), max(medians)), abs=0.005)
    assert found.words.index("the prior speaks") < found.words.index("and 6 other sets")
    assert "correlation" in found.words


def test_the_range_holds_the_answer_of_the_card_itself(found):
    own = dict(found.own.quantities)
    own["sens"] = replace(own["sens"], median=0.5)
    moved = replace(found, own=replace(found.own, quantities=own)).moved_words
    assert "the pooled sensitivity is 0.500 to" in moved


def test_nothing_moves_with_many_studies():
    fit = metadx.fit(metadx.load_dataset("anti-ccp"), sens="~ 1", spec="~ 1", draws=1000)
    words = prior_sensitivity(fit, draws=1000).words
    assert "the prior speaks" not in words
    middle = r"the pooled {} is (\d\.\d+)(?: to (\d\.\d+))?,"
    for margin in ("sensitivity", "specificity"):
        low, high = re.search(middle.format(margin), words).groups()
        assert float(high or low) - float(low) < 0.0101


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


def fit_of(rows, **asked):
    table = AccuracyTable.from_counts([f"S{i}" for i in range(len(rows))], *np.transpose(rows))
    return metadx.fit(table, draws=1000, study_effects=False, **asked)


def test_limits_and_chances_are_told_beside_the_medians():
    found = prior_sensitivity(fit_of([(20, 3, 5, 60)]), draws=1000, prob=0.8, cuts=(0.2, 5.0))
    runs = (found.own, *found.alternatives)
    lower = [run.quantities["sens"].lower for run in runs]
    assert max(lower) - min(lower) > 0.2  # the medians alone would hide it
    told = re.search(r"lower limit of its 80% interval (\d\.\d+) to (\d\.\d+)", found.words)
    assert [float(x) for x in told.groups()] == pytest.approx([min(lower), max(lower)], abs=0.006)
    for run in runs:
        sens, spec = expit(run.fit.pooled.mu).T
        new_sens, new_spec = expit(run.fit.pooled.new_logits).T
        assert run.chances["rule_out"] == ((1 - sens) / spec < 0.2).mean()
        assert run.chances["rule_in"] == (sens / (1 - spec) > 5).mean()
        assert run.chances["rule_out_new"] == ((1 - new_sens) / new_spec < 0.2).mean()
        assert run.chances["rule_in_new"] == (new_sens / (1 - new_spec) > 5).mean()
    chances = [run.chances["rule_in"] for run in runs]
    ends = f"{100 * min(chances):.0f}% to {100 * max(chances):.0f}%"
    assert f"that LR+ is above 5 is {ends} and" in found.words


def test_a_prior_that_moves_a_limit_far_speaks_too():
    # Studies of one kind, all but perfect: power-scaling hears nothing, the declared sets do.
    fit = fit_of([(20, 0, 0, 60), (30, 0, 0, 40), (11, 0, 0, 50), (15, 0, 0, 10)])
    found = prior_sensitivity(fit, draws=1000)
    width = np.ptp(np.quantile(fit.mu[..., 0], [0.025, 0.975]))
    own = np.quantile(fit.mu[..., 0], 0.025)
    moved = [abs(np.quantile(run.fit.mu[..., 0], 0.025) - own) for run in found.alternatives]
    assert max(moved) > 0.2 * width
    assert found.power[0].verdict != "data"
    forced = replace(power_scaling(fit)[0], verdict="data")
    heard = shared(fit, forced)
    assert (heard.verdict, "both speak" in heard.words) == ("both", True)


def test_certainty_is_never_printed():
    fit = fit_of([(20, 0, 0, 60), (30, 0, 0, 40), (11, 0, 0, 50), (15, 0, 0, 10)])
    words = prior_sensitivity(fit, draws=1000).words
    assert not re.search(r"\b(0\.0+|1\.0+|100(\.0)?%)\b", words.partition("By the card")[2])


def test_what_the_model_holds_fixed_has_no_interval():
    fit = metadx.fit(metadx.load_dataset("telomerase"), "fixed-effect", draws=1000)
    found = prior_sensitivity(fit, draws=1000)
    assert found.own.fixed == {"tau_sens": 0.0, "tau_spec": 0.0, "rho": 0.0}
    assert found.own.quantities["tau_sens"] is found.own.quantities["rho"] is None
