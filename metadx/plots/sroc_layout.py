"""Finishing touches of the summary ROC plot in matplotlib: square, legend and caption outside."""

from dataclasses import dataclass
from typing import Any

import arviz as az
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from metadx.estimands.logistic import IntArray
from metadx.plots.captions import synthetic_note
from metadx.plots.fitted import FittedReview
from metadx.plots.labels import drawable, families_for, line_height, widest, wrap
from metadx.plots.sroc_layers import SrocLayers
from metadx.plots.style import (
    BLUE,
    GREY,
    INCH,
    INK,
    SMALLEST_TEXT,
    VERMILLION,
    font_size,
    percent,
)
from metadx.plots.visuals import scalar

_TICKS = np.linspace(0.0, 1.0, 6)
_TICK_TEXT = ["0", "0.2", "0.4", "0.6", "0.8", "1"]
_EDGE = 0.06  # inches of paper around everything
_GAP = 0.09  # inches between the blocks under the axes
_SMALLEST_SIDE = 1.2  # inches


@dataclass(frozen=True)
class _Margins:
    """Room around the data area, in inches."""

    left: float
    right: float
    top: float
    bottom: float


def nice_sizes(participants: IntArray) -> tuple[int, ...]:
    """Choose up to three round numbers of participants for the scale of the circles.

    Examples
    --------
    >>> nice_sizes(np.array([37, 90, 240, 1234]))
    (50, 200, 1000)
    >>> nice_sizes(np.array([7]))
    (5,)
    """
    top = int(participants.max(initial=1))
    powers = 10 ** np.arange(len(str(top)))
    steps = np.sort(np.outer(powers, [1, 2, 5]).ravel())
    largest = int(steps[steps <= top].max())
    floor = max(float(participants.min(initial=top)), largest / 50)
    smaller = [int(s) for s in steps if floor <= s < largest / 1.9]
    if not smaller:
        return (largest,)
    low = smaller[0]
    between = [s for s in smaller if s > low]
    if not between:
        return (low, largest)
    middle = min(between, key=lambda s: abs(np.log(s) - 0.5 * np.log(low * largest)))
    return (low, middle, largest)


def finish_sroc(
    pc: az.PlotCollection,
    fit: FittedReview,
    layers: SrocLayers,
    caption: str,
    *,
    prob: float,
    figsize: tuple[float, float] | None,
) -> None:
    """Arrange axes, legends, caption and the mark of synthetic data, and store the texts.

    Parameters
    ----------
    pc : az.PlotCollection
        The drawn collection (matplotlib).
    fit : FittedReview
        For the mark of synthetic data.
    layers : SrocLayers
        What was drawn.
    caption : str
        Text under the figure.
    prob : float
        Level named in the legend.
    figsize : tuple of float, optional
        Width and height in inches.
    """
    figure: Figure = pc.viz["figure"].item()
    ax: Axes = pc.get_target("sroc", {})
    width = float(figure.get_size_inches()[0])
    size = font_size(width)
    small = max(SMALLEST_TEXT, size - 1.0)
    families = families_for([caption, synthetic_note(fit)])
    text_room = width - 2 * _EDGE
    lines = wrap(drawable(caption, families), text_room, small, families)
    note = wrap(drawable(synthetic_note(fit), families), 0.9 * text_room, size, families)

    margins = _margins(layers, pc, size, note)
    legends = _legends(figure, pc, layers, prob, size)
    below = [_height(legend) for legend in legends] + [len(lines) * line_height(small)]
    under = sum(below) + _GAP * (len(below) - 1) + _EDGE
    side = width - margins.left - margins.right
    if figsize is not None:
        room = figsize[1] - margins.top - margins.bottom - under
        side = max(min(side, room), _SMALLEST_SIDE)
    needed = margins.top + side + margins.bottom + under
    height = needed if figsize is None else max(figsize[1], needed)
    figure.set_size_inches(width, height)

    _place_axes(ax, margins, side, width, height)
    top = height - margins.top - side - margins.bottom
    for legend, used in zip(legends, below, strict=False):
        # The words that open the scale of circles have an empty handle before them.
        shift = -_lead(legend) if legend is not legends[-1] else 0.0
        legend.set_loc("upper left")
        legend.set_bbox_to_anchor(
            ((_EDGE + shift) / width, top / height), transform=figure.transFigure
        )
        top -= used + _GAP
    written = figure.text(
        _EDGE / width,
        top / height,
        "\n".join(lines),
        fontsize=small,
        family=list(families),
        linespacing=1.2,
        va="top",
        parse_math=False,
    )
    pc.viz["caption"] = scalar(written)
    if note:
        pc.viz["synthetic_note"] = scalar(
            figure.text(
                (margins.left + side / 2) / width,
                1 - _EDGE / height,
                "\n".join(note),
                fontsize=size,
                family=list(families),
                color=VERMILLION,
                weight="bold",
                ha="center",
                va="top",
                parse_math=False,
            )
        )


