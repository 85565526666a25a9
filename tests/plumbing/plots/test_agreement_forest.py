"""What the kappa forest plot draws and says."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.engines.agreement.settings import AgreementSettings
from metadx.estimands.agreement import kappa
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.plots.agreement_forest import plot_kappa_forest
from metadx.studies.agreement import AgreementRow, AgreementTable, PrintedKappa
from metadx.studies.agreement_audit import audit_agreement
from tests.plumbing.plots.agreement_stand_in import shipped, stand_in

NAME = "kappa_forest"
# Printed in the article, from the top: first the whole lung, then the lobes.
WHOLE = (0.39, 0.60, 0.70, 0.37, 0.16, 0.51)
PARTS = (0.19, 0.19, 0.43, 0.52, 0.03, 0.05, 0.26, 0.27, 0.06, 0.04)


def _words(pc, label):
    return [entry["string"] for entry in np.atleast_1d(pc.viz[label][NAME].values)]


def _mark(pc, label):
    return pc.viz[label][NAME].item()


def _caption(pc):
    return pc.viz["caption"].item()["string"]


def quadratic_kappa(cells):
    """Cohen's weighted kappa of cells (..., C, C), from its definition."""
    codes = np.arange(cells.shape[-1])
    apart = (codes[:, None] - codes) ** 2
    chance = cells.sum(-1)[..., :, None] * cells.sum(-2)[..., None, :]
    return 1 - (apart * cells).sum((-2, -1)) / (apart * chance).sum((-2, -1))


@pytest.fixture(scope="module")
def ild():
    return shipped("ild-agreement")


def test_printed_kappas_stand_as_printed_and_impossible_ones_are_marked(ild):
    pc = plot_kappa_forest(ild, backend="none")
    np.testing.assert_allclose(_mark(pc, "unused_value")["x"], [0.39, 0.16])
    used = [value for value in (*WHOLE, *PARTS) if value not in {0.39, 0.16}]
    np.testing.assert_allclose(_mark(pc, "reported_value")["x"], used)
    words = _words(pc, "reported_words")
    assert words[0] == "0.39 (0.30 to 0.47) †"
    assert words[1] == "0.60 (0.45 to 0.76)"
    assert [place for place, text in enumerate(words) if "†" in text] == [0, 4]
    low, high, gap = _mark(pc, "reported_interval")["x"].reshape(-1, 3).T
    np.testing.assert_allclose([low[0], high[0]], [0.45, 0.76])
    assert np.isnan(gap).all()
    assert "† and hollow squares: no cross-table with the printed margins" in _caption(pc)
    assert "‡" not in _caption(pc)


def test_rows_stand_in_blocks_by_whole_and_parts(ild):
    pc = plot_kappa_forest(ild, backend="none")
    assert _words(pc, "block") == ["Total", "Parts", "Quadratic kappa at one margin for all"]
    labels = _words(pc, "row_label")
    assert labels[:7] == ["normal lung", "consolidation", "ground-glass", "reticulation",
                          "honeycombing", "emphysema", "consolidation, RLL"]  # fmt: skip
    assert labels[16:] == ["Typical finding", "New finding", "Typical finding, a part",
                           "New finding, a part"]  # fmt: skip
    assert _words(pc, "n_words") == ["107"] * 16


def test_posteriors_are_quantiles_of_the_printed_kind_of_kappa(ild):
    pc = plot_kappa_forest(ild, prob=0.8, backend="none")
    of_cells = quadratic_kappa(ild.cells).reshape(-1, 16)
    coded = ild.kappa_coded.reshape(-1, 16)
    draws = np.where(np.isnan(coded), of_cells, coded)
    low, high, _ = _mark(pc, "posterior_interval")["x"].reshape(-1, 3).T
    np.testing.assert_allclose(low, np.quantile(draws, 0.1, axis=0))
    np.testing.assert_allclose(high, np.quantile(draws, 0.9, axis=0))
    np.testing.assert_allclose(_mark(pc, "posterior_median")["x"], np.median(draws, axis=0))
    aligned = np.median(of_cells[:, 6:], axis=0)  # the lobes have no margins
    np.testing.assert_allclose(_mark(pc, "aligned_median")["x"], aligned)
    assert _words(pc, "posterior_words")[6].startswith(f"{np.median(coded[:, 6]):.2f} (")
    assert _words(pc, "aligned_words")[0].startswith(f"{aligned[0]:.2f} (")
    assert _words(pc, "posterior_heading") == ["Posterior (80% CrI)"]


def test_summaries_are_kappa_at_the_mean_margin(ild):
    pc = plot_kappa_forest(ild, backend="none")
    margins = []
    for row in ild.table.rows[:6]:
        margins += [np.mean(row.margins_a, axis=0), np.mean(row.margins_b, axis=0)]
    shares = np.mean([margin / margin.sum() for margin in margins], axis=0)
    from scipy.stats import norm

    cuts = norm.ppf(np.cumsum(shares)[:-1])
    r = 0.9995 * np.tanh(np.median(ild.hyper["mu"]))
    median = kappa(cell_probabilities(np.array([r]), cuts[None], cuts[None]), "quadratic")[0]
    assert _words(pc, "posterior_words")[16].startswith(f"{median:.2f} (")
    bar = _mark(pc, "new_2")["x"]
    diamond = np.quantile(ild.hyper["mu"], [0.025, 0.975])
    assert bar.min() < diamond[0]
    assert bar.max() - bar.min() > 0.1


