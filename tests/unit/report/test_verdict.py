"""The verdict says what the draws say, in words that are never stronger."""

import numpy as np
import pytest

from metadx.estimands.decision import Performance
from metadx.report.decision_warnings import decision_warnings
from metadx.report.layout import Page
from metadx.report.verdict import (
    VOCABULARY,
    chance_percent,
    criteria_of,
    likelihood_word,
    questions_of,
    verdict_of,
)
from metadx.report.verdict_lines import verdict_lines
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.aims import Aims

TABLE = AccuracyTable.from_counts(["A"], [8], [3], [2], [7])


def performance(ratios_below, total=100):
    """Draws with LR- below 0.1 in some: sens 0.99 there and 0.8 elsewhere, spec 0.9 in all."""
    sens = np.where(np.arange(total) < ratios_below, 0.99, 0.8)
    values = np.stack([sens, np.full(total, 0.9)], axis=1)
    return Performance.of(np.log(values) - np.log1p(-values))


def verdict(median, new, aims=Aims(goal="rule out"), **more):  # noqa: B008
    return verdict_of(performance(median), performance(new), aims, prevalence=None, **more)


def test_the_sentence_gives_both_chances_each_with_its_own_word():
    found = verdict(4, 18)
    assert found["text"] == (
        "Good enough to rule out? Very unlikely in the median study, unlikely in a new one: the "
        "chance that LR− is below 0.1 is 4 % and 18 %."
    )
    assert found["words"] == {"median": "Very unlikely", "new": "Unlikely"}
    assert (found["median"], found["new"]) == (0.04, 0.18)
    assert found["question"] == "rule out"
    assert found["parts"][0]["criteria"] == [{"target": "lr_neg", "value": 0.1, "prevalence": None}]


def test_one_word_is_enough_where_both_chances_have_the_same():
    assert verdict(12, 18)["text"] == (
        "Good enough to rule out? Unlikely: the chance that LR− is below 0.1 is 12 % in the median "
        "study and 18 % in a new one."
    )


def test_certainty_is_never_printed():
    assert verdict(0, 100)["text"].endswith("is <1 % and >99 %.")


@pytest.mark.parametrize("median", range(0, 101, 10))
@pytest.mark.parametrize("new", [0, 8, 35, 50, 66, 95, 100])
def test_each_chance_has_its_own_word_and_no_word_stands_for_both(median, new):
    """95 % in the median study and 8 % in a new one: any one word would be false of one."""
    found = verdict(median, new)
    limits = {word: least for least, word in VOCABULARY}
    upper = dict(zip([word for _, word in VOCABULARY][1:], limits.values(), strict=False))
    for which, chance in (("median", median / 100), ("new", new / 100)):
        word = found["words"][which]
        assert limits[word] <= chance < upper.get(word, 1.01)
    assert set(found) == {"question", "text", "median", "new", "words", "parts"}


def test_the_vocabulary_covers_everything_in_order():
    limits = [least for least, _ in VOCABULARY]
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] == 0
    for least, word in VOCABULARY:
        assert likelihood_word(least) == word
    assert likelihood_word(0.8999) == "Likely"
    assert likelihood_word(0.0999) == "Very unlikely"


@pytest.mark.parametrize(
    ("chance", "told"),
    [
        (0.3255, "32.5"),
        (0.3296, "32.9"),
        (0.33, "33"),
        (0.8996, "89.9"),
        (0.9896, "98.9"),
        (0, "<1"),
    ],
)
def test_a_number_never_contradicts_its_word(chance, told):
    """Rounded to 33 %, 32.96 % would read as likely as not beside the word unlikely."""
    shown = chance_percent(chance)
    assert shown == told
    if shown[0] != "<":
        assert likelihood_word(float(shown) / 100) == likelihood_word(chance)


def test_stated_targets_take_the_place_of_the_usual_ratio():
    aims = Aims(goal="rule out", sens=0.98, npv=0.995)
    found = verdict_of(performance(40), performance(70), aims, prevalence=0.1)
    # NPV at 10 %: 0.9 * 0.9 / (0.81 + 0.1 * 0.01) = 0.9988 in the good draws, 0.9759 in the others.
    assert found["text"] == (
        "Good enough to rule out? As likely as not in the median study, likely in a new one: the "
        "chance that sensitivity is above 98 % and the NPV is above 99.5 % at a prevalence of 10 % "
        "is 40 % and 70 %."
    )
    assert [one.target for one in criteria_of(aims, "rule out")] == ["sens"]
    assert [one.target for one in criteria_of(Aims(npv=0.9), "rule out")] == ["lr_neg"]


