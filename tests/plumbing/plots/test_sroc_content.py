"""What the summary ROC plot draws, read back from the backend that draws nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadx.estimands.logistic import expit
from metadx.estimands.regions import credible_moments, ellipse, prediction_moments
from metadx.plots.sroc import plot_sroc
from metadx.plots.sroc_legend import nice_sizes


def _drawn(pc, label):
    return pc.viz[label]["sroc"].item()


def _caption(pc):
    return pc.viz["caption"].item()["string"]


def test_circles_stand_at_the_observed_accuracy_with_area_by_size(fit):
    drawn = _drawn(plot_sroc(fit, backend="none"), "studies")
    table = fit.table
    placed = np.array([0, 1, 3, 4, 5])
    assert drawn["function"] == "scatter"
    np.testing.assert_allclose(drawn["x"], (table.tn / (table.tn + table.fp))[placed])
    np.testing.assert_allclose(drawn["y"], (table.tp[placed] / (table.tp + table.fn)[placed]))
    n = (table.tp + table.fp + table.fn + table.tn)[placed]
    np.testing.assert_allclose(drawn["size"] / drawn["size"].max(), n / n.max())
    assert drawn["facecolor"] == "none"


def test_the_other_axis_is_its_complement(fit):
    spec = plot_sroc(fit, backend="none")
    fpr = plot_sroc(fit, axis="fpr", backend="none")
    for label in ("studies", "summary", "credible_region", "prediction_region", "curve"):
        there, here = _drawn(spec, label), _drawn(fpr, label)
        np.testing.assert_allclose(here["x"], 1.0 - there["x"], atol=1e-15)
        np.testing.assert_array_equal(here["y"], there["y"])
    limits = [e["lims"] for e in spec.get_target("sroc", {}) if e["function"] == "xlim"]
    assert limits == [(1.0, 0.0)]
    limits = [e["lims"] for e in fpr.get_target("sroc", {}) if e["function"] == "xlim"]
    assert limits == [(0.0, 1.0)]


def test_the_square_is_the_median_study(fit):
    drawn = _drawn(plot_sroc(fit, backend="none"), "summary")
    sens, spec = np.median(1 / (1 + np.exp(-fit.mu.reshape(-1, 2))), axis=0)
    assert drawn["x"] == pytest.approx(spec, abs=1e-4)
    assert drawn["y"] == pytest.approx(sens, abs=1e-4)


@pytest.mark.parametrize("prob", [0.5, 0.95])
def test_regions_are_the_ellipses_of_the_draws(fit, prob):
    pc = plot_sroc(fit, prob=prob, backend="none")
    mu, tau, rho = fit.mu.reshape(-1, 2), fit.tau.reshape(-1, 2), fit.rho.ravel()
    for label, moments in (
        ("credible_region", credible_moments(mu)),
        ("prediction_region", prediction_moments(mu, tau, rho)),
    ):
        drawn = _drawn(pc, label)
        outline = expit(ellipse(*moments, prob))
        np.testing.assert_allclose(drawn["x"], outline[:, 1])
        np.testing.assert_allclose(drawn["y"], outline[:, 0])
        # On the logit scale the outline is at one Mahalanobis distance, the chi-squared quantile.
        roc = np.stack([drawn["y"], drawn["x"]], axis=1)
        away = np.log(roc / (1 - roc)) - moments[0]
        distance = np.einsum("ij,jk,ik->i", away, np.linalg.inv(moments[1]), away)
        np.testing.assert_allclose(distance, -2 * np.log(1 - prob), rtol=1e-8)


def test_line_styles_tell_the_lines_apart_in_grey(fit):
    pc = plot_sroc(fit, backend="none")
    labels = ("curve", "credible_region", "prediction_region")
    assert len({_drawn(pc, label)["linestyle"] for label in labels}) == 3


def test_the_curve_is_the_median_of_the_draws_over_the_observed_rates(fit):
    pc = plot_sroc(fit, axis="fpr", backend="none")
    line, band = _drawn(pc, "curve"), _drawn(pc, "curve_band")
    assert line["x"].min() == pytest.approx(1e-3)  # Bombardieri: no false positive
    assert line["x"].max() == pytest.approx(8 / 23)
    assert (np.diff(line["x"]) > 0).all()
    at = 70
    x = line["x"][at]
    mu, tau = fit.mu.reshape(-1, 2), fit.tau.reshape(-1, 2)
    slope = tau[:, 0] / tau[:, 1]
    sens = 1 / (1 + np.exp(-(mu[:, 0] + slope * (mu[:, 1] + np.log(x / (1 - x))))))
    low, middle, high = np.quantile(sens, [0.025, 0.5, 0.975])
    assert line["y"][at] == pytest.approx(middle)
    assert band["y_bottom"][at] == pytest.approx(low)
    assert band["y_top"][at] == pytest.approx(high)


def test_what_was_not_wanted_is_not_drawn(fit):
    pc = plot_sroc(fit, regions=False, curve=False, backend="none")
    assert set(pc.viz.children) & {"credible_region", "prediction_region", "curve"} == set()
    assert "studies" in pc.viz.children


def test_draws_without_any_spread_have_no_curve(make):
    fit = make.review()
    assert "curve" not in plot_sroc(replace(fit, tau=0 * fit.tau), backend="none").viz.children


def test_an_existing_collection_is_drawn_on_without_ornaments(make, fit):
    first = plot_sroc(fit, backend="none")
    before = len(first.get_target("sroc", {}))
    again = plot_sroc(make.review(seed=2), backend="none", plot_collection=first)
    assert again is first
    added = first.get_target("sroc", {})[before:]
    assert {entry["function"] for entry in added} <= {"line", "scatter", "fill_between_y"}


counts = st.integers(0, 400)
rows = st.tuples(counts, counts, counts, counts).filter(any)


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    studies=st.lists(rows, min_size=2, max_size=100),
    first=st.sampled_from([(0, 3, 0, 9), (4, 0, 7, 0), (0, 1, 2, 0), (5, 5, 5, 5)]),
)
def test_every_study_is_drawn_or_named(make, studies, first):
    table = make.table({f"S{i:03d}": row for i, row in enumerate([first, *studies])})
    pc = plot_sroc(make.fit(table, draws=40), backend="none")
    placed = (table.n_diseased > 0) & (table.n_nondiseased > 0)
    circles = len(_drawn(pc, "studies")["x"]) if placed.any() else 0
    assert circles == placed.sum()
    for name, here in zip(table.study, placed, strict=True):
        assert here or name in _caption(pc)
    for entry in pc.get_target("sroc", {}):
        if "x" in entry:
            assert np.isfinite(entry["x"]).all()
            assert ((entry["x"] >= 0) & (entry["x"] <= 1)).all()


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=50))
def test_the_scale_of_circles_is_round_and_within_reach(sizes):
    numbers = nice_sizes(np.array(sizes))
    assert 1 <= len(numbers) <= 3
    assert list(numbers) == sorted(set(numbers))
    assert numbers[-1] <= max(sizes)
    assert all(str(n).rstrip("0") in {"1", "2", "5"} for n in numbers)
