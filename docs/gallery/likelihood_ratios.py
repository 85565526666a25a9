"""Likelihood-ratio scattergram.

Which studies, and the test as a whole, rule in or rule out.

How to read it: left of the upright line a negative result rules out, above the level line a
positive result rules in. The square with its region says on which side the median study lies,
and how surely.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("adnexal-adnex")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_likelihood_scatter(fit)


if __name__ == "__main__":
    metadx.save_figure(figure(), "likelihood-ratios")
