"""Room for a calibration figure: equal panels, one scale, a legend above, the caption below."""

import arviz as az
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from metadx.plots.calibration_panels import CalibrationPanels
from metadx.plots.evidence_captions import replications_phrase
from metadx.plots.evidence_page import PAGE_TEXT, PAGE_WIDTH, SMALL_TEXT, evidence_page, write_page
from metadx.plots.labels import wrap
from metadx.plots.notes import EDGE
from metadx.plots.style import GREY, INCH, VERMILLION, percent
from metadx.plots.visuals import scalar

SBC_COLUMNS = 4
_LEFT, _RIGHT = 0.6, 0.1  # inches
_GAP, _TITLE = 0.14, 0.27  # between panels, and above each row of them
_TICKS, _LABEL = 0.19, 0.16  # under the lowest panel of a column; under the whole row
_PANEL = 1.05  # height
_LEAST = 2.6  # half height of a panel in its own units: about where bands of any level end


def finish_calibration(pc: az.PlotCollection, panels: CalibrationPanels, caption: str) -> None:
    """Place panels, legend, title, mark and caption.

    Parameters
    ----------
    pc : arviz.PlotCollection
        The drawn collection (matplotlib).
    panels : CalibrationPanels
        What was drawn.
    caption : str
        Text under the figure.
    """
    figure: Figure = pc.viz["figure"].item()
    number = len(panels.quantities)
    across = min(SBC_COLUMNS, number)
    rows = -(-number // SBC_COLUMNS)
    title = f"Simulation-based calibration: {replications_phrase(panels.replications)} per group"
    page = evidence_page(title, caption)
    legend_height = _legend_rows(panels) * 1.6 * PAGE_TEXT / INCH
    body = rows * (_TITLE + _PANEL) + _TICKS + _LABEL
    height = page.top + legend_height + body + 0.06 + page.foot
    figure.set_size_inches(PAGE_WIDTH, height)
    wide = (PAGE_WIDTH - _LEFT - _RIGHT - (SBC_COLUMNS - 1) * _GAP) / SBC_COLUMNS
    highest = float(np.nanmax([_LEAST, *(np.nanmax(np.abs(band.top)) for band in panels.bands),
                               np.nanmax(np.abs(panels.y), initial=0.0)]))  # fmt: skip
    top = height - page.top - legend_height
    for i, quantity in enumerate(panels.quantities):
        row, column = divmod(i, SBC_COLUMNS)
        ax: Axes = pc.get_target("sbc", {"quantity": quantity})
        left = _LEFT + column * (wide + _GAP)
        foot = top - (row + 1) * (_TITLE + _PANEL)
        ax.set_position((left / PAGE_WIDTH, foot / height, wide / PAGE_WIDTH, _PANEL / height))
        lowest = i + SBC_COLUMNS >= number
        _axis(ax, 1.06 * highest, lowest=lowest, leftmost=column == 0)
        _flag(ax, panels.outside(quantity), wide)
    middle = (_LEFT + (across * (wide + _GAP) - _GAP) / 2) / PAGE_WIDTH
    under = (page.foot + 0.06 + _LABEL) / height
    figure.text(middle, under, "Rank of the truth, as a share of the draws", va="top",
                ha="center", fontsize=PAGE_TEXT)  # fmt: skip
    centre = (top - rows * (_TITLE + _PANEL) / 2) / height
    figure.text(EDGE / PAGE_WIDTH, centre, "Distribution of ranks\n− uniform, × √N",
                rotation=90, va="center", multialignment="center", fontsize=PAGE_TEXT)  # fmt: skip
    _legend(pc, panels, 1.0 - page.top / height)
    write_page(pc, page)


def _axis(ax: Axes, half: float, *, lowest: bool, leftmost: bool) -> None:
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(-half, half)
    ax.set_xticks([0.0, 0.5, 1.0], ["0", "0.5", "1"] if lowest else ["", "", ""])
    step = max(1, int(half / 1.2))
    ticks = [-step, 0, step]
    ax.set_yticks(ticks, [f"{t}".replace("-", "−") for t in ticks] if leftmost else ["", "", ""])
    ax.tick_params(labelsize=SMALL_TEXT)
    ax.title.set_fontsize(PAGE_TEXT)
    ax.title.set_parse_math(False)
    for side in ("top", "right"):
        ax.spines[side].set_color(GREY)
        ax.spines[side].set_linewidth(0.4)


def _flag(ax: Axes, outside: tuple[str, ...], wide: float) -> None:
    if outside:
        lines = wrap(f"outside: {', '.join(outside)}", wide - 0.1, SMALL_TEXT)
        ax.text(0.03, 0.03, "\n".join(lines), transform=ax.transAxes, fontsize=SMALL_TEXT,
                color=VERMILLION, va="bottom", parse_math=False)  # fmt: skip


def _legend_rows(panels: CalibrationPanels) -> int:
    return -(-(len(panels.groups) + 1) // 3)


def _legend(pc: az.PlotCollection, panels: CalibrationPanels, top: float) -> None:
    figure: Figure = pc.viz["figure"].item()
    handles: list[Line2D | Patch] = []
    labels: list[str] = []
    for group, size in zip(panels.groups, panels.replications, strict=True):
        drawn = pc.viz["lines"]["sbc"].sel(group=group).values.ravel()
        like = next((line for line in drawn if isinstance(line, Line2D)), Line2D([], []))
        handle = Line2D([], [], color=like.get_color(), linewidth=1.4)
        handle.set_linestyle(like.get_linestyle())
        handles.append(handle)
        labels.append(f"{group} (N = {size})")
    handles.append(Patch(color=GREY, alpha=0.25, linewidth=0))
    labels.append(f"band, {percent(panels.prob_family)} for all lines together")
    legend = figure.legend(handles, labels, ncols=3, loc="upper center",
                           bbox_to_anchor=(0.5, top), fontsize=PAGE_TEXT, borderaxespad=0.0,
                           borderpad=0.0, handlelength=2.2, columnspacing=1.4)  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)
    pc.viz["legend"] = scalar(legend)
