"""Models side by side: what each says of accuracy, and how well it predicts."""

from collections.abc import Sequence

import arviz as az
import numpy as np
from numpy.typing import NDArray

from metadx.criticism.alternatives import AlternativeModel, Alternatives
from metadx.criticism.chance_words import decimal, whole_share
from metadx.criticism.comparison import SMALL_DIFFERENCE
from metadx.estimands.logistic import FloatArray
from metadx.estimands.summary import Summary
from metadx.plots.captions import opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.interval_rows import RowPanel, plot_rows
from metadx.plots.style import Backend, percent

_FAR = 5.0  # times the usual difference, from which a model is left out of the axis
_FEW_STUDIES = 2  # below it nothing is predicted from other studies


def plot_alternatives(
    found: Alternatives,
    *,
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the accuracy under each model beside how well the model predicts.

    Parameters
    ----------
    found : Alternatives
        Of `metadx.criticism.alternatives.model_alternatives`.
    prob : float, default 0.95
        Level that `found` was made with, for the words.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw rows and texts without caption.
    figsize : tuple of float, optional
        Smallest width and height in inches.

    Returns
    -------
    arviz.PlotCollection
        `viz` holds "row_label", "sens_interval", "spec_interval", "elpd_interval" and their
        "..._middle" and "..._words".

    References
    ----------
    Vehtari A, Gelman A, Gabry J. Practical Bayesian model evaluation using leave-one-out
    cross-validation and WAIC. Stat Comput 2017;27:1413-1432.

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.alternatives import model_alternatives
    >>> review = metadx.load_dataset("telomerase")
    >>> found = model_alternatives(review, ["bivariate-binomial", "fixed-effect"], draws=1000)
    >>> figure = plot_alternatives(found, backend="none")
    >>> [entry["string"] for entry in figure.viz["elpd_words"]["rows"].values][0]
    '0.0; 100 %'
    """
    models = found.models
    reference = next((one for one in models if one.id == found.reference), models[0])
    panels = [
        quantity_panel(
            name,
            heading,
            [one.quantities[name] for one in models],
            reference.quantities[name],
            bounds=(0.0, 1.0),
        )
        for name, heading in (("sens", "Sensitivity"), ("spec", "Specificity"))
    ]
    if models[0].fit.table.n_studies >= _FEW_STUDIES:
        panels.append(_elpd_panel(models))
    bold = [place for place, one in enumerate(models) if one.id == found.reference]
    return plot_rows(
        [one.id for one in models],
        panels,
        _text(found, prob),
        synthetic_note(models[0].fit),
        heading="Model",
        bold=bold,
        backend=backend,
        figsize=figsize,
    )


def quantity_panel(
    name: str,
    heading: str,
    summaries: list[Summary | None],
    reference: Summary | None,
    *,
    bounds: tuple[float, float],
    short: bool = False,
) -> RowPanel:
    """Put the summaries of one quantity in the form of a panel of rows.

    Parameters
    ----------
    name, heading : str
        Of the column.
    summaries : list of Summary or None, length N
        None where a row does not define the quantity.
    reference : Summary or None
        At whose median a dashed line stands.
    bounds : tuple of float
        Least and largest value of the quantity.
    short : bool
        Whether to write the median alone beside the rows.

    Returns
    -------
    RowPanel
    """
    missing = (np.nan, np.nan, np.nan)
    values: FloatArray = np.array(
        [missing if one is None else (one.lower, one.median, one.upper) for one in summaries]
    )
    return RowPanel(
        name=name,
        heading=heading,
        values=values,
        text=tuple(_words(one, bounds, short=short) for one in summaries),
        bounds=bounds,
        reference=None if reference is None else reference.median,
    )


def _words(one: Summary | None, bounds: tuple[float, float], *, short: bool) -> str:
    if one is None:
        return "–"
    low, middle, high = (_number(x, bounds) for x in (one.lower, one.median, one.upper))
    return middle if short else f"{middle} ({low} to {high})"


def _number(value: float, bounds: tuple[float, float]) -> str:
    """Write two decimals; never a bound that is not reached."""
    if bounds == (0.0, 1.0):
        return decimal(value)
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def off_the_axis(models: Sequence[AlternativeModel]) -> NDArray[np.bool_]:
    """Tell which models predict so much worse that the others would not be told apart.

    Parameters
    ----------
    models : sequence of AlternativeModel, length M

    Returns
    -------
    ndarray of bool, shape (M,)
        Whether the difference from the best exceeds five times the middle one with its error.
    """
    gap = np.abs([one.difference for one in models])
    usual = float(np.median(gap + np.nan_to_num([one.difference_se for one in models])))
    return np.asarray(gap > _FAR * max(SMALL_DIFFERENCE, usual))


def _elpd_panel(models: Sequence[AlternativeModel]) -> RowPanel:
    middle = np.array([one.difference for one in models])
    error = np.array([one.difference_se for one in models])
    values = np.stack([middle - error, middle, middle + error], axis=1)
    values[off_the_axis(models)] = np.nan
    words = [
        _decimal(one.difference)
        if one.difference == 0
        else f"{_decimal(one.difference)} ({_decimal(one.difference_se)})"
        for one in models
    ]
    words = [
        f"{word}; {whole_share(one.weight)} %" for word, one in zip(words, models, strict=True)
    ]
    return RowPanel(
        name="elpd",
        heading="Prediction",
        values=values,
        text=tuple(words),
        text_heading="(SE); weight",
        include=(0.0,),
        reference=0.0,
    )


def _decimal(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}".replace("-", "−")


def _text(found: Alternatives, prob: float) -> FigureText:
    first = found.models[0].fit
    count = studies_words(first.table.n_studies)
    level = percent(prob)
    shown = {one.id for one in found.models}
    parts = [
        opening(first, f"Sensitivity and specificity of the median study of {count} by model."),
        f"Squares and lines: posterior median and {level} credible interval.",
    ]
    if found.reference in shown:
        parts.append(f"Bold and dashed line: the model of the analysis, {found.reference}.")
    if first.table.n_studies >= _FEW_STUDIES:
        parts.append(
            "Prediction: leave-one-out log predictive density less the highest, with plus and "
            "minus one standard error in brackets and as a line."
        )
        if off_the_axis(found.models).any():
            parts.append("Models far worse than the others are left out of that panel.")
        parts.append(
            "Weight: share of the model in the stacking mixture of those not clearly worse."
        )
    if any(one.quantities[name] is None for one in found.models for name in ("sens", "spec")):
        parts.append("–: not defined.")
    parts.append(found.words)
    return FigureText("Models side by side", " ".join(parts), spoken(first, found.words))
