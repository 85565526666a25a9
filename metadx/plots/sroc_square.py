"""The square of a summary ROC plot: its axes, and the scale of the studies in it."""

from typing import Any, Literal

import arviz as az
import numpy as np
import xarray as xr

from metadx.estimands.logistic import FloatArray, IntArray
from metadx.plots.style import Backend

type SrocAxis = Literal["specificity", "fpr"]

NAME = "sroc"
WIDTH = 5.2  # inches
LARGEST = 0.055  # diameter of the largest study, as a share of the width of the figure
_X_LABEL: dict[SrocAxis, str] = {"specificity": "Specificity", "fpr": "1 − specificity"}


def sroc_collection(backend: Backend, figsize: tuple[float, float] | None) -> az.PlotCollection:
    """Make an empty collection with one plot.

    Parameters
    ----------
    backend : {"matplotlib", "none", "plotly", "bokeh"}
        What draws.
    figsize : tuple of float, optional
        Width and height in inches.

    Returns
    -------
    arviz.PlotCollection
    """
    size = (WIDTH, WIDTH) if figsize is None else figsize
    if backend == "matplotlib":
        figure: dict[str, Any] = {"figsize": size, "figsize_units": "inches"}
    else:  # these count in pixels
        figure = {"figsize": (100 * size[0], 100 * size[1]), "figsize_units": "dots"}
    blank = xr.Dataset({NAME: xr.DataArray(0.0)})
    return az.PlotCollection.wrap(blank, backend=backend, figure_kwargs=figure)


def label_axes(pc: az.PlotCollection, axis: SrocAxis) -> None:
    """Name the axes and set their ends.

    Parameters
    ----------
    pc : arviz.PlotCollection
        A collection of `sroc_collection`.
    axis : {"specificity", "fpr"}
        Horizontal axis: specificity, 1 at the left, or 1 − specificity.
    """
    pc.map(az.visuals.labelled_x, "xlabel", text=_X_LABEL[axis])
    pc.map(az.visuals.labelled_y, "ylabel", text="Sensitivity")
    limits = (1.0, 0.0) if axis == "specificity" else (0.0, 1.0)
    pc.map(az.visuals.set_xlim, "xlim", limits=limits, store_artist=False)
    pc.map(az.visuals.set_ylim, "ylim", limits=(0.0, 1.0), store_artist=False)


def circle_area(participants: IntArray, diameter: float, largest: int | None = None) -> FloatArray:
    """Give each study an area proportional to its number of participants.

    Parameters
    ----------
    participants : ndarray of int, shape (n,)
        Numbers of participants.
    diameter : float
        Diameter of the largest circle, in points.
    largest : int, optional
        Number of participants of the largest circle; by default the largest of these.

    Returns
    -------
    ndarray, shape (n,)
        Squared diameters in square points, as matplotlib's `scatter` takes them.
    """
    top = participants.max(initial=1) if largest is None else largest
    return np.asarray(diameter**2 * participants / top)
