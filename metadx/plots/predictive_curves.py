"""Predictive values over the prevalence: what a result is worth where the test is used."""

from collections.abc import Sequence

import arviz as az
import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.ratios import log_lr_neg, log_lr_pos
from metadx.plots.captions import opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.fitted import CountTable, FittedReview
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.style import (
    BLUE,
    GREY,
    INK,
    VERMILLION,
    Backend,
    figure_style,
    font_size,
    percent,
)
from metadx.plots.use_words import (
    limits_of,
    model_sentence,
    require_both,
    require_prevalence,
    share_text,
    use_draws,
)
from metadx.plots.visuals import band, filled, points

_COLOURS = {"ppv": VERMILLION, "npv": BLUE}
_TITLES = {"ppv": "Positive predictive value", "npv": "Negative predictive value"}
_GRID = np.concatenate([np.geomspace(1e-4, 0.01, 15)[:-1], np.linspace(0.01, 0.99, 99),
                        1 - np.geomspace(0.01, 1e-4, 15)[1:]])  # fmt: skip
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_TICK_TEXT = ("0", "0.2", "0.4", "0.6", "0.8", "1")
_RUG = 0.025  # height of the strokes of the studies, of that of the panel


def plot_predictive_values(
    fit: FittedReview,
    *,
    prevalence: Sequence[float] = (),
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw predictive values over the prevalence.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts, for instance a `metadx.engines.fit.Fit` without covariates.
    prevalence : sequence of float
        Prevalences to mark, each in (0, 1); their values stand in the caption.
    prob : float, default 0.95
        Level of the bands.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width of the page and height of the panels in inches; by default 6.7 and 3.1.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of "ppv" and "npv". `viz` holds what was drawn: "ppv_new", "ppv_median"
        (bands), "ppv_line", "ppv_marks", "ppv_studies" and the same of "npv"; the text is in
        "caption".

    Raises
    ------
    MetadxError
        If a prevalence is not in (0, 1), or sensitivity or specificity is not identified.

    References
    ----------
    Altman DG, Bland JM. Diagnostic tests 2: predictive values. BMJ 1994;309:102.

    Examples
    --------
    >>> import metadx
    >>> from metadx.plots.predictive_curves import plot_predictive_values
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_predictive_values(fit, prevalence=[0.1], backend="none")
    >>> "npv_line" in figure.viz
    True
    """
    require_both(fit, "predictive values")
    for one in prevalence:
        require_prevalence(one, "predictive values")
    draws = use_draws(fit)
    observed = observed_shares(fit.table)
    width, height = (6.7, 3.1) if figsize is None else figsize
    with figure_style(font_size(width)):
        pc = panel_collection(tuple(_TITLES), columns=2, size=(width, height), backend=backend)
        for panel in _TITLES:
            _draw_curves(pc, panel, draws, prob)
            _draw_marks(pc, panel, prevalence, observed)
            _axes(pc, panel)
        text = _text(fit, draws, prevalence, observed, prob)
        drawn = pc.backend == "matplotlib"
        legend = (
            _legend(prob, marked=bool(prevalence), studies=bool(len(observed))) if drawn else {}
        )
        finish_panels(pc, text, synthetic_note(fit), legend=legend)
    return pc


def predictive_limits(
    logits: FloatArray, which: str, prevalence: FloatArray, prob: float
) -> FloatArray:
    """Give lower limit, median and upper limit of a predictive value over prevalences.

    Parameters
    ----------
    logits : ndarray, shape (S, 2)
    which : {"ppv", "npv"}
    prevalence : ndarray, shape (G,)
    prob : float

    Returns
    -------
    ndarray, shape (3, G)

    Examples
    --------
    >>> logits = np.log([[0.9 / 0.1, 0.8 / 0.2]] * 2)
    >>> predictive_limits(logits, "ppv", np.array([0.1]), 0.95)[1].round(4).tolist()
    [0.3333]
    """
    before = np.log(prevalence) - np.log1p(-prevalence)
    # Monotone in one likelihood ratio, so its quantiles give those of the value everywhere.
    if which == "ppv":
        return expit(before + limits_of(log_lr_pos(logits), prob)[:, None])
    return expit(-before - limits_of(log_lr_neg(logits), prob)[::-1, None])


def observed_shares(table: CountTable) -> FloatArray:
    """Return the share of diseased participants of every study that has both arms."""
    both = (table.n_diseased > 0) & (table.n_nondiseased > 0)
    sick, well = table.n_diseased[both], table.n_nondiseased[both]
    return np.asarray(sick / (sick + well), dtype=np.float64)


def _draw_curves(
    pc: az.PlotCollection, panel: str, draws: dict[str, FloatArray], prob: float
) -> None:
    colour = _COLOURS[panel]
    for kind, alpha in (("new", 0.13), ("median", 0.32)):
        low, middle, high = predictive_limits(draws[kind], panel, _GRID, prob)
        put(pc, filled, f"{panel}_{kind}", panel=panel, data=band(PAGE, _GRID, low, high),
            color=colour, alpha=alpha)  # fmt: skip
    put(pc, az.visuals.line_xy, f"{panel}_line", panel=panel, data=points(PAGE, _GRID, middle),
        color=colour, width=1.4)  # fmt: skip


def _draw_marks(
    pc: az.PlotCollection, panel: str, prevalence: Sequence[float], observed: FloatArray
) -> None:
    """Draw upright lines at the chosen prevalences, and strokes at those of the studies."""
    for label, at, top, look in (
        ("marks", np.asarray(prevalence, np.float64), 1.0, {"color": INK, "linestyle": "C2"}),
        ("studies", observed, _RUG, {"color": GREY, "linestyle": "C0"}),
    ):
        if not len(at):
            continue
        x = np.stack([at, at, np.full(len(at), np.nan)], axis=1).ravel()
        y = np.where(np.isnan(x), np.nan, np.tile([0.0, top, np.nan], len(at)))
        put(pc, az.visuals.line_xy, f"{panel}_{label}", panel=panel, data=points(PAGE, x, y),
            width=0.8, **look)  # fmt: skip


def _axes(pc: az.PlotCollection, panel: str) -> None:
    put(pc, az.visuals.labelled_x, f"{panel}_x", panel=panel, text="Prevalence")
    put(pc, az.visuals.labelled_y, f"{panel}_y", panel=panel, text=_TITLES[panel])
    put(pc, az.visuals.set_xlim, "xlim", panel=panel, limits=(0.0, 1.0), store_artist=False)
    put(pc, az.visuals.set_ylim, "ylim", panel=panel, limits=(0.0, 1.0), store_artist=False)
    if pc.backend == "matplotlib":
        ax = axes_of(pc, panel)
        ax.set_xticks(_TICKS, _TICK_TEXT)
        ax.set_yticks(_TICKS, _TICK_TEXT)


def _legend(prob: float, *, marked: bool, studies: bool) -> dict[str, Artist]:
    level = percent(prob)
    found: dict[str, Artist] = {
        "Median study": Line2D([], [], color=INK, lw=1.4),
        f"{level} credible interval": Patch(color=INK, alpha=0.32, linewidth=0),
        f"{level} prediction, new study": Patch(color=INK, alpha=0.13, linewidth=0),
    }
    if marked:
        found["Chosen prevalence"] = Line2D([], [], color=INK, lw=0.8, linestyle=":")
    elif studies:
        found["Prevalence in a study"] = Line2D([], [], color=GREY, marker="|", linestyle="none")
    return found


def _values(logits: FloatArray, prevalence: float, prob: float) -> str:
    """Write both predictive values at one prevalence."""
    told = []
    for which in _TITLES:
        limits = predictive_limits(logits, which, np.array([prevalence]), prob)[:, 0]
        low, middle, high = (share_text(float(v)) for v in limits)
        told.append(f"{which.upper()} {middle} ({low} to {high})")
    return " and ".join(told)


def _text(
    fit: FittedReview,
    draws: dict[str, FloatArray],
    prevalence: Sequence[float],
    observed: FloatArray,
    prob: float,
) -> FigureText:
    parts = [
        opening(fit, f"Predictive values from {studies_words(fit.table.n_studies)}."),
        "Lines and dark bands: the median study; pale bands: a new study; both over the prevalence "
        "of the target condition where the test is used.",
    ]
    chosen = [float(p) for p in prevalence]
    words = "; ".join(
        f"at a prevalence of {100 * p:.3g}% {_values(draws['median'], p, prob)}"
        for p in chosen or [float(np.median(observed)) if len(observed) else 0.5]
    )
    if chosen:
        parts.append(f"Dotted lines: {words}, in the median study.")
    if len(observed):
        low, high = observed.min(), observed.max()
        span = f"{100 * low:.1f}% to {100 * high:.1f}%" if low < high else f"{100 * low:.1f}%"
        parts.append(f"Strokes at the foot: prevalence in the studies ({span}).")
    parts.append(model_sentence(fit, prob))
    alt = spoken(fit, f"In the median study: {words} ({percent(prob)} credible intervals).")
    return FigureText("Predictive values over the prevalence", " ".join(parts), alt)
