"""Prior and posterior.

What the data added to the prior, parameter by parameter.

How to read it: where the two curves lie on each other, the data said nothing. The correlation
of few studies often looks like that.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    power = metadx.prior_sensitivity(fit).power  # who speaks, by refits and by power-scaling
    return metadx.plot_prior_posterior(fit, power=power)


if __name__ == "__main__":
    metadx.save_figure(figure(), "prior-posterior")
