"""Which figures an analysis calls for."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from metadx.engines.analysis import Analysis

type Drawing = Callable[..., Any]

_LONGEST = 40  # characters of a name in a file name: four bytes each, and folders have limits


def draw_figures(stage: Path, analysis: Analysis, prob: float, say: Callable[[str], None]) -> None:
    """Draw every figure of an analysis into a folder, each as SVG, PNG and PDF.

    Parameters
    ----------
    stage : Path
    analysis : Analysis
    prob : float
        Level of intervals, bands and regions.
    say : callable
        Told each step.
    """
    say("loading the figure library")
    from metadx.plots.save import save_figure

    for name, draw in figures_of(analysis, prob):
        say(f"drawing {name}")
        save_figure(draw(), stage / name)


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


def figures_of(analysis: Analysis, prob: float) -> Iterator[tuple[str, Drawing]]:
    """Yield the name of each figure of an analysis, and what draws it.

    Parameters
    ----------
    analysis : Analysis
    prob : float
        Level of intervals, bands and regions.

    Yields
    ------
    str
        Stem of the file.
    callable
        Takes nothing but options of the figure; returns the PlotCollection.
    """
    from metadx.plots.forest import plot_forest
    from metadx.plots.sroc import plot_sroc

    pooled, regression = analysis.pooled, analysis.regression
    yield "forest", partial(plot_forest, pooled, prob=prob)
    yield "sroc", partial(plot_sroc, pooled, prob=prob)
    if regression is None:
        return
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
