"""Prior and posterior of every parameter, and who speaks in it."""

from collections.abc import Sequence

import arviz as az
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from metadx.criticism.chance_words import decimal
from metadx.criticism.power_scaling import PowerScaled, power_words
from metadx.engines.fit import Fit
from metadx.estimands.links import Link, inverse
from metadx.plots.captions import opening, studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.panel_page import PAGE, axes_of, finish_panels, panel_collection, put
from metadx.plots.panel_ticks import settle_ticks
from metadx.plots.prior_densities import PriorDensity, prior_densities
from metadx.plots.style import BLUE, GREY, SMALLEST_TEXT, Backend, figure_style, font_size
from metadx.plots.visuals import band, filled, points

_WIDTH, _ROW = 6.7, 1.85  # inches
_SYMBOLS = {"tau[sens]": "tau", "tau[spec]": "tau", "rho": "rho"}
_NARROWEST = 2.1  # inches of a panel: its heading stands on one line
_HEADINGS = {
    "mu[sens]": "Sensitivity",
    "mu[spec]": "Specificity",
    "tau[sens]": "Heterogeneity, sens",
    "tau[spec]": "Heterogeneity, spec",
    "rho": "Correlation",
}
_VERDICTS = {"data": "the data speak", "prior": "the prior speaks", "both": "both speak"}
_HEADROOM = 1.08  # of the axis above the posterior


