"""The coupled forest plot with a block of rows for each level of a covariate."""

from collections.abc import Sequence

import arviz as az

from metadx.plots.captions import synthetic_note
from metadx.plots.fitted import CountTable, Described, FittedReview, StudyGroup
from metadx.plots.forest_drawing import draw_forest
from metadx.plots.forest_group_rows import forest_group_rows
from metadx.plots.forest_layout import forest_layout
from metadx.plots.forest_rows import ForestSort
from metadx.plots.group_captions import caption_forest_groups
from metadx.plots.intervals import IntervalKind
from metadx.plots.levels import levels_of
from metadx.plots.regression_words import text_forest_groups
from metadx.plots.style import Backend


def plot_forest_groups(
    groups: Sequence[StudyGroup],
    pooled: FittedReview,
    table: CountTable,
    *,
    covariate: str | None = None,
    about: Described | None = None,
    sort: ForestSort = "sens",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw a coupled forest plot with the studies grouped by the levels of a covariate.

    Each level has a heading, its studies, its median study and a prediction for a new study of
    that level; the last rows are those of all studies, fitted without covariates.

    Parameters
    ----------
    groups : sequence of StudyGroup
        The levels of a covariate: `Fit.groups`, or groups of separate fits; in the order of the
        blocks.
    pooled : FittedReview
        The same studies, fitted without covariates.
    table : CountTable
        The studies that the groups count.
    covariate : str, optional
        Which covariate, where the groups are of several.
    about : Described, optional
        The fit that the groups come from: its title, its mark of synthetic data, its card and its
        formulas stand in the caption; by default `pooled`.
    sort : {"sens", "spec", "study", "table"}, default "sens"
        Order of the studies within a level: by observed sensitivity or specificity, largest
        first; by name; or as in the table.
    interval : {"clopper-pearson", "wilson"}, default "clopper-pearson"
        Confidence interval of each study.
    prob : float, default 0.95
        Level of all intervals.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches; by default as large as the rows and labels need.

    Returns
    -------
    arviz.PlotCollection
        As of `plot_forest`; also "block", the headings, and for the first level "sens_pooled_1",
        "sens_new_1", "sens_new_median_1", "sens_reference_1" and so on.

    Raises
    ------
    MetadxError
        If there is no group, the groups are of several covariates, or a study is in two of them.

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("anti-ccp")
    >>> fit = metadx.fit(review, sens="~ generation", spec="~ generation", draws=1000)
    >>> pooled = metadx.fit(review, draws=1000)
    >>> figure = metadx.plot_forest_groups(fit.groups, pooled, fit.table, backend="none")
    >>> [entry["string"] for entry in figure.viz["block"]["forest"].values][:2]
    ['generation: CCP1 (8 studies)', 'generation: CCP2 (29 studies)']
    """
    about = pooled if about is None else about
    levels = levels_of(groups, table, covariate)
    rows = forest_group_rows(levels, pooled, table, sort=sort, interval=interval, prob=prob)
    caption = caption_forest_groups(levels, table, about, sort=sort, interval=interval, prob=prob)
    layout = forest_layout(rows, caption, synthetic_note(about), prob=prob, figsize=figsize)
    text = text_forest_groups(levels, about, caption, prob)
    return draw_forest(rows, layout, text, backend)
