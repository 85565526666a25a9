"""`metadx compare --models`: what it prints and writes, and how it ends."""

import json

import pytest

from metadx.criticism.alternatives import MODELS, model_alternatives
from metadx.report.compare_models import models_summary, models_text
from metadx.report.layout import Page
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset

REVIEW = ("compare", "telomerase", "--models", "--draws", "1000")


@pytest.fixture(scope="module")
def told():
    """The content of models.json."""
    found = model_alternatives(load_dataset("telomerase"), draws=1000)
    return json.loads(json.dumps(models_summary(found, name="telomerase"), allow_nan=False))


def test_it_prints_every_model_in_both_tables_and_the_words(cli, told):
    done = cli(*REVIEW)
    assert (done.status, done.err) == (0, "")
    for model in MODELS:
        assert sum(line.startswith(f"{model} ") for line in done.out.splitlines()) >= 2
    assert "".join(told["words"].split()) in "".join(done.out.split())
    assert max(map(len, done.out.splitlines())) <= 80


def test_json_is_the_file_and_nothing_else(cli, told, tmp_path):
    done = cli(*REVIEW, "--json", "--out", tmp_path / "deep")
    assert (done.status, done.err) == (0, "")
    assert done.out == (tmp_path / "deep" / "models.json").read_text(encoding="utf-8")
    for one, other in zip(done.json["models"], told["models"], strict=True):
        one["engine"].pop("seconds"), other["engine"].pop("seconds")
        assert one == other


def test_numbers_belong_together(told):
    assert told["schema"] == "metadx/models/1"
    assert told["reference"] == "bivariate-binomial"
    models = told["models"]
    assert sum(one["weight"] for one in models) == pytest.approx(1)
    for one in models:
        assert one["difference"] == pytest.approx(one["elpd"] - models[0]["elpd"])
    fixed = next(one for one in models if one["id"] == "fixed-effect")
    assert fixed["clearly_worse"]
    assert fixed["estimands"]["auc"] is None
    assert fixed["refitted"]


def test_a_card_of_ones_own_is_the_model_of_the_analysis(cli):
    done = cli(*REVIEW, "--model", "bivariate-binomial-n15", "--json")
    assert done.json["reference"] == "bivariate-binomial-n15"
    assert len(done.json["models"]) == len(MODELS) + 1


def test_formulas_and_models_do_not_go_together(cli):
    done = cli(*REVIEW, "--formula", "~ year")
    assert done.status == 2
    assert "leave --formula out" in done.err


def test_one_study_without_one_arm_can_be_told():
    table = AccuracyTable.from_counts(["Kim 2019"], [30], [0], [6], [0])
    found = model_alternatives(table, ["bivariate-binomial", "fixed-effect"], draws=1000)
    text = models_text(models_summary(found, name="kim"), Page(width=80))
    assert "not identified" in text
    assert "nan" not in text
