"""What several figures in ROC space share: the median study with its region, and their legend."""

from collections.abc import Sequence

import arviz as az
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import limits_words
from metadx.plots.effect_words import one_region_words
from metadx.plots.fitted import FittedReview, effects_of
from metadx.plots.sroc_layers import FEWEST_FOR_REGION, SrocLayers
from metadx.plots.sroc_layout import LeadLegend, LegendMaker
from metadx.plots.sroc_legend import columns_legend
from metadx.plots.sroc_square import NAME, SrocAxis
from metadx.plots.style import VERMILLION, percent
from metadx.plots.visuals import points, sized_points, spelling

type Entry = tuple[Artist, str]

_SIDE = 0.016  # of the summary square, as a share of the width of the figure


def across(axis: SrocAxis, spec: FloatArray) -> FloatArray:
    """Return where a specificity stands on the horizontal axis."""
    return spec if axis == "specificity" else 1.0 - spec


def draw_median(pc: az.PlotCollection, layers: SrocLayers, axis: SrocAxis, width: float) -> None:
    """Draw the median study, and its credible region where there is one.

    Parameters
    ----------
    pc : arviz.PlotCollection
        Of `metadx.plots.sroc_square.sroc_collection`.
    layers : SrocLayers
    axis : {"specificity", "fpr"}
    width : float
        Width of the figure in points.
    """
    if layers.credible is not None:
        data = points(NAME, across(axis, layers.credible[:, 1]), layers.credible[:, 0])
        pc.map(az.visuals.line_xy, "credible_region", data=data, color=VERMILLION, width=1.2,
               linestyle="C1")  # fmt: skip
    if np.isnan(layers.summary).any():
        return
    data = points(NAME, across(axis, layers.summary[1:2, 1]), layers.summary[1:2, 0])
    look = {"marker": spelling(pc.backend).square, "facecolor": VERMILLION, "edgecolor": "#FFFFFF"}
    size = np.array([(_SIDE * width) ** 2])
    pc.map(sized_points, "summary", data=data, size=size, width=0.5, **look)


def marks_legend(own: Sequence[Entry], layers: SrocLayers, prob: float) -> LegendMaker:
    """Prepare the legend of such a figure.

    Parameters
    ----------
    own : sequence of (artist, str)
        Marks of the figure itself.
    layers : SrocLayers
        Whether median study and region are drawn.
    prob : float
        Level of the region.

    Returns
    -------
    callable
        As `metadx.plots.sroc_layout.finish_sroc` takes it.
    """
    entries = list(own)
    if not np.isnan(layers.summary).any():
        square = Line2D([], [], color=VERMILLION, marker="s", markersize=5, linestyle="none")
        entries.append((square, "Median study (summary)"))
    if layers.credible is not None:
        dashed = Line2D([], [], color=VERMILLION, lw=1.2, linestyle="--")
        entries.append((dashed, f"{percent(prob)} credible region of the median study"))

    def make(figure: Figure, size: float, room: float) -> list[LeadLegend]:
        if not entries:
            return []
        return [(columns_legend(figure, entries, size, room, most=2), "")]

    return make


def median_sentences(fit: FittedReview, layers: SrocLayers, prob: float) -> list[str]:
    """Describe the median study and its region, or say why there are none.

    Parameters
    ----------
    fit : FittedReview
    layers : SrocLayers
        The region is drawn from four studies on.
    prob : float
        Level of interval and region.

    Returns
    -------
    list of str
    """
    limits = limits_words(layers.summary)
    if np.isnan(layers.summary).any():
        return [f"No median study is drawn: {limits}."]
    level = percent(prob)
    parts = [f"Square: median study (posterior medians, {level} credible intervals): {limits}."]
    if layers.credible is None:
        parts.append(
            f"No region is drawn: with fewer than {FEWEST_FOR_REGION} studies it would mostly show "
            "the prior."
        )
    else:
        words = one_region_words(effects_of(fit))
        parts.append(f"Dashed: its {level} credible region, {words}, from the posterior draws.")
    return parts
