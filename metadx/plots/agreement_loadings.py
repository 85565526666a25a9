"""The plot of loadings: how closely each of three or more raters follows what all share."""

import arviz as az
import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.errors import MetadxError
from metadx.plots.agreement_captions import caption_loadings
from metadx.plots.agreement_draws import limits, limits_text
from metadx.plots.agreement_page import (
    HEADING,
    draw_lines,
    draw_marks,
    finish_rows,
    panel_axis,
    wide,
    write_words,
)
from metadx.plots.agreement_words import text_loadings
from metadx.plots.captions import synthetic_note
from metadx.plots.figure_text import attach
from metadx.plots.labels import LONGEST, clean
from metadx.plots.row_page import RowKind, row_collection, row_page
from metadx.plots.short_names import short_names
from metadx.plots.style import BLUE, Backend, figure_style, percent
from metadx.plots.visuals import scalar

NAME = "loadings"
_KIND = RowKind(
    columns=("rater", "loading", "words"),
    panels=("loading",),
    panel=2.4,
    narrowest=1.2,
    row=1.7,
    above=1.6,
    under=0.8,
    axis=3.0,
)


def plot_reader_loadings(
    fit: AgreementFit,
    *,
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw how closely each of three or more raters follows what all have in common.

    Parameters
    ----------
    fit : AgreementFit
        Of three or more raters of the same cases.
    prob : float, default 0.95
        Level of the intervals.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows and labels need.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "rater", "loading" and "words". `viz` holds what was
        drawn: "row_label", "interval", "median", "loading_words"; the text is in "caption".

    Raises
    ------
    MetadxError
        If the fit is of pairs of raters, whose loadings cannot be told apart.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit_agreement(metadx.load_agreement("xeromammograms"), draws=1000)
    >>> metadx.plot_reader_loadings(fit)
    Traceback (most recent call last):
    ...
    metadx.errors.MetadxError: plot of loadings: found pairs of raters; ...
    """
    if fit.loadings is None:
        raise MetadxError(
            "plot of loadings: found pairs of raters; with two, only the product of their loadings "
            "is known, which is the latent correlation. Three or more raters of the same cases are "
            "needed."
        )
    raters = short_names([clean(name) for name in fit.table.ratings[0].raters], LONGEST)
    draws = fit.loadings.reshape(-1, len(raters))
    found = np.array([limits(draws[:, j], prob) for j in range(len(raters))])
    words = [limits_text(one) for one in found]
    heading = f"Loading ({percent(prob)} CrI)"
    caption = caption_loadings(fit, prob)

    def widths(size: float, families: tuple[str, ...]) -> dict[str, float]:
        texts = wide([*words, heading], size, families)
        return {"rater": wide([*raters, "Rater"], size, families), "words": texts}

    last = len(raters) - 1.0
    note = synthetic_note(fit)
    page = row_page(_KIND, widths, last, raters, caption=caption, note=note, figsize=figsize)
    with figure_style(page.size, page.families):
        pc = row_collection(NAME, page, backend)
        attach(pc, text_loadings(fit, raters, found, caption, prob))
        y = np.arange(len(raters), dtype=np.float64)
        write_words(pc, page, (NAME, "rater", "row_heading"), [HEADING], ["Rater"])
        write_words(pc, page, (NAME, "words", "words_heading"), [HEADING], [heading])
        write_words(pc, page, (NAME, "rater", "row_label"), y, raters)
        write_words(pc, page, (NAME, "words", "loading_words"), y, words)
        draw_lines(pc, (NAME, "loading", "interval"), y, found[:, 0], found[:, 2], color=BLUE,
                   width=1.3)  # fmt: skip
        draw_marks(pc, (NAME, "loading", "median"), found[:, 1], y, area=18.0, facecolor=BLUE,
                   edgecolor="#FFFFFF", width=0.5)  # fmt: skip
        if pc.backend == "matplotlib":
            axes = finish_rows(pc, NAME, page, _KIND, last)
            low = np.floor(10 * float(found.min())) / 10
            ends = (min(low, 0.9) - 0.005, 1.005)
            panel_axis(axes["loading"], ends, page.column_widths["loading"], page.size,
                       "Correlation with what all share")  # fmt: skip
        else:
            pc.viz["caption"] = scalar({"function": "caption", "string": caption})
    return pc
