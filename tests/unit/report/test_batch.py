import csv
import io
import json
import math
import os
import sys

import pytest

import metadx
from metadx.errors import DataError, MetadxError
from metadx.report.batch import BatchSettings, batch_plan, pool_review
from metadx.report.batch_table import HEADER, batch_csv, check_target, results_of, write_batch
from metadx.report.batch_text import batch_text
from metadx.report.layout import Page
from metadx.report.reviews import find_reviews
from metadx.report.summary import summary
from metadx.resources import data_dir, models_dir
from metadx.runner.plan import Outcome
from metadx.runner.run import run_plan

TABLE = "study,tp,fp,fn,tn\nLi,20,5,4,60\nKim,15,2,6,40\nHo,33,9,3,80\nAli,12,1,5,33\n"
FAST = BatchSettings(draws=400)


@pytest.fixture
def folder(tmp_path):
    """Three reviews and things that are none."""
    where = tmp_path / "reviews"
    for path, text in {
        "b.csv": TABLE,
        "a/review.toml": '[review]\ntitle = "A"\nsynthetic = true\n[analysis]\nseed = 7\n',
        "a/studies.csv": TABLE,
        "a/inner/studies.csv": TABLE,
        "group/deep/c/studies.csv": TABLE,
        "group/summary.csv": TABLE,
        "notes.txt": "x",
        ".hidden/studies.csv": TABLE,
        "~$b.csv": TABLE,
        ".left.csv": TABLE,
    }.items():
        file = where / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return where


def rows(results):
    return list(csv.DictReader(io.StringIO(batch_csv(results))))


def pooled(path, settings=FAST):
    return pool_review("x", str(path), settings)


def test_reviews_are_tables_above_and_folders_at_any_depth(folder):
    assert [found.name for found in find_reviews(folder)] == ["a", "b.csv", "group/deep/c"]
    assert all(found.path.is_absolute() for found in find_reviews(folder))


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("nowhere", "nowhere: there is no such folder"),
        ("b.csv", "b.csv: is a file; wanted a folder"),
        ("a", "is one review; give it to `metadx run`"),
        ("empty", "there is no review in it"),
    ],
)
def test_a_folder_of_no_use_is_refused(folder, path, wanted):
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match=wanted):
        find_reviews(folder / path)


@pytest.mark.parametrize("name", ["telomerase", "anti-ccp"])
def test_it_says_what_a_run_says(name):
    fitted = metadx.fit(metadx.load_dataset(name), draws=1200, seed=5)
    run = summary(fitted, name=name, prob=0.9)
    found = pooled(data_dir() / name, BatchSettings(draws=1200, seed=5, prob=0.9))
    group = run["groups"][0]["estimands"]
    assert found["estimands"] == {k: v for k, v in group.items() if not isinstance(v, list)}
    for part in ("parameters", "data", "checks", "model", "settings", "title", "synthetic"):
        # A batch pools without covariates: it has no formulas and drops nobody.
        same = {k: run[part][k] for k in found[part]} if part in {"settings", "data"} else run[part]
        assert found[part] == same, part
    assert found["engine"] | {"seconds": run["engine"]["seconds"]} == run["engine"]
    assert [note for note in run["notes"] if note in found["notes"]] == found["notes"]


def test_each_review_has_its_own_settings_unless_told(folder):
    own, told = pooled(folder / "a"), pooled(folder / "a", BatchSettings(draws=400, seed=3))
    assert (own["settings"]["seed"], own["synthetic"], own["title"]) == (7, True, "A")
    assert told["settings"]["seed"] == 3
    assert pooled(folder / "b.csv")["settings"] == {"seed": 1, "prob": 0.95, "draws": 400}


