"""Traffic light of the risk of bias.

The judgement of every domain on every study.

How to read it: one row a study, one column a domain. Colour and sign say the same, so that it
can be read in grey.
"""

import arviz as az

import metadx


def figure() -> az.PlotCollection:
    """Draw it."""
    review = metadx.load_dataset("iqcode-dementia")
    judged = metadx.quadas_of(review)
    assert judged is not None  # the table has columns rob_* and app_*
    return metadx.plot_traffic_light(judged)


if __name__ == "__main__":
    metadx.save_figure(figure(), "quadas-traffic-light")
