"""The outlier plot: studies in ROC space by how well the others predict them."""

import arviz as az
import numpy as np
from matplotlib.lines import Line2D

from metadx.criticism.chance_words import p_words
from metadx.criticism.outliers import LEVEL, Outliers
from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import (
    model_words,
    not_shown_words,
    opening,
    studies_words,
    synthetic_note,
    uncertain_words,
)
from metadx.plots.figure_text import FigureText
from metadx.plots.fitted import FittedReview
from metadx.plots.labels import clean, drawable, families_for, shorten
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.panel_ticks import settle_ticks
from metadx.plots.point_labels import name_look, place_names
from metadx.plots.sroc_layers import SrocLayers, sroc_layers
from metadx.plots.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    VERMILLION,
    Backend,
    Shape,
    figure_style,
    font_size,
    percent,
)
from metadx.plots.visuals import MATPLOTLIB_SHAPES, points, sized_points, spelling, text_rows

_PANEL = "outliers"
_SIZE = (4.6, 4.65)  # inches
_SIDE = 3.7  # of the square, in inches, at least
_AREA = 30.0  # square points
_NAMES = 6


#: Name, shape, colour, whether it is filled.
_GROUPS: tuple[tuple[str, Shape, str, bool], ...] = (
    ("in_line", "circle", GREY, False),
    ("suspicious", "diamond", ORANGE, True),
    ("outlying", "square", VERMILLION, True),
)


