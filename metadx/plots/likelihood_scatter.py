"""The likelihood-ratio scattergram: which studies, and the pooled test, rule in or out."""

import arviz as az
import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from metadx.estimands.decision import Performance, meets
from metadx.estimands.logistic import FloatArray, IntArray
from metadx.estimands.ratios import log_lr_neg, log_lr_pos
from metadx.plots.captions import not_shown_words, opening, studies_words, synthetic_note
from metadx.plots.captions import uncertain_words as uncertain
from metadx.plots.effect_words import one_region_words, region_words
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.fitted import CountTable, FittedReview, effects_of
from metadx.plots.likelihood_layout import (
    PANEL,
    Corners,
    draw_quadrants,
    log_ticks,
    padded,
    quadrant_words,
)
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.sroc_layers import sroc_layers
from metadx.plots.sroc_square import circle_area
from metadx.plots.style import (
    GREY,
    INCH,
    INK,
    VERMILLION,
    Backend,
    figure_style,
    font_size,
    percent,
)
from metadx.plots.use_words import (
    chance_text,
    limits_of,
    model_sentence,
    ratio_text,
    require_both,
    use_draws,
)
from metadx.plots.visuals import points, sized_points, spelling

_LARGEST = 0.05  # diameter of the largest study, as a share of the width of the figure
_SIDE = 0.016  # of the summary square


