"""Figures of influence, outliers, predictive checks and the order of the studies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadx.criticism.moved import QUANTITIES, Moved
from metadx.plots.cumulative import plot_cumulative
from metadx.plots.figure_text import figure_text
from metadx.plots.influence import plot_influence
from metadx.plots.leave_one_out_forest import plot_leave_one_out
from metadx.plots.moved_rows import moved_rows
from metadx.plots.outliers import plot_outliers
from metadx.plots.point_labels import place_names
from metadx.plots.predictive_checks import plot_predictive_checks
from tests.plumbing.plots.any_criticism import (
    any_checks,
    any_cumulative,
    any_influence,
    any_outliers,
)
from tests.plumbing.plots.any_fit import any_fit

SEEDS = st.integers(0, 2**32 - 1)
ANY = {"max_examples": 20, "deadline": None}
FEW = {"max_examples": 12, "deadline": None}  # pages of many panels


def said(figure):
    text = figure_text(figure)
    assert text.title
    assert text.alt
    assert "nan" not in f"{text.caption} {text.alt}".split()
    return text


@settings(**FEW)
@given(any_fit(), SEEDS)
def test_the_leave_one_out_forest_of_any_review(fit, seed):
    found = any_influence(fit, seed)
    figure = plot_leave_one_out(fit, found, backend="none")
    said(figure)
    assert len(figure.viz["label"]["moved"].values) == fit.table.n_studies


@settings(**FEW)
@given(any_fit(), SEEDS)
def test_the_cumulative_figure_of_any_review(fit, seed):
    figure = plot_cumulative(fit, any_cumulative(fit, seed), backend="none")
    said(figure)
    assert len(figure.viz["label"]["moved"].values) == fit.table.n_studies


@settings(**ANY)
@given(any_fit(), SEEDS)
def test_the_influence_plot_of_any_review(fit, seed):
    moved, odd = any_influence(fit, seed), any_outliers(fit, seed + 1)
    figure = plot_influence(fit, moved, odd, backend="none")
    said(figure)
    groups = ("ordinary", "ordinary_heavy", "odd", "odd_heavy")
    drawn = sum(
        figure.viz[name]["panel_page"].values.item()["x"].size
        for name in groups
        if name in figure.viz
    )
    assert drawn == (np.isfinite(moved.shift_all) & np.isfinite(odd.p_value)).sum()


@settings(**ANY)
@given(any_fit(), SEEDS)
def test_the_outlier_plot_of_any_review(fit, seed):
    figure = plot_outliers(fit, any_outliers(fit, seed), backend="none")
    said(figure)
    both = (fit.table.n_diseased > 0) & (fit.table.n_nondiseased > 0)
    drawn = sum(
        figure.viz[name]["panel_page"].values.item()["x"].size
        for name in ("in_line", "suspicious", "outlying")
        if name in figure.viz
    )
    assert drawn == both.sum()


@settings(**FEW)
@given(any_fit(), SEEDS)
def test_the_predictive_checks_of_any_review(fit, seed):
    checks = any_checks(fit, seed)
    figure = plot_predictive_checks(fit, checks, backend="none")
    said(figure)
    observed = [name for name in figure.viz if str(name).startswith("observed_")]
    assert len(observed) == len(checks.statistics)


def test_marks_stand_at_the_medians_on_the_right_rows(fit):
    found = any_influence(fit, 3)
    figure = plot_leave_one_out(fit, found, backend="none")
    labels = [entry["string"] for entry in figure.viz["label"]["moved"].values]
    order = found.order
    doubtful = np.array([found.study[i] in found.failed for i in order])
    plain = [found.study[i] for i in order[~doubtful]]
    assert [label for label in labels if not label.endswith("†")] == plain
    for name, scale in (("sens", lambda x: x), ("lr_neg", np.log10)):
        drawn = figure.viz[f"{name}_median"]["moved"].values.item()
        moved = found.quantities[name]
        np.testing.assert_allclose(drawn["x"], scale(moved.median[order][~doubtful]))
        np.testing.assert_array_equal(drawn["y"], np.flatnonzero(~doubtful))
        whole = figure.viz[f"{name}_whole"]["moved"].values.item()
        np.testing.assert_allclose(whole["x"], scale(moved.whole))
    assert np.isfinite(found.quantities["sens"].whole)


def test_the_axis_holds_every_interval_and_a_proportion_stays_one():
    values = Moved(np.array([0.2, np.nan]), np.array([0.5, np.nan]), np.array([0.999, np.nan]),
                   0.6, 0.55, 0.7)  # fmt: skip
    quantities = dict.fromkeys(QUANTITIES, values)
    rows = moved_rows(quantities, ["A", "B"], [1, 0], heading="Study", whole="All",
                      failed=[False, True])  # fmt: skip
    assert rows.label == ("B †", "A")
    sens, _, lr = rows.panels
    assert sens.limits[0] < 0.2
    assert sens.limits[1] == 1.0
    assert lr.limits[0] < np.log10(0.2) < np.log10(0.999) < lr.limits[1]
    nothing = Moved(*np.full((3, 1), np.nan), *[float("nan")] * 3)
    empty = moved_rows(dict.fromkeys(QUANTITIES, nothing), ["A"], [0], heading="", whole="",
                       failed=[False])  # fmt: skip
    assert empty.panels[0].limits == (0, 1)


def test_points_of_the_outlier_plot_are_the_observed_proportions(fit):
    found = any_outliers(fit, 5)
    figure = plot_outliers(fit, found, backend="none")
    table = fit.table
    rows = np.flatnonzero((table.n_diseased > 0) & (table.n_nondiseased > 0))
    wanted = {
        (tn / (tn + fp), tp / (tp + fn))
        for tp, fp, fn, tn in zip(
            *(x[rows].tolist() for x in (table.tp, table.fp, table.fn, table.tn)), strict=True
        )
    }
    drawn = set()
    for name in ("in_line", "suspicious", "outlying"):
        if name in figure.viz:
            entry = figure.viz[name]["panel_page"].values.item()
            drawn |= set(zip(entry["x"].tolist(), entry["y"].tolist(), strict=True))
    assert drawn == wanted


def test_a_feature_stands_where_it_was_observed(fit):
    checks = any_checks(fit, 2)
    figure = plot_predictive_checks(fit, checks, backend="none")
    spread = next(one for one in checks.statistics if one.name == "spread_sens")
    line = figure.viz["observed_Spread of sensitivity"]["panel_page"].values.item()
    assert set(np.asarray(line["x"]).tolist()) == {spread.observed}
    bars = figure.viz["replicated_Spread of sensitivity"]["panel_page"].values.item()
    width = np.diff(np.asarray(bars["x"])[::2])
    inside = np.asarray(bars["y_top"])[::2].sum()
    assert 0.99 <= inside <= 1.0
    assert np.allclose(width, width[0])
    pit = figure.viz["pit_PIT of specificity"]["panel_page"].values.item()
    known = checks.pit[np.isfinite(checks.pit[:, 1]), 1]
    at = 0.5
    y = dict(zip(np.round(pit["x"], 6), pit["y"], strict=True))
    assert y[at] == pytest.approx((known < at).mean() - at)


def test_names_lie_over_nothing():
    rng = np.random.default_rng(1)
    at = rng.uniform(0, [4.0, 3.0], (40, 2))
    texts = [f"Study number {i}" for i in range(40)]
    placed = place_names(at, texts, range(40), 7.0, (4.0, 3.0), across=2.0)
    from metadx.plots.labels import line_height, text_width

    boxes = []
    for one in placed:
        wide = text_width(one.text, 7.0)
        left = one.x if one.side == "left" else one.x - wide
        boxes.append(
            (left, one.y - line_height(7.0) / 2, left + wide, one.y + line_height(7.0) / 2)
        )
    boxes = np.array(boxes)
    assert len(boxes) > 8
    half = line_height(7.0) / 2  # a line may stand out above and below
    assert (boxes[:, :2] >= [0, -half]).all()
    assert (boxes[:, 2:] <= [4.0, 3.0 + half]).all()
    for i, a in enumerate(boxes):
        assert not (a[0] < 2.0 < a[2])
        for b in boxes[:i]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
        for row, (x, y) in enumerate(at):
            if row != placed[i].row:
                assert not (a[0] < x < a[2] and a[1] < y < a[3])


@pytest.mark.parametrize("synthetic", [False, True])
def test_the_finished_figures_hold_all_their_words(make, assert_fits, synthetic):
    fit = make.review(synthetic=synthetic)
    moved, odd = any_influence(fit, 3), any_outliers(fit, 8)
    for figure in (
        plot_leave_one_out(fit, moved),
        plot_cumulative(fit, any_cumulative(fit, 4)),
        plot_influence(fit, moved, odd),
        plot_outliers(fit, odd),
        plot_predictive_checks(fit, any_checks(fit, 1)),
    ):
        texts = [text.get_text() for text in assert_fits(figure.viz["figure"].item())]
        assert any("simulated" in text for text in texts) is synthetic
