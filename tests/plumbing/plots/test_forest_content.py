"""What the coupled forest plot draws, read back from the backend that draws nothing."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from metadx.errors import DataError
from metadx.plots.forest import plot_forest
from metadx.plots.forest_layout import COLUMNS
from metadx.plots.forest_rows import row_order
from metadx.plots.intervals import clopper_pearson, wilson
from metadx.plots.labels import shorten
from metadx.studies.cells import tidy


def _drawn(pc, label):
    return pc.viz[label]["forest"].item()


def _words(pc, label):
    return [entry["string"] for entry in np.atleast_1d(pc.viz[label]["forest"].values)]


def _heights(pc, label):
    return [entry["y"].item() for entry in np.atleast_1d(pc.viz[label]["forest"].values)]


def test_rows_are_sorted_by_sens_and_carry_their_own_counts(fit):
    pc = plot_forest(fit, backend="none")
    assert _words(pc, "study_label") == [
        "van Venrooij 2004",  # 865 / 1117 = 0.774
        "Bombardieri 2004",  # 23 / 30 = 0.767
        "Hitchon 2004",  # 26 / 41 = 0.634
        "Bas 2003",  # 110 / 196 = 0.561
        "Ōno 2001",  # 40 / 98 = 0.408
        "No diseased 2004",
        "Pooled (median study)",
        "New study (prediction)",
    ]
    assert _words(pc, "tp") == ["865", "23", "26", "110", "40", "0"]
    assert _words(pc, "fp") == ["79", "0", "8", "24", "5", "3"]
    assert _words(pc, "fn") == ["252", "7", "15", "86", "58", "0"]
    assert _words(pc, "tn") == ["2218", "39", "15", "215", "227", "97"]


def test_every_part_of_a_row_is_at_its_height(fit):
    pc = plot_forest(fit, backend="none")
    y = _heights(pc, "study_label")
    assert y == [0, 1, 2, 3, 4, 5, 6.5, 7.5]
    for label in ("sens_words", "spec_words"):
        assert _heights(pc, label) == y
    for label in ("tp", "fp", "fn", "tn"):
        assert _heights(pc, label) == y[:-2]
    np.testing.assert_array_equal(_drawn(pc, "spec_point")["y"], y[:-2])
    np.testing.assert_array_equal(_drawn(pc, "sens_point")["y"], [*y[:5], np.nan])


@pytest.mark.parametrize(
    ("kind", "limits"), [("clopper-pearson", clopper_pearson), ("wilson", wilson)]
)
def test_marks_are_the_observed_proportions_and_their_intervals(fit, kind, limits):
    pc = plot_forest(fit, sort="table", interval=kind, prob=0.9, backend="none")
    table = fit.table
    for margin, events, n in (
        ("sens", table.tp, table.n_diseased),
        ("spec", table.tn, table.n_nondiseased),
    ):
        share = np.where(n > 0, events / np.maximum(n, 1), np.nan)
        np.testing.assert_allclose(_drawn(pc, f"{margin}_point")["x"], share)
        line = _drawn(pc, f"{margin}_interval")
        lower, upper, gap = line["x"].reshape(-1, 3).T
        expected = limits(events, n, 0.9)
        np.testing.assert_allclose(lower, expected[0])
        np.testing.assert_allclose(upper, expected[1])
        assert np.isnan(gap).all()
        for row, words in enumerate(_words(pc, f"{margin}_words")[:-2]):
            if n[row]:
                assert words == f"{share[row]:.2f} ({lower[row]:.2f} to {upper[row]:.2f})"
            else:
                assert words == "–"


def test_the_last_rows_are_the_median_study_and_a_new_study(fit):
    pc = plot_forest(fit, prob=0.8, backend="none")
    new = fit.new_study_logits()
    for column, margin in enumerate(("sens", "spec")):
        pooled = 1 / (1 + np.exp(-np.quantile(fit.mu[..., column], [0.1, 0.5, 0.9])))
        diamond = _drawn(pc, f"{margin}_pooled")
        np.testing.assert_allclose(diamond["x"], pooled)
        np.testing.assert_allclose(diamond["y_top"] - diamond["y_bottom"], [0, 0.6, 0])
        predicted = 1 / (1 + np.exp(-np.quantile(new[:, column], [0.1, 0.5, 0.9])))
        bar = _drawn(pc, f"{margin}_new")
        assert (bar["x"].min(), bar["x"].max()) == pytest.approx(predicted[[0, 2]])
        np.testing.assert_allclose(_drawn(pc, f"{margin}_new_median")["x"], predicted[1])
        low, middle, high = pooled
        assert _words(pc, f"{margin}_words")[-2] == f"{middle:.2f} ({low:.2f} to {high:.2f})"
        low, middle, high = predicted
        assert _words(pc, f"{margin}_words")[-1] == f"{middle:.2f} ({low:.2f} to {high:.2f})"


def test_marks_stand_in_their_own_column(fit):
    pc = plot_forest(fit, backend="none")
    assert [str(c) for c in pc.viz["plot"].coords["column"].values] == list(COLUMNS)
    for margin in ("sens", "spec"):
        here = pc.get_target("forest", {"column": margin})
        assert any(entry is _drawn(pc, f"{margin}_pooled") for entry in here)
        assert {"function": "xlim", "lims": (0.0, 1.0)} in [
            entry for entry in here if entry["function"] == "xlim"
        ]


def test_orders(fit):
    table = fit.table
    assert list(row_order(table, "table")) == [0, 1, 2, 3, 4, 5]
    assert list(row_order(table, "study")) == [0, 4, 3, 2, 5, 1]
    assert list(row_order(table, "spec")) == [4, 1, 2, 5, 0, 3]


def test_a_margin_that_no_study_informs_has_no_summary(make):
    fit = make.fit(make.table({f"S{i}": (0, 2 + i, 0, 20) for i in range(5)}))
    pc = plot_forest(fit, backend="none")
    assert _words(pc, "sens_words") == ["–"] * 7
    assert "sens_pooled" not in pc.viz.children
    assert "spec_pooled" in pc.viz.children


counts = st.integers(0, 30000)
rows = st.tuples(counts, counts, counts, counts).filter(any)
names = st.text(min_size=1, max_size=90).filter(lambda s: any(c.isalnum() for c in s))


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    studies=st.dictionaries(names.map(tidy), rows, min_size=2, max_size=15),
    sort=st.sampled_from(["sens", "spec", "study", "table"]),
)
def test_every_study_has_a_row(make, studies, sort):
    try:
        table = make.table(studies)
    except DataError:  # labels without a letter or digit to print: not a table
        reject()
    pc = plot_forest(make.fit(table, draws=40), sort=sort, backend="none")
    words = _words(pc, "study_label")
    assert len(words) == table.n_studies + 2
    order = row_order(table, sort)
    assert sorted(order) == list(range(table.n_studies))
    for name, drawn in zip((table.study[i] for i in order), words, strict=False):
        assert len(drawn) <= 40
        if name.isascii():
            assert drawn == shorten(name)
    assert _words(pc, "tp") == [str(table.tp[i]) for i in order]
