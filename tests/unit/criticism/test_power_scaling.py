"""Whether the data or the prior speak, against closed forms and planted cases."""

from statistics import NormalDist

import numpy as np
import pytest

import metadx
from metadx.cards.load import load_card, parse_card
from metadx.criticism.power_scaling import learned_bits, power_scaling, power_words
from metadx.studies.accuracy import AccuracyTable


def fit_of(rows, card="bivariate-binomial"):
    table = AccuracyTable.from_counts([f"S{i}" for i in range(len(rows))], *np.transpose(rows))
    return metadx.fit(table, card, draws=2000, study_effects=False)


def asked(fit):
    return {one.parameter: one for one in power_scaling(fit)}


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.0, 0.5), (0.8, 0.6), (0.0, 0.1)])
def test_bits_are_those_of_two_normal_laws(mean, sd):
    # Kullback-Leibler divergence of N(mean, sd²) from N(0, 1), in bits.
    rng = np.random.default_rng(1)
    found = learned_bits(mean + sd * rng.standard_normal(20_000), rng.standard_normal(20_000))
    exact = (np.log(1 / sd) + (sd**2 + mean**2) / 2 - 0.5) / np.log(2)
    assert found == pytest.approx(exact, abs=0.06)


def test_thirty_seven_studies_speak_for_themselves():
    found = asked(metadx.fit(metadx.load_dataset("anti-ccp"), draws=2000, study_effects=False))
    assert {name: one.verdict for name, one in found.items()} == dict.fromkeys(
        ["mu[sens]", "mu[spec]", "tau[sens]", "tau[spec]", "rho"], "data"
    )
    # Scaling the likelihood scales what the data say: its sensitivity is what remains.
    assert all(one.likelihood > 0.05 > one.prior for one in found.values())
    assert "the data speak" in found["rho"].words


def test_four_studies_say_almost_nothing_about_the_correlation():
    rows = [(30, 4, 6, 50), (22, 9, 7, 61), (41, 6, 12, 48), (18, 3, 5, 39)]
    found = power_scaling(fit_of(rows))
    rho = found[-1]
    assert (rho.parameter, rho.verdict) == ("rho", "prior")
    assert "the prior speaks: 4 studies say almost nothing about it" in rho.words
    assert "tilt of the prediction region" in rho.words
    assert power_words(found, 4).index(rho.words) < power_words(found, 4).index("data speak")


def test_a_clear_correlation_is_learned_from_the_data():
    logit = np.linspace(-2, 2, 12)
    right = np.round(400 / (1 + np.exp(-np.stack([logit, -logit])))).astype(int)
    rows = np.stack([right[0], 400 - right[1], 400 - right[0], right[1]], axis=1)
    rho = asked(fit_of(rows))["rho"]
    assert (rho.verdict, rho.learned > 2) == ("data", True)
    assert rho.posterior[2] < -0.8


def test_a_prior_against_the_data_is_noticed():
    text = load_card("bivariate-binomial").text.replace(
        'prior = { family = "Normal", mean = 0, sd = 3 }',
        'prior = { family = "Normal", mean = 0, sd = 0.2 }',
        1,
    )
    table = metadx.load_dataset("telomerase")
    strong = metadx.fit(table, parse_card(text, "strong.toml"), draws=2000, study_effects=False)
    usual = metadx.fit(table, draws=2000, study_effects=False)
    assert asked(strong)["mu[sens]"].prior > 0.05 > asked(usual)["mu[sens]"].prior
    assert asked(strong)["mu[sens]"].verdict == "both"


