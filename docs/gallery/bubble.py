"""Bubble plot.

Sensitivity and specificity against a number, such as the year.

How to read it: the dark band is the median study, the pale one a new study. A line that is
level within its band tells of no change.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("lung-nodules-dwi-mri")
    fit = metadx.fit(review, sens="~ year", spec="~ year")
    return metadx.plot_bubble(fit, "year")


if __name__ == "__main__":
    metadx.save_figure(figure(), "bubble")
