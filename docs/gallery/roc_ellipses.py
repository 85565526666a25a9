"""Joint regions of the studies.

What each study by itself leaves open in both margins at once.

How to read it: an outline is the region that holds the accuracy of that study with the stated
probability, from its own counts alone. Many regions that do not meet mean heterogeneity; a
single pair of many may miss by chance.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("iqcode-dementia")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_roc_ellipses(fit)


if __name__ == "__main__":
    metadx.save_figure(figure(), "roc-ellipses")
