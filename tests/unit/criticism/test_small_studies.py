"""Deeks' test and the regression on the size of studies."""

from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.criticism.size_regression import small_study_effect
from metadx.criticism.small_studies import deeks, effective_sample_size
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable


def table_of(rows):
    return AccuracyTable.from_counts([f"S{i}" for i in range(len(rows))], *np.transpose(rows))


@pytest.fixture(scope="module")
def anti_ccp():
    return metadx.load_dataset("anti-ccp").table


def test_second_generation_assays_give_the_published_values(anti_ccp):
    # Deeks' test of the 29 CCP2 studies, by hand in R.
    second = [value == "CCP2" for value in anti_ccp.covariates["generation"].values]
    found = deeks(anti_ccp.take(np.flatnonzero(second)))
    assert (len(found.study), found.df) == (29, 27)
    assert found.slope == pytest.approx(-6.759, abs=5e-4)
    assert found.se == pytest.approx(5.698, abs=5e-4)
    assert found.p_value == pytest.approx(0.246, abs=5e-4)
    assert not found.asymmetric
    assert "no asymmetry" in found.words
    assert "low power" in found.words


@pytest.mark.parametrize(
    ("name", "intercept", "slope", "se", "p"),
    [
        # lm(log_dor ~ I(1 / sqrt(ess)), weights = ess) in R 4.2
        ("coronary-ct", 5.179385810, 0.218184908, 3.963166759, 0.956222332),
        ("anti-ccp", 4.35843667, -8.34721691, 5.835150520, 0.161439706),
    ],
)
def test_agrees_with_a_weighted_regression_in_r(name, intercept, slope, se, p):
    found = deeks(metadx.load_dataset(name).table)
    assert found.intercept == pytest.approx(intercept, rel=1e-8)
    assert found.slope == pytest.approx(slope, rel=1e-8)
    assert found.se == pytest.approx(se, rel=1e-8)
    assert found.p_value == pytest.approx(p, rel=1e-7)


def test_half_is_added_to_all_four_cells_where_one_is_empty_and_nowhere_else():
    rows = [(10 + i, 5, 4, 20 + 3 * i) for i in range(9)] + [(12, 0, 3, 30)]
    found = deeks(table_of(rows))
    assert found.corrected.tolist() == [False] * 9 + [True]
    assert found.log_dor[-1] == pytest.approx(np.log(12.5 * 30.5 / (0.5 * 3.5)))
    assert found.log_dor[0] == pytest.approx(np.log(10 * 20 / 20))
    # of the counts as they are: 4 · 15 · 30 / 45
    assert found.ess[-1] == pytest.approx(40.0)


def test_studies_with_one_arm_are_left_out_by_name():
    rows = [(10 + i, 5, 4, 20 + 3 * i) for i in range(10)] + [(12, 0, 3, 0)]
    found = deeks(table_of(rows))
    assert found.left_out == ("S10",)
    assert found.words.endswith("for want of one arm: S10.")
    assert effective_sample_size(table_of(rows))[-1] == 0


@pytest.mark.parametrize("ask", [deeks, small_study_effect])
def test_too_few_studies_are_refused(ask):
    rows = [(10 + i, 5, 4, 20 + 3 * i) for i in range(9)] + [(12, 0, 3, 0)]
    with pytest.raises(
        FitError, match="9 of 10 studies in table have both arms, wanted are at least 10"
    ):
        ask(table_of(rows))


@pytest.mark.parametrize("ask", [deeks, small_study_effect])
def test_studies_of_one_size_are_refused(ask):
    rows = [(10 + i, 5, 10 - i, 20) for i in range(10)]
    with pytest.raises(FitError, match="the same effective sample size"):
        ask(table_of(rows))


def test_odds_ratios_without_any_scatter_are_refused():
    rows = [(2 * k, k, k, 2 * k) for k in range(1, 11)]
    with pytest.raises(FitError, match="exactly on a line"):
        deeks(table_of(rows))


