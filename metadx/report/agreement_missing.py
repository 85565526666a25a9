"""Why a number is left empty in the summary of a review of agreement."""

from collections.abc import Iterator, Mapping
from typing import Any

from metadx.engines.ordinal_fit import AgreementFit
from metadx.engines.result import Note


def reasons(fit: AgreementFit, found: Mapping[str, Any]) -> list[Note]:
    """Give a reason for each null of a summary.

    Parameters
    ----------
    fit : AgreementFit
    found : mapping
        Content of the summary so far.

    Returns
    -------
    list of Note
    """
    return [*_of_rows(found), *_of_pooled(fit, found)]


def _of_rows(found: Mapping[str, Any]) -> Iterator[Note]:
    for row in found["findings"]:
        empty = [name for name, values in row["estimands"].items() if values is None]
        if empty:
            yield Note(
                f"{row['label']}: {', '.join(empty)}",
                "not defined in every draw: the categories of both raters could be one and the "
                "same, where nothing can differ by chance.",
            )
        if row["kappa_reported"] is not None and row["predictive_p"] is None:
            yield Note(
                f"{row['label']}: predictive_p",
                "cannot be had: no kappa of a new table is drawn for this row.",
            )


def _of_pooled(fit: AgreementFit, found: Mapping[str, Any]) -> Iterator[Note]:
    if found["pooled"] is None:
        if fit.table.n_rows == 1:
            yield Note("pooled", "one row: nothing is shared, so there is nothing to pool.")
        else:
            yield Note(
                "pooled",
                "the rows are pairs of the same raters about the same cases: no law of further "
                "findings or studies can be had from them.",
            )
        return
    empty = [name for name, values in found["pooled"].items() if values is None]
    if empty:
        yield Note(", ".join(empty), "not defined: the standard margin has one category only.")
