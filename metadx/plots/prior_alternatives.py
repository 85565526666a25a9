"""The answer under other priors: one row a set of priors."""

import arviz as az

from metadx.criticism.prior_sensitivity import PriorSensitivity
from metadx.plots.alternatives import quantity_panel
from metadx.plots.captions import opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.interval_rows import plot_rows
from metadx.plots.style import Backend, percent

_PANELS = (
    ("sens", "Sensitivity", (0.0, 1.0)),
    ("spec", "Specificity", (0.0, 1.0)),
    ("tau_sens", "tau, sens", (0.0, float("inf"))),
    ("tau_spec", "tau, spec", (0.0, float("inf"))),
)


def plot_prior_alternatives(
    found: PriorSensitivity,
    *,
    prob: float = 0.95,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw accuracy and heterogeneity under each declared set of priors.

    Parameters
    ----------
    found : PriorSensitivity
        Of `metadx.criticism.prior_sensitivity.prior_sensitivity`.
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
        `viz` holds "row_label" and of "sens", "spec", "tau_sens" and "tau_spec" the
        "..._interval", "..._middle" and "..._words".

    Examples
    --------
    >>> import metadx
    >>> from metadx.criticism.prior_sensitivity import prior_sensitivity
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure = plot_prior_alternatives(prior_sensitivity(fit, draws=1000), backend="none")
    >>> figure.viz["row_label"]["rows"].values[0]["string"]
    'wider'
    """
    runs = (found.own, *found.alternatives)
    panels = [
        quantity_panel(
            name,
            heading,
            [run.quantities[name] for run in runs],
            found.own.quantities[name],
            bounds=bounds,
            short=True,
        )
        for name, heading, bounds in _PANELS
        if name not in found.own.fixed
    ]
    return plot_rows(
        [run.name for run in runs],
        panels,
        _text(found, prob),
        synthetic_note(found.own.fit),
        heading="Priors",
        bold=[0],
        backend=backend,
        figsize=figsize,
    )


def _text(found: PriorSensitivity, prob: float) -> FigureText:
    fit = found.own.fit
    card = fit.card.card
    free = any(name.startswith("tau") and name not in found.own.fixed for name, _, _ in _PANELS)
    spread = f" and heterogeneity (tau, {card.link} scale)" if free else ""
    parts = [
        opening(
            fit,
            f"Sensitivity and specificity of the median study{spread} of "
            f"{studies_words(fit.table.n_studies)} under other priors of {card.id}.",
        ),
        f"Squares and lines: posterior median and {percent(prob)} credible interval; the median is "
        "written beside them.",
        "Bold and dashed line: the card's own priors.",
    ]
    if found.alternatives:
        listed = "; ".join(f"{run.name}: {run.priors}" for run in found.alternatives)
        parts.append(f"Changed priors: {listed}.")
    if any(run.quantities[name] is None for run in (found.own, *found.alternatives)
           for name, _, _ in _PANELS if name not in found.own.fixed):  # fmt: skip
        parts.append("–: not identified.")
    parts.append(found.moved_words)
    return FigureText("The answer under other priors", " ".join(parts), spoken(fit, found.words))
