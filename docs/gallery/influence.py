"""Influence of the studies.

Which studies move the answer, and which of them are odd.

How to read it: far to one side: without this study the answer would move. A study that is both
influential and unlikely deserves a second look at its report.
"""

import arviz as az

import metadx
from metadx.criticism.influence import influence
from metadx.criticism.outliers import outliers
from metadx.plots.influence import plot_influence


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    moved = influence(fit)
    return plot_influence(fit, moved, outliers(fit, moved))


if __name__ == "__main__":
    metadx.save_figure(figure(), "influence")