def test_a_line_of_the_table_holds_what_was_found(folder):
    one = pooled(folder / "a") | {"review": "a"}
    (row,) = rows([one])
    assert list(row) == list(HEADER)
    expected = {"review": "a", "title": "A", "synthetic": "true", "n_studies": "4", "error": ""}
    assert {name: row[name] for name in expected} == expected
    assert (row["n_diseased"], row["n_nondiseased"], row["draws"]) == ("98", "230", "400")
    assert float(row["pareto_k"]) == one["engine"]["pareto_k"]
    for quantity in ("sens", "spec_new", "lr_pos", "dor", "auc", "mor_sens", "r_jackson_joint"):
        numbers = [float(row[f"{quantity}_{limit}"]) for limit in ("lower", "median", "upper")]
        assert numbers == sorted(numbers)
        assert numbers == [one["estimands"][quantity][k] for k in ("lower", "median", "upper")]
    assert float(row["tau[spec]_upper"]) == one["parameters"]["tau[spec]"]["upper"]
    assert float(row["region_area_credible"]) == one["estimands"]["region_area_credible"]
    assert float(row["i2_higgins_spec"]) == one["estimands"]["i2_higgins_spec"]
    assert (row["passed"] == "true") == one["passed"]


def test_what_is_not_identified_stays_empty(tmp_path):
    table = tmp_path / "sens.csv"
    table.write_text("study,tp,fp,fn,tn\nLi,20,0,4,0\nKim,15,0,6,0\nHo,33,0,3,0\n")
    (row,) = rows([pooled(table)])
    assert row["spec_median"] == row["rho_lower"] == row["region_area_credible"] == ""
    assert row["i2_jackson_joint_median"] == row["i2_higgins_spec"] == ""
    assert 0.7 < float(row["sens_median"]) < 0.95


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (TABLE.replace("20,5", "20,-5"), 'fp = "-5"'),
        ("study,tp,fp,fn,tn\n", "only a header"),
        (b"\0\xff\xfe", "binary"),
    ],
)
def test_a_broken_review_is_a_line_with_its_error(tmp_path, content, wanted):
    table = tmp_path / "x.csv"
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = pooled(table)
    assert wanted in found["error"]
    (row,) = rows([found])
    assert row["error"] == found["error"]
    assert {value for name, value in row.items() if name not in ("review", "error")} == {""}


def test_an_unforeseen_error_is_a_line_too():
    outcomes = [Outcome("a b/c 01ab", error="KeyError: 'x'")]
    assert results_of(outcomes) == ({"review": "a b/c", "error": "KeyError: 'x'"},)


