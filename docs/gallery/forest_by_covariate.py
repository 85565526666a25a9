"""Coupled forest plot by level.

The studies under the heading of their level, each level with its own summary.

How to read it: compare the diamonds of the levels; the last rows are those of all studies together.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("iqcode-dementia")
    fit = metadx.fit(review, sens="~ iqcode_items", spec="~ iqcode_items")
    pooled = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_forest_groups(fit.groups, pooled, fit.table, about=fit)


if __name__ == "__main__":
    metadx.save_figure(figure(), "forest-by-covariate")
