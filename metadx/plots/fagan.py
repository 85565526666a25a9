"""The Fagan nomogram: from the probability before the test to that after it, with uncertainty."""

from collections.abc import Sequence
from math import log

import arviz as az
import numpy as np

from metadx.estimands.decision import log_odds
from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.ratios import log_lr_neg, log_lr_pos
from metadx.plots.captions import opening, studies_words, synthetic_note
from metadx.plots.fagan_scales import Scale, lr_scale, probability_scale
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.fitted import FittedReview
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.style import (
    BLUE,
    INK,
    RUST,
    SMALLEST_TEXT,
    VERMILLION,
    Backend,
    figure_style,
    font_size,
    percent,
)
from metadx.plots.use_words import (
    assumed_words,
    limits_of,
    model_sentence,
    ratio_text,
    require_both,
    require_prevalence,
    share_text,
    use_draws,
)
from metadx.plots.visuals import band, filled, points, sized_points, spelling, text_rows

_PANEL = "fagan"
_LEFT, _MIDDLE, _RIGHT = 0.0, 0.5, 1.0
_RESULTS = {"positive": (VERMILLION, "C0"), "negative": (BLUE, "C1")}
_WORDS_IN = {"positive": RUST, "negative": BLUE}  # small text needs more contrast than a line
_TICK = 0.015  # length of a tick, of the distance between the outer scales
_ROOM = 0.16  # beside the outer scales, for their numbers
_FOOT = 1.19  # where the panel ends, in lengths of half a scale: two lines of words below it
_STEPS = 201  # points of a line, which may end where the scales end


