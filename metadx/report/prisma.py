"""The items of PRISMA-DTA that the report fills, and where."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

type Filled = Literal["filled", "in part", "for the authors"]


@dataclass(frozen=True)
class Item:
    """One item of the statement.

    Parameters
    ----------
    number, topic : str
    place : str
        Identifier of the section of the page that serves it; empty where none does.
    filled : {"filled", "in part", "for the authors"}
    what : str
        What the page gives, or what the authors have to add.
    """

    number: str
    topic: str
    place: str
    filled: Filled
    what: str


_DONE = "what was done beside the pooling"
_ADDITIONAL = ("16", "23")
_ITEMS = (
    Item("1", "Title", "", "for the authors", "title of the review"),
    Item("2", "Abstract", "answer", "in part", "the numbers of the results"),
    Item("3", "Rationale", "", "for the authors", "what is known already"),
    Item("D1", "Clinical role of the index test", "decision", "in part", "what its results change"),
    Item("4", "Objectives", "question", "in part", "question, index test, target condition"),
    Item("5", "Protocol and registration", "", "for the authors", "registration"),
    Item("6", "Eligibility criteria", "", "for the authors", "criteria"),
    Item("7", "Information sources", "", "for the authors", "databases and dates"),
    Item("8", "Search", "", "for the authors", "search strategies"),
    Item("9", "Study selection", "", "for the authors", "how records were screened"),
    Item("10", "Data collection", "transcription", "in part", "how the counts were read"),
    Item("11", "Definitions for data extraction", "question", "in part", "columns of the table"),
    Item("12", "Risk of bias and applicability", "quadas", "in part", "domains judged"),
    Item("13", "Accuracy measures", "question", "filled", "measures and unit of assessment"),
    Item("14", "Synthesis of results", "methods", "in part", "the model; thresholds and readers"),
    Item("D2", "Meta-analysis", "methods", "filled", "model, priors, software, version, seed"),
    Item("16", "Additional analyses", "methods", "in part", _DONE),
    Item("17", "Study selection", "flow", "in part", "from the study table on"),
    Item("18", "Study characteristics", "studies", "in part", "the columns of the table"),
    Item("19", "Risk of bias and applicability", "quadas", "filled", "judgements of each study"),
    Item("20", "Results of individual studies", "studies", "filled", "2×2 counts, forest plot"),
    Item("21", "Synthesis of results", "answer", "filled", "accuracy and its variability"),
    Item("23", "Additional analysis", "criticism", "in part", _DONE),
    Item("24", "Summary of evidence", "findings", "in part", "the summary of findings"),
    Item("25", "Limitations", "trust", "in part", "checks, notes, doubts about the data"),
    Item("26", "Conclusions", "decision", "in part", "the verdict with its probability"),
    Item("27", "Funding", "", "for the authors", "sources of funding"),
)


def prisma_items(places: Container[str], done: Sequence[str] = ()) -> tuple[Item, ...]:
    """List the items of PRISMA-DTA with what a page gives for each.

    Parameters
    ----------
    places : container of str
        Identifiers of the sections that the page has with something in them.
    done : sequence of str
        The additional analyses that were made, in words.

    Returns
    -------
    tuple of Item
        An item whose section the page lacks is left to the authors, and so are additional
        analyses where none was made.

    References
    ----------
    McInnes MDF, Moher D, Thombs BD, et al. Preferred reporting items for a systematic review and
    meta-analysis of diagnostic test accuracy studies: the PRISMA-DTA statement. JAMA
    2018;319:388-396.

    Examples
    --------
    >>> items = {item.number: item.filled for item in prisma_items({"studies"})}
    >>> items["20"], items["19"]
    ('filled', 'for the authors')
    """
    return tuple(
        _named(item, done)
        if item.place in places and (done or item.number not in _ADDITIONAL)
        else Item(item.number, item.topic, "", "for the authors", item.what)
        for item in _ITEMS
    )


def _named(item: Item, done: Sequence[str]) -> Item:
    if item.number not in _ADDITIONAL:
        return item
    return Item(item.number, item.topic, item.place, "filled", ", ".join(done))
