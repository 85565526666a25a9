"""Is the test good enough? One plain sentence with its probability, as strong as the draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from metadx.estimands.decision import BoolArray, Performance, Target, meets
from metadx.estimands.group import MARGINS_NEEDED, has_margins
from metadx.report.numbers import whole_percent
from metadx.studies.aims import LR_NEG, LR_POS, Aims, Goal

type Question = Literal["rule out", "rule in"]
type Json = dict[str, Any]

QUESTIONS: tuple[Question, ...] = ("rule out", "rule in")
# Lowest probability of each word, after Mastrandrea MD et al. Guidance note for lead authors of the
# IPCC fifth assessment report on consistent treatment of uncertainties. IPCC, 2010, table 1.
VOCABULARY = (
    (0.99, "Almost certainly"),
    (0.90, "Very likely"),
    (0.66, "Likely"),
    (0.33, "As likely as not"),
    (0.10, "Unlikely"),
    (0.01, "Very unlikely"),
    (0.00, "Almost certainly not"),
)
_TARGETS: dict[Question, tuple[Target, ...]] = {
    "rule out": ("lr_neg", "sens", "npv"),
    "rule in": ("lr_pos", "spec", "ppv"),
}
_USUAL: dict[Question, tuple[Target, float]] = {
    "rule out": ("lr_neg", LR_NEG),
    "rule in": ("lr_pos", LR_POS),
}
_WORDS: dict[Target, str] = {
    "lr_neg": "LR− is below",
    "lr_pos": "LR+ is above",
    "sens": "sensitivity is above",
    "spec": "specificity is above",
    "npv": "the NPV is above",
    "ppv": "the PPV is above",
}
_ARMS = ("an arm with the target condition", "an arm without the target condition")


@dataclass(frozen=True)
class Criterion:
    """One thing that a test must do to be good enough.

    Parameters
    ----------
    target : {"lr_neg", "lr_pos", "sens", "spec", "npv", "ppv"}
    value : float
        The negative likelihood ratio is to be below it, everything else above.
    prevalence : float or None
        Where a predictive value is to be reached.
    """

    target: Target
    value: float
    prevalence: float | None = None

    @property
    def words(self) -> str:
        """The criterion as the end of "the chance that"."""
        if self.target in ("lr_neg", "lr_pos"):
            return f"{_WORDS[self.target]} {self.value:g}"
        words = f"{_WORDS[self.target]} {100 * self.value:.6g} %"
        if self.prevalence is not None:
            words += f" at a prevalence of {100 * self.prevalence:.6g} %"
        return words

    @property
    def margins(self) -> tuple[bool, bool]:
        """Whether it needs sensitivity, and whether specificity."""
        return MARGINS_NEEDED[self.target]


def questions_of(goal: Goal | None) -> tuple[Question, ...]:
    """Return the questions that a goal asks; both where none is stated.

    Examples
    --------
    >>> questions_of("rule in"), questions_of(None)
    (('rule in',), ('rule out', 'rule in'))
    """
    return tuple(one for one in QUESTIONS if goal in (one, "both", None))


def criteria_of(
    aims: Aims, question: Question, prevalence: float | None = None
) -> tuple[Criterion, ...]:
    """Return what a test must do; a likelihood ratio of 0.1 or 10 where no target is stated.

    Parameters
    ----------
    aims : Aims
    question : {"rule out", "rule in"}
    prevalence : float or None
        Where predictive values are to be reached; None leaves them out.

    Returns
    -------
    tuple of Criterion

    Examples
    --------
    >>> [one.words for one in criteria_of(Aims(), "rule out")]
    ['LR− is below 0.1']
    >>> [one.words for one in criteria_of(Aims(spec=0.95, ppv=0.5), "rule in", 0.01)]
    ['specificity is above 95 %', 'the PPV is above 50 % at a prevalence of 1 %']
    """
    found = []
    for target in _TARGETS[question]:
        value = getattr(aims, target)
        of_prevalence = target in ("npv", "ppv")
        if value is not None and not (of_prevalence and prevalence is None):
            found.append(Criterion(target, value, prevalence if of_prevalence else None))
    return tuple(found) or (Criterion(*_USUAL[question]),)


def likelihood_word(probability: float) -> str:
    """Put a probability into words.

    Parameters
    ----------
    probability : float
        Between 0 and 1.

    Returns
    -------
    str
        The word of `VOCABULARY` whose lowest probability it reaches.

    Examples
    --------
    >>> [likelihood_word(p) for p in (0.005, 0.18, 0.5, 0.9, 1.0)]
    ['Almost certainly not', 'Unlikely', 'As likely as not', 'Very likely', 'Almost certainly']
    """
    return next(word for least, word in VOCABULARY if probability >= least)


def legend_words() -> str:
    """Say which chance each word of a verdict stands for.

    Examples
    --------
    >>> legend_words()[:76]
    'A new one: the next place that uses the test. Likely is a chance of 66 % or '
    """
    least = {word: round(100 * probability) for probability, word in VOCABULARY}
    likely, unlikely = least["Likely"], least["As likely as not"]
    # Each word reaches up to the next: what is unlikely lies below the least of "as likely as not".
    return (
        f"A new one: the next place that uses the test. Likely is a chance of {likely} % or more, "
        f"very likely of {least['Very likely']} %, almost certainly of {least['Almost certainly']} "
        f"%; unlikely of less than {unlikely} %, very unlikely of less than {least['Unlikely']} %, "
        f"almost certainly not of less than {least['Very unlikely']} %; as likely as not lies "
        "between."
    )


def chance_percent(probability: float) -> str:
    """Write a chance in per cent, so that its number never contradicts its word.

    Whole, as long as rounding does not carry it over the lowest probability of a stronger word;
    else with a decimal, cut and not rounded.

    Parameters
    ----------
    probability : float
        Between 0 and 1.

    Examples
    --------
    >>> [chance_percent(p) for p in (0.628, 0.6596, 0.66, 0.0096, 0.9996)]
    ['63', '65.9', '66', '<1', '>99']
    """
    if probability < 0.01:
        return "<1"
    whole = round(100 * probability)
    if likelihood_word(whole / 100) == likelihood_word(probability):
        return whole_percent(probability)
    return f"{int(1000 * probability) / 10:.1f}"


def verdict_of(
    median: Performance,
    new: Performance,
    aims: Aims,
    *,
    prevalence: float | None,
    identified: tuple[bool, bool] = (True, True),
) -> Json:
    """Answer whether the test is good enough.

    The median study and a new one each have the word of their own probability. There is no one
    word for both: where one chance is 95 % and the other 8 %, any would be false of one of them.

    Parameters
    ----------
    median, new : Performance
        Draws of the median study and of a new study.
    aims : Aims
    prevalence : float or None
        Where predictive values are to be reached; None where none is stated.
    identified : tuple of bool
        Whether some study has a diseased and a non-diseased arm.

    Returns
    -------
    dict
        "question" ("rule out", "rule in" or "both"), "text", the chances "median" and "new", their
        "words" (again "median" and "new") and "parts", the same for each question with its
        "criteria". Of two questions the chances are those that both are answered by yes. Null
        where a margin is missing.
    """
    asked = questions_of(aims.goal)
    criteria = {question: criteria_of(aims, question, prevalence) for question in asked}
    parts = [_answer(question, median, new, criteria[question], identified) for question in asked]
    if len(parts) == 1:
        (part,) = parts
        whole = {key: value for key, value in part.items() if key != "criteria"}
        return {**whole, "parts": parts}
    every = [one for question in asked for one in criteria[question]]
    return {
        "question": "both",
        "text": " ".join(part["text"] for part in parts),
        **_chances(median, new, every, identified),
        "parts": parts,
    }


def _answer(
    question: Question,
    median: Performance,
    new: Performance,
    criteria: Sequence[Criterion],
    identified: tuple[bool, bool],
) -> Json:
    found = _chances(median, new, criteria, identified)
    lead = f"Good enough to {question}?"
    if found["words"] is None:
        missing = " or ".join(
            arm for arm, there in zip(_ARMS, identified, strict=True) if not there
        )
        text = f"{lead} That cannot be told: no study has {missing}."
    else:
        first, second = (f"{chance_percent(found[key])} %" for key in ("median", "new"))
        what = " and ".join(one.words for one in criteria)
        of_median, of_new = (found["words"][key] for key in ("median", "new"))
        text = (
            f"{lead} {of_median}: the chance that {what} is {first} in the median study and "
            f"{second} in a new one."
            if of_median == of_new
            else f"{lead} {of_median} in the median study, {of_new[0].lower()}{of_new[1:]} in a "
            f"new one: the chance that {what} is {first} and {second}."
        )
    told = [
        {"target": one.target, "value": one.value, "prevalence": one.prevalence} for one in criteria
    ]
    return {"question": question, "text": text, **found, "criteria": told}


def _chances(
    median: Performance,
    new: Performance,
    criteria: Sequence[Criterion],
    identified: tuple[bool, bool],
) -> Json:
    if not all(has_margins(one.margins, identified) for one in criteria):
        return {"median": None, "new": None, "words": None}
    chances = {
        name: float(np.mean(_all_met(draws, criteria)))
        for name, draws in (("median", median), ("new", new))
    }
    return {**chances, "words": {name: likelihood_word(p) for name, p in chances.items()}}


def _all_met(draws: Performance, criteria: Sequence[Criterion]) -> BoolArray:
    met = np.ones(draws.sens.shape, dtype=np.bool_)
    for one in criteria:
        met &= meets(draws, one.target, one.value, one.prevalence)
    return met
