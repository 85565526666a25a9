"""Coefficients of a meta-regression.

What each covariate does to sensitivity and to specificity.

How to read it: a line that stays on one side of 0 speaks for an effect. Right of 0 the test
does better than at the reference level, or where the covariate is higher.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(review, sens="~ generation", spec="~ generation")
    return metadx.plot_coefficients(fit)


if __name__ == "__main__":
    metadx.save_figure(figure(), "coefficients")
