"""The bubble plot: sensitivity and specificity against a continuous covariate."""

from collections.abc import Mapping
from typing import Any

import arviz as az
import numpy as np
import xarray as xr

from metadx.designs.design import Value
from metadx.plots.bubble_layout import DARK, PALE_BAND, axis_words, finish_bubble
from metadx.plots.bubble_lines import BubbleLines, BubblePanel, bubble_lines
from metadx.plots.captions import synthetic_note
from metadx.plots.figure_text import attach
from metadx.plots.fitted import FittedKinds
from metadx.plots.regression_captions import caption_bubble
from metadx.plots.regression_words import text_bubble
from metadx.plots.style import BLUE, GREY, INCH, Backend, figure_style, font_size
from metadx.plots.visuals import band, filled, points, scalar, sized_points, spelling

_NAME = "bubble"
_WIDTH = 6.69  # inches: 170 mm, the text of an A4 page
_LARGEST = 0.045  # diameter of the largest study, as a share of the width of the figure
_PAD = 0.05  # of the range of the covariate, beyond the first and the last study


def plot_bubble(
    fit: FittedKinds,
    covariate: str,
    *,
    at: Mapping[str, Value] | None = None,
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw sensitivity and specificity against a continuous covariate.

    Parameters
    ----------
    fit : FittedKinds
        A fit with the covariate in a formula, such as `metadx.fit(review, sens="~ year")`.
    covariate : str
        The continuous covariate along the axis.
    at : mapping of str to str or float, optional
        Values of other covariates; those not named stand at their average over the studies.
    prob : float, default 0.95
        Level of the bands.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width and height in inches; by default 6.69 wide and as high as needed.

    Returns
    -------
    arviz.PlotCollection
        One plot for each margin, "sens" and "spec". `viz` holds what was drawn: for each margin
        "sens_prediction", "sens_credible", "sens_median" and "sens_studies"; the text is in
        "caption".

    Raises
    ------
    MetadxError
        If the fit does not have the covariate, or it is not continuous.

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("lung-nodules-dwi-mri")
    >>> fit = metadx.fit(review, sens="~ year", spec="~ year", draws=1000)
    >>> figure = metadx.plot_bubble(fit, "year", backend="none")
    >>> len(figure.viz["sens_studies"]["bubble"].item()["x"])
    17
    """
    lines = bubble_lines(fit, covariate, at=at, prob=prob)
    width = _WIDTH if figsize is None else figsize[0]
    largest = int(max(panel.n.max(initial=1) for panel in lines.panels))
    per_person = (_LARGEST * width * INCH) ** 2 / largest
    with figure_style(font_size(width)):
        pc = _collection(backend, (width, 0.5 * width) if figsize is None else figsize)
        for panel in lines.panels:
            _draw(pc, lines, panel, per_person)
        text = caption_bubble(fit, lines, prob=prob)
        attach(pc, text_bubble(fit, lines, text))
        if pc.backend == "matplotlib":
            mark = synthetic_note(fit)
            finish_bubble(pc, lines, text, mark, prob=prob, per_person=per_person, figsize=figsize)
        else:
            pc.map(az.visuals.labelled_x, "xlabel", text=axis_words(lines))
            pc.viz["caption"] = scalar({"function": "caption", "string": text})
    return pc


def _collection(backend: Backend, size: tuple[float, float]) -> az.PlotCollection:
    figure: dict[str, Any] = {"figsize": size, "figsize_units": "inches"}
    if backend != "matplotlib":  # these count in pixels
        figure = {"figsize": (100 * size[0], 100 * size[1]), "figsize_units": "dots"}
    margins = ["sens", "spec"]
    blank = xr.Dataset({_NAME: ("margin", np.zeros(2))}, {"margin": margins})
    return az.PlotCollection.wrap(
        blank, cols=["margin"], col_wrap=2, backend=backend, figure_kwargs=figure
    )


def _draw(pc: az.PlotCollection, lines: BubbleLines, panel: BubblePanel, per_person: float) -> None:
    at = {"margin": panel.name}
    if panel.known:
        for label, limits, alpha in (
            ("prediction", panel.prediction, PALE_BAND),
            ("credible", panel.credible, DARK),
        ):
            data = band(_NAME, lines.grid, limits[0], limits[2])
            pc.map(filled, f"{panel.name}_{label}", data=data, coords=at, color=BLUE, alpha=alpha)
        data = points(_NAME, lines.grid, panel.credible[1])
        pc.map(az.visuals.line_xy, f"{panel.name}_median", data=data, coords=at, color=BLUE,
               width=1.3)  # fmt: skip
        look = {"facecolor": spelling(pc.backend).hollow, "edgecolor": GREY, "width": 0.7}
        if pc.backend == "matplotlib":
            look["clip_on"] = False  # a circle on the border is still a whole circle
        data = points(_NAME, panel.x, panel.share)
        pc.map(sized_points, f"{panel.name}_studies", data=data, coords=at,
               size=np.asarray(per_person * panel.n), **look)  # fmt: skip
    low, high = lines.grid[[0, -1]]
    room = _PAD * (high - low)
    ends = (float(low - room), float(high + room))
    pc.map(az.visuals.set_xlim, "xlim", coords=at, limits=ends, store_artist=False)
    pc.map(az.visuals.set_ylim, "ylim", coords=at, limits=(0.0, 1.0), store_artist=False)
