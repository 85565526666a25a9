"""Predictive values over the prevalence.

What a result is worth, wherever the test is used.

How to read it: find your own prevalence on the axis. The strokes at the foot show the
prevalence in the studies: far from them the accuracy itself may differ.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("dvt-ultrasound")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_predictive_values(fit, prevalence=[0.1, 0.3])


if __name__ == "__main__":
    metadx.save_figure(figure(), "predictive-values")
