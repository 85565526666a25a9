"""Whether the verdict stands under the other declared priors and under the other models."""

from collections.abc import Iterator, Sequence
from typing import Any

from metadx.criticism.appraisal import Appraisal, Refused
from metadx.criticism.chance_words import enumerate_names
from metadx.engines.fit import Fit
from metadx.estimands.decision import Performance
from metadx.report.verdict import chance_percent, likelihood_word, verdict_of
from metadx.studies.aims import NO_AIMS, Aims

type Json = dict[str, Any]

_KINDS = (("median", "in the median study"), ("new", "in a new one"))


def verdict_moved(
    appraisal: Appraisal, aims: Aims = NO_AIMS, prevalence: float | None = None
) -> Json:
    """Ask for the verdict again under each set of priors and each model that was fitted.

    Models that are clearly worse, and fits of which a check failed, have no say.

    Parameters
    ----------
    appraisal : Appraisal
    aims : Aims
        Of the review.
    prevalence : float or None
        Where predictive values are to be reached.

    Returns
    -------
    dict
        "words", "changed" (whether a word of the verdict changes) and "parts": for each "question"
        the range of the chances "median" and "new" with the "words" at its ends, and "runs": "kind"
        ("priors" or "model"), "name", "median" and "new". "refused" and "broken" instead, where
        there is no verdict or nothing to compare it with.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.appraisal import appraise
    >>> analysis = metadx.analyse(metadx.load_dataset("telomerase"), draws=1000)
    >>> found = verdict_moved(appraise(analysis, parts=["priors"]))
    >>> found["parts"][0]["question"], len(found["parts"][0]["runs"])
    ('rule out', 7)
    """
    others = list(_others(appraisal))
    if not others:
        reason = "No other priors and no other models were fitted that could be believed."
        return {"refused": reason, "broken": False}
    runs = [("priors", "the card's own", appraisal.fit), *others]
    asked = [(kind, name, _parts(fit, aims, prevalence)) for kind, name, fit in runs]
    parts = [
        _part(question, [(kind, name, found[question]) for kind, name, found in asked])
        for question, own in asked[0][2].items()
        if own["words"] is not None
    ]
    if not parts:
        return {"refused": "There is no verdict without both margins.", "broken": False}
    changed = any(part["changed"] for part in parts)
    lead = f"Over {_counted(others)} the chance"
    told = "; ".join(_told(part) for part in parts)
    end = (
        "A word of the verdict changes with that choice."
        if changed
        else "The verdict keeps its words."
    )
    return {"words": f"{lead} {told}. {end}", "changed": changed, "parts": parts}


def _others(appraisal: Appraisal) -> Iterator[tuple[str, str, Fit]]:
    if not isinstance(appraisal.priors, Refused):
        for run in appraisal.priors.alternatives:
            if run.passed:
                yield "priors", run.name, run.fit
    if not isinstance(appraisal.alternatives, Refused):
        for one in appraisal.alternatives.models:
            own = one.id == appraisal.alternatives.reference
            if one.passed and not one.clearly_worse and not own:
                yield "model", one.id, one.fit


def _parts(fit: Fit, aims: Aims, prevalence: float | None) -> dict[str, Json]:
    draws = (Performance.of(fit.pooled.mu), Performance.of(fit.pooled.new_logits))
    found = verdict_of(*draws, aims, prevalence=prevalence, identified=fit.identified)
    return {part["question"]: part for part in found["parts"]}


def _part(question: str, asked: Sequence[tuple[str, str, Json]]) -> Json:
    ranges: Json = {}
    for kind, _ in _KINDS:
        chances = [found[kind] for *_, found in asked]
        ends = (min(chances), max(chances))
        ranges[kind] = {
            "lower": ends[0],
            "upper": ends[1],
            "words": [likelihood_word(end) for end in ends],
        }
    return {
        "question": question,
        **ranges,
        "changed": any(len(set(one["words"])) > 1 for one in ranges.values()),
        "runs": [
            {"kind": kind, "name": name, "median": found["median"], "new": found["new"]}
            for kind, name, found in asked
        ],
    }


def _counted(others: Sequence[tuple[str, str, Fit]]) -> str:
    counts = []
    for kind, one, more in (
        ("priors", "other set of priors", "other sets of priors"),
        ("model", "other model that is not clearly worse", "other models not clearly worse"),
    ):
        number = sum(other[0] == kind for other in others)
        if number:
            counts.append(f"{number} {one if number == 1 else more}")
    return enumerate_names(["the priors and model of the analysis", *counts])


def _told(part: Json) -> str:
    parts = [f"{_range(part[kind])} {where}" for kind, where in _KINDS]
    return f"of being good enough to {part['question']} is {' and '.join(parts)}"


def _range(of: Json) -> str:
    low, high = chance_percent(of["lower"]), chance_percent(of["upper"])
    first, last = (word.lower() for word in of["words"])
    words = first if first == last else f"{first} to {last}"
    return f"{low} % ({words})" if low == high else f"{low} to {high} % ({words})"
