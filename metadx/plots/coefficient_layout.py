"""Room for a coefficient plot: measured columns, as many rows as needed, nothing cut off."""

import arviz as az
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from metadx.plots.coefficient_rows import CoefficientRows
from metadx.plots.labels import drawable, widest
from metadx.plots.row_page import SLACK, RowKind, RowPage, place_columns, row_page, rule
from metadx.plots.style import INCH, INK

NAME = "coefficients"
_INDENT = 1.2  # font sizes, of a row below the name of its covariate
_KIND = RowKind(
    columns=("effect", "panel", "odds"),
    panels=("panel",),
    panel=2.3,
    narrowest=1.1,
    row=1.7,
    above=1.6,
    under=0.9,
    axis=3.0,
)


def indent_of(size: float) -> float:
    """Give the indent in inches of a row below the name of its covariate, for a font size."""
    return _INDENT * size / INCH


def axis_limits(rows: CoefficientRows) -> tuple[float, float]:
    """Give the ends of the axis, on the scale of the link: all intervals and 0 are between them."""
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
) -> RowPage:
    """Measure the texts and decide on all sizes.

    Parameters
    ----------
    rows : CoefficientRows
        Content of the plot.
    caption, note : str
        Text under the rows; mark of synthetic data above them, may be empty.
    heading : str
        Heading of the column of odds ratios or differences.
    figsize : tuple of float, optional
        Smallest width and height in inches.

    Returns
    -------
    RowPage
    """
    above = [words for _, words in rows.covariates]

    def widths(size: float, families: tuple[str, ...]) -> dict[str, float]:
        def wide(texts: list[str]) -> float:
            return widest([drawable(text, families) for text in texts], size, "normal", families)

        pairs = list(zip(rows.label, rows.below, strict=True))
        effect = max(
            wide([label for label, below in pairs if not below] + above),
            wide([label for label, below in pairs if below]) + indent_of(size),
            widest([words for _, words in rows.headings], size, "bold"),
        )
        odds = widest([*rows.text, heading], size)
        return {"effect": SLACK * effect, "odds": SLACK * odds}

    labels = [*rows.label, *above]
    return row_page(_KIND, widths, rows.last, labels, caption=caption, note=note, figsize=figsize)


def finish_coefficients(pc: az.PlotCollection, rows: CoefficientRows, page: RowPage) -> None:
    """Place the columns, set axis and rule, and write caption and mark of synthetic data.

    Parameters
    ----------
    pc : arviz.PlotCollection
        The drawn collection (matplotlib).
    rows : CoefficientRows
        Content of the plot.
    page : RowPage
        Its sizes.
    """
    figure: Figure = pc.viz["figure"].item()
    for column, ax in place_columns(pc, NAME, page).items():
        ax.set_ylim(rows.last + _KIND.under, -_KIND.above)
        if column == "panel":
            _panel_axis(ax, rows, page)
        else:
            ax.set_axis_off()
            ax.set_xlim(0.0, 1.0)
    rule(figure, page, (_KIND.above - 0.55) / (_KIND.above + rows.last + _KIND.under), INK)


def _panel_axis(ax: Axes, rows: CoefficientRows, page: RowPage) -> None:
    limits = axis_limits(rows)
    ax.set_xlim(limits)
    most = max(2, int(page.column_widths["panel"] / (4.0 * page.size / INCH)))
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(*limits)
    inside = [t for t in ticks if limits[0] <= t <= limits[1]]
    shown = np.round(inside, 9) + 0.0  # no minus zero
    ax.set_xticks(shown, [f"{tick:g}".replace("-", "−") for tick in shown])
    label = "Log odds ratio" if rows.link == "logit" else f"Difference ({rows.link} scale)"
    ax.set_xlabel(label, labelpad=2.0)
    ax.set_yticks([])
    ax.set_facecolor("none")
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)
