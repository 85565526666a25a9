"""The decision curve: the net benefit of testing, against treating all and treating nobody."""

import arviz as az
import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from metadx.estimands.decision import Performance, net_benefit, treat_all
from metadx.estimands.logistic import FloatArray
from metadx.estimands.predictive_values import npv, ppv
from metadx.plots.captions import opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.fitted import FittedReview
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.style import BLUE, GREY, INK, Backend, figure_style, font_size, percent
from metadx.plots.use_words import (
    assumed_words,
    limits_of,
    model_sentence,
    require_both,
    require_prevalence,
    share_text,
    use_draws,
)
from metadx.plots.visuals import band, filled, points

_PANEL = "net benefit"
_POINTS = 121
_LEAST, _MOST = 0.2, 0.99  # greatest threshold on the axis
_FOOT = 0.3  # how far below 0 the axis goes, in prevalences


def plot_decision_curve(
    fit: FittedReview,
    prevalence: float,
    *,
    upto: float | None = None,
    prob: float = 0.95,
    stated: bool = True,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw a decision curve.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts, for instance a `metadx.engines.fit.Fit` without covariates.
    prevalence : float
        Probability of the target condition before the test, in (0, 1).
    upto : float, optional
        Greatest threshold probability, in (0, 1); by default a little beyond the positive
        predictive value of the median study, where testing stops to pay.
    prob : float, default 0.95
        Level of the bands.
    stated : bool, default True
        Whether somebody stated the prevalence; else the caption calls it an illustration.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width of the page and height of the panel in inches; by default 5.2 and 3.6.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn: "new" and "median" (bands), "line", "all", "none", and the text
        in "caption".

    Raises
    ------
    MetadxError
        If the prevalence or `upto` is not in (0, 1), or a margin is not identified.

    References
    ----------
    Vickers AJ, Elkin EB. Decision curve analysis: a novel method for evaluating prediction models.
    Med Decis Making 2006;26:565-574.

    Examples
    --------
    >>> import metadx
    >>> from metadx.plots.decision_curve import plot_decision_curve
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_decision_curve(fit, 0.4, backend="none")
    >>> sorted(name for name in ("line", "all", "none") if name in figure.viz)
    ['all', 'line', 'none']
    """
    require_both(fit, "decision curve")
    require_prevalence(prevalence, "decision curve")
    if upto is not None:
        require_prevalence(upto, "decision curve, upto")
    draws = use_draws(fit)
    between = threshold_range(draws["median"], prevalence, prob)
    end = float(np.clip(1.15 * between[1, 2], _LEAST, _MOST)) if upto is None else upto
    at = np.linspace(0.0, end, _POINTS)
    at[0] = min(1e-4, end / _POINTS)
    width, height = (5.2, 3.6) if figsize is None else figsize
    with figure_style(font_size(width)):
        pc = panel_collection([_PANEL], size=(width, height), backend=backend)
        _draw(pc, draws, prevalence, at, prob)
        text = _text(fit, prevalence, between, prob, stated=stated)
        legend = _legend(prob) if pc.backend == "matplotlib" else {}
        finish_panels(pc, text, synthetic_note(fit), legend=legend)
    return pc


def threshold_range(logits: FloatArray, prevalence: float, prob: float) -> FloatArray:
    """Give the thresholds between which testing beats treating all and treating nobody.

    Parameters
    ----------
    logits : ndarray, shape (S, 2)
    prevalence : float
    prob : float
        Level of the limits.

    Returns
    -------
    ndarray, shape (2, 3)
        Lower limit, median and upper limit of 1 - NPV and of the PPV.

    Examples
    --------
    >>> logits = np.log([[0.9 / 0.1, 0.8 / 0.2]] * 2)
    >>> threshold_range(logits, 0.1, 0.95)[:, 1].round(4).tolist()
    [0.0137, 0.3333]
    """
    ends = np.stack([1.0 - npv(prevalence, logits), ppv(prevalence, logits)])
    return limits_of(ends, prob).T


def _draw(
    pc: az.PlotCollection, draws: dict[str, FloatArray], prevalence: float, at: FloatArray,
    prob: float,
) -> None:  # fmt: skip
    for kind, alpha in (("new", 0.13), ("median", 0.32)):
        curves = net_benefit(Performance.of(draws[kind]), prevalence, at)
        low, middle, high = limits_of(curves, prob)
        put(pc, filled, kind, panel=_PANEL, data=band(PAGE, at, low, high), color=BLUE,
            alpha=alpha)  # fmt: skip
    everyone = treat_all(prevalence, at)
    for label, y, look in (
        ("all", everyone, {"color": GREY, "linestyle": "C1", "width": 1.1}),
        ("none", np.zeros_like(at), {"color": INK, "linestyle": "C0", "width": 0.8}),
        ("line", middle, {"color": BLUE, "linestyle": "C0", "width": 1.4}),
    ):
        put(pc, az.visuals.line_xy, label, panel=_PANEL, data=points(PAGE, at, y), **look)
    put(pc, az.visuals.labelled_x, "xlabel", panel=_PANEL, text="Threshold probability")
    put(pc, az.visuals.labelled_y, "ylabel", panel=_PANEL, text="Net benefit per person")
    foot, top = -_FOOT * prevalence, 1.06 * prevalence
    put(pc, az.visuals.set_xlim, "xlim", panel=_PANEL, limits=(0.0, float(at[-1])),
        store_artist=False)  # fmt: skip
    put(pc, az.visuals.set_ylim, "ylim", panel=_PANEL, limits=(foot, top), store_artist=False)
    if pc.backend == "matplotlib":
        ax = axes_of(pc, _PANEL)
        ax.set_xticks(_inside(0.0, float(at[-1])))
        ax.set_yticks(_inside(foot, top))


def _inside(low: float, high: float) -> list[float]:
    """Return round numbers between two ends."""
    ticks = MaxNLocator(nbins=6).tick_values(low, high)
    return [float(tick) for tick in ticks if low <= tick <= high]


def _legend(prob: float) -> dict[str, Artist]:
    level = percent(prob)
    return {
        "Test, median study": Line2D([], [], color=BLUE, lw=1.4),
        f"{level} credible band": Patch(color=BLUE, alpha=0.32, linewidth=0),
        f"{level} band, new study": Patch(color=BLUE, alpha=0.13, linewidth=0),
        "Treat all": Line2D([], [], color=GREY, lw=1.1, linestyle="--"),
        "Treat nobody": Line2D([], [], color=INK, lw=0.8),
    }


def _text(
    fit: FittedReview, prevalence: float, between: FloatArray, prob: float, *, stated: bool
) -> FigureText:
    level = percent(prob)
    low, high = (
        f"{share_text(float(m))} ({share_text(float(a))} to {share_text(float(b))})"
        for a, m, b in between
    )
    at = f"{100 * prevalence:.6g}%"
    parts = [
        opening(
            fit,
            f"Decision curve from {studies_words(fit.table.n_studies)}, at a prevalence of {at}"
            f"{assumed_words(stated)}.",
        ),
        "Net benefit per person of treating those who test positive: true positives less false "
        "positives, these weighed by the odds of the threshold probability, the probability of the "
        "target condition from which a person would be treated.",
        f"Line and dark band: the median study; pale band: a new study; pointwise. "
        f"{model_sentence(fit, prob)} Grey, dashed: treating everybody; thin line at 0: treating "
        "nobody.",
    ]
    useful = bool(between[0, 1] < between[1, 1])
    if useful:
        finding = (
            f"At a prevalence of {at}, testing beats treating everybody from a threshold of {low} "
            f"and treating nobody up to one of {high} in the median study ({level} credible "
            "intervals)."
        )
    else:
        finding = f"At a prevalence of {at}, testing is the best choice at no threshold."
    return FigureText("Decision curve", " ".join([*parts, finding]), spoken(fit, finding))
