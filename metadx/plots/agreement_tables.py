"""Heat maps of cross-tables: how often each pair of categories is expected, and was seen."""

from dataclasses import dataclass

import arviz as az
import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from numpy.typing import NDArray

from metadx.engines.agreement.result import AgreementFit
from metadx.plots.agreement_captions import caption_tables
from metadx.plots.agreement_cells import draw_cells, words_by_ink
from metadx.plots.agreement_draws import raters_of
from metadx.plots.agreement_table_panels import SEEN, TablePanel, TablePanels, table_panels
from metadx.plots.agreement_words import text_tables
from metadx.plots.captions import synthetic_note
from metadx.plots.figure_text import attach
from metadx.plots.labels import (
    drawable,
    explain_missing,
    families_for,
    line_height,
    text_width,
    wrap,
)
from metadx.plots.notes import EDGE, write_caption, write_mark
from metadx.plots.short_names import short_names
from metadx.plots.style import GREY, INCH, INK, Backend, figure_style
from metadx.plots.visuals import points, scalar, spelling, text_rows

type BoolArray = NDArray[np.bool_]

NAME = "tables"
_SIZE = 7.0  # points
_SMALL = 6.0
_CELL = (0.36, 0.3)  # inches
_LINES = 3  # of a title
_WIDEST = 6.9  # inches: two columns of a journal


@dataclass(frozen=True)
class _Layout:
    """Sizes in inches: the grid, room left of a panel, above and under it, and the texts."""

    columns: int
    width: float
    height: float
    panel: tuple[float, float]
    left: float
    above: float
    under: float
    families: tuple[str, ...]
    titles: tuple[tuple[str, ...], ...]
    caption: tuple[str, ...]
    note: tuple[str, ...]

    @property
    def pitch(self) -> tuple[float, float]:
        """From one panel to the next."""
        return self.left + self.panel[0] + 0.12, self.above + self.panel[1] + self.under


