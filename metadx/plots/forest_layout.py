"""Room for a coupled forest plot: measured columns, as many rows as needed, nothing cut off."""

from dataclasses import dataclass

import arviz as az
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from metadx.plots.forest_rows import ForestRows
from metadx.plots.forest_widths import count_width, heading_width, label_width
from metadx.plots.labels import widest
from metadx.plots.row_page import GAP, SLACK, RowKind, RowPage, place_columns, row_page, rule
from metadx.plots.style import GREY, INCH, INK, PALE, percent

NAME = "forest"
COLUMNS = ("study", "counts", "sens", "sens_text", "spec", "spec_text")
_KIND = RowKind(
    columns=COLUMNS,
    panels=("sens", "spec"),
    panel=1.45,
    narrowest=0.75,
    row=1.6,
    above=1.6,
    under=1.0,
    axis=1.6,
)


@dataclass(frozen=True)
class ForestLayout:
    """Sizes of a coupled forest plot.

    Parameters
    ----------
    page : RowPage
        The sizes.
    interval_heading : str
        Heading of the columns of text.
    """

    page: RowPage
    interval_heading: str


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
    above = [words for _, words in rows.headings]

    def widths(size: float, families: tuple[str, ...]) -> dict[str, float]:
        counts = count_width(rows.counts, size)
        # A heading runs on over the counts, where its row has none.
        over = heading_width(above, size, families) - counts - GAP
        found = {"study": max(label_width(rows.label, size, families), over), "counts": counts}
        for margin in rows.margins:
            found[f"{margin.name}_text"] = SLACK * widest([*margin.text, heading], size)
        return found

    labels = [*rows.label, *above]
    page = row_page(_KIND, widths, rows.last, labels, caption=caption, note=note, figsize=figsize)
    return ForestLayout(page, heading)


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
    page = layout.page
    for column, ax in place_columns(pc, NAME, page).items():
        ax.set_ylim(rows.last + _KIND.under, -_KIND.above)
        if column in _KIND.panels:
            _panel_axis(ax, rows, page.column_widths[column], page.size)
        else:
            ax.set_axis_off()
            ax.set_xlim(0.0, 4.0 if column == "counts" else 1.0)
    # A line under the headings and a paler one above the pooled row.
    total = _KIND.above + rows.last + _KIND.under
    for y, colour in ((-0.55, INK), (rows.rule, GREY)):
        rule(figure, page, (y + _KIND.above) / total, colour)


def _panel_axis(ax: Axes, rows: ForestRows, wide: float, size: float) -> None:
    ticks, words = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    if wide < 8.5 * size / INCH * 1.6:
        ticks, words = [0.0, 0.5, 1.0], ["0", "0.5", "1"]
    ax.set_xticks(ticks, words)
    ax.set_yticks([])
    ax.set_facecolor("none")
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)
    last = rows.last + _KIND.under
    for edge in (0.0, 1.0):
        ax.plot([edge, edge], [-0.5, last], color=PALE, linewidth=0.6, zorder=0, clip_on=False)
