"""The legends of a summary ROC plot of several levels, in matplotlib."""

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D

from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import name_words
from metadx.plots.labels import drawable, families_for, wrap
from metadx.plots.sroc_group_layers import SrocGroupLayers
from metadx.plots.sroc_layout import LeadLegend, LegendMaker
from metadx.plots.sroc_legend import columns_legend, size_legend
from metadx.plots.style import GREY, INCH, level_look, percent
from metadx.plots.visuals import MATPLOTLIB_SHAPES

_MARK = 5.5  # points
_HANDLE = 3.6  # font sizes, of a mark before its words


def level_labels(layers: SrocGroupLayers) -> list[str]:
    """Name each level with its number of studies, where it has any, and say what is not drawn."""
    return [
        f"{level.label}{f' ({level.n_studies})' if level.n_studies else ''}"
        f"{'' if level.identified else ', not identified'}"
        for level in layers.levels
    ]


def sroc_group_legends(
    layers: SrocGroupLayers, areas: FloatArray, covariate: str, prob: float
) -> LegendMaker:
    """Prepare the legends: the levels, the kinds of line, the scale of the studies.

    Parameters
    ----------
    layers : SrocGroupLayers
        What is drawn: nothing else is explained.
    areas : ndarray, shape (n,)
        Squared diameters of circles of the sizes of the studies, in square points.
    covariate : str
        What sets the levels apart; may be empty.
    prob : float
        Level of the regions.

    Returns
    -------
    callable
        As `finish_sroc` takes it.
    """

    def make(figure: Figure, size: float, room: float) -> list[LeadLegend]:
        words = level_labels(layers)
        families = families_for([*words, covariate])
        entries: list[tuple[Artist | tuple[Artist, ...], str]] = [
            (_level_mark(number) if level.identified else Line2D([], [], linestyle="none"),
             _broken(drawable(text, families), room, size, families))
            for number, (level, text) in enumerate(zip(layers.levels, words, strict=True))
        ]  # fmt: skip
        legend = columns_legend(figure, entries, size, room, most=4, families=families)
        for level, text in zip(layers.levels, legend.get_texts(), strict=True):
            if not level.identified:
                text.set_color(GREY)
        counted = any(level.n_studies for level in layers.levels)
        name = name_words(covariate) or "Kind of study"
        title = f"{name} (number of studies)" if counted else name
        look = FontProperties(family=list(families), size=size)
        legend.set_title(drawable(title, families), look)
        legend.get_title().set_parse_math(False)
        legend.set_alignment("left")
        legends: list[LeadLegend] = [(legend, "")]
        elements = _elements(layers, prob)
        if elements:
            legends.append((columns_legend(figure, elements, size, room, most=2), ""))
        if areas.size:
            per_person = float(areas.max()) / float(layers.participants.max())
            scale = size_legend(figure, layers.participants, per_person, size)
            legends.append((scale, f"Studies; {layers.counted}:"))
        return legends

    return make


def _broken(text: str, room: float, size: float, families: tuple[str, ...]) -> str:
    return "\n".join(wrap(text, room - _HANDLE * size / INCH, size, families))


def _level_mark(number: int) -> tuple[Artist, ...]:
    colour, shape = level_look(number)
    marker = MATPLOTLIB_SHAPES[shape]
    line = Line2D([], [], color=colour, lw=1.3)
    mark = Line2D([], [], color=colour, marker=marker, markersize=_MARK, markeredgecolor="white",
                  markeredgewidth=0.5, linestyle="none")  # fmt: skip
    return line, mark


def _elements(
    layers: SrocGroupLayers, prob: float
) -> list[tuple[Artist | tuple[Artist, ...], str]]:
    level = percent(prob)
    filled = Line2D([], [], color=GREY, marker="o", markersize=_MARK, linestyle="none")
    entries: list[tuple[Artist | tuple[Artist, ...], str]] = [(filled, "Median study (filled)")]
    if any(one.curve is not None for one in layers.levels):
        entries.append((Line2D([], [], color=GREY, lw=1.3), "HSROC curve"))
    if any(one.credible is not None for one in layers.levels):
        dashed = Line2D([], [], color=GREY, lw=1.1, linestyle="--")
        entries.append((dashed, f"{level} credible region"))
    if any(one.prediction is not None for one in layers.levels):
        dotted = Line2D([], [], color=GREY, lw=1.1, linestyle=":")
        entries.append((dotted, f"{level} prediction region"))
    return entries
