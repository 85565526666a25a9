"""Fagan nomogram.

From the probability before the test to the probability after it.

How to read it: start at the left with the probability in your own setting, follow a line
through the likelihood ratio, and read the probability after a positive and after a negative
result. The bands carry the uncertainty along.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("dvt-ultrasound")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_fagan(fit, prevalence=0.2)


if __name__ == "__main__":
    metadx.save_figure(figure(), "fagan")
