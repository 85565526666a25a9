"""Titles, captions and spoken findings of the figures of a fit with covariates."""

import numpy as np

from metadx.estimands.logistic import FloatArray
from metadx.plots.bubble_lines import BubbleLines, BubblePanel
from metadx.plots.captions import name_words, studies_words
from metadx.plots.coefficient_rows import MARGIN_NAMES, CoefficientRows
from metadx.plots.coefficient_words import compare
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import MARGINS, spoken, value_words
from metadx.plots.fitted import Described, FittedEffects, FittedKinds
from metadx.plots.group_captions import by_words
from metadx.plots.levels import Level, Levels
from metadx.plots.sroc_layers import logit_limits
from metadx.plots.style import percent

_MOST_NAMED = 4  # levels, or coefficients: more are told by their extremes


def _medians(level: Level, prob: float) -> FloatArray:
    return logit_limits(level.group.mu, prob, level.identified)


def levels_words(levels: Levels, prob: float) -> str:
    """Tell the median study of every level; of many levels only the two ends.

    Parameters
    ----------
    levels : Levels
    prob : float
        Level of the intervals.

    Returns
    -------
    str
        Sentences.
    """
    found = [(level.name, _medians(level, prob)) for level in levels.levels]
    sentences = []
    for margin, name in enumerate(MARGINS):
        known = [(label, own[:, margin]) for label, own in found if not np.isnan(own[1, margin])]
        if not known:
            sentences.append(f"{name.capitalize()} is not identified for any level.")
        elif len(known) <= _MOST_NAMED:
            kind = f"{percent(prob)} credible interval"
            words = [
                f"{label} {value_words(own, '' if place else kind)}"
                for place, (label, own) in enumerate(known)
            ]
            sentences.append(f"{name.capitalize()} of the median study: {'; '.join(words)}.")
        else:
            low, *_, high = sorted(known, key=lambda one: float(one[1][1]))
            sentences.append(
                f"{name.capitalize()} of the median study of {len(known)} levels runs from "
                f"{value_words(low[1])} for {low[0]} to {value_words(high[1])} for {high[0]}."
            )
    return " ".join(sentences)


def text_sroc_groups(levels: Levels, about: Described, caption: str, prob: float) -> FigureText:
    """Give the words of a summary ROC plot of several levels.

    Parameters
    ----------
    levels : Levels
    about : Described
    caption : str
        Of `metadx.plots.group_captions.caption_sroc_groups`.
    prob : float
        Level of the intervals.

    Returns
    -------
    FigureText
    """
    alt = spoken(about, levels_words(levels, prob))
    return FigureText(f"Summary ROC plot {by_words(levels)}", caption, alt)


def text_forest_groups(levels: Levels, about: Described, caption: str, prob: float) -> FigureText:
    """Give the words of a coupled forest plot of several levels.

    Parameters
    ----------
    levels : Levels
    about : Described
    caption : str
        Of `metadx.plots.group_captions.caption_forest_groups`.
    prob : float
        Level of the intervals.

    Returns
    -------
    FigureText
    """
    count = sum(len(level.rows) for level in levels.levels) + len(levels.rest)
    first = f"{studies_words(count).capitalize()} {by_words(levels)}."
    alt = spoken(about, first, levels_words(levels, prob))
    return FigureText(f"Coupled forest plot {by_words(levels)}", caption, alt)


def text_coefficients(
    fit: FittedEffects, rows: CoefficientRows, caption: str, prob: float
) -> FigureText:
    """Give the words of a coefficient plot.

    Parameters
    ----------
    fit : FittedEffects
    rows : CoefficientRows
        What it shows.
    caption : str
        Of `metadx.plots.regression_captions.caption_coefficients`.
    prob : float
        Level of the wider intervals.

    Returns
    -------
    FigureText
    """
    apart = np.flatnonzero((rows.outer > 0).all(axis=1) | (rows.outer < 0).all(axis=1))
    total = len(rows.label)
    of = "the one coefficient" if total == 1 else f"{total} coefficients"
    level = percent(prob)
    if not apart.size:
        first = f"No {level} credible interval of {of} lies on one side of no effect."
    else:
        # The clearest first: those with the limit that is farthest from no effect.
        apart = apart[np.argsort(-np.abs(rows.outer[apart]).min(axis=1), kind="stable")]
        words = [_effect(fit, rows, int(place)) for place in apart[:_MOST_NAMED]]
        more = f"; and {apart.size - len(words)} more" if apart.size > len(words) else ""
        first = (
            f"The {level} credible intervals of {apart.size} of {of} lie on one side of no "
            f"effect: {'; '.join(words)}{more}."
        )
    return FigureText("Coefficients of the meta-regression", caption, spoken(fit, first))


def _effect(fit: FittedEffects, rows: CoefficientRows, place: int) -> str:
    margin, _, effect = fit.effect_names[place].partition(",")
    what = compare(effect, fit.design).whole
    kind = "odds ratio" if rows.link == "logit" else f"difference on the {rows.link} scale"
    return f"{MARGIN_NAMES[margin].lower()}, {what}, {kind} {rows.text[place]}"


def text_bubble(fit: FittedKinds, lines: BubbleLines, caption: str) -> FigureText:
    """Give the words of a bubble plot.

    Parameters
    ----------
    fit : FittedKinds
    lines : BubbleLines
        What it shows.
    caption : str
        Of `metadx.plots.regression_captions.caption_bubble`.

    Returns
    -------
    FigureText
    """
    name = name_words(lines.covariate)
    unit = f" {lines.unit}" if lines.unit and lines.unit != lines.covariate else ""
    low, high = (f"{end:.6g}" for end in lines.grid[[0, -1]])
    alt = spoken(
        fit,
        *(_course(panel, f"{name} {low}{unit}", f"{high}{unit}", name) for panel in lines.panels),
    )
    return FigureText(f"Sensitivity and specificity against {name}", caption, alt)


def _course(panel: BubblePanel, first: str, last: str, name: str) -> str:
    margin = MARGIN_NAMES[panel.name]
    if not panel.known:
        return f"{margin} is not identified."
    if not panel.varies:
        return f"{margin} does not depend on {name} in this model."
    ends = [value_words(panel.credible[:, end]) for end in (0, -1)]
    return f"{margin} of the median study: {ends[0]} at {first}, {ends[1]} at {last}."
