"""The summary ROC plot of several levels of a covariate, one over the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import arviz as az
import numpy as np

from metadx.errors import MetadxError
from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import synthetic_note
from metadx.plots.figure_text import attach
from metadx.plots.fitted import CountTable, Described, StudyGroup
from metadx.plots.group_captions import by_words, caption_sroc_groups
from metadx.plots.levels import levels_of
from metadx.plots.regression_words import text_sroc_groups
from metadx.plots.sroc_group_layers import LevelLayers, SrocGroupLayers, sroc_group_layers
from metadx.plots.sroc_group_legend import level_labels, sroc_group_legends
from metadx.plots.sroc_layout import finish_sroc
from metadx.plots.sroc_square import (
    LARGEST,
    NAME,
    WIDTH,
    SrocAxis,
    circle_area,
    label_axes,
    sroc_collection,
)
from metadx.plots.style import (
    GREY,
    INCH,
    SHAPE_AREAS,
    Backend,
    figure_style,
    font_size,
    level_look,
)
from metadx.plots.visuals import points, scalar, sized_points, spelling

_SUMMARY = 0.021  # diameter of a median study, as a share of the width of the figure


@dataclass(frozen=True)
class Untitled:
    """A review of which a figure says nothing."""

    title: str = ""
    synthetic: bool = False


def plot_sroc_groups(
    groups: Sequence[StudyGroup],
    table: CountTable,
    *,
    covariate: str | None = None,
    about: Described | None = None,
    axis: SrocAxis = "specificity",
    prob: float = 0.95,
    regions: bool | None = None,
    prediction: bool | None = None,
    curve: bool = True,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the summary ROC plots of several levels of a covariate in one square.

    Parameters
    ----------
    groups : sequence of StudyGroup
        The levels of a covariate: `Fit.groups`, or groups of separate fits; in the order of the
        legend.
    table : CountTable
        The studies that the groups count.
    covariate : str, optional
        Which covariate, where the groups are of several.
    about : Described, optional
        The fit that the groups come from: its title, its mark of synthetic data, its card and its
        formulas stand in the caption.
    axis : {"specificity", "fpr"}, default "specificity"
        Horizontal axis: specificity, 1 at the left, or 1 − specificity.
    prob : float, default 0.95
        Level of the regions.
    regions : bool, optional
        Whether to draw regions; by default with up to 6 levels, for every level except those with
        less than 3 studies that have both arms, which the caption names.
    prediction : bool, optional
        Whether the prediction regions are among them; by default with up to 3 levels.
    curve : bool, default True
        Whether to draw the HSROC curves, each over the false-positive rates above 0 that the
        studies of its level observed.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width and height in inches; by default 5.2 wide and as high as needed.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds what was drawn, numbered from 1 in the order of the levels: "studies_1",
        "summary_1", "credible_region_1", "prediction_region_1", "curve_1"; "other_studies" of no
        level; and the text in "caption".

    Raises
    ------
    MetadxError
        If there is no group, the groups are of several covariates, a study is in two of them, or
        no level has both sensitivity and specificity identified.

    References
    ----------
    Deeks JJ, Bossuyt PM, Leeflang MM, Takwoingi Y (editors). Cochrane Handbook for Systematic
    Reviews of Diagnostic Test Accuracy, version 2.0. Cochrane, 2023: investigating heterogeneity.

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("anti-ccp")
    >>> fit = metadx.fit(review, sens="~ generation", spec="~ generation", draws=1000)
    >>> figure = metadx.plot_sroc_groups(fit.groups, fit.table, about=fit, backend="none")
    >>> [name for name in figure.viz.children if name.startswith("summary")]
    ['summary_1', 'summary_2']
    """
    about = Untitled() if about is None else about
    levels = levels_of(groups, table, covariate)
    if not levels.any_identified:
        raise MetadxError(
            f"summary ROC plot {by_words(levels)}: found no level with {table.counted} in "
            "both arms; wanted is at least one level for which sensitivity and specificity are "
            "identified."
        )
    layers = sroc_group_layers(
        levels, table, prob=prob, regions=regions, prediction=prediction, curve=curve
    )
    width = WIDTH if figsize is None else figsize[0]
    diameter = LARGEST * width * INCH
    with figure_style(font_size(width)):
        pc = sroc_collection(backend, figsize)
        _draw(pc, layers, axis, width)
        label_axes(pc, axis)
        text = caption_sroc_groups(
            levels, layers, about, prob=prob, regions=regions, prediction=prediction, curve=curve
        )
        attach(pc, text_sroc_groups(levels, about, text, prob))
        if pc.backend == "matplotlib":
            areas = circle_area(layers.participants, diameter)
            legends = sroc_group_legends(layers, areas, levels.covariate, prob)
            words = [*level_labels(layers), levels.covariate]
            mark = synthetic_note(about)
            finish_sroc(pc, legends, text, mark, words=words, figsize=figsize)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": text})
    return pc


