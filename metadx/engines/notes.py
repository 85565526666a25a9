"""Plain words for what a reader must know before using a number."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import Card
from metadx.engines.result import EngineReport, Note
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.count_remarks import count_remarks
from metadx.studies.total_rows import total_rows

type FloatArray = NDArray[np.float64]

FEW_STUDIES = 4


def fit_notes(
    table: AccuracyTable,
    card: Card,
    engine: EngineReport,
    *,
    remarks: Sequence[str] = (),
    dropped: Sequence[str] = (),
    df: FloatArray | None = None,
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
    df : ndarray or None
        Draws of the degrees of freedom of t effects.

    Returns
    -------
    tuple of Note
    """
    notes = [
        *_assumed(card),
        *_degrees(card, df),
        *_few_studies(table, card),
        *_empty_arms(table),
        *_silent_counts(table, card),
    ]
    notes += [Note("studies", f"{label}: {words}.") for label, words in total_rows(table)]
    notes += [Note("counts", f"{label}: {words}.") for label, words in count_remarks(table)]
    if dropped:
        text = f"Left out because a covariate is missing: {', '.join(dropped)}."
        notes.append(Note("studies", text))
    notes += [Note("covariates", remark) for remark in remarks]
    if engine.fell_back:
        text = f"{engine.fell_back}; the fit was made by NUTS instead."
        notes.append(Note("engine", text[0].upper() + text[1:]))
    return tuple(notes)


def _assumed(card: Card) -> list[Note]:
    """Say what the structure of the card takes as given."""
    if card.builder == "fixed":
        text = (
            f"The card {card.id} assumes that all studies have one accuracy, so that they differ "
            "by chance alone: tau is 0, a new study is expected to have the same accuracy, and the "
            "intervals are too short wherever studies differ by more."
        )
        return [Note("heterogeneity", text)]
    if card.builder == "independent":
        text = (
            f"The card {card.id} assumes that the sensitivity and the specificity of a study say "
            "nothing of each other: rho is 0, not estimated."
        )
        return [Note("rho", text)]
    if card.builder == "bivariate-t":
        text = (
            f"The card {card.id} gives the studies a t law: tau is its scale, and the standard "
            "deviation between studies is tau sqrt(nu / (nu - 2)) where nu is above 2."
        )
        return [Note("tau", text)]
    return []


def _degrees(card: Card, df: FloatArray | None) -> list[Note]:
    """Say how probable the degrees of freedom are, and were before the data."""
    nu = card.parameters.nu
    if nu is None or df is None:
        return []
    told = [
        f"{value:g} with {_per_cent((df == value).mean())} (prior {_per_cent(share)})"
        for value, share in zip(nu.prior.values, nu.prior.probabilities, strict=True)
    ]
    text = f"Probability of the degrees of freedom nu: {', '.join(told)}."
    return [Note("nu", f"{text} Few mean that single studies lie far out, many a normal law.")]


def _per_cent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"


def _few_studies(table: AccuracyTable, card: Card) -> list[Note]:
    n = table.n_studies
    if n >= FEW_STUDIES or card.builder == "fixed":
        return []
    studies = "one study says" if n == 1 else f"{n} studies say"
    parts = ["Heterogeneity", "correlation", "the curve", "the prediction for a new study"]
    if card.builder == "independent":  # its correlation is given, so it draws no curve of its own
        parts.remove("correlation")
    text = (
        f"Prior-led: {studies} little or nothing about how studies differ. "
        f"{', '.join(parts[:-1])} and {parts[-1]} follow the priors of the card {card.id}."
    )
    return [Note("heterogeneity", text)]


def _empty_arms(table: AccuracyTable) -> list[Note]:
    notes = []
    arms = (
        ("sens", f"diseased {table.counted}", table.n_diseased),
        ("spec", f"non-diseased {table.counted}", table.n_nondiseased),
    )
    for margin, people, sizes in arms:
        empty = [table.study[i] for i in np.flatnonzero(sizes == 0)]
        if len(empty) == table.n_studies:
            text = f"No study has {people}: {margin} is not identified."
            notes.append(Note(margin, text))
        elif empty:
            shown = ", ".join(empty[:5]) + (f" and {len(empty) - 5} more" if empty[5:] else "")
            text = f"Without {people}, kept for the other arm: {shown}."
            notes.append(Note(margin, text))
    return notes


def _silent_counts(table: AccuracyTable, card: Card) -> list[Note]:
    """Say where a margin is at its edge in every study: its mean rests on the prior."""
    notes = []
    spread = " follows" if card.builder == "fixed" else ", and its heterogeneity, follow"
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
                f"near{spread} the prior."
            )
            notes.append(Note(margin, text))
    return notes
