"""Posterior predictive checks.

Whether the model can make tables like the one observed.

How to read it: the leave-one-out ranks should stay inside their band; the features of the
observed table should lie among those of tables that the model predicts.
"""

import arviz as az

import metadx
from metadx.criticism.predictive import predictive_checks
from metadx.plots.predictive_checks import plot_predictive_checks


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return plot_predictive_checks(fit, predictive_checks(fit))


if __name__ == "__main__":
    metadx.save_figure(figure(), "predictive-checks")
