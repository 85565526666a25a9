"""Which figures a fit of agreement calls for."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from metadx.engines.agreement.result import AgreementFit

type Drawing = Callable[..., Any]


def agreement_figures(fit: AgreementFit, prob: float) -> Iterator[tuple[str, Drawing]]:
    """Yield the name of each figure of a fit of agreement, and what draws it.

    Parameters
    ----------
    fit : AgreementFit
    prob : float
        Level of intervals.

    Yields
    ------
    str
        Stem of the file.
    callable
        Takes nothing but options of the figure; returns the PlotCollection.
    """
    from metadx.plots.agreement_bounds import plot_agreement_bounds
    from metadx.plots.agreement_cuts import plot_cut_points
    from metadx.plots.agreement_draws import row_draws
    from metadx.plots.agreement_forest import plot_kappa_forest
    from metadx.plots.agreement_loadings import plot_reader_loadings
    from metadx.plots.agreement_ranks import plot_agreement_ranks
    from metadx.plots.agreement_table_panels import count_table_pages
    from metadx.plots.agreement_tables import plot_agreement_tables

    yield "kappa-forest", partial(plot_kappa_forest, fit, prob=prob)
    pages = count_table_pages(fit)
    for page in range(1, pages + 1):
        name = "agreement-tables" if page == 1 else f"agreement-tables-{page}"
        yield name, partial(plot_agreement_tables, fit, page=page)
    yield "cut-points", partial(plot_cut_points, fit, prob=prob)
    of_part = [row.part for row in row_draws(fit) if np.isfinite(row.kappa).all()]
    if of_part.count(False) > 1:
        yield "agreement-ranks", partial(plot_agreement_ranks, fit)
    if of_part.count(True) > 1:
        yield "agreement-ranks-parts", partial(plot_agreement_ranks, fit, family="parts")
    if pages:
        yield "agreement-bounds", partial(plot_agreement_bounds, fit, prob=prob)
    if fit.loadings is not None:
        yield "rater-loadings", partial(plot_reader_loadings, fit, prob=prob)
