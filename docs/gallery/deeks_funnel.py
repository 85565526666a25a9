"""Deeks' funnel.

Whether small studies find a better test.

How to read it: a line that leans says that they do. The test has little power where studies
differ, so that a level line proves nothing.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_deeks(fit, metadx.deeks(fit.table))


if __name__ == "__main__":
    metadx.save_figure(figure(), "deeks-funnel")
