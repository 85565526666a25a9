"""The section on which studies were fitted, and which were not and why."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from metadx.report.html.blocks import Block, Entry, Items, Section, Text
from metadx.report.html.source import Source
from metadx.report.html.table import Column, Table
from metadx.studies.accuracy import AccuracyTable

_COLUMNS = (
    Column("step", "Step"),
    Column("studies", "Studies", "number", "{:,}".format),
    Column("diseased", "With the condition", "number", "{:,}".format, "–"),
    Column("nondiseased", "Without", "number", "{:,}".format, "–"),
)


def flow_section(source: Source) -> Section:
    """Tell how many studies were read, left out and fitted.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    data = source.found["data"]
    whole, fitted = source.review.table, source.analysis.main.table
    dropped = data["dropped"]
    selection = source.review.selection
    left_out = selection.left_out
    steps: list[tuple[Any, ...]] = []
    if left_out:
        steps.append((f"Left out by choice ({selection.words})", len(left_out), None, None))
    steps.append(("Chosen" if left_out else "In the study table", *_sizes(whole)))
    if dropped:
        gone = [row for row, label in enumerate(whole.study) if label in set(dropped)]
        steps.append(("Left out: a covariate is missing", *_sizes(whole.take(gone))))
    steps.append(("Fitted", *_sizes(fitted)))
    table = Table("flow", f"Studies and {whole.counted} at each step", _COLUMNS, tuple(steps))
    blocks: list[Block] = [Text(_lead(source, len(left_out)), "lead"), table]
    blocks += _listed(f"Left out by choice ({selection.words})", left_out)
    blocks += _listed("Of these, without a value to choose by", selection.no_value)
    blocks += _listed("Left out because a covariate is missing", dropped)
    blocks += _listed(f"Fitted, but without {whole.counted} with the condition", _empty(fitted, 0))
    blocks += _listed(
        f"Fitted, but without {whole.counted} without the condition", _empty(fitted, 1)
    )
    blocks.append(
        Text(
            "This flow begins with the study table. How many records were found, screened and "
            "excluded before that is for the authors of the review to state (PRISMA-DTA item 17).",
            "note",
        )
    )
    return Section("flow", "Flow of studies", tuple(blocks))


def _lead(source: Source, left_out: int) -> str:
    whole, data = source.review.table.n_studies + left_out, source.found["data"]
    fitted = data["n_studies"]
    if fitted == whole:
        every = {1: "The one study", 2: "Both studies"}.get(whole, f"All {whole:,} studies")
        return f"{every} of the table {'was' if whole == 1 else 'were'} fitted."
    verb = "was" if fitted == 1 else "were"
    return f"{fitted:,} of the {whole:,} studies of the table {verb} fitted."


def _sizes(table: AccuracyTable) -> tuple[int, int, int]:
    return table.n_studies, int(table.n_diseased.sum()), int(table.n_nondiseased.sum())


def _empty(table: AccuracyTable, margin: int) -> list[str]:
    sizes = (table.n_diseased, table.n_nondiseased)[margin]
    return [table.study[row] for row in np.flatnonzero(sizes == 0)]


def _listed(what: str, names: Sequence[str]) -> list[Block]:
    return [Text(f"{what}:"), Items(tuple(map(Entry, names)))] if names else []
