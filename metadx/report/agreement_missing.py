"""Why a number is left empty in the summary of a review of agreement."""

from collections.abc import Iterator, Mapping
from typing import Any

from metadx.engines.agreement.result import AgreementFit
from metadx.engines.result import Note
from metadx.estimands.agreement_headline import ESTIMANDS


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
    return [*_of_rows(found), *_of_observed(found), *_of_pooled(fit, found)]


def _of_rows(found: Mapping[str, Any]) -> Iterator[Note]:
    for row in found["findings"]:
        empty = [name for name, values in row["estimands"].items() if values is None]
        # Of rows that cannot tell the engine's notes give the reason, once for all of them.
        told = row["association"] and row["margins"] != "unknown"
        if empty and told:
            yield Note(
                f"{row['label']}: {', '.join(empty)}",
                "not defined in every draw: the categories of both raters could be one and the "
                "same, where nothing can differ by chance.",
            )
    silent = [
        row["label"]
        for row in found["findings"]
        if row["kappa_reported"] is not None and row["predictive_p"] is None
    ]
    if silent:
        text = "cannot be had, for no kappa of a new table is drawn"
        yield Note("predictive_p", f"{text}: {'; '.join(silent)}")


def _of_observed(found: Mapping[str, Any]) -> Iterator[Note]:
    for row in found["findings"]:
        seen, values = row["kappa_observed"], row["estimands"][ESTIMANDS[row["kappa_weights"]]]
        if seen is not None and values is not None and seen > values["upper"]:
            yield Note(
                f"{row['label']}: kappa",
                f"kappa of the {row['n']:,} cases seen is {seen:.2f}, above the interval: so good "
                "an agreement in few cases is taken as partly luck, for the prior expects less.",
            )


def _of_pooled(fit: AgreementFit, found: Mapping[str, Any]) -> Iterator[Note]:
    if found["pooled"] is None:
        if not any(row["association"] for row in found["findings"]):
            yield Note("pooled", "no row tells how alike raters see, so there is nothing to pool.")
        elif fit.table.n_rows == 1:
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
