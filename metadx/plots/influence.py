"""The influence plot: how far each study moves the answer against how odd it is."""

from collections.abc import Sequence

import arviz as az
import numpy as np
from matplotlib.lines import Line2D

from metadx.criticism.influence import Influence
from metadx.criticism.leave_one_out import REFIT_ABOVE
from metadx.criticism.outliers import LEVEL, Outliers
from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import model_words, opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.fitted import Described
from metadx.plots.labels import clean, drawable, families_for, shorten
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.panel_ticks import settle_ticks
from metadx.plots.point_labels import name_look, place_names
from metadx.plots.style import (
    GREY,
    INK,
    VERMILLION,
    Backend,
    Shape,
    figure_style,
    font_size,
)
from metadx.plots.visuals import MATPLOTLIB_SHAPES, points, sized_points, spelling, text_rows

_PANEL = "influence"
_SIZE = (5.2, 3.7)  # inches
_ROOM = (0.75, 0.62)  # of it for what stands beside and below the data, in inches
_AREA = 26.0  # square points
_NAMES = 6
_TICKS = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
_FEW_TICKS = (1.0, 0.2, 0.05, 0.01, 0.001, 0.0001)
_DECADES = 2.2  # beyond them few ticks have room


def plot_influence(
    fit: Described,
    influence: Influence,
    outliers: Outliers,
    *,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the influence of each study against its leave-one-out p-value.

    Parameters
    ----------
    fit : Described
        Whose title and mark of synthetic data are shown: the fit of all studies.
    influence : Influence
        Found by `metadx.criticism.influence.influence`.
    outliers : Outliers
        Found by `metadx.criticism.outliers.outliers` for the same studies.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width and height of the data and their axes, in inches; by default 5.2 by 3.7.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn: "ordinary", "odd" and "limit", those with heavy-tailed weights
        as "ordinary_heavy" and "odd_heavy", and "names". The horizontal coordinate is −log10 of
        the p-value.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.influence import influence
    >>> from metadx.criticism.outliers import outliers
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> moved = influence(fit, draws=1000)
    >>> figure = plot_influence(fit, moved, outliers(fit, moved), backend="none")
    >>> "ordinary" in figure.viz
    True
    """
    size = _SIZE if figsize is None else figsize
    place = np.stack([-np.log10(outliers.p_value), influence.shift_all], axis=1)
    known = np.isfinite(place).all(axis=1)
    ends = _ends(place[known])
    names = [shorten(clean(name), 28) for name in influence.study]
    families = families_for(names)
    with figure_style(font_size(size[0]), families):
        pc = panel_collection([_PANEL], size=size, backend=backend)
        _draw_points(pc, place, known, influence, outliers)
        limit = points(PAGE, [-np.log10(LEVEL)] * 2, [0.0, ends[1]])
        put(pc, az.visuals.line_xy, "limit", panel=_PANEL, data=limit, color=GREY, width=0.7,
            linestyle="C1")  # fmt: skip
        _write_names(
            pc,
            place,
            known,
            names=[drawable(name, families) for name in names],
            wanted=_wanted(influence, outliers, known),
            ends=ends,
            size=size,
            families=families,
        )
        _label_axes(pc, ends)
        finish_panels(
            pc,
            _text(fit, influence, outliers, known),
            synthetic_note(fit),
            words=names,
            legend=_legend(influence, outliers) if pc.backend == "matplotlib" else None,
        )
    return pc


def _ends(place: FloatArray) -> tuple[float, float]:
    """Give the upper ends of the axes; both begin just below 0."""
    right = float(place[:, 0].max(initial=0.0))
    top = float(place[:, 1].max(initial=0.0))
    return max(1.5, 1.06 * right), max(0.5, 1.12 * top)


def _groups(influence: Influence, outliers: Outliers) -> list[tuple[str, np.ndarray]]:
    heavy = ~(influence.pareto_k <= REFIT_ABOVE)
    odd = outliers.suspicious
    return [
        ("ordinary", ~odd & ~heavy),
        ("ordinary_heavy", ~odd & heavy),
        ("odd", odd & ~heavy),
        ("odd_heavy", odd & heavy),
    ]


def _look(name: str) -> tuple[Shape, bool, str]:
    """Give shape, filling and colour of a group of points."""
    shape: Shape = "triangle" if name.endswith("heavy") else "circle"
    return shape, name.startswith("odd"), VERMILLION if name.startswith("odd") else GREY


def _draw_points(
    pc: az.PlotCollection,
    place: FloatArray,
    known: np.ndarray,
    influence: Influence,
    outliers: Outliers,
) -> None:
    native = spelling(pc.backend)
    for name, chosen in _groups(influence, outliers):
        rows = np.flatnonzero(chosen & known)
        if not rows.size:
            continue
        shape, filled, colour = _look(name)
        put(pc, sized_points, name, panel=_PANEL, data=points(PAGE, *place[rows].T),
            size=np.full(rows.size, _AREA), marker=native.shapes[shape],
            facecolor=colour if filled else native.hollow, edgecolor=colour,
            width=0.9)  # fmt: skip


def _wanted(influence: Influence, outliers: Outliers, known: np.ndarray) -> list[int]:
    """Choose whose names are written: the most influential and the most surprising."""
    first = [i for i in outliers.order if outliers.suspicious[i]][:_NAMES]
    rows = dict.fromkeys([*influence.order[: _NAMES // 2], *first, *influence.order[:_NAMES]])
    return [int(i) for i in rows if known[i]]


def _write_names(
    pc: az.PlotCollection,
    place: FloatArray,
    known: np.ndarray,
    *,
    names: Sequence[str],
    wanted: Sequence[int],
    ends: tuple[float, float],
    size: tuple[float, float],
    families: tuple[str, ...],
) -> None:
    start = np.array([-0.04 * ends[0], -0.04 * ends[1]])
    box = (size[0] - _ROOM[0], size[1] - _ROOM[1])
    scale = np.array(box) / (np.array(ends) - start)
    rows = np.flatnonzero(known)
    small = font_size(size[0]) - 1.0
    found = place_names(
        (place[rows] - start) * scale,
        [names[int(i)] for i in rows],
        [int(np.flatnonzero(rows == i)[0]) for i in wanted],
        small,
        box,
        families=families,
        across=float((-np.log10(LEVEL) - start[0]) * scale[0]),
    )
    for side in ("left", "right"):
        here = [one for one in found if one.side == side]
        if not here:
            continue
        at = np.array([[one.x, one.y] for one in here]) / scale + start
        put(pc, text_rows, f"names_{side}", panel=_PANEL, data=points(PAGE, *at.T),
            text=[one.text for one in here], size=small, color=INK,
            horizontal_align=side, artist_dims={f"names_{side}_row": len(here)},
            **spelling(pc.backend).text, **name_look(pc.backend))  # fmt: skip


def _label_axes(pc: az.PlotCollection, ends: tuple[float, float]) -> None:
    put(pc, az.visuals.labelled_x, "xlabel", panel=_PANEL,
        text="p-value of the study given the others (log scale)")  # fmt: skip
    put(pc, az.visuals.labelled_y, "ylabel", panel=_PANEL,
        text="Shift without the study (posterior sd)")  # fmt: skip
    if pc.backend != "matplotlib":
        return
    ax = axes_of(pc, _PANEL)
    ax.set_xlim(-0.04 * ends[0], ends[0])
    ax.set_ylim(-0.04 * ends[1], ends[1])
    settle_ticks(ax, "y", 6)
    far = ends[0] > _DECADES
    shown = [tick for tick in (_FEW_TICKS if far else _TICKS) if -np.log10(tick) <= ends[0]]
    ax.set_xticks([-np.log10(tick) + 0.0 for tick in shown], [f"{tick:g}" for tick in shown])
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def _legend(influence: Influence, outliers: Outliers) -> dict[str, Line2D]:
    words = {
        "ordinary": f"p ≥ {LEVEL:g}",
        "ordinary_heavy": f"p ≥ {LEVEL:g}, k > {REFIT_ABOVE:g}",
        "odd": f"p < {LEVEL:g}",
        "odd_heavy": f"p < {LEVEL:g}, k > {REFIT_ABOVE:g}",
    }
    out = {}
    for name, chosen in _groups(influence, outliers):
        if chosen.any():
            shape, filled, colour = _look(name)
            out[words[name]] = Line2D(
                [], [], linestyle="none", marker=MATPLOTLIB_SHAPES[shape], markersize=4.5,
                color=colour, markerfacecolor=colour if filled else "none",
            )  # fmt: skip
    return out


def _text(
    fit: Described, influence: Influence, outliers: Outliers, known: np.ndarray
) -> FigureText:
    parts = [
        opening(fit, f"Influence of {studies_words(len(influence.study))}."),
        f"Vertical: how far the means and the log standard deviations of the {model_words(fit)} "
        "move together when it is fitted again without the study, in posterior standard "
        "deviations (Mahalanobis distance). Horizontal: predictive p-value of the study's two "
        f"counts given the other studies; dashed: {LEVEL:g}.",
    ]
    if (~(influence.pareto_k <= REFIT_ABOVE)).any():
        parts.append(
            f"Triangles: Pareto k above {REFIT_ABOVE:g}; the fit of all studies could not be "
            "reweighted to stand for the one without the study."
        )
    lost = [influence.study[i] for i in np.flatnonzero(~known)]
    if lost:
        parts.append(f"Not shown, for want of a refit: {', '.join(map(shorten, lost))}.")
    return FigureText("Influence of the studies", " ".join(parts),
                      f"{influence.words} {outliers.words}")  # fmt: skip
