"""Deeks' funnel: diagnostic odds ratios of small and large studies, and the line of the test."""

import arviz as az
import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from metadx.criticism.small_studies import Deeks
from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import opening, studies_words, synthetic_note, uncertain_words
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.fitted import DescribedTable
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.style import BLUE, GREY, VERMILLION, Backend, Shape, figure_style, font_size
from metadx.plots.visuals import points, sized_points, spelling

_PANEL = "funnel"
_SIZE = (4.2, 3.6)  # inches
_AREA = 22.0  # square points


def plot_deeks(
    fit: DescribedTable,
    found: Deeks,
    *,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw log diagnostic odds ratios against 1/√ESS, large studies at the top.

    Parameters
    ----------
    fit : Fit
        Of the same studies, for title and mark.
    found : Deeks
        Of `metadx.criticism.small_studies.deeks`.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width and height of the data area with its axes in inches; by default 4.2 by 3.6.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds "studies" and "corrected" (each where there are some), "line" and "middle".

    References
    ----------
    Deeks JJ, Macaskill P, Irwig L. The performance of tests of publication bias and other sample
    size effects in systematic reviews of diagnostic test accuracy was assessed. J Clin Epidemiol
    2005;58:882-893.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.small_studies import deeks
    >>> fit = metadx.fit(metadx.load_dataset("anti-ccp"), draws=1000)
    >>> figure = plot_deeks(fit, deeks(fit.table), backend="none")
    >>> figure.viz["studies"]["panel_page"].item()["x"].size
    34
    """
    size = _SIZE if figsize is None else figsize
    height = 1 / np.sqrt(found.ess)
    top, foot = _reach(height)
    with figure_style(font_size(size[0])):
        pc = panel_collection([_PANEL], size=size, backend=backend)
        ends = np.array([height.min(), height.max()])
        line = points(PAGE, found.intercept + found.slope * ends, ends)
        put(pc, az.visuals.line_xy, "line", panel=_PANEL, data=line, color=VERMILLION, width=1.3,
            linestyle="C1")  # fmt: skip
        middle = float(found.ess @ found.log_dor / found.ess.sum())
        level = points(PAGE, [middle, middle], [top, foot])
        put(pc, az.visuals.line_xy, "middle", panel=_PANEL, data=level, color=GREY, width=0.8)
        native = spelling(pc.backend)
        marks: tuple[tuple[str, NDArray[np.bool_], Shape], ...] = (
            ("studies", ~found.corrected, "circle"),
            ("corrected", found.corrected, "triangle"),
        )
        for label, rows, shape in marks:
            if rows.any():
                put(pc, sized_points, label, panel=_PANEL,
                    data=points(PAGE, found.log_dor[rows], height[rows]),
                    size=np.full(int(rows.sum()), _AREA), marker=native.shapes[shape],
                    facecolor=native.hollow, edgecolor=BLUE, width=0.9)  # fmt: skip
        put(pc, az.visuals.set_ylim, "ylim", panel=_PANEL, limits=(foot, top), store_artist=False)
        put(pc, az.visuals.labelled_x, "xlabel", panel=_PANEL,
            text="Log diagnostic odds ratio", store_artist=False)  # fmt: skip
        put(pc, az.visuals.labelled_y, "ylabel", panel=_PANEL,
            text="1/√(effective sample size)", store_artist=False)  # fmt: skip
        legend = None
        if pc.backend == "matplotlib":
            _dress(pc)
            legend = _legend(found)
        finish_panels(pc, _text(fit, found), synthetic_note(fit), legend=legend)
    return pc


def _reach(height: FloatArray) -> tuple[float, float]:
    """Return the ends of the vertical axis: the largest studies near the top, all inside."""
    room = 0.08 * float(np.ptp(height))
    return max(0.0, float(height.min()) - room), float(height.max()) + room


def _dress(pc: az.PlotCollection) -> None:
    ax = axes_of(pc, _PANEL)
    for axis, ends in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        axis.set_ticks([t for t in axis.get_ticklocs() if min(ends) <= t <= max(ends)])
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def _legend(found: Deeks) -> dict[str, Line2D]:
    def mark(shape: str) -> Line2D:
        return Line2D([], [], color=BLUE, marker=shape, markerfacecolor="none", linestyle="none",
                      markersize=_AREA**0.5)  # fmt: skip

    shown = {}
    if not found.corrected.all():
        shown["study"] = mark("o")
    if found.corrected.any():
        shown["study with an empty cell"] = mark("^")
    shown["regression"] = Line2D([], [], color=VERMILLION, linestyle="--", linewidth=1.3)
    shown["weighted mean"] = Line2D([], [], color=GREY, linewidth=0.8)
    return shown


def _text(fit: DescribedTable, found: Deeks) -> FigureText:
    parts = [
        opening(fit, f"Deeks' funnel plot of {studies_words(len(found.study))}."),
        "Effective sample size (ESS): 4 n1 n0 / (n1 + n0), large studies at the top.",
    ]
    if found.corrected.any():
        parts.append("Triangles: studies with an empty cell; 0.5 was added to their four cells.")
    parts.append(
        "Dashed: regression of the log diagnostic odds ratio on 1/√ESS, weighted by ESS; "
        "solid: weighted mean."
    )
    parts.append(found.words)
    parts += uncertain_words(fit.table)
    return FigureText("Deeks' funnel plot", " ".join(parts), spoken(fit, found.words))