def test_two_targets_must_be_met_in_the_same_draw():
    values = np.array([[0.99, 0.5], [0.5, 0.99], [0.99, 0.99], [0.5, 0.5]])
    one = Performance.of(np.log(values) - np.log1p(-values))
    aims = Aims(goal="both", sens=0.9, spec=0.9)
    found = verdict_of(one, one, aims, prevalence=None)
    assert [part["median"] for part in found["parts"]] == [0.5, 0.5]
    assert found["median"] == 0.25
    assert found["question"] == "both"
    assert found["text"].count("Good enough to") == 2


def test_without_a_goal_both_questions_are_answered():
    assert questions_of(None) == questions_of("both") == ("rule out", "rule in")
    assert [part["question"] for part in verdict(1, 2, Aims())["parts"]] == ["rule out", "rule in"]


@pytest.mark.parametrize(
    ("identified", "who"),
    [
        ((False, True), "an arm with the target condition"),
        ((True, False), "an arm without the target condition"),
    ],
)
def test_a_missing_margin_is_no_answer(identified, who):
    found = verdict(10, 10, identified=identified)
    assert found["text"] == (f"Good enough to rule out? That cannot be told: no study has {who}.")
    assert found["median"] is found["words"] is found["new"] is None


def test_a_target_of_one_margin_needs_only_that():
    aims = Aims(goal="rule out", sens=0.9)
    assert verdict(10, 30, aims, identified=(True, False))["new"] == 0.3


def test_the_terminal_warns_of_what_speaks_against_the_verdict():
    quiet = decision_warnings(TABLE, Aims(), (0.1,), stated=False, passed=True)
    loud = decision_warnings(TABLE, Aims(design="case-control"), (0.1,), stated=True, passed=False)
    found = {"verdict": verdict(4, 18), "warnings": [*quiet, *loud]}
    text = " ".join(verdict_lines({"decision": found}, Page(400)))
    assert found["verdict"]["text"] in text
    assert "Likely is a chance of 66 % or more" in text
    assert "unlikely of less than 33 %, very unlikely of less than 10 %" in text
    assert "almost certainly of 99 %" in text
    assert "almost certainly not of less than 1 %" in text
    assert len(quiet) == 3  # design, illustrations, few studies: each is told elsewhere
    assert not any(warning in text for warning in quiet)
    assert "A check of the fit failed: decide nothing before that is mended." in text
    assert "no prevalence can be taken from them" in text


def test_prevalences_beyond_those_of_the_studies_are_counted():
    aims = Aims(design="cohort")
    one = decision_warnings(TABLE, aims, (0.0001, 0.5), stated=True, passed=True)
    assert one[0].startswith("A prevalence of 0.01 % lies outside those of the studies (50.0 %)")
    two = decision_warnings(TABLE, aims, (0.1, 0.8), stated=True, passed=True)
    assert two[0].startswith("Prevalences of 10 % and 80 % lie outside")


def test_a_predictive_value_is_asked_at_the_first_prevalence_and_that_is_said():
    aims = Aims(goal="rule out", npv=0.99, ppv=0.5, design="cohort")
    told = decision_warnings(TABLE, aims, (0.5, 0.2), stated=True, passed=True)
    assert told[0] == (
        "The verdict asks for the NPV at a prevalence of 50 % only, the first that is stated."
    )
    alone = decision_warnings(TABLE, aims, (0.5,), stated=True, passed=True)
    assert not any("asks for" in one for one in alone)


def test_an_arm_without_errors_is_warned_of():
    table = AccuracyTable.from_counts(["A", "B"], [9, 5], [1, 0], [0, 0], [9, 4])
    told = decision_warnings(table, Aims(), (0.5,), stated=True, passed=True)
    (said,) = [one for one in told if one.startswith("No study has")]
    assert said.startswith("No study has a false negative: how near to 100 % the sensitivity lies")
    assert not any("No study has" in one for one in
                   decision_warnings(TABLE, Aims(), (0.5,), stated=True, passed=True))  # fmt: skip


def test_with_covariates_the_pooled_verdict_says_so_and_the_kinds_follow():
    kinds = [
        {"label": "group = a", "verdict": verdict(71, 50, Aims())},
        {"label": "group = b", "verdict": verdict(0, 4, Aims())},
    ]
    found = {"verdict": verdict(4, 14, Aims()), "warnings": [], "by_group": kinds}
    lines = verdict_lines({"decision": found}, Page(400))
    assert lines[0] == "Verdict, all studies together, without covariates"
    assert "Verdict by kind of study" in lines
    assert (
        "group = a: to rule out, likely in the median study (71 %), as likely as not in a new one "
        "(50 %); to rule in, almost certainly not (<1 % in the median study, <1 % in a new one)."
    ) in " ".join(lines)
    many = found | {"by_group": kinds * 5}
    assert "2 further kinds of study" in " ".join(verdict_lines({"decision": many}, Page(400)))


def test_no_legend_where_no_word_is_used():
    found = {"verdict": verdict(4, 18, identified=(False, True)), "warnings": []}
    assert "Likely is a chance" not in " ".join(verdict_lines({"decision": found}, Page(400)))
