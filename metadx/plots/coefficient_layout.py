"""Room for a coefficient plot: measured columns, as many rows as needed, nothing cut off."""

from collections.abc import Mapping
from dataclasses import dataclass

import arviz as az
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from metadx.plots.coefficient_rows import CoefficientRows
from metadx.plots.labels import drawable, explain_missing, families_for, line_height, widest, wrap
from metadx.plots.notes import EDGE, write_caption, write_mark
from metadx.plots.style import INCH, INK, SMALLEST_TEXT

COLUMNS = ("effect", "panel", "odds")
_GAP = 0.16  # inches between columns
_SIZES = (7.5, 7.0, 6.5, SMALLEST_TEXT)  # points; a narrow figure takes the first that fits
_ROW = 1.7  # height of a row, in font sizes
_PANEL, _NARROWEST_PANEL = 2.3, 1.1  # inches
_ABOVE, _UNDER = 1.6, 0.9  # rows of the heading, and rows between the last row and the axis


@dataclass(frozen=True)
class CoefficientLayout:
    """Sizes of a coefficient plot.

    Parameters
    ----------
    width, height : float
        The figure, in inches.
    size, small : float
        Font sizes of the rows and of the caption, in points.
    families : tuple of str
        Font families that the labels need.
    column_widths : mapping of str to float
        Widths of the columns in inches, without the gaps.
    limits : tuple of float
        Ends of the axis, as log odds ratios.
    top, body : float
        Inches above the rows, and of the rows with their heading.
    caption, note : tuple of str
        Lines under and above the rows.
    """

    width: float
    height: float
    size: float
    small: float
    families: tuple[str, ...]
    column_widths: Mapping[str, float]
    limits: tuple[float, float]
    top: float
    body: float
    caption: tuple[str, ...]
    note: tuple[str, ...]


def _limits(rows: CoefficientRows) -> tuple[float, float]:
    low, high = min(float(rows.outer.min()), 0.0), max(float(rows.outer.max()), 0.0)
    room = 0.06 * max(high - low, 0.5)
    return low - room, high + room


def coefficient_layout(
    rows: CoefficientRows,
    caption: str,
    note: str,
    *,
    heading: str,
    figsize: tuple[float, float] | None = None,
) -> CoefficientLayout:
    """Measure the texts and decide on all sizes.

    Parameters
    ----------
    rows : CoefficientRows
        Content of the plot.
    caption, note : str
        Text under the rows; mark of synthetic data above them, may be empty.
    heading : str
        Heading of the column of odds ratios.
    figsize : tuple of float, optional
        Smallest width and height in inches.

    Returns
    -------
    CoefficientLayout
    """
    families = families_for([*rows.label, caption, note])
    labels = [drawable(label, families) for label in rows.label]
    slack = 1.02  # a notebook may hint and so widen the text
    fixed = 2 * EDGE + 2 * _GAP
    for size in _SIZES:
        bold = widest([words for _, words in rows.headings], size, "bold")
        widths = {
            "effect": slack * max(widest(labels, size, "normal", families), bold),
            "odds": slack * widest([*rows.text, heading], size),
        }
        natural = fixed + sum(widths.values()) + _PANEL
        least = natural - (_PANEL - _NARROWEST_PANEL)
        width = natural if figsize is None else max(figsize[0], least)
        if figsize is None or figsize[0] >= least:
            break
    widths["panel"] = width - fixed - sum(widths.values())
    small = max(SMALLEST_TEXT, size - 1.0)
    room = width - 2 * EDGE
    lines = wrap(explain_missing(caption, rows.label, families), room, small, families)
    marks = wrap(drawable(note, families), 0.85 * room, size, families)
    top = EDGE + len(marks) * 1.3 * size / INCH
    foot = (3.0 * size + 12.0) / INCH + len(lines) * line_height(small) + EDGE
    body = (_ABOVE + rows.last + _UNDER) * _ROW * size / INCH
    if figsize is not None:
        body = max(body, figsize[1] - top - foot)
    return CoefficientLayout(
        width=width,
        height=top + body + foot,
        size=size,
        small=small,
        families=families,
        column_widths=widths,
        limits=_limits(rows),
        top=top,
        body=body,
        caption=tuple(lines),
        note=tuple(marks),
    )


def finish_coefficients(
    pc: az.PlotCollection, rows: CoefficientRows, layout: CoefficientLayout
) -> None:
    """Place the columns, set axis and rule, and write caption and mark of synthetic data.

    Parameters
    ----------
    pc : arviz.PlotCollection
        The drawn collection (matplotlib).
    rows : CoefficientRows
        Content of the plot.
    layout : CoefficientLayout
        Its sizes.
    """
    figure: Figure = pc.viz["figure"].item()
    figure.set_size_inches(layout.width, layout.height)
    foot = (layout.height - layout.top - layout.body) / layout.height
    height = layout.body / layout.height
    left = EDGE
    for name in COLUMNS:
        ax: Axes = pc.get_target("coefficients", {"column": name})
        wide = layout.column_widths[name]
        ax.set_position((left / layout.width, foot, wide / layout.width, height))
        left += wide + _GAP
        ax.set_ylim(rows.last + _UNDER, -_ABOVE)
        if name == "panel":
            _panel_axis(ax, layout, wide)
        else:
            ax.set_axis_off()
            ax.set_xlim(0.0, 1.0)
    at = foot + height * (1.0 - (_ABOVE - 0.55) / (_ABOVE + rows.last + _UNDER))
    inset = EDGE / layout.width
    rule = Line2D([inset, 1 - inset], [at, at], color=INK, linewidth=0.6,
                  transform=figure.transFigure)  # fmt: skip
    figure.add_artist(rule)
    under = len(layout.caption) * line_height(layout.small) + EDGE
    write_caption(pc, layout.caption, under, layout.small, layout.families)
    write_mark(pc, layout.note, layout.width / 2, layout.size, layout.families)


def _panel_axis(ax: Axes, layout: CoefficientLayout, wide: float) -> None:
    ax.set_xlim(layout.limits)
    most = max(2, int(wide / (4.0 * layout.size / INCH)))
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(*layout.limits)
    inside = [t for t in ticks if layout.limits[0] <= t <= layout.limits[1]]
    shown = np.round(inside, 9) + 0.0  # no minus zero
    ax.set_xticks(shown, [f"{tick:g}".replace("-", "−") for tick in shown])
    ax.set_xlabel("Log odds ratio", labelpad=2.0)
    ax.set_yticks([])
    ax.set_facecolor("none")
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)
