"""Plain words for what a reader must know before using a number."""

from collections.abc import Sequence

import numpy as np

from metadx.cards.card import Card
from metadx.engines.result import EngineReport, Note
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.count_remarks import count_remarks

FEW_STUDIES = 4


def fit_notes(
    table: AccuracyTable,
    card: Card,
    engine: EngineReport,
    *,
    remarks: Sequence[str] = (),
    dropped: Sequence[str] = (),
) -> tuple[Note, ...]:
    """List the notes that a table, a design and an engine call for.

    Parameters
    ----------
    table : AccuracyTable
    card : Card
    engine : EngineReport
    remarks : sequence of str
        Of the design.
    dropped : sequence of str
        Studies left out because a covariate is missing.

    Returns
    -------
    tuple of Note
    """
    notes = [*_few_studies(table, card), *_empty_arms(table), *_silent_counts(table)]
    notes += [Note("counts", f"{label}: {words}.") for label, words in count_remarks(table)]
    if dropped:
        text = f"Left out because a covariate is missing: {', '.join(dropped)}."
        notes.append(Note("studies", text))
    notes += [Note("covariates", remark) for remark in remarks]
    if engine.fell_back:
        text = f"{engine.fell_back}; the fit was made by NUTS instead."
        notes.append(Note("engine", text[0].upper() + text[1:]))
    return tuple(notes)


def _few_studies(table: AccuracyTable, card: Card) -> list[Note]:
    n = table.n_studies
    if n >= FEW_STUDIES:
        return []
    studies = "one study says" if n == 1 else f"{n} studies say"
    text = (
        f"Prior-led: {studies} little or nothing about how studies differ. Heterogeneity, "
        f"correlation, the curve and the prediction for a new study follow the priors of the "
        f"card {card.id}."
    )
    return [Note("heterogeneity", text)]


def _empty_arms(table: AccuracyTable) -> list[Note]:
    notes = []
    arms = (
        ("sens", "diseased", table.n_diseased),
        ("spec", "non-diseased", table.n_nondiseased),
    )
    for margin, people, sizes in arms:
        empty = [table.study[i] for i in np.flatnonzero(sizes == 0)]
        if len(empty) == table.n_studies:
            text = f"No study has {people} participants: {margin} is not identified."
            notes.append(Note(margin, text))
        elif empty:
            shown = ", ".join(empty[:5]) + (f" and {len(empty) - 5} more" if empty[5:] else "")
            text = f"Without {people} participants, kept for the other arm: {shown}."
            notes.append(Note(margin, text))
    return notes


def _silent_counts(table: AccuracyTable) -> list[Note]:
    """Say where a margin is at its edge in every study: its mean rests on the prior."""
    notes = []
    cells = (
        ("sens", "tp", table.tp, table.n_diseased),
        ("sens", "fn", table.fn, table.n_diseased),
        ("spec", "tn", table.tn, table.n_nondiseased),
        ("spec", "fp", table.fp, table.n_nondiseased),
    )
    for margin, name, counts, sizes in cells:
        if sizes.any() and not counts.any():
            edge = "0" if name in {"tp", "tn"} else "1"
            text = (
                f"{name} = 0 in every study: the data only say that {margin} is near {edge}; how "
                f"near, and its heterogeneity, follow the prior."
            )
            notes.append(Note(margin, text))
    return notes
