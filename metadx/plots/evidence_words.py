"""Titles, captions and spoken findings of the evidence figures."""

from collections.abc import Sequence

import numpy as np

from metadx.plots.calibration_panels import CalibrationPanels
from metadx.plots.coverage_rows import CoverageRows
from metadx.plots.evidence_captions import listed
from metadx.plots.figure_text import FigureText
from metadx.plots.style import percent

_SIMULATED = "Simulated data."


def text_calibration(panels: CalibrationPanels, caption: str) -> FigureText:
    """Give the words of a calibration figure.

    Parameters
    ----------
    panels : CalibrationPanels
        What it shows.
    caption : str
        Of `metadx.plots.evidence_captions.caption_calibration`.

    Returns
    -------
    FigureText
    """
    inside = sum(verdict.inside for verdict in panels.verdicts.values())
    alt = (
        f"{_SIMULATED} {inside} of {len(panels.verdicts)} lines of ranks stay inside the "
        f"simultaneous {percent(panels.prob_family)} bands of a correct engine."
    )
    return FigureText("Simulation-based calibration", caption, alt)


def text_coverage(
    rows: CoverageRows, names: Sequence[str], caption: str, prob: float
) -> FigureText:
    """Give the words of a coverage figure.

    Parameters
    ----------
    rows : CoverageRows
        What it shows.
    names : sequence of str
        Names of the methods for the reader.
    caption : str
        Of `metadx.plots.evidence_captions.caption_coverage`.
    prob : float
        Probability of the intervals.

    Returns
    -------
    FigureText
    """
    parts = []
    for name, shares in zip(names, rows.values["median"], strict=True):
        known = shares[~np.isnan(shares)]
        if known.size:
            parts.append(f"{name} {percent_range(float(known.min()), float(known.max()))}")
    told = listed(parts) if parts else "none known"
    alt = (
        f"{_SIMULATED} Coverage of {percent(prob)} intervals for the median study over "
        f"{len(rows.name)} {'truth' if len(rows.name) == 1 else 'truths'}: {told}."
    )
    return FigureText("Coverage and width of intervals", caption, alt)


def percent_range(low: float, high: float) -> str:
    """Write a range of shares.

    Examples
    --------
    >>> percent_range(0.9321, 0.962), percent_range(0.95, 0.95)
    ('93.2% to 96.2%', '95.0%')
    """
    ends = f"{100 * low:.1f}%", f"{100 * high:.1f}%"
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