def plot_agreement_tables(
    fit: AgreementFit,
    *,
    page: int = 1,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the cross-tables that the model expects as heat maps, with counts that are known.

    Parameters
    ----------
    fit : AgreementFit
        As `metadx.fit_agreement` returns it. Rows without margins are left out.
    page : int, default 1
        Twelve cross-tables make a page.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw cells and numbers without caption.
    figsize : tuple of float, optional
        Width and smallest height in inches; the width decides how many stand side by side.

    Returns
    -------
    arviz.PlotCollection
        One plot for each "row". `viz` holds what was drawn: for the first row "cells_1",
        "observed_1_1", "expected_1_1", "diagonal_1_1" and so on; the text is in "caption".

    Raises
    ------
    MetadxError
        If no row has margins or a cross-table, or there is no such page.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit_agreement(metadx.load_agreement("xeromammograms"), draws=1000)
    >>> figure = metadx.plot_agreement_tables(fit, backend="none")
    >>> len(figure.viz["cells_1"]["tables"].values)
    16
    """
    found = table_panels(fit, page)
    rows = [panel.row for panel in found.panels]
    observed = any(panel.observed is not None for panel in found.panels)
    caption = caption_tables(fit, rows, found.which, found.key, observed=observed)
    layout = _layout(found, caption, synthetic_note(fit), figsize)
    with figure_style(_SIZE, layout.families):
        pc = _collection(found, layout, backend)
        attach(pc, text_tables(fit, rows, caption))
        for number, panel in enumerate(found.panels, start=1):
            _draw(pc, panel, number)
        if pc.backend == "matplotlib":
            _finish(pc, found, layout)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": caption})
    return pc


def _layout(
    found: TablePanels, caption: str, note: str, figsize: tuple[float, float] | None
) -> _Layout:
    names = [_title(panel) for panel in found.panels]
    raters = [name for one in found.panels for name in (one.row.row.rater_a, one.row.row.rater_b)]
    families = families_for([*names, *raters, *found.categories, caption, note])
    kinds = len(found.categories)
    longest = max(text_width(name, _SMALL, "normal", families) for name in found.categories)
    cell = max(_CELL[0], longest + 0.06)
    panel = (kinds * cell, kinds * _CELL[1])
    left = longest + 2.4 * _SIZE / INCH
    wide = _WIDEST if figsize is None else figsize[0]
    pitch = left + panel[0] + 0.12
    columns = max(1, min(len(names), int((wide - 2 * EDGE) / pitch), 4))
    # As many lines as needed, as full as possible: 6 of 4 a line become 3 and 3.
    columns = -(-len(names) // -(-len(names) // columns))
    width = max(columns * pitch + 2 * EDGE, 3.35 if figsize is None else figsize[0])
    lines = wrap(explain_missing(caption, names, families), width - 2 * EDGE, _SMALL, families)
    marks = wrap(drawable(note, families), 0.85 * (width - 2 * EDGE), _SIZE, families)
    titles = tuple(
        tuple(wrap(drawable(name, families), left + panel[0], _SIZE, families, "bold"))[:_LINES]
        for name in names
    )
    most = max(len(title) for title in titles)
    above, under = (0.7 + 1.2 * most) * _SIZE / INCH, 4.4 * _SIZE / INCH
    grid = -(-len(names) // columns) * (above + panel[1] + under)
    height = grid + 2 * EDGE + len(lines) * line_height(_SMALL) + len(marks) * 1.3 * _SIZE / INCH
    height = max(height, 0.0 if figsize is None else figsize[1])
    return _Layout(
        columns=columns,
        width=width,
        height=height,
        panel=panel,
        left=left,
        above=above,
        under=under,
        families=families,
        titles=titles,
        caption=tuple(lines),
        note=tuple(marks),
    )


def _title(panel: TablePanel) -> str:
    """Name the row and its cases."""
    return f"{panel.row.name} (n = {panel.row.row.n})"


def _collection(found: TablePanels, layout: _Layout, backend: Backend) -> az.PlotCollection:
    size, unit = (layout.width, layout.height), "inches"
    if backend != "matplotlib":  # these count in pixels
        size, unit = (100 * size[0], 100 * size[1]), "dots"
    names = [panel.row.name for panel in found.panels]
    blank = xr.Dataset({NAME: ("row", np.zeros(len(names)))}, {"row": names})
    return az.PlotCollection.wrap(
        blank,
        cols=["row"],
        col_wrap=layout.columns,
        backend=backend,
        figure_kwargs={"figsize": size, "figsize_units": unit},
    )


def _draw(pc: az.PlotCollection, panel: TablePanel, number: int) -> None:
    coords = {"row": panel.row.name}
    kinds = len(panel.expected)
    down, across = (axis.ravel().astype(np.float64) for axis in np.indices((kinds, kinds)))
    shares = panel.shares.ravel()
    draw_cells(pc, (NAME, coords, f"cells_{number}"), across, down, shares)
    used = panel.expected.sum(0) + panel.expected.sum(1) > SEEN
    for k in np.flatnonzero(used):
        box = points(NAME, np.array([-0.48, 0.48, 0.48, -0.48, -0.48]) + k,
                     np.array([-0.48, -0.48, 0.48, 0.48, -0.48]) + k)  # fmt: skip
        label = f"diagonal_{number}_{k + 1}"
        pc.map(az.visuals.line_xy, label, data=box, coords=coords, color=GREY, width=0.7)
    expected = [f"{count:.1f}" if count >= 0.05 else "" for count in panel.expected.ravel()]
    alone = panel.observed is None
    counts = np.zeros(kinds**2) if panel.observed is None else panel.observed.ravel()
    # A zero where nothing is expected either says nothing.
    seen = [f"{count:.0f}" if count or expected[i] else "" for i, count in enumerate(counts)]
    for turn, (ink, chosen) in enumerate(words_by_ink(shares).items(), start=1):
        low = points(NAME, across, down + (0.0 if alone else 0.26))
        look = {"color": ink, "size": _SMALL}
        _write(pc, (coords, f"expected_{number}_{turn}"), low, expected, chosen, **look)
        if not alone:
            high = points(NAME, across, down - 0.16)
            look = {"color": ink, "size": _SIZE + 0.5}
            _write(pc, (coords, f"observed_{number}_{turn}"), high, seen, chosen, **look)
    pc.map(az.visuals.set_xlim, "xlim", coords=coords, limits=(-0.5, kinds - 0.5),
           store_artist=False)  # fmt: skip
    pc.map(az.visuals.set_ylim, "ylim", coords=coords, limits=(kinds - 0.5, -0.5),
           store_artist=False)  # fmt: skip


def _write(
    pc: az.PlotCollection,
    at: tuple[dict[str, str], str],
    places: xr.Dataset,
    words: list[str],
    chosen: BoolArray,
    **look: object,
) -> None:
    """Write those of the words that are chosen and not empty."""
    coords, label = at
    shown = [i for i, word in enumerate(words) if word and chosen[i]]
    if not shown:
        return
    native = spelling(pc.backend).text
    pc.map(
        text_rows,
        label,
        data=places.isel(point=shown),
        coords=coords,
        artist_dims={f"{label}_cell": len(shown)},
        text=[words[i] for i in shown],
        **{**native, "horizontal_align": "center", **look},
    )


def _finish(pc: az.PlotCollection, found: TablePanels, layout: _Layout) -> None:
    """Place the panels, name their axes, and write caption and mark of synthetic data."""
    figure: Figure = pc.viz["figure"].item()
    figure.set_size_inches(layout.width, layout.height)
    top = layout.height - EDGE - len(layout.note) * 1.3 * _SIZE / INCH
    pitch = layout.pitch
    for place, panel in enumerate(found.panels):
        line, column = divmod(place, layout.columns)
        ax = pc.get_target(NAME, {"row": panel.row.name})
        x = EDGE + column * pitch[0] + layout.left
        y = top - line * pitch[1] - layout.above - layout.panel[1]
        ax.set_position(
            (
                x / layout.width,
                y / layout.height,
                layout.panel[0] / layout.width,
                layout.panel[1] / layout.height,
            )
        )
        kinds = range(len(found.categories))
        names = [drawable(name, layout.families) for name in found.categories]
        ax.set_xticks(kinds, names, fontsize=_SMALL)
        ax.set_yticks(kinds, names, fontsize=_SMALL)
        ax.tick_params(length=0.0, pad=2.0)
        first, second = raters_of([panel.row])
        limit = max(8, int(layout.panel[0] / (0.62 * _SIZE / INCH)))
        first, second = short_names([first, second], limit)
        ax.set_ylabel(drawable(first, layout.families), labelpad=2.0, parse_math=False)
        ax.set_xlabel(drawable(second, layout.families), labelpad=2.0, parse_math=False)
        title = "\n".join(layout.titles[place])
        ax.set_title(title, fontsize=_SIZE, weight="bold", pad=3.0, color=INK, parse_math=False,
                     x=-layout.left / layout.panel[0], ha="left")  # fmt: skip
        ax.set_facecolor("none")
        for side in ax.spines.values():
            side.set_color(GREY)
    under = len(layout.caption) * line_height(_SMALL) + EDGE
    write_caption(pc, layout.caption, under, _SMALL, layout.families)
    write_mark(pc, layout.note, layout.width / 2, _SIZE, layout.families)
