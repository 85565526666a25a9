"""Risk of bias in bars.

How many studies have which judgement.

How to read it: one bar a domain; risk of bias and applicability side by side.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("iqcode-dementia")
    judged = metadx.quadas_of(review)
    assert judged is not None  # the table has columns rob_* and app_*
    return metadx.plot_quadas_bars(judged)


if __name__ == "__main__":
    metadx.save_figure(figure(), "quadas-bars")
