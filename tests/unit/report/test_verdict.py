"""The verdict says what the draws say, in words that are never stronger."""

import numpy as np
import pytest

from metadx.estimands.decision import Performance
from metadx.report.layout import Page
from metadx.report.verdict import (
    VOCABULARY,
    criteria_of,
    least_certain,
    likelihood_word,
    questions_of,
    verdict_of,
)
from metadx.report.verdict_lines import verdict_lines
from metadx.studies.aims import Aims


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
        "chance that LR- is below 0.1 is 4 % and 18 %."
    )
    assert found["word"] == "Unlikely"
    assert (found["median"], found["new"], found["probability"]) == (0.04, 0.18, 0.18)
    assert found["question"] == "rule out"
    assert found["parts"][0]["criteria"] == [{"target": "lr_neg", "value": 0.1, "prevalence": None}]


def test_one_word_is_enough_where_both_chances_have_the_same():
    assert verdict(12, 18)["text"] == (
        "Good enough to rule out? Unlikely: the chance that LR- is below 0.1 is 12 % in the median "
        "study and 18 % in a new one."
    )


def test_certainty_is_never_printed():
    assert verdict(0, 100)["text"].endswith("is <1 % and >99 %.")


@pytest.mark.parametrize("median", range(0, 101, 10))
@pytest.mark.parametrize("new", [0, 3, 35, 50, 66, 91, 100])
def test_no_word_is_stronger_than_either_chance(median, new):
    found = verdict(median, new)
    order = [word for _, word in VOCABULARY][::-1]  # from almost certainly not upwards
    middle = order.index("As likely as not")
    said = order.index(found["word"]) - middle
    for chance in (median / 100, new / 100):
        own = order.index(likelihood_word(chance)) - middle
        assert abs(said) <= abs(own), (median, new)


def test_the_vocabulary_covers_everything_in_order():
    limits = [least for least, _ in VOCABULARY]
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] == 0
    for least, word in VOCABULARY:
        assert likelihood_word(least) == word
    assert likelihood_word(0.8999) == "Likely"
    assert likelihood_word(0.0999) == "Very unlikely"


def test_the_less_certain_is_nearest_to_one_half():
    assert least_certain([0.3, 0.9]) == 0.3
    assert least_certain([0.05, 0.999]) == 0.05


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
        ((False, True), "participants with the target condition"),
        ((True, False), "participants without it"),
    ],
)
def test_a_missing_margin_is_no_answer(identified, who):
    found = verdict(10, 10, identified=identified)
    assert found["text"] == (f"Good enough to rule out? That cannot be told: no study has {who}.")
    assert found["probability"] is found["word"] is found["new"] is None


def test_a_target_of_one_margin_needs_only_that():
    aims = Aims(goal="rule out", sens=0.9)
    assert verdict(10, 30, aims, identified=(True, False))["new"] == 0.3


def test_the_terminal_warns_of_case_control_studies():
    found = {
        "verdict": verdict(4, 18),
        "prevalence": {"design": "case-control"},
        "warnings": ["The studies are case-control studies: beware."],
    }
    text = " ".join(verdict_lines({"decision": found}, Page(200)))
    assert found["verdict"]["text"] in text
    assert "beware" in text
    assert "Likely is a chance of 66 % or more" in text
    assert "unlikely of less than 33 %, very unlikely of less than 10 %" in text
    found["prevalence"]["design"] = "cohort"
    assert "beware" not in " ".join(verdict_lines({"decision": found}, Page(200)))
