"""Pieces that the figures of agreement share: columns of words, lines over rows, axes."""

from collections.abc import Sequence
from typing import Any

import arviz as az
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from metadx.estimands.logistic import FloatArray
from metadx.plots.labels import drawable, widest
from metadx.plots.row_page import SLACK, RowKind, RowPage, place_columns, rule
from metadx.plots.style import INCH, INK
from metadx.plots.visuals import points, sized_points, spelling, text_rows

HEADING = -1.0  # height of the headings, in rows from the top


def wide(texts: Sequence[str], size: float, families: tuple[str, ...], weight: str = "normal",
         ) -> float:  # fmt: skip
    """Measure a column of words in inches.

    Parameters
    ----------
    texts : sequence of str
    size : float
        Font size in points.
    families : tuple of str
        Font families.
    weight : {"normal", "bold"}
        Weight of the font.

    Returns
    -------
    float
    """
    return SLACK * widest([drawable(text, families) for text in texts], size, weight, families)


def write_words(
    pc: az.PlotCollection,
    page: RowPage,
    at: tuple[str, str, str],
    y: Sequence[float] | FloatArray,
    text: Sequence[str],
    *,
    x: float | Sequence[float] | FloatArray = 0.0,
    align: str = "left",
    **look: object,
) -> None:
    """Write one text at each height of a column.

    Parameters
    ----------
    pc : arviz.PlotCollection
    page : RowPage
    at : tuple of str
        Name of the figure, of the column, and of the words in `viz`.
    y : sequence of float
        Heights in rows from the top.
    text : sequence of str
    x : float or sequence of float
        Where across the column.
    align : {"left", "center", "right"}
    **look
        Passed to the backend.
    """
    if not len(text):
        return
    name, column, label = at
    place = np.broadcast_to(np.asarray(x, np.float64), (len(text),))
    pc.map(
        text_rows,
        label,
        data=points(name, place, y),
        coords={"column": column},
        artist_dims={f"{label}_row": len(text)},
        text=[drawable(words, page.families) for words in text],
        **{"size": page.size, **spelling(pc.backend).text, "horizontal_align": align, **look},
    )


def draw_lines(
    pc: az.PlotCollection,
    at: tuple[str, str, str],
    y: FloatArray,
    low: FloatArray,
    high: FloatArray,
    **look: object,
) -> None:
    """Draw one line at each height, as one line with gaps: nan lifts the pen.

    Parameters
    ----------
    pc : arviz.PlotCollection
    at : tuple of str
        Name of the figure, of the column, and of the line in `viz`.
    y, low, high : ndarray, shape (n,)
        Heights in rows from the top, and the two ends.
    **look
        Passed to the backend.
    """
    if not len(y):
        return
    name, column, label = at
    ends = np.stack([low, high, np.full(len(y), np.nan)], axis=1).ravel()
    heights = np.where(np.isnan(ends), np.nan, np.repeat(y, 3))
    data = points(name, ends, heights)
    pc.map(az.visuals.line_xy, label, data=data, coords={"column": column}, **look)


def draw_marks(
    pc: az.PlotCollection,
    at: tuple[str, str, str],
    x: FloatArray,
    y: FloatArray,
    **look: Any,  # noqa: ANN401 - as the backends take it
) -> None:
    """Draw one mark at each point.

    Parameters
    ----------
    pc : arviz.PlotCollection
    at : tuple of str
        Name of the figure, of the column, and of the marks in `viz`.
    x, y : ndarray, shape (n,)
        Points; heights in rows from the top.
    **look
        Passed to the backend; "area" in square points is that of every mark.
    """
    if not len(x):
        return
    name, column, label = at
    size = np.full(len(x), look.pop("area"))
    data = points(name, x, np.where(np.isnan(x), np.nan, y))
    pc.map(sized_points, label, data=data, coords={"column": column}, size=size, **look)


def finish_rows(
    pc: az.PlotCollection, name: str, page: RowPage, kind: RowKind, last: float
) -> dict[str, Axes]:
    """Place the columns, draw the rule under the headings and strip the columns of words.

    Parameters
    ----------
    pc : arviz.PlotCollection
        The drawn collection (matplotlib).
    name : str
        Name of the figure.
    page : RowPage
        Its sizes.
    kind : RowKind
        What it is a page of.
    last : float
        Height of the last row.

    Returns
    -------
    dict
        The axes by the name of their column.
    """
    axes = place_columns(pc, name, page)
    for column, ax in axes.items():
        ax.set_ylim(last + kind.under, -kind.above)
        if column not in kind.panels:
            ax.set_axis_off()
            ax.set_xlim(0.0, 1.0)
    total = kind.above + last + kind.under
    rule(pc.viz["figure"].item(), page, (kind.above - 0.5) / total, INK)
    return axes


def panel_axis(ax: Axes, ends: tuple[float, float], inches: float, size: float, words: str) -> None:
    """Give a panel its horizontal axis.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    ends : tuple of float
        Its ends.
    inches : float
        Its width.
    size : float
        Font size in points.
    words : str
        What it shows.
    """
    ax.set_xlim(ends)
    most = max(2, int(inches / (3.6 * size / INCH)))
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(*ends)
    inside = [t for t in ticks if ends[0] - 1e-9 <= t <= ends[1] + 1e-9]
    shown = np.round(inside, 9) + 0.0  # no minus zero
    ax.set_xticks(shown, [f"{tick:g}".replace("-", "−") for tick in shown])
    if words:
        ax.set_xlabel(words, labelpad=2.0)
    ax.set_yticks([])
    ax.set_facecolor("none")
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)
