"""The verdict again under other priors and models, against the draws of each fit."""

from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.criticism.appraisal import Refused, appraise
from metadx.estimands.logistic import expit
from metadx.report.verdict import likelihood_word
from metadx.report.verdict_moved import verdict_moved
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.aims import Aims

ZEROS = [(20, 0, 0, 60), (30, 0, 0, 40), (11, 0, 0, 50), (15, 0, 0, 10)]


def appraised(rows, parts=("priors",)):
    table = AccuracyTable.from_counts([f"S{i}" for i in range(len(rows))], *np.transpose(rows))
    return appraise(metadx.analyse(table, draws=1000), parts=parts)


@pytest.fixture(scope="module")
def zeros():
    return appraised(ZEROS)


def test_the_range_is_that_of_the_fits(zeros):
    found = verdict_moved(zeros)
    fits = [zeros.fit, *(run.fit for run in zeros.priors.alternatives)]
    chances = []
    for fit in fits:
        sens, spec = expit(fit.pooled.new_logits).T
        chances.append(float(((1 - sens) / spec < 0.1).mean()))
    out = found["parts"][0]
    assert out["question"] == "rule out"
    assert [run["new"] for run in out["runs"]] == chances
    assert (out["new"]["lower"], out["new"]["upper"]) == (min(chances), max(chances))
    words = [likelihood_word(end) for end in (min(chances), max(chances))]
    assert out["new"]["words"] == words
    assert len(set(words)) == 2
    assert found["changed"]
    ends = f"{100 * min(chances):.0f} to >99 % ({words[0].lower()} to almost certainly) in a new"
    assert ends in found["words"]
    assert found["words"].endswith("A word of the verdict changes with that choice.")


def test_the_targets_of_the_review_are_asked_for(zeros):
    aims = Aims(goal="rule out", sens=0.5, npv=0.5)
    found = verdict_moved(zeros, aims, 0.2)
    (part,) = found["parts"]
    sens, spec = expit(zeros.fit.pooled.mu).T
    npv = 0.8 * spec / (0.8 * spec + 0.2 * (1 - sens))
    assert part["runs"][0]["median"] == ((sens > 0.5) & (npv > 0.5)).mean()


def test_a_verdict_that_stands_is_said_to_stand():
    rows = [(95 + i % 3, 300, 300, 60 + i) for i in range(20)]
    found = verdict_moved(appraised(rows))
    assert not found["changed"]
    assert "(almost certainly not)" in found["words"]
    assert found["words"].endswith("The verdict keeps its words.")


def test_models_clearly_worse_have_no_say():
    review = metadx.load_dataset("telomerase")
    appraisal = appraise(metadx.analyse(review, draws=1000), parts=["alternatives"])
    names = [run["name"] for run in verdict_moved(appraisal)["parts"][0]["runs"]]
    assert "fixed-effect" not in names
    assert "bivariate-binomial" not in names  # it is the model of the analysis
    assert len(names) == 5
    assert "4 other models not clearly worse" in verdict_moved(appraisal)["words"]


def test_without_rivals_or_a_margin_there_is_a_reason(zeros):
    alone = replace(zeros, priors=Refused("Not asked for."))
    assert "no other models" in verdict_moved(alone)["refused"]
    one_arm = appraised([(20, 0, 5, 0), (30, 0, 2, 0)])
    assert "both margins" in verdict_moved(one_arm)["refused"]