def plot_fagan(
    fit: FittedReview,
    prevalence: float,
    *,
    prob: float = 0.95,
    new: bool = True,
    stated: bool = True,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw a Fagan nomogram.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts, for instance a `metadx.engines.fit.Fit` without covariates.
    prevalence : float
        Probability of the target condition before the test, in (0, 1).
    prob : float, default 0.95
        Level of the bands.
    new : bool, default True
        Whether the wider bands of a new study are drawn as well.
    stated : bool, default True
        Whether somebody stated the prevalence; else the caption calls it an illustration.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width of the page and height of the nomogram in inches; by default 5.2 and 5.4.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn: "positive_line", "positive_band", "positive_new" and the same
        of a negative result, "start", the scales "before_ticks", "ratio_ticks" and "after_ticks",
        their numbers "before_labels" and so on, "positive_words", and the text in "caption".

    Raises
    ------
    MetadxError
        If the prevalence is not in (0, 1), or sensitivity or specificity is not identified.

    Notes
    -----
    With log odds l before the test and log likelihood ratio r the log odds after it are l + r. The
    left scale has -l, the right one the log odds after the test, and half way between them the
    straight line passes (-l + l + r) / 2 = r / 2: there the scale of the ratios stands. A band
    from one point on the left to an interval on the right is therefore exact.

    References
    ----------
    Fagan TJ. Nomogram for Bayes's theorem. N Engl J Med 1975;293:257.

    Examples
    --------
    >>> import metadx
    >>> from metadx.plots.fagan import plot_fagan
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_fagan(fit, 0.4, backend="none")
    >>> figure.viz["positive_line"][PAGE].item()["y"].round(3).tolist()[0]  # log(0.6 / 0.4)
    0.405
    """
    require_both(fit, "Fagan nomogram")
    require_prevalence(prevalence, "Fagan nomogram")
    found = _ratios(fit, prob)
    width, height = (5.2, 5.4) if figsize is None else figsize
    with figure_style(font_size(width)):
        pc = panel_collection([_PANEL], size=(width, height), backend=backend)
        start, size = log_odds(prevalence), max(SMALLEST_TEXT, font_size(width) - 1.0)
        reach = _reach(start, found)
        middle = _ratio_reach(found, reach)
        for result in _RESULTS:
            _draw_result(pc, result, start, found, reach=reach, new=new)
        for name, x, scale, end in (
            ("before", _LEFT, probability_scale(reach, flipped=True), reach),
            ("ratio", _MIDDLE, lr_scale(middle), middle),
            ("after", _RIGHT, probability_scale(reach, flipped=False), reach),
        ):
            _draw_scale(pc, name, x, scale, reach=end, top=reach, size=size)
        put(pc, sized_points, "start", panel=_PANEL, data=points(PAGE, [_LEFT], [-start]),
            size=np.array([22.0]), facecolor=INK, edgecolor="#FFFFFF", width=0.5)  # fmt: skip
        for line, (result, words) in enumerate(_answers(prevalence, found).items()):
            at = (np.array([_MIDDLE]), np.array([-(1.07 + 0.07 * line) * reach]))
            look = {"align": "center", "size": size, "color": _WORDS_IN[result]}
            _write(pc, f"{result}_words", at, (words,), **look)
        _limit(pc, reach)
        text = _text(fit, prevalence, found, prob, new=new, stated=stated)
        finish_panels(pc, text, synthetic_note(fit))
    return pc


type Ratios = dict[str, dict[str, FloatArray]]


def _ratios(fit: FittedReview, prob: float) -> Ratios:
    """Limits of the log likelihood ratios, of each kind of study and each result."""
    return {
        kind: {
            "positive": limits_of(log_lr_pos(logits), prob),
            "negative": limits_of(log_lr_neg(logits), prob),
        }
        for kind, logits in use_draws(fit).items()
    }


def _reach(start: float, found: Ratios) -> float:
    """Log odds at the ends of the scales: 0.1 and 99.9 %, farther where the median study goes."""
    ends = [start + end for limits in found["median"].values() for end in limits]
    farthest = max(map(abs, [start, *ends]))
    return float(np.clip(farthest, log_odds(0.999), log_odds(0.99999)))


def _ratio_reach(found: Ratios, reach: float) -> float:
    """Half the log of the ratio at the ends of its scale: 1000 and a thousandth, or farther."""
    ends = max(float(np.abs(limits).max()) for limits in found["median"].values())
    return min(max(0.5 * ends, 0.5 * log(1000.0)), reach)


def _draw_result(
    pc: az.PlotCollection, result: str, start: float, found: Ratios, *, reach: float, new: bool
) -> None:
    """Draw the line of one result and its bands, cut off where the scales end."""
    colour, style = _RESULTS[result]
    x = np.linspace(_LEFT, _RIGHT, _STEPS)

    def height(log_ratio: float) -> FloatArray:
        return np.asarray(-start + x * (2.0 * start + log_ratio))

    for kind, label, alpha in (("new", "new", 0.10), ("median", "band", 0.28)):
        if kind == "median" or new:
            low, _, high = found[kind][result]
            ends = (np.clip(height(end), -reach, reach) for end in (low, high))
            put(pc, filled, f"{result}_{label}", panel=_PANEL, data=band(PAGE, x, *ends),
                color=colour, alpha=alpha)  # fmt: skip
    middle = height(found["median"][result][1])
    data = points(PAGE, x, np.where(np.abs(middle) <= reach, middle, np.nan))
    put(pc, az.visuals.line_xy, f"{result}_line", panel=_PANEL, data=data, color=colour,
        width=1.4, linestyle=style)  # fmt: skip


def _draw_scale(
    pc: az.PlotCollection,
    name: str,
    x: float,
    scale: Scale,
    *,
    reach: float,
    top: float,
    size: float,
) -> None:
    """Draw one upright scale with its ticks and numbers, as one line with gaps."""
    outside = -1.0 if x == _LEFT else 1.0
    ends = (x, x + outside * _TICK)
    across, heights = [x, x, np.nan], [-reach, reach, np.nan]
    for at in scale.heights:
        across += [*ends, np.nan]
        heights += [at, at, np.nan]
    put(pc, az.visuals.line_xy, f"{name}_ticks", panel=_PANEL, data=points(PAGE, across, heights),
        color=INK, width=0.6)  # fmt: skip
    places = np.full(len(scale.heights), x + 1.8 * outside * _TICK)
    look: dict[str, object] = {"align": "right" if outside < 0 else "left", "size": size}
    if x == _MIDDLE and pc.backend == "matplotlib":  # lines run behind these numbers
        look["bbox"] = {"facecolor": "#FFFFFF", "alpha": 0.7, "linewidth": 0, "pad": 0.3}
    _write(pc, f"{name}_labels", (places, scale.heights), scale.labels, **look)
    heading = (np.array([x]), np.array([1.06 * top]))
    _write(pc, f"{name}_heading", heading, (scale.heading,), align="center", size=size)


def _write(
    pc: az.PlotCollection,
    label: str,
    at: tuple[FloatArray, FloatArray],
    words: Sequence[str],
    **look: object,
) -> None:
    style = {**spelling(pc.backend).text, "horizontal_align": look.pop("align")}
    pc.map(text_rows, label, data=points(PAGE, *at), coords={"panel": _PANEL},
           artist_dims={f"{label}_row": len(words)}, text=list(words), **style, **look)  # fmt: skip


def _limit(pc: az.PlotCollection, reach: float) -> None:
    put(pc, az.visuals.set_xlim, "xlim", panel=_PANEL, limits=(-_ROOM, 1.0 + _ROOM),
        store_artist=False)  # fmt: skip
    put(pc, az.visuals.set_ylim, "ylim", panel=_PANEL, limits=(-_FOOT * reach, 1.1 * reach),
        store_artist=False)  # fmt: skip
    if pc.backend != "matplotlib":
        return
    ax = axes_of(pc, _PANEL)
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set_visible(False)


def _after(prevalence: float, limits: FloatArray) -> str:
    low, middle, high = (share_text(float(p)) for p in expit(log_odds(prevalence) + limits))
    return f"{middle} ({low} to {high})"


def _ratio(limits: FloatArray) -> str:
    low, middle, high = (ratio_text(float(r)) for r in np.exp(limits))
    return f"{middle} ({low} to {high})"


def _answers(prevalence: float, found: Ratios) -> dict[str, str]:
    """Tell what the two results mean in the median study."""
    told = {}
    for result in _RESULTS:
        limits = found["median"][result]
        name = f"{result.capitalize()}: LR{'+' if result == 'positive' else '−'}"
        told[result] = f"{name} {_ratio(limits)}, after {_after(prevalence, limits)}"
    return told


def _text(
    fit: FittedReview, prevalence: float, found: Ratios, prob: float, *, new: bool, stated: bool
) -> FigureText:
    before = f"{100 * prevalence:.6g}%"
    told = [
        f"{_after(prevalence, found['median'][result])} after a {result} result"
        for result in _RESULTS
    ]
    parts = [
        opening(fit, f"Fagan nomogram from {studies_words(fit.table.n_studies)}."),
        "Left: probability of the target condition before the test, "
        f"{before}{assumed_words(stated)}. Middle: likelihood ratio. Right: probability "
        "after the test; all on scales of log odds. Solid: positive result; dashed: negative "
        "result. Dark bands: the median study.",
    ]
    if new:
        wider = " and ".join(
            f"{_after(prevalence, found['new'][result])} after a {result} result"
            for result in _RESULTS
        )
        parts.append(f"Pale bands: a new study, {wider}.")
    parts.append(model_sentence(fit, prob))
    alt = spoken(
        fit,
        f"From a probability of {before} before the test, the median study leads to "
        f"{' and '.join(told)} ({percent(prob)} credible intervals).",
    )
    return FigureText("Fagan nomogram", " ".join(parts), alt)
