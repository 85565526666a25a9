"""Models side by side: each as fitted alone, ranked and weighted as the formulas say."""

import re
from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.criticism.alternatives import MODELS, model_alternatives
from metadx.criticism.leave_one_out import leave_one_out
from metadx.criticism.stacking import stacking_weights
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable


@pytest.fixture(scope="module")
def found():
    return model_alternatives(metadx.load_dataset("telomerase"), draws=1000)


def test_all_shipped_models_are_compared_best_first(found):
    assert sorted(one.id for one in found.models) == sorted(MODELS)
    assert found.reference == "bivariate-binomial"
    assert found.passed
    elpd = [one.elpd for one in found.models]
    assert elpd == sorted(elpd, reverse=True)


def test_each_model_is_what_a_fit_of_it_alone_gives(found):
    review = metadx.load_dataset("telomerase")
    for one in found.models[:2]:
        own = metadx.fit(review, one.id, sens="~ 1", spec="~ 1", draws=1000, study_effects=False)
        assert one.elpd == pytest.approx(leave_one_out(own, refit=True).total)
        sens = metadx.accuracy(own)["median_study"].sel(margin="sens").median().item()
        assert one.quantities["sens"].median == pytest.approx(sens)


def test_differences_and_weights_follow_from_the_studies(found):
    best = found.models[0].loo.elpd
    for one in found.models:
        gap = one.loo.elpd - best
        assert one.difference == pytest.approx(gap.sum(), abs=1e-12)
        assert one.difference_se == pytest.approx(np.sqrt(gap.size * gap.var(ddof=1)), abs=1e-12)
    kept = [one for one in found.models if not one.clearly_worse]
    elpd = np.stack([one.loo.elpd for one in kept], axis=1)
    weights = [one.weight for one in kept]
    np.testing.assert_allclose(weights, stacking_weights(elpd, 1.0), atol=1e-9)
    assert [one.weight for one in found.models if one.clearly_worse] == [0.0]


def test_one_study_far_out_does_not_save_a_model_that_cannot_expect_it(found):
    worst = found.models[-1]
    assert worst.id == "fixed-effect"
    assert -worst.difference < 2 * worst.difference_se
    assert worst.clearly_worse
    assert worst.quantities["auc"] is None
    assert "fixed-effect is clearly worse" in found.words
    medians = [one.quantities["spec"].median for one in found.models[:-1]]
    told = f"specificity of the median study is {min(medians):.2f} to {max(medians):.2f}"
    assert told in found.words


def test_the_seed_does_not_choose_the_model(found):
    # Of these two either can come first, by a few hundredths, and plain stacking follows.
    cards = ["bivariate-binomial", "bivariate-t", "fixed-effect"]
    review = metadx.load_dataset("telomerase")
    several = [model_alternatives(review, cards, draws=1000, seed=seed) for seed in (1, 3)]
    for one in several:
        assert abs(one.models[1].difference) < 0.5
        told = "the data cannot tell bivariate-binomial and bivariate-t apart; fixed-effect is"
        assert told in one.words
        told = re.search(r"binomial (\d+) %, bivariate-t (\d+) %. With 10 studies", one.words)
        assert all(40 <= int(share) <= 60 for share in told.groups())
    assert "best" not in found.words


def test_a_model_clearly_better_than_all_is_named(found):
    best, worst = found.models[0], found.models[-1]
    told = replace(found, models=(best, worst)).words
    assert told.startswith(f"Of 2 models {best.id} predicts studies left out best, and clearly")
    assert "Stacking" not in told


def test_chances_are_told_of_the_models_not_clearly_worse(found):
    kept = [one.chances["rule_in"] for one in found.models if not one.clearly_worse]
    ends = [f"{100 * end:.0f}%" for end in (min(kept), max(kept))]
    assert f"LR+ is above 10 is {ends[0]} to {ends[1]}" in found.words


def test_what_a_model_holds_fixed_was_not_estimated(found):
    by_id = {one.id: one for one in found.models}
    assert by_id["independent-margins"].fixed == {"rho": 0.0}
    assert by_id["independent-margins"].quantities["rho"] is None
    assert by_id["independent-margins"].quantities["tau_sens"] is not None
    assert by_id["bivariate-t"].fixed == {}
    assert by_id["bivariate-cloglog"].link == "cloglog"


