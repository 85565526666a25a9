"""The leave-one-out forest: the pooled answer without each study."""

import arviz as az
import numpy as np

from metadx.criticism.influence import Influence
from metadx.plots.captions import model_words, opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.fitted import Described
from metadx.plots.moved_page import draw_moved
from metadx.plots.moved_rows import moved_rows, some_moved_rows
from metadx.plots.row_parts import part_of, part_words
from metadx.plots.style import Backend, percent

FAILED = "†: the fit failed a check; not to be trusted."


def plot_leave_one_out(
    fit: Described,
    influence: Influence,
    *,
    part: int | None = None,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw sensitivity, specificity and the negative likelihood ratio without each study.

    Parameters
    ----------
    fit : Described
        Whose title and mark of synthetic data are shown: the fit of all studies.
    influence : Influence
        Found by `metadx.criticism.influence.influence`.
    part : int, optional
        Number of the page, from 1, where more than 45 rows are to continue on further pages; by
        default all rows are in one picture.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows need.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "study", "sens", "spec" and "lr_neg"; the most influential
        study is at the top. `viz` holds what was drawn, see `metadx.plots.moved_page.draw_moved`.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.influence import influence
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_leave_one_out(fit, influence(fit, draws=1000), backend="none")
    >>> figure.viz["label"]["moved"].values[0]["string"]
    'Cassel 2001'
    """
    failed = [name in influence.failed for name in influence.study]
    rows = moved_rows(
        influence.quantities,
        influence.study,
        influence.order.tolist(),
        heading="Study left out",
        whole="None (all studies)",
        failed=failed,
    )
    shown = some_moved_rows(rows, part_of(len(influence.study), part))
    text = _text(fit, influence, part_words(len(influence.study), part))
    return draw_moved(shown, text, synthetic_note(fit), backend=backend, figsize=figsize)


def _text(fit: Described, found: Influence, part: str) -> FigureText:
    level = percent(found.prob)
    parts = [
        opening(fit, f"Leave-one-out forest of {studies_words(len(found.study))}."),
        "Squares and lines: sensitivity, specificity and negative likelihood ratio (LR−) of the "
        f"median study when the {model_words(fit)} is fitted again without the study named: "
        f"posterior median with {level} credible interval. The most influential study is at the "
        "top.",
        f"Diamond, dashed line and band: all studies, median and {level} credible interval.",
        "The axes show part of the scale.",
        part,
    ]
    if any(np.isnan(moved.median).any() for moved in found.quantities.values()):
        parts.append("No mark: not identified without that study.")
    if found.failed:
        parts.append(FAILED)
    return FigureText("Leave-one-out forest", " ".join(one for one in parts if one), found.words)
