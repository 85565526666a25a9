"""Room for a coverage figure: measured columns, a row for each cell, one page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import arviz as az
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from metadx.plots.coverage_rows import PANELS, CoverageRows, Panel, lowest_shown
from metadx.plots.evidence_captions import replications_phrase
from metadx.plots.evidence_page import (
    PAGE_TEXT,
    PAGE_WIDTH,
    SMALL_TEXT,
    Page,
    evidence_page,
    write_page,
)
from metadx.plots.labels import widest
from metadx.plots.notes import EDGE
from metadx.plots.style import GREY, INCH, INK, PALE, percent
from metadx.plots.visuals import scalar

_ROW = 0.126  # inches
_ABOVE, _UNDER = 2.0, 0.8  # rows of the headings; rows between the last cell and the axis
_AXIS = 0.36  # inches of ticks and labels
_GAP = 0.13  # inches between columns
_HEADINGS: Mapping[Panel, str] = {
    "median": "Median study",
    "new": "New study",
    "median_width": "Median study",
    "new_width": "New study",
}
_SHARES: Mapping[Panel, float] = {
    "median": 0.29,
    "new": 0.29,
    "median_width": 0.21,
    "new_width": 0.21,
}  # of the room for panels
_DIGITS = ((1, 2, 5), (1, 3), (1,))  # of the ticks of widths; the first that fit

type Look = tuple[str, str, str]
"""Name of a method, its colour and the shape of its marks."""


@dataclass(frozen=True)
class CoverageLayout:
    """Sizes of a coverage figure.

    Parameters
    ----------
    width, height : float
        The figure, in inches.
    column_widths : mapping of str to float
        Inches of each column: all words together ("cell"), and the panels.
    column_left : mapping of str to float
        Where each column of words begins, as a share of their room.
    legend, body : float
        Inches of the legend, and of the rows with their headings.
    limits : mapping of str to (float, float)
        Ends of the horizontal axis of each panel.
    page : Page
        Title and caption.
    """

    width: float
    height: float
    column_widths: Mapping[str, float]
    column_left: Mapping[str, float]
    legend: float
    body: float
    limits: Mapping[Panel, tuple[float, float]]
    page: Page


def coverage_layout(rows: CoverageRows, caption: str, prob: float) -> CoverageLayout:
    """Measure the texts and decide on all sizes.

    Parameters
    ----------
    rows : CoverageRows
        Content of the figure.
    caption : str
        Text under the rows.
    prob : float
        Probability of the intervals.

    Returns
    -------
    CoverageLayout
    """
    title = (
        f"Coverage of {percent(prob)} intervals: {len(rows.name)} simulated truths, "
        f"{replications_phrase(rows.replications)} each"
    )
    page = evidence_page(title, caption)
    gap = 1.1 * SMALL_TEXT / INCH
    left, starts = 0.0, {}
    for heading, words in rows.columns.items():
        starts[heading] = left
        left += widest([heading, *words], SMALL_TEXT) + gap
    cells = max(left - gap, widest([words for _, words in rows.headings], SMALL_TEXT), 0.3)
    room = PAGE_WIDTH - 2 * EDGE - cells - len(PANELS) * _GAP
    widths: dict[str, float] = {name: room * share for name, share in _SHARES.items()}
    legend = 2 * 1.6 * PAGE_TEXT / INCH
    body = (_ABOVE + rows.last + _UNDER) * _ROW
    return CoverageLayout(
        width=PAGE_WIDTH,
        height=page.top + legend + body + _AXIS + page.foot,
        column_widths={"cell": cells} | widths,
        column_left={heading: start / cells for heading, start in starts.items()},
        legend=legend,
        body=body,
        limits={name: _limits(rows, name, prob) for name in PANELS},
        page=page,
    )


def _limits(rows: CoverageRows, panel: Panel, prob: float) -> tuple[float, float]:
    if panel.endswith("width"):  # both panels of widths share one scale
        widths = np.concatenate([rows.values[name].ravel() for name in PANELS[2:]])
        seen = widths[np.isfinite(widths) & (widths > 0)]
        return (0.9 * float(seen.min()), 1.1 * float(seen.max())) if seen.size else (0.1, 1.0)
    return lowest_shown(rows, prob), 1.0


def finish_coverage(
    pc: az.PlotCollection,
    rows: CoverageRows,
    layout: CoverageLayout,
    methods: Sequence[Look],
    prob: float,
) -> None:
    """Place the columns, set axes and rules, and write legend, title, mark and caption.

    Parameters
    ----------
    pc : arviz.PlotCollection
        The drawn collection (matplotlib).
    rows : CoverageRows
        Content of the figure.
    layout : CoverageLayout
        Its sizes.
    methods : sequence of (str, str, str)
        Name, colour and shape of each method.
    prob : float
        Probability of the intervals.
    """
    figure: Figure = pc.viz["figure"].item()
    figure.set_size_inches(layout.width, layout.height)
    foot = (layout.page.foot + _AXIS) / layout.height
    left = EDGE
    words: Axes = pc.get_target("coverage", {"column": "cell"})
    words.set_axis_off()
    words.set_xlim(0.0, 1.0)
    for name in PANELS:
        _panel_axis(pc.get_target("coverage", {"column": name}), rows, name, layout)
    for column, wide in layout.column_widths.items():
        ax: Axes = pc.get_target("coverage", {"column": column})
        ax.set_position(
            (left / layout.width, foot, wide / layout.width, layout.body / layout.height)
        )
        left += wide + _GAP
        ax.set_ylim(rows.last + _UNDER, -_ABOVE)
    _rules(pc, rows, layout)
    _legend(pc, layout, methods, prob)
    write_page(pc, layout.page)


def _width_ticks(limits: tuple[float, float], wide: float) -> list[float]:
    """Choose round widths on a logarithmic axis whose numbers do not touch."""
    span = math.log10(limits[1] / limits[0])
    for digits in _DIGITS:
        ticks = [digit * 10.0**power for power in range(-4, 5) for digit in digits]
        ticks = [tick for tick in ticks if limits[0] <= tick <= limits[1]]
        apart = [math.log10(b / a) / span * wide for a, b in pairwise(ticks)]
        if min(apart, default=wide) > 1.2 * widest([f"{tick:g}" for tick in ticks], SMALL_TEXT):
            break
    return ticks


def _panel_axis(ax: Axes, rows: CoverageRows, panel: Panel, layout: CoverageLayout) -> None:
    limits = layout.limits[panel]
    if panel.endswith("width"):
        ax.set_xscale("log")
        ax.set_xlim(limits)
        ticks = _width_ticks(limits, layout.column_widths[panel])
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
        ax.set_xticks([], minor=True)
        label = "median width"
    else:
        step = 0.05 if limits[0] > 0.79 else 0.1
        ticks = [round(tick, 2) for tick in np.arange(1.0, limits[0] - 1e-9, -step)]
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        label = "share covered"
    ax.tick_params(labelsize=SMALL_TEXT)
    ax.set_xlabel(label, fontsize=SMALL_TEXT, labelpad=1.5)
    ax.set_yticks([])
    ax.set_facecolor("none")
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)
    middle = (limits[0] * limits[1]) ** 0.5 if panel.endswith("width") else sum(limits) / 2
    ax.text(middle, -1.2, _HEADINGS[panel], ha="center", va="center_baseline", fontsize=SMALL_TEXT)
    for tick in ticks:
        ax.plot([tick, tick], [-0.6, rows.last + _UNDER], color=PALE, linewidth=0.5, zorder=0)


def _rules(pc: az.PlotCollection, rows: CoverageRows, layout: CoverageLayout) -> None:
    """Draw a line under the headings and a paler one where the number of studies changes."""
    figure: Figure = pc.viz["figure"].item()
    total = _ABOVE + rows.last + _UNDER
    foot = (layout.page.foot + _AXIS) / layout.height
    inset = EDGE / layout.width
    for y, colour in [(-0.62, INK), *((rule, PALE) for rule in rows.rules)]:
        at = foot + layout.body / layout.height * (1.0 - (y + _ABOVE) / total)
        line = Line2D([inset, 1 - inset], [at, at], color=colour, linewidth=0.6, zorder=0,
                      transform=figure.transFigure)  # fmt: skip
        figure.add_artist(line)


def _legend(
    pc: az.PlotCollection, layout: CoverageLayout, methods: Sequence[Look], prob: float
) -> None:
    figure: Figure = pc.viz["figure"].item()
    dot: dict[str, Any] = {"marker": "o", "linestyle": "none", "markersize": 4.0}
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=GREY, **dot),
        Line2D([], [], color=GREY, markerfacecolor="none", **dot),
        Patch(color=GREY, alpha=0.25, linewidth=0),
    ]
    words = ["sensitivity", "specificity", f"{percent(prob)} ± Monte Carlo error"]
    rows: tuple[tuple[Sequence[Line2D | Patch], list[str]], ...] = (
        (
            [
                Line2D([], [], color=colour, **dot | {"marker": shape})
                for _, colour, shape in methods
            ],
            [name for name, *_ in methods],
        ),
        (handles, words),
    )
    top = 1.0 - layout.page.top / layout.height
    for number, (marks, texts) in enumerate(rows):
        legend = figure.legend(
            marks, texts, ncols=len(texts), loc="upper center", fontsize=PAGE_TEXT,
            bbox_to_anchor=(0.5, top - number * layout.legend / 2 / layout.height),
            borderaxespad=0.0, borderpad=0.0, handletextpad=0.3, columnspacing=1.6,
        )  # fmt: skip
        for text in legend.get_texts():
            text.set_parse_math(False)
        pc.viz[f"legend_{number + 1}"] = scalar(legend)