def funnel(higher):
    """Fourteen studies, the small ones more or less accurate than the large ones."""
    rng = np.random.default_rng(3)
    sizes = np.geomspace(20, 2000, 14).round().astype(int)
    logit = 1.5 + (1 if higher else -1) * 6 / np.sqrt(sizes)
    right = rng.binomial(sizes, 1 / (1 + np.exp(-logit)), (2, 14))
    return table_of(np.stack([right[0], sizes - right[1], sizes - right[0], right[1]], axis=1))


@pytest.mark.parametrize("higher", [True, False])
def test_the_direction_is_told_as_it_is(higher):
    table = funnel(higher)
    found = deeks(table)
    assert found.asymmetric
    assert (found.slope > 0) == higher
    assert f"report the {'higher' if higher else 'lower'} accuracy" in found.words
    model = small_study_effect(table, draws=1000)
    assert (model.prob_total if higher else 1 - model.prob_total) > 0.99
    assert model.log_bayes_factor > 1
    assert f"small studies are {'more' if higher else 'less'} accurate" in model.words


def test_slopes_of_the_regression_agree_with_maximum_likelihood_in_r(anti_ccp):
    # glmer(cbind(y, n - y) ~ 0 + sens + spec + sens:x + spec:x + (0 + sens + spec | id)) with
    # x = scale(1 / sqrt(ess)); the prior, of standard deviation 1.5, hardly matters.
    found = small_study_effect(anti_ccp)
    for own, estimate, error in (
        (found.sens, 0.0212793, 0.134690),
        (found.spec, -0.1085729, 0.153018),
        (found.total, 0.0212793 - 0.1085729, 0.1625832),
    ):
        assert own.median == pytest.approx(estimate, abs=0.15 * error)
        assert own.sd == pytest.approx(error, rel=0.15)
    assert found.fit.effect_names == ("sens,inverse_root_ess", "spec,inverse_root_ess")
    slopes = found.fit.effects.reshape(-1, 2)
    above = [(slopes[:, 0] > 0).mean(), (slopes[:, 1] > 0).mean(), (slopes.sum(axis=1) > 0).mean()]
    assert [found.prob_sens, found.prob_spec, found.prob_total] == pytest.approx(above)
    assert "not clear" in found.words
    assert found.log_bayes_factor < 0
    assert found.unit == pytest.approx((1 / np.sqrt(deeks(anti_ccp).ess)).std(ddof=1))


def test_a_fit_hands_over_its_card_seed_and_mark():
    review = metadx.load_dataset("lung-nodule-ai")
    fit = metadx.fit(review, "independent-margins", sens="~ 1", spec="~ 1", draws=1000, seed=5)
    found = small_study_effect(fit, draws=1000)
    assert found.fit.card is fit.card
    assert found.fit.seed == 5
    assert (found.fit.synthetic, found.fit.title) == (True, fit.title)
    assert (found.fit.rho == 0).all()
    assert set(found.fit.table.covariates) == {"inverse_root_ess"}


def test_a_model_without_heterogeneity_is_refused():
    fit = metadx.fit(metadx.load_dataset("telomerase"), "fixed-effect", draws=1000)
    with pytest.raises(FitError, match=r"fixed-effect lets studies differ by chance alone"):
        small_study_effect(fit, draws=1000)


def test_a_slope_that_nothing_else_bears_out_is_a_hint(anti_ccp):
    found = small_study_effect(anti_ccp, draws=1000, prob=0.8)
    assert "80% credible interval" in found.words
    hint = replace(found, prob_total=0.01, elpd_difference=-2.0, log_bayes_factor=-3.0)
    assert "neither the prediction of studies left out nor the Bayes factor favours" in hint.words
    assert "On the whole small studies are" not in hint.words
    borne_out = replace(hint, log_bayes_factor=3.0)
    assert "On the whole small studies are less accurate with probability 99%" in borne_out.words
