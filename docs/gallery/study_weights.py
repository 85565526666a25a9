"""Weights of the studies.

How much each study counts, for sensitivity and for specificity.

How to read it: in per cent, for each margin. Large heterogeneity evens the weights out, so that
small studies count more than their size suggests.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_study_weights(fit, metadx.study_weights(fit))


if __name__ == "__main__":
    metadx.save_figure(figure(), "study-weights")
