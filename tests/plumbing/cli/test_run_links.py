"""`metadx run` under other links: numbers or null with a reason, in file and terminal."""

import json
from pathlib import Path

import pytest

from metadx.estimands.undefined import LOGIT_ONLY


@pytest.mark.parametrize("link", ["probit", "cloglog"])
def test_a_run_gives_what_is_defined_and_a_reason_for_the_rest(cli, link):
    done = cli("run", "telomerase", "--quick", "--model", f"bivariate-{link}", "--out", "out")
    assert done.status == 0, done.err
    assert f"tau, between-study sd ({link})" in done.out
    assert "median odds ratio (MOR)" not in done.out
    assert "not identified" not in done.out
    found = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
    assert (found["model"]["link"], found["model"]["law"]) == (link, "normal")
    estimands = found["groups"][0]["estimands"]
    empty = {name for name, value in estimands.items() if value is None}
    assert empty == LOGIT_ONLY
    (reason,) = [n["text"] for n in found["notes"] if "mor_sens" in n["about"].split(", ")]
    assert f"on the {link} scale" in reason
    assert not any("falls here" in note["text"] for note in found["notes"])
    assert estimands["auc"]["lower"] < estimands["auc"]["median"] < estimands["auc"]["upper"] < 1
    assert 0 < estimands["region_area_credible"] < estimands["region_area_prediction"] < 1


def test_covariates_are_told_as_differences(cli):
    done = cli(
        "run", "anti-ccp", "--quick", "--model", "bivariate-probit",
        "--sens", "~ generation", "--spec", "~ generation", "--draws", "1000", "--out", "out",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert "Coefficients on the probit scale" in done.out
    assert "Odds ratio" not in done.out
    assert "tau, probit" in done.out
    found = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
    labels = [group["label"] for group in found["groups"]]
    assert labels == ["all", "CCP1", "CCP2"]
    for group in found["groups"]:
        assert group["estimands"]["mor_sens"] is None
    assert {one["estimand"] for one in found["contrasts"]} >= {"sens", "auc", "lr_neg"}


def test_t_effects_have_scales_and_no_shares_of_variance(cli):
    """tau of spec lies past 1.6 here, where the I² of normal effects would be warned of."""
    done = cli("run", "telomerase", "--quick", "--model", "bivariate-t", "--out", "out")
    assert done.status == 0, done.err
    assert "tau, between-study scale (logit)" in done.out
    assert "Jackson, %" not in done.out
    assert "falls here" not in done.out
    found = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
    assert found["model"]["law"] == "t"
    assert found["parameters"]["tau[spec]"]["median"] > 1.6
    assert not any("falls here" in note["text"] for note in found["notes"])
    assert found["groups"][0]["estimands"]["i2_joint"] is None


def test_what_a_model_takes_as_given_is_told_as_such(cli):
    done = cli("run", "telomerase", "--quick", "--model", "fixed-effect", "--out", "out")
    assert done.status == 0, done.err
    (line,) = [line for line in done.out.splitlines() if line.startswith("tau, between")]
    assert line.split("(logit)")[1].split() == ["0,", "by", "the", "model"] * 2
    assert "median odds ratio" not in done.out
    found = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
    (reason,) = [note["text"] for note in found["notes"] if "auc" in note["about"].split(", ")]
    assert reason == "Not defined: this model has no differences between studies."