def _margins(layers: SrocLayers, pc: az.PlotCollection, size: float, note: list[str]) -> _Margins:
    radius = 0.0
    if len(layers.studies):
        radius = np.sqrt(pc.viz["studies"]["sroc"].item().get_sizes().max()) / 2 / INCH
    edge = max(radius, 0.6 * size / INCH) + _EDGE
    return _Margins(
        left=_EDGE + (1.45 * size + 8.0) / INCH + widest(_TICK_TEXT, size),
        right=edge,
        top=edge + len(note) * 1.3 * size / INCH,
        bottom=(3.2 * size + 9.0) / INCH,
    )


def _place_axes(ax: Axes, margins: _Margins, side: float, width: float, height: float) -> None:
    left = margins.left + (width - margins.left - margins.right - side) / 2
    ax.set_position(
        (left / width, (height - margins.top - side) / height, side / width, side / height)
    )
    ax.set_xticks(_TICKS, _TICK_TEXT)
    ax.set_yticks(_TICKS, _TICK_TEXT)
    ax.set_facecolor("none")
    for spine in ("top", "right"):
        ax.spines[spine].set_color(GREY)
        ax.spines[spine].set_linewidth(0.4)


def _height(legend: Legend) -> float:
    return float(legend.get_window_extent().height) / float(legend.figure.dpi)


def _lead(legend: Legend) -> float:
    start = legend.get_texts()[0].get_window_extent().x0 - legend.get_window_extent().x0
    return float(start) / float(legend.figure.dpi)


def _entries(layers: SrocLayers, prob: float) -> list[tuple[Any, str]]:
    level = percent(prob)
    square: dict[str, Any] = {
        "marker": "s",
        "markersize": 5,
        "markeredgewidth": 0,
        "linestyle": "none",
    }
    entries: list[tuple[Any, str]] = [
        (Line2D([], [], color=VERMILLION, **square), "Median study (summary)")
    ]
    if layers.curve is not None:
        swatch = (Patch(color=BLUE, alpha=0.15, linewidth=0), Line2D([], [], color=BLUE, lw=1.3))
        entries.append((swatch, f"HSROC curve, {level} band"))
    if layers.credible is not None:
        dashed = Line2D([], [], color=VERMILLION, lw=1.1, linestyle="--")
        dotted = Line2D([], [], color=INK, lw=1.1, linestyle=":")
        entries += [(dashed, f"{level} credible region"), (dotted, f"{level} prediction region")]
    return entries


def _legends(
    figure: Figure, pc: az.PlotCollection, layers: SrocLayers, prob: float, size: float
) -> list[Legend]:
    entries = _entries(layers, prob)
    handles, labels = zip(*entries, strict=True)
    width = float(figure.get_size_inches()[0])
    look: dict[str, Any] = {"fontsize": size, "borderpad": 0.0, "borderaxespad": 0.0}
    look |= {"handlelength": 2.4, "columnspacing": 1.2, "labelspacing": 0.4}
    columns = 2 if len(entries) > 1 else 1
    first = figure.legend(handles, labels, ncols=columns, **look)
    if first.get_window_extent().width / figure.dpi > width - 2 * _EDGE:
        first.remove()
        first = figure.legend(handles, labels, ncols=1, **look)
    return [_size_scale(figure, pc, layers, look), first] if len(layers.studies) else [first]


def _size_scale(
    figure: Figure, pc: az.PlotCollection, layers: SrocLayers, look: dict[str, Any]
) -> Legend:
    """Explain the area of the circles by a few circles of round sizes, in their true size."""
    drawn = pc.viz["studies"]["sroc"].item()
    per_person = float(drawn.get_sizes().max()) / float(layers.participants.max())
    circle: dict[str, Any] = {"marker": "o", "linestyle": "none", "markerfacecolor": "none"}
    circle |= {"markeredgecolor": GREY, "markeredgewidth": 0.7}
    numbers = nice_sizes(layers.participants)
    diameters = [float(np.sqrt(per_person * n)) for n in numbers]
    handles = [Line2D([], [], markersize=d, **circle) for d in diameters]
    across = max(diameters) / look["fontsize"]
    lead = Line2D([], [], linestyle="none")
    return figure.legend(
        [lead, *handles],
        ["Studies; participants:", *(f"{n:,}".replace(",", "\N{THIN SPACE}") for n in numbers)],
        ncols=len(numbers) + 1,
        **{**look, "handlelength": max(across, 0.5), "handleheight": max(across, 0.7)},
        handletextpad=0.4,
    )
