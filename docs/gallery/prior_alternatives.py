"""The answer under other priors.

Whether the answer depends on the prior.

How to read it: each row is a fit under another prior that the model card declares. Rows that
agree say that the data speak.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_prior_alternatives(metadx.prior_sensitivity(fit))


if __name__ == "__main__":
    metadx.save_figure(figure(), "prior-alternatives")
