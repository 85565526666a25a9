"""The weight of each study on the pooled sensitivity and specificity, as paired bars."""

import arviz as az
import numpy as np

from metadx.criticism.study_weights import StudyWeights
from metadx.estimands.logistic import FloatArray, IntArray
from metadx.plots.captions import opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.fitted import DescribedTable
from metadx.plots.interval_rows import RowPanel, plot_rows
from metadx.plots.row_parts import part_of, part_words
from metadx.plots.style import Backend


def plot_study_weights(
    fit: DescribedTable,
    weights: StudyWeights,
    *,
    part: int | None = None,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the weight of each study on the two pooled values, the heaviest first.

    Parameters
    ----------
    fit : Fit
        What the weights were made from, for title and mark.
    weights : StudyWeights
        Of `metadx.criticism.study_weights.study_weights`.
    part : int, optional
        Number of the page, from 1, where more than 45 rows are to continue on further pages; by
        default all rows are in one picture.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds "row_label", "sens_bar", "sens_words", "spec_bar" and "spec_words".

    References
    ----------
    Burke DL, Ensor J, Snell KIE, van der Windt D, Riley RD. Guidance for deriving and presenting
    percentage study weights in meta-analysis of test accuracy studies. Res Synth Methods
    2018;9:163-178.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.study_weights import study_weights
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_study_weights(fit, study_weights(fit), backend="none")
    >>> figure.viz["row_label"]["rows"].values[0]["string"]
    'Kavaler 1998'
    """
    order = np.argsort(-np.nan_to_num(weights.joint), kind="stable")
    equal, rows = 100 / order.size, order[part_of(order.size, part)]
    panels = [
        _panel(name, heading, values, rows, equal)
        for name, heading, values in (
            ("sens", "Sensitivity", weights.sens),
            ("spec", "Specificity", weights.spec),
        )
    ]
    return plot_rows(
        [weights.study[row] for row in rows],
        panels,
        _text(fit, weights, part_words(order.size, part)),
        synthetic_note(fit),
        heading="Study",
        backend=backend,
        figsize=figsize,
    )


def _panel(name: str, heading: str, of_all: FloatArray, rows: IntArray, equal: float) -> RowPanel:
    values, least = of_all[rows], min(0.0, float(np.nanmin(of_all, initial=0.0)))
    return RowPanel(
        name=name,
        heading=heading,
        values=np.stack([np.minimum(values, 0.0), values, np.maximum(values, 0.0)], axis=1),
        text=tuple("–" if np.isnan(x) else f"{round(x, 1) + 0.0:.1f}%" for x in values),
        bounds=(least, 100.0),
        # The other pages have the same axis.
        include=(least, float(np.nanmax(of_all, initial=0.0))),
        reference=equal,
        bars=True,
        axis="Weight, %",
    )


def _text(fit: DescribedTable, weights: StudyWeights, part: str) -> FigureText:
    parts = [
        opening(fit, f"Weights of {studies_words(len(weights.study))} on the pooled values."),
        "Bars: share of each study in what is known of the mean sensitivity and specificity, by "
        "the curvature of its likelihood, random effects integrated out, at the posterior mean; "
        "sorted by the share in both together.",
        f"Dashed: equal weights, {100 / len(weights.study):.1f}%.",
        *([part] if part else []),
    ]
    if np.isnan([weights.sens, weights.spec]).any():
        parts.append("–: not known, for want of the arm in all studies.")
    elif (fit.table.n_diseased * fit.table.n_nondiseased == 0).any():
        parts.append(
            "A study with one arm has some weight on the other value as well, through the "
            "correlation."
        )
    return FigureText("Study weights", " ".join(parts), spoken(fit, weights.words))
