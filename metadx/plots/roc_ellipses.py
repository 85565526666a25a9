"""Per-study ellipses in ROC space: what each study by itself leaves open in both margins."""

import arviz as az
import numpy as np
from matplotlib.lines import Line2D

from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import not_shown_words, opening, studies_words, synthetic_note
from metadx.plots.captions import uncertain_words as uncertain
from metadx.plots.figure_text import FigureText, attach
from metadx.plots.figure_words import observed_words, pooled_words, spoken
from metadx.plots.fitted import CountTable, FittedReview
from metadx.plots.roc_marks import across, draw_median, marks_legend, median_sentences
from metadx.plots.sroc_layers import SrocLayers, sroc_layers
from metadx.plots.sroc_layout import finish_sroc
from metadx.plots.sroc_square import NAME, WIDTH, SrocAxis, label_axes, sroc_collection
from metadx.plots.study_regions import study_region
from metadx.plots.style import BLUE, INCH, Backend, figure_style, font_size, percent
from metadx.plots.visuals import points, scalar, sized_points

_FEW, _MANY = 15, 80  # studies: between them outlines fade so that those below are seen


def plot_roc_ellipses(
    fit: FittedReview,
    *,
    axis: SrocAxis = "specificity",
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the joint region of every study by itself.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts, for instance a `metadx.engines.fit.Fit` without covariates.
    axis : {"specificity", "fpr"}, default "specificity"
        Horizontal axis: specificity, 1 at the left, or 1 − specificity.
    prob : float, default 0.95
        Level of the regions.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width and height in inches; by default 5.2 wide and as high as needed.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn: "regions", in the order of the table with gaps between them, the
        points "studies", "summary", "credible_region", and the text in "caption".

    Notes
    -----
    A region is that of highest posterior density of one study with Jeffreys' prior, on the logit
    scale: no other study has a say in it. What the model makes of each study, drawn towards the
    others, is another question, which the fit answers by its study effects.

    Examples
    --------
    >>> import metadx
    >>> from metadx.plots.roc_ellipses import plot_roc_ellipses
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_roc_ellipses(fit, backend="none")
    >>> int(np.isnan(figure.viz["regions"][NAME].item()["x"]).sum())  # a gap after each
    10
    """
    layers = sroc_layers(fit, prob=prob, curve=False)
    width = WIDTH if figsize is None else figsize[0]
    with figure_style(font_size(width)):
        pc = sroc_collection(backend, figsize)
        _draw_regions(pc, fit.table, layers, axis, prob)
        draw_median(pc, layers, axis, width * INCH)
        label_axes(pc, axis)
        text = _text(fit, layers, prob)
        attach(pc, text)
        if pc.backend == "matplotlib":
            outline = Line2D([], [], color=BLUE, lw=0.8, marker=".", markersize=4)
            label = f"Study and its {percent(prob)} joint region"
            own = [(outline, label)] if layers.studies.size else []
            legends = marks_legend(own, layers, prob)
            finish_sroc(pc, legends, text.caption, synthetic_note(fit), figsize=figsize)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": text.caption})
    return pc


def region_outlines_of(table: CountTable, prob: float) -> list[FloatArray]:
    """Outline the joint region of every study that has both arms.

    Parameters
    ----------
    table : CountTable
    prob : float
        Level of the regions.

    Returns
    -------
    list of ndarray, shape (P, 2)
        (sens, spec), in the order of the table.
    """
    right = np.stack([table.tp, table.tn], axis=1)
    wrong = np.stack([table.fn, table.fp], axis=1)
    both = (right + wrong > 0).all(axis=1)
    return [study_region(x, y, prob) for x, y in zip(right[both], wrong[both], strict=True)]


def _draw_regions(
    pc: az.PlotCollection, table: CountTable, layers: SrocLayers, axis: SrocAxis, prob: float
) -> None:
    outlines = region_outlines_of(table, prob)
    fade = float(np.clip((len(outlines) - _FEW) / (_MANY - _FEW), 0.0, 1.0))
    if not outlines:
        return
    # One line with gaps instead of a line for each study: nan lifts the pen.
    lifted = [np.concatenate([outline, np.full((1, 2), np.nan)]) for outline in outlines]
    sens, spec = np.concatenate(lifted).T
    data = points(NAME, across(axis, spec), sens)
    pc.map(az.visuals.line_xy, "regions", data=data, color=BLUE, width=0.8 - 0.3 * fade,
           alpha=0.8 - 0.3 * fade)  # fmt: skip
    clip = {"clip_on": False} if pc.backend == "matplotlib" else {}
    data = points(NAME, across(axis, layers.studies[:, 1]), layers.studies[:, 0])
    pc.map(sized_points, "studies", data=data, size=np.full(len(outlines), 7.0), facecolor=BLUE,
           edgecolor="#FFFFFF", width=0.3, **clip)  # fmt: skip


def _text(fit: FittedReview, layers: SrocLayers, prob: float) -> FigureText:
    level = percent(prob)
    parts = [opening(fit, f"Joint regions of {studies_words(fit.table.n_studies)} in ROC space.")]
    if len(layers.studies):
        parts.append(
            f"Dots: observed sensitivity and specificity. Outlines: {level} region of highest "
            "posterior density of each study by itself (Jeffreys' prior, logit scale); nothing is "
            "borrowed from the other studies."
        )
    parts += uncertain(fit.table)
    parts += median_sentences(fit, layers, prob)
    parts += not_shown_words(layers.not_shown)
    alt = spoken(fit, observed_words(fit.table), pooled_words(fit, prob))
    return FigureText("Joint regions of the studies", " ".join(parts), alt)
