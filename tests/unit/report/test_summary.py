"""What a summary says beyond the numbers, and what it refuses."""

import dataclasses
import json

import numpy as np
import pytest

import metadx
from metadx.engines.result import Check
from metadx.report.summary import as_text, summary
from metadx.studies.accuracy import AccuracyTable


@pytest.fixture(scope="module")
def fitted():
    table = AccuracyTable.from_counts(
        ["A", "B", "C", "D"], [9, 8, 18, 7], [1, 2, 3, 0], [2, 1, 4, 3], [20, 19, 30, 9]
    )
    return metadx.fit(table, draws=1000)


def changed(fitted, **fields):
    return dataclasses.replace(fitted, result=dataclasses.replace(fitted.result, **fields))


def notes(found, about):
    return [note["text"] for note in found["notes"] if about in note["about"].split(", ")]


def test_rows_are_summarised_as_one_by_one(fitted):
    own = 1 / (1 + np.exp(-fitted.study_logits.reshape(-1, 4, 2)))
    for prob in (0.95, 0.5, 0.999):
        for i, row in enumerate(summary(fitted, prob=prob)["studies"]):
            for margin, name in enumerate(("sens", "spec")):
                draws = own[:, i, margin]
                limits = np.quantile(draws, [0.5, (1 - prob) / 2, (1 + prob) / 2])
                want = [draws.mean(), draws.std(ddof=1), *limits]
                np.testing.assert_allclose(list(row[name].values()), want, rtol=1e-12)


def test_thin_tails_are_said(fitted):
    assert notes(summary(fitted), "intervals") == []
    (text,) = notes(summary(fitted, prob=0.999), "intervals")
    assert text.startswith("At a level of 99.9 % fewer than 10 effective draws")
    report = dataclasses.replace(fitted.engine, ess=float("nan"))
    assert notes(summary(changed(fitted, report=report)), "intervals")


def test_numbers_json_cannot_hold_become_null(fitted):
    report = dataclasses.replace(fitted.engine, pareto_k=float("inf"), ess=float("nan"))
    check = Check("ess", float("nan"), 400.0, False)
    found = summary(changed(fitted, report=report, checks=(check,)))
    assert found["engine"]["pareto_k"] is None
    assert found["engine"]["ess"] is None
    assert found["checks"][0]["value"] is None
    json.loads(as_text(found))


def test_a_study_that_cannot_be_left_out_is_said(fitted, monkeypatch):
    from metadx.criticism.leave_one_out import LeaveOneOut

    def stuck(_):
        elpd = np.array([-1.0, -2.0, -3.0, -np.inf])
        return LeaveOneOut(elpd, np.array([0.1, np.inf, 0.1, 0.1]), elpd)

    monkeypatch.setattr("metadx.report.summary.leave_one_out", stuck)
    found = summary(fitted)
    assert [row["pareto_k"] for row in found["studies"]] == [0.1, None, 0.1, 0.1]
    assert [row["elpd"] for row in found["studies"]] == [-1.0, -2.0, -3.0, None]
    assert notes(found, "studies") == [
        "pareto_k or elpd cannot be estimated from these draws: B, D."
    ]


def test_a_spread_of_exactly_nothing_is_not_identified(fitted):
    tau = fitted.tau.copy()
    tau[0, 0] = 0.0
    found = summary(changed(fitted, tau=tau))
    estimands = found["groups"][0]["estimands"]
    empty = [name for name, value in estimands.items() if value is None]
    assert "hsroc_beta" in empty
    assert "sens" not in empty
    for name in empty:
        assert notes(found, name), name


def test_a_prevalence_that_was_given_is_no_illustration(fitted):
    assert notes(summary(fitted, prevalence=[0.2]), "ppv") == []
    assert len(notes(summary(fitted), "ppv")) == 1
    rows = summary(fitted)["groups"][0]["estimands"]["npv"]
    assert [row["prevalence"] for row in rows] == [0.1, 0.25, 0.5]


@pytest.mark.parametrize("wrong", [{"prob": 95}, {"prevalence": [10]}, {"prob": 0.0}])
def test_percentages_are_refused(fitted, wrong):
    with pytest.raises(ValueError, match="between 0 and 1"):
        summary(fitted, **wrong)


def test_infinity_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_text({"x": float("inf")})


def test_one_study_is_not_said_to_be_predicted_by_others():
    alone = metadx.fit(AccuracyTable.from_counts(["A"], [9], [1], [2], [20]), draws=300)
    (row,) = summary(alone)["studies"]
    assert row["elpd"] is row["pareto_k"] is None
    assert row["sens"]["median"] > 0
