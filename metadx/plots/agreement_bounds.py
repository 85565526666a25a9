"""The plot of bounds: what printed numbers leave possible without a model, and the posterior."""

import arviz as az
import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.use import NO_TABLE
from metadx.plots.agreement_bound_rows import BoundRows, bound_rows
from metadx.plots.agreement_captions import caption_bounds
from metadx.plots.agreement_cells import draw_blocks
from metadx.plots.agreement_draws import raters_of
from metadx.plots.agreement_page import (
    HEADING,
    draw_lines,
    draw_marks,
    finish_rows,
    panel_axis,
    wide,
    write_words,
)
from metadx.plots.agreement_words import text_bounds
from metadx.plots.captions import synthetic_note
from metadx.plots.figure_text import attach
from metadx.plots.row_page import RowKind, RowPage, row_collection, row_page
from metadx.plots.style import BLUE, GREY, INK, PALE, Backend, figure_style
from metadx.plots.visuals import points, scalar

NAME = "bounds"
_PANELS = ("exact", "within1", "a_higher", "b_higher")
_LOOK = {"margins": (PALE, 0.36), "kappa": ("#A6A6A6", 0.27), "spearman": (GREY, 0.18)}
_BARS = -0.12  # of the bars from the middle of the row
_POSTERIOR = 0.36


def plot_agreement_bounds(
    fit: AgreementFit,
    *,
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw what the printed numbers leave possible without any model, beside the posterior.

    Parameters
    ----------
    fit : AgreementFit
        As `metadx.fit_agreement` returns it. Rows without margins are left out.
    prob : float, default 0.95
        Level of the posterior intervals.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows and labels need.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "row", "exact", "within1", "a_higher" and "b_higher".
        `viz` holds what was drawn: "row_label", and for each of the four "margins_exact",
        "kappa_exact", "spearman_exact", "known_exact", "posterior_exact", "median_exact" and so
        on; the text is in "caption".

    Raises
    ------
    MetadxError
        If no row has margins or a cross-table.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit_agreement(metadx.load_agreement("xeromammograms"), draws=1000)
    >>> figure = metadx.plot_agreement_bounds(fit, backend="none")
    >>> figure.viz["known_exact"]["bounds"].item()["x"][0].round(3)
    np.float64(0.635)
    """
    found = bound_rows(fit, prob)
    strokes = bool(found.single.any())
    caption = caption_bounds(fit, found.rows, prob, evidence=found.shown, strokes=strokes)
    labels = [one.name + (" †" if one.audit.verdict in NO_TABLE else "") for one in found.rows]
    heads = _headings(found)
    kind, page = _page(labels, heads, caption, synthetic_note(fit), figsize)
    last = len(labels) - 1.0
    with figure_style(page.size, page.families):
        pc = row_collection(NAME, page, backend)
        attach(pc, text_bounds(fit, found, caption, prob))
        y = np.arange(len(labels), dtype=np.float64)
        write_words(pc, page, (NAME, "row", "row_label"), y, labels)
        for place, column in enumerate(_PANELS):
            at = (NAME, column, f"{column}_heading")
            for line, words in enumerate(heads[column]):
                height = HEADING + 0.6 * (line - len(heads[column]) + 1)
                write_words(pc, page, (*at[:2], f"{at[2]}_{line + 1}"), [height], [words], x=0.5,
                            align="center")  # fmt: skip
            _draw(pc, found, place)
        if pc.backend == "matplotlib":
            for column, ax in finish_rows(pc, NAME, page, kind, last).items():
                if column in _PANELS:
                    wide_panel = page.column_widths[column]
                    panel_axis(ax, (-0.02, 1.02), wide_panel, page.size, "Share of cases")
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": caption})
    return pc


def _headings(found: BoundRows) -> dict[str, tuple[str, str]]:
    first, second = raters_of(found.rows)
    return {
        "exact": ("Same", "category"),
        "within1": ("At most one", "category apart"),
        "a_higher": (first[:1].upper() + first[1:], "higher"),
        "b_higher": (second[:1].upper() + second[1:], "higher"),
    }


def _page(
    labels: list[str],
    heads: dict[str, tuple[str, str]],
    caption: str,
    note: str,
    figsize: tuple[float, float] | None,
) -> tuple[RowKind, RowPage]:
    words = [line for lines in heads.values() for line in lines]
    kind = RowKind(
        columns=("row", *_PANELS),
        panels=_PANELS,
        panel=max(1.2, wide(words, 7.5, ("DejaVu Sans",))),
        narrowest=max(0.85, wide(words, 6.0, ("DejaVu Sans",))),
        row=2.1,
        above=2.05,
        under=0.8,
        axis=3.0,
    )

    def widths(size: float, families: tuple[str, ...]) -> dict[str, float]:
        return {"row": wide(labels, size, families)}

    last = len(labels) - 1.0
    names = [*labels, *words]
    return kind, row_page(kind, widths, last, names, caption=caption, note=note, figsize=figsize)


def _draw(pc: az.PlotCollection, found: BoundRows, place: int) -> None:
    column = _PANELS[place]
    y = np.arange(len(found.rows), dtype=np.float64)
    known = found.single
    for evidence in found.shown:
        ends = found.bounds[evidence][:, place]
        bars = np.isfinite(ends).all(axis=1) & (ends[:, 1] > ends[:, 0])
        colour, half = _LOOK[evidence]
        at = (NAME, {"column": column}, f"{evidence}_{column}")
        draw_blocks(pc, at, ends[bars], y[bars] + _BARS, half=half, colour=colour)
    if known.any():  # a single table leaves one value: an upright stroke
        x = found.single_value[known, place]
        strokes = np.stack([x, x, np.full(x.size, np.nan)], axis=1).ravel()
        top = y[known] + _BARS
        ends = np.stack([top - 0.36, top + 0.36, np.full(x.size, np.nan)], axis=1).ravel()
        _stroke(pc, column, strokes, ends)
    ends = found.posterior[:, place]
    line = (NAME, column, f"posterior_{column}")
    draw_lines(pc, line, y + _POSTERIOR, ends[:, 0], ends[:, 2], color=BLUE, width=1.1)
    draw_marks(pc, (NAME, column, f"median_{column}"), ends[:, 1], y + _POSTERIOR, area=14.0,
               facecolor=BLUE, edgecolor="#FFFFFF", width=0.5)  # fmt: skip


def _stroke(pc: az.PlotCollection, column: str, x: np.ndarray, y: np.ndarray) -> None:
    pc.map(az.visuals.line_xy, f"known_{column}", data=points(NAME, x, y),
           coords={"column": column}, color=INK, width=1.4)  # fmt: skip
