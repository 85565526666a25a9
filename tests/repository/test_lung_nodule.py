"""The reconstruction of the lung-nodule review: every published fact holds, and none is hidden."""

import csv
import math
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest

import metadx
from metadx.estimands.sroc import auc
from metadx.resources import data_dir
from metadx.studies.cross_checks import findings

NAME = "lung-nodule-ai"
MARK = "reconstructed from published summaries; not study data"
NODES = (1, 15)  # the Laplace approximation, and quadrature
OTHERS = ("setting", "population", "threshold", "rob_patient_selection", "rob_index_test")


def rows():
    """Read the table by hand, apart from the package."""
    with (data_dir() / NAME / "studies.csv").open(newline="", encoding="utf-8") as handle:
        read = list(csv.DictReader(handle))
    return [{k: int(v) if k in {"tp", "fp", "fn", "tn"} else v for k, v in r.items()} for r in read]


def sizes(row):
    return row["tp"] + row["fn"], row["fp"] + row["tn"]


@lru_cache
def estimated(nodes, sens="~ 1", spec="~ 1"):
    return metadx.maximum_likelihood(metadx.load_dataset(NAME), nodes=nodes, sens=sens, spec=spec)


def expit(x):
    return 1 / (1 + np.exp(-x))


# The counts, each as the abstract prints it.


def test_there_are_21_studies_of_7454_nodules():
    assert len(rows()) == 21
    assert sum(sum(sizes(row)) for row in rows()) == 7454


def test_the_extremes_of_prevalence_are_17_of_297_and_214_of_234_and_no_other_study_has_them():
    pairs = [(n1, n1 + n0) for n1, n0 in map(sizes, rows())]
    ordered = sorted(pairs, key=lambda pair: Fraction(*pair))
    assert ordered[0] == (17, 297)
    assert ordered[-1] == (214, 234)
    inside = [Fraction(*pair) for pair in ordered[1:-1]]
    assert all(Fraction(17, 297) < share < Fraction(214, 234) for share in inside)


@pytest.mark.parametrize(
    ("column", "levels"),
    [
        ("population", {"Asian": 17, "non-Asian": 4}),
        ("setting", {"non-screening": 15, "screening": 6}),
        ("architecture", {"2D CNN": 5, "3D CNN": 9, "not reported": 7}),
        ("threshold", {"predefined": 8, "not predefined": 13}),
        ("rob_patient_selection", {"high": 5, "low": 16}),
        ("rob_index_test", {"high": 2, "low": 19}),
    ],
)
def test_studies_at_each_level_are_as_many_as_published(column, levels):
    assert Counter(row[column] for row in rows()) == levels


def test_no_row_can_be_taken_for_a_study_or_is_out_of_the_ordinary():
    assert [row["study"] for row in rows()] == [f"Reconstructed {i:02d}" for i in range(1, 22)]
    for row in rows():
        n1, n0 = sizes(row)
        assert 0.55 <= row["tp"] / n1 <= 0.99
        assert 0.25 <= row["tn"] / n0 <= 0.96


def test_check_states_these_counts_and_finds_nothing():
    review = metadx.load_dataset(NAME)
    stated = {(total.what, total.value, total.column, total.levels) for total in review.totals}
    assert stated == {
        ("studies", 21, None, ()),
        ("participants", 7454, None, ()),
        ("least_prevalence", "17/297", None, ()),
        ("greatest_prevalence", "214/234", None, ()),
        ("studies", 17, "population", ("Asian",)),
        ("studies", 15, "setting", ("non-screening",)),
        ("studies", 14, "architecture", ("2D CNN", "3D CNN")),
        ("studies", 8, "threshold", ("predefined",)),
        ("studies", 5, "rob_patient_selection", ("high",)),
        ("studies", 2, "rob_index_test", ("high",)),
    }
    assert findings(review) == ()
    tp, fp = review.table.tp.copy(), review.table.fp.copy()
    tp[0], fp[1] = tp[0] + 1, fp[1] - 1
    broken = replace(review.table, tp=tp, fp=fp)
    assert [one.about for one in findings(replace(review, table=broken))] == ["least prevalence"]


# The figures, each within its rounding, under maximum likelihood.


@pytest.mark.parametrize("nodes", NODES)
def test_the_pooled_figures_are_met_by_maximum_likelihood(nodes):
    found = estimated(nodes)
    assert found.converged
    assert not found.singular
    sens, spec = expit(found.mu)
    assert 0.875 <= sens < 0.885
    assert 0.745 <= spec < 0.755
    assert 3.545 <= sens / (1 - spec) < 3.555
    assert 0.155 <= (1 - sens) / spec < 0.165
    assert 22.35 <= sens * spec / (1 - sens) / (1 - spec) < 22.45
    assert 0.885 <= auc(found.mu[None], found.tau[None])[0] < 0.895


@pytest.mark.parametrize("nodes", NODES)
def test_specificity_by_architecture_is_met_with_both_p_values(nodes):
    found = estimated(nodes, spec="~ architecture")
    where = {
        name[len("beta[spec,architecture=") : -1]: place
        for place, name in enumerate(found.parameters)
        if name.startswith("beta[")
    }
    assert set(where) == {"2D CNN", "3D CNN"}
    reference = found.mu[1]
    assert 0.575 <= expit(reference) < 0.585
    assert 0.825 <= expit(reference + found.estimates[where["2D CNN"]]) < 0.835
    assert 0.815 <= expit(reference + found.estimates[where["3D CNN"]]) < 0.825
    # The upper tail of chi squared with 2 degrees of freedom is exp(-x / 2).
    ratio = 2 * (found.log_likelihood - estimated(nodes).log_likelihood)
    assert 0.025 <= math.exp(-ratio / 2) < 0.035
    two = sorted(where.values())
    effects = found.estimates[two]
    wald = effects @ np.linalg.solve(found.covariance[np.ix_(two, two)], effects)
    assert 0.015 <= math.exp(-wald / 2) < 0.025


