"""Rows of intervals in panels beside each other: one row a fit, a model or a study."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import arviz as az
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from metadx.estimands.logistic import FloatArray
from metadx.plots.figure_text import FigureText, attach
from metadx.plots.labels import drawable, shorten, widest
from metadx.plots.row_page import (
    SLACK,
    RowKind,
    RowPage,
    place_columns,
    row_collection,
    row_page,
    rule,
)
from metadx.plots.style import BLUE, GREY, INCH, INK, Backend, figure_style
from metadx.plots.visuals import band, filled, points, scalar, sized_points, spelling, text_rows

NAME = "rows"  # name of the variable that all data of such a figure have
WIDTH = 6.7  # inches: both columns of a journal
_ABOVE, _UNDER = 1.6, 0.8  # rows
_TOP = np.array([-1.0])  # where headings stand
_DOT = 14.0  # square points
_BAR = 0.62  # of the height of a row


@dataclass(frozen=True, eq=False)
class RowPanel:
    """One panel of N rows, with words beside it.

    Parameters
    ----------
    name : str
        Name of its column; no two alike.
    heading : str
        Short.
    values : ndarray, shape (N, 3)
        Lower limit, middle and upper limit; a row with NaN is not drawn.
    text : tuple of str, length N or 0
        Words beside the rows; none where empty.
    text_heading : str
    bounds : tuple of float
        What the axis can hold at most, such as (0, 1) for a probability.
    include : tuple of float
        Values that the axis must show.
    reference : float or None
        Where a dashed line stands.
    bars : bool
        Whether to draw bars from 0 to the middle instead of intervals.
    axis : str
        Words under the axis.
    """

    name: str
    heading: str
    values: FloatArray
    text: tuple[str, ...] = ()
    text_heading: str = ""
    bounds: tuple[float, float] = (-np.inf, np.inf)
    include: tuple[float, ...] = ()
    reference: float | None = None
    bars: bool = False
    axis: str = ""

    @property
    def limits(self) -> tuple[float, float]:
        """Ends of the axis: everything that is drawn lies between them, with some room."""
        parts = [self.values[np.isfinite(self.values).all(axis=1)].ravel(), self.include]
        if self.reference is not None:
            parts.append((self.reference,))
        shown = np.concatenate([np.asarray(part, dtype=float) for part in parts])
        if not shown.size:
            shown = np.clip([0.0, 1.0], *self.bounds)
        low, high = float(shown.min()), float(shown.max())
        room = 0.06 * (high - low) or 0.1 * max(abs(high), 0.1)
        return max(low - room, self.bounds[0]), min(high + room, self.bounds[1])


def plot_rows(
    labels: Sequence[str],
    panels: Sequence[RowPanel],
    text: FigureText,
    mark: str,
    *,
    heading: str,
    bold: Collection[int] = (),
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw rows of intervals, one panel a quantity.

    Parameters
    ----------
    labels : sequence of str, length N
    panels : sequence of RowPanel
    text : FigureText
        Words of the figure; the caption is written under the rows.
    mark : str
        Mark of synthetic data; may be empty.
    heading : str
        Of the labels.
    bold : collection of int
        Rows whose labels are bold.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
    figsize : tuple of float, optional
        Smallest width and height in inches; by default 6.7 wide, as long as the rows need.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds "row_label" and of every panel "NAME_interval" and "NAME_middle" or "NAME_bar",
        "NAME_reference" and "NAME_words".
    """
    rows = _Labels(tuple(shorten(label) for label in labels), heading, frozenset(bold))
    page = _page(rows, panels, text.caption, mark, figsize or (WIDTH, 0.0))
    size = len(rows.names)
    with figure_style(page.size, page.families):
        pc = row_collection(NAME, page, backend)
        attach(pc, text)
        _write_labels(pc, rows, page)
        for panel in panels:
            _draw_panel(pc, panel, size)
            _write_panel(pc, panel, page)
        if pc.backend == "matplotlib":
            _finish(pc, panels, page, size)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": text.caption})
    return pc


@dataclass(frozen=True)
class _Labels:
    names: tuple[str, ...]
    heading: str
    bold: frozenset[int]


def _page(
    rows: _Labels,
    panels: Sequence[RowPanel],
    caption: str,
    mark: str,
    figsize: tuple[float, float],
) -> RowPage:
    columns = ["row"]
    for panel in panels:
        columns += [panel.name, f"{panel.name}_text"] if panel.text else [panel.name]
    kind = RowKind(
        columns=tuple(columns),
        panels=tuple(panel.name for panel in panels),
        panel=1.3,
        narrowest=0.7,
        row=1.6,
        above=_ABOVE,
        under=_UNDER,
        axis=3.0 if any(panel.axis for panel in panels) else 1.6,
    )

    def widths(size: float, families: tuple[str, ...]) -> dict[str, float]:
        def wide(texts: Sequence[str], weight: str = "normal") -> float:
            return SLACK * widest([drawable(t, families) for t in texts], size, weight, families)

        strong = [rows.names[row] for row in rows.bold]
        found = {"row": max(wide([rows.heading, *rows.names]), wide(strong, "bold"))}
        for panel in panels:
            if panel.text:
                found[f"{panel.name}_text"] = wide([*panel.text, panel.text_heading])
        return found

    last = float(len(rows.names) - 1)
    return row_page(kind, widths, last, rows.names, caption=caption, note=mark, figsize=figsize)


