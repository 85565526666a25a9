"""Ticks that are settled before a figure is laid out, so that nothing moves when it is drawn."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator


def settle_ticks(ax: Axes, which: Literal["x", "y"], most: int) -> None:
    """Put round ticks inside the present limits of an axis, and keep these limits.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Limits set, or data drawn.
    which : {"x", "y"}
    most : int
        Most intervals between ticks.
    """
    low, high = ax.get_xlim() if which == "x" else ax.get_ylim()
    values = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    inside = [float(v) for v in np.round(values, 9) + 0.0 if low <= v <= high]
    words = [f"{value:g}".replace("-", "−") for value in inside]
    if which == "x":
        ax.set_xticks(inside, words)
        ax.set_xlim(low, high)
    else:
        ax.set_yticks(inside, words)
        ax.set_ylim(low, high)
