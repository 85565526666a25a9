"""`metadx compare`: what it prints and writes, and how it ends."""

import csv
import io
import json

import numpy as np
import pytest

from metadx.cards.load import load_card
from metadx.criticism.bayes_factor import SCALES
from metadx.criticism.compare import compare
from metadx.engines.fit import fit
from metadx.report.compare import comparison_summary
from metadx.report.compare_text import comparison_text
from metadx.report.layout import Page
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset

REVIEW = ("compare", "lung-nodules-dwi-mri", "--missing", "level", "--draws", "1000")
FORMULAS = ("--formula", "~ year", "--formula", "spec ~ field_strength")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The content of compare.json."""
    review = load_dataset("lung-nodules-dwi-mri")
    found = compare(review, ["~ year", "spec ~ field_strength"], missing="level", draws=1000)
    return json.loads(json.dumps(comparison_summary(found, name=review.name), allow_nan=False))


def test_it_prints_every_formula_in_every_table(cli):
    done = cli(*REVIEW, *FORMULAS)
    assert (done.status, done.err) == (0, "")
    for formula in ("~ 1", "~ year", "spec ~ field_strength"):
        assert sum(line.startswith(f"{formula}  ") for line in done.out.splitlines()) == 4
    assert "cannot be told apart" in done.out or "can be told apart" in done.out
    assert "Every study with field_strength = 3 has nation" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert "Written" not in done.out


def test_json_is_the_file_and_nothing_else(cli, told, tmp_path):
    done = cli(*REVIEW, *FORMULAS, "--json", "--out", tmp_path / "deep" / "out")
    assert (done.status, done.err) == (0, "")
    assert done.out == (tmp_path / "deep" / "out" / "compare.json").read_text(encoding="utf-8")
    for one, other in zip(done.json["formulas"], told["formulas"], strict=True):
        one["engine"].pop("seconds"), other["engine"].pop("seconds")
        assert one == other


def test_the_numbers_belong_together(told):
    formulas = told["formulas"]
    assert told["schema"] == "metadx/compare/1"
    assert [one["elpd"] for one in formulas] == sorted((o["elpd"] for o in formulas), reverse=True)
    none = next(one for one in formulas if one["formula"] == "~ 1")
    assert none["bayes_factors"] == []
    assert none["tau_explained"] == {"sens": None, "spec": None}
    assert none["likelihood_ratio"]["chi2"] is none["likelihood_ratio"]["p"] is None
    for one in formulas:
        assert one["difference"] == pytest.approx(one["elpd"] - formulas[0]["elpd"])
        if one is none:
            continue
        own = next(factor for factor in one["bayes_factors"] if factor["scale"] == 1)
        assert own["log"] == pytest.approx(one["log_evidence"] - none["log_evidence"])
        ratio = one["likelihood_ratio"]
        fall = none["likelihood_ratio"]["deviance"] - ratio["deviance"]
        assert ratio["chi2"] == pytest.approx(fall)
        share = 1 - (one["tau"]["spec"] / none["tau"]["spec"]) ** 2
        assert one["tau_explained"]["spec"] == pytest.approx(share)
        assert ratio["df"] == one["parameters"] - none["parameters"]


def test_the_table_for_spreadsheets_holds_the_same(cli, told, tmp_path):
    done = cli(*REVIEW, *FORMULAS, "--out", tmp_path)
    assert done.out.endswith(f"Written to {tmp_path}: compare.csv, compare.json\n")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "compare.csv").read_text())))
    assert [row["formula"] for row in rows] == [one["formula"] for one in told["formulas"]]
    for row, one in zip(rows, told["formulas"], strict=True):
        assert float(row["elpd"]) == one["elpd"]
        assert float(row["tau_spec"]) == one["tau"]["spec"]
        logs = [row[f"log_bf_x{scale:g}"] for scale in SCALES]
        wanted = [str(factor["log"]) for factor in one["bayes_factors"]] or [""] * len(SCALES)
        assert logs == wanted
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix) == [
        "compare.csv",
        "compare.json",
    ]


def test_other_files_of_the_folder_stay(cli, tmp_path):
    (tmp_path / "summary.json").write_text("mine")
    assert cli(*REVIEW, "--formula", "~ year", "--out", tmp_path).status == 0
    assert (tmp_path / "summary.json").read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), 'nothing to compare: give --formula "~ COLUMN"'),
        (("--formula", "~ nothing"), "nothing"),
        (("--formula", "power ~ year"), '"power" stands before a tilde'),
        (("--formula", "~ year", "--draws", "7"), "draws = 7"),
        (("--formula", "~ year", "--missing", "guess"), "missing = 'guess'"),
        (("--formula", "~ year", "--out", ""), "--out is empty"),
        (("--formula", "~ year", "--model", "no-card"), "no model card"),
    ],
)
def test_bad_input_ends_with_2_and_one_message(cli, arguments, message):
    done = cli("compare", "lung-nodules-dwi-mri", *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_missing_covariates_are_named_before_anything_is_fitted(cli):
    done = cli("compare", "lung-nodules-dwi-mri", "--formula", "~ cutoff_adc")
    assert (done.status, done.out) == (2, "")
    assert "cutoff_adc is missing in" in done.err
    assert "Regier 2011" in done.err


def test_a_file_is_no_folder(cli, tmp_path):
    (tmp_path / "taken").write_text("")
    done = cli(*REVIEW, *FORMULAS, "--out", tmp_path / "taken")
    assert (done.status, done.out) == (2, "")
    assert "is a file; give --out a folder" in done.err


def test_a_failed_check_ends_with_1_and_names_the_formulas(cli, tmp_path):
    text = load_card("bivariate-binomial").text
    assert "ess_min = 400" in text
    card = tmp_path / "strict.toml"
    card.write_text(text.replace("ess_min = 400", "ess_min = 99999"), encoding="utf-8")
    done = cli(*REVIEW, "--formula", "~ year", "--model", card)
    assert done.status == 1
    assert "Which formula predicts a new study best?" in done.out
    assert "a check of the fit failed for" in done.err
    assert "~ year" in done.err
    assert "~ 1" in done.err


def test_long_formulas_are_named_once_and_numbered(told):
    long = "sens ~ study_design + blind; spec ~ field_strength + year"
    first = {**told["formulas"][0], "formula": long}
    text = comparison_text({**told, "formulas": [first, *told["formulas"][1:]]}, Page())
    assert text.count(long) == 1
    assert f"[1] {long}" in text.replace("\n    ", " ")
    assert sum(line.startswith("[1]  ") for line in text.splitlines()) == 4
    assert max(map(len, text.splitlines())) <= 80


def test_what_is_not_known_is_a_dash_and_synthetic_data_are_said(told):
    nuts = {
        **told["formulas"][0],
        "log_evidence": None,
        "bayes_factors": [],
        "tau": {"sens": None, "spec": 0.5},
        "tau_explained": {"sens": None, "spec": -0.004},
        "rho": None,
        "likelihood_ratio": {"deviance": 1.0, "chi2": 30.0, "df": 2, "p": 3e-7, "converged": True},
    }
    text = comparison_text({**told, "synthetic": True, "formulas": [nuts]}, Page())
    lines = [line.split() for line in text.splitlines() if line.startswith(nuts["formula"])]
    words = len(nuts["formula"].split())
    assert lines[1][words : words + 2] == ["-", "-"]
    assert lines[1][-3:] == ["none", lines[1][-2], "-"]
    assert "-0 %" not in text
    assert lines[2][words:] == ["-"] * (1 + len(SCALES))
    assert lines[3][-1] == "<0.001"
    assert text.count("NOT STUDY DATA") == 2


def test_each_margin_has_its_own_numbers(told):
    review = load_dataset("lung-nodules-dwi-mri")
    for one in told["formulas"]:
        alone = fit(
            review,
            sens=one["sens"],
            spec=one["spec"],
            missing="level",
            draws=1000,
            study_effects=False,
        )
        medians = np.median(alone.tau.reshape(-1, 2), axis=0)
        assert [one["tau"]["sens"], one["tau"]["spec"]] == pytest.approx(medians)
        assert one["rho"]["median"] == pytest.approx(np.median(alone.rho))


def test_a_margin_that_no_study_observed_has_no_numbers():
    table = AccuracyTable.from_counts(list("ABCD"), [8, 9, 7, 5], [0] * 4, [2, 1, 3, 5], [0] * 4)
    (one,) = comparison_summary(compare(table, ["~ 1"], draws=400))["formulas"]
    assert one["tau"]["sens"] > 0
    assert one["tau"]["spec"] is None
    assert one["rho"] is None
