"""How rows that follow an answer from fit to fit are drawn."""

from collections.abc import Sequence

import arviz as az
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from metadx.estimands.logistic import FloatArray
from metadx.plots.figure_text import FigureText, attach
from metadx.plots.labels import drawable, widest
from metadx.plots.moved_rows import MovedPanel, MovedRows
from metadx.plots.row_page import (
    SLACK,
    RowKind,
    RowPage,
    place_columns,
    row_collection,
    row_page,
    rule,
)
from metadx.plots.style import BLUE, GREY, INCH, INK, VERMILLION, Backend, figure_style
from metadx.plots.visuals import band, filled, points, scalar, sized_points, spelling, text_rows

NAME = "moved"
_DOT = 13.0  # square points
_WHOLE = 26.0


def draw_moved(
    rows: MovedRows,
    text: FigureText,
    note: str,
    *,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw rows of one quantity a panel, and the answer of all studies behind them.

    Parameters
    ----------
    rows : MovedRows
    text : FigureText
        Words of the figure.
    note : str
        Mark of synthetic data; may be empty.
    backend : {"matplotlib", "none", "plotly", "bokeh"}
        What draws.
    figsize : tuple of float, optional
        Smallest width and height in inches.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "study", "sens", "spec" and "lr_neg". `viz` holds "label"
        and for each panel NAME "NAME_whole_band", "NAME_whole_line", "NAME_interval",
        "NAME_median", "NAME_whole" and "NAME_heading".
    """
    kind = RowKind(
        columns=("study", *(panel.name for panel in rows.panels)),
        panels=tuple(panel.name for panel in rows.panels),
        panel=1.5,
        narrowest=0.8,
        row=1.45,
        above=1.6,
        under=0.8,
        axis=1.6,
    )
    labels = [*rows.label, rows.whole, rows.heading]

    def widths(size: float, families: tuple[str, ...]) -> dict[str, float]:
        shown = [drawable(label, families) for label in labels]
        return {"study": SLACK * widest(shown, size, "bold", families)}

    page = row_page(kind, widths, rows.last, labels, caption=text.caption, note=note,
                    figsize=figsize)  # fmt: skip
    with figure_style(page.size, page.families):
        pc = row_collection(NAME, page, backend)
        attach(pc, text)
        _write(pc, rows, page)
        for panel in rows.panels:
            _draw(pc, rows, panel, page)
        if pc.backend == "matplotlib":
            _finish(pc, rows, page, kind)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": text.caption})
    return pc


def _write(pc: az.PlotCollection, rows: MovedRows, page: RowPage) -> None:
    heights = np.arange(len(rows.label), dtype=np.float64)
    bold = spelling(pc.backend).bold
    _text(pc, page, "study", "study_heading", y=[-1.0], text=[rows.heading], **bold)
    _text(pc, page, "study", "label", y=heights, text=rows.label)
    _text(pc, page, "study", "whole_label", y=[rows.last], text=[rows.whole], **bold)


def _text(
    pc: az.PlotCollection,
    page: RowPage,
    column: str,
    label: str,
    *,
    y: Sequence[float] | FloatArray,
    text: Sequence[str],
    **look: object,
) -> None:
    data = points(NAME, np.zeros(len(text)), y)
    words = [drawable(t, page.families) for t in text]
    look = {**spelling(pc.backend).text, "horizontal_align": "left", **look}
    pc.map(text_rows, label, data=data, coords={"column": column}, text=words, size=page.size,
           artist_dims={f"{label}_row": len(text)}, **look)  # fmt: skip


def _draw(pc: az.PlotCollection, rows: MovedRows, panel: MovedPanel, page: RowPage) -> None:
    at = {"column": panel.name}
    line = az.visuals.line_xy
    name = panel.name
    low, middle, high = panel.whole
    bottom = rows.last + 0.4
    if np.isfinite(panel.whole).all():
        data = band(NAME, [low, high], [bottom] * 2, [-0.5] * 2)
        pc.map(filled, f"{name}_whole_band", data=data, coords=at, color=VERMILLION, alpha=0.13)
        data = points(NAME, [middle, middle], [-0.5, bottom])
        pc.map(line, f"{name}_whole_line", data=data, coords=at, color=VERMILLION, width=0.8,
               linestyle="C1")  # fmt: skip
        data = points(NAME, [low, high], [rows.last] * 2)
        pc.map(line, f"{name}_whole_interval", data=data, coords=at, color=INK, width=1.2)
        data = points(NAME, [middle], [rows.last])
        pc.map(sized_points, f"{name}_whole", data=data, coords=at, size=np.array([_WHOLE]),
               marker=spelling(pc.backend).shapes["diamond"], facecolor=INK,
               edgecolor=INK, width=0.5)  # fmt: skip
    heights = np.arange(len(rows.label), dtype=np.float64)
    gap = np.full(heights.size, np.nan)
    x = np.stack([panel.lower, panel.upper, gap], axis=1).ravel()
    y = np.where(np.isnan(x), np.nan, np.repeat(heights, 3))
    pc.map(line, f"{name}_interval", data=points(NAME, x, y), coords=at, color=BLUE, width=1.0)
    doubtful = np.array(rows.doubtful, dtype=bool)
    for label, chosen, face in (
        (f"{name}_median", ~doubtful, BLUE),
        (f"{name}_doubtful", doubtful, spelling(pc.backend).hollow),
    ):
        known = chosen & np.isfinite(panel.median)
        if known.any():
            data = points(NAME, panel.median[known], heights[known])
            pc.map(sized_points, label, data=data, coords=at, size=np.full(known.sum(), _DOT),
                   marker=spelling(pc.backend).square, facecolor=face, edgecolor=BLUE,
                   width=0.6)  # fmt: skip
    start = points(NAME, [sum(panel.limits) / 2], [-1.0])
    look = {**spelling(pc.backend).text, **spelling(pc.backend).bold}
    pc.map(text_rows, f"{name}_heading", data=start, coords=at, text=[panel.heading],
           size=page.size, horizontal_align="center", artist_dims={f"{name}_heading_row": 1},
           **look)  # fmt: skip


def _finish(pc: az.PlotCollection, rows: MovedRows, page: RowPage, kind: RowKind) -> None:
    figure: Figure = pc.viz["figure"].item()
    panels = {panel.name: panel for panel in rows.panels}
    for column, ax in place_columns(pc, NAME, page).items():
        ax.set_ylim(rows.last + kind.under, -kind.above)
        if column in panels:
            _axis(ax, panels[column], page)
        else:
            ax.set_axis_off()
            ax.set_xlim(0.0, 1.0)
    total = kind.above + rows.last + kind.under
    for y, colour in ((-0.55, INK), (rows.rule, GREY)):
        rule(figure, page, (y + kind.above) / total, colour)


def _axis(ax: Axes, panel: MovedPanel, page: RowPage) -> None:
    low, high = panel.limits
    ax.set_xlim(low, high)
    most = max(2, int(page.column_widths[panel.name] / (3.6 * page.size / INCH)))
    if panel.logarithmic:
        ticks = _decades(low, high, most)
        ax.set_xticks(np.log10(ticks), [f"{tick:g}" for tick in ticks])
    else:
        found = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(low, high)
        inside = [t for t in np.round(found, 9) if low <= t <= high]
        ax.set_xticks(inside, [f"{tick:g}" for tick in inside])
    ax.set_yticks([])
    ax.set_facecolor("none")
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)


def _decades(low: float, high: float, most: int) -> list[float]:
    """Choose round values whose log10 lies between the ends: the finest steps that have room."""
    for steps in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        exponents = range(int(np.floor(low)), int(np.ceil(high)) + 1)
        found = [m * 10.0**e for e in exponents for m in steps]
        inside = [value for value in found if low <= np.log10(value) <= high]
        if len(inside) <= most:
            break
    else:
        inside = inside[:: -(-len(inside) // most)]
    return inside or [float(f"{10 ** ((low + high) / 2):.2g}")]
