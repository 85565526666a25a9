"""Summary ROC plot.

The studies in ROC space, the median study, its region, the prediction region and the curve.

How to read it: the upper left corner is the perfect test. The dashed region is what is known of
the median study, the dotted one where a new study is expected; the curve shows how sensitivity
is traded for specificity.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_sroc(fit)


if __name__ == "__main__":
    metadx.save_figure(figure(), "sroc")