def _write(
    pc: az.PlotCollection,
    column: str,
    label: str,
    text: Sequence[str],
    *,
    y: FloatArray,
    x: float = 0.0,
    **look: object,
) -> None:
    pc.map(
        text_rows,
        label,
        data=points(NAME, np.full(len(text), x), y),
        coords={"column": column},
        artist_dims={f"{label}_row": len(text)},
        text=list(text),
        **spelling(pc.backend).text,
        **look,
    )


def _write_labels(pc: az.PlotCollection, rows: _Labels, page: RowPage) -> None:
    look: dict[str, Any] = {"size": page.size, "horizontal_align": "left"}
    _write(pc, "row", "row_heading", [rows.heading], y=_TOP, **look)
    strong = spelling(pc.backend).bold
    plain = [row for row in range(len(rows.names)) if row not in rows.bold]
    for label, places, extra in (
        ("row_label", plain, {}),
        ("row_label_bold", sorted(rows.bold), strong),
    ):
        if places:
            words = [drawable(rows.names[row], page.families) for row in places]
            at = np.array(places, dtype=float)
            _write(pc, "row", label, words, y=at, **look, **extra)


def _draw_panel(pc: az.PlotCollection, panel: RowPanel, size: int) -> None:
    at = {"column": panel.name}
    clip = {"clip_on": False} if pc.backend == "matplotlib" else {}
    line = az.visuals.line_xy
    if panel.reference is not None:
        guide = points(NAME, [panel.reference] * 2, [-0.5, size - 0.5])
        look = {"color": GREY, "width": 0.7, "linestyle": "C1"}
        pc.map(line, f"{panel.name}_reference", data=guide, coords=at, **look)
    known = np.isfinite(panel.values).all(axis=1)
    low, middle, high = np.where(known[:, None], panel.values, np.nan).T
    rows = np.where(known, np.arange(size, dtype=float), np.nan)
    gap = np.full(size, np.nan)
    if panel.bars:
        # One band with gaps for all bars.
        x = np.stack([np.where(known, 0.0, np.nan), middle, gap], axis=1).ravel()
        y = np.repeat(rows, 3)
        bars = band(NAME, x, y - _BAR / 2, y + _BAR / 2)
        pc.map(filled, f"{panel.name}_bar", data=bars, coords=at, color=BLUE, **clip)
    else:
        # One line with gaps instead of a line a row: nan lifts the pen.
        x = np.stack([low, high, gap], axis=1).ravel()
        y = np.where(np.isnan(x), np.nan, np.repeat(rows, 3))
        look = {"color": INK, "width": 0.9, **clip}
        pc.map(line, f"{panel.name}_interval", data=points(NAME, x, y), coords=at, **look)
        dots = {"size": np.full(size, _DOT), "marker": spelling(pc.backend).square}
        pc.map(sized_points, f"{panel.name}_middle", data=points(NAME, middle, rows), coords=at,
               color=BLUE, **dots, **clip)  # fmt: skip
    ends = (size - 1 + _UNDER, -_ABOVE)
    pc.map(az.visuals.set_xlim, "xlim", coords=at, limits=panel.limits, store_artist=False)
    pc.map(az.visuals.set_ylim, "ylim", coords=at, limits=ends, store_artist=False)


def _write_panel(pc: az.PlotCollection, panel: RowPanel, page: RowPage) -> None:
    look: dict[str, Any] = {"size": page.size}
    middle = sum(panel.limits) / 2
    _write(pc, panel.name, f"{panel.name}_heading", [panel.heading], x=middle, y=_TOP,
           horizontal_align="center", **look)  # fmt: skip
    if not panel.text:
        return
    look["horizontal_align"] = "left"
    column, rows = f"{panel.name}_text", np.arange(len(panel.text), dtype=float)
    words = [drawable(text, page.families) for text in panel.text]
    _write(pc, column, f"{panel.name}_words", words, y=rows, **look)
    if panel.text_heading:
        _write(pc, column, f"{panel.name}_words_heading", [panel.text_heading], y=_TOP, **look)


def _finish(pc: az.PlotCollection, panels: Sequence[RowPanel], page: RowPage, size: int) -> None:
    figure: Figure = pc.viz["figure"].item()
    by_name = {panel.name: panel for panel in panels}
    for column, ax in place_columns(pc, NAME, page).items():
        ax.set_ylim(size - 1 + _UNDER, -_ABOVE)
        if column in by_name:
            _axis(ax, by_name[column], page)
        else:
            ax.set_axis_off()
            ax.set_xlim(0.0, 1.0)
    rule(figure, page, (_ABOVE - 0.55) / (_ABOVE + size - 1 + _UNDER), INK)


def _axis(ax: Axes, panel: RowPanel, page: RowPage) -> None:
    limits = panel.limits
    ax.set_xlim(limits)
    most = max(1, int(page.column_widths[panel.name] / (3.2 * page.size / INCH)))
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(*limits)
    shown = np.round([t for t in ticks if limits[0] <= t <= limits[1]], 9) + 0.0  # no minus zero
    ax.set_xticks(shown, [f"{tick:g}".replace("-", "−") for tick in shown])
    if panel.axis:
        ax.set_xlabel(panel.axis, labelpad=2.0)
    ax.set_yticks([])
    ax.set_facecolor("none")
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)