def plot_likelihood_scatter(
    fit: FittedReview,
    *,
    lr_neg: float = 0.1,
    lr_pos: float = 10.0,
    prob: float = 0.95,
    regions: bool | None = None,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw a likelihood-ratio scattergram.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts, for instance a `metadx.engines.fit.Fit` without covariates.
    lr_neg, lr_pos : float
        Below and above which a test rules out and in.
    prob : float, default 0.95
        Level of the regions.
    regions : bool, optional
        Whether to draw the credible and the prediction region; by default from four studies on.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width of the page and height of the panel in inches; by default 5.2 and 4.4.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn: "studies", "summary", "credible_region", "prediction_region",
        "cut_neg", "cut_pos", "quadrants", all at common logarithms; the text is in "caption".

    Raises
    ------
    MetadxError
        If sensitivity or specificity is not identified.

    References
    ----------
    Stengel D, Bauwens K, Sehouli J, Ekkernkamp A, Porzsolt F. A likelihood ratio approach to
    meta-analysis of diagnostic studies. J Med Screen 2003;10:47-51.

    Examples
    --------
    >>> import metadx
    >>> from metadx.plots.likelihood_scatter import plot_likelihood_scatter
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_likelihood_scatter(fit, backend="none")
    >>> len(figure.viz["studies"][PAGE].item()["x"])
    10
    """
    require_both(fit, "likelihood-ratio scattergram")
    layers = sroc_layers(fit, prob=prob, regions=regions, curve=False)
    studies = study_ratios(fit.table)
    summary = np.median(_log10_ratios(fit.mu.reshape(-1, 2)), axis=0)
    outlines = {
        name: None if outline is None else _of_shares(outline)
        for name, outline in (
            ("prediction_region", layers.prediction),
            ("credible_region", layers.credible),
        )
    }
    cuts = np.log10([lr_neg, lr_pos])
    shown = [studies, summary[None], cuts[None]]
    if outlines["credible_region"] is not None:
        shown.append(outlines["credible_region"])
    corners = padded(np.concatenate(shown), cuts)
    width, height = (5.2, 4.4) if figsize is None else figsize
    with figure_style(font_size(width)):
        pc = panel_collection([PANEL], size=(width, height), backend=backend)
        draw_quadrants(pc, corners, cuts, max(6.0, font_size(width) - 1.0))
        for name, style, colour in (
            ("prediction_region", "C2", INK),
            ("credible_region", "C1", VERMILLION),
        ):
            if (outline := outlines[name]) is not None:
                put(pc, az.visuals.line_xy, name, panel=PANEL, color=colour, width=1.1,
                    linestyle=style, data=points(PAGE, outline[:, 0], outline[:, 1]))  # fmt: skip
        _draw_studies(pc, studies, layers.participants, width)
        put(pc, sized_points, "summary", panel=PANEL, data=points(PAGE, summary[:1], summary[1:]),
            size=np.array([(_SIDE * width * INCH) ** 2]), marker=spelling(pc.backend).square,
            facecolor=VERMILLION, edgecolor="#FFFFFF", width=0.4)  # fmt: skip
        _axes(pc, corners)
        text = _text(fit, studies, (lr_neg, lr_pos), outlines, prob)
        legend = _legend(outlines, prob, bool(len(studies))) if pc.backend == "matplotlib" else {}
        finish_panels(pc, text, synthetic_note(fit), legend=legend)
    return pc


def _log10_ratios(logits: FloatArray) -> FloatArray:
    """Return common logarithms of (LR-, LR+), shape (S, 2)."""
    pair = np.stack([log_lr_neg(logits), log_lr_pos(logits)], axis=1)
    return np.asarray(pair / np.log(10.0))


def _of_shares(outline: FloatArray) -> FloatArray:
    """Map an outline of (sens, spec) to common logarithms of (LR-, LR+)."""
    inside = np.clip(outline, 1e-12, 1.0 - 1e-12)
    return _log10_ratios(np.log(inside) - np.log1p(-inside))


def study_ratios(table: CountTable) -> FloatArray:
    """Compute the observed likelihood ratios of the studies that have both arms.

    Parameters
    ----------
    table : CountTable

    Returns
    -------
    ndarray, shape (n, 2)
        Common logarithms of LR- and LR+; with 0.5 added to all four counts of a study in which one
        of them is 0.

    Examples
    --------
    >>> import metadx
    >>> table = metadx.AccuracyTable.from_counts(["A", "B"], [9, 5], [2, 0], [1, 5], [8, 9])
    >>> (10 ** study_ratios(table)).round(3).tolist()  # A: 0.1 / 0.8 and 0.9 / 0.2
    [[0.125, 4.5], [0.526, 10.0]]
    """
    counts = np.stack([table.tp, table.fp, table.fn, table.tn], axis=1).astype(np.float64)
    counts = counts[(table.n_diseased > 0) & (table.n_nondiseased > 0)]
    counts += 0.5 * (counts == 0).any(axis=1, keepdims=True)
    tp, fp, fn, tn = counts.T
    sens, spec = tp / (tp + fn), tn / (tn + fp)
    return np.asarray(np.log10(np.stack([(1 - sens) / spec, sens / (1 - spec)], axis=1)))


def _draw_studies(
    pc: az.PlotCollection, studies: FloatArray, participants: IntArray, width: float
) -> None:
    if not len(studies):
        return
    look = {"facecolor": spelling(pc.backend).hollow, "edgecolor": GREY, "width": 0.7}
    size = circle_area(participants, _LARGEST * width * INCH)
    put(pc, sized_points, "studies", panel=PANEL, size=size,
        data=points(PAGE, studies[:, 0], studies[:, 1]), **look)  # fmt: skip


def _axes(pc: az.PlotCollection, corners: Corners) -> None:
    put(pc, az.visuals.labelled_x, "xlabel", panel=PANEL, text="Negative likelihood ratio")
    put(pc, az.visuals.labelled_y, "ylabel", panel=PANEL, text="Positive likelihood ratio")
    put(pc, az.visuals.set_xlim, "xlim", panel=PANEL, limits=corners.x, store_artist=False)
    put(pc, az.visuals.set_ylim, "ylim", panel=PANEL, limits=corners.y, store_artist=False)
    if pc.backend == "matplotlib":
        ax = axes_of(pc, PANEL)
        ax.set_xticks(*log_ticks(*corners.x))
        ax.set_yticks(*log_ticks(*corners.y))


def _legend(
    outlines: dict[str, FloatArray | None], prob: float, studies: bool
) -> dict[str, Artist]:
    found: dict[str, Artist] = {}
    if studies:
        found["Study"] = Line2D([], [], color=GREY, marker="o", markerfacecolor="none",
                                linestyle="none", markersize=6)  # fmt: skip
    found["Median study"] = Line2D([], [], color=VERMILLION, marker="s", linestyle="none",
                                   markersize=5)  # fmt: skip
    level = percent(prob)
    if outlines["credible_region"] is not None:
        found[f"{level} credible region"] = Line2D([], [], color=VERMILLION, lw=1.1, linestyle="--")
    if outlines["prediction_region"] is not None:
        found[f"{level} prediction region"] = Line2D([], [], color=INK, lw=1.1, linestyle=":")
    return found


def _text(
    fit: FittedReview,
    studies: FloatArray,
    cuts: tuple[float, float],
    outlines: dict[str, FloatArray | None],
    prob: float,
) -> FigureText:
    logits = use_draws(fit)["median"]
    draws = Performance.of(logits)
    ratios = {
        name: [ratio_text(float(r)) for r in np.exp(limits_of(values, prob))]
        for name, values in (("LR+", draws.log_lr_pos), ("LR−", draws.log_lr_neg))
    }
    median = ", ".join(
        f"{name} {mid} ({low} to {high})" for name, (low, mid, high) in ratios.items()
    )
    parts = [
        opening(fit, f"Likelihood ratios of {studies_words(fit.table.n_studies)}."),
        f"Circles: observed ratios, area proportional to the number of {fit.table.counted}; 0.5 "
        "added to all counts of a study with an empty cell."
        if len(studies)
        else "",
        *uncertain(fit.table),
        f"Square: median study, {median}. {model_sentence(fit, prob)}",
    ]
    if outlines["credible_region"] is not None and outlines["prediction_region"] is None:
        parts.append(
            f"Dashed: its {percent(prob)} credible region, for a new study too, since under this "
            f"model all studies have the same accuracy: {one_region_words(effects_of(fit))}, from "
            "the posterior draws."
        )
    elif outlines["credible_region"] is not None:
        parts.append(
            f"Dashed: its {percent(prob)} credible region; dotted: {percent(prob)} prediction "
            "region of a new study, which may run on beyond the frame; both are "
            f"{region_words(effects_of(fit))}, from the posterior draws."
        )
    parts.append(
        f"Lines: LR− of {cuts[0]:g} and LR+ of {cuts[1]:g}, beyond which a result is taken to rule "
        "out and in."
    )
    both = (fit.table.n_diseased > 0) & (fit.table.n_nondiseased > 0)
    missing = [name for name, here in zip(fit.table.study, both, strict=True) if not here]
    parts += not_shown_words(missing)
    out = chance_text(float(meets(draws, "lr_neg", cuts[0]).mean()))
    into = chance_text(float(meets(draws, "lr_pos", cuts[1]).mean()))
    alt = spoken(
        fit,
        f"Median study: {median} ({percent(prob)} credible intervals), with a probability of "
        f"{out} for LR− below {cuts[0]:g} and of {into} for LR+ above {cuts[1]:g}.",
        quadrant_words(studies, np.log10(cuts)),
    )
    return FigureText("Likelihood-ratio scattergram", " ".join(p for p in parts if p), alt)
