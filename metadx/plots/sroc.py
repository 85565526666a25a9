"""The summary ROC plot: studies, median study, regions and HSROC curve."""

import arviz as az
import numpy as np

from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import caption_sroc, synthetic_note
from metadx.plots.figure_text import attach
from metadx.plots.figure_words import text_sroc
from metadx.plots.fitted import FittedReview
from metadx.plots.sroc_layers import SrocLayers, sroc_layers
from metadx.plots.sroc_layout import finish_sroc
from metadx.plots.sroc_legend import sroc_legends
from metadx.plots.sroc_square import (
    LARGEST,
    NAME,
    WIDTH,
    SrocAxis,
    circle_area,
    label_axes,
    sroc_collection,
)
from metadx.plots.style import BLUE, GREY, INCH, INK, VERMILLION, Backend, figure_style, font_size
from metadx.plots.visuals import band, filled, points, scalar, sized_points, spelling

_SUMMARY = 0.015  # side of the summary square: small enough not to hide its own credible region


def plot_sroc(
    fit: FittedReview,
    *,
    axis: SrocAxis = "specificity",
    prob: float = 0.95,
    regions: bool | None = None,
    curve: bool = True,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
    plot_collection: az.PlotCollection | None = None,
) -> az.PlotCollection:
    """Draw a summary ROC plot.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts, for instance a `metadx.engines.fit.Fit`.
    axis : {"specificity", "fpr"}, default "specificity"
        Horizontal axis: specificity, 1 at the left, or 1 − specificity.
    prob : float, default 0.95
        Level of the regions and of the band around the curve.
    regions : bool, optional
        Whether to draw the credible and the prediction region; by default from four studies on,
        and below that the caption says why there are none.
    curve : bool, default True
        Whether to draw the HSROC curve.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width and height in inches; by default 5.2 wide and as high as needed. The data area is
        square; a height that is too small for it makes it smaller.
    plot_collection : arviz.PlotCollection, optional
        A collection to draw on. Then only the data are drawn: no legend, caption or axis.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn: "studies", "summary", "credible_region",
        "prediction_region", "curve", "curve_band", and the text in "caption".

    References
    ----------
    Harbord RM, Whiting P. metandi: meta-analysis of diagnostic accuracy using hierarchical logistic
    regression. Stata Journal 2009;9:211-229.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = metadx.plot_sroc(fit, backend="none")
    >>> "prediction_region" in figure.viz
    True
    """
    layers = sroc_layers(fit, prob=prob, regions=regions, curve=curve)
    width = WIDTH if figsize is None else figsize[0]
    with figure_style(font_size(width)):
        pc = sroc_collection(backend, figsize) if plot_collection is None else plot_collection
        draw_sroc(pc, layers, axis, LARGEST * width * INCH)
        if plot_collection is None:
            label_axes(pc, axis)
            text = caption_sroc(fit, layers, prob=prob, regions=regions, curve=curve)
            attach(pc, text_sroc(fit, text, prob))
            if pc.backend == "matplotlib":
                areas = circle_area(layers.participants, LARGEST * width * INCH)
                legends = sroc_legends(layers, areas, prob)
                finish_sroc(pc, legends, text, synthetic_note(fit), figsize=figsize)
            else:
                pc.viz["caption"] = scalar({"function": "caption", "string": text})
    return pc


def draw_sroc(pc: az.PlotCollection, layers: SrocLayers, axis: SrocAxis, diameter: float) -> None:
    """Draw what a summary ROC plot shows, without axes, legend and caption.

    Parameters
    ----------
    pc : arviz.PlotCollection
        Of `metadx.plots.sroc_square.sroc_collection`.
    layers : SrocLayers
    axis : {"specificity", "fpr"}
    diameter : float
        Of the largest circle, in points.
    """
    native = spelling(pc.backend)

    def across(spec: FloatArray) -> FloatArray:
        return spec if axis == "specificity" else 1.0 - spec

    if layers.curve is not None:
        fpr, curve = layers.curve.fpr, layers.curve
        x = across(1.0 - fpr)
        data = band(NAME, x, curve.lower, curve.upper)
        pc.map(filled, "curve_band", data=data, color=BLUE, alpha=0.15)
        data = points(NAME, x, curve.median)
        pc.map(az.visuals.line_xy, "curve", data=data, color=BLUE, width=1.3, linestyle="C0")
    for label, outline, style, colour in (
        ("prediction_region", layers.prediction, "C2", INK),
        ("credible_region", layers.credible, "C1", VERMILLION),
    ):
        if outline is not None:
            data = points(NAME, across(outline[:, 1]), outline[:, 0])
            pc.map(az.visuals.line_xy, label, data=data, color=colour, width=1.1, linestyle=style)
    if len(layers.studies):
        data = points(NAME, across(layers.studies[:, 1]), layers.studies[:, 0])
        size = circle_area(layers.participants, diameter)
        look = {"facecolor": native.hollow, "edgecolor": GREY, "width": 0.7}
        if pc.backend == "matplotlib":
            look["clip_on"] = False  # a circle on the border is still a whole circle
        pc.map(sized_points, "studies", data=data, size=size, **look)
    if np.isnan(layers.summary).any():
        return
    data = points(NAME, across(layers.summary[1:2, 1]), layers.summary[1:2, 0])
    size = np.array([(diameter * _SUMMARY / LARGEST) ** 2])
    look = {"marker": native.square, "facecolor": VERMILLION, "edgecolor": "#FFFFFF", "width": 0.4}
    pc.map(sized_points, "summary", data=data, size=size, **look)
