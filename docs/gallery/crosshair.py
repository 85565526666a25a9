"""Crosshair plot.

How precise each study is, in both directions of ROC space.

How to read it: long arms belong to small studies. Of many crosses a few miss each other by chance;
many that share no level of sensitivity, or of specificity, mean heterogeneity.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("iqcode-dementia")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_crosshair(fit)


if __name__ == "__main__":
    metadx.save_figure(figure(), "crosshair")
