"""Which figures the criticism of an analysis calls for."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from metadx.criticism.appraisal import Appraisal, Refused

type Drawing = Callable[..., Any]


def criticism_figures(appraisal: Appraisal, prob: float) -> Iterator[tuple[str, Drawing]]:
    """Yield the name of each figure of the criticism, and what draws it.

    Parameters
    ----------
    appraisal : Appraisal
        A part that was refused has no figure.
    prob : float
        Level of intervals.

    Yields
    ------
    str
        Stem of the file.
    callable
        Takes nothing but options of the figure; returns the PlotCollection.
    """
    yield from _of_studies(appraisal)
    yield from _of_models(appraisal, prob)


def _of_studies(appraisal: Appraisal) -> Iterator[tuple[str, Drawing]]:
    from metadx.plots.cumulative import plot_cumulative
    from metadx.plots.influence import plot_influence
    from metadx.plots.leave_one_out_forest import plot_leave_one_out
    from metadx.plots.outliers import plot_outliers
    from metadx.plots.predictive_checks import plot_predictive_checks
    from metadx.plots.row_parts import paged
    from metadx.plots.study_weights import plot_study_weights

    fit = appraisal.fit
    moved, odd = appraisal.influence, appraisal.outliers
    if not isinstance(appraisal.predictive, Refused):
        yield "predictive-checks", partial(plot_predictive_checks, fit, appraisal.predictive)
    if not isinstance(moved, Refused):
        if not isinstance(odd, Refused):
            yield "influence", partial(plot_influence, fit, moved, odd)
        size = len(moved.study)
        yield from paged("leave-one-out", size, partial(plot_leave_one_out, fit, moved))
    if not isinstance(odd, Refused):
        yield "outliers", partial(plot_outliers, fit, odd)
    if not isinstance(appraisal.cumulative, Refused):
        found = appraisal.cumulative
        yield from paged("cumulative", len(found.labels), partial(plot_cumulative, fit, found))
    if not isinstance(appraisal.weights, Refused):
        weights = appraisal.weights
        draw = partial(plot_study_weights, fit, weights)
        yield from paged("study-weights", len(weights.study), draw)


def _of_models(appraisal: Appraisal, prob: float) -> Iterator[tuple[str, Drawing]]:
    from metadx.plots.alternatives import plot_alternatives
    from metadx.plots.deeks_funnel import plot_deeks
    from metadx.plots.prior_alternatives import plot_prior_alternatives
    from metadx.plots.prior_posterior import plot_prior_posterior

    fit, priors = appraisal.fit, appraisal.priors
    if not isinstance(priors, Refused):
        yield "prior-posterior", partial(plot_prior_posterior, fit, power=priors.power)
        if priors.alternatives:
            yield "prior-alternatives", partial(plot_prior_alternatives, priors, prob=prob)
    if not isinstance(appraisal.alternatives, Refused):
        yield "alternatives", partial(plot_alternatives, appraisal.alternatives, prob=prob)
    if not isinstance(appraisal.deeks, Refused):
        yield "deeks-funnel", partial(plot_deeks, fit, appraisal.deeks)
