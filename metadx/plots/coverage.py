"""The coverage figure: how often intervals hold the truth, and how wide they are, cell by cell."""

from collections.abc import Mapping, Sequence
from typing import Any

import arviz as az
import numpy as np
import xarray as xr

from metadx.errors import MetadxError
from metadx.plots.coverage_layout import CoverageLayout, coverage_layout, finish_coverage
from metadx.plots.coverage_rows import (
    MARGINS,
    PANELS,
    CoverageRows,
    Json,
    Panel,
    coverage_rows,
    monte_carlo_band,
)
from metadx.plots.evidence_captions import caption_coverage
from metadx.plots.evidence_page import SMALL_TEXT
from metadx.plots.evidence_words import text_coverage
from metadx.plots.figure_text import attach
from metadx.plots.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PURPLE,
    VERMILLION,
    Backend,
    figure_style,
)
from metadx.plots.visuals import band, filled, points, scalar, sized_points, spelling, text_rows

_NAME = "coverage"
_COLOURS = (BLUE, VERMILLION, GREEN, INK, PURPLE)
_SHAPES = ("o", "s", "D", "^", "v")  # so that methods can be told apart in grey too
_LANE, _LANES = 0.28, 0.8  # rows between the methods of one cell, and for all of them together
_AREA = 5.5  # square points


def plot_coverage(
    record: Json,
    *,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    prob: float = 0.95,
    backend: Backend = "matplotlib",
) -> az.PlotCollection:
    """Draw the coverage and the width of intervals, one row for each simulated truth.

    Parameters
    ----------
    record : mapping
        "cells": for each its truth ("studies", "tau", "rho", "sens", "spec", "arms", "law",
        "obeys"), its "replications" and its "methods", each with "failed" and "parameters": "n",
        "covered" and median "width" of "mu[sens]", "mu[spec]", "new[sens]", "new[spec]" on the
        logit scale.
    methods : sequence of str, optional
        Methods to show, in this order; all by default. At most five.
    labels : mapping of str to str, optional
        Names of methods for the reader; by default those of the record.
    prob : float, default 0.95
        Probability of the intervals.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "cell", "median", "new", "median_width" and "new_width".
        `viz` holds what was drawn, as "median_sens_1" for the first method; the text is in
        "caption".

    Raises
    ------
    MetadxError
        If the record has no cells, a method is in none of them, or there are more than five.

    Examples
    --------
    >>> found = {"n": 1000, "covered": 951, "width": 1.33, "bias": -0.02}
    >>> truth = {"name": "small", "studies": 5, "tau": [0.5, 0.5], "rho": -0.4, "sens": 0.85}
    >>> truth |= {"spec": 0.8, "arms": "medium", "law": "normal", "obeys": True}
    >>> method = {"parameters": {"mu[sens]": found, "mu[spec]": found}, "failed": 0}
    >>> cell = truth | {"replications": 1000, "methods": {"bivariate-binomial": method}}
    >>> figure = plot_coverage({"cells": [cell]}, backend="none")
    >>> figure.viz["median_sens_1"]["coverage"].item()["x"]
    array([0.951])
    """
    rows = coverage_rows(record, methods)
    if len(rows.methods) > len(_COLOURS):
        raise MetadxError(
            f"coverage figure: found {len(rows.methods)} methods; name at most {len(_COLOURS)} "
            f"of {', '.join(rows.methods)}"
        )
    names = [dict(labels or {}).get(name, name) for name in rows.methods]
    caption = caption_coverage(rows, names, prob)
    layout = coverage_layout(rows, caption, prob)
    with figure_style(SMALL_TEXT):
        pc = _collection(backend, layout)
        attach(pc, text_coverage(rows, names, caption, prob))
        _write_cells(pc, rows, layout)
        for panel in PANELS:
            _draw_panel(pc, rows, panel, layout, prob)
        if pc.backend == "matplotlib":
            finish_coverage(
                pc, rows, layout, list(zip(names, _COLOURS, _SHAPES, strict=False)), prob
            )
        else:
            text = " ".join(layout.page.caption)
            pc.viz["caption"] = scalar({"function": "caption", "string": text})
    return pc


