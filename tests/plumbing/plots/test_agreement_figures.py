"""What the figures of agreement draw and say: tables, cut-points, ranks, bounds and loadings."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from metadx.errors import MetadxError
from metadx.plots.agreement_bounds import plot_agreement_bounds
from metadx.plots.agreement_cuts import plot_cut_points
from metadx.plots.agreement_loadings import plot_reader_loadings
from metadx.plots.agreement_ranks import plot_agreement_ranks
from metadx.plots.agreement_table_panels import count_table_pages
from metadx.plots.agreement_tables import plot_agreement_tables
from metadx.studies.agreement import AgreementRow, AgreementTable
from metadx.studies.agreement_audit import audit_agreement
from tests.plumbing.plots.agreement_stand_in import shipped, stand_in


def _words(pc, label, name):
    return [entry["string"] for entry in np.atleast_1d(pc.viz[label][name].values)]


def _mark(pc, label, name):
    return pc.viz[label][name].item()


def _caption(pc):
    return pc.viz["caption"].item()["string"]


@pytest.fixture(scope="module")
def ild():
    return shipped("ild-agreement")


@pytest.fixture(scope="module")
def carcinoma():
    return shipped("carcinoma-pathologists")


def _cells_written(pc, what, number):
    """All words of one panel, by line and column."""
    found = {}
    for turn in (1, 2):
        label = f"{what}_{number}_{turn}"
        if label in pc.viz:
            for entry in np.atleast_1d(pc.viz[label]["tables"].values):
                place = (round(entry["y"].item()), round(entry["x"].item()))
                found[place] = entry["string"]
    return found


def test_a_table_shows_known_and_expected_counts(ild):
    pc = plot_agreement_tables(ild, backend="none")
    # The only table with the printed margins, kappa and interval of consolidation.
    wanted = {(0, 0): "66", (0, 1): "13", (1, 0): "5", (1, 1): "22", (1, 2): "1"}
    seen = {place: word for place, word in _cells_written(pc, "observed", 2).items() if word != "0"}
    assert seen == wanted
    expected = 107 * ild.cells[:, :, 1].mean((0, 1))
    for (i, j), word in _cells_written(pc, "expected", 2).items():
        assert word == f"{expected[i, j]:.1f}"
    assert "observed_1_1" not in pc.viz  # no table has what was printed of normal lung
    assert "the 6 of 16 rows whose margins or counts are known" in _caption(pc)
    assert "Rows: AI; columns: radiologist." in _caption(pc)
    shades = [entry["color"] for entry in pc.viz["cells_2"]["tables"].values]
    assert shades[0] == min(shades)  # 66 of 107: the darkest
    assert shades[-1] == "#FFFFFF"


def test_tables_come_in_pages(ild, carcinoma):
    assert [count_table_pages(fit) for fit in (ild, carcinoma)] == [1, 2]
    second = plot_agreement_tables(carcinoma, page=2, backend="none")
    assert "rows 13 to 21 of 21." in _caption(second)
    assert "cells_10" not in second.viz
    counts = carcinoma.table.rows[12].counts
    seen = _cells_written(second, "observed", 1)
    assert all(int(word) == counts[place] for place, word in seen.items())
    assert sum(int(word) for word in seen.values()) == 118
    assert "Categories: 1 negative; 2 atypical squamous hyperplasia;" in _caption(second)
    for page in (0, 3):
        with pytest.raises(MetadxError, match=f"no page {page}; wanted is 1 to 2"):
            plot_agreement_tables(carcinoma, page=page)


def test_cut_points_are_normal_quantiles_of_the_margins(ild):
    pc = plot_cut_points(ild, prob=0.9, margins_only=False, backend="none")
    below = np.cumsum(ild.cells.sum(-1), axis=-1)[..., 0].reshape(-1, 16)
    first = np.median(norm.ppf(below[:, 1:]), axis=0)  # nobody gives the lowest to normal lung
    x = _mark(pc, "cut_a_1", "cut_points")["x"]
    np.testing.assert_allclose(x[1:], first, atol=1e-9)
    assert np.isnan(x[0])
    last = _mark(pc, "cut_b_4", "cut_points")["x"]
    assert np.isnan(last[[1, 3, 4, 5]]).all()
    shift = np.tensordot(ild.cells.sum(-1) - ild.cells.sum(-2), np.arange(5), 1).reshape(-1, 16)
    low, middle, high = np.quantile(shift[:, 1], [0.05, 0.5, 0.95]).round(2) + 0.0  # no minus zero
    text = f"{middle:.2f} ({low:.2f} to {high:.2f})".replace("-", "−")
    assert _words(pc, "shift_words", "cut_points")[1] == text
    assert _words(pc, "shift_heading", "cut_points") == ["AI − radiologist, categories"]
    assert "square: from 25-49" in _caption(pc)
    assert "Rows without printed margins: cut-points rest on the prior" in _caption(pc)


def test_cut_points_of_rows_without_margins_are_left_out_unless_asked_for(ild):
    pc = plot_cut_points(ild, backend="none")
    assert len(_words(pc, "row_label", "cut_points")) == 6
    assert "Rows without printed margins are left out." in _caption(pc)
    rows = (AgreementRow("", "x", "", "A", "B", 50),)
    table = AgreementTable(("no", "yes"), rows)
    alone = plot_cut_points(stand_in(table, audit_agreement(table)), backend="none")
    assert _words(alone, "row_label", "cut_points") == ["x"]
    assert "All: cut-points rest on the prior" in _caption(alone)


def test_of_several_readers_each_has_one_row_of_cut_points(carcinoma):
    pc = plot_cut_points(carcinoma, backend="none")
    assert _words(pc, "row_label", "cut_points") == list("ABCDEFG")
    assert "cut_b_1" not in pc.viz
    below = np.cumsum(carcinoma.cells[:, :, 0].sum(-2), axis=-1)[..., 0]  # B, from the pair A and B
    x = _mark(pc, "cut_a_1", "cut_points")["x"]
    assert x[1] == pytest.approx(np.median(norm.ppf(below)))
    assert "prior" not in _caption(pc)


def _certain(fit, order):
    """A fit whose kappas leave no doubt about the order of the whole rows."""
    n = fit.table.n_rows
    z = np.full(fit.z.shape, 0.1)
    cells = np.full(fit.cells.shape, 0.04)
    for place, row in enumerate(order):
        share = 0.15 - 0.02 * place
        cells[:, :, row] = (1 - 5 * share) / 20
        cells[:, :, row, range(5), range(5)] = share
        z[..., row] = 2.0 - 0.3 * place
    assert n >= len(order)
    return replace(fit, z=z, cells=cells)


def test_ranks_are_shares_of_the_draws(ild):
    order = [3, 0, 5, 1, 4, 2]
    pc = plot_agreement_ranks(_certain(ild, order), backend="none")
    names = ["normal lung", "consolidation", "ground-glass", "reticulation", "honeycombing",
             "emphysema"]  # fmt: skip
    assert _words(pc, "row_label", "ranks") == [names[i] for i in order]
    for column in ("raw", "standard"):
        shades = [e["color"] for e in pc.viz[f"cells_{column}"]["ranks"].values]
        darkest = np.array([shade == "#003F73" for shade in shades]).reshape(6, 6)
        np.testing.assert_array_equal(darkest, np.eye(6, dtype=bool))
    written = [w for turn in (1, 2) if f"words_raw_{turn}" in pc.viz
               for w in _words(pc, f"words_raw_{turn}", "ranks")]  # fmt: skip
    assert written == ["100"] * 6


def test_ranks_of_parts_and_of_nothing(ild):
    pc = plot_agreement_ranks(ild, family="parts", backend="none")
    assert len(_words(pc, "row_label", "ranks")) == 10
    assert "of 10 parts by agreement" in _caption(pc)
    total = sum(int(w) for turn in (1, 2) if f"words_raw_{turn}" in pc.viz
                for w in _words(pc, f"words_raw_{turn}", "ranks"))  # fmt: skip
    assert total == pytest.approx(1000, abs=30)
    with pytest.raises(MetadxError, match="found 1 row with a kappa; at least 2"):
        plot_agreement_ranks(shipped("xeromammograms"))
    with pytest.raises(MetadxError, match="found 0 rows about parts of the whole with a kappa"):
        plot_agreement_ranks(shipped("multiple-sclerosis"), family="parts")


def _bars(pc, label):
    entries = np.atleast_1d(pc.viz[label]["bounds"].values)
    middle = [np.mean([*np.atleast_1d(e["y_bottom"]), *np.atleast_1d(e["y_top"])]) for e in entries]
    return {round(float(y), 6): np.asarray(e["x"]) for y, e in zip(middle, entries, strict=True)}


def test_bounds_are_those_of_the_margins_and_of_the_tables_left(ild):
    pc = plot_agreement_bounds(ild, backend="none")
    exact = list(_bars(pc, "margins_exact").values())
    # Consolidation, AI 79/28/0, radiologist 71/35/1: at most 71 + 28 agree. Of the 28 the AI calls
    # higher, all can be among the 71; then 43 of the 79 agree: 79 - 36.
    np.testing.assert_allclose(exact[1], [43 / 107, 99 / 107], atol=1e-6)
    stroke = _mark(pc, "known_exact", "bounds")["x"].reshape(-1, 3)[:, 0]
    wanted = [(66 + 22) / 107, (27 + 45) / 107, (98 + 2) / 107]  # the three unique tables
    np.testing.assert_allclose(stroke, wanted)
    higher = _mark(pc, "known_a_higher", "bounds")["x"].reshape(-1, 3)[:, 0]
    np.testing.assert_allclose(higher, [5 / 107, 17 / 107, 4 / 107])
    assert [w for w in _words(pc, "row_label", "bounds") if "†" in w] == [
        "normal lung †",
        "honeycombing †",
    ]


def test_more_evidence_never_widens_a_bound(ild):
    pc = plot_agreement_bounds(ild, backend="none")
    for column in ("exact", "within1", "a_higher", "b_higher"):
        wide = _bars(pc, f"margins_{column}")
        for evidence in ("kappa", "spearman"):
            narrow = _bars(pc, f"{evidence}_{column}")
            assert set(narrow) <= set(wide)
            for y, (low, high) in narrow.items():
                assert wide[y][0] - 0.007 <= low <= high <= wide[y][1] + 0.007
        # No table has the kappa of normal lung and of honeycombing: rows 0 and 4.
        assert {round(y) for y in _bars(pc, f"kappa_{column}")} == {2}
        assert {round(y) for y in _bars(pc, f"spearman_{column}")} >= {0, 4}


def test_posteriors_stand_beside_the_bounds(ild):
    pc = plot_agreement_bounds(ild, prob=0.5, backend="none")
    exact = np.trace(ild.cells[:, :, :6], axis1=-2, axis2=-1).reshape(-1, 6)
    np.testing.assert_allclose(_mark(pc, "median_exact", "bounds")["x"], np.median(exact, axis=0))
    low = _mark(pc, "posterior_exact", "bounds")["x"].reshape(-1, 3)[:, 0]
    np.testing.assert_allclose(low, np.quantile(exact, 0.25, axis=0))
    above = np.tril(ild.cells[:, :, :6], -1).sum((-2, -1)).reshape(-1, 6)  # AI higher
    found = _mark(pc, "median_a_higher", "bounds")["x"]
    np.testing.assert_allclose(found, np.median(above, axis=0))
    assert "Rows without printed margins are not bounded" in _caption(pc)


def test_nothing_to_bound_and_nothing_to_tabulate():
    rows = (AgreementRow("", "x", "", "A", "B", 50),)
    table = AgreementTable(("no", "yes"), rows)
    fit = stand_in(table, audit_agreement(table))
    for plot in (plot_agreement_bounds, plot_agreement_tables):
        with pytest.raises(MetadxError, match="found no row with the margins of both raters"):
            plot(fit)


def test_loadings_are_those_of_the_readers(ild, carcinoma):
    pc = plot_reader_loadings(carcinoma, prob=0.5, backend="none")
    draws = carcinoma.loadings.reshape(-1, 7)
    np.testing.assert_allclose(_mark(pc, "median", "loadings")["x"], np.median(draws, axis=0))
    low, high, _ = _mark(pc, "interval", "loadings")["x"].reshape(-1, 3).T
    np.testing.assert_allclose(low, np.quantile(draws, 0.25, axis=0))
    np.testing.assert_allclose(high, np.quantile(draws, 0.75, axis=0))
    assert _words(pc, "row_label", "loadings") == list("ABCDEFG")
    with pytest.raises(MetadxError, match="Three or more raters"):
        plot_reader_loadings(ild)
