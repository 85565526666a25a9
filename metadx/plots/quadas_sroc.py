"""The summary ROC plot with the judgements of QUADAS on its studies."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import log

import arviz as az
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from metadx.errors import DataError
from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import caption_sroc, synthetic_note
from metadx.plots.figure_text import FigureText, attach
from metadx.plots.figure_words import pooled_words, spoken
from metadx.plots.fitted import FittedReview
from metadx.plots.labels import text_width
from metadx.plots.levels import some_rows
from metadx.plots.quadas_look import JudgementLook, looks_of
from metadx.plots.sroc import draw_sroc
from metadx.plots.sroc_layers import SrocLayers, placed_studies, sroc_layers
from metadx.plots.sroc_layout import LeadLegend, LegendMaker, finish_sroc
from metadx.plots.sroc_legend import columns_legend, element_legend, size_legend
from metadx.plots.sroc_square import (
    LARGEST,
    NAME,
    WIDTH,
    SrocAxis,
    circle_area,
    label_axes,
    sroc_collection,
)
from metadx.plots.style import INCH, INK, SHAPE_AREAS, Backend, figure_style, font_size
from metadx.plots.visuals import MATPLOTLIB_SHAPES, points, scalar, sized_points, spelling
from metadx.studies.quadas import Quadas, domain_words, quadas_of
from metadx.studies.quadas_columns import OVERALL
from metadx.studies.quadas_words import counts_words

_OPACITY = "B0"  # of the filling, in hexadecimal: a study under another is still seen


def plot_sroc_quadas(
    fit: FittedReview,
    domain: str | None = None,
    *,
    axis: SrocAxis = "specificity",
    prob: float = 0.95,
    regions: bool | None = None,
    curve: bool = True,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw a summary ROC plot whose studies show their risk of bias.

    The summary, its regions and the curve are those of all studies together.

    Parameters
    ----------
    fit : FittedReview
        A fit without covariates; its table has columns ``rob_*``.
    domain : str, optional
        A domain such as "index_test", or "overall"; by default the one of `telling_domain`.
    axis : {"specificity", "fpr"}
        Horizontal axis: specificity, 1 at the left, or 1 − specificity.
    prob : float
        Level of the regions and of the band around the curve.
    regions : bool, optional
        As of `metadx.plots.sroc.plot_sroc`.
    curve : bool
        Whether to draw the HSROC curve.
    backend : {"matplotlib", "none", "plotly", "bokeh"}
        Matplotlib draws the finished figure, the others the data alone.
    figsize : tuple of float, optional
        Width and height in inches; by default 5.2 wide and as high as needed.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds the studies as "studies_low", "studies_uncertain", "studies_high" and
        "studies_not_judged", the rest as of `metadx.plots.sroc.plot_sroc`.

    Raises
    ------
    DataError
        If the table has no judgements of the risk of bias, or none of that domain.

    References
    ----------
    Whiting PF, et al. QUADAS-2: a revised tool for the quality assessment of diagnostic accuracy
    studies. Ann Intern Med 2011;155:529-536.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("iqcode-dementia"), draws=1000)
    >>> figure = plot_sroc_quadas(fit, "index_test", backend="none")
    >>> "studies_low" in figure.viz and "studies_high" in figure.viz
    True
    """
    quadas = quadas_of(fit.table)  # type: ignore[arg-type]  # tables of fits carry covariates
    if quadas is None or not quadas.domains:
        raise DataError(
            "summary ROC plot by risk of bias: the table has no column of judgements; give "
            "columns such as rob_index_test with low, high or unclear."
        )
    domain = telling_domain(quadas) if domain is None else domain
    judged = quadas.of(domain)
    layers = sroc_layers(fit, prob=prob, regions=regions, curve=curve)
    none = replace(layers, studies=layers.studies[:0], participants=layers.participants[:0])
    width = WIDTH if figsize is None else figsize[0]
    diameter = LARGEST * width * INCH
    shown: list[JudgementLook] = []
    with figure_style(font_size(width)):
        pc = sroc_collection(backend, figsize)
        largest = int(layers.participants.max(initial=1))
        for value, look in looks_of(quadas).items():
            rows = np.flatnonzero([one == value for one in judged])
            studies, participants, _ = placed_studies(some_rows(fit.table, rows))
            if len(studies):
                area = circle_area(participants, diameter, largest)
                _draw_studies(pc, look, studies, area, axis)
                shown.append(look)
        draw_sroc(pc, none, axis, diameter)  # above the studies: these would hide the regions
        label_axes(pc, axis)
        base = caption_sroc(fit, layers, prob=prob, regions=regions, curve=curve)
        text = _text(fit, quadas, domain, base, prob)
        attach(pc, text)
        if pc.backend == "matplotlib":
            maker = _legends(layers, shown, domain, diameter, prob)
            finish_sroc(pc, maker, text.caption, synthetic_note(fit), figsize=figsize)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": text.caption})
    return pc