def _collection(backend: Backend, layout: CoverageLayout) -> az.PlotCollection:
    columns = ["cell", *PANELS]
    size, unit = (layout.width, layout.height), "inches"
    if backend != "matplotlib":  # these count in pixels
        size, unit = (100 * size[0], 100 * size[1]), "dots"
    blank = xr.Dataset({_NAME: ("column", np.zeros(len(columns)))}, {"column": columns})
    return az.PlotCollection.wrap(
        blank,
        cols=["column"],
        col_wrap=len(columns),
        backend=backend,
        figure_kwargs={
            "figsize": size,
            "figsize_units": unit,
            "width_ratios": [layout.column_widths[name] for name in columns],
        },
    )


def _write_cells(pc: az.PlotCollection, rows: CoverageRows, layout: CoverageLayout) -> None:
    look: dict[str, Any] = {"size": SMALL_TEXT, **spelling(pc.backend).text}

    def write(label: str, x: float, y: Sequence[float], words: Sequence[str]) -> None:
        data = points(_NAME, np.full(len(words), x), y)
        dims = {f"{label}_row": len(words)}
        pc.map(text_rows, label, data=data, coords={"column": "cell"}, artist_dims=dims,
               text=list(words), horizontal_align="left", **look)  # fmt: skip

    for number, (heading, words) in enumerate(rows.columns.items(), start=1):
        write(f"cell_{number}", layout.column_left[heading], list(rows.y), words)
        write(f"cell_{number}_heading", layout.column_left[heading], [-1.2], [heading])
    if rows.headings:
        y, words = zip(*rows.headings, strict=True)
        write("block", 0.0, y, words)


def _draw_panel(
    pc: az.PlotCollection, rows: CoverageRows, panel: Panel, layout: CoverageLayout, prob: float
) -> None:
    at = {"column": panel}
    native = spelling(pc.backend)
    ends = np.array([-0.7, rows.last + 0.7])
    shown = layout.limits[panel]
    if not panel.endswith("width"):
        low, high = monte_carlo_band(rows, prob)
        box = band(_NAME, [low, high], ends[[0, 0]], ends[[1, 1]])
        pc.map(filled, f"{panel}_band", data=box, coords=at, color=GREY, alpha=0.25)
        line = points(_NAME, [prob, prob], ends)
        pc.map(az.visuals.line_xy, f"{panel}_nominal", data=line, coords=at, color=GREY, width=0.7)
    step = min(_LANE, _LANES / max(1, len(rows.methods) - 1))
    for m in range(len(rows.methods)):
        lane = rows.y + step * (m - (len(rows.methods) - 1) / 2)
        for i, margin in enumerate(MARGINS):
            x = rows.values[panel][m, i]
            colour = _COLOURS[m]
            look = {"edgecolor": colour, "width": 0.6}
            look["facecolor"] = colour if margin == "sens" else native.hollow
            if pc.backend == "matplotlib":
                look["clip_on"] = False
            shape = {} if pc.backend in {"plotly", "bokeh"} else {"marker": _SHAPES[m]}
            label = f"{panel}_{margin}_{m + 1}"
            # What lies beyond the axis stands on its edge, as a mark of another shape.
            beyond = x < shown[0]
            data = points(_NAME, np.where(beyond, np.nan, x), lane)
            pc.map(sized_points, label, data=data, coords=at, size=np.full(x.size, _AREA),
                   **shape, **look)  # fmt: skip
            if beyond.any():
                data = points(_NAME, np.full(beyond.sum(), shown[0]), lane[beyond])
                pc.map(sized_points, f"{label}_beyond", data=data, coords=at, marker="<",
                       size=np.full(beyond.sum(), 2.2 * _AREA), **look)  # fmt: skip
    pc.map(az.visuals.set_xlim, "xlim", coords=at, limits=shown, store_artist=False)
    limits = (rows.last + 0.7, -1.7)
    pc.map(az.visuals.set_ylim, "ylim", coords=at, limits=limits, store_artist=False)
