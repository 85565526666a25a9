"""Which figures an analysis calls for."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from metadx.criticism.appraisal import Appraisal
from metadx.engines.analysis import Analysis
from metadx.engines.fit import Fit
from metadx.errors import MetadxError
from metadx.report.criticism_figures import criticism_figures
from metadx.report.decision import ILLUSTRATIVE_PREVALENCE
from metadx.report.figure_list import write_figure_list
from metadx.report.html.blocks import Picture
from metadx.studies.aims import LR_NEG, LR_POS, NO_AIMS, Aims
from metadx.studies.review import Review

type Drawing = Callable[..., Any]
type FigureFormat = Literal["svg", "png", "pdf"]

#: Formats of every figure of a result.
FORMATS: tuple[FigureFormat, ...] = ("svg", "png", "pdf")

_CRITICISM: tuple[FigureFormat, ...] = ("svg", "png")
_LONGEST = 40  # characters of a name in a file name: four bytes each, and folders have limits


@dataclass(frozen=True, eq=False)
class DrawnFigures:
    """The figures of a result, as a page shows them.

    Parameters
    ----------
    pictures : mapping of str to Picture
        By the stems of their files.
    missing : mapping of str to str
        Figures that could not be drawn, with the reason.
    """

    pictures: Mapping[str, Picture] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


def draw_figures(
    stage: Path,
    analysis: Analysis,
    prob: float,
    say: Callable[[str], None],
    *,
    review: Review | None = None,
    appraisal: Appraisal | None = None,
    prevalence: Sequence[float] = (),
) -> DrawnFigures:
    """Draw every figure of an analysis into a folder, each as SVG, PNG and PDF.

    The pictures have no captions: these are in `figures.txt`, numbered, as journals want them.
    Those of the criticism come as SVG and PNG: they are less often printed, and a third format
    would cost another quarter of the time.

    Parameters
    ----------
    stage : Path
    analysis : Analysis
    prob : float
        Level of intervals, bands and regions.
    say : callable
        Told each step.
    review : Review or None
        Where judgements of the risk of bias may stand.
    appraisal : Appraisal or None
        What the criticism found; without it none of its figures is drawn.
    prevalence : sequence of float
        As of `figures_of`.

    Returns
    -------
    DrawnFigures
    """
    say("loading the figure library")
    drawings = figures_of(analysis, prob, review=review, prevalence=prevalence)
    drawn = draw_all(stage, drawings, say)
    if appraisal is None:
        write_figure_list(stage, drawn.pictures)
        return drawn
    beside = replace(appraisal, fit=_beside(analysis, appraisal.fit))
    more = draw_all(stage, criticism_figures(beside, prob), say, _CRITICISM)
    pictures = {**drawn.pictures, **more.pictures}
    write_figure_list(stage, pictures)
    return DrawnFigures(pictures, {**drawn.missing, **more.missing})


def draw_all(
    stage: Path,
    drawings: Iterable[tuple[str, Drawing]],
    say: Callable[[str], None],
    formats: Sequence[FigureFormat] | None = None,
) -> DrawnFigures:
    """Draw figures into a folder.

    Parameters
    ----------
    stage : Path
    drawings : iterable of (str, callable)
        The stem of each file, and what draws the figure.
    say : callable
        Told each step.
    formats : sequence of {"svg", "png", "pdf"}, optional
        "svg" must be among them; `FORMATS` where nothing is said.

    Returns
    -------
    DrawnFigures
        A figure that its function refuses to draw is among the missing ones, with the reason.
    """
    from metadx.plots.figure_text import figure_text
    from metadx.plots.page_svg import page_svg, size_of
    from metadx.plots.save import save_for_page

    pictures: dict[str, Picture] = {}
    missing: dict[str, str] = {}
    for name, draw in drawings:
        say(f"drawing {name}")
        try:
            pc = draw()
            words = figure_text(pc)
            svg = save_for_page(pc, stage / name, formats or FORMATS, caption=False)
        except MetadxError as error:
            missing[name] = str(error)
            continue
        except OSError:  # the disk refuses: nothing that follows could be written
            raise
        except Exception as error:  # one figure must not cost the reader all the others
            missing[name] = f"the program failed ({type(error).__name__}: {error})"
            continue
        width = size_of(svg)[0]
        own = page_svg(svg, name, words.alt)
        pictures[name] = Picture(name, own, words.title, words.caption, words.alt, width)
    return DrawnFigures(pictures, missing)


def slugs(names: Sequence[str]) -> tuple[str, ...]:
    """Turn names into parts of file names, no two alike.

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    tuple of str
        Letters, digits and single hyphens; never empty nor long.

    Examples
    --------
    >>> slugs(["log(n) / site", "age = <50", "age = >50"])
    ('log-n-site', 'age-50', 'age-50-2')
    """
    found: list[str] = []
    for name in names:
        short = re.sub(r"[^\w]+", "-", name.casefold()).strip("-_")
        first = part = short[:_LONGEST].strip("-_") or "covariate"
        number = 1
        while part in found:
            number += 1
            part = f"{first}-{number}"
        found.append(part)
    return tuple(found)


def figures_of(
    analysis: Analysis,
    prob: float,
    *,
    review: Review | None = None,
    prevalence: Sequence[float] = (),
) -> Iterator[tuple[str, Drawing]]:
    """Yield the name of each figure of an analysis, and what draws it; not of its criticism.

    Parameters
    ----------
    analysis : Analysis
    prob : float
        Level of intervals, bands and regions.
    review : Review or None
        Where judgements of the risk of bias may stand.
    prevalence : sequence of float
        Prevalences between 0 and 1; the middle one is used where a figure shows one only.

    Yields
    ------
    str
        Stem of the file.
    callable
        Takes nothing but options of the figure; returns the PlotCollection.
    """
    from metadx.plots.forest import plot_forest
    from metadx.plots.row_parts import paged
    from metadx.plots.sroc import plot_sroc

    pooled, regression = _beside(analysis, analysis.pooled), analysis.regression
    size = pooled.table.n_studies
    yield from paged("forest", size, partial(plot_forest, pooled, prob=prob))
    yield "sroc", partial(plot_sroc, pooled, prob=prob)
    yield from _of_accuracy(pooled, prob, prevalence, review.aims if review else NO_AIMS)
    if regression is not None:
        yield from _of_covariates(analysis, regression, prob)
    if review is not None:
        yield from _of_quality(pooled, review, prob)


def _beside(analysis: Analysis, fit: Fit) -> Fit:
    """Let a fit without covariates say so in its captions where a regression stands beside it."""
    if analysis.regression is None or fit.design.has_covariates:
        return fit
    return replace(fit, beside=analysis.regression.design.covariates)


def _of_accuracy(
    pooled: Fit, prob: float, prevalence: Sequence[float], aims: Aims
) -> Iterator[tuple[str, Drawing]]:
    """Yield the further figures of the accuracy, and those of the decision."""
    from metadx.plots.crosshair import plot_crosshair
    from metadx.plots.decision_curve import plot_decision_curve
    from metadx.plots.fagan import plot_fagan
    from metadx.plots.likelihood_scatter import plot_likelihood_scatter
    from metadx.plots.predictive_curves import plot_predictive_values
    from metadx.plots.roc_ellipses import plot_roc_ellipses

    known = prevalence or ILLUSTRATIVE_PREVALENCE
    middle = known[len(known) // 2]
    out, into = aims.lr_neg or LR_NEG, aims.lr_pos or LR_POS
    yield "crosshair", partial(plot_crosshair, pooled, prob=prob)
    yield "roc-ellipses", partial(plot_roc_ellipses, pooled, prob=prob)
    if not all(pooled.identified):
        return
    scatter = partial(plot_likelihood_scatter, pooled, lr_neg=out, lr_pos=into, prob=prob)
    yield "likelihood-ratios", scatter
    stated = bool(prevalence)
    yield "fagan", partial(plot_fagan, pooled, middle, prob=prob, stated=stated)
    marked = tuple(prevalence)  # only those that somebody stated
    yield "predictive-values", partial(plot_predictive_values, pooled, prevalence=marked, prob=prob)
    yield "decision-curve", partial(plot_decision_curve, pooled, middle, prob=prob, stated=stated)


def _of_quality(pooled: Fit, review: Review, prob: float) -> Iterator[tuple[str, Drawing]]:
    """Yield the figures of the risk of bias, where the table has judgements."""
    from metadx.studies.quadas import quadas_of

    if (found := quadas_of(replace(review, table=pooled.table))) is None:
        return
    from metadx.plots.quadas_bars import plot_quadas_bars
    from metadx.plots.quadas_sroc import plot_sroc_quadas
    from metadx.plots.quadas_traffic import plot_traffic_light

    yield "quadas-traffic-light", partial(plot_traffic_light, found)
    yield "quadas-bars", partial(plot_quadas_bars, found)
    yield "sroc-by-risk-of-bias", partial(plot_sroc_quadas, pooled, prob=prob)


def _of_covariates(
    analysis: Analysis, regression: Fit, prob: float
) -> Iterator[tuple[str, Drawing]]:
    """Yield the figures of a regression, and of levels fitted by themselves."""
    pooled = analysis.pooled
    from metadx.plots.bubble import plot_bubble
    from metadx.plots.coefficients import plot_coefficients
    from metadx.plots.forest_groups import plot_forest_groups
    from metadx.plots.levels import levels_of
    from metadx.plots.sroc_groups import plot_sroc_groups

    yield "coefficients", partial(plot_coefficients, regression, prob=prob)
    table, groups = regression.table, regression.groups
    covariates = regression.design.covariates
    for covariate, name in zip(covariates, slugs(covariates), strict=True):
        # C(year) makes levels of a number: what has studies of its own is a level.
        if any(len(group.studies) for group in groups if group.covariate == covariate):
            shared: dict[str, Any] = {"covariate": covariate, "about": regression, "prob": prob}
            if levels_of(groups, table, covariate).any_identified:
                yield f"sroc-by-{name}", partial(plot_sroc_groups, groups, table, **shared)
            yield f"forest-by-{name}", partial(plot_forest_groups, groups, pooled, table, **shared)
        else:
            yield f"bubble-{name}", partial(plot_bubble, regression, covariate, prob=prob)
    if (of := analysis.subgroups) and levels_of(of.groups, table).any_identified:
        draw = partial(plot_sroc_groups, of.groups, table, about=pooled, prob=prob)
        yield f"sroc-{slugs([of.covariate])[0]}-by-itself", draw
