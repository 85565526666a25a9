"""Shaded cells with words on them: what the heat maps of agreement are made of."""

from collections.abc import Sequence
from typing import Any

import arviz as az
import numpy as np
import xarray as xr
from arviz_plots.plot_collection import backend_from_object
from numpy.typing import NDArray

from metadx.estimands.logistic import FloatArray
from metadx.plots.visuals import Artist, Target

_DARKEST = (0x00, 0x3F, 0x73)  # one hue that gets darker evenly: the order survives without colour
_THIN = 0.006  # half the width of a bar without width
_TURN = 0.695  # share from which words are white
_backend_of: Any = backend_from_object


def shade(share: float) -> str:
    """Give the colour of a cell, from white (0) to dark blue (1).

    Parameters
    ----------
    share : float
        Values beyond 0 and 1 count as these.

    Examples
    --------
    >>> shade(0.0), shade(1.0)
    ('#FFFFFF', '#003F73')
    """
    share = min(max(share, 0.0), 1.0)
    mixed = (round(255 + share * (dark - 255)) for dark in _DARKEST)
    return "#" + "".join(f"{part:02X}" for part in mixed)


def ink_on(share: float) -> str:
    """Give the colour of words on a cell.

    Parameters
    ----------
    share : float
        As of `shade`.

    Examples
    --------
    >>> ink_on(0.0), ink_on(1.0)
    ('#000000', '#FFFFFF')
    """
    return "#FFFFFF" if share > _TURN else "#000000"


def draw_cells(
    pc: az.PlotCollection,
    at: tuple[str, dict[str, str], str],
    x: FloatArray,
    y: FloatArray,
    shares: FloatArray,
) -> None:
    """Draw one shaded square of width 1 around each point.

    Parameters
    ----------
    pc : arviz.PlotCollection
    at : tuple
        Name of the figure, coordinates of the plot, and name of the cells in `viz`.
    x, y : ndarray, shape (n,)
        Centres.
    shares : ndarray, shape (n,)
        How dark each is, from 0 to 1.
    """
    name, coords, label = at
    edges = np.stack([np.stack([x - 0.5, x + 0.5]), np.stack([y - 0.5, y + 0.5])])
    data = xr.Dataset({name: (("plot_axis", "edge", "cell"), edges)}, {"plot_axis": ["x", "y"]})
    pc.map(
        _shaded,
        label,
        data=data,
        coords=coords,
        artist_dims={f"{label}_cell": len(x)},
        colours=[shade(float(share)) for share in shares],
    )


def _shaded(da: xr.DataArray, target: Target, *, colours: Sequence[str]) -> Artist:
    backend = _backend_of(target)
    drawn = np.empty(len(colours), dtype=object)
    x, y = da.sel(plot_axis="x").values, da.sel(plot_axis="y").values
    for i, colour in enumerate(colours):
        low, high = np.full(2, y[0, i]), np.full(2, y[1, i])
        drawn[i] = backend.fill_between_y(x[:, i], low, high, target, color=colour)
    return drawn


def draw_blocks(
    pc: az.PlotCollection,
    at: tuple[str, dict[str, str], str],
    ends: FloatArray,
    y: FloatArray,
    *,
    half: float,
    colour: str,
) -> None:
    """Draw one bar of one colour at each height.

    Parameters
    ----------
    pc : arviz.PlotCollection
    at : tuple
        Name of the figure, coordinates of the plot, and name of the bars in `viz`.
    ends : ndarray, shape (n, 2)
        Left and right ends; a bar without width is drawn as thin as can be seen.
    y : ndarray, shape (n,)
        Heights.
    half : float
        Half of their height.
    colour : str
    """
    if not len(y):
        return
    name, coords, label = at
    thin = np.array([-_THIN, _THIN]) * (np.diff(ends, axis=1) < 2 * _THIN)
    edges = np.stack([(ends + thin).T, np.stack([y - half, y + half])])
    data = xr.Dataset({name: (("plot_axis", "edge", "cell"), edges)}, {"plot_axis": ["x", "y"]})
    dims = {f"{label}_cell": len(y)}
    pc.map(_shaded, label, data=data, coords=coords, artist_dims=dims, colours=[colour] * len(y))


def words_by_ink(shares: FloatArray) -> dict[str, NDArray[np.bool_]]:
    """Part the cells by the colour of the words on them.

    Parameters
    ----------
    shares : ndarray, shape (n,)

    Returns
    -------
    dict of str to ndarray of bool, shape (n,)
        Colours in use, and the cells of each.

    Examples
    --------
    >>> words_by_ink(np.array([0.1, 0.9]))
    {'#000000': array([ True, False]), '#FFFFFF': array([False,  True])}
    """
    inks = np.array([ink_on(float(share)) for share in shares])
    return {str(ink): inks == ink for ink in dict.fromkeys(inks)}
