"""The coefficient plot: what each covariate does to sensitivity and to specificity."""

from collections.abc import Sequence

import arviz as az
import numpy as np

from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import synthetic_note
from metadx.plots.coefficient_layout import (
    NAME,
    axis_limits,
    coefficient_layout,
    finish_coefficients,
    indent_of,
)
from metadx.plots.coefficient_rows import CoefficientRows, coefficient_rows
from metadx.plots.figure_text import attach
from metadx.plots.fitted import FittedEffects
from metadx.plots.labels import drawable
from metadx.plots.regression_captions import caption_coefficients
from metadx.plots.regression_words import text_coefficients
from metadx.plots.row_page import RowPage, row_collection
from metadx.plots.style import BLUE, GREY, Backend, figure_style, percent
from metadx.plots.visuals import points, scalar, sized_points, spelling, text_rows

_DOT = 16.0  # square points


def plot_coefficients(
    fit: FittedEffects,
    *,
    prob: float = 0.95,
    inner: float = 0.5,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the coefficients of a meta-regression, for sensitivity and for specificity.

    Parameters
    ----------
    fit : FittedEffects
        A fit with covariates, such as `metadx.fit(review, spec="~ setting")`.
    prob : float, default 0.95
        Level of the thin lines and of the intervals in words.
    inner : float, default 0.5
        Level of the thick lines.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows and labels need.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "effect", "panel" and "odds". `viz` holds what was drawn:
        "effect_label", "margin", "covariate" (where rows have no room for it), "reference",
        "outer", "inner", "median", "odds_words"; the text is in "caption".

    Raises
    ------
    MetadxError
        If the fit has no covariates.

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("anti-ccp")
    >>> fit = metadx.fit(review, sens="~ generation", spec="~ generation", draws=1000)
    >>> figure = metadx.plot_coefficients(fit, backend="none")
    >>> [entry["string"] for entry in figure.viz["effect_label"]["coefficients"].values]
    ['generation: CCP2 vs CCP1', 'generation: CCP2 vs CCP1']
    """
    rows = coefficient_rows(fit, prob=prob, inner=inner)
    caption = caption_coefficients(fit, prob=prob, inner=inner)
    what = "Odds ratio" if rows.link == "logit" else "Difference"
    heading = f"{what} ({percent(prob)} CrI)"
    note = synthetic_note(fit)
    layout = coefficient_layout(rows, caption, note, heading=heading, figsize=figsize)
    with figure_style(layout.size, layout.families):
        pc = row_collection(NAME, layout, backend)
        attach(pc, text_coefficients(fit, rows, caption, prob))
        _write(pc, rows, layout, heading)
        _draw(pc, rows)
        if pc.backend == "matplotlib":
            finish_coefficients(pc, rows, layout)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": caption})
    return pc


def _write(pc: az.PlotCollection, rows: CoefficientRows, layout: RowPage, heading: str) -> None:
    native = spelling(pc.backend)

    def write(
        column: str,
        label: str,
        y: Sequence[float] | FloatArray,
        text: Sequence[str],
        x: FloatArray | None = None,
        **look: object,
    ) -> None:
        data = points(NAME, np.zeros(len(text)) if x is None else x, y)
        dims = {f"{label}_row": len(text)}
        words = [drawable(t, layout.families) for t in text]
        pc.map(text_rows, label, data=data, coords={"column": column}, artist_dims=dims,
               text=words, size=layout.size, horizontal_align="left", **native.text,
               **look)  # fmt: skip

    heights, margins = zip(*rows.headings, strict=True)
    write("effect", "effect_heading", [-1.0], ["Covariate"])
    write("effect", "margin", list(heights), margins, **native.bold)
    if rows.covariates:
        lines, words = zip(*rows.covariates, strict=True)
        write("effect", "covariate", list(lines), words)
    indent = indent_of(layout.size) / layout.column_widths["effect"]
    write("effect", "effect_label", rows.y, rows.label, indent * np.array(rows.below))
    write("odds", "odds_heading", [-1.0], [heading])
    write("odds", "odds_words", rows.y, rows.text)


def _draw(pc: az.PlotCollection, rows: CoefficientRows) -> None:
    at = {"column": "panel"}
    line = az.visuals.line_xy
    zero = points(NAME, [0.0, 0.0], [-0.5, rows.last + 0.7])
    pc.map(line, "reference", data=zero, coords=at, color=GREY, width=0.7, linestyle="C1")
    gap = np.full(len(rows.y), np.nan)
    for label, limits, width in (("outer", rows.outer, 0.9), ("inner", rows.inner, 2.6)):
        # One line with gaps instead of a line per row: nan lifts the pen.
        x = np.stack([limits[:, 0], limits[:, 1], gap], axis=1).ravel()
        y = np.where(np.isnan(x), np.nan, np.repeat(rows.y, 3))
        pc.map(line, label, data=points(NAME, x, y), coords=at, color=BLUE, width=width)
    pc.map(sized_points, "median", data=points(NAME, rows.median, rows.y), coords=at,
           size=np.full(len(rows.y), _DOT), facecolor=BLUE, edgecolor="#FFFFFF",
           width=0.5)  # fmt: skip
    ends = (rows.last + 0.9, -1.6)
    pc.map(az.visuals.set_xlim, "xlim", coords=at, limits=axis_limits(rows), store_artist=False)
    pc.map(az.visuals.set_ylim, "ylim", coords=at, limits=ends, store_artist=False)
