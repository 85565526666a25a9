"""The section on the question of the review and on its data."""

from typing import Any

import numpy as np

from metadx.report.html.blocks import Block, Entry, Facts, Section
from metadx.report.html.source import Source
from metadx.report.html.table import Column, Table
from metadx.studies.covariates import Categorical
from metadx.studies.review import Review, ReviewSource

_COLUMNS = (
    Column("column", "Column"),
    Column("kind", "Kind"),
    Column("unit", "Unit", empty="–"),
    Column("studies", "Studies with a value", "number"),
    Column("values", "Values", "prose", empty="–"),
)
_MOST_VALUES = 6


def question_section(source: Source) -> Section:
    """Tell what was asked, where the counts come from and which columns the table has.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    review, data = source.review, source.found["data"]
    people = f"{data['n_diseased']:,} with the target condition, {data['n_nondiseased']:,} without"
    stated = (
        ("Question", review.question),
        ("Index test", review.index_test),
        ("Target condition", review.target_condition),
        ("Reference standard", review.reference_standard),
        ("Unit of assessment", review.unit),
    )
    rows = [(term, Entry(text or "not stated in review.toml")) for term, text in stated]
    rows.append(("Studies fitted", Entry(f"{data['n_studies']:,}")))
    rows.append((_participants(review), Entry(people)))
    blocks: list[Block] = [Facts((*rows, *source_facts(review.source)))]
    if review.table.covariates:
        blocks.append(_columns(review))
    return Section("question", "Question and data", tuple(blocks))


def source_facts(source: ReviewSource) -> tuple[tuple[str, Entry], ...]:
    """Tell where the counts come from.

    Parameters
    ----------
    source : ReviewSource

    Returns
    -------
    tuple of (str, Entry)
        Only what is stated.
    """
    link = f"https://doi.org/{source.doi}" if source.doi else ""
    found = (
        ("Source of the counts", Entry(source.citation)),
        ("DOI", Entry(source.doi, link)),
        ("Licence", Entry(source.licence)),
        ("Counts read on", Entry(source.retrieved.isoformat() if source.retrieved else "")),
    )
    return tuple((term, entry) for term, entry in found if entry.text)


def _participants(review: Review) -> str:
    return review.table.counted.capitalize()


def _columns(review: Review) -> Table:
    rows: list[tuple[Any, ...]] = []
    for name, covariate in review.table.covariates.items():
        if isinstance(covariate, Categorical):
            known = [value for value in covariate.values if value is not None]
            counts = {level: known.count(level) for level in covariate.levels}
            shown = [f"{level} ({count})" for level, count in counts.items()]
            more = f" and {len(shown) - _MOST_VALUES} more" if len(shown) > _MOST_VALUES else ""
            values = ", ".join(shown[:_MOST_VALUES]) + more
            rows.append((name, "categorical", None, len(known), values or None))
        else:
            numbers = covariate.values[~np.isnan(covariate.values)]
            span = f"{numbers.min():.6g} to {numbers.max():.6g}" if numbers.size else None
            rows.append((name, "continuous", covariate.unit or None, numbers.size, span))
    return Table("columns", "Columns of the study table", _COLUMNS, tuple(rows))
