"""Posterior predictive checks.

Whether the model can make tables like the one observed.

How to read it: the leave-one-out ranks should stay inside their band; the features of the
observed table should lie among those of tables that the model predicts.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_predictive_checks(fit, metadx.predictive_checks(fit))


if __name__ == "__main__":
    metadx.save_figure(figure(), "predictive-checks")