def telling_domain(quadas: Quadas) -> str:
    """Choose the domain that tells most studies apart: overall, unless it is the same for all.

    Parameters
    ----------
    quadas : Quadas

    Returns
    -------
    str
        "overall" where judgements differ in it; else the domain whose judgements have the greatest
        entropy, the first of equals.

    Examples
    --------
    >>> import metadx
    >>> from metadx.studies.quadas import quadas_of
    >>> telling_domain(quadas_of(metadx.load_dataset("iqcode-dementia")))
    'flow_timing'
    """

    def entropy(domain: str) -> float:
        counts = Counter(value for value in quadas.of(domain) if value).values()
        return -sum(n * log(n / sum(counts)) for n in counts)

    if len({*quadas.overall} - {None}) > 1:
        return OVERALL
    best = max(quadas.domains, key=entropy)
    return best if entropy(best) > 0 else OVERALL


def _draw_studies(
    pc: az.PlotCollection,
    look: JudgementLook,
    studies: FloatArray,
    area: FloatArray,
    axis: SrocAxis,
) -> None:
    x = studies[:, 1] if axis == "specificity" else 1.0 - studies[:, 1]
    clip, colour = {}, look.colour
    if pc.backend == "matplotlib":
        clip, colour = {"clip_on": False}, look.colour + _OPACITY
    area = area * SHAPE_AREAS["circle"] / SHAPE_AREAS[look.shape]
    marker = spelling(pc.backend).shapes[look.shape]
    pc.map(sized_points, f"studies_{look.key}", data=points(NAME, x, studies[:, 0]), size=area,
           marker=marker, facecolor=colour, edgecolor=INK, width=0.6, **clip)  # fmt: skip


def _legends(
    layers: SrocLayers, shown: Sequence[JudgementLook], domain: str, diameter: float, prob: float
) -> LegendMaker:
    def make(figure: Figure, size: float, room: float) -> list[LeadLegend]:
        legends: list[LeadLegend] = []
        if shown:
            entries = [
                (
                    Line2D([], [], marker=MATPLOTLIB_SHAPES[look.shape], linestyle="none",
                           markersize=6, markerfacecolor=look.colour, markeredgecolor=INK,
                           markeredgewidth=0.6),
                    look.words,
                )
                for look in shown
            ]  # fmt: skip
            left = room - text_width(_lead(domain), size) - size / INCH
            legends.append((columns_legend(figure, entries, size, left, most=4), _lead(domain)))
            per_person = diameter**2 / float(layers.participants.max())
            scale = size_legend(figure, layers.participants, per_person, size)
            legends.append((scale, f"{layers.counted.capitalize()}:"))
        elements = element_legend(figure, layers, prob, size, room)
        return legends if elements is None else [*legends, (elements, "")]

    return make


def _lead(domain: str) -> str:
    return f"Risk of bias, {domain_words(domain)}:"


def _text(fit: FittedReview, quadas: Quadas, domain: str, caption: str, prob: float) -> FigureText:
    told = f"Risk of bias, {domain_words(domain)}: {counts_words(quadas.of(domain), quadas)}."
    circles = f"Circles: studies, area proportional to the number of {fit.table.counted}."
    marks = (
        "Marks: studies, shape and colour by their risk of bias, area proportional to the number "
        f"of {fit.table.counted}. {told}"
    )
    caption = caption.replace(circles, marks) if circles in caption else f"{caption} {told}"
    caption = f"{caption} All but the marks is of all studies together."
    alt = spoken(fit, pooled_words(fit, prob), told)
    return FigureText(f"Summary ROC plot by risk of bias ({domain_words(domain)})", caption, alt)
