"""The calibration figure: ranks of simulated truths against the uniform distribution."""

from typing import Any

import arviz as az
import numpy as np
import xarray as xr

from metadx.plots.calibration_layout import SBC_COLUMNS, finish_calibration
from metadx.plots.calibration_panels import (
    CalibrationPanels,
    Json,
    calibration_panels,
    quantity_label,
)
from metadx.plots.evidence_captions import caption_calibration
from metadx.plots.evidence_page import PAGE_TEXT, PAGE_WIDTH
from metadx.plots.evidence_words import text_calibration
from metadx.plots.figure_text import attach
from metadx.plots.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    Backend,
    figure_style,
)
from metadx.plots.visuals import Artist, Target, band, filled, points, scalar

_NAME = "sbc"
_COLOURS = (BLUE, VERMILLION, GREEN, INK, PURPLE, ORANGE, SKY)


def plot_sbc(
    record: Json, *, prob_family: float = 0.99, backend: Backend = "matplotlib"
) -> az.PlotCollection:
    """Draw the ranks of a study of simulation-based calibration.

    One panel for each quantity, one line for each group of replications: the empirical
    distribution of the ranks less the uniform one, times the root of the number of replications,
    so that groups of any size share one scale. The band is exact (`ecdf_bands`) and as wide as
    the whole figure needs: lines of a correct engine all stay inside with probability
    `prob_family` or more.

    Parameters
    ----------
    record : mapping
        "groups": for each a "name", an "engine", the number of "replications", and "ranks": for
        each quantity how often each rank occurred.
    prob_family : float, default 0.99
        Probability that a correct engine stays inside all bands.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.

    Returns
    -------
    arviz.PlotCollection
        One plot for each "quantity". `viz` holds what was drawn: "band", "zero", "lines", and
        the text in "caption".

    Raises
    ------
    MetadxError
        If the record has no ranks, or more of them than replications.

    References
    ----------
    Säilynoja T, Bürkner PC, Vehtari A. Graphical test for discrete uniformity and its applications
    in goodness-of-fit evaluation and multiple sample comparison. Stat Comput 2022;32:32.

    Examples
    --------
    >>> group = {"name": "K = 5", "engine": "marginal", "replications": 100}
    >>> record = {"groups": [group | {"ranks": {"rho": [24, 26, 27, 23]}}]}
    >>> "lines" in plot_sbc(record, backend="none").viz
    True
    """
    panels = calibration_panels(record, prob_family)
    with figure_style(PAGE_TEXT):
        pc = _collection(panels, backend)
        _draw(pc, panels)
        text = caption_calibration(panels)
        attach(pc, text_calibration(panels, text))
        if pc.backend == "matplotlib":
            finish_calibration(pc, panels, text)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": text})
    return pc


def _collection(panels: CalibrationPanels, backend: Backend) -> az.PlotCollection:
    colours = [_COLOURS[i % len(_COLOURS)] for i in range(len(panels.groups))]
    engines = tuple(dict.fromkeys(panels.engines))
    # One engine: lines differ by their group, so that they can be told apart in grey too.
    kinds = [engines.index(engine) for engine in panels.engines]
    styles = [f"C{(place if len(engines) == 1 else kind) % 4}" for place, kind in enumerate(kinds)]
    rows = -(-len(panels.quantities) // SBC_COLUMNS)
    figure: dict[str, Any] = {"figsize": (PAGE_WIDTH, 1.5 * rows), "figsize_units": "inches"}
    if backend != "matplotlib":  # these count in pixels
        figure = {"figsize": (100 * PAGE_WIDTH, 150 * rows), "figsize_units": "dots"}
    return az.PlotCollection.wrap(
        _lines(panels).isel(plot_axis=0, point=0, drop=True).fillna(0.0),
        cols=["quantity"],
        col_wrap=SBC_COLUMNS,
        aes={"color": ["group"], "linestyle": ["group"]},
        color=colours,
        linestyle=styles,
        backend=backend,
        figure_kwargs=figure,
    )


def _lines(panels: CalibrationPanels) -> xr.Dataset:
    pair = np.stack([panels.x, panels.y], axis=2)
    dims = ("quantity", "group", "plot_axis", "point")
    coords = {
        "quantity": list(panels.quantities),
        "group": list(panels.groups),
        "plot_axis": ["x", "y"],
    }
    return xr.Dataset({_NAME: (dims, pair)}, coords)


def _draw(pc: az.PlotCollection, panels: CalibrationPanels) -> None:
    def everywhere(data: xr.Dataset) -> xr.Dataset:
        return data.expand_dims(quantity=list(panels.quantities))

    for number, one in enumerate(panels.bands):
        label = "band" if number == 0 else f"band_{number + 1}"
        data = everywhere(band(_NAME, one.x, one.bottom, one.top))
        pc.map(filled, label, data=data, ignore_aes="all", color=GREY, alpha=0.15)
    zero = everywhere(points(_NAME, [0.0, 1.0], [0.0, 0.0]))
    pc.map(az.visuals.line_xy, "zero", data=zero, ignore_aes="all", color=GREY, width=0.6)
    pc.map(az.visuals.line_xy, "lines", data=_lines(panels), width=0.9)
    words = [quantity_label(name) for name in panels.quantities]
    texts = xr.DataArray(words, dims="quantity", coords={"quantity": list(panels.quantities)})
    pc.map(_title, "title", ignore_aes="all", text=texts)


def _title(da: xr.DataArray, target: Target, *, text: xr.DataArray) -> Artist:
    return az.visuals.labelled_title(da, target, text=text.item())
