"""The predictive checks: leave-one-out PIT, and features of replicated tables."""

import arviz as az
import numpy as np

from metadx.criticism.calibration import ecdf_bands, family_level
from metadx.criticism.chance_words import p_words
from metadx.criticism.pit import PIT_BINS
from metadx.criticism.predictive import PredictiveChecks
from metadx.criticism.predictive_statistics import PredictiveStatistic
from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import model_words, opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.fitted import Described
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.panel_ticks import settle_ticks
from metadx.plots.style import BLUE, GREY, VERMILLION, Backend, figure_style, font_size, percent
from metadx.plots.visuals import band, filled, points

_WIDTH = 6.7  # inches
_ROW = 1.7
_COLUMNS = 4
_BARS = 25
_PIT = {"PIT of sensitivity": 0, "PIT of specificity": 1}
#: Above each panel, and along its axis.
_TITLES = {
    "correlation": ("Correlation", "logits"),
    "zero_cells": ("Zero cells", "number"),
    "spread_sens": ("Spread of sensitivity", "sd of logits"),
    "spread_spec": ("Spread of specificity", "sd of logits"),
    "lowest_sens": ("Lowest sensitivity", "observed"),
    "lowest_spec": ("Lowest specificity", "observed"),
}


def plot_predictive_checks(
    fit: Described,
    checks: PredictiveChecks,
    *,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the leave-one-out PIT of both margins and the features of replicated tables.

    Parameters
    ----------
    fit : Described
        Whose title and mark of synthetic data are shown.
    checks : PredictiveChecks
        Found by `metadx.criticism.predictive.predictive_checks` for this fit.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without caption.
    figsize : tuple of float, optional
        Width of the page and height of a row of panels, in inches; by default 6.7 by 1.7.

    Returns
    -------
    arviz.PlotCollection
        One plot for each PIT that there is and for each feature. `viz` holds "pit_band_PANEL",
        "pit_PANEL", "replicated_PANEL" and "observed_PANEL".

    References
    ----------
    Säilynoja T, Bürkner PC, Vehtari A. Graphical test for discrete uniformity and its applications
    in goodness-of-fit evaluation and multiple sample comparison. Stat Comput 2022;32:32.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.predictive import predictive_checks
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_predictive_checks(fit, predictive_checks(fit, draws=1000), backend="none")
    >>> "pit_PIT of sensitivity" in figure.viz
    True
    """
    size = (_WIDTH, _ROW) if figsize is None else figsize
    margins = {name: _known(checks, column) for name, column in _PIT.items()}
    margins = {name: values for name, values in margins.items() if values.size}
    found = {one.name: one for one in checks.statistics}
    features = {title: found[name] for name, (title, _) in _TITLES.items() if name in found}
    panels = [*margins, *features]
    text = font_size(size[0]) - 1.5
    with figure_style(text):
        pc = panel_collection(panels, columns=_COLUMNS, size=size, backend=backend)
        for name, values in margins.items():
            _draw_pit(pc, name, values, family_level(checks.prob, len(margins)))
        for name, feature in features.items():
            _draw_feature(pc, name, feature)
        for name in panels:
            put(pc, az.visuals.labelled_title, f"title_{name}", panel=name, text=name, size=text)
        finish_panels(pc, _text(fit, checks, len(margins)), synthetic_note(fit))
    return pc


def _known(checks: PredictiveChecks, column: int) -> FloatArray:
    values = checks.pit[:, column]
    return np.asarray(values[np.isfinite(values)])


def _draw_pit(pc: az.PlotCollection, name: str, values: FloatArray, level: float) -> None:
    """Draw the empirical distribution less the uniform one, at the ends of the bins."""
    size = values.size
    bands = ecdf_bands(size, PIT_BINS, level)
    at = np.linspace(0.0, 1.0, PIT_BINS + 1)
    low, high = (
        np.concatenate([[0.0], limits / size]) - at for limits in (bands.lower, bands.upper)
    )
    counts = np.histogram(values, PIT_BINS, (0.0, 1.0))[0]
    seen = np.concatenate([[0.0], np.cumsum(counts) / size]) - at
    put(pc, filled, f"pit_band_{name}", panel=name, data=band(PAGE, at, low, high), color=GREY,
        alpha=0.25)  # fmt: skip
    zero = points(PAGE, [0.0, 1.0], [0.0, 0.0])
    line = az.visuals.line_xy
    put(pc, line, f"pit_zero_{name}", panel=name, data=zero, color=GREY, width=0.6)
    data = points(PAGE, at, seen)
    put(pc, line, f"pit_{name}", panel=name, data=data, color=BLUE, width=1.2)
    put(pc, az.visuals.labelled_x, f"xlabel_{name}", panel=name, text="PIT")
    if name == next(iter(_PIT)):
        put(pc, az.visuals.labelled_y, f"ylabel_{name}", panel=name, text="ECDF − uniform")
    if pc.backend == "matplotlib":
        _bare(pc, name)
        settle_ticks(axes_of(pc, name), "y", 4)
        axes_of(pc, name).set_xticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])


def _draw_feature(pc: az.PlotCollection, name: str, feature: PredictiveStatistic) -> None:
    edges, shares = _histogram(feature)
    x = np.repeat(edges, 2)[1:-1]
    top = np.repeat(shares, 2)
    data = band(PAGE, x, np.zeros(x.size), top)
    put(pc, filled, f"replicated_{name}", panel=name, data=data, color=GREY, alpha=0.45)
    line = points(PAGE, [feature.observed] * 2, [0.0, 1.12 * shares.max()])
    put(pc, az.visuals.line_xy, f"observed_{name}", panel=name, data=line, color=VERMILLION,
        width=1.6)  # fmt: skip
    words = p_words(feature.p_value, 1 / feature.replicated.size)
    label = f"{_TITLES[feature.name][1]}; {words}"
    put(pc, az.visuals.labelled_x, f"xlabel_{name}", panel=name, text=label)
    if pc.backend == "matplotlib":
        ax = axes_of(pc, name)
        ax.set_yticks([])
        if feature.name == "correlation":
            ax.set_xlim(-1.05, 1.05)
            ax.set_xticks([-0.5, 0.0, 0.5], ["−0.5", "0", "0.5"])
        else:
            settle_ticks(ax, "x", 3)
        ax.set_ylim(0.0, 1.15 * float(shares.max()))
        _bare(pc, name)
        ax.spines["left"].set_visible(False)


def _histogram(feature: PredictiveStatistic) -> tuple[FloatArray, FloatArray]:
    """Share of the replicated values in each bar: all but the last thousandth at either end."""
    values = feature.replicated
    low, high = np.quantile(values, [0.001, 0.999])
    low, high = min(low, feature.observed), max(high, feature.observed)
    if feature.name == "zero_cells":
        step = max(1, -(-int(high - low + 1) // _BARS))
        edges = np.arange(low, high + step + 0.5, step) - 0.5
    else:
        room = 0.02 * max(high - low, 1e-3)
        edges = np.linspace(low - room, high + room, _BARS + 1)
    counts = np.histogram(values, edges)[0]
    return edges, counts / values.size


def _bare(pc: az.PlotCollection, name: str) -> None:
    ax = axes_of(pc, name)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def _text(fit: Described, checks: PredictiveChecks, margins: int) -> FigureText:
    parts = [opening(fit, f"Posterior predictive checks of {studies_words(len(checks.study))}, "
                          f"{model_words(fit)}.")]  # fmt: skip
    if margins:
        parts.append(
            "PIT: where the counts of each study lie among those that the other studies predict "
            "(randomised leave-one-out probability integral transform); its empirical distribution "
            f"less the uniform one, with the simultaneous {percent(checks.prob)} band"
            f"{' of both margins together' if margins == 2 else ''} that independent values have; "
            "these depend on each other and leave it more rarely."
        )
    if checks.statistics:
        parts.append(
            "Grey: the feature in tables replicated from the posterior, with new study effects in "
            "the same arms; line: observed; p: two-sided. For the logits half a participant is "
            "added to each cell."
        )
    parts += checks.notes
    return FigureText("Posterior predictive checks", " ".join(parts), checks.words)