def _draw(pc: az.PlotCollection, layers: SrocGroupLayers, axis: SrocAxis, width: float) -> None:
    def across(spec: FloatArray) -> FloatArray:
        return spec if axis == "specificity" else 1.0 - spec

    def line(
        label: str, number: int, outline: tuple[FloatArray, FloatArray], **look: object
    ) -> None:
        sens, spec = outline
        data, colour = points(NAME, across(spec), sens), level_look(number)[0]
        pc.map(az.visuals.line_xy, f"{label}_{number + 1}", data=data, color=colour, **look)

    # Layer by layer and not level by level: no region may cover another level's median study.
    for number, level in enumerate(layers.levels):
        for label, region, style in (
            ("prediction_region", level.prediction, "C2"),
            ("credible_region", level.credible, "C1"),
        ):
            if region is not None:
                line(label, number, (region[:, 0], region[:, 1]), linestyle=style, width=1.1)
        if level.curve is not None:
            curve = (level.curve.median, 1.0 - level.curve.fpr)
            line("curve", number, curve, linestyle="C0", width=1.3)
    largest = int(layers.participants.max(initial=1))
    clip = {"clip_on": False} if pc.backend == "matplotlib" else {}
    native = spelling(pc.backend)
    look = {"facecolor": native.hollow, "width": 0.7, **clip}
    if len(layers.rest):
        data = points(NAME, across(layers.rest[:, 1]), layers.rest[:, 0])
        size = circle_area(layers.rest_participants, LARGEST * width * INCH, largest)
        pc.map(sized_points, "other_studies", data=data, size=size, edgecolor=GREY, **look)
    for number, level in enumerate(layers.levels):
        colour, shape = level_look(number)
        if len(level.studies):
            data = points(NAME, across(level.studies[:, 1]), level.studies[:, 0])
            size = circle_area(level.participants, LARGEST * width * INCH, largest)
            size = size * SHAPE_AREAS["circle"] / SHAPE_AREAS[shape]
            pc.map(sized_points, f"studies_{number + 1}", data=data, size=size,
                   marker=native.shapes[shape], edgecolor=colour, **look)  # fmt: skip
    for number, level in enumerate(layers.levels):
        _draw_summary(pc, level, number, across(level.summary[1:2, 1]), _SUMMARY * width * INCH)


def _draw_summary(
    pc: az.PlotCollection, level: LevelLayers, number: int, x: FloatArray, diameter: float
) -> None:
    if np.isnan(level.summary).any():
        return
    colour, shape = level_look(number)
    size = np.array([diameter**2 * SHAPE_AREAS["circle"] / SHAPE_AREAS[shape]])
    marker = spelling(pc.backend).shapes[shape]
    data = points(NAME, x, level.summary[1:2, 0])
    pc.map(sized_points, f"summary_{number + 1}", data=data, size=size, marker=marker,
           facecolor=colour, edgecolor="#FFFFFF", width=0.6)  # fmt: skip
