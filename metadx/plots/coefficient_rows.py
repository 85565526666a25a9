"""The rows of a coefficient plot, before anything is drawn."""

from dataclasses import dataclass

import numpy as np

from metadx.errors import MetadxError
from metadx.estimands.links import Link
from metadx.estimands.logistic import FloatArray
from metadx.plots.coefficient_words import compare
from metadx.plots.fitted import FittedEffects, link_of

MARGIN_NAMES = {"sens": "Sensitivity", "spec": "Specificity"}


@dataclass(frozen=True, eq=False)
class CoefficientRows:
    """The E coefficients, top to bottom.

    Parameters
    ----------
    label : tuple of str
        What each compares; only the level where the heading above says the rest.
    below : tuple of bool
        Whether each stands below such a heading.
    y : ndarray, shape (E,)
        Height of each row in rows from the top.
    headings : tuple of (float, str)
        Height and words of the heading of each margin.
    covariates : tuple of (float, str)
        Height and words of the lines that name a covariate and its reference level, where a row
        has no room for them.
    outer, inner : ndarray, shape (E, 2)
        Limits of the two credible intervals, on the scale of the link: log odds ratios under the
        logit.
    median : ndarray, shape (E,)
        Posterior medians, on the same scale.
    text : tuple of str
        Odds ratios with the wider interval, in words; under another link than the logit the
        differences on its scale.
    probability : ndarray, shape (E,)
        Posterior probability that the coefficient is above 0.
    link : {"logit", "probit", "cloglog"}
    """

    label: tuple[str, ...]
    below: tuple[bool, ...]
    y: FloatArray
    headings: tuple[tuple[float, str], ...]
    covariates: tuple[tuple[float, str], ...]
    outer: FloatArray
    inner: FloatArray
    median: FloatArray
    text: tuple[str, ...]
    probability: FloatArray
    link: Link = "logit"

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


def difference_words(value: float) -> str:
    """Write a difference on the scale of a link.

    Examples
    --------
    >>> [difference_words(value) for value in (1.234, -0.456, -0.001)]
    ['1.23', '−0.46', '0.00']
    """
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


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
    comparisons = [compare(name.partition(",")[2], fit.design) for name in names]
    parted = {one.heading for one in comparisons if one.long}
    label: list[str] = []
    y: list[float] = []
    headings: list[tuple[float, str]] = []
    covariates: list[tuple[float, str]] = []
    height, above, heading = 0.0, "", ""
    for name, one in zip(names, comparisons, strict=True):
        margin = name.partition(",")[0]
        if margin != above:
            height += 0.4 if above else 0.0
            headings.append((height, MARGIN_NAMES[margin]))
            above, height, heading = margin, height + 1.0, ""
        if one.heading in parted and one.heading != heading:
            for words in one.heading_lines:
                covariates.append((height, words))
                height += 1.0
        heading = one.heading
        label.append(one.part if heading in parted else one.whole)
        y.append(height)
        height += 1.0
    link = link_of(fit)
    with np.errstate(over="ignore"):
        values = [
            map(odds_words, np.exp(limits)) if link == "logit" else map(difference_words, limits)
            for limits in (median, low, high)
        ]
    return CoefficientRows(
        label=tuple(label),
        below=tuple(one.heading in parted for one in comparisons),
        y=np.array(y),
        headings=tuple(headings),
        covariates=tuple(covariates),
        outer=np.stack([low, high], axis=1),
        inner=np.stack([inner_low, inner_high], axis=1),
        median=median,
        text=tuple(f"{mid} ({lo} to {hi})" for mid, lo, hi in zip(*values, strict=True)),
        probability=np.asarray((draws > 0.0).mean(axis=0)),
        link=link,
    )
