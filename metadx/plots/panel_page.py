"""A page of one or several panels with axes: mark above, panels, legend, caption below."""

from collections.abc import Mapping, Sequence
from typing import Any

import arviz as az
import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from metadx.plots.figure_text import FigureText, attach
from metadx.plots.labels import drawable, explain_missing, families_for, line_height, wrap
from metadx.plots.notes import EDGE, write_caption, write_mark
from metadx.plots.style import SMALLEST_TEXT, Backend, font_size
from metadx.plots.visuals import scalar

PAGE = "panel_page"  # name of the variable that all data of such a page have
_GAP = 0.09  # inches between the blocks under the panels
_LEGEND_COLUMNS = 4


def panel_collection(
    panels: Sequence[str],
    *,
    columns: int = 1,
    size: tuple[float, float] = (5.2, 4.2),
    backend: Backend = "matplotlib",
) -> az.PlotCollection:
    """Make an empty collection with one plot for each panel.

    Parameters
    ----------
    panels : sequence of str
        Their names, no two alike.
    columns : int
        Panels beside each other.
    size : tuple of float
        Width of the page and height of a row of panels, in inches.
    backend : {"matplotlib", "none", "plotly", "bokeh"}

    Returns
    -------
    arviz.PlotCollection
        Its plots are found by ``{"panel": name}``.
    """
    rows = -(-len(panels) // columns)
    width, height = size[0], size[1] * rows
    figure: dict[str, Any] = {"figsize": (width, height), "figsize_units": "inches"}
    if backend != "matplotlib":  # these count in pixels
        figure = {"figsize": (100 * width, 100 * height), "figsize_units": "dots"}
    blank = xr.Dataset({PAGE: ("panel", np.zeros(len(panels)))}, {"panel": list(panels)})
    return az.PlotCollection.wrap(
        blank, cols=["panel"], col_wrap=columns, backend=backend, figure_kwargs=figure
    )


def put(
    pc: az.PlotCollection,
    visual: Any,  # noqa: ANN401 - ArviZ's visuals and our own
    label: str,
    *,
    panel: str,
    data: xr.Dataset | None = None,
    **look: Any,  # noqa: ANN401 - what the backend's function takes
) -> None:
    """Draw on one panel.

    Parameters
    ----------
    pc : arviz.PlotCollection
        Of `panel_collection`.
    visual : callable
        Of `arviz.visuals` or `metadx.plots.visuals`.
    label : str
        Name in ``pc.viz``; one of its own for each panel.
    panel : str
    data : xarray.Dataset, optional
        Made by `metadx.plots.visuals.points` or `band` with the name `PAGE`.
    **look
        Colours, widths and the like.
    """
    pc.map(visual, label, data=data, coords={"panel": panel}, **look)


def axes_of(pc: az.PlotCollection, panel: str) -> Axes:
    """Return the matplotlib axes of a panel.

    Parameters
    ----------
    pc : arviz.PlotCollection
        Drawn with matplotlib.
    panel : str
    """
    found: Axes = pc.get_target(PAGE, {"panel": panel})
    return found


def finish_panels(
    pc: az.PlotCollection,
    text: FigureText,
    mark: str,
    *,
    words: Sequence[str] = (),
    legend: Mapping[str, Artist] | None = None,
) -> None:
    """Place panels, legend, mark and caption, and keep the words of the figure.

    Axes must have their labels already: the room they need is measured. With another backend
    than matplotlib only the words are kept.

    Parameters
    ----------
    pc : arviz.PlotCollection
        Of `panel_collection`, drawn.
    text : FigureText
    mark : str
        Mark of synthetic data, from `metadx.plots.captions.synthetic_note`; may be empty.
    words : sequence of str
        Other words in the figure, so that fonts are found for all their characters.
    legend : mapping of str to Artist, optional
        Handles by their labels, shown under the panels.
    """
    attach(pc, text)
    if pc.backend != "matplotlib":
        pc.viz["caption"] = scalar({"function": "caption", "string": text.caption})
        return
    figure: Figure = pc.viz["figure"].item()
    width, body = (float(x) for x in figure.get_size_inches())
    size = font_size(width)
    small = max(SMALLEST_TEXT, size - 1.0)
    families = families_for([text.caption, mark, *words, *(legend or {})])
    room = width - 2 * EDGE
    lines = wrap(explain_missing(text.caption, words, families), room, small, families)
    # 0.85: the mark is bold, which is wider than what `wrap` measures.
    marks = wrap(drawable(mark, families), 0.85 * room, size, families)
    above = len(marks) * line_height(size) + (_GAP if marks else 0.0) + EDGE
    caption = len(lines) * line_height(small) + EDGE
    below = caption + _GAP
    if legend:
        shown = _legend(figure, legend, families, small, room)
        tall = shown.get_window_extent().height / figure.dpi
        below += tall + _GAP
    height = body + above + below
    figure.set_size_inches(width, height)
    rect = (EDGE / width, below / height, room / width, body / height)
    figure.set_layout_engine("constrained", rect=rect, w_pad=0.02, h_pad=0.02)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    if legend:
        shown.set_bbox_to_anchor((0.5, (caption + _GAP) / height), figure.transFigure)
    write_caption(pc, lines, caption, small, families)
    write_mark(pc, marks, width / 2, size, families)


def _legend(
    figure: Figure,
    entries: Mapping[str, Artist],
    families: tuple[str, ...],
    size: float,
    room: float,
) -> Legend:
    """Make the legend with as many columns as fit into the width, in inches."""
    columns = min(_LEGEND_COLUMNS, len(entries))
    while True:
        shown = figure.legend(
            list(entries.values()),
            [drawable(label, families) for label in entries],
            loc="lower center",
            ncols=columns,
            fontsize=size,
            frameon=False,
            borderpad=0.0,
        )
        if columns == 1 or shown.get_window_extent().width / figure.dpi <= room:
            return shown
        shown.remove()
        columns -= 1
