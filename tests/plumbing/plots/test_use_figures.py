"""Figures about the use of a test: positions equal arithmetic, words are true of any review."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadx.errors import MetadxError
from metadx.plots.decision_curve import plot_decision_curve, threshold_range
from metadx.plots.fagan import plot_fagan
from metadx.plots.fagan_scales import lr_scale, probability_scale
from metadx.plots.figure_text import figure_text
from metadx.plots.likelihood_layout import log_ticks
from metadx.plots.likelihood_scatter import plot_likelihood_scatter, study_ratios
from metadx.plots.panel_page import PAGE
from metadx.plots.predictive_curves import plot_predictive_values
from metadx.plots.use_words import chance_text, ratio_text, share_text
from tests.plumbing.plots.any_fit import any_fit

FIGURES = {
    "fagan": lambda fit, **more: plot_fagan(fit, 0.2, **more),
    "scatter": plot_likelihood_scatter,
    "values": plot_predictive_values,
    "curve": lambda fit, **more: plot_decision_curve(fit, 0.2, **more),
}


def drawn(figure, name):
    return figure.viz[name][PAGE].item()


@pytest.fixture
def exact(make):
    """Sens 0.9 and spec 0.8 in every draw, without spread between studies: LR+ 4.5, LR- 1/8."""
    mu = np.broadcast_to(np.log([9.0, 4.0]), (2, 200, 2))
    return replace(make.review(), mu=mu, tau=np.full(mu.shape, 1e-9), rho=np.zeros((2, 200)))


def logits_of(fit):
    sens, spec = (1 / (1 + np.exp(-fit.mu.reshape(-1, 2)))).T
    return sens, spec


# Fagan


def test_the_line_of_a_nomogram_passes_through_prior_ratio_and_posterior(exact):
    figure = plot_fagan(exact, 0.1, backend="none")
    for result, ratio, odds in (("positive", 4.5, 4.5 / 9), ("negative", 1 / 8, 1 / 72)):
        line = drawn(figure, f"{result}_line")
        assert line["x"][[0, 100, 200]] == pytest.approx([0.0, 0.5, 1.0])
        # Before on a falling scale; half the log of the ratio; the log odds after the test.
        wanted = [-np.log(1 / 9), np.log(ratio) / 2, np.log(odds)]
        assert line["y"][[0, 100, 200]] == pytest.approx(wanted)
    words = figure.viz["positive_words"][PAGE].values[0]["string"]
    assert words == "Positive: LR+ 4.50 (4.50 to 4.50), after 33.3% (33.3% to 33.3%)"


def test_numbers_of_a_nomogram_stand_where_bayes_theorem_puts_them():
    before, after = (probability_scale(6.91, flipped=flipped) for flipped in (True, False))
    ratios = lr_scale(np.log(1000) / 2)
    where = {
        name: dict(zip(scale.labels, scale.heights, strict=True))
        for name, scale in (("before", before), ("ratio", ratios), ("after", after))
    }
    assert set(where["ratio"]) >= {"0.001", "0.1", "1", "10", "1000"}
    assert set(where["before"]) >= {"0.1", "50", "99.9"}
    # From 20 % a ratio of 4 leads to even odds; from 50 % one of 1 leads nowhere.
    for low, ratio, high in (("20", np.log(4) / 2, "50"), ("50", where["ratio"]["1"], "50")):
        middle = (where["before"][low] + where["after"][high]) / 2
        assert middle == pytest.approx(ratio)
    assert where["ratio"]["10"] == pytest.approx(np.log(10) / 2)
    assert np.all(np.diff(before.heights) < 0)
    assert np.all(np.diff(after.heights) > 0)


def test_bands_of_a_nomogram_end_at_the_limits_after_the_test(fit):
    figure = plot_fagan(fit, 0.3, backend="none")
    sens, spec = logits_of(fit)
    after = 0.3 * sens / (0.3 * sens + 0.7 * (1 - spec))
    odds = np.log(after / (1 - after))
    band = drawn(figure, "positive_band")
    assert [band["y_bottom"][-1], band["y_top"][-1]] == pytest.approx(
        np.quantile(odds, [0.025, 0.975])
    )
    assert band["y_bottom"][0] == band["y_top"][0] == pytest.approx(np.log(0.7 / 0.3))
    assert "positive_new" not in plot_fagan(fit, 0.3, new=False, backend="none").viz


def test_what_lies_beyond_the_scales_ends_with_them(exact):
    wild = replace(exact, mu=exact.mu * 0 + [20.0, 20.0])
    figure = plot_fagan(wild, 0.5, backend="none")
    reach = np.log(0.99999 / 0.00001)
    band = drawn(figure, "positive_band")
    assert band["y_top"].max() == pytest.approx(reach)
    line = drawn(figure, "positive_line")["y"]
    assert np.isnan(line[-1])
    assert np.nanmax(line) <= reach
    assert ">99.99%" in figure_text(figure).alt


# Likelihood ratios


def test_observed_ratios_by_hand(make):
    # A: 9 of 10 and 2 of 10 positive. B has an empty cell: 5.5 / 11 and 0.5 / 10.
    table = make.table({"A": (9, 2, 1, 8), "B": (5, 0, 5, 9), "C": (0, 3, 0, 4)})
    found = 10 ** study_ratios(table)
    assert found == pytest.approx(np.array([[0.1 / 0.8, 0.9 / 0.2], [0.5 / 0.95, 0.5 / 0.05]]))


def test_the_median_study_and_the_cuts_stand_at_their_ratios(exact):
    figure = plot_likelihood_scatter(exact, lr_neg=0.2, lr_pos=5.0, backend="none")
    point = drawn(figure, "summary")
    assert [point["x"][0], point["y"][0]] == pytest.approx([np.log10(1 / 8), np.log10(4.5)])
    assert drawn(figure, "cut_neg")["x"] == pytest.approx([np.log10(0.2)] * 2)
    assert drawn(figure, "cut_pos")["y"] == pytest.approx([np.log10(5.0)] * 2)
    text = figure_text(figure)
    assert ">99% for LR− below 0.2 and of <1% for LR+ above 5" in text.alt
    # The five studies with both arms; 0.5 is added to all counts of Bombardieri 2004.
    tp, fp = np.array([110, 40, 26, 23.5, 865]), np.array([24, 5, 8, 0.5, 79])
    fn, tn = np.array([86, 58, 15, 7.5, 252]), np.array([215, 227, 15, 39.5, 2218])
    out = (fn / (tp + fn)) / (tn / (tn + fp)) < 0.2
    into = (tp / (tp + fn)) / (fp / (tn + fp)) > 5
    counts = [sum(out & into), sum(into & ~out), sum(out & ~into), sum(~out & ~into)]
    assert "Of 5 studies {} rule out and in, {} in alone, {} out alone and {} neither.".format(
        *counts
    ) in text.alt  # fmt: skip
    assert "No diseased 2004" in text.caption


def test_regions_of_ratios_are_the_regions_of_the_roc_plot(fit):
    from metadx.plots.sroc_layers import sroc_layers

    figure = plot_likelihood_scatter(fit, backend="none")
    sens, spec = sroc_layers(fit).credible.T
    outline = drawn(figure, "credible_region")
    assert outline["x"] == pytest.approx(np.log10((1 - sens) / spec))
    assert outline["y"] == pytest.approx(np.log10(sens / (1 - spec)))
    bare = plot_likelihood_scatter(fit, regions=False, backend="none")
    assert "credible_region" not in bare.viz
    assert "Dashed" not in figure_text(bare).caption


def test_ticks_of_ratios_are_inside_and_not_too_many():
    for low, high in ((-0.3, 0.4), (-1.5, 2.2), (-4.5, 4.5)):
        places, labels = log_ticks(low, high)
        assert 2 <= len(places) <= 9
        assert all(low <= place <= high for place in places)
        assert [float(label) for label in labels] == pytest.approx(10.0 ** np.array(places))


# Predictive values


def test_predictive_values_over_the_prevalence(fit):
    figure = plot_predictive_values(fit, prevalence=[0.25], prob=0.8, backend="none")
    sens, spec = logits_of(fit)
    line = drawn(figure, "ppv_line")
    place = int(np.argmin(np.abs(line["x"] - 0.25)))
    assert line["x"][place] == pytest.approx(0.25)
    ppv = 0.25 * sens / (0.25 * sens + 0.75 * (1 - spec))
    npv = 0.75 * spec / (0.75 * spec + 0.25 * (1 - sens))
    for name, values in (("ppv", ppv), ("npv", npv)):
        band = drawn(figure, f"{name}_median")
        ends = [band["y_bottom"][place], band["y_top"][place]]
        # Type 7 quantiles of a ratio and of the value differ by less than a draw.
        assert ends == pytest.approx(np.quantile(values, [0.1, 0.9]), abs=2e-4)
        assert drawn(figure, f"{name}_line")["y"][place] == pytest.approx(
            np.median(values), abs=2e-4
        )
    assert drawn(figure, "ppv_marks")["x"][0] == 0.25
    shares = drawn(figure, "ppv_studies")["x"][::3]
    assert shares[0] == pytest.approx(196 / 435)
    assert len(shares) == 5
    text = figure_text(figure)
    assert f"at a prevalence of 25% PPV {share_text(float(np.median(ppv)))} (" in text.caption
    assert "80% credible intervals" in text.alt


def test_a_new_study_spreads_more_than_the_median_study(fit):
    figure = plot_predictive_values(fit, backend="none")
    new, median = (drawn(figure, f"npv_{kind}") for kind in ("new", "median"))
    middle = slice(20, 100)
    assert (new["y_bottom"][middle] < median["y_bottom"][middle]).all()
    assert (new["y_top"][middle] > median["y_top"][middle]).all()


# Net benefit


def test_the_decision_curve_by_hand(exact):
    figure = plot_decision_curve(exact, 0.1, upto=0.5, backend="none")
    line, everyone = drawn(figure, "line"), drawn(figure, "all")
    at = line["x"]
    assert line["y"] == pytest.approx(0.09 - 0.18 * at / (1 - at))
    assert everyone["y"] == pytest.approx(0.1 - 0.9 * at / (1 - at))
    assert not drawn(figure, "none")["y"].any()
    # It meets treating all at 1 - NPV = 10/730 and nobody at PPV = 90/270.
    gap = np.interp(10 / 730, at, line["y"] - everyone["y"])
    assert gap == pytest.approx(0.0, abs=1e-4)
    assert np.interp(90 / 270, at, line["y"]) == pytest.approx(0.0, abs=1e-4)
    assert threshold_range(exact.mu.reshape(-1, 2), 0.1, 0.95)[:, 1] == pytest.approx(
        [10 / 730, 90 / 270]
    )
    text = figure_text(figure)
    assert "from a threshold of 1.4% (1.4% to 1.4%)" in text.alt
    assert "up to one of 33.3% (33.3% to 33.3%)" in text.alt


def test_a_test_worse_than_chance_is_said_to_be_of_no_use(exact):
    bad = replace(exact, mu=np.broadcast_to(np.log([0.5, 0.5]), exact.mu.shape))
    text = figure_text(plot_decision_curve(bad, 0.2, backend="none"))
    assert text.alt == "At a prevalence of 20%, testing is the best choice at no threshold."


# All of them


@pytest.mark.parametrize("plot", FIGURES.values(), ids=FIGURES)
def test_a_missing_arm_is_refused_with_what_to_do(plot, make):
    fit = make.fit(make.table({f"S{i}": (0, 2 + i, 0, 20) for i in range(5)}))
    with pytest.raises(MetadxError, match=r"found no study with participants with the target"):
        plot(fit, backend="none")


@pytest.mark.parametrize("wrong", [0.0, 1.0, 10])
def test_a_prevalence_that_is_no_proportion_is_refused(fit, wrong):
    for plot in (plot_fagan, plot_decision_curve):
        with pytest.raises(MetadxError, match="strictly between 0 and 1"):
            plot(fit, wrong, backend="none")
    with pytest.raises(MetadxError, match="strictly between 0 and 1"):
        plot_predictive_values(fit, prevalence=[wrong], backend="none")
    with pytest.raises(MetadxError, match="upto"):
        plot_decision_curve(fit, 0.2, upto=wrong, backend="none")


@settings(max_examples=20, deadline=None)
@given(fit=any_fit(fewest=1), prevalence=st.floats(1e-6, 1 - 1e-6))
def test_any_review_can_be_drawn(fit, prevalence):
    whole = fit.table.n_diseased.any() and fit.table.n_nondiseased.any()
    for plot in (
        lambda: plot_fagan(fit, prevalence, backend="none"),
        lambda: plot_likelihood_scatter(fit, backend="none"),
        lambda: plot_predictive_values(fit, prevalence=[prevalence], backend="none"),
        lambda: plot_decision_curve(fit, prevalence, backend="none"),
    ):
        if not whole:
            with pytest.raises(MetadxError, match="found no study with"):
                plot()
            continue
        text = figure_text(plot())
        assert all((text.title, text.caption, text.alt))
        assert "nan" not in text.caption + text.alt
        assert "inf" not in text.caption + text.alt


@pytest.mark.parametrize("plot", FIGURES.values(), ids=FIGURES)
@pytest.mark.parametrize("width", [None, 3.35])
def test_nothing_is_cut_off_or_covered(plot, fit, width, assert_fits):
    figsize = None if width is None else (width, 3.6)
    marked = replace(fit, synthetic=True)
    figure = plot(marked, figsize=figsize)
    assert_fits(figure.viz["figure"].item())
    assert "synthetic_note" in figure.viz
    assert figure_text(figure).alt.startswith("Simulated or reconstructed data")


def test_numbers_are_never_written_as_certainty():
    assert (share_text(0.0), share_text(1.0)) == ("<0.01%", ">99.99%")
    assert (chance_text(0.0), chance_text(1.0)) == ("<1%", ">99%")
    assert (ratio_text(0.0), ratio_text(1e9)) == ("<0.001", ">9999")


@pytest.mark.parametrize("plot", [plot_fagan, plot_decision_curve])
def test_a_prevalence_that_nobody_stated_is_called_an_illustration(exact, plot):
    words = " (an illustration: none was stated)"
    assert words in figure_text(plot(exact, 0.25, stated=False, backend="none")).caption
    assert words not in figure_text(plot(exact, 0.25, backend="none")).caption
