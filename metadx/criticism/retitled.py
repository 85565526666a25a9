"""A refit that stands for the same review as the fit it is held against."""

from dataclasses import replace

from metadx.engines.fit import Fit


def retitled(made: Fit, own: Fit) -> Fit:
    """Give a refit the title of a fit, and its mark of synthetic data.

    Parameters
    ----------
    made : Fit
        Of a bare table, which has neither.
    own : Fit

    Returns
    -------
    Fit
    """
    return replace(
        made, title=own.title, synthetic=own.synthetic, synthetic_note=own.synthetic_note
    )
