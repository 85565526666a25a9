"""Leave-one-out forest.

The answer without each study, from exact refits.

How to read it: every row is a fit of its own without that study. Rows that stay where all
studies are say that no single study decides.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("telomerase")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_leave_one_out(fit, metadx.influence(fit))


if __name__ == "__main__":
    metadx.save_figure(figure(), "leave-one-out")
