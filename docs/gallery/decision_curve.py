"""Decision curve.

Whether testing does more good than treating everybody or nobody.

How to read it: the threshold is the probability of disease from which you would treat. Between
the two crossings testing is the best choice; the bands say how surely.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("dvt-ultrasound")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1")
    return metadx.plot_decision_curve(fit, prevalence=0.2)


if __name__ == "__main__":
    metadx.save_figure(figure(), "decision-curve")
