"""The legends of the summary ROC plot in matplotlib: what the lines are, how large the circles."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from metadx.estimands.logistic import FloatArray, IntArray
from metadx.plots.sroc_layers import SrocLayers
from metadx.plots.sroc_layout import LeadLegend, LegendMaker
from metadx.plots.style import BASE_FAMILY, BLUE, GREY, INK, VERMILLION, percent


def nice_sizes(participants: IntArray) -> tuple[int, ...]:
    """Choose up to three round numbers of participants for the scale of the circles.

    Examples
    --------
    >>> nice_sizes(np.array([37, 90, 240, 1234]))
    (50, 200, 1000)
    >>> nice_sizes(np.array([7]))
    (5,)
    """
    top = int(participants.max(initial=1))
    powers = 10 ** np.arange(len(str(top)))
    steps = np.sort(np.outer(powers, [1, 2, 5]).ravel())
    largest = int(steps[steps <= top].max())
    # Below a fiftieth of the area a circle is a dot, and tells nothing of its size.
    floor = max(float(participants.min(initial=top)), largest / 50)
    smaller = [int(s) for s in steps if floor <= s < largest / 1.9]
    if len(smaller) < 2:
        return (*smaller, largest)
    target = 0.5 * np.log(smaller[0] * largest)
    middle = min(smaller[1:], key=lambda s: abs(np.log(s) - target))
    return (smaller[0], middle, largest)


def sroc_legends(layers: SrocLayers, areas: FloatArray, prob: float) -> LegendMaker:
    """Prepare the legends of a summary ROC plot.

    Parameters
    ----------
    layers : SrocLayers
        What is drawn: nothing else is explained.
    areas : ndarray, shape (n,)
        Squared diameters of the circles, in square points.
    prob : float
        Level of regions and band.

    Returns
    -------
    callable
        As `finish_sroc` takes it.
    """

    def make(figure: Figure, size: float, room: float) -> list[LeadLegend]:
        legends: list[LeadLegend] = []
        if len(layers.studies):
            per_person = float(areas.max()) / float(layers.participants.max())
            scale = size_legend(figure, layers.participants, per_person, size)
            legends.append((scale, f"Studies; {layers.counted}:"))
        elements = element_legend(figure, layers, prob, size, room)
        return legends if elements is None else [*legends, (elements, "")]

    return make


def _look(size: float) -> dict[str, Any]:
    look: dict[str, Any] = {"fontsize": size, "borderpad": 0.0, "borderaxespad": 0.0}
    return look | {"columnspacing": 1.2, "labelspacing": 0.4}


def element_legend(
    figure: Figure, layers: SrocLayers, prob: float, size: float, room: float
) -> Legend | None:
    """Explain square, curve and regions, in two columns where they fit.

    Parameters
    ----------
    figure : Figure
        Where the legend goes.
    layers : SrocLayers
        What is drawn: nothing else is explained.
    prob : float
        Level of regions and band.
    size : float
        Font size in points.
    room : float
        Greatest width in inches.

    Returns
    -------
    Legend or None
        Not yet placed; None where there is nothing to explain.
    """
    level = percent(prob)
    square = Line2D([], [], color=VERMILLION, marker="s", markersize=5, linestyle="none")
    entries: list[tuple[Artist | tuple[Artist, ...], str]] = []
    if not np.isnan(layers.summary).any():
        entries.append((square, "Median study (summary)"))
    if layers.curve is not None:
        swatch = (Patch(color=BLUE, alpha=0.15, linewidth=0), Line2D([], [], color=BLUE, lw=1.3))
        name = layers.curve.name
        entries.append((swatch, f"{name[:1].upper()}{name[1:]}, {level} band"))
    if layers.credible is not None:
        dashed = Line2D([], [], color=VERMILLION, lw=1.1, linestyle="--")
        dotted = Line2D([], [], color=INK, lw=1.1, linestyle=":")
        entries += [(dashed, f"{level} credible region"), (dotted, f"{level} prediction region")]
    if not entries:
        return None
    return columns_legend(figure, entries, size, room, most=2)


def columns_legend(
    figure: Figure,
    entries: Sequence[tuple[Artist | tuple[Artist, ...], str]],
    size: float,
    room: float,
    *,
    most: int,
    families: Sequence[str] = (BASE_FAMILY,),
) -> Legend:
    """Explain some marks in as many columns as fit.

    Parameters
    ----------
    figure : Figure
        Where the legend goes.
    entries : sequence of (artist, str)
        Marks and their words, at least one.
    size : float
        Font size in points.
    room : float
        Greatest width in inches.
    most : int
        Most columns.
    families : sequence of str
        Font families of the words.

    Returns
    -------
    Legend
        Not yet placed.
    """
    handles, labels = zip(*entries, strict=True)
    look = {**_look(size), "handlelength": 2.4}
    look["prop"] = {"family": list(families), "size": look.pop("fontsize")}
    columns = min(most, len(entries))
    while True:
        legend = figure.legend(handles, labels, ncols=columns, **look)
        for text in legend.get_texts():
            text.set_parse_math(False)
        if columns == 1 or legend.get_window_extent().width / figure.dpi <= room:
            return legend
        legend.remove()
        columns -= 1


def size_legend(figure: Figure, participants: IntArray, per_person: float, size: float) -> Legend:
    """Explain the area of the circles by a few circles of round sizes, in their true size.

    Parameters
    ----------
    figure : Figure
        Where the legend goes.
    participants : ndarray, shape (n,)
        Participants of the studies drawn.
    per_person : float
        Squared diameter of a circle for each participant, in square points.
    size : float
        Font size in points.

    Returns
    -------
    Legend
        Not yet placed.
    """
    circle: dict[str, Any] = {"marker": "o", "linestyle": "none", "markerfacecolor": "none"}
    circle |= {"markeredgecolor": GREY, "markeredgewidth": 0.7}
    numbers = nice_sizes(participants)
    diameters = [float(np.sqrt(per_person * n)) for n in numbers]
    handles = [Line2D([], [], markersize=d, **circle) for d in diameters]
    across = max(diameters) / size
    return figure.legend(
        handles,
        [f"{n:,}".replace(",", "\N{THIN SPACE}") for n in numbers],
        ncols=len(numbers),
        **{**_look(size), "handlelength": max(across, 0.5), "handleheight": max(across, 0.7)},
        handletextpad=0.4,
    )
