"""The coupled forest plot: counts, sensitivity and specificity of every study, side by side."""

import arviz as az

from metadx.plots.captions import caption_forest, synthetic_note
from metadx.plots.figure_words import text_forest
from metadx.plots.fitted import FittedReview
from metadx.plots.forest_drawing import draw_forest
from metadx.plots.forest_layout import forest_layout
from metadx.plots.forest_rows import ForestSort, forest_rows
from metadx.plots.intervals import IntervalKind
from metadx.plots.style import Backend


def plot_forest(
    fit: FittedReview,
    *,
    sort: ForestSort = "sens",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
    part: int | None = None,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw a coupled forest plot.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts, for instance a `metadx.engines.fit.Fit`.
    sort : {"sens", "spec", "study", "table"}, default "sens"
        Order of the studies: by observed sensitivity or specificity, largest first; by name; or
        as in the table.
    interval : {"clopper-pearson", "wilson"}, default "clopper-pearson"
        Confidence interval of each study.
    prob : float, default 0.95
        Level of all intervals.
    part : int, optional
        Number of the page, from 1, where more than 45 rows are to continue on further pages; by
        default all rows are in one picture.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows and labels need. A
        figure that would cut off or squeeze a row is made larger than asked for.

    Returns
    -------
    arviz.PlotCollection
        One plot for each of the columns "study", "counts", "sens", "sens_text", "spec" and
        "spec_text". `viz` holds what was drawn: "study_label", "tp", "fp", "fn", "tn", and for
        each margin "sens_interval", "sens_point", "sens_reference", "sens_pooled", "sens_new",
        "sens_new_median", "sens_words"; the text is in "caption".

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = metadx.plot_forest(fit, sort="study", backend="none")
    >>> "sens_pooled" in figure.viz
    True
    """
    rows = forest_rows(fit, sort=sort, interval=interval, prob=prob, part=part)
    caption = caption_forest(fit, sort=sort, interval=interval, prob=prob, part=part)
    layout = forest_layout(rows, caption, synthetic_note(fit), prob=prob, figsize=figsize)
    return draw_forest(rows, layout, text_forest(fit, caption, prob), backend)
