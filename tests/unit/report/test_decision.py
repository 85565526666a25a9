"""The key "decision": every number is that of the draws, and every warning is true."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import metadx
from metadx.engines.analysis import Analysis
from metadx.report.decision import (
    ILLUSTRATIVE_PREVALENCE,
    ILLUSTRATIVE_TARGETS,
    USUAL_THRESHOLDS,
    decision_of,
)
from metadx.report.figures import figures_of
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.aims import Aims
from metadx.studies.review import Analysis as Settings
from metadx.studies.review import Review

CELLS = ([40, 30, 55, 20, 33], [5, 9, 4, 3, 8], [6, 2, 9, 4, 1], [60, 70, 44, 33, 90])


def table(cells=CELLS):
    return AccuracyTable.from_counts([f"S{i}" for i in range(len(cells[0]))], *cells)


def review(aims=Aims(), prevalence=(), cells=CELLS):  # noqa: B008
    settings = Settings(prevalence=prevalence)
    return Review("r", Path(), "r", table(cells), aims=aims, analysis=settings)


@pytest.fixture(scope="module")
def analysis():
    return Analysis(metadx.fit(table(), draws=800))


def lr_neg(logits):
    sens, spec = 1 / (1 + np.exp(-logits.T))
    return (1 - sens) / spec


def test_chances_are_shares_of_the_draws(analysis):
    aims = Aims(goal="rule out", lr_neg=0.15, sens=0.85, npv=0.97)
    found = decision_of(analysis, review(aims, (0.2, 0.05)))
    group = analysis.pooled.pooled
    for name, logits in (("median", group.mu), ("new", group.new_logits)):
        sens, spec = 1 / (1 + np.exp(-logits.T))
        good = lr_neg(logits) < 0.15
        assert found[name]["lr_neg"] == good.mean()
        assert found[name]["sens"] == (sens > 0.85).mean()
        assert found[name]["spec"] == (spec > ILLUSTRATIVE_TARGETS["spec"]).mean()
        for row, prev in zip(found[name]["npv"], (0.2, 0.05), strict=True):
            value = (1 - prev) * spec / ((1 - prev) * spec + prev * (1 - sens))
            assert row == {"prevalence": prev, "probability": (value > 0.97).mean()}
        at_first = 0.8 * spec / (0.8 * spec + 0.2 * (1 - sens)) > 0.97
        assert found["verdict"][name] == (good & (sens > 0.85) & at_first).mean()
    assert found["targets"]["stated"] == ["lr_neg", "sens", "npv"]


def test_people_and_net_benefit_are_summaries_of_the_draws(analysis):
    found = decision_of(analysis, review(Aims(thresholds=(0.05, 0.3)), (0.1,)), 0.9)
    group = analysis.pooled.pooled
    (people,) = found["per_1000"]
    (row,) = found["net_benefit"]["by_prevalence"]
    assert found["net_benefit"]["thresholds"] == [0.05, 0.3]
    assert row["treat_all"] == pytest.approx([0.1 - 0.9 / 19, 0.1 - 0.9 * 3 / 7])
    for name, logits in (("median", group.mu), ("new", group.new_logits)):
        sens, spec = 1 / (1 + np.exp(-logits.T))
        missed = np.quantile(100 * (1 - sens), [0.05, 0.5, 0.95])
        told = people[name]["fn"]
        assert [told["lower"], told["median"], told["upper"]] == pytest.approx(missed)
        curve = 0.1 * sens - 0.9 * (1 - spec) * 3 / 7
        told = row[name][1]
        assert told["mean"] == pytest.approx(curve.mean())
        assert told["lower"] == pytest.approx(np.quantile(curve, 0.05))
        best = (curve > 0) & (curve > 0.1 - 0.9 * 3 / 7)
        assert told["best"] == pytest.approx(best.mean())


def test_without_a_review_the_prevalences_are_illustrations_and_said_to_be(analysis):
    found = decision_of(analysis)
    assert found["prevalence"]["used"] == list(ILLUSTRATIVE_PREVALENCE)
    assert found["prevalence"]["stated"] is False
    assert found["net_benefit"]["thresholds"] == list(USUAL_THRESHOLDS)
    assert "illustrations" in " ".join(found["warnings"])
    assert "not stated" in found["warnings"][0]


def test_the_users_prevalences_go_before_those_of_the_review(analysis):
    found = decision_of(analysis, review(prevalence=(0.4,)), prevalence=(0.3,))
    assert found["prevalence"]["used"] == [0.3]
    assert found["prevalence"]["stated"] is True


@pytest.mark.parametrize("design", ["case-control", "mixed"])
def test_case_control_studies_are_warned_of_first(analysis, design):
    found = decision_of(analysis, review(Aims(design=design), (0.01,)))
    assert "case-control studies" in found["warnings"][0]
    assert "no prevalence can be taken from them" in found["warnings"][0]
    assert len(found["warnings"]) == 1  # their range of prevalences is of no meaning


def test_a_prevalence_that_no_study_had_is_named(analysis):
    # Diseased of all participants, study by study.
    shares = [46 / 111, 32 / 111, 64 / 112, 24 / 60, 34 / 132]
    found = decision_of(analysis, review(Aims(design="cohort"), (0.01, 0.3)))
    observed = found["prevalence"]["observed"]
    assert observed == pytest.approx(
        {"lowest": min(shares), "median": np.median(shares), "highest": max(shares)}
    )
    (warning,) = found["warnings"]
    assert "A prevalence of 1 % lies outside those of the studies (25.8 to 57.1 %)" in warning
    assert decision_of(analysis, review(Aims(design="cohort"), (0.3,)))["warnings"] == []


def test_a_target_at_no_prevalence_is_left_out_and_said_to_be(analysis):
    found = decision_of(analysis, review(Aims(goal="rule out", npv=0.9)))
    assert "target for the NPV has no part in the verdict" in " ".join(found["warnings"])
    assert "LR− is below 0.1" in found["verdict"]["text"]


def test_a_missing_arm_leaves_null_and_no_number():
    sick = ([9, 8, 7], [0, 0, 0], [1, 2, 3], [0, 0, 0])
    found = decision_of(Analysis(metadx.fit(table(sick), draws=400)), review(cells=sick))
    assert found["per_1000"] is found["net_benefit"] is None
    assert found["median"]["lr_neg"] is found["new"]["npv"] is None
    assert found["median"]["sens"] >= 0
    assert found["verdict"]["words"] is found["verdict"]["new"] is None
    assert "an arm without the target condition" in found["verdict"]["text"]
    assert found["prevalence"]["observed"] is None
    assert "led by the prior" in " ".join(found["warnings"])


def test_a_failed_check_is_a_warning(analysis):
    result = analysis.pooled.result
    bad = replace(result, checks=(replace(result.checks[0], passed=False), *result.checks[1:]))
    failed = Analysis(replace(analysis.pooled, result=bad))
    assert "check of the fit failed" in decision_of(failed)["warnings"][-1]


def test_every_kind_of_study_has_its_own_verdict():
    data = metadx.load_dataset("anti-ccp")
    found = metadx.summary(metadx.analyse(data, subgroup="generation", draws=800), review=data)[
        "decision"
    ]
    assert [one["label"] for one in found["by_group"]] == [
        "CCP1", "CCP2", "CCP1 (by itself)", "CCP2 (by itself)",
    ]  # fmt: skip
    chances = [one["median"]["sens"] for one in found["by_group"]]
    assert chances[0] <= chances[1]
    for one in found["by_group"]:
        assert set(one) == {"label", "median", "new", "per_1000", "verdict"}
    json.dumps(found, allow_nan=False)


def test_the_mission_is_answered():
    data = metadx.load_dataset("lung-nodule-ai")
    found = metadx.summary(metadx.fit(data, draws=2000), review=data)
    verdict = found["decision"]["verdict"]
    assert verdict["question"] == "rule out"
    assert verdict["median"] < 0.1 < verdict["new"] < 0.5
    assert verdict["words"]["new"] == "Unlikely"


def test_figures_show_the_prevalences_and_targets_that_are_stated(analysis):
    aims = Aims(lr_neg=0.15)
    found = dict(figures_of(analysis, 0.95, review=review(aims), prevalence=(0.2, 0.05, 0.4)))
    assert found["predictive-values"].keywords["prevalence"] == (0.2, 0.05, 0.4)
    assert found["fagan"].args[1] == found["decision-curve"].args[1] == 0.05
    cuts = found["likelihood-ratios"].keywords
    assert (cuts["lr_neg"], cuts["lr_pos"]) == (0.15, 10.0)
    plain = dict(figures_of(analysis, 0.95))
    assert plain["predictive-values"].keywords["prevalence"] == ()
    assert plain["fagan"].args[1] in ILLUSTRATIVE_PREVALENCE


def test_a_prevalence_stated_in_whole_per_cent_is_that_of_the_studies():
    """80 % is what 79.6 % is rounded to; 81 % and 80.0001 % are not."""
    from metadx.report.decision_warnings import decision_warnings

    table = AccuracyTable.from_counts(["A", "B"], [700, 50], [100, 60], [96, 50], [104, 40])
    assert float(table.n_diseased[0]) / 1000 == 0.796

    def warned(prevalence):
        said = decision_warnings(
            table, Aims(design="cohort"), (prevalence,), stated=True, passed=True
        )
        return any("lies outside those of the studies" in one for one in said)

    assert [warned(x) for x in (0.8, 0.81, 0.800001, 0.5, 0.49)] == [False, True, True, False, True]