def test_a_fit_is_taken_as_it_stands():
    review = metadx.load_dataset("lung-nodule-ai")
    fit = metadx.fit(review, "bivariate-probit", sens="~ 1", spec="~ 1", draws=1000, seed=9)
    found = model_alternatives(fit, ["bivariate-binomial", "bivariate-probit"], draws=1000)
    assert found.reference == "bivariate-probit"
    assert [one.fit is fit for one in found.models].count(True) == 1
    assert len(found.models) == 2
    for one in found.models:
        assert (one.fit.seed, one.fit.synthetic, one.fit.title) == (9, True, fit.title)


def test_one_study_ranks_nothing():
    table = AccuracyTable.from_counts(["Kim 2019"], [30], [4], [5], [60])
    found = model_alternatives(table, ["bivariate-binomial", "fixed-effect"], draws=1000)
    assert all(np.isnan(one.weight) for one in found.models)
    assert not any(one.clearly_worse for one in found.models)
    assert np.isnan([one.elpd for one in found.models]).all()
    assert np.isnan([one.difference for one in found.models]).all()
    assert found.words.startswith("One study cannot be predicted from others")
    for word in ("Stacking", "best", "worse"):
        assert word not in found.words
    assert "Among the models the sensitivity of the median study is" in found.words


def test_few_studies_make_weights_chance():
    rows = [(30, 4, 6, 50), (22, 9, 7, 61), (41, 6, 12, 48), (18, 0, 0, 0)]
    table = AccuracyTable.from_counts("abcd", *np.transpose(rows))
    words = model_alternatives(
        table, ["bivariate-binomial", "independent-margins"], draws=1000
    ).words
    assert "With 4 studies they are mostly chance" in words


def test_two_studies_predict_each_other():
    table = AccuracyTable.from_counts("ab", *np.transpose([(30, 4, 6, 50), (22, 9, 7, 61)]))
    found = model_alternatives(table, ["bivariate-binomial", "fixed-effect"], draws=1000)
    assert "Each prediction rests on 1 other study and on the prior." in found.words


def test_a_margin_without_studies_is_not_compared():
    rows = [(30, 0, 6, 0), (22, 0, 7, 0), (41, 0, 12, 0)]
    table = AccuracyTable.from_counts("abc", *np.transpose(rows))
    found = model_alternatives(table, ["bivariate-binomial", "independent-margins"], draws=1000)
    assert found.models[0].quantities["spec"] is None
    assert "specificity" not in found.words
    assert "sensitivity" in found.words


def test_a_model_that_cannot_be_fitted_is_told(monkeypatch):
    import metadx.criticism.alternatives as module

    genuine = module.fit

    def failing(studies, card, **settings):
        if card.card.id == "fixed-effect":
            raise FitError("no mode was found.")
        return genuine(studies, card, **settings)

    monkeypatch.setattr(module, "fit", failing)
    review = metadx.load_dataset("telomerase")
    found = model_alternatives(review, ["bivariate-binomial", "fixed-effect"], draws=1000)
    assert found.failed == (("fixed-effect", "no mode was found."),)
    assert not found.passed
    assert "Could not be fitted: fixed-effect." in found.words
    with pytest.raises(FitError, match="fixed-effect: no mode was found"):
        model_alternatives(review, ["fixed-effect"], draws=1000)


def test_a_failed_check_is_told(found):
    doubt = replace(found.models[1].fit.result.checks[0], passed=False)
    result = replace(found.models[1].fit.result, checks=(doubt,))
    bad = replace(found.models[1], fit=replace(found.models[1].fit, result=result))
    told = replace(found, models=(found.models[0], bad, *found.models[2:]))
    assert f"Not to be relied on, for a failed check: {bad.id}." in told.words
    assert not told.passed


def test_covariates_are_refused():
    fit = metadx.fit(metadx.load_dataset("anti-ccp"), sens="~ generation", draws=1000)
    with pytest.raises(FitError, match="comparison of models"):
        model_alternatives(fit)
