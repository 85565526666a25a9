"""Room for a bubble plot in matplotlib: two equal panels, legends and caption below."""

import arviz as az
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from metadx.plots.bubble_lines import BubbleLines
from metadx.plots.captions import name_words
from metadx.plots.coefficient_rows import MARGIN_NAMES
from metadx.plots.labels import drawable, explain_missing, families_for, line_height, widest, wrap
from metadx.plots.notes import EDGE, write_caption, write_mark
from metadx.plots.sroc_layout import LeadLegend, legend_height, place_legends
from metadx.plots.sroc_legend import columns_legend, size_legend
from metadx.plots.style import BLUE, INCH, SMALLEST_TEXT, font_size, percent

_TICKS = np.linspace(0.0, 1.0, 6)
_TICK_TEXT = ["0", "0.2", "0.4", "0.6", "0.8", "1"]
_GAP = 0.09  # inches between the blocks under the panels
_FLAT = 0.95  # height of a panel, in its own width
_LOWEST = 0.8  # inches
DARK, PALE_BAND = 0.3, 0.14  # opacity of the bands


def axis_words(lines: BubbleLines) -> str:
    """Name the horizontal axis, with its unit where that says more than the name."""
    name = name_words(lines.covariate)
    plain = lines.unit.casefold() in ("", lines.covariate.casefold(), "calendar year")
    return name if plain else f"{name} ({lines.unit})"


def finish_bubble(
    pc: az.PlotCollection,
    lines: BubbleLines,
    caption: str,
    mark: str,
    *,
    prob: float,
    per_person: float,
    figsize: tuple[float, float] | None,
) -> None:
    """Arrange panels, legends, caption and the mark of synthetic data.

    Parameters
    ----------
    pc : arviz.PlotCollection
        The drawn collection (matplotlib).
    lines : BubbleLines
        What was drawn.
    caption, mark : str
        Text under the figure; mark of synthetic data above it, may be empty.
    prob : float
        Level named in the legend.
    per_person : float
        Squared diameter of a circle for each participant, in square points.
    figsize : tuple of float, optional
        Width and height in inches.
    """
    figure: Figure = pc.viz["figure"].item()
    width = float(figure.get_size_inches()[0])
    size = font_size(width)
    small = max(SMALLEST_TEXT, size - 1.0)
    label = axis_words(lines)
    families = families_for([caption, mark, label])
    room = width - 2 * EDGE
    wrapped = wrap(explain_missing(caption, [label], families), room, small, families)
    marks = wrap(drawable(mark, families), 0.85 * room, size, families)

    largest = int(max(panel.n.max(initial=0) for panel in lines.panels))
    radius = np.sqrt(per_person * largest) / 2 / INCH
    left = EDGE + widest(_TICK_TEXT, size) + 8.0 / INCH
    right = EDGE + radius
    middle = max(left, radius + left)  # between the panels: a circle, and the words of the ticks
    top = EDGE + len(marks) * 1.3 * size / INCH + 1.6 * size / INCH + radius
    bottom = (3.2 * size + 9.0) / INCH
    legends = _legends(figure, lines, prob, per_person, size)
    under = sum(legend_height(legend) + _GAP for legend, _ in legends)
    under += len(wrapped) * line_height(small) + EDGE

    wide = (width - left - middle - right) / 2
    tall = _FLAT * wide
    if figsize is not None:
        tall = max(figsize[1] - top - bottom - under, _LOWEST)
    height = top + tall + bottom + under
    figure.set_size_inches(width, height)
    foot = (bottom + under) / height
    for number, panel in enumerate(lines.panels):
        ax: Axes = pc.get_target("bubble", {"margin": panel.name})
        start = left + number * (wide + middle)
        ax.set_position((start / width, foot, wide / width, tall / height))
        _axes(ax, drawable(label, families), wide, size)
        ax.set_title(MARGIN_NAMES[panel.name], fontsize=size, pad=3.0 + radius * INCH)
    under_axes = place_legends(figure, legends, under, size)
    write_caption(pc, wrapped, under_axes, small, families)
    write_mark(pc, marks, width / 2, size, families)


def _axes(ax: Axes, label: str, wide: float, size: float) -> None:
    low, high = ax.get_xlim()
    for most in range(6, 0, -1):
        found = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        ticks = [tick for tick in found if low <= tick <= high]
        words = [_tick_words(tick, low, high) for tick in ticks]
        if len(ticks) * (widest(words, size) + size / INCH) < wide:
            break
    ax.set_xticks(ticks, words)
    ax.set_yticks(_TICKS, _TICK_TEXT)
    ax.set_xlabel(label, parse_math=False)
    ax.set_facecolor("none")
    for spine in ("top", "right"):
        ax.spines[spine].set_visible(False)


def _tick_words(tick: float, low: float, high: float) -> str:
    decimals = max(0, int(np.ceil(1.0 - np.log10(high - low))))
    text = f"{round(tick, decimals) + 0.0:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def _legends(
    figure: Figure, lines: BubbleLines, prob: float, per_person: float, size: float
) -> list[LeadLegend]:
    level = percent(prob)
    room = float(figure.get_size_inches()[0]) - 2 * EDGE
    legends: list[LeadLegend] = []
    if any(panel.known for panel in lines.panels):
        entries: list[tuple[Artist | tuple[Artist, ...], str]] = [
            (Line2D([], [], color=BLUE, lw=1.3), "Median study"),
            (Patch(color=BLUE, alpha=DARK + PALE_BAND, linewidth=0), f"{level} credible interval"),
            (Patch(color=BLUE, alpha=PALE_BAND, linewidth=0), f"{level} prediction interval"),
        ]
        legends.append((columns_legend(figure, entries, size, room, most=3), ""))
    people = np.concatenate([panel.n for panel in lines.panels])
    if people.size:
        scale = size_legend(figure, people, per_person, size)
        legends.append((scale, f"Studies; {lines.counted} in the arm:"))
    return legends
