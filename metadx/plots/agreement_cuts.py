"""The plot of cut-points: what each rater must see to give the next category."""

import arviz as az
import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.plots.agreement_captions import caption_cuts
from metadx.plots.agreement_cut_rows import CutRows, cut_rows
from metadx.plots.agreement_page import (
    HEADING,
    draw_lines,
    draw_marks,
    finish_rows,
    panel_axis,
    wide,
    write_words,
)
from metadx.plots.agreement_words import text_cuts
from metadx.plots.captions import synthetic_note
from metadx.plots.figure_text import attach
from metadx.plots.row_page import RowKind, RowPage, row_collection, row_page
from metadx.plots.style import BLUE, GREY, SHAPE_AREAS, VERMILLION, Backend, figure_style
from metadx.plots.visuals import points, scalar, spelling

NAME = "cut_points"
_APART = 0.2  # of either rater from the middle of the row
_STEP = 0.05  # between the categories of a rater, in rows
_AREA = 20.0  # square points of a full square


def plot_cut_points(
    fit: AgreementFit,
    *,
    prob: float = 0.95,
    margins_only: bool = True,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the cut-points of both raters of every row on the latent scale.

    Parameters
    ----------
    fit : AgreementFit
        As `metadx.fit_agreement` returns it. Of three or more raters there is one row for each.
    prob : float, default 0.95
        Level of the intervals.
    margins_only : bool, default True
        Leave out rows without margins, whose cut-points rest on the prior, unless there are no
        others.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows and labels need.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "row", "cuts" and "shift". `viz` holds what was drawn:
        "row_label", "interval_a", "cut_a_1" and so on for the first rater, the same with "b" for
        the second, "join", and "shift_words", the mean category of the first rater less that of
        the second; the text is in "caption".

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit_agreement(metadx.load_agreement("xeromammograms"), draws=1000)
    >>> figure = metadx.plot_cut_points(fit, backend="none")
    >>> len(figure.viz["cut_a_3"]["cut_points"].item()["x"])
    1
    """
    found = cut_rows(fit, prob, margins_only=margins_only)
    caption = caption_cuts(fit, found, prob)
    kind, page = _page(found, caption, synthetic_note(fit), figsize)
    last = len(found.rows) - 1.0
    with figure_style(page.size, page.families):
        pc = row_collection(NAME, page, backend)
        attach(pc, text_cuts(fit, found, caption, prob))
        _write(pc, page, found)
        _draw(pc, found)
        if pc.backend == "matplotlib":
            axes = finish_rows(pc, NAME, page, kind, last)
            inches = page.column_widths["cuts"]
            scale = "Latent scale (standard deviations)"
            panel_axis(axes["cuts"], found.ends, inches, page.size, scale)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": caption})
    return pc


def _shift_heading(found: CutRows) -> str:
    if found.raters is None:
        return ""
    return f"{found.raters[0]} − {found.raters[1]}, categories"


def _page(
    found: CutRows, caption: str, note: str, figsize: tuple[float, float] | None
) -> tuple[RowKind, RowPage]:
    pairs = found.raters is not None
    kind = RowKind(
        columns=("row", "cuts", "shift") if pairs else ("row", "cuts"),
        panels=("cuts",),
        panel=3.2,
        narrowest=1.4,
        row=2.1 if pairs else 1.7,
        above=1.6,
        under=0.8,
        axis=3.0,
    )
    labels = [row.label for row in found.rows]
    heading = _shift_heading(found)

    def widths(size: float, families: tuple[str, ...]) -> dict[str, float]:
        measured = {"row": wide(labels, size, families)}
        if pairs:
            shifts = [row.shift_text for row in found.rows]
            measured["shift"] = wide([*shifts, heading], size, families)
        return measured

    last = len(found.rows) - 1.0
    names = [*labels, heading]
    return kind, row_page(kind, widths, last, names, caption=caption, note=note, figsize=figsize)


def _write(pc: az.PlotCollection, page: RowPage, found: CutRows) -> None:
    y = np.arange(len(found.rows), dtype=np.float64)
    write_words(pc, page, (NAME, "row", "row_label"), y, [row.label for row in found.rows])
    if found.raters is not None:
        shifts = [row.shift_text for row in found.rows]
        heading = [_shift_heading(found)]
        write_words(pc, page, (NAME, "shift", "shift_heading"), [HEADING], heading)
        write_words(pc, page, (NAME, "shift", "shift_words"), y, shifts)


def _draw(pc: az.PlotCollection, found: CutRows) -> None:
    y = np.arange(len(found.rows), dtype=np.float64)
    shapes = spelling(pc.backend).shapes
    names = list(SHAPE_AREAS)
    every = [np.array(cuts) for cuts in zip(*(row.cuts for row in found.rows), strict=True)]
    shifts = (-_APART, _APART) if len(every) == 2 else (0.0,)
    if len(every) == 2:
        _join(pc, [cuts[..., 1] for cuts in every], y)
    looks = ((BLUE, BLUE), ("#FFFFFF", VERMILLION))
    for rater, cuts, shift, (face, edge) in zip("ab", every, shifts, looks, strict=False):
        kinds = cuts.shape[1]
        # Intervals of neighbours overlap: each category has a height of its own.
        heights = y[:, None] + shift + _STEP * (np.arange(kinds) - (kinds - 1) / 2)
        flat = cuts.reshape(-1, 3)
        line = (NAME, "cuts", f"interval_{rater}")
        draw_lines(pc, line, heights.ravel(), flat[:, 0], flat[:, 2], color=edge, width=0.8)
        for k in range(kinds):
            shape = names[k % len(names)]
            at = (NAME, "cuts", f"cut_{rater}_{k + 1}")
            area = _AREA * 0.785 / SHAPE_AREAS[shape]
            draw_marks(pc, at, cuts[:, k, 1], heights[:, k], area=area, marker=shapes[shape],
                       facecolor=face, edgecolor=edge, width=0.8)  # fmt: skip


def _join(pc: az.PlotCollection, medians: list[np.ndarray], y: np.ndarray) -> None:
    """Join the cut-points of one category of the two raters."""
    gap = np.full(medians[0].shape, np.nan)
    x = np.stack([*medians, gap], axis=-1).ravel()
    heights = np.broadcast_to(y[:, None], gap.shape)
    at = np.stack([heights - _APART, heights + _APART, gap], axis=-1).ravel()
    data = points(NAME, x, np.where(np.isnan(x), np.nan, at))
    pc.map(az.visuals.line_xy, "join", data=data, coords={"column": "cuts"}, color=GREY, width=0.6)
