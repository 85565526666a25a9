"""Every figure says in words what it shows: a title, a caption, and its finding."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

import metadx
from metadx.plots.agreement_bounds import plot_agreement_bounds
from metadx.plots.agreement_cuts import plot_cut_points
from metadx.plots.agreement_forest import plot_kappa_forest
from metadx.plots.agreement_loadings import plot_reader_loadings
from metadx.plots.agreement_ranks import plot_agreement_ranks
from metadx.plots.agreement_tables import plot_agreement_tables
from metadx.plots.calibration import plot_sbc
from metadx.plots.coverage import plot_coverage
from metadx.plots.figure_text import figure_text
from tests.plumbing.plots.agreement_stand_in import shipped
from tests.plumbing.plots.any_fit import any_fit


def _limits(draws):
    low, mid, high = np.quantile(1 / (1 + np.exp(-draws)), [0.025, 0.5, 0.975])
    return f"{mid:.2f}", f"{low:.2f} to {high:.2f}"


@pytest.mark.parametrize("backend", ["none", "matplotlib"])
def test_the_finding_of_a_summary_roc_plot(fit, backend):
    text = figure_text(metadx.plot_sroc(fit, backend=backend))
    assert text.title == "Summary ROC plot"
    assert text.caption.startswith("A review.")
    for margin, name in enumerate(("sensitivity", "specificity")):
        mid, limits = _limits(fit.mu[..., margin])
        assert f"{name} {mid} (" in text.alt
        assert limits in text.alt
        low, high = _limits(fit.new_study_logits()[:, margin])[1].split(" to ")
        assert f"{name} is expected between {low} and {high}" in text.alt
    assert text.alt.startswith("Median study of 6 studies:")


def test_the_finding_of_a_forest_plot(fit):
    text = figure_text(metadx.plot_forest(fit, backend="none"))
    # 40/98 and 865/1117 are the ends of sensitivity, 15/23 and 39/39 of specificity.
    assert "Observed sensitivity from 0.41 to 0.77 and specificity from 0.65 to 1.00." in text.alt
    assert text.title == "Coupled forest plot"


def test_synthetic_data_are_called_so_before_anything_else(fit):
    for plot in (metadx.plot_sroc, metadx.plot_forest):
        alt = figure_text(plot(replace(fit, synthetic=True), backend="none")).alt
        assert alt.startswith("Simulated or reconstructed data; not study data. ")


def test_a_margin_that_is_not_identified_is_said_to_be_so(make):
    fit = make.fit(make.table({f"S{i}": (0, 2 + i, 0, 20) for i in range(5)}))
    alt = figure_text(metadx.plot_sroc(fit, backend="none")).alt
    assert "sensitivity is not identified" in alt
    assert "nan" not in alt
    assert "sensitivity is expected" not in alt
    forest = figure_text(metadx.plot_forest(fit, backend="none")).alt
    assert forest.startswith("Observed specificity from ")


@settings(max_examples=20, deadline=None)
@given(fit=any_fit(fewest=1))
def test_no_finding_has_a_missing_number(fit):
    for plot in (metadx.plot_sroc, metadx.plot_forest):
        text = figure_text(plot(fit, backend="none"))
        assert "nan" not in text.alt
        assert all((text.title, text.caption, text.alt))


def test_few_levels_are_all_told_and_of_many_the_two_ends(make):
    for count, expected in ((2, "L0"), (6, "6 levels runs from")):
        groups = make.groups({f"L{i}": [i] for i in range(count)})
        table = make.table({f"S{i}": (9 + i, 2 + i, 3, 20) for i in range(6)})
        text = figure_text(metadx.plot_sroc_groups(groups, table, backend="none"))
        assert expected in text.alt
        assert text.title == "Summary ROC plot by setting type"
        ends = [np.median(1 / (1 + np.exp(-g.mu[:, 0]))) for g in groups]
        assert f"{min(ends):.2f}" in text.alt
        assert f"{max(ends):.2f}" in text.alt
        other = figure_text(metadx.plot_forest_groups(groups, make.fit(table), table,
                                                      backend="none"))  # fmt: skip
        assert other.alt.endswith(text.alt)
        assert other.title == "Coupled forest plot by setting type"


def test_coefficients_whose_interval_leaves_out_no_effect_are_named(make):
    fit = make.regression(sens="~ setting_type", spec="~ year")
    clear = fit.coefficients.copy()
    clear[..., 1] += 5.0  # a level of the setting on sensitivity, far from no effect
    text = figure_text(metadx.plot_coefficients(replace(fit, coefficients=clear), backend="none"))
    assert "of 3 coefficients lie on one side of no effect: sensitivity, setting type" in text.alt
    still = figure_text(metadx.plot_coefficients(fit, backend="none"))
    assert still.alt == "No 95% credible interval of 3 coefficients lies on one side of no effect."


def test_a_bubble_plot_tells_both_ends_of_its_line(make):
    fit = make.regression(sens="~ year")
    text = figure_text(metadx.plot_bubble(fit, "year", backend="none"))
    assert text.title == "Sensitivity and specificity against year"
    first, last = (fit.group(kind) for kind in _ends(fit))
    for group, when in ((first, "at year 2001"), (last, "at 2012")):
        mid, limits = _limits(group.mu[:, 0])
        assert f"{mid} ({limits}) {when}" in text.alt
    assert "Specificity does not depend on year in this model." in text.alt


def _ends(fit):
    from metadx.designs.formula import covariate_line

    return covariate_line(fit.table, fit.design, "year", [2001.0, 2012.0], {})


@pytest.mark.parametrize(
    ("plot", "title"),
    [
        (plot_kappa_forest, "Forest plot of kappa"),
        (plot_agreement_tables, "Expected cross-tables"),
        (plot_cut_points, "Cut-points on the latent scale"),
        (plot_agreement_ranks, "Rank probabilities by agreement"),
        (plot_agreement_bounds, "Bounds on agreement without a model"),
    ],
)
@pytest.mark.parametrize("name", ["ild-agreement", "multiple-sclerosis"])
def test_figures_of_agreement_tell_their_finding(plot, title, name):
    fit = shipped(name)
    text = figure_text(plot(fit, backend="none"))
    assert text.title == title
    assert "nan" not in text.alt
    assert text.alt.count(".") > 1
    if plot is plot_agreement_tables and len(fit.table.rows) > 1:
        assert "from 0." in text.alt


def test_the_row_that_is_most_often_first_is_named():
    fit = shipped("multiple-sclerosis")
    figure = plot_agreement_ranks(fit, backend="none")
    names = [one["string"] for one in figure.viz["row_label"]["ranks"].values]
    assert any(f"By kappa as it is {name} is most often first" in figure_text(figure).alt
               for name in names)  # fmt: skip


def test_raters_with_the_weakest_and_the_strongest_loading_are_named():
    fit = shipped("carcinoma-pathologists")
    alt = figure_text(plot_reader_loadings(fit, backend="none")).alt
    medians = np.median(fit.loadings.reshape(-1, fit.loadings.shape[-1]), axis=0)
    names = fit.table.ratings[0].raters
    assert f"from {medians.min():.2f} (" in alt
    assert f") for {names[medians.argmin()]} to {medians.max():.2f} (" in alt


def test_evidence_figures_tell_their_finding():
    group = {"name": "K = 5", "engine": "marginal", "replications": 100}
    record = {"groups": [group | {"ranks": {"rho": [24, 26, 27, 23], "mu[sens]": [97, 1, 1, 1]}}]}
    text = figure_text(plot_sbc(record, backend="none"))
    assert "1 of 2 lines of ranks stay inside the simultaneous 99% bands" in text.alt
    found = {"n": 1000, "covered": 951, "width": 1.33, "bias": -0.02}
    worse = found | {"covered": 900}
    truth = {"name": "small", "studies": 5, "tau": [0.5, 0.5], "rho": -0.4, "sens": 0.85}
    truth |= {"spec": 0.8, "arms": "medium", "law": "normal", "obeys": True}
    method = {"parameters": {"mu[sens]": found, "mu[spec]": worse}, "failed": 0}
    cell = truth | {"replications": 1000, "methods": {"ours": method}}
    text = figure_text(plot_coverage({"cells": [cell]}, backend="none"))
    assert "over 1 truth: ours 90.0% to 95.1%." in text.alt
