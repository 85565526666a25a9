"""Deeks' funnel.

Whether small studies find a better test.

How to read it: a line that leans says that they do. The test has little power where studies
differ, so that a level line proves nothing.
"""

import arviz as az

import metadx
from metadx.criticism.small_studies import deeks
from metadx.plots.deeks_funnel import plot_deeks


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return plot_deeks(fit, deeks(fit.table))


if __name__ == "__main__":
    metadx.save_figure(figure(), "deeks-funnel")
