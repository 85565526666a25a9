"""The section on criticism: what speaks against the numbers, part by part."""

import re
from collections.abc import Callable, Iterable, Iterator

from metadx.report.html.blocks import Block, Entry, Items, Section, Text
from metadx.report.html.criticism_models import alternatives_tables, priors_tables
from metadx.report.html.criticism_studies import (
    cumulative_tables,
    influence_tables,
    outlier_tables,
    predictive_tables,
    small_study_tables,
    weight_tables,
)
from metadx.report.html.source import Json, Source

_POOLED = (
    "The criticism is about the pooled fit without covariates, of the same studies: what follows "
    "says nothing of the regression."
)


def criticism_section(source: Source) -> Section:
    """Tell what the criticism found; each part begins with a plain sentence.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
        Every part is there; one that was refused gives the reason.
    """
    found, level = source.criticism, source.level

    def part(name: str, title: str, blocks: Iterator[Block], *figures: str) -> Section:
        return Section(name, title, (*blocks, *source.figures(*figures)))

    parts = (
        part(
            "predictive",
            "Does the model reproduce the table?",
            _told(found["predictive"], predictive_tables),
            "predictive-checks",
        ),
        part(
            "influence",
            "Does one study carry the answer?",
            _told(found["influence"], lambda told: influence_tables(told, level)),
            "influence",
            "leave-one-out",
        ),
        part(
            "outliers",
            "Does a study disagree with the others?",
            _told(found["outliers"], lambda told: outlier_tables(told, level)),
            "outliers",
        ),
        part(
            "cumulative",
            "How did the answer come about?",
            _told(found["cumulative"], lambda told: cumulative_tables(told, level)),
            "cumulative",
        ),
        part(
            "priors-matter",
            "Do the data speak, or the priors?",
            _priors(found["priors"], level),
            "prior-posterior",
            "prior-alternatives",
        ),
        part(
            "alternatives",
            "Would another model say the same?",
            _told(found["alternatives"], lambda told: alternatives_tables(told, level)),
            "alternatives",
        ),
        part(
            "small-studies",
            "Do small studies find something else?",
            _both(found),
            "deeks-funnel",
        ),
        part(
            "weights",
            "How much does each study weigh?",
            _told(found["weights"], weight_tables),
            "study-weights",
        ),
    )
    blocks = (Text(_POOLED, "note"),) if found["companion"] else ()
    return Section("criticism", "Can it be believed?", blocks, parts)


def _priors(told: Json, level: str) -> Iterator[Block]:
    """Warn of every parameter in which the prior speaks; list the others."""
    if "refused" in told:
        yield from _told(told, lambda _: ())
        return
    words, loud = told["words"], []
    for one in told["power"]:
        if one["words"] in words:
            loud.append(one["words"])
            words = words.replace(one["words"], "")
    yield from _sentences(" ".join(words.split()))
    yield from (Text(sentence, "warning") for sentence in loud)
    quiet = tuple(Entry(one["words"]) for one in told["power"] if one["words"] not in loud)
    if quiet:
        yield Items(quiet)
    yield from priors_tables(told, level)


def _sentences(words: str) -> Iterator[Text]:
    """Let the first sentence stand out."""
    first, *rest = re.split(r"(?<=[.!?]) (?=[A-Z])", words, maxsplit=1)
    yield Text(first, "lead")
    yield from map(Text, rest)


def _told(told: Json, tables: Callable[[Json], Iterable[Block]]) -> Iterator[Block]:
    if "refused" in told:
        yield Text(f"Not available. {told['refused']}", "warning" if told["broken"] else "note")
        return
    yield from _sentences(told["words"])
    yield from tables(told)


def _both(found: Json) -> Iterator[Block]:
    yield from _told(found["deeks"], lambda _: ())
    yield from _told(found["small_studies"], lambda _: ())
    if "refused" not in found["small_studies"] or "refused" not in found["deeks"]:
        yield from small_study_tables(found["deeks"], found["small_studies"])
