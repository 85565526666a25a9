"""`metadx add`: what it tells is what separate fits say, and what it writes is a whole."""

import csv
import json
import subprocess
import sys

import pytest

import metadx
from metadx.cards.load import load_card
from metadx.criticism.surprise import surprise
from metadx.studies.history import history_of

KIM = ["--tp", "31", "--fp", "4", "--fn", "2", "--tn", "39"]
ADD = ["--study", "Kim 2026", *KIM]
TOML = """\
[review]
title = "Five studies"
synthetic = true
[analysis]
sens = "~ site"
prevalence = [0.3]
[columns.site]
kind = "categorical"
meaning = "where"
[columns.remark]
kind = "note"
"""
STUDIES = """\
study,tp,fp,fn,tn,site,remark
Li 2001,20,5,4,60,ward,
Kim 2003,15,2,6,40,ward,x
Ho 2005,33,9,3,80,clinic,
Ali 2008,12,1,5,33,clinic,
Roy 2010,40,6,10,90,ward,
"""
MAIN = "import sys; from metadx.cli import main; sys.argv[0] = 'metadx'; main()"


@pytest.fixture
def review(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "studies.csv").write_text(STUDIES)
    (folder / "review.toml").write_text(TOML)
    return folder


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lines_of(history):
    with history.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_the_numbers_are_those_of_separate_fits(cli, small):
    before = metadx.summary(metadx.fit(metadx.load_review(small)))
    was = surprise(metadx.fit(metadx.load_review(small)), tp=31, fp=4, fn=2, tn=39)
    done = cli("add", small, *ADD, "--json")
    assert (done.status, done.err) == (0, "")
    after = metadx.summary(metadx.fit(metadx.load_review(small)))
    told = {change["name"]: change for change in done.json["changes"]}
    for name in ("sens", "spec", "sens_new", "lr_neg", "auc"):
        assert told[name]["before"] == before["groups"][0]["estimands"][name]
        assert told[name]["after"] == after["groups"][0]["estimands"][name]
    for name in ("tau[sens]", "tau[spec]", "rho"):
        old, new = before["parameters"][name], after["parameters"][name]
        assert (told[name]["before"], told[name]["after"]) == (old, new)
        assert told[name]["moved"] == pytest.approx((new["median"] - old["median"]) / old["sd"])
    assert done.json["data"] == {
        "n_studies": [5, 6],
        "sha256": [before["data"]["sha256"], after["data"]["sha256"]],
    }
    assert done.json["surprise"]["p_value"] == pytest.approx(was.p_value)
    assert done.json["surprise"]["sens"]["observed"] == pytest.approx(31 / 33)
    assert done.json["surprise"]["words"] == was.words
    start, added = lines_of(history_of(small))
    sens = [found["groups"][0]["estimands"]["sens"] for found in (before, after)]
    for line, value in zip((start, added), sens, strict=True):
        kept = [float(line[name]) for name in ("sens", "sens_lower", "sens_upper")]
        assert kept == [value["median"], value["lower"], value["upper"]]
    assert float(added["tau_spec"]) == after["parameters"]["tau[spec]"]["median"]


def test_the_answer_in_words(cli, review):
    done = cli("add", review, *ADD, "--set", "site=ward", "--by", "S. Lee", "--source", "table 2")
    assert (done.status, done.err) == (0, "")
    said = " ".join(done.out.split())
    assert said.startswith("*** SIMULATED OR RECONSTRUCTED DATA")
    assert f'"Kim 2026" added to {review}/studies.csv, row 7: tp = 31, fp = 4, fn = 2, tn' in said
    assert "Left empty: remark; --set COLUMN=VALUE fills a column." in said
    for part in ("Is it in line with", "What changed in the answer?", "5 studies 6 studies"):
        assert part in said
    assert "site = clinic: sensitivity, %" in said
    assert "Most moved: " in said or "No figure moved" in said
    assert "every check passed" in said
    assert said.endswith(f"`metadx run {review}` renews its figures and report.")
    assert (review / "studies.csv").read_text() == f"{STUDIES}Kim 2026,31,4,2,39,ward,\n"
    assert lines_of(history_of(review / "studies.csv"))[1]["by"] == "S. Lee"


def test_a_dry_run_tells_the_same_and_writes_nothing(cli, review):
    before = files(review.parent)
    dry = cli("add", review, *ADD, "--set", "site=ward", "--dry-run")
    assert files(review.parent) == before
    wet = cli("add", review, *ADD, "--set", "site=ward")
    assert (dry.status, wet.status) == (0, 0)
    assert dry.out.endswith("\nNothing was written (--dry-run).\n")
    was = " ".join(dry.out.split()).replace("would be added", "added").partition("Nothing was")[0]
    assert was == " ".join(wet.out.split()).partition("History of")[0]


