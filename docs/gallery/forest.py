"""Coupled forest plot.

The counts, sensitivity and specificity of every study, and what they come to.

How to read it: each study has a row, with the same row for both margins. The diamond is the
median study; the open bar is where a new study is expected, and it is the wider of the two for
a reason: studies differ.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_forest(fit)


if __name__ == "__main__":
    metadx.save_figure(figure(), "forest")
