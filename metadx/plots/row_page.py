"""A page of rows in columns: what the forest plots and the coefficient plot have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import arviz as az
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from metadx.plots.labels import drawable, explain_missing, families_for, line_height, wrap
from metadx.plots.notes import EDGE, write_caption, write_mark
from metadx.plots.style import INCH, SMALLEST_TEXT, Backend

type Widths = Callable[[float, tuple[str, ...]], dict[str, float]]

GAP = 0.16  # inches between columns
WIDEST = 6.7  # inches: both columns of a journal
SLACK = 1.02  # a notebook may hint and so widen the text
SIZES = (7.5, 7.0, 6.5, SMALLEST_TEXT)  # points; a narrow figure takes the first that fits


@dataclass(frozen=True)
class RowPage:
    """Sizes of a page of rows.

    Parameters
    ----------
    width, height : float
        The figure, in inches.
    size, small : float
        Font sizes of the rows and of the caption, in points.
    families : tuple of str
        Font families that the labels need.
    column_widths : mapping of str to float
        Widths of the columns in inches, without the gaps, from left to right.
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
    top: float
    body: float
    caption: tuple[str, ...]
    note: tuple[str, ...]

    @property
    def foot(self) -> float:
        """Inches below the rows."""
        return self.height - self.top - self.body


@dataclass(frozen=True)
class RowKind:
    """What sets the page of one kind of figure apart from that of another.

    Parameters
    ----------
    columns : tuple of str
        Names of the columns from left to right.
    panels : tuple of str
        Those of them that take the width that the others leave.
    panel, narrowest : float
        Width of a panel in inches unless the figure has a width of its own, and the smallest.
    row : float
        Height of a row, in font sizes.
    above, under : float
        Rows of the heading, and rows between the last row and the axis.
    axis : float
        Height of the words under the panels, in font sizes.
    """

    columns: tuple[str, ...]
    panels: tuple[str, ...]
    panel: float
    narrowest: float
    row: float
    above: float
    under: float
    axis: float


def row_page(
    kind: RowKind,
    widths_of: Widths,
    last: float,
    labels: Sequence[str],
    *,
    caption: str,
    note: str,
    figsize: tuple[float, float] | None = None,
) -> RowPage:
    """Decide on all sizes of a page of rows.

    Parameters
    ----------
    kind : RowKind
        Which figure.
    widths_of : callable
        Measures the columns of text in inches, given a font size and the font families.
    last : float
        Height of the last row, in rows from the top.
    labels : sequence of str
        Words of the rows that the reader chose, in any script.
    caption, note : str
        Text under the rows; mark of synthetic data above them, may be empty.
    figsize : tuple of float, optional
        Smallest width and height in inches.

    Returns
    -------
    RowPage
    """
    families = families_for([*labels, caption, note])
    fixed = 2 * EDGE + (len(kind.columns) - 1) * GAP
    for size in SIZES:
        widths = widths_of(size, families)
        natural = fixed + sum(widths.values()) + len(kind.panels) * kind.panel
        least = natural - len(kind.panels) * (kind.panel - kind.narrowest)
        wanted = min(natural, WIDEST) if figsize is None else figsize[0]
        width = max(wanted, least)
        if width == wanted:
            break
    panel = (width - fixed - sum(widths.values())) / len(kind.panels)
    widths |= dict.fromkeys(kind.panels, panel)

    small = max(SMALLEST_TEXT, size - 1.0)
    room = width - 2 * EDGE
    lines = wrap(explain_missing(caption, labels, families), room, small, families)
    # 0.85: the mark is bold, which is wider than what `wrap` measures.
    marks = wrap(drawable(note, families), 0.85 * room, size, families)
    top = EDGE + len(marks) * 1.3 * size / INCH
    foot = (kind.axis * size + 12.0) / INCH + len(lines) * line_height(small) + EDGE
    body = (kind.above + last + kind.under) * kind.row * size / INCH
    if figsize is not None:
        body = max(body, figsize[1] - top - foot)
    return RowPage(
        width=width,
        height=top + body + foot,
        size=size,
        small=small,
        families=families,
        column_widths={name: widths[name] for name in kind.columns},
        top=top,
        body=body,
        caption=tuple(lines),
        note=tuple(marks),
    )


def row_collection(name: str, page: RowPage, backend: Backend) -> az.PlotCollection:
    """Make an empty collection with one plot for each column.

    Parameters
    ----------
    name : str
        Name of the variable that stands for the figure.
    page : RowPage
        Its sizes.
    backend : {"matplotlib", "none", "plotly", "bokeh"}
        What draws.

    Returns
    -------
    arviz.PlotCollection
    """
    size, unit = (page.width, page.height), "inches"
    if backend != "matplotlib":  # these count in pixels
        size, unit = (100 * size[0], 100 * size[1]), "dots"
    columns = list(page.column_widths)
    blank = xr.Dataset({name: ("column", np.zeros(len(columns)))}, {"column": columns})
    return az.PlotCollection.wrap(
        blank,
        cols=["column"],
        col_wrap=len(columns),
        backend=backend,
        figure_kwargs={
            "figsize": size,
            "figsize_units": unit,
            "width_ratios": list(page.column_widths.values()),
        },
    )


def place_columns(pc: az.PlotCollection, name: str, page: RowPage) -> dict[str, Axes]:
    """Place the columns side by side, and write caption and mark of synthetic data.

    Parameters
    ----------
    pc : arviz.PlotCollection
        The drawn collection (matplotlib).
    name : str
        Name of the variable that stands for the figure.
    page : RowPage
        Its sizes.

    Returns
    -------
    dict
        The axes by the name of their column.
    """
    figure: Figure = pc.viz["figure"].item()
    figure.set_size_inches(page.width, page.height)
    axes: dict[str, Axes] = {}
    left = EDGE
    for column, wide in page.column_widths.items():
        axes[column] = pc.get_target(name, {"column": column})
        axes[column].set_position(
            (
                left / page.width,
                page.foot / page.height,
                wide / page.width,
                page.body / page.height,
            )
        )
        left += wide + GAP
    under = len(page.caption) * line_height(page.small) + EDGE
    write_caption(pc, page.caption, under, page.small, page.families)
    write_mark(pc, page.note, page.width / 2, page.size, page.families)
    return axes


def rule(figure: Figure, page: RowPage, share: float, colour: str) -> None:
    """Draw a line across the page, at a share of the height of the rows from their top."""
    at = (page.foot + page.body * (1.0 - share)) / page.height
    inset = EDGE / page.width
    line = Line2D([inset, 1 - inset], [at, at], color=colour, linewidth=0.6,
                  transform=figure.transFigure)  # fmt: skip
    figure.add_artist(line)
