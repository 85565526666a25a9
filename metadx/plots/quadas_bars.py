"""Stacked bars: the share of studies, or of their weight, with each judgement of QUADAS."""

from collections.abc import Sequence
from dataclasses import dataclass

import arviz as az
import numpy as np
from matplotlib.patches import Patch

from metadx.errors import DataError
from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.labels import text_width, widest
from metadx.plots.notes import EDGE
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.quadas_look import JudgementLook, key_words, looks_of, overall_words, present
from metadx.plots.quadas_traffic import WIDTH, traffic_columns
from metadx.plots.style import INK, Backend, figure_style, font_size
from metadx.plots.visuals import band, filled, points, spelling, text_rows
from metadx.studies.quadas import Judgements, Quadas
from metadx.studies.quadas_words import high_sentences

_PANELS = {"Risk of bias": "Risk of bias", "Applicability": "Concern about applicability"}
_BAR = 0.36  # half the height of a bar, in rows
_ROW = 0.26  # inches
_PADDING = 0.04  # inches beside a number in its part


@dataclass(frozen=True)
class Bar:
    """A bar of the figure.

    Parameters
    ----------
    y : float
        Its middle, in rows from the top.
    block : {"Risk of bias", "Applicability"}
    words : str
        The domain.
    shares : dict of (str or None) to float
        Share of the studies, or of their weight, with each judgement.
    """

    y: float
    block: str
    words: str
    shares: dict[str | None, float]


def quadas_bars(
    quadas: Quadas, weights: Sequence[float] | FloatArray | None = None
) -> tuple[Bar, ...]:
    """Work out the bars: risk of bias with the overall judgement last, then applicability.

    Parameters
    ----------
    quadas : Quadas
    weights : array_like, shape (N,), optional
        Weight of each study; by default every study counts the same.

    Raises
    ------
    DataError
        If the weights are not one number from 0 up for each study, or add up to 0.

    Examples
    --------
    >>> import metadx
    >>> from metadx.studies.quadas import quadas_of
    >>> bars = quadas_bars(quadas_of(metadx.load_dataset("iqcode-dementia")))
    >>> bars[4].words, round(bars[4].shares["high"], 3)
    ('overall', 1.0)
    """
    count = len(quadas.study)
    share = np.ones(count) if weights is None else np.asarray(weights, dtype=np.float64)
    if share.shape != (count,) or not np.isfinite(share).all() or (share < 0).any():
        raise DataError(f"weights: wanted one number from 0 up for each of {count} studies.")
    if not share.sum():
        raise DataError("weights: all of them are 0; wanted at least one study with a weight.")
    share = share / share.sum()
    bars: list[Bar] = []
    y = 0.0
    for column in traffic_columns(quadas):
        if not bars or column.block != bars[-1].block:
            y += 1.0  # the heading of the block
        told = {value: _share(column.values, value, share) for value in looks_of(quadas)}
        bars.append(Bar(y, column.block, column.words, told))
        y += 1.0
    return tuple(bars)


def plot_quadas_bars(
    quadas: Quadas,
    *,
    weights: Sequence[float] | FloatArray | None = None,
    weight_words: str = "their weight",
    width: float = WIDTH,
    backend: Backend = "matplotlib",
) -> az.PlotCollection:
    """Draw how many studies have which judgement in each domain, as stacked bars.

    Parameters
    ----------
    quadas : Quadas
        Of `metadx.studies.quadas.quadas_of`.
    weights : array_like, shape (N,), optional
        Weight of each study, such as its participants; by default every study counts the same.
    weight_words : str
        What the weights are, for axis and caption.
    width : float
        Width in inches; the height follows from the number of domains.
    backend : {"matplotlib", "none", "plotly", "bokeh"}
        Matplotlib draws the finished figure, the others the data alone.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds for each bar, numbered from 1, its parts such as "high_1", and "numbers".

    Raises
    ------
    DataError
        If the weights do not fit the studies.

    References
    ----------
    Whiting PF, et al. QUADAS-2: a revised tool for the quality assessment of diagnostic accuracy
    studies. Ann Intern Med 2011;155:529-536.

    Examples
    --------
    >>> import metadx
    >>> from metadx.studies.quadas import quadas_of
    >>> quadas = quadas_of(metadx.load_dataset("iqcode-dementia"))
    >>> figure = plot_quadas_bars(quadas, backend="none")
    >>> "high_5" in figure.viz
    True
    """
    bars = quadas_bars(quadas, weights)
    what = "studies" if weights is None else weight_words
    size = font_size(width)
    with figure_style(size):
        height = _ROW * (bars[-1].y + 1.2) + 0.45
        pc = panel_collection(["bars"], size=(width, height), backend=backend)
        room = width - widest([bar.words for bar in bars], size) - 3 * EDGE - 0.1
        _draw(pc, quadas, bars, size, room)
        values = tuple(value for column in traffic_columns(quadas) for value in column.values)
        legend = None
        if pc.backend == "matplotlib":
            _label(pc, bars, what)
            legend = {
                f"{look.symbol}  {look.words}".strip(): Patch(
                    facecolor=look.colour, edgecolor=INK, linewidth=0.4
                )
                for _, look in present(quadas, values)
            }
        text = _text(quadas, values, what)
        finish_panels(pc, text, synthetic_note(quadas), words=[what], legend=legend)
    return pc


