"""Which figures an analysis calls for."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from metadx.engines.analysis import Analysis
from metadx.studies.covariates import Categorical

type Drawing = Callable[[], Any]


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

    for name, draw in _figures(analysis, prob):
        say(f"drawing {name}")
        save_figure(draw(), stage / name)


def slug(text: str) -> str:
    """Turn a name into part of a file name.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Letters, digits and single hyphens; never empty.

    Examples
    --------
    >>> slug("log(n) / site")
    'log-n-site'
    """
    return re.sub(r"[^\w]+", "-", text.casefold()).strip("-_") or "covariate"


def _figures(analysis: Analysis, prob: float) -> Iterator[tuple[str, Drawing]]:
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
    from metadx.plots.sroc_groups import plot_sroc_groups

    yield "coefficients", partial(plot_coefficients, regression, prob=prob)
    table, groups = regression.table, regression.groups
    for covariate in regression.design.covariates:
        name = slug(covariate)
        if isinstance(table.covariates[covariate], Categorical):
            shared: dict[str, Any] = {"covariate": covariate, "about": regression, "prob": prob}
            yield f"sroc-by-{name}", partial(plot_sroc_groups, groups, table, **shared)
            yield f"forest-by-{name}", partial(plot_forest_groups, groups, pooled, table, **shared)
        else:
            yield f"bubble-{name}", partial(plot_bubble, regression, covariate, prob=prob)
    if of := analysis.subgroups:
        draw = partial(plot_sroc_groups, of.groups, table, about=pooled, prob=prob)
        yield f"sroc-{slug(of.covariate)}-by-itself", draw
