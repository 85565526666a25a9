"""The figures by level and of coefficients as matplotlib draws them: nothing cut off or covered."""

import warnings
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text

from metadx.plots.bubble import plot_bubble
from metadx.plots.coefficients import plot_coefficients
from metadx.plots.forest_groups import plot_forest_groups
from metadx.plots.save import save_figure
from metadx.plots.sroc_groups import plot_sroc_groups
from metadx.plots.style import GREY, SHAPE_AREAS, SMALLEST_TEXT, SYNTHETIC_NOTE, level_look

NAMES = (
    "A population with a name that goes on and on, and on, and on",
    "دراسة القاهرة",
    "Müller & Łukasiewicz $2019$",
    "東京大学医学部附属病院",
    "one",
    "n.r.",
    r"$\nosuch$",
    "no diseased",
)
FORMULAS = {"sens": "~ setting_type*year", "spec": "~ slice_mm"}


def _review(make, levels, **named):
    """Levels of 1 to 4 studies with zero cells; the last level has no diseased participants."""
    rng = np.random.default_rng(levels)
    rows, members = {}, {}
    for number, name in enumerate(NAMES[-levels:]):
        members[name] = []
        for _ in range(1 + (number * 3) % 4):
            counts = np.where(rng.random(4) < 0.2, 0, rng.integers(1, 900, 4))
            counts[0 if counts.sum() == 0 else 3] += 1
            if name == NAMES[-1]:
                counts[[0, 2]] = 0
                counts[3] += 1
            members[name].append(len(rows))
            rows[f"{name} study {len(rows)}"] = counts.tolist()
    rows["Left over 2020"] = (5, 1, 2, 9)
    fit = make.fit(make.table(rows), title="Costs $\\alpha in $ 東京", **named)
    return fit, make.groups(members, covariate=r"kind_of_$\nosuch$")


def _draw(plot, make, **asked):
    if plot in (plot_coefficients, plot_bubble):
        fit = make.regression(**FORMULAS, synthetic=True)
        return plot(fit, *(["year"] if plot is plot_bubble else []), **asked)
    fit, groups = _review(make, 3, synthetic=True)
    if plot is plot_sroc_groups:
        return plot(groups, fit.table, about=fit, **asked)
    return plot(groups, fit, fit.table, **asked)


PLOTS = (plot_sroc_groups, plot_forest_groups, plot_coefficients, plot_bubble)


@pytest.mark.parametrize("levels", range(2, 9))
def test_two_to_eight_levels_fit_on_the_page(make, assert_fits, levels):
    fit, groups = _review(make, levels, synthetic=levels % 2 == 0)
    for pc in (
        plot_sroc_groups(groups, fit.table, about=fit),
        plot_forest_groups(groups, fit, fit.table),
    ):
        assert_fits(pc.viz["figure"].item())


@pytest.mark.parametrize("figsize", [None, (3.35, 2.0), (6.85, 5.0), (12.0, 9.0)])
@pytest.mark.parametrize("plot", PLOTS)
def test_figures_fit_at_any_size_asked_for(make, assert_fits, plot, figsize):
    figure = _draw(plot, make, figsize=figsize).viz["figure"].item()
    seen = assert_fits(figure)
    assert min(text.get_fontsize() for text in seen) >= SMALLEST_TEXT
    if figsize is not None:
        assert (figure.get_size_inches() >= np.array(figsize) - 1e-9).all()


@pytest.mark.parametrize("plot", PLOTS)
def test_synthetic_data_are_marked(make, plot):
    mark = _draw(plot, make).viz["synthetic_note"].item()
    assert mark.get_text().replace("\n", " ") == SYNTHETIC_NOTE


def test_real_data_are_not_marked(make):
    for pc in (
        plot_bubble(make.regression(**FORMULAS), "year"),
        plot_coefficients(make.regression(**FORMULAS)),
    ):
        assert "synthetic_note" not in pc.viz


