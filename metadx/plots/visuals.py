"""Visuals that ArviZ does not have, and how each backend spells the ones it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from arviz_plots.plot_collection import backend_from_object

from metadx.estimands.logistic import FloatArray
from metadx.plots.style import SHAPE_AREAS, Shape

# Every backend has its own classes of plots and of what is drawn on them.
type Target = Any
type Artist = Any

_backend_of: Any = backend_from_object


@dataclass(frozen=True)
class Spelling:
    """Names that differ between backends.

    Parameters
    ----------
    hollow : str or None
        The colour of a marker without a filling.
    shapes : mapping of str to str
        Names of the markers.
    text : dict
        Arguments of a row of text: labels are no formulas, and stand level with the marks.
    bold : dict
        Further arguments of a row of bold text, where there is such a thing.
    """

    hollow: str | None
    shapes: Mapping[Shape, str]
    text: dict[str, Any]
    bold: dict[str, Any]

    @property
    def square(self) -> str:
        """Name of the square marker."""
        return self.shapes["square"]


def _named(*markers: str) -> dict[Shape, str]:
    return dict(zip(SHAPE_AREAS, markers, strict=True))


MATPLOTLIB_SHAPES = _named("o", "s", "^", "D", "v", "P", "X", "p")
_PLOTLY_SHAPES = _named("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x",
                        "pentagon")  # fmt: skip
_BOKEH_SHAPES = _named("circle", "square", "triangle", "diamond", "inverted_triangle", "plus", "x",
                       "hex")  # fmt: skip


def spelling(backend: str) -> Spelling:
    """Look up how a backend spells markers, hollow fillings and plain text."""
    if backend == "plotly":
        return Spelling("rgba(0,0,0,0)", _PLOTLY_SHAPES, {"vertical_align": "middle"}, {})
    if backend == "bokeh":
        return Spelling(None, _BOKEH_SHAPES, {"vertical_align": "middle"}, {})
    text = {"vertical_align": "center_baseline", "parse_math": False}
    return Spelling("none", MATPLOTLIB_SHAPES, text, {"weight": "bold"})


def points(
    name: str, x: Sequence[float] | FloatArray, y: Sequence[float] | FloatArray
) -> xr.Dataset:
    """Put coordinates in the form that ArviZ's visuals read.

    Parameters
    ----------
    name : str
        Name of the variable.
    x, y : array_like, shape (n,)
        Coordinates.

    Returns
    -------
    xarray.Dataset
        One variable with the dimensions "plot_axis" (x, y) and "point".
    """
    pair = np.stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)])
    return xr.Dataset({name: (("plot_axis", "point"), pair)}, coords={"plot_axis": ["x", "y"]})


def band(
    name: str,
    x: Sequence[float] | FloatArray,
    bottom: Sequence[float] | FloatArray,
    top: Sequence[float] | FloatArray,
) -> xr.Dataset:
    """Put the outline of a filled band in the form that ArviZ's `fill_between_y` reads.

    Parameters
    ----------
    name : str
        Name of the variable.
    x, bottom, top : array_like, shape (n,)
        The band between two heights at each x.

    Returns
    -------
    xarray.Dataset
        One variable with the dimensions "kwarg" (x, y_bottom, y_top) and "point".
    """
    rows = np.stack([np.asarray(row, dtype=np.float64) for row in (x, bottom, top)])
    return xr.Dataset(
        {name: (("kwarg", "point"), rows)}, coords={"kwarg": ["x", "y_bottom", "y_top"]}
    )


def scalar(value: object) -> xr.DataArray:
    """Wrap one object, such as a text or a dictionary, as `PlotCollection.viz` stores it."""
    return xr.DataArray(np.array(value, dtype=object))


def filled(da: xr.DataArray, target: Target, **kwargs: object) -> Artist:
    """Fill between two heights; as ArviZ's `fill_between_y`, which has no outline to switch off."""
    values = {key: da.sel(kwarg=key).values for key in ("x", "y_bottom", "y_top")}
    backend = _backend_of(target)
    return backend.fill_between_y(
        values["x"], values["y_bottom"], values["y_top"], target, **kwargs
    )


def sized_points(da: xr.DataArray, target: Target, *, size: FloatArray, **kwargs: object) -> Artist:
    """Draw points whose area is given in square points; bokeh takes one diameter at a time."""
    backend = _backend_of(target)
    x, y = da.sel(plot_axis="x").values, da.sel(plot_axis="y").values
    if _backend_of(target, return_module=False) != "bokeh":
        return backend.scatter(x, y, target, size=size, **kwargs)
    drawn = None
    for here, there, area in zip(x, y, size, strict=True):
        drawn = backend.scatter(here, there, target, size=float(area) ** 0.5, **kwargs)
    return drawn


def text_rows(da: xr.DataArray, target: Target, *, text: Sequence[str], **kwargs: object) -> Artist:
    """Write one text at each point.

    Parameters
    ----------
    da : xarray.DataArray
        Coordinates with the dimensions "plot_axis" and "point".
    target : Target
        The plot.
    text : sequence of str
        As many texts as points.
    **kwargs
        Passed to the backend's `text`.

    Returns
    -------
    ndarray of object, shape (n,)
        The texts drawn.
    """
    backend = _backend_of(target)
    x, y = da.sel(plot_axis="x").values, da.sel(plot_axis="y").values
    drawn = np.empty(len(text), dtype=object)
    for i, (here, there, words) in enumerate(zip(x, y, text, strict=True)):
        drawn[i] = backend.text(here, there, words, target, **kwargs)
    return drawn
