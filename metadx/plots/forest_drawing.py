"""How the rows of a coupled forest plot are drawn, whether in one block or in several."""

from collections.abc import Callable, Sequence

import arviz as az
import numpy as np
import xarray as xr

from metadx.estimands.logistic import FloatArray
from metadx.plots.figure_text import FigureText, attach
from metadx.plots.forest_layout import NAME, ForestLayout, finish_forest
from metadx.plots.forest_rows import ForestMargin, ForestRows, ForestSummary
from metadx.plots.labels import drawable
from metadx.plots.row_page import row_collection
from metadx.plots.style import BLUE, GREY, INK, VERMILLION, Backend, figure_style
from metadx.plots.visuals import band, filled, points, scalar, sized_points, spelling, text_rows

type Visual = Callable[..., object]

_HEADINGS = {"sens": "Sensitivity", "spec": "Specificity"}
_HALF = 0.3  # half height of the diamond and of the bar, in rows


def draw_forest(
    rows: ForestRows, layout: ForestLayout, text: FigureText, backend: Backend
) -> az.PlotCollection:
    """Draw the rows.

    Parameters
    ----------
    rows : ForestRows
        Content of the plot.
    layout : ForestLayout
        Its sizes.
    text : FigureText
        Words of the figure.
    backend : {"matplotlib", "none", "plotly", "bokeh"}
        What draws.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn; marks of the summary of a block have its number behind
        their name, as "sens_pooled_1".
    """
    with figure_style(layout.page.size, layout.page.families):
        pc = row_collection(NAME, layout.page, backend)
        attach(pc, text)
        _draw_table(pc, rows, layout)
        for margin in rows.margins:
            _draw_margin(pc, rows, margin)
            _draw_words(pc, rows, margin, layout)
        if pc.backend == "matplotlib":
            finish_forest(pc, rows, layout)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": text.caption})
    return pc


def _draw_table(pc: az.PlotCollection, rows: ForestRows, layout: ForestLayout) -> None:
    def write(
        column: str,
        label: str,
        x: float,
        y: list[float] | FloatArray,
        text: Sequence[str],
        **look: object,
    ) -> None:
        data = points(NAME, np.full(len(text), x), y)
        words = [drawable(t, layout.page.families) for t in text]
        pc.map(
            text_rows,
            label,
            data=data,
            coords={"column": column},
            artist_dims={f"{label}_row": len(words)},
            text=words,
            size=layout.page.size,
            **spelling(pc.backend).text,
            **look,
        )

    n = rows.n_studies
    write("study", "study_label", 0.0, rows.y, rows.label, horizontal_align="left")
    write("study", "study_heading", 0.0, [-1.0], ["Study"], horizontal_align="left")
    if rows.headings:
        heights, headings = zip(*rows.headings, strict=True)
        bold = spelling(pc.backend).bold
        write("study", "block", 0.0, list(heights), headings, horizontal_align="left", **bold)
    for place, (name, words) in enumerate(rows.counts.items(), start=1):
        write("counts", name, float(place), rows.y[:n], words, horizontal_align="right")
        write("counts", f"{name}_heading", float(place), [-1.0], [name.upper()],
              horizontal_align="right")  # fmt: skip


def _draw_words(
    pc: az.PlotCollection, rows: ForestRows, margin: ForestMargin, layout: ForestLayout
) -> None:
    look = {"size": layout.page.size, **spelling(pc.backend).text}
    column = f"{margin.name}_text"
    for label, y, words in (
        (f"{margin.name}_words", rows.y, margin.text),
        (f"{margin.name}_words_heading", [-1.0], [layout.interval_heading]),
    ):
        data = points(NAME, np.zeros(len(words)), y)
        dims = {f"{label}_row": len(words)}
        pc.map(text_rows, label, data=data, coords={"column": column}, artist_dims=dims,
               text=words, horizontal_align="left", **look)  # fmt: skip
    data = points(NAME, [0.5], [-1.0])
    label = f"{margin.name}_heading"
    pc.map(text_rows, label, data=data, coords={"column": margin.name},
           artist_dims={f"{label}_row": 1}, text=[_HEADINGS[margin.name]],
           horizontal_align="center", **look)  # fmt: skip


def _draw_margin(pc: az.PlotCollection, rows: ForestRows, margin: ForestMargin) -> None:
    at = {"column": margin.name}
    n = rows.n_studies
    clip = {"clip_on": False} if pc.backend == "matplotlib" else {}
    square = spelling(pc.backend).square

    def draw(visual: Visual, label: str, data: xr.Dataset, **look: object) -> None:
        pc.map(visual, f"{margin.name}_{label}", data=data, coords=at, **look)

    known = [one for one in rows.summaries if not np.isnan(one.pooled[:, margin.column]).any()]
    for one in known:
        if one.studies:
            middle = one.pooled[1, margin.column]
            guide = points(NAME, [middle, middle], [one.top - 0.5, one.pooled_y])
            look = {"color": GREY, "width": 0.7, "linestyle": "C1"}
            draw(az.visuals.line_xy, f"reference{one.suffix}", guide, **look)
    # One line with gaps instead of a line per study: nan lifts the pen.
    gap = np.full(n, np.nan)
    x = np.stack([margin.lower, margin.upper, gap], axis=1).ravel()
    y = np.where(np.isnan(x), np.nan, np.repeat(rows.y[:n], 3))
    draw(az.visuals.line_xy, "interval", points(NAME, x, y), color=INK, width=0.9, **clip)
    y = np.where(np.isnan(margin.estimate), np.nan, rows.y[:n])
    draw(sized_points, "point", points(NAME, margin.estimate, y), size=np.full(n, 9.0),
         marker=square, color=BLUE, **clip)  # fmt: skip
    for one in known:
        _draw_summary(draw, one, margin.column, clip)
    limits = (rows.last + 1.0, -1.6)
    pc.map(az.visuals.set_xlim, "xlim", coords=at, limits=(0.0, 1.0), store_artist=False)
    pc.map(az.visuals.set_ylim, "ylim", coords=at, limits=limits, store_artist=False)


def _draw_summary(draw: Visual, summary: ForestSummary, column: int, clip: dict[str, bool]) -> None:
    """Draw the diamond of the median study and the open bar of a new study."""
    half = _HALF * np.array([0.0, 1.0, 0.0])
    at = summary.pooled_y
    diamond = band(NAME, summary.pooled[:, column], at - half, at + half)
    draw(filled, f"pooled{summary.suffix}", diamond, color=VERMILLION, **clip)
    low, middle, high = summary.new[:, column]
    top, foot = summary.new_y - 0.7 * _HALF, summary.new_y + 0.7 * _HALF
    bar = points(NAME, [low, high, high, low, low], [top, top, foot, foot, top])
    draw(az.visuals.line_xy, f"new{summary.suffix}", bar, color=INK, width=0.9, **clip)
    tick = points(NAME, [middle, middle], [top, foot])
    draw(az.visuals.line_xy, f"new_median{summary.suffix}", tick, color=INK, width=0.9, **clip)
