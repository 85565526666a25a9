"""The crosshair plot: the interval of every study in both directions of ROC space."""

import arviz as az
import numpy as np
from matplotlib.lines import Line2D

from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import not_shown_words, opening, studies_words, synthetic_note
from metadx.plots.captions import uncertain_words as uncertain
from metadx.plots.figure_text import FigureText, attach
from metadx.plots.figure_words import observed_words, pooled_words, spoken
from metadx.plots.fitted import CountTable, FittedReview
from metadx.plots.intervals import INTERVAL_NAMES, IntervalKind, study_interval
from metadx.plots.roc_marks import across, draw_median, marks_legend, median_sentences
from metadx.plots.sroc_layers import SrocLayers, sroc_layers
from metadx.plots.sroc_layout import finish_sroc
from metadx.plots.sroc_square import NAME, WIDTH, SrocAxis, label_axes, sroc_collection
from metadx.plots.style import BLUE, INCH, Backend, figure_style, font_size, percent
from metadx.plots.visuals import points, scalar, sized_points

_THINNEST, _THICKEST, _STEP = 0.3, 1.8, 0.15  # points
_FEW, _MANY = 15, 80  # studies: between them crosses fade so that those below are seen


def plot_crosshair(
    fit: FittedReview,
    *,
    axis: SrocAxis = "specificity",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw a crosshair plot.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts, for instance a `metadx.engines.fit.Fit` without covariates.
    axis : {"specificity", "fpr"}, default "specificity"
        Horizontal axis: specificity, 1 at the left, or 1 − specificity.
    interval : {"clopper-pearson", "wilson"}, default "clopper-pearson"
        Confidence interval of each study.
    prob : float, default 0.95
        Level of the intervals and of the region.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width and height in inches; by default 5.2 wide and as high as needed.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn: "crosses_1" and so on, one for each width of line, the thickest
        first; the points "studies", "summary", "credible_region"; and the text in "caption".

    References
    ----------
    Phillips B, Stewart LA, Sutton AJ. 'Cross hairs' plots for diagnostic meta-analysis. Res Synth
    Methods 2010;1:308-315.

    Examples
    --------
    >>> import metadx
    >>> from metadx.plots.crosshair import plot_crosshair
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_crosshair(fit, backend="none")
    >>> len(figure.viz["studies"][NAME].item()["x"])
    10
    """
    layers = sroc_layers(fit, prob=prob, curve=False)
    width = WIDTH if figsize is None else figsize[0]
    with figure_style(font_size(width)):
        pc = sroc_collection(backend, figsize)
        _draw_crosses(pc, fit.table, axis, interval, prob)
        draw_median(pc, layers, axis, width * INCH)
        label_axes(pc, axis)
        text = _text(fit, layers, interval, prob)
        attach(pc, text)
        if pc.backend == "matplotlib":
            cross = Line2D([], [], color=BLUE, marker="+", markersize=7, markeredgewidth=1.0,
                           linestyle="none")  # fmt: skip
            own = (
                [(cross, f"Study, {percent(prob)} confidence intervals")]
                if layers.studies.size
                else []
            )
            legends = marks_legend(own, layers, prob)
            finish_sroc(pc, legends, text.caption, synthetic_note(fit), figsize=figsize)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": text.caption})
    return pc


def line_widths(participants: FloatArray) -> FloatArray:
    """Give each study a line: its square is proportional to the participants, but for rounding.

    Parameters
    ----------
    participants : array, shape (n,)

    Returns
    -------
    array, shape (n,)
        In points.

    Examples
    --------
    >>> line_widths(np.array([100.0, 400.0])).round(2).tolist()
    [0.9, 1.8]
    """
    share = np.sqrt(participants / participants.max(initial=1.0))
    steps = np.round(_THICKEST * share / _STEP) * _STEP
    return np.asarray(np.maximum(steps, _THINNEST))


def _draw_crosses(
    pc: az.PlotCollection, table: CountTable, axis: SrocAxis, interval: IntervalKind, prob: float
) -> None:
    both = (table.n_diseased > 0) & (table.n_nondiseased > 0)
    if not both.any():
        return
    low, high, middle = (np.empty((int(both.sum()), 2)) for _ in range(3))
    arms = ((table.tp, table.n_diseased), (table.tn, table.n_nondiseased))
    for margin, (told, n) in enumerate(arms):
        middle[:, margin] = told[both] / n[both]
        low[:, margin], high[:, margin] = study_interval(told[both], n[both], interval, prob)
    people = (table.n_diseased + table.n_nondiseased)[both].astype(np.float64)
    widths = line_widths(people)
    fade = np.clip((len(people) - _FEW) / (_MANY - _FEW), 0.0, 1.0)
    clip = {"clip_on": False} if pc.backend == "matplotlib" else {}
    gap = np.full(len(people), np.nan)
    wide = np.stack([low[:, 1], high[:, 1], gap, middle[:, 1], middle[:, 1], gap], axis=1)
    tall = np.stack([middle[:, 0], middle[:, 0], gap, low[:, 0], high[:, 0], gap], axis=1)
    # The thickest first: a narrow cross is never hidden. One line with gaps for each width.
    for place, width in enumerate(np.unique(widths)[::-1], start=1):
        here = widths == width
        data = points(NAME, across(axis, wide[here].ravel()), tall[here].ravel())
        pc.map(az.visuals.line_xy, f"crosses_{place}", data=data, color=BLUE,
               width=float(width), alpha=float(0.8 - 0.45 * fade), **clip)  # fmt: skip
    data = points(NAME, across(axis, middle[:, 1]), middle[:, 0])
    pc.map(sized_points, "studies", data=data, size=np.full(len(people), 6.0), facecolor=BLUE,
           edgecolor="#FFFFFF", width=0.3, **clip)  # fmt: skip


def _text(fit: FittedReview, layers: SrocLayers, interval: IntervalKind, prob: float) -> FigureText:
    count = studies_words(fit.table.n_studies)
    parts = [opening(fit, f"Crosshair plot of {count}.")]
    if len(layers.studies):
        parts.append(
            f"Crosses: observed sensitivity and specificity of each study with "
            f"{INTERVAL_NAMES[interval]} {percent(prob)} confidence intervals; thicker lines: more "
            f"{fit.table.counted}."
        )
    parts += uncertain(fit.table)
    parts += median_sentences(fit, layers, prob)
    parts += not_shown_words(layers.not_shown)
    alt = spoken(fit, observed_words(fit.table), pooled_words(fit, prob))
    return FigureText("Crosshair plot", " ".join(parts), alt)