def test_studies_are_added_without_a_fit(cli, review, monkeypatch):
    def never(*_, **__):
        raise AssertionError("a fit was made")

    monkeypatch.setattr("metadx.engines.analysis.fit", never)
    done = cli("add", review, *ADD, "--no-fit", "--json")
    assert done.status == 0
    assert done.json["changes"] == done.json["checks"] == []
    assert done.json["surprise"] is done.json["settings"] is None
    assert done.json["written"]
    quiet = cli("add", review, "--study", "Wu", *KIM, "--no-fit", "--quiet", "--anyway")
    assert (quiet.status, quiet.out, quiet.err) == (0, "", "")
    assert "Wu,31,4,2,39,,\n" in (review / "studies.csv").read_text()


def test_a_missing_covariate_of_the_analysis_is_refused(cli, review):
    before = files(review.parent)
    done = cli("add", review, *ADD)
    assert (done.status, done.out) == (2, "")
    assert "site is missing" in done.err
    assert "Kim 2026" in done.err
    assert files(review.parent) == before


def test_the_new_result_is_written_where_asked(cli, review, monkeypatch):
    calls = []

    def write(target, analysis, found, text, **options):
        calls.append((target, analysis.main.table.study[-1], json.loads(text), options))
        return ("summary.json",)

    monkeypatch.setattr("metadx.report.write.write_result", write)
    done = cli("add", review, *ADD, "--set", "site=ward", "--out", "r")
    ((target, last, found, options),) = calls
    assert (str(target), last, found["data"]["n_studies"]) == ("r", "Kim 2026", 6)
    assert options["review"].table.n_studies == 6
    assert options["command"] == f"metadx run {review}"
    assert done.out.endswith("Written to r: summary.json\n")


REFUSED = {
    "negative": (["--study", "A", *KIM, "--tp", "-3"], 'row 7 ("A"): '),
    "missing": (["--study", "A", *KIM[:-2]], '"A": tn missing; give --tn'),
    "alike": (["--study", "li 2001", *KIM, "--set", "site=ward"], "add it with --anyway"),
    "known": (["--study", "Li 2001", *KIM], '"Li 2001" is there already'),
    "no value": ([*ADD, "--set", "site"], "wanted COLUMN=VALUE"),
    "no name": ([*ADD, "--set", "=ward"], "wanted COLUMN=VALUE"),
    "no column": ([*ADD, "--set", "sites=ward"], 'no column "sites"'),
    "level": ([*ADD, "--set", "site=ward", "--prob", "95"], "--prob 95"),
    "model": ([*ADD, "--set", "site=ward", "--model", "bivariat"], "no model card"),
    "dry and out": ([*ADD, "--dry-run", "--out", "r"], "--out: there is no new result"),
    "empty out": ([*ADD, "--out", ""], "--out is empty"),
    "no study": (KIM, "Missing option '--study'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_usage_is_refused_and_nothing_is_written(cli, review, name):
    options, wanted = REFUSED[name]
    before = files(review.parent)
    done = cli("add", review, *options)
    assert (done.status, done.out) == (2, "")
    assert wanted in " ".join(done.err.replace("│", " ").split())
    assert files(review.parent) == before


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("anti-ccp", "`metadx new my-review --from anti-ccp`"),
        ("ild-agreement", "ild-agreement: is a review of agreement"),
        ("nowhere", "nowhere: there is no such file or folder; `metadx new` makes a review"),
        ("", "PATH is empty"),
    ],
)
def test_a_review_that_takes_no_study_is_refused(cli, path, wanted):
    done = cli("add", path, *ADD)
    assert (done.status, done.out) == (2, "")
    assert wanted in done.err


def test_where_no_engine_answers_nothing_is_written(cli, small, monkeypatch):
    def fails(review, *_, **__):
        raise metadx.FitError("no engine can answer")

    monkeypatch.setattr("metadx.report.extending.analyse", fails)
    before = files(small.parent)
    done = cli("add", small, *ADD)
    assert (done.status, done.out) == (3, "")
    assert "no engine can answer" in done.err
    assert files(small.parent) == before


def test_a_failed_check_is_said_and_the_study_is_added(cli, small, tmp_path):
    strict = tmp_path / "strict.toml"
    text = load_card("bivariate-binomial").text
    strict.write_text(text.replace("ess_min = 400", "ess_min = 99999"), encoding="utf-8")
    done = cli("add", small, *ADD, "--model", strict, "--quiet")
    assert done.status == 1
    assert done.err.startswith("metadx: a check of the fit failed: effective draws")
    assert "Kim 2026" in small.read_text()


def test_an_addition_waits_for_its_turn(small):
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from metadx.studies.replace_file import turn_at\n"
        "with turn_at(Path(sys.argv[1])):\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    print('Kim' in Path(sys.argv[1]).read_text(), flush=True)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, small],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout.readline() == "ready\n"
    adding = subprocess.Popen(
        [sys.executable, "-c", MAIN, "add", small, *ADD, "--no-fit", "--quiet"]
    )
    with pytest.raises(subprocess.TimeoutExpired):
        adding.wait(timeout=1.0)
    out, _ = holder.communicate("go on\n")
    assert out == "False\n"
    assert adding.wait(timeout=30) == 0
    assert "Kim" in small.read_text()
