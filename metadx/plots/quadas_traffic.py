"""The traffic-light plot: every judgement of QUADAS on every study."""

from dataclasses import dataclass
from typing import Any

import arviz as az
import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from metadx.plots.captions import opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.labels import drawable, families_for, shorten, widest
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.quadas_look import key_words, looks_of, overall_words, present
from metadx.plots.style import INCH, INK, PALE, Backend, figure_style, font_size
from metadx.plots.visuals import points, sized_points, spelling, text_rows
from metadx.studies.quadas import Judgements, Quadas, domain_words
from metadx.studies.quadas_columns import OVERALL
from metadx.studies.quadas_words import high_sentences

_PANEL = "judgements"
_ROW = 0.2  # inches
_DOT = 0.72  # diameter, in rows
_GAP = 0.7  # columns between the blocks
WIDTH = 5.2  # inches


@dataclass(frozen=True)
class TrafficColumn:
    """A column of the plot.

    Parameters
    ----------
    x : float
        Where it stands, in columns from the left.
    block : {"Risk of bias", "Applicability"}
    words : str
    values : tuple of (str or None), length N
    """

    x: float
    block: str
    words: str
    values: Judgements


def traffic_columns(quadas: Quadas) -> tuple[TrafficColumn, ...]:
    """Place the domains: risk of bias, overall, applicability.

    Parameters
    ----------
    quadas : Quadas
    """
    columns: list[TrafficColumn] = []
    for place, domain in enumerate(quadas.domains):
        values = quadas.judgements[f"rob_{domain}"]
        columns.append(TrafficColumn(place, "Risk of bias", domain_words(domain), values))
    at = float(len(columns))
    if columns:
        overall = domain_words(OVERALL)
        columns.append(TrafficColumn(at + _GAP / 3, "Risk of bias", overall, quadas.overall))
        at += 1 + _GAP
    for place, domain in enumerate(quadas.applicability):
        values = quadas.judgements[f"app_{domain}"]
        columns.append(TrafficColumn(at + place, "Applicability", domain_words(domain), values))
    return tuple(columns)


def plot_traffic_light(
    quadas: Quadas,
    *,
    width: float = WIDTH,
    backend: Backend = "matplotlib",
) -> az.PlotCollection:
    """Draw the judgement of every domain on every study.

    Parameters
    ----------
    quadas : Quadas
        Of `metadx.studies.quadas.quadas_of`.
    width : float
        Width in inches; the height follows from the number of studies.
    backend : {"matplotlib", "none", "plotly", "bokeh"}
        Matplotlib draws the finished figure, the others the data alone.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds the dots "low", "uncertain", "high" and "not_judged" as far as there are any,
        and their symbols, "symbol_low" and so on. Columns are those of `traffic_columns`, rows the
        studies from 0 down.

    References
    ----------
    Whiting PF, et al. QUADAS-2: a revised tool for the quality assessment of diagnostic accuracy
    studies. Ann Intern Med 2011;155:529-536.

    Examples
    --------
    >>> import metadx
    >>> from metadx.studies.quadas import quadas_of
    >>> quadas = quadas_of(metadx.load_dataset("iqcode-dementia"))
    >>> figure = plot_traffic_light(quadas, backend="none")
    >>> "symbol_high" in figure.viz
    True
    """
    columns = traffic_columns(quadas)
    heads = [column.words for column in columns]
    size = font_size(width)
    labels = [shorten(study) for study in quadas.study]
    families = families_for([*labels, quadas.title])
    with figure_style(size, families):
        top = widest(heads, size) + 3.8 * size / INCH
        height = _ROW * len(labels) + top
        pc = panel_collection([_PANEL], size=(width, height), backend=backend)
        _draw(pc, quadas, columns, size)
        legend = None
        if pc.backend == "matplotlib":
            _label(pc, columns, [drawable(label, families) for label in labels], size)
            legend = _legend(quadas, columns)
        finish_panels(
            pc, _text(quadas, columns), synthetic_note(quadas), words=labels, legend=legend
        )
    return pc


def _draw(
    pc: az.PlotCollection, quadas: Quadas, columns: tuple[TrafficColumn, ...], size: float
) -> None:
    native = spelling(pc.backend)
    area = (_DOT * _ROW * INCH) ** 2
    clip = {"clip_on": False} if pc.backend == "matplotlib" else {}
    for value, look in looks_of(quadas).items():
        cells = [
            (column.x, float(row))
            for column in columns
            for row, judged in enumerate(column.values)
            if judged == value
        ]
        if not cells:
            continue
        data = points(PAGE, *zip(*cells, strict=True))
        edge = INK if value is None else look.colour
        put(pc, sized_points, look.key, panel=_PANEL, data=data, size=np.full(len(cells), area),
            marker=native.shapes["circle"], facecolor=look.colour, edgecolor=edge, width=0.5,
            **clip)  # fmt: skip
        if look.symbol:
            label = f"symbol_{look.key}"
            put(pc, text_rows, label, panel=_PANEL, data=data, artist_dims={label: len(cells)},
                text=[look.symbol] * len(cells), color=look.ink, size=size,
                horizontal_align="center", **native.text, **native.bold)  # fmt: skip


def _label(
    pc: az.PlotCollection, columns: tuple[TrafficColumn, ...], labels: list[str], size: float
) -> None:
    ax = axes_of(pc, _PANEL)
    ax.set_xlim(columns[0].x - 0.6, columns[-1].x + 0.6)
    ax.set_ylim(len(labels) - 0.5, -0.6)
    ax.set_yticks(range(len(labels)), labels, parse_math=False)
    heads = [column.words for column in columns]
    ax.set_xticks([column.x for column in columns], heads, rotation=90)
    ax.tick_params(length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    for row in range(len(labels)):
        ax.axhline(row + 0.5, color=PALE, linewidth=0.4, zorder=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    above = widest(heads, size) * INCH + 1.5 * size
    for block in dict.fromkeys(column.block for column in columns):
        at = [column.x for column in columns if column.block == block]
        ax.annotate(
            block, ((at[0] + at[-1]) / 2, -0.6), (0, above), textcoords="offset points",
            ha="center", va="bottom", weight="bold", annotation_clip=False,
        )  # fmt: skip


def _legend(quadas: Quadas, columns: tuple[TrafficColumn, ...]) -> dict[str, Artist]:
    values = tuple(value for column in columns for value in column.values)
    shared: dict[str, Any] = {"marker": "o", "linestyle": "none", "markersize": 7}
    return {
        f"{look.symbol}  {look.words}".strip(): Line2D(
            [],
            [],
            markerfacecolor=look.colour,
            markeredgecolor=INK if value is None else look.colour,
            markeredgewidth=0.5,
            **shared,
        )
        for value, look in present(quadas, values)
    }


def _text(quadas: Quadas, columns: tuple[TrafficColumn, ...]) -> FigureText:
    count = studies_words(len(quadas.study))
    values = tuple(value for column in columns for value in column.values)
    parts = [
        opening(quadas, f"Judgements of QUADAS-{quadas.version} on {count}."),
        f"Symbols: {key_words(quadas, values)}",
    ]
    if quadas.domains:
        parts.append(overall_words(quadas))
    if quadas.applicability:
        parts.append("Applicability: concern that a study does not match the review question.")
    title = f"QUADAS-{quadas.version} judgements of each study"
    alt = spoken(quadas, *high_sentences(quadas))
    return FigureText(title, " ".join(parts), alt)