def test_the_card_may_be_given(folder, tmp_path):
    text = (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")
    card = tmp_path / "mine.toml"
    card.write_text(
        text.replace('id = "bivariate-binomial"', 'id = "mine"').replace(
            "ess_min = 400", "ess_min = 1e9"
        ),
        encoding="utf-8",
    )
    found = pooled(folder / "b.csv", BatchSettings(str(card), 400))
    assert (found["model"]["id"], found["passed"]) == ("mine", False)
    assert rows([found])[0]["failed_checks"] == "ess"


@pytest.mark.parametrize(
    "wrong", [{"draws": 10}, {"seed": -1}, {"model": "no-such-card"}], ids=lambda x: next(iter(x))
)
def test_settings_are_refused_before_anything_is_done(folder, wrong):
    with pytest.raises(MetadxError):
        batch_plan(find_reviews(folder), BatchSettings(**wrong))
    with pytest.raises(ValueError, match="prob must lie"):
        batch_plan(find_reviews(folder), BatchSettings(prob=95))


def test_only_a_review_that_changed_is_pooled_again(folder, tmp_path, monkeypatch):
    def plan():
        return batch_plan(find_reviews(folder), FAST)

    first = plan()
    before = run_plan(first, tmp_path / "r", workers=1)
    (folder / "b.csv").write_text(TABLE.replace("20,5", "21,5"))
    second = plan()
    assert second.identity == first.identity
    changed = [new.key for old, new in zip(first.items, second.items, strict=True) if old != new]
    assert [key.partition(" ")[0] for key in changed] == ["b.csv"]
    told = []
    after = run_plan(second, tmp_path / "r", workers=1, say=lambda *x: told.append(x))
    assert told[0] == (2, 3)
    assert [a == b for a, b in zip(after, before, strict=True)] == [True, False, True]
    assert batch_plan(find_reviews(folder), BatchSettings(draws=500)).identity != first.identity


def test_the_files_are_whole_and_can_be_read_back(folder, tmp_path):
    results = [pooled(folder / "a"), {"review": "é", "error": "two\nlines, and a comma"}]
    assert write_batch(tmp_path, results) == ("batch.csv", "batch.jsonl")
    lines = (tmp_path / "batch.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == results
    with (tmp_path / "batch.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert table[1]["error"] == "two\nlines, and a comma"
    assert all(math.isfinite(float(table[0][f"{x}_median"])) for x in ("sens", "rho", "auc"))


def test_the_words_count_and_name():
    results = [
        {"review": "ok", "passed": True},
        *({"review": f"n{i:02}", "passed": False} for i in range(12)),
        {"review": "bad.csv", "error": "bad.csv, row 3: fp is\x1b[31m missing"},
        {"review": "odd", "error": "KeyError: 'x'"},
        {"review": "sim", "passed": True, "synthetic": True},
    ]
    text = batch_text(results, Page())
    words = " ".join(text.split())
    assert "16 reviews: 14 pooled, 1 of them of simulated or reconstructed data" in words
    assert "12 of them with a failed check. Do not report these: - n00 - n01" in words
    assert "- and 2 more: see batch.csv" in words
    assert "2 not pooled: - bad.csv, row 3: fp is [31m missing - odd: KeyError: 'x'" in words
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_card_of_ones_own_is_part_of_its_review(folder):
    card = folder.parent / "mine.toml"
    card.write_text((models_dir() / "bivariate-binomial.toml").read_text())
    (folder / "a" / "review.toml").write_text(
        '[review]\ntitle = "A"\n[analysis]\nmodel = "../../mine.toml"\n'
    )
    before = [found.digest() for found in find_reviews(folder)]
    card.write_text(card.read_text() + "\n")
    after = [found.digest() for found in find_reviews(folder)]
    assert [one != other for one, other in zip(before, after, strict=True)] == [True, False, False]


def test_a_folder_that_cannot_be_looked_into_is_not_passed_over(folder, monkeypatch):
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("group"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(PermissionError, match="group"):
        find_reviews(folder)


def test_a_name_that_is_no_text_is_pooled_and_written(tmp_path):
    name = os.fsdecode(b"\xff\xfename.csv")
    try:
        (tmp_path / name).write_text(TABLE)
    except OSError:  # a disk that takes text alone
        assert sys.platform != "linux"
        return
    plan = batch_plan(find_reviews(tmp_path), FAST)
    results = results_of(run_plan(plan, tmp_path / "out", workers=1))
    write_batch(tmp_path / "out", results)
    text = (tmp_path / "out" / "batch.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["review"] == r"\xff\xfename.csv"
    (line,) = (tmp_path / "out" / "batch.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["review"] == row["review"]


def test_results_never_stand_where_they_spoil_something(folder, tmp_path):
    for target, wanted in (
        (folder, "holds the reviews"),
        (folder / "a" / ".." / "", "holds the reviews"),
        (folder / "a", "is a review; give --out another"),
    ):
        with pytest.raises(DataError, match=wanted):
            check_target(target, folder)
    other = tmp_path / "other"
    check_target(other, folder)
    other.mkdir()
    check_target(other, folder)
    (other / "batch.csv").write_text("batch,weight\n1,20\n")
    with pytest.raises(DataError, match=r"batch.csv: is no table of a batch"):
        check_target(other, folder)
    write_batch(other, ())
    check_target(other, folder)


def test_a_message_of_several_lines_becomes_one():
    error = "a.csv: 2 problems\n  row 2: tp is missing.\n  row 3: fn is missing."
    told = batch_text([{"review": "a.csv", "error": error}], Page())
    assert "- a.csv: 2 problems: row 2: tp is missing. row 3: fn is missing." in told
