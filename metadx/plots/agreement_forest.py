"""The kappa forest plot: what was printed of every row beside what the model makes of it."""

import arviz as az
import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.estimands.logistic import FloatArray
from metadx.plots.agreement_captions import caption_kappa_forest
from metadx.plots.agreement_forest_rows import KappaForest, KappaRow, kappa_forest
from metadx.plots.agreement_page import (
    HEADING,
    draw_lines,
    draw_marks,
    finish_rows,
    panel_axis,
    wide,
    write_words,
)
from metadx.plots.agreement_words import text_kappa_forest
from metadx.plots.captions import synthetic_note
from metadx.plots.figure_text import attach
from metadx.plots.row_page import GAP, RowKind, RowPage, row_collection, row_page, rule
from metadx.plots.style import BLUE, GREY, INK, VERMILLION, Backend, figure_style, percent
from metadx.plots.visuals import band, filled, points, scalar, spelling

NAME = "kappa_forest"
_COLUMNS = ("row", "n", "reported", "kappa", "posterior", "aligned")
_ABOVE, _BELOW = -0.24, 0.24  # of the printed kappa and of the posterior, in rows
_HALF = 0.26  # half height of the diamond and of the bar


def plot_kappa_forest(
    fit: AgreementFit,
    *,
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the printed kappa and the posterior of every row, and what all rows say together.

    Parameters
    ----------
    fit : AgreementFit
        As `metadx.fit_agreement` returns it.
    prob : float, default 0.95
        Level of the credible intervals, and of intervals computed from a cross-table.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows and labels need.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "row", "n", "reported", "kappa", "posterior" and, where a
        row has no margins, "aligned". `viz` holds what was drawn: "row_label", "reported_interval",
        "reported_value", "reported_unused", "posterior_interval", "posterior_median",
        "aligned_interval", "aligned_median", "pooled_1", "new_1" and so on; the text is in
        "caption".

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit_agreement(metadx.load_agreement("xeromammograms"), draws=1000)
    >>> figure = metadx.plot_kappa_forest(fit, backend="none")
    >>> [entry["string"] for entry in figure.viz["row_label"]["kappa_forest"].values]
    ['radiologist A and radiologist B']
    """
    forest = kappa_forest(fit, prob)
    caption = caption_kappa_forest(fit, forest, prob)
    kind, page = _page(forest, caption, synthetic_note(fit), prob, figsize)
    with figure_style(page.size, page.families):
        pc = row_collection(NAME, page, backend)
        attach(pc, text_kappa_forest(fit, forest, caption, prob))
        _write(pc, page, forest, prob)
        _draw(pc, forest)
        if pc.backend == "matplotlib":
            axes = finish_rows(pc, NAME, page, kind, forest.last)
            panel_axis(axes["kappa"], _ends(forest), page.column_widths["kappa"], page.size, "κ")
            if forest.summaries:
                total = kind.above + forest.last + kind.under
                at = forest.headings[-1][0] - 0.62 + kind.above
                rule(pc.viz["figure"].item(), page, at / total, GREY)
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": caption})
    return pc


def _headings(forest: KappaForest, prob: float) -> dict[str, str]:
    sources = {row.source for row in forest.rows} - {"none"}
    reported = {
        frozenset({"printed"}): "Printed (CI)",
        frozenset({"counted"}): f"Observed ({percent(prob)} CI)",
    }.get(frozenset(sources), "Printed or observed (CI)")
    found = {"n": "n", "reported": reported, "posterior": f"Posterior ({percent(prob)} CrI)"}
    return found | ({"aligned": "Aligned categories"} if forest.any_aligned else {})


def _page(
    forest: KappaForest,
    caption: str,
    note: str,
    prob: float,
    figsize: tuple[float, float] | None,
) -> tuple[RowKind, RowPage]:
    heads = _headings(forest, prob)
    kind = RowKind(
        columns=tuple(column for column in _COLUMNS if column in {"row", "kappa", *heads}),
        panels=("kappa",),
        panel=2.1 if forest.any_aligned else 2.6,
        narrowest=1.2,
        row=1.95,
        above=1.6,
        under=0.8,
        axis=3.0,
    )
    labels = [row.draws.name for row in forest.rows] + [one.label for one in forest.summaries]
    headings = [words for _, words in forest.headings]

    def widths(size: float, families: tuple[str, ...]) -> dict[str, float]:
        words = {
            "n": [str(row.draws.row.n) for row in forest.rows],
            "reported": [row.reported_text for row in forest.rows],
            "posterior": [row.posterior_text for row in forest.rows],
            "aligned": [row.aligned_text for row in forest.rows],
        }
        texts = {column: wide([*words[column], heads[column]], size, families) for column in heads}
        # A heading runs on over the columns beside it, where its row has none.
        over = wide(headings, size, families, "bold") - texts["n"] - texts["reported"] - 2 * GAP
        return {"row": max(wide(labels, size, families), over), **texts}

    names = [*labels, *headings]
    page = row_page(kind, widths, forest.last, names, caption=caption, note=note, figsize=figsize)
    return kind, page


def _ends(forest: KappaForest) -> tuple[float, float]:
    """Give the ends of the axis: all intervals and 0 to 1 are between them."""
    every = [part for row in forest.rows for part in (row.reported, row.posterior, row.aligned)]
    every += [one.limits for one in forest.summaries]
    values = np.concatenate(every)
    low = min(0.0, float(np.nanmin(values))) if np.isfinite(values).any() else 0.0
    high = max(1.0, float(np.nanmax(values))) if np.isfinite(values).any() else 1.0
    return np.floor(low * 10) / 10 - 0.02, high + 0.02


def _write(pc: az.PlotCollection, page: RowPage, forest: KappaForest, prob: float) -> None:
    y = np.array([row.y for row in forest.rows])
    below = np.array([one.y for one in forest.summaries])
    bold = spelling(pc.backend).bold
    labels = [row.draws.name for row in forest.rows] + [one.label for one in forest.summaries]
    write_words(pc, page, (NAME, "row", "row_label"), np.concatenate([y, below]), labels)
    if forest.headings:
        heights, titles = zip(*forest.headings, strict=True)
        write_words(pc, page, (NAME, "row", "block"), list(heights), titles, **bold)
    for column, heading in _headings(forest, prob).items():
        right = {"x": 1.0, "align": "right"} if column == "n" else {}
        at = (NAME, column, f"{column}_heading")
        write_words(pc, page, at, [HEADING], [heading], **right)  # type: ignore[arg-type]
    counts = [str(row.draws.row.n) for row in forest.rows]
    write_words(pc, page, (NAME, "n", "n_words"), y, counts, x=1.0, align="right")
    reported = [row.reported_text for row in forest.rows]
    write_words(pc, page, (NAME, "reported", "reported_words"), y, reported)
    posterior = [row.posterior_text for row in forest.rows] + [one.text for one in forest.summaries]
    heights_of = np.concatenate([y, below])
    write_words(pc, page, (NAME, "posterior", "posterior_words"), heights_of, posterior)
    if forest.any_aligned:
        aligned = [row for row in forest.rows if row.aligned_text]
        heights_of = np.array([row.y for row in aligned])
        words = [row.aligned_text for row in aligned]
        write_words(pc, page, (NAME, "aligned", "aligned_words"), heights_of, words)


def _draw(pc: az.PlotCollection, forest: KappaForest) -> None:
    native = spelling(pc.backend)
    zero = points(NAME, [0.0, 0.0], [-0.5, forest.last + 0.6])
    pc.map(az.visuals.line_xy, "reference", data=zero, coords={"column": "kappa"}, color=GREY,
           width=0.6, linestyle="C1")  # fmt: skip

    def at(label: str) -> tuple[str, str, str]:
        return NAME, "kappa", label

    def place(rows: list[KappaRow], shift: float) -> FloatArray:
        return np.array([row.y + shift for row in rows])

    used = [row for row in forest.rows if row.use == "used" and row.source != "none"]
    unused = [row for row in forest.rows if row.use != "used"]
    for label, rows, look in (
        ("reported", used, {"linestyle": "C0"}),
        ("unused", unused, {"linestyle": "C2"}),
    ):
        if not rows:
            continue
        ends, y = np.array([row.reported for row in rows]), place(rows, _ABOVE)
        draw_lines(pc, at(f"{label}_interval"), y, ends[:, 0], ends[:, 2], color=GREY, width=0.9,
                   **look)  # fmt: skip
        face = GREY if label == "reported" else "#FFFFFF"
        draw_marks(pc, at(f"{label}_value"), ends[:, 1], y, area=14.0, marker=native.square,
                   facecolor=face, edgecolor=GREY, width=0.8)  # fmt: skip
    rows = list(forest.rows)
    ends = np.array([row.posterior for row in rows])
    low = place(rows, 0.0) + np.where([row.aligned_text != "" for row in rows], 0.06, _BELOW)
    draw_lines(pc, at("posterior_interval"), low, ends[:, 0], ends[:, 2], color=BLUE, width=1.3)
    draw_marks(pc, at("posterior_median"), ends[:, 1], low, area=18.0, facecolor=BLUE,
               edgecolor="#FFFFFF", width=0.5)  # fmt: skip
    parts = [row for row in rows if row.aligned_text]
    if parts:
        ends, y = np.array([row.aligned for row in parts]), place(parts, 0.34)
        draw_lines(pc, at("aligned_interval"), y, ends[:, 0], ends[:, 2], color=BLUE, width=0.7)
        draw_marks(pc, at("aligned_median"), ends[:, 1], y, area=14.0, facecolor="#FFFFFF",
                   edgecolor=BLUE, width=0.8)  # fmt: skip
    _draw_summaries(pc, forest)
    limits = (forest.last + 1.0, -1.6)
    pc.map(az.visuals.set_xlim, "xlim", coords={"column": "kappa"}, limits=_ends(forest),
           store_artist=False)  # fmt: skip
    pc.map(az.visuals.set_ylim, "ylim", coords={"column": "kappa"}, limits=limits,
           store_artist=False)  # fmt: skip


def _draw_summaries(pc: az.PlotCollection, forest: KappaForest) -> None:
    """Draw the diamonds of typical rows and the open bars of new ones."""
    coords = {"column": "kappa"}
    half = _HALF * np.array([0.0, 1.0, 0.0])
    for number, one in enumerate(forest.summaries, start=1):
        low, middle, high = one.limits
        if not one.new:
            diamond = band(NAME, one.limits, one.y - half, one.y + half)
            pc.map(filled, f"pooled_{number}", data=diamond, coords=coords, color=VERMILLION)
            continue
        top, foot = one.y - 0.7 * _HALF, one.y + 0.7 * _HALF
        bar = points(NAME, [low, high, high, low, low], [top, top, foot, foot, top])
        pc.map(az.visuals.line_xy, f"new_{number}", data=bar, coords=coords, color=INK, width=0.9)
        tick = points(NAME, [middle, middle], [top, foot])
        pc.map(az.visuals.line_xy, f"new_median_{number}", data=tick, coords=coords, color=INK,
               width=0.9)  # fmt: skip