def test_kappas_of_lobes_that_were_not_used_are_marked(ild):
    none = np.full_like(ild.kappa_coded, np.nan)
    without = replace(
        ild,
        settings=AgreementSettings(part_kappa=False),
        kappa_coded=none,
        accuracy_factor=none,
    )
    pc = plot_kappa_forest(without, backend="none")
    words = _words(pc, "reported_words")
    assert [place for place, text in enumerate(words) if "‡" in text] == list(range(6, 16))
    assert "‡ and hollow squares: nothing printed can check" in _caption(pc)


def test_kappas_read_as_off_by_one_are_used(ild):
    pc = plot_kappa_forest(
        replace(ild, settings=AgreementSettings(impossible="misaligned")), backend="none"
    )
    assert not any("†" in text for text in _words(pc, "reported_words"))
    assert "off by one category" in _caption(pc)
    assert "unused_value" not in pc.viz


def test_without_a_print_the_kappa_of_the_table_is_shown():
    # Raters A and B of the carcinoma slides: kappa .778564, standard error .040915.
    pc = plot_kappa_forest(shipped("carcinoma-pathologists"), backend="none")
    low, high = _mark(pc, "reported_interval")["x"][:2]
    assert _mark(pc, "reported_value")["x"][0] == pytest.approx(0.778564, abs=1e-6)
    assert (high - low) / 2 / 1.959964 == pytest.approx(0.040915, abs=1e-6)
    assert _words(pc, "reported_heading") == ["Observed (95% CI)"]
    assert "pooled_1" not in pc.viz  # the loadings of readers say nothing of other findings
    assert len(_words(pc, "row_label")) == 21
    assert "kappa of the cross-table with its 95% interval" in _caption(pc)


def test_kappa_has_the_weights_that_the_print_has():
    fit = shipped("multiple-sclerosis")
    pc = plot_kappa_forest(fit, backend="none")
    observed = np.trace(fit.cells, axis1=-2, axis2=-1)
    chance = (fit.cells.sum(-1) * fit.cells.sum(-2)).sum(-1)
    median = np.median(((observed - chance) / (1 - chance)).reshape(-1, 2), axis=0)
    np.testing.assert_allclose(_mark(pc, "posterior_median")["x"], median)
    assert _words(pc, "reported_words") == ["0.208", "0.297"]
    assert _words(pc, "row_label") == ["Winnipeg", "New Orleans", "Typical study", "New study"]
    assert "Kappa, unweighted, of 2 rows." in _caption(pc)


def test_an_interval_from_a_printed_error_and_a_row_without_kappa():
    rows = tuple(
        AgreementRow("", finding, "", "A", "B", 50, np.array([[20, 5], [4, 21]]), kappa=printed)
        for finding, printed in (("x", PrintedKappa(0.64, se=0.11, level=0.9)), ("y", None))
    )
    table = AgreementTable(("no", "yes"), rows)
    pc = plot_kappa_forest(stand_in(table, audit_agreement(table)), backend="none")
    assert _words(pc, "reported_words")[0] == "0.64 (0.46 to 0.82)"  # 0.64 ± 1.645 · 0.11
    assert _words(pc, "reported_words")[1] == "0.64 (0.43 to 0.85)"  # se .1086, 95%
    assert _words(pc, "reported_heading") == ["Printed or observed (CI)"]


def test_every_mark_lies_on_the_axis(ild):
    low = replace(ild, kappa_coded=ild.kappa_coded - 0.9)
    for fit in (ild, low):
        pc = plot_kappa_forest(fit, backend="none")
        panel = pc.get_target(NAME, {"column": "kappa"})
        (ends,) = (entry["lims"] for entry in panel if entry["function"] == "xlim")
        x = np.concatenate([_mark(pc, label)["x"] for label in ("posterior_interval", "aligned_"
                            "interval", "reported_interval", "unused_interval")])  # fmt: skip
        assert ends[0] < min(0.0, np.nanmin(x))
        assert ends[1] > max(1.0, np.nanmax(x))


def test_of_two_categories_kappa_of_a_part_is_the_one_as_coded():
    rows = (
        AgreementRow("", "x", "all", "A", "B", 50, np.array([[20, 5], [4, 21]])),
        AgreementRow("", "x", "left", "A", "B", 50, kappa=PrintedKappa(0.3, lower=0.1, upper=0.5)),
    )
    table = AgreementTable(("no", "yes"), rows, whole="all")
    fit = stand_in(table, audit_agreement(table))
    pc = plot_kappa_forest(fit, backend="none")
    found = _mark(pc, "posterior_median")["x"][1]
    assert found == pytest.approx(np.median(fit.kappa_coded[..., 1]))
    assert _words(pc, "aligned_words")
    assert "Kappa, unweighted, of 2 rows." in _caption(pc)


def test_nothing_is_drawn_of_what_no_row_tells():
    """Kappas of unknown weights without margins: printed, but neither used nor pooled."""
    rows = tuple(
        AgreementRow("", name, "", "A", "B", 50, kappa=PrintedKappa(0.5, lower=0.3, upper=0.7))
        for name in "xy"
    )
    table = AgreementTable(("no", "perhaps", "yes"), rows)
    fit = stand_in(table, audit_agreement(table))
    none = np.full_like(fit.kappa_coded, np.nan)
    pc = plot_kappa_forest(replace(fit, kappa_coded=none, accuracy_factor=none), backend="none")
    assert _words(pc, "posterior_words") == ["–", "–"]
    assert "–: nothing of this row tells its kappa." in _caption(pc)
    assert "Below the line" not in _caption(pc)
