"""Outliers in ROC space.

Studies that the others do not predict, in both margins at once.

How to read it: a study may be ordinary in sensitivity and in specificity and still be odd as a
pair. The marked ones are those whose two-dimensional predictive probability is small.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_outliers(fit, metadx.outliers(fit))


if __name__ == "__main__":
    metadx.save_figure(figure(), "outliers")
