"""Influence of the studies.

Which studies move the answer, and which of them are odd.

How to read it: high up: without this study the answer would move. Far to the right: the other
studies do not predict it. A study that is both deserves a second look at its report.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    moved = metadx.influence(fit)
    return metadx.plot_influence(fit, moved, metadx.outliers(fit, moved))


if __name__ == "__main__":
    metadx.save_figure(figure(), "influence")
