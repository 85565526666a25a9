"""Finishing touches of the summary ROC plot in matplotlib: square, legend and caption outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import arviz as az
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from metadx.plots.labels import (
    drawable,
    explain_missing,
    families_for,
    line_height,
    text_width,
    widest,
    wrap,
)
from metadx.plots.notes import EDGE, write_caption, write_mark
from metadx.plots.style import GREY, INCH, SMALLEST_TEXT, font_size

_TICKS = np.linspace(0.0, 1.0, 6)
_TICK_TEXT = ["0", "0.2", "0.4", "0.6", "0.8", "1"]
_GAP = 0.09  # inches between the blocks under the axes
_SMALLEST_SIDE = 1.2  # inches

type LeadLegend = tuple[Legend, str]  # a legend and the words that stand before it
type LegendMaker = Callable[[Figure, float, float], Sequence[LeadLegend]]


@dataclass(frozen=True)
class _Margins:
    """Room around the data area, in inches."""

    left: float
    right: float
    top: float
    bottom: float


def finish_sroc(
    pc: az.PlotCollection,
    legends_of: LegendMaker,
    caption: str,
    mark: str,
    *,
    words: Sequence[str] = (),
    figsize: tuple[float, float] | None,
) -> None:
    """Arrange axes, legends, caption and the mark of synthetic data, and store the texts.

    Parameters
    ----------
    pc : arviz.PlotCollection
        The drawn collection (matplotlib).
    legends_of : callable
        Makes the legends, given the figure, the font size in points and the greatest width in
        inches; each comes with the words that stand before it.
    caption, mark : str
        Text under the figure; mark of synthetic data above it, may be empty.
    words : sequence of str
        Other words of the figure, such as those of the legends.
    figsize : tuple of float, optional
        Width and height in inches.
    """
    figure: Figure = pc.viz["figure"].item()
    width = float(figure.get_size_inches()[0])
    size = font_size(width)
    small = max(SMALLEST_TEXT, size - 1.0)
    families = families_for([caption, mark, *words])
    room = width - 2 * EDGE
    lines = wrap(explain_missing(caption, words, families), room, small, families)
    # 0.85: the mark is bold, which is wider than what `wrap` measures.
    marks = wrap(drawable(mark, families), 0.85 * room, size, families)

    ax: Axes = pc.get_target("sroc", {})
    margins = _margins(_radius(ax), size, len(marks))
    legends = legends_of(figure, size, room)
    under = sum(legend_height(legend) + _GAP for legend, _ in legends)
    under += len(lines) * line_height(small) + EDGE

    side = width - margins.left - margins.right
    if figsize is not None:
        room = figsize[1] - margins.top - margins.bottom - under
        side = max(min(side, room), _SMALLEST_SIDE)
    needed = margins.top + side + margins.bottom + under
    height = needed if figsize is None else max(figsize[1], needed)
    figure.set_size_inches(width, height)
    middle = _place_axes(ax, margins, side, width, height)
    top = height - margins.top - side - margins.bottom
    top = place_legends(figure, legends, top, size)
    write_caption(pc, lines, top, small, families)
    write_mark(pc, marks, middle, size, families)


def _radius(ax: Axes) -> float:
    """Half the diameter of the largest mark, in inches."""
    sizes = [float(marks.get_sizes().max(initial=0.0)) for marks in ax.collections
             if isinstance(marks, PathCollection)]  # fmt: skip
    return float(np.sqrt(max(sizes, default=0.0))) / 2 / INCH


def _margins(radius: float, size: float, marks: int) -> _Margins:
    edge = max(radius, 0.6 * size / INCH) + EDGE
    return _Margins(
        left=EDGE + (1.45 * size + 8.0) / INCH + widest(_TICK_TEXT, size),
        right=edge,
        top=edge + marks * 1.3 * size / INCH,
        bottom=(3.2 * size + 9.0) / INCH,
    )


def _place_axes(ax: Axes, margins: _Margins, side: float, width: float, height: float) -> float:
    """Place the square and give its centre in inches from the left."""
    left = margins.left + (width - margins.left - margins.right - side) / 2
    bottom = height - margins.top - side
    ax.set_position((left / width, bottom / height, side / width, side / height))
    ax.set_xticks(_TICKS, _TICK_TEXT)
    ax.set_yticks(_TICKS, _TICK_TEXT)
    ax.set_facecolor("none")
    for spine in ("top", "right"):
        ax.spines[spine].set_color(GREY)
        ax.spines[spine].set_linewidth(0.4)
    return left + side / 2


def legend_height(legend: Legend) -> float:
    """Give the height of a legend in inches."""
    return float(legend.get_window_extent().height) / float(legend.figure.dpi)


def place_legends(figure: Figure, legends: Sequence[LeadLegend], top: float, size: float) -> float:
    """Stack the legends from `top` down and give the height below them, in inches."""
    width, height = figure.get_size_inches()
    for legend, lead in legends:
        used, left = legend_height(legend), EDGE
        if lead:
            middle = (top - used / 2) / height
            figure.text(left / width, middle, lead, fontsize=size, va="center_baseline")
            left += text_width(lead, size) + size / INCH
        legend.set_loc("upper left")
        legend.set_bbox_to_anchor((left / width, top / height), transform=figure.transFigure)
        top -= used + _GAP
    return top