def _share(values: Judgements, value: str | None, share: FloatArray) -> float:
    return float(sum(part for judged, part in zip(values, share, strict=True) if judged == value))


def _draw(
    pc: az.PlotCollection, quadas: Quadas, bars: Sequence[Bar], size: float, room: float
) -> None:
    """Draw bars that are `room` inches long."""
    native = spelling(pc.backend)
    edge = {"edgecolor": INK, "linewidth": 0.4} if pc.backend == "matplotlib" else {}
    numbers: dict[str, list[tuple[float, float, str, JudgementLook]]] = {}
    for number, bar in enumerate(bars, 1):
        left = 0.0
        for value, look in looks_of(quadas).items():
            part = bar.shares[value]
            if part <= 0:
                continue
            ends = np.array([left, left + part])
            data = band(PAGE, ends, np.full(2, bar.y - _BAR), np.full(2, bar.y + _BAR))
            put(pc, filled, f"{look.key}_{number}", panel="bars", data=data, color=look.colour,
                alpha=1.0, **edge)  # fmt: skip
            written = f"{look.symbol} {100 * part:.0f}%".strip()
            if text_width(written, size - 1) + _PADDING <= part * room:
                numbers.setdefault(look.key, []).append((left + part / 2, bar.y, written, look))
            left += part
    for key, parts in numbers.items():
        x, y, words, looks = zip(*parts, strict=True)
        put(pc, text_rows, f"numbers_{key}", panel="bars", data=points(PAGE, x, y), text=words,
            artist_dims={f"numbers_{key}": len(words)}, color=looks[0].ink, size=size - 1,
            horizontal_align="center", **native.text)  # fmt: skip


def _label(pc: az.PlotCollection, bars: Sequence[Bar], what: str) -> None:
    ax = axes_of(pc, "bars")
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(bars[-1].y + 0.6, bars[0].y - 1.6)
    ax.set_yticks([bar.y for bar in bars], [bar.words for bar in bars])
    ax.tick_params(axis="y", length=0)
    ax.set_xticks(np.linspace(0, 1, 6), [f"{x:.0f}" for x in np.linspace(0, 100, 6)])
    ax.set_xlabel(f"% of {what}", parse_math=False)
    for spine in ("left", "right", "top"):
        ax.spines[spine].set_visible(False)
    for block in dict.fromkeys(bar.block for bar in bars):
        first = next(bar.y for bar in bars if bar.block == block)
        ax.text(0.0, first - 0.85, _PANELS[block], weight="bold", va="center_baseline")


def _text(quadas: Quadas, values: Judgements, what: str) -> FigureText:
    count = studies_words(len(quadas.study))
    parts = [
        opening(quadas, f"Judgements of QUADAS-{quadas.version} on {count}, per cent of {what}."),
        f"Symbols: {key_words(quadas, values)}",
    ]
    if quadas.domains:
        parts.append(overall_words(quadas))
    title = f"QUADAS-{quadas.version} judgements by domain"
    return FigureText(title, " ".join(parts), spoken(quadas, *high_sentences(quadas)))