def plot_outliers(
    fit: FittedReview,
    outliers: Outliers,
    *,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the studies in ROC space and mark those that the others do not predict.

    Parameters
    ----------
    fit : FittedReview
        The fit of all studies.
    outliers : Outliers
        Found by `metadx.criticism.outliers.outliers` for this fit.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width and height of the data and their axes, in inches; by default 4.6 by 4.65.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn: "prediction_region", "in_line", "suspicious" (p below 0.05),
        "outlying" (also by Holm's rule), "predicted" (lines to what the other studies predict for
        a suspicious one) and the names.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.outliers import outliers
    >>> fit = metadx.fit(metadx.load_dataset("anti-ccp"), draws=1000)
    >>> figure = plot_outliers(fit, outliers(fit, draws=1000), backend="none")
    >>> "in_line" in figure.viz
    True
    """
    size = _SIZE if figsize is None else figsize
    layers = sroc_layers(fit, prob=outliers.prob, curve=False)
    seen = _observed(fit)
    shown = np.isfinite(seen).all(axis=1)
    names = [shorten(clean(name), 28) for name in outliers.study]
    families = families_for(names)
    with figure_style(font_size(size[0]), families):
        pc = panel_collection([_PANEL], size=size, backend=backend)
        if layers.prediction is not None:
            data = points(PAGE, layers.prediction[:, 1], layers.prediction[:, 0])
            put(pc, az.visuals.line_xy, "prediction_region", panel=_PANEL, data=data, color=INK,
                width=1.0, linestyle="C2")  # fmt: skip
        _draw_predicted(pc, seen, shown, outliers)
        _draw_studies(pc, seen, shown, outliers)
        wanted = [int(i) for i in outliers.order if outliers.suspicious[i] and shown[i]][:_NAMES]
        drawn = [drawable(name, families) for name in names]
        _write_names(pc, seen, shown, names=drawn, wanted=wanted, size=size, families=families)
        _label_axes(pc)
        finish_panels(
            pc,
            _text(fit, outliers, layers, shown),
            synthetic_note(fit),
            words=names,
            legend=_legend(outliers, layers) if pc.backend == "matplotlib" else None,
        )
    return pc


def _observed(fit: FittedReview) -> FloatArray:
    """Observed (sens, spec) by study, shape (N, 2); NaN for an empty arm."""
    table = fit.table
    right = np.stack([table.tp, table.tn], axis=1).astype(np.float64)
    size = np.stack([table.n_diseased, table.n_nondiseased], axis=1)
    return np.where(size > 0, right / np.maximum(size, 1), np.nan)


def _group_of(outliers: Outliers) -> dict[str, np.ndarray]:
    odd, sure = outliers.suspicious, outliers.flagged
    return {"in_line": ~odd & ~sure, "suspicious": odd & ~sure, "outlying": sure}


def _draw_studies(
    pc: az.PlotCollection, seen: FloatArray, shown: np.ndarray, outliers: Outliers
) -> None:
    native = spelling(pc.backend)
    chosen = _group_of(outliers)
    for name, shape, colour, filled in _GROUPS:
        rows = np.flatnonzero(chosen[name] & shown)
        if not rows.size:
            continue
        look = {"clip_on": False} if pc.backend == "matplotlib" else {}
        put(pc, sized_points, name, panel=_PANEL, data=points(PAGE, seen[rows, 1], seen[rows, 0]),
            size=np.full(rows.size, _AREA), marker=native.shapes[shape],
            facecolor=colour if filled else native.hollow, edgecolor=INK if filled else colour,
            width=0.7, **look)  # fmt: skip


def _draw_predicted(
    pc: az.PlotCollection, seen: FloatArray, shown: np.ndarray, outliers: Outliers
) -> None:
    """Join each suspicious study with the median that the others predict for it."""
    target = np.stack([outliers.sens[:, 1], outliers.spec[:, 1]], axis=1)
    rows = np.flatnonzero(outliers.suspicious & shown & np.isfinite(target).all(axis=1))
    if not rows.size:
        return
    gap = np.full(rows.size, np.nan)
    x = np.stack([seen[rows, 1], target[rows, 1], gap], axis=1).ravel()
    y = np.stack([seen[rows, 0], target[rows, 0], gap], axis=1).ravel()
    put(pc, az.visuals.line_xy, "predicted", panel=_PANEL, data=points(PAGE, x, y), color=BLUE,
        width=0.8)  # fmt: skip


def _write_names(
    pc: az.PlotCollection,
    seen: FloatArray,
    shown: np.ndarray,
    *,
    names: list[str],
    wanted: list[int],
    size: tuple[float, float],
    families: tuple[str, ...],
) -> None:
    rows = np.flatnonzero(shown)
    side_length = max(1.0, _SIDE * size[0] / _SIZE[0])
    small = font_size(size[0]) - 1.0
    inches = np.stack([1.0 - seen[rows, 1], seen[rows, 0]], axis=1) * side_length
    found = place_names(
        inches,
        [names[i] for i in rows],
        [int(np.flatnonzero(rows == i)[0]) for i in wanted],
        small,
        (side_length, side_length),
        families=families,
    )
    for side in ("left", "right"):
        here = [one for one in found if one.side == side]
        if not here:
            continue
        x = [1.0 - one.x / side_length for one in here]
        y = [one.y / side_length for one in here]
        put(pc, text_rows, f"names_{side}", panel=_PANEL, data=points(PAGE, x, y),
            text=[one.text for one in here], size=small, color=INK, horizontal_align=side,
            artist_dims={f"names_{side}_row": len(here)}, **spelling(pc.backend).text,
            **name_look(pc.backend))  # fmt: skip


def _label_axes(pc: az.PlotCollection) -> None:
    put(pc, az.visuals.labelled_x, "xlabel", panel=_PANEL, text="Specificity")
    put(pc, az.visuals.labelled_y, "ylabel", panel=_PANEL, text="Sensitivity")
    for visual, limits in ((az.visuals.set_xlim, (1.0, 0.0)), (az.visuals.set_ylim, (0.0, 1.0))):
        put(pc, visual, visual.__name__, panel=_PANEL, limits=limits, store_artist=False)
    if pc.backend == "matplotlib":
        ax = axes_of(pc, _PANEL)
        ax.set_aspect("equal")
        settle_ticks(ax, "y", 5)
        ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]  # the axis runs from right to left
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])


def _legend(outliers: Outliers, layers: SrocLayers) -> dict[str, Line2D]:
    words = {
        "in_line": f"p ≥ {LEVEL:g}",
        "suspicious": f"p < {LEVEL:g}",
        "outlying": "outlier by Holm's rule",
    }
    chosen = _group_of(outliers)
    out = {
        words[name]: Line2D([], [], linestyle="none", marker=MATPLOTLIB_SHAPES[shape],
                            markersize=5, color=INK if filled else colour,
                            markerfacecolor=colour if filled else "none", markeredgewidth=0.7)
        for name, shape, colour, filled in _GROUPS
        if chosen[name].any()
    }  # fmt: skip
    if outliers.suspicious.any():
        out["to the predicted median"] = Line2D([], [], color=BLUE, linewidth=0.8)
    if layers.prediction is not None:
        label = f"{percent(outliers.prob)} prediction region"
        out[label] = Line2D([], [], color=INK, linewidth=1.0, linestyle=":")
    return out


def _text(
    fit: FittedReview, outliers: Outliers, layers: SrocLayers, shown: np.ndarray
) -> FigureText:
    parts = [
        opening(fit, f"Outlier plot of {studies_words(len(outliers.study))}."),
        "Marks: observed sensitivity and specificity, by the two-dimensional predictive p-value "
        f"of the study's counts given the other studies ({model_words(fit)}, fitted again without "
        "the study).",
    ]
    if outliers.suspicious.any():
        named = ", ".join(
            f"{shorten(outliers.study[i])} ({p_words(outliers.p_value[i], outliers.floor)})"
            for i in outliers.order
            if outliers.suspicious[i]
        )
        parts.append(
            f"Below {LEVEL:g}: {named}. Lines lead from there to the median that the other studies "
            "predict."
        )
    else:
        parts.append(f"No study has p below {LEVEL:g}.")
    if layers.prediction is not None:
        parts.append(f"Dotted: {percent(outliers.prob)} prediction region of all studies.")
    parts += uncertain_words(fit.table)
    parts += not_shown_words([outliers.study[i] for i in np.flatnonzero(~shown)])
    return FigureText("Outliers", " ".join(parts), outliers.words)
