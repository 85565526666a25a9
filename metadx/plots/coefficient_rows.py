"""The rows of a coefficient plot, before anything is drawn."""

from dataclasses import dataclass

import numpy as np

from metadx.designs.design import Design
from metadx.errors import MetadxError
from metadx.estimands.logistic import FloatArray
from metadx.plots.captions import name_words
from metadx.plots.fitted import FittedEffects
from metadx.plots.labels import shorten

MARGIN_NAMES = {"sens": "Sensitivity", "spec": "Specificity"}
_LONGEST = 64  # characters of a label


@dataclass(frozen=True, eq=False)
class CoefficientRows:
    """The E coefficients, top to bottom.

    Parameters
    ----------
    label : tuple of str
        What each compares.
    y : ndarray, shape (E,)
        Height of each row in rows from the top.
    headings : tuple of (float, str)
        Height and words of the heading of each margin.
    outer, inner : ndarray, shape (E, 2)
        Limits of the two credible intervals, as log odds ratios.
    median : ndarray, shape (E,)
        Posterior medians, as log odds ratios.
    text : tuple of str
        Odds ratios with the wider interval, in words.
    probability : ndarray, shape (E,)
        Posterior probability that the coefficient is above 0.
    """

    label: tuple[str, ...]
    y: FloatArray
    headings: tuple[tuple[float, str], ...]
    outer: FloatArray
    inner: FloatArray
    median: FloatArray
    text: tuple[str, ...]
    probability: FloatArray

    @property
    def last(self) -> float:
        """Height of the last row."""
        return float(self.y[-1])


def odds_words(value: float) -> str:
    """Write an odds ratio; never as 0, and without digits that mean nothing.

    Examples
    --------
    >>> [odds_words(value) for value in (1.234, 23.45, 456.7, 1e9, 0.099, 0.0123, 1e-9)]
    ['1.23', '23.4', '457', '> 9999', '0.10', '0.012', '< 0.001']
    """
    if value >= 9999.5:
        return "> 9999"
    if value < 0.001:
        return "< 0.001"
    if value >= 99.95:
        return f"{value:.0f}"
    if value >= 9.995:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.095 else f"{value:.3f}"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 999.5 else f"{value:.0f}"


def reference_levels(design: Design) -> dict[str, tuple[tuple[str, ...], str]]:
    """Find the levels of each covariate that has some, and which of them is the reference.

    Parameters
    ----------
    design : Design
        Whose kinds of study tell the levels: the reference is the one without an effect.

    Returns
    -------
    dict
        Levels and reference by name of the covariate, numbers taken as levels among them.
    """
    effects = {*design.sens.effects, *design.spec.effects}
    found = {}
    for name in design.covariates:
        levels = tuple(
            kind.label.removeprefix(f"{name} = ")
            for kind in design.kinds
            if kind.covariate == name and len(kind.studies)
        )
        others = [level for level in levels if f"{name}={level}" not in effects]
        if len(others) == 1:
            found[name] = levels, others[0]
    return found


def _part(effect: str, design: Design) -> str | None:
    """Put one factor of an effect into words; None where it is no such thing."""
    if effect in design.scaling:
        step = design.scaling[effect]
        times = " ×" if step.unit[:1].isdigit() else ""
        unit = "" if step.unit in ("", effect) else f"{times} {step.unit}"
        # The standard deviation of a transformed covariate has not the unit of the covariate.
        unit = unit if effect in design.covariates else ""
        return f"{name_words(effect)}, per sd ({_number(step.sd)}{unit})"
    for name, (levels, reference) in reference_levels(design).items():
        level = effect.removeprefix(f"{name}=")
        if level != effect and level in levels:
            return f"{name_words(name)}: {shorten(level)} vs {shorten(reference)}"
    return None


def effect_words(effect: str, design: Design) -> str:
    """Say what a coefficient compares.

    Parameters
    ----------
    effect : str
        Its name in the design, such as "setting=screening".
    design : Design
        Which tells the reference levels, and the standard deviations of continuous covariates.

    Returns
    -------
    str
        The name itself where it cannot be put into words.

    Examples
    --------
    >>> import metadx
    >>> from metadx.designs.formula import build_design
    >>> table = metadx.load_dataset("anti-ccp").table
    >>> design = build_design(table, sens="~ generation")
    >>> effect_words("generation=CCP2", design)
    'generation: CCP2 vs CCP1'
    """
    whole = _part(effect, design)
    if whole is not None:
        return shorten(whole, _LONGEST)
    parts = [_part(part, design) for part in effect.split(":")]
    if all(part is not None for part in parts):
        return shorten(" × ".join(part for part in parts if part), _LONGEST)
    return shorten(effect.replace("=", " = "), _LONGEST)


def coefficient_rows(
    fit: FittedEffects, *, prob: float = 0.95, inner: float = 0.5
) -> CoefficientRows:
    """Compute the rows of a coefficient plot.

    Parameters
    ----------
    fit : FittedEffects
        A fit with covariates.
    prob, inner : float
        Levels of the wider and of the narrower interval.

    Returns
    -------
    CoefficientRows

    Raises
    ------
    MetadxError
        If the fit has no covariates.
    """
    names = fit.effect_names
    if not names:
        raise MetadxError(
            "coefficient plot: found a fit without covariates; wanted is one with a formula such "
            'as spec="~ setting".'
        )
    draws = fit.effects.reshape(-1, len(names))
    tails = [(1.0 - level) / 2.0 for level in (prob, inner)]
    points = [tails[0], tails[1], 0.5, 1.0 - tails[1], 1.0 - tails[0]]
    low, inner_low, median, inner_high, high = np.quantile(draws, points, axis=0)
    label, y, headings = [], [], []
    height, above = 0.0, ""
    for name in names:
        margin, _, effect = name.partition(",")
        if margin != above:
            height += 0.4 if above else 0.0
            headings.append((height, MARGIN_NAMES[margin]))
            above, height = margin, height + 1.0
        label.append(effect_words(effect, fit.design))
        y.append(height)
        height += 1.0
    with np.errstate(over="ignore"):
        odds = [map(odds_words, np.exp(limits)) for limits in (median, low, high)]
    return CoefficientRows(
        label=tuple(label),
        y=np.array(y),
        headings=tuple(headings),
        outer=np.stack([low, high], axis=1),
        inner=np.stack([inner_low, inner_high], axis=1),
        median=median,
        text=tuple(f"{mid} ({lo} to {hi})" for mid, lo, hi in zip(*odds, strict=True)),
        probability=np.asarray((draws > 0.0).mean(axis=0)),
    )
