"""The panel of a likelihood-ratio scattergram: its quadrants, its corners and its ticks."""

from dataclasses import dataclass

import arviz as az
import numpy as np

from metadx.estimands.logistic import FloatArray
from metadx.plots.panel_page import PAGE, put
from metadx.plots.style import GREY, PALE
from metadx.plots.visuals import points, spelling, text_rows

PANEL = "likelihood ratios"
_QUADRANTS = ("Rules out and in", "Rules in", "Rules out", "Neither")
_PAD = 0.07  # of the range shown, around the marks
_MOST = 9  # ticks of one axis


@dataclass(frozen=True)
class Corners:
    """Ends of the two axes, as common logarithms.

    Parameters
    ----------
    x, y : tuple of float
    """

    x: tuple[float, float]
    y: tuple[float, float]


def padded(shown: FloatArray, cuts: FloatArray) -> Corners:
    """Find the corners of a panel around some points, with room for the words of the quadrants.

    Parameters
    ----------
    shown : ndarray, shape (n, 2)
        Common logarithms of (LR-, LR+).
    cuts : ndarray, shape (2,)
        The cuts between the quadrants, which are kept well inside.

    Returns
    -------
    Corners
    """
    low = np.minimum(shown.min(axis=0), [cuts[0] - 0.7, -0.15])
    high = np.maximum(shown.max(axis=0), [0.15, cuts[1] + 0.5])
    # One study or a very wide region must not shrink everything else to a dot.
    low, high = np.maximum(low, -4.0), np.minimum(high, 4.0)
    room = _PAD * (high - low)
    return Corners(
        (float(low[0] - room[0]), float(high[0] + room[0])),
        (float(low[1] - room[1]), float(high[1] + room[1])),
    )


def draw_quadrants(pc: az.PlotCollection, corners: Corners, cuts: FloatArray, size: float) -> None:
    """Draw the two cuts, the lines of a test that tells nothing, and name the quadrants.

    Parameters
    ----------
    pc : arviz.PlotCollection
        Of `metadx.plots.panel_page.panel_collection`, with the panel `PANEL`.
    corners : Corners
    cuts : ndarray, shape (2,)
        Common logarithms of the cuts of LR- and LR+.
    size : float
        Font size in points.
    """
    (left, right), (foot, top) = corners.x, corners.y
    for label, x, y, colour, style in (
        ("none_neg", (0.0, 0.0), (foot, top), PALE, "C0"),
        ("none_pos", (left, right), (0.0, 0.0), PALE, "C0"),
        ("cut_neg", (float(cuts[0]),) * 2, (foot, top), GREY, "C3"),
        ("cut_pos", (left, right), (float(cuts[1]),) * 2, GREY, "C3"),
    ):
        put(pc, az.visuals.line_xy, label, panel=PANEL, data=points(PAGE, x, y), width=0.7,
            color=colour, linestyle=style)  # fmt: skip
    inset = 0.015 * (right - left), 0.03 * (top - foot)
    # In the outer corners, where marks are rarest.
    ends = {"left": left + inset[0], "right": right - inset[0]}
    heights = (top - inset[1], top - inset[1], foot + inset[1], foot + inset[1])
    sides = ("left", "right", "left", "right")
    for number, (words, side, at) in enumerate(zip(_QUADRANTS, sides, heights, strict=True), 1):
        look = {**spelling(pc.backend).text, "size": size, "color": GREY, "horizontal_align": side}
        pc.map(text_rows, f"quadrant_{number}", data=points(PAGE, [ends[side]], [at]),
               coords={"panel": PANEL}, artist_dims={f"quadrant_{number}_row": 1}, text=[words],
               **look)  # fmt: skip


def log_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Place ticks on a logarithmic axis and write their numbers.

    Parameters
    ----------
    low, high : float
        Ends of the axis, as common logarithms.

    Returns
    -------
    places : list of float
    labels : list of str

    Examples
    --------
    >>> log_ticks(-0.1, 1.2)[0][0], log_ticks(-1.1, 0.2)[1]
    (0.0, ['0.1', '0.2', '0.5', '1'])
    >>> log_ticks(-3.2, 3.1)[1]
    ['0.001', '0.01', '0.1', '1', '10', '100', '1000']
    """
    decades = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    for steps in ((1, 2, 5), (1,)):
        values = [step * 10.0**decade for decade in decades for step in steps]
        inside = [value for value in values if low <= np.log10(value) <= high]
        if len(inside) <= _MOST:
            break
    return [float(np.log10(value)) for value in inside], [f"{value:.10g}" for value in inside]


def quadrant_words(studies: FloatArray, cuts: FloatArray) -> str:
    """Count the studies in each quadrant; nothing where there are none.

    Parameters
    ----------
    studies : ndarray, shape (n, 2)
        Common logarithms of the observed (LR-, LR+).
    cuts : ndarray, shape (2,)

    Returns
    -------
    str

    Examples
    --------
    >>> quadrant_words(np.array([[-2.0, 0.5], [-0.5, 2.0], [-0.5, 0.1]]), np.array([-1.0, 1.0]))
    'Of 3 studies 0 rule out and in, 1 in alone, 1 out alone and 1 neither.'
    """
    if not len(studies):
        return ""
    out, into = studies[:, 0] < cuts[0], studies[:, 1] > cuts[1]
    counts = [int(np.sum(x)) for x in (out & into, into & ~out, out & ~into, ~out & ~into)]
    count = "1 study" if len(studies) == 1 else f"{len(studies)} studies"
    return (
        f"Of {count} {counts[0]} rule out and in, {counts[1]} in alone, {counts[2]} out alone and "
        f"{counts[3]} neither."
    )