@pytest.mark.parametrize("plot", PLOTS)
def test_the_style_of_the_caller_is_neither_used_nor_changed(make, plot):
    with mpl.rc_context({"font.size": 23.0, "figure.facecolor": "black"}):
        before = dict(mpl.rcParams)
        figure = _draw(plot, make).viz["figure"].item()
        assert dict(mpl.rcParams) == before
        assert max(text.get_fontsize() for text in figure.findobj(Text)) < 12
        assert figure.get_facecolor() == (1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize("plot", PLOTS)
def test_files_are_the_same_each_time_and_carry_the_caption(make, plot, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = (
            save_figure(_draw(plot, make), tmp_path / name, ["svg"])[0].read_bytes()
            for name in ("a", "b")
        )
    assert first == second
    assert b"not study data" in first


def test_the_legend_names_every_level_with_its_studies(make):
    fit, groups = _review(make, 3)
    figure = plot_sroc_groups(groups, fit.table).viz["figure"].item()
    legend = figure.legends[0]
    assert legend.get_title().get_text() == r"kind of $\nosuch$ (number of studies)"
    assert [text.get_text() for text in legend.get_texts()] == [
        "n.r. (1)",
        r"$\nosuch$ (4)",
        "no diseased (3), not identified",
    ]


def test_the_legend_marks_only_what_is_drawn(make):
    fit, groups = _review(make, 3)
    legend = plot_sroc_groups(groups, fit.table).viz["figure"].item().legends[0]
    *_, drawn, missing = legend.get_texts()
    assert mpl.colors.same_color(missing.get_color(), GREY)
    assert not mpl.colors.same_color(drawn.get_color(), GREY)
    assert legend.legend_handles[2].get_linestyle() == "None"
    assert not mpl.colors.same_color(legend.legend_handles[1].get_color(), GREY)


def test_long_names_in_the_legend_of_a_narrow_figure_are_broken(make, assert_fits):
    fit, _ = _review(make, 3)
    long = "a population that has been described at some length"
    groups = make.groups({long: [0], long[::-1]: [1, 2, 3, 4, 5], "none": [6]})
    pc = plot_sroc_groups(groups, fit.table, figsize=(2.6, 2.0))
    figure = pc.viz["figure"].item()
    assert_fits(figure)
    words = figure.legends[0].get_texts()[1].get_text()
    assert "\n" in words
    assert words.replace("\n", " ").endswith("(5)")


def test_headings_run_over_the_counts_but_not_over_the_panels(make):
    fit = make.fit(make.table({"A": (9, 1, 2, 8), "B": (5, 2, 1, 7)}))
    groups = make.groups({NAMES[0]: [0], "x": [1]}, covariate="a_name_for_a_covariate_that_is_long")
    pc = plot_forest_groups(groups, fit, fit.table)
    figure = pc.viz["figure"].item()
    figure.canvas.draw()
    heading = pc.viz["block"]["forest"].values[0].get_window_extent()
    counts = pc.get_target("forest", {"column": "counts"}).get_window_extent()
    panel = pc.get_target("forest", {"column": "sens"}).get_window_extent()
    assert counts.x0 < heading.x1 < panel.x0


def test_legend_and_studies_wear_the_same_colour_and_shape(make):
    fit, groups = _review(make, 3)
    pc = plot_sroc_groups(groups, fit.table)
    figure = pc.viz["figure"].item()
    for number in range(2):
        colour = mpl.colors.to_rgba(level_look(number)[0])
        studies = pc.viz[f"studies_{number + 1}"]["sroc"].item()
        assert tuple(studies.get_edgecolors()[0]) == pytest.approx(colour)
        line = figure.legends[0].legend_handles[number]
        assert mpl.colors.to_rgba(line.get_color()) == pytest.approx(colour)


def test_legend_circles_have_the_scale_of_the_studies(make):
    fit, groups = _review(make, 4)
    pc = plot_sroc_groups(groups, fit.table)
    legend = pc.viz["figure"].item().legends[-1]
    n = fit.table.n_diseased + fit.table.n_nondiseased
    placed = (fit.table.n_diseased > 0) & (fit.table.n_nondiseased > 0)
    for number, group in enumerate(groups):
        rows = group.studies[placed[group.studies]]
        if not len(rows):
            continue
        marks = pc.viz[f"studies_{number + 1}"]["sroc"].item()
        areas = marks.get_sizes() * SHAPE_AREAS[level_look(number)[1]] / SHAPE_AREAS["circle"]
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            people = int(text.get_text().replace("\N{THIN SPACE}", ""))
            np.testing.assert_allclose(areas / n[rows], handle.get_markersize() ** 2 / people)


def test_all_backgrounds_stay_behind_the_median_studies(make):
    fit, groups = _review(make, 3)
    pc = plot_sroc_groups(groups, fit.table)
    children = pc.get_target("sroc", {}).get_children()
    last = children.index(pc.viz["summary_1"]["sroc"].item())
    assert last > children.index(pc.viz["studies_2"]["sroc"].item())
    assert not pc.viz["studies_2"]["sroc"].item().get_clip_on()


def test_years_are_whole_numbers_on_the_axis(make):
    fit = make.regression(sens="~ year")
    axes = plot_bubble(fit, "year").get_target("bubble", {"margin": "spec"})
    words = [text.get_text() for text in axes.get_xticklabels()]
    assert words
    assert all(word.isdigit() and len(word) == 4 for word in words)
    low, high = axes.get_xlim()
    assert low < 2001
    assert high > 2012
    assert axes.get_xlabel() == "year"
    with_unit = plot_bubble(make.regression(sens="~ slice_mm"), "slice_mm")
    assert with_unit.get_target("bubble", {"margin": "sens"}).get_xlabel() == "slice mm (mm)"


def test_a_margin_without_participants_has_circles_of_the_other_only(make, assert_fits):
    fit = make.regression(sens="~ year")
    table = fit.table
    empty = make.table({name: (0, int(table.fp[i]), 0, int(table.tn[i]) + 1)
                        for i, name in enumerate(table.study)})  # fmt: skip
    empty = replace(empty, covariates=dict(table.covariates), sha256="")
    pc = plot_bubble(replace(fit, table=empty), "year")
    assert "sens_studies" not in pc.viz.children
    assert "spec_studies" in pc.viz.children
    assert "Sensitivity is not identified" in " ".join(pc.viz["caption"].item().get_text().split())
    assert_fits(pc.viz["figure"].item())
