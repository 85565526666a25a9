"""The answer under other models.

Whether the answer depends on the model.

How to read it: each row is another model: heavy tails, other links, no correlation, no
heterogeneity. The right side says which of them predicts the studies best.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_alternatives(metadx.model_alternatives(fit))


if __name__ == "__main__":
    metadx.save_figure(figure(), "alternatives")