def test_limits_are_quantiles_on_the_reported_scale():
    fit = metadx.fit(metadx.load_dataset("telomerase"), "bivariate-probit", draws=2000)
    found = asked(fit)
    sens = metadx.accuracy(fit)["median_study"].sel(margin="sens")
    assert found["mu[sens]"].posterior == pytest.approx(
        sens.quantile([0.025, 0.5, 0.975]), rel=1e-3
    )
    assert found["tau[spec]"].posterior == pytest.approx(
        np.quantile(fit.tau[..., 1], [0.025, 0.5, 0.975])
    )
    sd = fit.card.card.parameters.mu.priors()[1].sd
    limits = [NormalDist().cdf(sd * z) for z in (-1.96, 0, 1.96)]
    assert found["mu[spec]"].prior_alone == pytest.approx(limits, abs=0.02)
    assert found["mu[spec]"].prior_alone[0] < 0.002
    low, middle, high = found["rho"].prior_alone
    assert (low, middle, high) == pytest.approx((-0.95, 0.0, 0.95), abs=0.03)


@pytest.mark.parametrize(
    ("card", "left"),
    [
        ("fixed-effect", ["mu[sens]", "mu[spec]"]),
        ("independent-margins", ["mu[sens]", "mu[spec]", "tau[sens]", "tau[spec]"]),
    ],
)
def test_what_a_model_holds_fixed_is_left_out(card, left):
    fit = metadx.fit(metadx.load_dataset("telomerase"), card, draws=1000)
    assert list(asked(fit)) == left


def test_effects_of_covariates_are_parameters_too():
    fit = metadx.fit(metadx.load_dataset("anti-ccp"), sens="~ generation", draws=2000)
    found = asked(fit)["beta[sens,generation=CCP2]"]
    assert found.verdict == "data"
    # The card states the prior of the difference of two levels: Normal(0, 3).
    assert found.prior_alone == pytest.approx((-5.88, 0.0, 5.88), abs=0.15)
    assert "the effect of generation=CCP2 on sensitivity" in found.words


@pytest.mark.parametrize("rows", [[(3, 1, 2, 4)], [(5, 0, 0, 0), (9, 0, 2, 0)], [(0, 0, 9, 9)] * 2])
def test_odd_tables_are_told_to_rest_on_the_prior(rows):
    fit = fit_of(rows)
    found = asked(fit)
    assert found["rho"].verdict == "prior"
    studies = "1 study" if len(rows) == 1 else "2 studies"
    assert power_words(tuple(found.values()), len(rows)).startswith(f"With {studies} the answer")
    for one in found.values():
        assert np.isfinite([one.prior, one.likelihood, one.learned]).all()
        assert "0.00 to 1.00" not in one.words


def test_an_arm_that_no_study_has_tells_nothing():
    found = asked(fit_of([(30, 0, 6, 0), (12, 0, 1, 0)]))
    for name in ("mu[spec]", "tau[spec]", "rho"):
        assert "2 studies say nothing about it" in found[name].words
    assert "say almost nothing" in found["tau[sens]"].words


def test_few_studies_never_let_the_data_speak_alone():
    rows = [(200, 30, 50, 600), (300, 40, 60, 500), (250, 35, 55, 550)]
    heterogeneous, fixed = fit_of(rows), fit_of(rows, "fixed-effect")
    assert all(one.verdict != "data" for one in power_scaling(heterogeneous))
    # Without heterogeneity 3,000 participants do speak, and nothing says otherwise.
    assert [one.verdict for one in power_scaling(fixed)] == ["data", "data"]
    assert "led by the prior" not in power_words(power_scaling(fixed), 3)


def test_six_studies_do_not_settle_a_correlation():
    fit = metadx.fit(metadx.load_dataset("lung-nodule-ai-published"), sens="~ 1", spec="~ 1")
    found = asked(fit)
    assert found["rho"].learned > 0.5  # enough, with more studies
    assert found["rho"].verdict == "both"


def test_limits_are_told_at_the_level_asked_for_and_judged_at_95():
    fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    wide, narrow = power_scaling(fit), power_scaling(fit, 0.5)
    assert [one.verdict for one in wide] == [one.verdict for one in narrow]
    assert "(50% credible interval" in narrow[0].words
    assert narrow[2].posterior == pytest.approx(np.quantile(fit.tau[..., 0], [0.25, 0.5, 0.75]))
