"""Figures of fits under other links, t effects, or none: the right curve, and true words."""

import numpy as np
import pytest
from scipy import stats

import metadx
from metadx.plots.coefficient_rows import coefficient_rows
from metadx.plots.regression_captions import caption_coefficients
from metadx.plots.sroc_layers import sroc_layers

LAWS = {"bivariate-probit": stats.norm, "bivariate-cloglog": stats.gumbel_l}


def fitted(card):
    review = metadx.load_dataset("telomerase")
    return metadx.fit(review, card, draws=1000, study_effects=False)


def caption(pc):
    return pc.viz["caption"].item()["string"]


@pytest.mark.parametrize("card", LAWS)
def test_the_curve_is_that_of_the_link(card):
    fit = fitted(card)
    layers = sroc_layers(fit)
    m, tau = fit.coefficients.reshape(-1, 2), fit.tau.reshape(-1, 2)
    law, fpr = LAWS[card], layers.curve.fpr
    line = m[:, :1] + tau[:, :1] / tau[:, 1:] * (m[:, 1:] - law.ppf(1 - fpr))
    want = np.quantile(law.cdf(np.minimum(line, 10.0)), [0.025, 0.5, 0.975], axis=0)
    np.testing.assert_allclose(layers.curve.median, want[1], atol=1e-9)
    np.testing.assert_allclose(layers.curve.lower, want[0], atol=1e-9)
    # The region is an ellipse where the effects are normal: its middle is the mean there.
    outline = law.ppf(layers.credible[:-1])
    np.testing.assert_allclose(outline.mean(axis=0), m.mean(axis=0), atol=0.02)
    words = caption(metadx.plot_sroc(fit, backend="none"))
    assert f"normal regions on the {card.removeprefix('bivariate-')} scale" in words
    assert "summary ROC curve" in words
    assert "HSROC" not in words
    assert "logit" not in words.replace("log-log", "")


def test_t_effects_have_their_region_and_their_words():
    fit = fitted("bivariate-t")
    words = caption(metadx.plot_sroc(fit, backend="none"))
    assert "where the study effects have a t law" in words
    assert "normal regions" not in words
    layers, normal = sroc_layers(fit), sroc_layers(fitted("bivariate-binomial"))
    assert np.ptp(layers.prediction, axis=0).prod() > np.ptp(normal.prediction, axis=0).prod()


def test_without_differences_between_studies_there_is_one_region_and_no_curve():
    fit = fitted("fixed-effect")
    pc = metadx.plot_sroc(fit, backend="none")
    assert "credible_region" in pc.viz
    assert not {"prediction_region", "curve"} & set(pc.viz.children)
    words = caption(pc)
    assert "for a new study too" in words
    assert "No curve is drawn, since studies do not differ." in words
    assert "span no range" not in words
    assert "Dotted" not in words


def test_coefficients_under_another_link_are_no_odds_ratios():
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(
        review, "bivariate-probit", sens="~ generation", spec="~ 1", draws=1000, study_effects=False
    )
    rows = coefficient_rows(fit)
    middle = np.median(fit.effects)
    assert rows.median[0] == pytest.approx(middle)
    assert rows.text[0].startswith(f"{middle:.2f} (")
    words = caption_coefficients(fit)
    assert "Differences of sensitivity and of specificity on the probit scale." in words
    assert "odds" not in words.lower()
    pc = metadx.plot_coefficients(fit, backend="none")
    heading = pc.viz["odds_heading"]["coefficients"].values.ravel()[0]["string"]
    assert heading == "Difference (95% CrI)"


def test_groups_of_levels_are_drawn_under_their_link():
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(
        review, "bivariate-cloglog", sens="~ generation", spec="~ generation", draws=1000
    )
    pc = metadx.plot_sroc_groups(fit.groups, fit.table, backend="none")
    words = pc.viz["caption"].item()["string"]
    assert "normal regions on the cloglog scale" in words
    assert "Lines: summary ROC curves" in words
