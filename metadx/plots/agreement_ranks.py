"""The plot of ranks: which rows agree best, as they are and at one margin for all."""

from dataclasses import dataclass
from typing import Literal

import arviz as az
import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.errors import MetadxError
from metadx.estimands.agreement_contrasts import agreement_ranks
from metadx.estimands.logistic import FloatArray
from metadx.plots.agreement_captions import caption_ranks, rows_words
from metadx.plots.agreement_cells import draw_cells, words_by_ink
from metadx.plots.agreement_draws import RowDraws, row_draws
from metadx.plots.agreement_page import HEADING, finish_rows, wide, write_words
from metadx.plots.agreement_words import text_ranks
from metadx.plots.captions import synthetic_note
from metadx.plots.figure_text import attach
from metadx.plots.row_page import RowKind, RowPage, row_collection, row_page
from metadx.plots.style import Backend, figure_style
from metadx.plots.visuals import scalar

type RankFamily = Literal["whole", "parts"]

NAME = "ranks"
_PANELS = {"raw": "Kappa as it is", "standard": "At one margin"}


@dataclass(frozen=True, eq=False)
class RankRows:
    """What a plot of ranks shows.

    Parameters
    ----------
    rows : tuple of RowDraws
        From the best to the least by the mean rank of kappa as it is.
    prob : mapping of str to ndarray, shape (R, R)
        Probability of each rank (column) of each row, for "raw" and "standard".
    """

    rows: tuple[RowDraws, ...]
    prob: dict[str, FloatArray]


def rank_rows(fit: AgreementFit, family: RankFamily) -> RankRows:
    """Rank the rows about the whole, or those about its parts.

    Parameters
    ----------
    fit : AgreementFit
    family : {"whole", "parts"}

    Returns
    -------
    RankRows

    Raises
    ------
    MetadxError
        If fewer than two rows can be ranked.
    """
    rows = [row for row in row_draws(fit) if row.part is (family == "parts")]
    known = [row for row in rows if np.isfinite(row.kappa).all()]
    if len(known) < 2:
        what = "about parts of the whole " if family == "parts" else ""
        raise MetadxError(
            f"plot of ranks: found {rows_words(len(known))} {what}with a kappa; at least 2 are "
            "needed."
        )
    ranked = agreement_ranks(np.stack([row.kappa for row in known], axis=1))
    standard = agreement_ranks(np.stack([row.draws["kappa_standard"] for row in known], axis=1))
    order = np.argsort(ranked.mean, kind="stable")
    prob = {"raw": ranked.prob[order], "standard": standard.prob[order]}
    return RankRows(tuple(known[i] for i in order), prob)


def plot_agreement_ranks(
    fit: AgreementFit,
    *,
    family: RankFamily = "whole",
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the probability of each rank of each row, by kappa as it is and at one margin.

    Parameters
    ----------
    fit : AgreementFit
        As `metadx.fit_agreement` returns it, of two rows or more.
    family : {"whole", "parts"}, default "whole"
        Rows about the whole region, which are all where no region is a part of another, or rows
        about its parts.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows and labels need.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "row", "raw" and "standard". `viz` holds what was drawn:
        "row_label", "cells_raw", "words_raw_1" and so on; the text is in "caption".

    Raises
    ------
    MetadxError
        If fewer than two rows can be ranked.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit_agreement(metadx.load_agreement("multiple-sclerosis"), draws=1000)
    >>> figure = metadx.plot_agreement_ranks(fit, backend="none")
    >>> len(figure.viz["cells_raw"]["ranks"].values)
    4
    """
    found = rank_rows(fit, family)
    caption = caption_ranks(fit, found.rows, family)
    kind, page = _page(found, caption, synthetic_note(fit), figsize)
    with figure_style(page.size, page.families):
        pc = row_collection(NAME, page, backend)
        attach(pc, text_ranks(fit, found.rows, found.prob, caption))
        _draw(pc, page, found)
        if pc.backend == "matplotlib":
            ranks = len(found.rows)
            for column, ax in finish_rows(pc, NAME, page, kind, ranks - 1.0).items():
                if column in _PANELS:
                    ax.set_xlim(0.5, ranks + 0.5)
                    ax.set_xticks(range(1, ranks + 1))
                    ax.set_yticks([])
                    ax.set_xlabel("Rank", labelpad=2.0)
                    ax.tick_params(length=0.0)
                    for side in ax.spines.values():
                        side.set_visible(False)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": caption})
    return pc


def _page(
    found: RankRows, caption: str, note: str, figsize: tuple[float, float] | None
) -> tuple[RowKind, RowPage]:
    labels = [row.name for row in found.rows]
    panel = max(1.0, (0.27 if len(labels) <= 10 else 0.21) * len(labels))
    kind = RowKind(
        columns=("row", *_PANELS),
        panels=tuple(_PANELS),
        panel=panel,
        narrowest=max(0.9, 0.18 * len(labels)),
        row=1.9,
        above=1.6,
        under=0.6,
        axis=3.0,
    )

    def widths(size: float, families: tuple[str, ...]) -> dict[str, float]:
        return {"row": wide(labels, size, families)}

    last = len(labels) - 1.0
    return kind, row_page(kind, widths, last, labels, caption=caption, note=note, figsize=figsize)


def _draw(pc: az.PlotCollection, page: RowPage, found: RankRows) -> None:
    rows = len(found.rows)
    y = np.arange(rows, dtype=np.float64)
    write_words(pc, page, (NAME, "row", "row_label"), y, [row.name for row in found.rows])
    down, across = (axis.ravel().astype(np.float64) for axis in np.indices((rows, rows)))
    for column, heading in _PANELS.items():
        at = (NAME, column, f"{column}_heading")
        write_words(pc, page, at, [HEADING], [heading], x=(rows + 1) / 2, align="center")
        prob = found.prob[column].ravel()
        cells = (NAME, {"column": column}, f"cells_{column}")
        draw_cells(pc, cells, across + 1, down, prob)
        for number, (ink, chosen) in enumerate(words_by_ink(prob).items(), start=1):
            shown = np.logical_and(chosen, np.round(100 * prob) >= 1)
            words = [f"{100 * value:.0f}" for value in prob[shown]]
            at = (NAME, column, f"words_{column}_{number}")
            write_words(pc, page, at, down[shown], words, x=across[shown] + 1, align="center",
                        color=ink)  # fmt: skip
