"""The cumulative meta-analysis: the pooled answer after each study."""

import arviz as az
import numpy as np

from metadx.criticism.cumulative import Cumulative
from metadx.plots.captions import (
    model_words,
    name_words,
    opening,
    studies_words,
    synthetic_note,
)
from metadx.plots.figure_text import FigureText
from metadx.plots.fitted import Described
from metadx.plots.leave_one_out_forest import FAILED
from metadx.plots.moved_page import draw_moved
from metadx.plots.moved_rows import moved_rows, some_moved_rows
from metadx.plots.row_parts import part_of, part_words
from metadx.plots.style import Backend, percent


def plot_cumulative(
    fit: Described,
    cumulative: Cumulative,
    *,
    part: int | None = None,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw sensitivity, specificity and the negative likelihood ratio after each study.

    Parameters
    ----------
    fit : Described
        Whose title and mark of synthetic data are shown: the fit of all studies.
    cumulative : Cumulative
        Found by `metadx.criticism.cumulative.cumulative`.
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
        One plot for each of the columns "study", "sens", "spec" and "lr_neg". `viz` holds what was
        drawn, see `metadx.plots.moved_page.draw_moved`.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.cumulative import cumulative
    >>> review = metadx.load_dataset("telomerase")
    >>> figure = plot_cumulative(review, cumulative(review, draws=1000), backend="none")
    >>> figure.viz["label"]["moved"].values[1]["string"]
    '+ Kinoshita 1997'
    """
    size = len(cumulative.labels)
    labels = [f"+ {label}" for label in _with_values(cumulative)]
    labels[0] = labels[0].removeprefix("+ ")
    rows = moved_rows(
        cumulative.quantities,
        labels,
        range(size),
        heading="Study added",
        whole="All studies" if size > 1 else "The one study",
        failed=[name in cumulative.failed for name in cumulative.labels],
    )
    shown = some_moved_rows(rows, part_of(size, part))
    text = _text(fit, cumulative, part_words(size, part))
    return draw_moved(shown, text, synthetic_note(fit), backend=backend, figsize=figsize)


def _with_values(found: Cumulative) -> list[str]:
    """Name the value where the label of a study does not hold it already."""
    values = [f"{value:g}" for value in found.values]
    if all(value in label for label, value in zip(found.labels, values, strict=True)):
        return list(found.labels)
    return [f"{value}: {label}" for label, value in zip(found.labels, values, strict=True)]


def _text(fit: Described, found: Cumulative, part: str) -> FigureText:
    level, by = percent(found.prob), name_words(found.by)
    unit = f" ({found.unit})" if found.unit and found.unit != found.by else ""
    parts = [
        opening(
            fit,
            f"Cumulative meta-analysis of {studies_words(len(found.labels))} in the order of "
            f"{by}{unit}.",
        ),
        "Squares and lines: sensitivity, specificity and negative likelihood ratio (LR−) of the "
        f"median study when the {model_words(fit)} is fitted to the studies down to the one "
        f"named: posterior median with {level} credible interval.",
        f"Diamond, dashed line and band: all studies, median and {level} credible interval.",
        "With fewer than four studies the answer leans on the prior.",
        "The axes show part of the scale.",
        part,
    ]
    if np.unique(found.values).size < found.values.size:
        parts.append(f"Studies with the same {by} enter in the order of the table.")
    if any(np.isnan(moved.median).any() for moved in found.quantities.values()):
        parts.append("No mark: not identified by the studies so far.")
    if found.failed:
        parts.append(FAILED)
    caption = " ".join(one for one in parts if one)
    return FigureText("Cumulative meta-analysis", caption, found.words)
