"""Cumulative meta-analysis.

How the answer came about, study by study.

How to read it: each row adds the next study in time. When the rows stop moving, further studies
of the same kind teach little.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_cumulative(fit, metadx.cumulative(review, by="year"))


if __name__ == "__main__":
    metadx.save_figure(figure(), "cumulative")