def plot_prior_posterior(
    fit: Fit,
    *,
    power: Sequence[PowerScaled] | None = None,
    backend: Backend = "matplotlib",
    figsize: tuple[float, float] | None = None,
) -> az.PlotCollection:
    """Draw the densities of accuracy, heterogeneity and correlation before and after the data.

    Parameters
    ----------
    fit : Fit
        Without covariates.
    power : sequence of PowerScaled, optional
        The ``power`` of `metadx.prior_sensitivity`. Without it no panel says who speaks: power
        scaling alone does not see what another set of priors would move.
    backend : {"matplotlib", "none", "plotly", "bokeh"}, default "matplotlib"
        Matplotlib draws the finished figure. "none" keeps what would be drawn as dictionaries;
        the other two draw the data without legend and caption.
    figsize : tuple of float, optional
        Width of the page and height of a row of panels in inches; by default 6.7 and 1.85. As
        many panels stand side by side as have room.

    Returns
    -------
    arviz.PlotCollection
        One plot a parameter. `viz` holds "prior PARAMETER" and "posterior PARAMETER".

    Raises
    ------
    FitError
        If the fit has covariates.

    References
    ----------
    Kallioinen N, Paananen T, Bürkner P-C, Vehtari A. Detecting and diagnosing prior and likelihood
    sensitivity with power-scaling. Stat Comput 2024;34:57.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> power = metadx.prior_sensitivity(fit, draws=1000).power
    >>> figure = plot_prior_posterior(fit, power=power, backend="none")
    >>> "posterior rho" in figure.viz
    True
    """
    fit.pooled  # noqa: B018 - refuses covariates
    said = {one.parameter: one for one in power or ()}
    parts = prior_densities(fit)
    size = (_WIDTH, _ROW) if figsize is None else figsize
    with figure_style(max(SMALLEST_TEXT, font_size(size[0]) - 1.0)):
        names = [part.parameter for part in parts]
        columns = max(1, min(len(names), int(size[0] // _NARROWEST)))
        pc = panel_collection(names, columns=columns, size=size, backend=backend)
        for part in parts:
            _draw(pc, part, _heading(part.parameter, said))
        legend = None
        if pc.backend == "matplotlib":
            for part in parts:
                _dress(pc, part, _heading(part.parameter, said))
            legend = {
                "prior": Patch(facecolor=GREY, alpha=0.35),
                "posterior": Line2D([], [], color=BLUE, linewidth=1.4),
            }
        text = _text(fit, parts, tuple(said.values()))
        finish_panels(pc, text, synthetic_note(fit), legend=legend)
    return pc


def _heading(name: str, said: dict[str, PowerScaled]) -> str:
    verdict = f": {_VERDICTS[said[name].verdict]}" if name in said else ""
    return f"{_HEADINGS[name]}{verdict}"


def _draw(pc: az.PlotCollection, part: PriorDensity, heading: str) -> None:
    panel = part.parameter
    top = _top(part)
    # The prior of a probability may rise without bound at its ends: cut at the top of the axis.
    before = np.minimum(part.prior, top)
    data = band(PAGE, part.x, np.zeros(part.x.size), before)
    put(pc, filled, f"prior {panel}", panel=panel, data=data, color=GREY, alpha=0.35)
    data = points(PAGE, part.x, part.posterior)
    put(pc, az.visuals.line_xy, f"posterior {panel}", panel=panel, data=data, color=BLUE,
        width=1.4)  # fmt: skip
    put(pc, az.visuals.set_ylim, "ylim", panel=panel, limits=(0.0, top), store_artist=False)
    if pc.backend != "matplotlib":
        put(pc, az.visuals.labelled_title, "title", panel=panel, text=heading, store_artist=False)


def _top(part: PriorDensity) -> float:
    """End of the vertical axis: the posterior whole, the prior where it is not taller than that."""
    inner = part.prior[part.prior.size // 20 : -part.prior.size // 20]
    return _HEADROOM * float(max(part.posterior.max(), inner.max()))


def _dress(pc: az.PlotCollection, part: PriorDensity, heading: str) -> None:
    ax = axes_of(pc, part.parameter)
    ax.set_title(heading, fontsize="medium", pad=4.0)
    ax.set_yticks([])
    low, high = {"mu": (0.0, 1.0), "rh": (-1.0, 1.0)}.get(
        part.parameter[:2], (0.0, float(part.x[-1]))
    )
    ax.set_xlim(low, high)
    settle_ticks(ax, "x", 4)
    ax.set_xlabel(_SYMBOLS.get(part.parameter, ""), labelpad=1.5)
    for side in ("left", "top", "right"):
        ax.spines[side].set_visible(False)


def _text(fit: Fit, parts: Sequence[PriorDensity], said: Sequence[PowerScaled]) -> FigureText:
    card = fit.card.card
    told = [
        opening(
            fit,
            f"Densities before and after the data of {studies_words(fit.table.n_studies)}, "
            f"model {card.id}.",
        ),
        "Sensitivity and specificity: of the median study.",
    ]
    if any(part.parameter.startswith("tau") for part in parts):
        told.append(f"tau: standard deviation between studies ({card.link} scale).")
    told.append("Grey: prior of the card; line: posterior, smoothed.")
    if any(part.prior.max() > _top(part) for part in parts):
        told.append("A prior that rises above its panel is cut off there.")
    if said:
        told.append(power_words(said, fit.table.n_studies))
    # Without a verdict the medians are the finding.
    words = [f"{_heading(one.parameter, {one.parameter: one})}." for one in said
             if one.parameter in _HEADINGS] or [_middle_words(fit, parts)]  # fmt: skip
    alt = spoken(fit, "Densities of prior and posterior by parameter.", *words)
    return FigureText("Prior and posterior", " ".join(told), alt)


def _middle_words(fit: Fit, parts: Sequence[PriorDensity]) -> str:
    """Tell the posterior median of each parameter."""
    link: Link = fit.card.card.link
    sens, spec = np.median(inverse(fit.intercepts.reshape(-1, 2), link), axis=0)
    tau_sens, tau_spec = np.median(fit.tau.reshape(-1, 2), axis=0)
    told = {
        "mu[sens]": f"sensitivity {decimal(float(sens))}",
        "mu[spec]": f"specificity {decimal(float(spec))}",
        "tau[sens]": f"tau of sensitivity {tau_sens:.2f}",
        "tau[spec]": f"tau of specificity {tau_spec:.2f}",
        "rho": f"correlation {np.median(fit.rho):.2f}".replace("-", "−"),
    }
    return f"Posterior medians: {', '.join(told[part.parameter] for part in parts)}."
