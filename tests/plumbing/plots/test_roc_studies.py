"""Figures of every study in ROC space: crosses and joint regions stand where they should."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import beta

from metadx.errors import FitError
from metadx.plots.crosshair import line_widths, plot_crosshair
from metadx.plots.figure_text import figure_text
from metadx.plots.roc_ellipses import plot_roc_ellipses, region_outlines_of
from metadx.plots.study_regions import log_density, study_region
from metadx.studies.accuracy import AccuracyTable
from tests.plumbing.plots.any_fit import any_fit

BOTH = (plot_crosshair, plot_roc_ellipses)


def drawn(figure, name):
    return figure.viz[name]["sroc"].item()


def test_a_cross_spans_the_exact_intervals_of_its_study(fit):
    figure = plot_crosshair(fit, backend="none")
    # van Venrooij 2004 is the largest: 865 of 1117, 2218 of 2297; Clopper-Pearson by scipy.
    one = drawn(figure, "crosses_1")
    sens = beta.ppf([0.025, 0.975], [865, 866], [253, 252])
    spec = beta.ppf([0.025, 0.975], [2218, 2219], [80, 79])
    assert one["x"][:2] == pytest.approx(spec)
    assert one["y"][3:5] == pytest.approx(sens)
    assert one["x"][3] == pytest.approx(2218 / 2297)
    assert one["y"][0] == pytest.approx(865 / 1117)
    assert one["width"] == pytest.approx(1.8)
    # One of the six studies has no diseased participants.
    names = [name for name in figure.viz.children if name.startswith("crosses_")]
    assert sum(len(drawn(figure, name)["x"]) for name in names) == 5 * 6
    assert drawn(plot_crosshair(fit, axis="fpr", backend="none"), "crosses_1")["x"][:2] == (
        pytest.approx(1 - spec)
    )


def test_the_square_of_a_line_width_is_proportional_to_participants():
    widths = line_widths(np.array([10.0, 100.0, 400.0, 1600.0]))
    assert widths[1:] == pytest.approx([1.8 / 4, 1.8 / 2, 1.8])
    assert widths[0] >= 0.3  # a line that is too thin is none


@pytest.mark.parametrize(
    ("right", "wrong"),
    [((40, 70), (10, 30)), ((12, 39), (0, 0)), ((0, 3), (4, 900)), ((1, 1), (0, 1)),
     ((5000, 20), (3, 0))],
)  # fmt: skip
def test_a_region_holds_the_probability_asked_for(right, wrong):
    rng = np.random.default_rng(1)
    shares = rng.beta(np.array(right) + 0.5, np.array(wrong) + 0.5, (200_000, 2))
    shares = np.clip(shares, 1e-300, 1 - 1e-16)
    logits = np.log(shares) - np.log1p(-shares)
    for prob in (0.5, 0.95):
        outline = study_region(np.array(right), np.array(wrong), prob)
        edge = np.log(outline) - np.log1p(-outline)
        heights = [
            sum(log_density(at[:, m], right[m] + 0.5, wrong[m] + 0.5) for m in (0, 1))
            for at in (edge, logits)
        ]
        # The density is one all along the outline, and higher inside.
        assert np.ptp(heights[0]) < 1e-6
        assert (heights[1] > heights[0].mean()).mean() == pytest.approx(prob, abs=0.005)


def test_a_region_is_that_of_its_study_alone():
    table = AccuracyTable.from_counts(["A", "B"], [40, 3], [9, 1], [10, 2], [70, 30])
    other = AccuracyTable.from_counts(["A", "B"], [40, 90], [9, 50], [10, 2], [70, 3])
    first, second = (region_outlines_of(one, 0.95)[0] for one in (table, other))
    assert np.array_equal(first, second)
    assert first[0] == pytest.approx(first[-1])


def test_regions_and_points_are_drawn_in_the_order_of_the_table(fit):
    figure = plot_roc_ellipses(fit, backend="none")
    spec = drawn(figure, "studies")["x"]
    assert spec[0] == pytest.approx(215 / 239)
    outline = study_region(np.array([110, 215]), np.array([86, 24]))
    size = len(outline)
    line = drawn(figure, "regions")
    assert line["x"][:size] == pytest.approx(outline[:, 1])
    assert line["y"][:size] == pytest.approx(outline[:, 0])
    assert np.isnan(line["x"][size])
    assert len(line["x"]) == 5 * (size + 1)


@pytest.mark.parametrize("plot", BOTH)
def test_the_words_tell_the_method_and_who_is_missing(plot, fit):
    text = figure_text(plot(fit, prob=0.9, backend="none"))
    assert "Not shown, for want of one of the two arms: No diseased 2004." in text.caption
    assert "90%" in text.caption
    assert "95%" not in text.caption + text.alt
    wanted = "Clopper–Pearson" if plot is plot_crosshair else "Jeffreys' prior"
    assert wanted in text.caption
    assert "Median study of 6 studies: sensitivity" in text.alt


@pytest.mark.parametrize("plot", BOTH)
def test_few_studies_have_no_region_and_a_missing_arm_no_square(plot, make):
    few = plot(make.fit(make.table({"A": (9, 1, 1, 9), "B": (8, 2, 3, 9)})), backend="none")
    assert "credible_region" not in few.viz
    assert "fewer than 4 studies" in figure_text(few).caption
    none = plot(make.fit(make.table({f"S{i}": (0, 2, 0, 9) for i in range(5)})), backend="none")
    assert "summary" not in none.viz
    assert "sensitivity not identified" in figure_text(none).caption
    assert "Crosses" not in figure_text(none).caption


@settings(max_examples=20, deadline=None)
@given(fit=any_fit(fewest=1))
def test_any_review_can_be_drawn(fit):
    both = int(((fit.table.n_diseased > 0) & (fit.table.n_nondiseased > 0)).sum())
    for plot, start, gaps in zip(BOTH, ("crosses_", "regions"), (4, 2), strict=True):
        figure = plot(fit, backend="none")
        found = [key for key in figure.viz.children if key.startswith(start)]
        lines = [np.array([drawn(figure, key)[axis] for axis in "xy"]) for key in found]
        assert sum(np.isnan(line).sum() for line in lines) == gaps * both
        for values in lines:
            assert ((values >= 0) & (values <= 1) | np.isnan(values)).all()
        text = figure_text(figure)
        assert "nan" not in text.caption + text.alt


@pytest.mark.parametrize("plot", BOTH)
@pytest.mark.parametrize("figsize", [None, (3.35, 3.0), (6.7, 8.0)])
def test_nothing_is_cut_off_or_covered(plot, fit, figsize, assert_fits):
    assert_fits(plot(fit, figsize=figsize).viz["figure"].item())


def test_the_region_is_called_by_the_scale_that_it_is_normal_on():
    import metadx

    table = metadx.load_dataset("telomerase").table
    probit = metadx.fit(table, "bivariate-probit", draws=400)
    logit = metadx.fit(table, draws=400)
    for plot in BOTH:
        for fitted, scale in ((probit, "probit"), (logit, "logit")):
            caption = figure_text(plot(fitted, backend="none")).caption
            assert f"credible region, a normal region on the {scale} scale" in caption


def test_a_fit_with_covariates_is_refused():
    import metadx

    fitted = metadx.fit(metadx.load_dataset("anti-ccp"), sens="~ generation", draws=400)
    for plot in BOTH:
        with pytest.raises(FitError, match="has no single mean"):
            plot(fitted, backend="none")
