"""The panels of a figure of cross-tables, before anything is drawn."""

from dataclasses import dataclass

import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.errors import MetadxError
from metadx.estimands.logistic import FloatArray
from metadx.plots.agreement_captions import category_words
from metadx.plots.agreement_draws import RowDraws, row_draws
from metadx.studies.agreement import IntArray

PANELS_A_PAGE = 12
SEEN = 1e-6  # cases: a category with fewer is not used


@dataclass(frozen=True, eq=False)
class TablePanel:
    """One cross-table.

    Parameters
    ----------
    row : RowDraws
    expected : ndarray, shape (K, K)
        Posterior mean counts of the categories shown.
    observed : ndarray of int, shape (K, K), or None
        Counts, where the table is known or is the only one left.
    """

    row: RowDraws
    expected: FloatArray
    observed: IntArray | None

    @property
    def shares(self) -> FloatArray:
        """How dark each cell is: square roots of shares, so that small counts show."""
        return np.asarray(np.sqrt(self.expected / self.expected.sum()))


@dataclass(frozen=True, eq=False)
class TablePanels:
    """All panels of one page.

    Parameters
    ----------
    panels : tuple of TablePanel
    categories : list of str, length K
        Names of the categories on the axes.
    key : str
        A sentence that explains them; may be empty.
    which : str
        Which of the rows of the review the page shows, in words.
    """

    panels: tuple[TablePanel, ...]
    categories: list[str]
    key: str
    which: str


def count_table_pages(fit: AgreementFit) -> int:
    """Count the pages that the cross-tables of a fit take.

    Parameters
    ----------
    fit : AgreementFit

    Returns
    -------
    int
        0 where no row has margins or counts.
    """
    known = [row.counts is not None or bool(row.margins_a and row.margins_b)
             for row in fit.table.rows]  # fmt: skip
    return -(-sum(known) // PANELS_A_PAGE)


def table_panels(fit: AgreementFit, page: int) -> TablePanels:
    """Compute the panels of one page.

    Parameters
    ----------
    fit : AgreementFit
    page : int
        From 1.

    Returns
    -------
    TablePanels

    Raises
    ------
    MetadxError
        If there is no such page.
    """
    rows = [one for one in row_draws(fit) if one.bounded]
    pages = -(-len(rows) // PANELS_A_PAGE)
    if not rows:
        raise MetadxError(
            "figure of cross-tables: found no row with the margins of both raters or with a "
            "cross-table; the cells of the others rest on the prior."
        )
    if not 1 <= page <= pages:
        raise MetadxError(
            f"figure of cross-tables: there is no page {page}; wanted is 1 to {pages}."
        )
    start = (page - 1) * PANELS_A_PAGE
    chosen = rows[start : start + PANELS_A_PAGE]
    expected = [one.row.n * one.cells.mean(axis=0) for one in chosen]
    used = np.sum([table.sum(0) + table.sum(1) for table in expected], axis=0) > SEEN
    kept = slice(int(used.argmax()), used.size - int(used[::-1].argmax()))
    panels = []
    for one, table in zip(chosen, expected, strict=True):
        counts = one.single_table
        trimmed = None if counts is None else counts[kept, kept]
        panels.append(TablePanel(one, table[kept, kept], trimmed))
    names, key = category_words(fit.table.categories[kept])
    return TablePanels(tuple(panels), names, key, _which(fit, len(rows), start, len(chosen)))


def _which(fit: AgreementFit, known: int, start: int, shown: int) -> str:
    total = fit.table.n_rows
    if shown == total:
        return "1 row" if total == 1 else f"{total} rows"
    if shown == known:
        return f"the {known} of {total} rows whose margins or counts are known"
    known_rows = "" if known == total else " whose margins or counts are known"
    return f"rows {start + 1} to {start + shown} of {known}{known_rows}"
