"""The coupled forest plot: counts, sensitivity and specificity of every study, side by side."""

from collections.abc import Callable, Sequence

import arviz as az
import numpy as np
import xarray as xr

from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import caption_forest, synthetic_note
from metadx.plots.fitted import FittedReview
from metadx.plots.forest_layout import ForestLayout, finish_forest, forest_layout
from metadx.plots.forest_rows import ForestMargin, ForestRows, ForestSort, forest_rows
from metadx.plots.intervals import IntervalKind
from metadx.plots.labels import drawable
from metadx.plots.style import BLUE, GREY, INK, VERMILLION, Backend, figure_style
from metadx.plots.visuals import band, filled, points, scalar, sized_points, spelling, text_rows

type Visual = Callable[..., object]

_NAME = "forest"
COLUMNS = ("study", "counts", "sens", "sens_text", "spec", "spec_text")
_HEADINGS = {"sens": "Sensitivity", "spec": "Specificity"}
_HALF = 0.3  # half height of the diamond and of the bar, in rows


def plot_forest(
    fit: FittedReview,
    *,
    sort: ForestSort = "sens",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw a coupled forest plot.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts, for instance a `metadx.engines.fit.Fit`.
    sort : {"sens", "spec", "study", "table"}, default "sens"
        Order of the studies: by observed sensitivity or specificity, largest first; by name; or
        as in the table.
    interval : {"clopper-pearson", "wilson"}, default "clopper-pearson"
        Confidence interval of each study.
    prob : float, default 0.95
        Level of all intervals.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows and labels need. A
        figure that would cut off or squeeze a row is made larger than asked for.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "study", "counts", "sens", "sens_text", "spec" and
        "spec_text". `viz` holds what was drawn: "study_label", "tp", "fp", "fn", "tn", and for
        each margin "sens_interval", "sens_point", "sens_reference", "sens_pooled", "sens_new",
        "sens_new_median", "sens_words"; the text is in "caption".

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = metadx.plot_forest(fit, sort="study", backend="none")
    >>> "sens_pooled" in figure.viz
    True
    """
    rows = forest_rows(fit, sort=sort, interval=interval, prob=prob)
    caption = caption_forest(fit, sort=sort, interval=interval, prob=prob)
    layout = forest_layout(rows, caption, synthetic_note(fit), prob=prob, figsize=figsize)
    with figure_style(layout.size, layout.families):
        pc = _collection(backend, layout)
        _draw_table(pc, rows, layout)
        for margin in rows.margins:
            _draw_margin(pc, rows, margin)
            _draw_words(pc, rows, margin, layout)
        if pc.backend == "matplotlib":
            finish_forest(pc, rows, layout)
        else:
            text = {"function": "caption", "string": caption}
            pc.viz["caption"] = scalar(text)
    return pc


def _collection(backend: Backend, layout: ForestLayout) -> az.PlotCollection:
    size, unit = (layout.width, layout.height), "inches"
    if backend != "matplotlib":  # these count in pixels
        size, unit = (100 * size[0], 100 * size[1]), "dots"
    blank = xr.Dataset({_NAME: ("column", np.zeros(len(COLUMNS)))}, {"column": list(COLUMNS)})
    return az.PlotCollection.wrap(
        blank,
        cols=["column"],
        col_wrap=len(COLUMNS),
        backend=backend,
        figure_kwargs={
            "figsize": size,
            "figsize_units": unit,
            "width_ratios": [layout.column_widths[name] for name in COLUMNS],
        },
    )


def _draw_table(pc: az.PlotCollection, rows: ForestRows, layout: ForestLayout) -> None:
    def write(
        column: str,
        label: str,
        x: float,
        y: list[float] | FloatArray,
        text: Sequence[str],
        **look: object,
    ) -> None:
        data = points(_NAME, np.full(len(text), x), y)
        words = [drawable(t, layout.families) for t in text]
        pc.map(
            text_rows,
            label,
            data=data,
            coords={"column": column},
            artist_dims={f"{label}_row": len(words)},
            text=words,
            size=layout.size,
            **spelling(pc.backend).text,
            **look,
        )

    n = rows.n_studies
    write("study", "study_label", 0.0, rows.y, rows.label, horizontal_align="left")
    write("study", "study_heading", 0.0, [-1.0], ["Study"], horizontal_align="left")
    for place, (name, words) in enumerate(rows.counts.items(), start=1):
        write("counts", name, float(place), rows.y[:n], words, horizontal_align="right")
        write("counts", f"{name}_heading", float(place), [-1.0], [name.upper()],
              horizontal_align="right")  # fmt: skip


def _draw_words(
    pc: az.PlotCollection, rows: ForestRows, margin: ForestMargin, layout: ForestLayout
) -> None:
    look = {"size": layout.size, **spelling(pc.backend).text}
    column = f"{margin.name}_text"
    for label, y, words in (
        (f"{margin.name}_words", rows.y, margin.text),
        (f"{margin.name}_words_heading", [-1.0], [layout.interval_heading]),
    ):
        data = points(_NAME, np.zeros(len(words)), y)
        dims = {f"{label}_row": len(words)}
        pc.map(text_rows, label, data=data, coords={"column": column}, artist_dims=dims,
               text=words, horizontal_align="left", **look)  # fmt: skip
    data = points(_NAME, [0.5], [-1.0])
    label = f"{margin.name}_heading"
    pc.map(text_rows, label, data=data, coords={"column": margin.name},
           artist_dims={f"{label}_row": 1}, text=[_HEADINGS[margin.name]],
           horizontal_align="center", **look)  # fmt: skip


def _draw_margin(pc: az.PlotCollection, rows: ForestRows, margin: ForestMargin) -> None:
    at = {"column": margin.name}
    n = rows.n_studies
    pooled_y, new_y = rows.y[n:]
    clip = {"clip_on": False} if pc.backend == "matplotlib" else {}
    square = spelling(pc.backend).square

    def draw(visual: Visual, label: str, data: xr.Dataset, **look: object) -> None:
        pc.map(visual, f"{margin.name}_{label}", data=data, coords=at, **look)

    if not np.isnan(margin.pooled).any():
        guide = points(_NAME, margin.pooled[[1, 1]], [-0.5, pooled_y])
        draw(az.visuals.line_xy, "reference", guide, color=GREY, width=0.7, linestyle="C1")
    # One line with gaps instead of a line per study: nan lifts the pen.
    gap = np.full(n, np.nan)
    x = np.stack([margin.lower, margin.upper, gap], axis=1).ravel()
    y = np.where(np.isnan(x), np.nan, np.repeat(rows.y[:n], 3))
    draw(az.visuals.line_xy, "interval", points(_NAME, x, y), color=INK, width=0.9, **clip)
    y = np.where(np.isnan(margin.estimate), np.nan, rows.y[:n])
    draw(sized_points, "point", points(_NAME, margin.estimate, y), size=np.full(n, 9.0),
         marker=square, color=BLUE, **clip)  # fmt: skip
    if not np.isnan(margin.pooled).any():
        _draw_summaries(draw, margin, float(pooled_y), float(new_y), clip)
    limits = (float(new_y) + 1.0, -1.6)
    pc.map(az.visuals.set_xlim, "xlim", coords=at, limits=(0.0, 1.0), store_artist=False)
    pc.map(az.visuals.set_ylim, "ylim", coords=at, limits=limits, store_artist=False)


def _draw_summaries(
    draw: Visual, margin: ForestMargin, pooled_y: float, new_y: float, clip: dict[str, bool]
) -> None:
    """Draw the diamond of the median study and the open bar of a new study."""
    half = _HALF * np.array([0.0, 1.0, 0.0])
    diamond = band(_NAME, margin.pooled, pooled_y - half, pooled_y + half)
    draw(filled, "pooled", diamond, color=VERMILLION, **clip)
    low, middle, high = margin.new
    top, foot = new_y - 0.7 * _HALF, new_y + 0.7 * _HALF
    bar = points(_NAME, [low, high, high, low, low], [top, top, foot, foot, top])
    draw(az.visuals.line_xy, "new", bar, color=INK, width=0.9, **clip)
    tick = points(_NAME, [middle, middle], [top, foot])
    draw(az.visuals.line_xy, "new_median", tick, color=INK, width=0.9, **clip)
