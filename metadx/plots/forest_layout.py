"""Room for a coupled forest plot: measured columns, as many rows as needed, nothing cut off."""

from collections.abc import Mapping
from dataclasses import dataclass

import arviz as az
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from metadx.plots.forest_rows import ForestRows
from metadx.plots.labels import drawable, explain_missing, families_for, line_height, widest, wrap
from metadx.plots.notes import EDGE, write_caption, write_mark
from metadx.plots.style import GREY, INCH, INK, PALE, SMALLEST_TEXT, percent

_GAP = 0.16  # inches between columns
_SIZES = (7.5, 7.0, 6.5, SMALLEST_TEXT)  # points; a narrow figure takes the first that fits
_ROW = 1.6  # height of a row, in font sizes
_PANEL = 1.45  # inches: width of a panel unless the figure has a width of its own
_NARROWEST_PANEL = 0.75
_ABOVE, _UNDER = 1.6, 1.0  # rows of the heading, and rows between the last row and the axis


@dataclass(frozen=True)
class ForestLayout:
    """Sizes of a coupled forest plot.

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
    top, body : float
        Inches above the rows, and of the rows with their heading.
    caption, note : tuple of str
        Lines under and above the rows.
    interval_heading : str
        Heading of the columns of text.
    """

    width: float
    height: float
    size: float
    small: float
    families: tuple[str, ...]
    column_widths: Mapping[str, float]
    top: float
    body: float
    caption: tuple[str, ...]
    note: tuple[str, ...]
    interval_heading: str


def _fixed_widths(
    rows: ForestRows, heading: str, size: float, families: tuple[str, ...]
) -> dict[str, float]:
    slack = 1.02  # a notebook may hint and so widen the text
    cells = [word for words in rows.counts.values() for word in words]
    count = widest([*cells, "TP", "FP", "FN", "TN"], size) + 0.9 * size / INCH
    labels = [drawable(label, families) for label in (*rows.label, "Study")]
    widths = {
        "study": slack * widest(labels, size, "normal", families),
        "counts": 4 * slack * count,
    }
    # A heading runs on over the counts, where its row has none.
    headings = [drawable(words, families) for _, words in rows.headings]
    over = slack * widest(headings, size, "bold", families) - widths["counts"] - _GAP
    widths["study"] = max(widths["study"], over)
    for margin in rows.margins:
        widths[f"{margin.name}_text"] = slack * widest([*margin.text, heading], size)
    return widths


def forest_layout(
    rows: ForestRows,
    caption: str,
    note: str,
    *,
    prob: float,
    figsize: tuple[float, float] | None = None,
) -> ForestLayout:
    """Measure the texts and decide on all sizes.

    Parameters
    ----------
    rows : ForestRows
        Content of the plot.
    caption, note : str
        Text under the rows; mark of synthetic data above them, may be empty.
    prob : float
        Level named in the heading.
    figsize : tuple of float, optional
        Smallest width and height in inches.

    Returns
    -------
    ForestLayout
    """
    heading = f"({percent(prob)} interval)"
    labels = [*rows.label, *(words for _, words in rows.headings)]
    families = families_for([*labels, caption, note])
    fixed_room = 2 * EDGE + 5 * _GAP
    for size in _SIZES:
        widths = _fixed_widths(rows, heading, size, families)
        natural = fixed_room + sum(widths.values()) + 2 * _PANEL
        least = natural - 2 * (_PANEL - _NARROWEST_PANEL)
        width = natural if figsize is None else max(figsize[0], least)
        if figsize is None or figsize[0] >= least:
            break
    panel = (width - fixed_room - sum(widths.values())) / 2
    widths |= {"sens": panel, "spec": panel}

    small = max(SMALLEST_TEXT, size - 1.0)
    room = width - 2 * EDGE
    lines = wrap(explain_missing(caption, labels, families), room, small, families)
    marks = wrap(drawable(note, families), 0.85 * room, size, families)
    row = _ROW * size / INCH
    top = EDGE + len(marks) * 1.3 * size / INCH
    foot = (1.6 * size + 12.0) / INCH + len(lines) * line_height(small) + EDGE
    body = (_ABOVE + rows.last + _UNDER) * row
    if figsize is not None:
        body = max(body, figsize[1] - top - foot)
    return ForestLayout(
        width=width,
        height=top + body + foot,
        size=size,
        small=small,
        families=families,
        column_widths=widths,
        top=top,
        body=body,
        caption=tuple(lines),
        note=tuple(marks),
        interval_heading=heading,
    )


def finish_forest(pc: az.PlotCollection, rows: ForestRows, layout: ForestLayout) -> None:
    """Place the columns, set axes and rules, and write caption and mark of synthetic data.

    Parameters
    ----------
    pc : arviz.PlotCollection
        The drawn collection (matplotlib).
    rows : ForestRows
        Content of the plot.
    layout : ForestLayout
        Its sizes.
    """
    figure: Figure = pc.viz["figure"].item()
    figure.set_size_inches(layout.width, layout.height)
    left = EDGE
    foot = (layout.height - layout.top - layout.body) / layout.height
    for name in ("study", "counts", "sens", "sens_text", "spec", "spec_text"):
        ax: Axes = pc.get_target("forest", {"column": name})
        wide = layout.column_widths[name]
        ax.set_position(
            (left / layout.width, foot, wide / layout.width, layout.body / layout.height)
        )
        left += wide + _GAP
        ax.set_ylim(rows.last + _UNDER, -_ABOVE)
        if name in {"sens", "spec"}:
            _panel_axis(ax, rows, wide, layout.size)
        else:
            ax.set_axis_off()
            ax.set_xlim(0.0, 4.0 if name == "counts" else 1.0)
    _rules(figure, rows, layout, foot)
    under = len(layout.caption) * line_height(layout.small) + EDGE
    write_caption(pc, layout.caption, under, layout.small, layout.families)
    write_mark(pc, layout.note, layout.width / 2, layout.size, layout.families)


def _panel_axis(ax: Axes, rows: ForestRows, wide: float, size: float) -> None:
    ticks, words = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    if wide < 8.5 * size / INCH * 1.6:
        ticks, words = [0.0, 0.5, 1.0], ["0", "0.5", "1"]
    ax.set_xticks(ticks, words)
    ax.set_yticks([])
    ax.set_facecolor("none")
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)
    last = rows.last + _UNDER
    for edge in (0.0, 1.0):
        ax.plot([edge, edge], [-0.5, last], color=PALE, linewidth=0.6, zorder=0, clip_on=False)


def _rules(figure: Figure, rows: ForestRows, layout: ForestLayout, foot: float) -> None:
    """Draw a line under the headings and a paler one above the pooled row."""
    total = _ABOVE + rows.last + _UNDER
    height = layout.body / layout.height
    inset = EDGE / layout.width
    for y, colour in ((-0.55, INK), (rows.rule, GREY)):
        at = foot + height * (1.0 - (y + _ABOVE) / total)
        figure.add_artist(_line(figure, inset, at, colour))


def _line(figure: Figure, inset: float, at: float, colour: str) -> Line2D:
    return Line2D(
        [inset, 1 - inset], [at, at], color=colour, linewidth=0.6, transform=figure.transFigure
    )
