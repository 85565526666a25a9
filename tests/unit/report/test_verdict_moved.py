"""The verdict again under other priors and models, against the draws of each fit."""

from dataclasses import replace
from types import SimpleNamespace

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


def faked(chances, draws=2000):
    """An appraisal of two fits whose sensitivity is above 0.5 in those shares of the draws."""
    fits = []
    for share in chances:
        good = np.arange(draws) < round(share * draws)
        logits = np.stack([np.where(good, 1.0, -1.0), np.ones(draws)], axis=1)
        group = SimpleNamespace(mu=logits, new_logits=logits)
        table = SimpleNamespace(n_studies=9)
        fits.append(
            SimpleNamespace(pooled=group, identified=(True, True), rho=np.zeros(draws), table=table)
        )
    run = SimpleNamespace(passed=True, name="wider", fit=fits[1])
    priors = SimpleNamespace(alternatives=(run,))
    return SimpleNamespace(fit=fits[0], priors=priors, alternatives=Refused("Not asked for."))


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


@pytest.mark.parametrize(
    ("low", "high", "moved"),
    [
        (0.008, 0.0115, False),  # 0.8 and 1.15 % of 2,000 draws: errors of 0.2 %
        (0.28, 0.34, True),  # six points
        (0.295, 0.34, False),
        (0.40, 0.60, False),  # one word
        (0.0, 0.03, True),
        (0.898, 0.902, False),
        (1.0, 0.9, True),
    ],
)
def test_a_word_is_said_to_change_only_where_the_draws_do_not_explain_it(low, high, moved):
    aims = Aims(goal="rule out", sens=0.5)
    assert verdict_moved(faked([low, high]), aims)["changed"] == moved


def test_a_change_within_the_error_of_the_draws_is_called_that():
    aims = Aims(goal="rule out", sens=0.5)
    words = verdict_moved(faked([0.008, 0.0115]), aims)["words"]
    assert words.endswith("keeps its words, but for what the error of the draws may explain.")


def test_of_one_study_no_model_is_called_not_worse():
    found = verdict_moved(appraised([(20, 4, 3, 60)], ["alternatives"]))
    assert "5 other models the chance" in found["words"]
    assert "clearly worse" not in found["words"]
