"""Summary ROC plot by level.

Two kinds of studies in one square.

How to read it: each level has a colour and a shape, its median study, regions and curve.
Regions that stay apart speak for a difference.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(review, sens="~ generation", spec="~ generation")
    return metadx.plot_sroc_groups(fit.groups, fit.table, about=fit)


if __name__ == "__main__":
    metadx.save_figure(figure(), "sroc-by-covariate")
