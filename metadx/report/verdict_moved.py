"""Whether the verdict stands under the other declared priors and under the other models."""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import Any

from metadx.criticism.appraisal import Appraisal, Refused
from metadx.criticism.chance_words import enumerate_names
from metadx.engines.fit import Fit
from metadx.estimands.decision import Performance
from metadx.report.verdict import VOCABULARY, chance_percent, likelihood_word, verdict_of
from metadx.studies.aims import NO_AIMS, Aims

type Json = dict[str, Any]

_ERRORS = 2.0  # Monte Carlo errors that both ends must be away from the edge of a word
_FAR = 0.05  # a move of the chance that 2,000 draws hardly explain
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
        "words", "changed" (whether a word of the verdict changes by more than the draws leave
        open) and "parts": for each "question"
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
    draws = min(fit.rho.size for *_, fit in runs)
    parts = [
        _part(question, [(kind, name, found[question]) for kind, name, found in asked], draws)
        for question, own in asked[0][2].items()
        if own["words"] is not None
    ]
    if not parts:
        return {"refused": "There is no verdict without both margins.", "broken": False}
    changed = any(part["changed"] for part in parts)
    ranked = appraisal.fit.table.n_studies > 1  # one study cannot be predicted from others
    lead = f"Over {_counted(others, ranked)} the chance"
    told = "; ".join(_told(part) for part in parts)
    return {"words": f"{lead} {told}. {_end(parts)}", "changed": changed, "parts": parts}


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


def _part(question: str, asked: Sequence[tuple[str, str, Json]], draws: int) -> Json:
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
        "changed": any(_moved(one["lower"], one["upper"], draws) for one in ranges.values()),
        "runs": [
            {"kind": kind, "name": name, "median": found["median"], "new": found["new"]}
            for kind, name, found in asked
        ],
    }


def _moved(lower: float, upper: float, draws: int) -> bool:
    """Tell whether two chances have different words for a better reason than the draws' error."""
    if likelihood_word(lower) == likelihood_word(upper):
        return False
    if upper - lower >= _FAR:
        return True
    low, high = (p + sign * _ERRORS * sqrt(p * (1 - p) / draws) for p, sign in
                 ((lower, 1), (upper, -1)))  # fmt: skip
    return any(low < edge <= high for edge, _ in VOCABULARY)


def _end(parts: Sequence[Json]) -> str:
    """Say whether the words stand."""
    if any(part["changed"] for part in parts):
        return "A word of the verdict changes with that choice."
    if any(len(set(part[kind]["words"])) > 1 for part in parts for kind, _ in _KINDS):
        return "The verdict keeps its words, but for what the error of the draws may explain."
    return "The verdict keeps its words."


def _counted(others: Sequence[tuple[str, str, Fit]], ranked: bool) -> str:
    counts = []
    models = ("other model that is not clearly worse", "other models not clearly worse")
    for kind, one, more in (
        ("priors", "other set of priors", "other sets of priors"),
        ("model", *(models if ranked else ("other model", "other models"))),
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
