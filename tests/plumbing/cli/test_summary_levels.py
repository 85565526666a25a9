"""The contract of summary.json, summary.csv and contrasts.csv with covariates and subgroups."""

import csv
import json
import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from metadx import Fit
from metadx.estimands.group import MARGINS_NEEDED
from metadx.report.tables import CONTRASTS_HEADER
from metadx.resources import data_dir

FORMULA = "~ generation"
PREVALENCE = 0.2
S = ["mean", "sd", "median", "lower", "upper"]
CONTRAST = ["estimand", "covariate", "fit", "a", "b", "difference", "ratio", "prob_a_gt_b"]
RANK = ["estimand", "covariate", "fit", "labels", "mean_rank", "prob_rank"]
SHARED = {"mor_sens", "mor_spec", "hsroc_beta", "hsroc_sigma2_alpha", "hsroc_sigma2_theta"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One run with everything but figures."""
    from metadx.cli import answer

    out = tmp_path_factory.mktemp("levels") / "r"
    arguments = ["run", data_dir() / "anti-ccp", "--sens", FORMULA, "--spec", FORMULA]
    arguments += ["--subgroup", "generation", "--prevalence", PREVALENCE, "--no-figures"]
    arguments += ["--no-report"]
    assert answer([str(part) for part in [*arguments, "--quiet", "--out", out]]) == 0
    return out


@pytest.fixture(scope="module")
def found(folder):
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def fits(folder):
    names = ("fit", "fit-pooled", "fit-generation-ccp1", "fit-generation-ccp2")
    return {name: Fit.load(folder / f"{name}.nc") for name in names}


def limits(draws):
    return np.quantile(draws, [0.5, 0.025, 0.975])


def told(summary):
    return [summary[name] for name in ("median", "lower", "upper")]


def logistic(x):
    return 1 / (1 + np.exp(-x))


def groups_of(found, fit):
    return {group["label"]: group for group in found["groups"] if group.get("fit") == fit}


def test_the_folder_holds_a_file_for_each_fit(folder):
    assert {path.name for path in folder.iterdir()} == {
        *("summary.json", "summary.csv", "contrasts.csv", "fit.nc", "fit-pooled.nc"),
        *("fit-generation-ccp1.nc", "fit-generation-ccp2.nc"),
    }


def test_the_keys_of_groups_contrasts_and_ranks(found):
    assert found["settings"]["subgroup"] == "generation"
    assert (found["settings"]["sens"], found["settings"]["spec"]) == (FORMULA, FORMULA)
    pooled, *others = found["groups"]
    assert list(pooled) == ["label", "at", "n_studies", "estimands", "companion", "parameters"]
    assert (pooled["label"], pooled["at"], pooled["companion"]) == ("all", {}, True)
    keys = ["label", "at", "covariate", "fit", "n_studies", "estimands"]
    assert [list(group) for group in others] == [keys] * 4
    assert [(g["label"], g["fit"], g["n_studies"]) for g in others] == [
        *(("CCP1", "regression", 8), ("CCP2", "regression", 29)),
        *(("CCP1", "subgroup", 8), ("CCP2", "subgroup", 29)),
    ]
    assert all(g["at"] == {"generation": g["label"]} for g in others)
    assert all(list(g["estimands"]) == list(MARGINS_NEEDED) for g in found["groups"])
    for entries, keys in ((found["contrasts"], CONTRAST), (found["ranks"], RANK)):
        for entry in entries:
            assert [key for key in entry if key != "prevalence"] == keys
            assert ("prevalence" in entry) == entry["estimand"].startswith(("ppv", "npv"))


def test_every_pair_is_compared_in_every_estimand_that_can_differ(found):
    compared = {
        fit: [c for c in found["contrasts"] if c["fit"] == fit]
        for fit in ("regression", "subgroup")
    }
    single = {"pauc_range", "region_area_credible", "region_area_prediction"}
    indices = {name for name in MARGINS_NEEDED if name.startswith(("i2_", "r_jackson"))}
    can_differ = set(MARGINS_NEEDED) - single - indices
    for fit, left_out in (("regression", SHARED), ("subgroup", set())):
        names = Counter(c["estimand"] for c in compared[fit])
        assert set(names) == can_differ - left_out
        assert set(names.values()) == {1}
        assert {(c["a"], c["b"], c["covariate"]) for c in compared[fit]} == {
            ("CCP1", "CCP2", "generation")
        }


def test_the_numbers_of_a_level_are_those_of_its_draws(found, fits):
    """By hand: intercept -/+ half the effect, since the two levels are coded -1/2 and +1/2."""
    beta = fits["fit"].coefficients.reshape(-1, 4)
    tau = fits["fit"].tau.reshape(-1, 2)
    sens = {
        level: logistic(beta[:, 0] + sign * beta[:, 1])
        for level, sign in (("CCP1", -0.5), ("CCP2", 0.5))
    }
    spec = {
        level: logistic(beta[:, 2] + sign * beta[:, 3])
        for level, sign in (("CCP1", -0.5), ("CCP2", 0.5))
    }
    for level, group in groups_of(found, "regression").items():
        lr_pos = sens[level] / (1 - spec[level])
        ppv = PREVALENCE / (PREVALENCE + (1 - PREVALENCE) / lr_pos)
        mor = np.exp(np.sqrt(2) * 0.6744897501960817 * tau[:, 1])
        estimands = group["estimands"]
        for summary, draws in (
            *((estimands["sens"], sens[level]), (estimands["spec"], spec[level])),
            *((estimands["lr_pos"], lr_pos), (estimands["ppv"][0], ppv)),
            (estimands["mor_spec"], mor),
        ):
            np.testing.assert_allclose(told(summary), limits(draws), rtol=1e-9)
    c = next(c for c in found["contrasts"] if (c["estimand"], c["fit"]) == ("sens", "regression"))
    np.testing.assert_allclose(
        told(c["difference"]), limits(sens["CCP1"] - sens["CCP2"]), atol=1e-12
    )
    np.testing.assert_allclose(told(c["ratio"]), limits(sens["CCP1"] / sens["CCP2"]), rtol=1e-9)
    assert c["prob_a_gt_b"] == pytest.approx(np.mean(sens["CCP1"] > sens["CCP2"]), abs=1e-12)
    effects = found["parameters"]["beta[sens,generation=CCP2]"]
    np.testing.assert_allclose(told(effects), limits(beta[:, 1]), atol=1e-12)


def test_the_companion_and_the_levels_by_themselves_are_fits_of_their_own(found, fits):
    pooled, regression = fits["fit-pooled"], fits["fit"]
    assert not pooled.design.has_covariates
    assert pooled.table.study == regression.table.study
    mu = pooled.mu.reshape(-1, 2)
    group = found["groups"][0]
    np.testing.assert_allclose(told(group["estimands"]["sens"]), limits(logistic(mu[:, 0])))
    np.testing.assert_allclose(told(group["parameters"]["mu[spec]"]), limits(mu[:, 1]))
    assert told(found["parameters"]["tau[sens]"]) != told(group["parameters"]["tau[sens]"])
    for level in ("CCP1", "CCP2"):
        own = fits[f"fit-generation-{level.casefold()}"]
        assert own.table.n_studies == groups_of(found, "subgroup")[level]["n_studies"]
        for name, draws in (
            (f"tau[spec|generation={level}]", own.tau[..., 1]),
            (f"mu[sens|generation={level}]", own.mu[..., 0]),
            (f"rho[generation={level}]", own.rho),
        ):
            np.testing.assert_allclose(told(found["parameters"][name]), limits(draws), err_msg=name)


def test_what_stays_unexplained_is_measured_on_the_two_fits(found, fits):
    for margin, name in enumerate(("sens", "spec")):
        before, after = (fits[f].tau[..., margin].ravel() for f in ("fit-pooled", "fit"))
        explained = found["explained"][name]
        assert list(explained) == ["tau_without", "tau_with", "share", "prob_smaller"]
        np.testing.assert_allclose(told(explained["tau_without"]), limits(before))
        np.testing.assert_allclose(told(explained["tau_with"]), limits(after))
        share = 1 - (np.median(after) / np.median(before)) ** 2
        assert explained["share"] == pytest.approx(share, abs=1e-12)
        smaller = np.mean(after[:, None] < before[None])
        assert explained["prob_smaller"] == pytest.approx(smaller, abs=1e-3)


def test_ranks_are_probabilities_and_know_which_end_is_good(found):
    for entry in found["ranks"]:
        rows = np.array(entry["prob_rank"])
        np.testing.assert_allclose(rows.sum(axis=0), 1)
        np.testing.assert_allclose(rows.sum(axis=1), 1)
        np.testing.assert_allclose(entry["mean_rank"], rows @ [1, 2])
    best = {
        entry["estimand"]: entry["labels"][int(np.argmin(entry["mean_rank"]))]
        for entry in found["ranks"]
        if entry["fit"] == "regression"
    }
    assert best["sens"] == "CCP2"  # 70 against 48 %
    assert best["lr_neg"] == "CCP2"  # 0.31 against 0.54: the smaller the better
    assert "hsroc_theta" not in best


def test_every_null_has_a_note(found):
    notes = " ".join(note["about"] for note in found["notes"])
    for group in found["groups"][1:]:
        for name, value in group["estimands"].items():
            summaries = value if isinstance(value, list) else [value]
            if value is None or any(isinstance(s, dict) and s["mean"] is None for s in summaries):
                assert name in notes, (group["label"], name)
    about = [note["about"] for note in found["notes"] if note["about"].startswith("contrasts: ")]
    said = {name for text in about for name in text.removeprefix("contrasts: ").split(", ")}
    for c in found["contrasts"]:
        empty = c["ratio"] is None or any(c[k]["mean"] is None for k in ("difference", "ratio"))
        assert not empty or c["estimand"] in said, c["estimand"]
    assert "hsroc_lambda" in said  # it may be negative
    assert "sens" not in said


def test_the_checks_name_their_fit(found):
    names = ["pooled", "regression", "generation = CCP1", "generation = CCP2"]
    assert list(dict.fromkeys(check["fit"] for check in found["checks"])) == names
    assert Counter(check["fit"] for check in found["checks"]) == dict.fromkeys(names, 3)


def test_the_flat_tables_hold_the_same_numbers(folder, found):
    with (folder / "summary.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["group"], row["quantity"]): row for row in csv.DictReader(file)}
    for label, fit in (("CCP1", "regression"), ("CCP1 (by itself)", "subgroup")):
        summary = groups_of(found, fit)["CCP1"]["estimands"]["dor"]
        assert [float(rows[label, "dor"][name]) for name in S] == [summary[name] for name in S]
    name = "tau[sens|generation=CCP2]"
    assert float(rows["parameters", name]["median"]) == found["parameters"][name]["median"]
    with (folder / "contrasts.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        lines = list(reader)
    assert tuple(reader.fieldnames) == CONTRASTS_HEADER
    assert len(lines) == len(found["contrasts"])
    for line, c in zip(lines, found["contrasts"], strict=True):
        assert [line[key] for key in ("estimand", "covariate", "fit", "a", "b")] == [
            c[key] for key in ("estimand", "covariate", "fit", "a", "b")
        ]
        assert line["prevalence"] == (str(c["prevalence"]) if "prevalence" in c else "")
        assert float(line["difference_lower"]) == c["difference"]["lower"]
        assert line["ratio_median"] == ("" if c["ratio"] is None else repr(c["ratio"]["median"]))
        assert float(line["prob_a_gt_b"]) == c["prob_a_gt_b"]
        assert line["prob"] == "0.95"


def test_contrasts_go_with_an_earlier_result(cli, folder):
    """A result without covariates leaves no contrasts of the result before it."""
    assert cli("run", "telomerase", "--quick", "--out", "x").status == 0
    shutil.copy(folder / "contrasts.csv", "x")
    assert cli("run", "telomerase", "--quick", "--out", "x").status == 0
    assert {path.name for path in Path("x").iterdir()} == {"summary.json", "summary.csv"}


def test_three_covariates_of_both_kinds(cli):
    done = cli(
        *("run", "lung-nodules-dwi-mri", "--quick", "--json", "--missing", "level"),
        *("--sens", "~ study_design + blind", "--spec", "~ study_design + year"),
        *("--at", "study_design=Prospective,year=2015"),
    )
    found = done.json
    covariates = found["covariates"]
    assert {name: info["kind"] for name, info in covariates.items()} == {
        "year": "continuous", "study_design": "categorical", "blind": "categorical",
    }  # fmt: skip
    assert sum(covariates["blind"]["studies"]) == 17
    assert "not reported" in covariates["blind"]["levels"]
    years = covariates["year"]
    assert years["least"] <= years["median"] <= years["greatest"]
    assert years["terms"]["year"]["sd"] == pytest.approx(1.3449251, rel=1e-6)
    by = Counter(group["covariate"] for group in found["groups"][1:])
    assert by == {"year": 3, "study_design": 3, "blind": 2, "": 1}
    asked = found["groups"][-1]
    assert asked["at"] == {"year": 2015.0, "study_design": "Prospective"}
    assert any("2015 lies beyond the studies" in note["text"] for note in found["notes"])
    # A number has no studies of its own, so neither Higgins' I² nor ranks.
    group = next(group for group in found["groups"] if group.get("covariate") == "year")
    assert group["n_studies"] == 0
    assert group["estimands"]["i2_higgins_sens"] is None
    assert {entry["covariate"] for entry in found["ranks"]} == {"study_design", "blind"}
    # Blinding stands in the formula of sensitivity alone: specificity cannot differ by it.
    names = {c["estimand"] for c in found["contrasts"] if c["covariate"] == "blind"}
    assert "sens" in names
    assert "spec" not in names
    for first, second in pairwise(
        group["estimands"]["spec"] for group in found["groups"] if group.get("covariate") == "blind"
    ):
        assert first == second
    assert "beta[sens,blind=not reported]" in found["parameters"] or (
        "beta[sens,blind=Y]" in found["parameters"]
    )
    assert "beta[spec,blind=not reported]" not in found["parameters"]


def test_numbers_as_levels_are_levels(cli):
    done = cli(
        *("run", "lung-nodules-dwi-mri", "--quick", "--json"),
        *("--sens", "~ C(quadas_score)", "--spec", "~ log(patients)"),
    )
    covariates = done.json["covariates"]
    score = covariates["quadas_score"]
    assert (score["kind"], score["levels"]) == ("categorical", ["9", "10", "11", "12", "13"])
    assert score["studies"] == [5, 4, 5, 2, 1]
    effects = [name for name in done.json["parameters"] if name.startswith("beta[sens")]
    assert effects == [f"beta[sens,quadas_score={n}]" for n in (10, 11, 12, 13)]
    assert score["reference"] == "9"
    assert list(covariates["patients"]["terms"]) == ["log(patients)"]
    assert {entry["covariate"] for entry in done.json["ranks"]} == {"quadas_score"}
    assert done.json["explained"]["sens"] is not None


def test_a_margin_without_covariates_has_nothing_to_explain(cli):
    done = cli("run", "anti-ccp", "--quick", "--json", "--sens", FORMULA)
    assert done.json["explained"]["spec"] is None
    assert done.json["explained"]["sens"]["prob_smaller"] > 0.7
    assert done.json["settings"]["spec"] == "~ 1"