@pytest.mark.parametrize("nodes", NODES)
@pytest.mark.parametrize(
    ("margin", "column"),
    [("sens", "architecture"), *((margin, c) for c in OTHERS for margin in ("sens", "spec"))],
)
def test_nothing_else_goes_with_either_margin(nodes, margin, column):
    found = estimated(nodes, **{margin: f"~ {column}"})
    ratio = max(0.0, 2 * (found.log_likelihood - estimated(nodes).log_likelihood))
    df = len(found.parameters) - 5
    assert df == (2 if column == "architecture" else 1)
    p = math.exp(-ratio / 2) if df == 2 else math.erfc(math.sqrt(ratio / 2))
    assert p > 0.1


@pytest.mark.parametrize(("hits", "misses"), [("tp", "fn"), ("tn", "fp")])
def test_higgins_i2_exceeds_90_per_cent_in_both_arms(hits, misses):
    # No cell is 0, so no correction: logits with variance 1/hits + 1/misses.
    logits = [math.log(row[hits] / row[misses]) for row in rows()]
    weights = [1 / (1 / row[hits] + 1 / row[misses]) for row in rows()]
    mean = sum(w * x for w, x in zip(weights, logits, strict=True)) / sum(weights)
    q = sum(w * (x - mean) ** 2 for w, x in zip(weights, logits, strict=True))
    assert 1 - 20 / q > 0.90


def test_the_default_card_prints_the_published_figures():
    fit = metadx.fit(metadx.load_dataset(NAME), draws=20_000)
    mu, tau = fit.mu.reshape(-1, 2), fit.tau.reshape(-1, 2)
    sens, spec = expit(mu).T
    assert f"{100 * np.median(sens):.0f}" == "88"
    assert f"{100 * np.median(spec):.0f}" == "75"
    assert f"{np.median((1 - sens) / spec):.2f}" == "0.16"
    assert f"{np.median(auc(mu, tau)):.2f}" == "0.89"
    assert abs(np.median(sens / (1 - spec)) - 3.55) < 0.05
    assert abs(np.median(sens * spec / (1 - sens) / (1 - spec)) - 22.4) < 0.5


# The mark.


def test_every_fit_carries_the_mark_to_its_figures_its_file_and_its_summary(tmp_path):
    fit = metadx.fit(metadx.load_dataset(NAME))
    assert (fit.synthetic, fit.synthetic_note) == (True, MARK)
    fit.save(tmp_path / "fit.nc")
    assert metadx.Fit.load(tmp_path / "fit.nc").synthetic_note == MARK
    told = metadx.summary(fit)
    assert (told["synthetic"], told["synthetic_note"]) == (True, MARK)
    for plot in (metadx.plot_sroc, metadx.plot_forest):
        drawn = plot(fit).viz
        assert " ".join(drawn["synthetic_note"].item().get_text().split()) == MARK
        caption = " ".join(drawn["caption"].item().get_text().split())
        assert "Reconstructed from published summaries; not study data." in caption


def test_what_is_assumed_is_listed_and_the_script_stands_beside_the_table():
    review = metadx.load_dataset(NAME)
    doubts = " ".join(review.source.doubts)
    for said in ("2D CNN", "which study is which", "correlation between studies", "Wald"):
        assert said in doubts
    assert sum(doubt.startswith("Assumed: ") for doubt in review.source.doubts) >= 8
    script = (data_dir() / NAME / "prepare.py").read_text(encoding="utf-8")
    assert re.search(r"^SEED = \d+$", script, flags=re.MULTILINE)
    assert "PCG64" in script
    assert "import time" not in script  # it stops by counting, never by the clock


def test_the_real_tables_are_kept_apart():
    real = metadx.load_dataset("lung-nodule-ai-published")
    assert not real.synthetic
    assert real.table.n_studies == 6
    assert not set(real.table.study) & set(metadx.load_dataset(NAME).table.study)
    assert real.source.doubts[0].startswith("A convenience sample")
    # Printed rates of three abstracts, from the counts.
    counts = {
        study: tuple(int(getattr(real.table, cell)[i]) for cell in ("tp", "fp", "fn", "tn"))
        for i, study in enumerate(real.table.study)
    }
    tp, fp, fn, tn = counts["Binzhou 2025"]
    rates = (tp / (tp + fn), tn / (tn + fp), (tp + tn) / (tp + fp + fn + tn))
    assert [round(100 * rate, 2) for rate in rates] == [89.86, 77.78, 87.36]
    tp, fp, fn, tn = counts["PMC10251019 2023"]
    assert [round(100 * x, 2) for x in (fn / (tp + fn), fp / (fp + tn))] == [15.14, 24.77]
    tp, fp, fn, tn = counts["Ren 2025"]
    assert [round(100 * x, 2) for x in (tp / (tp + fn), fp / (fp + tn))] == [75.61, 34.29]
