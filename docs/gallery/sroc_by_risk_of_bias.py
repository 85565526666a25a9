"""Summary ROC plot by risk of bias.

Whether the studies of high risk of bias are those that praise the test.

How to read it: look whether the marks of high risk gather on one side. A difference in position
is no proof: few studies and many domains make patterns by chance.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("iqcode-dementia")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_sroc_quadas(fit)


if __name__ == "__main__":
    metadx.save_figure(figure(), "sroc-by-risk-of-bias")
