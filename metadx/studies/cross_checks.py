"""Things to know about a valid review before believing it: what a careful reviewer would ask."""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from metadx.studies.accuracy import COUNTS, AccuracyTable
from metadx.studies.covariates import Categorical
from metadx.studies.problems import listed, quoted
from metadx.studies.quadas import quadas_of
from metadx.studies.review import Published, Review
from metadx.studies.swaps import low_accuracy
from metadx.studies.total_rows import total_rows
from metadx.studies.totals import unmet_totals

FEW = 4
"""Below so many studies the prior decides about the spread between studies."""

_ENOUGH_FOR_DIVISOR = 8


@dataclass(frozen=True)
class Finding:
    """One thing to know.

    Parameters
    ----------
    about : str
        The studies, column or figure it is about.
    text : str
        What was noticed and what to look at.
    """

    about: str
    text: str


def findings(review: Review) -> tuple[Finding, ...]:
    """Return what is worth a second look in a valid review.

    Nothing here makes a review unusable, and the doubts that its ``review.toml`` states are not
    repeated. Looked for are: fewer than four studies, a row that looks like the total of the
    others, a study with one empty arm, two studies with the same four counts or with nearly the
    same label, studies in which the test does worse than chance, counts that all share a divisor,
    levels of a covariate that differ in case or spaces only, overall judgements of the risk of bias
    that are not those of the rule, published figures outside their own limits, and totals of the
    source that the table does not add up to.

    Parameters
    ----------
    review : Review
        A review that was loaded.

    Returns
    -------
    tuple of Finding
        Empty if nothing was noticed.

    Examples
    --------
    >>> from metadx.studies.review import load_dataset
    >>> findings(load_dataset("anti-ccp"))
    ()
    """
    table = review.table
    return (
        *_few_studies(table),
        *(Finding(about, text) for about, text in total_rows(table)),
        *_empty_arms(table),
        *_same_counts(table),
        *_same_labels(table),
        *(Finding(about, text) for about, text in low_accuracy(table)),
        *_shared_divisor(table),
        *_same_levels(table),
        *_overall_judgements(review),
        *_published_limits(review.published),
        *_unmet_totals(review),
    )


def _few_studies(table: AccuracyTable) -> list[Finding]:
    if table.n_studies >= FEW:
        return []
    many = "one study" if table.n_studies == 1 else f"{table.n_studies} studies"
    text = "the spread between studies is prior-led: the prior decides about it, not the data"
    return [Finding(many, text)]


def _empty_arms(table: AccuracyTable) -> list[Finding]:
    arms = (
        (table.n_diseased, "no diseased participants (tp + fn = 0): says nothing about sens"),
        (
            table.n_nondiseased,
            "no non-diseased participants (fp + tn = 0): says nothing about spec",
        ),
    )
    return [
        Finding(_names(table, np.flatnonzero(size == 0).tolist()), text)
        for size, text in arms
        if (size == 0).any()
    ]


def _same_counts(table: AccuracyTable) -> list[Finding]:
    counts = list(zip(*(getattr(table, name).tolist() for name in COUNTS), strict=True))
    found = []
    for places in _groups(counts):
        written = ", ".join(f"{c} = {n}" for c, n in zip(COUNTS, counts[places[0]], strict=True))
        text = f"the same four counts ({written}); entered twice?"
        found.append(Finding(_names(table, places), text))
    return found


def _same_labels(table: AccuracyTable) -> list[Finding]:
    return [
        Finding(_names(table, places), "labels that differ in spelling only; the same study twice?")
        for places in _groups([bare_label(label) for label in table.study])
    ]


def _shared_divisor(table: AccuracyTable) -> list[Finding]:
    if table.n_studies < _ENOUGH_FOR_DIVISOR:
        return []
    divisor = math.gcd(*(int(n) for name in COUNTS for n in getattr(table, name)))
    if divisor < 2:
        return []
    what = (
        "every count is even: doubled?"
        if divisor == 2
        else f"every count is a multiple of {divisor}"
    )
    return [Finding("all studies", what if divisor == 2 else f"{what}: multiplied?")]


def _same_levels(table: AccuracyTable) -> list[Finding]:
    return [
        Finding(
            f"column {quoted(covariate.name)}",
            f"the levels {' and '.join(quoted(covariate.levels[i]) for i in places)} differ in "
            "case or spaces only and are kept apart",
        )
        for covariate in table.covariates.values()
        if isinstance(covariate, Categorical)
        for places in _groups(["".join(level.casefold().split()) for level in covariate.levels])
    ]


def _overall_judgements(review: Review) -> list[Finding]:
    quadas = quadas_of(review)
    if quadas is None:
        return []
    return [
        Finding(
            _names(review.table, [place]),
            f"rob_overall is {quadas.overall[place]}, but the domains make it "
            f"{quadas.by_rule[place]}: high where any is high, low where all are low, else "
            f"{quadas.uncertain}",
        )
        for place in quadas.disagreements
    ]


def _published_limits(published: Sequence[Published]) -> list[Finding]:
    found = []
    for figure in published:
        low = -math.inf if figure.lower is None else figure.lower
        high = math.inf if figure.upper is None else figure.upper
        if not low <= figure.value <= high:
            text = f"{figure.value} lies outside its own limits {low} to {high}; a misprint?"
            found.append(Finding(f"published {figure.measure}", text))
    return found


def _unmet_totals(review: Review) -> list[Finding]:
    """Compare the totals of the source with the studies of the source: others were added since."""
    if not review.totals:
        return []
    from metadx.studies.history import added_studies

    table, since = review.table, ""
    added = added_studies(review.folder / review.table.source) & {*table.study}
    if added:
        table = table.take([i for i, label in enumerate(table.study) if label not in added])
        one = len(added) == 1
        since = f" (without the {'study' if one else f'{len(added)} studies'} added since)"
    return [Finding(about, f"{text}{since}") for about, text in unmet_totals(table, review.totals)]


def _groups(keys: Sequence[Hashable]) -> list[list[int]]:
    """Return the places of keys that stand more than once, together."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        groups[key].append(place)
    return [group for group in groups.values() if len(group) > 1]


def bare_label(label: str) -> str:
    """Return what is left of a label without case, Latin accents, space and punctuation.

    Parameters
    ----------
    label : str

    Examples
    --------
    >>> bare_label("M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller (2003)"), bare_label("2.5 mm")
    ('muller2003', '2=5mm')
    """
    # A point or comma within a number is no punctuation: 2.5 is not 25.
    numbers_kept = re.sub(r"(?<=\d)[.,](?=\d)", "=", label)
    plain = unicodedata.normalize("NFKD", numbers_kept).casefold()
    # Letters, marks, numbers and symbols stay; symbols such as + and < tell rows apart.
    kept = "".join(
        c for c in plain if unicodedata.category(c)[0] in "LMNS" and not "\u0300" <= c <= "\u036f"
    )
    return kept or label


def _names(table: AccuracyTable, places: Sequence[int]) -> str:
    return listed([quoted(table.study[i], 40) for i in places], 5)
