"""Titles, captions and spoken findings of the figures of a fit without covariates."""

import numpy as np

from metadx.estimands.logistic import FloatArray, IntArray
from metadx.plots.captions import studies_words, synthetic_note
from metadx.plots.figure_text import FigureText
from metadx.plots.fitted import CountTable, Described, FittedReview
from metadx.plots.sroc_layers import pooled_limits
from metadx.plots.style import percent

MARGINS = ("sensitivity", "specificity")


def spoken(fit: Described, *sentences: str) -> str:
    """Join sentences that are read out; simulated or reconstructed data are called so first.

    Parameters
    ----------
    fit : Described
    *sentences : str
        Whole sentences; empty ones are left out.

    Returns
    -------
    str
    """
    mark = synthetic_note(fit)
    first = f"{mark[:1].upper()}{mark[1:]}." if mark else ""
    return " ".join(part for part in (first, *sentences) if part)


def value_words(limits: FloatArray, kind: str = "") -> str:
    """Write a median with its limits.

    Parameters
    ----------
    limits : ndarray, shape (3,)
        Lower limit, median and upper limit.
    kind : str
        Which interval it is, such as "95% credible interval".

    Returns
    -------
    str

    Examples
    --------
    >>> value_words(np.array([0.6, 0.658, 0.71]), "95% credible interval")
    '0.66 (95% credible interval 0.60 to 0.71)'
    """
    low, middle, high = limits
    return f"{middle:.2f} ({kind}{' ' if kind else ''}{low:.2f} to {high:.2f})"


def both_words(limits: FloatArray, kind: str = "") -> str:
    """Write sensitivity and specificity with their limits, or that one is not identified.

    Parameters
    ----------
    limits : ndarray, shape (3, 2)
        Lower limits, medians and upper limits of sens and spec; nan where not identified.
    kind : str
        Which interval it is; said once.

    Returns
    -------
    str
    """
    words = []
    for name, own in zip(MARGINS, limits.T, strict=True):
        if np.isnan(own[1]):
            words.append(f"{name} is not identified")
        else:
            words.append(f"{name} {value_words(own, kind)}")
            kind = ""
    return ", ".join(words)


def pooled_words(fit: FittedReview, prob: float) -> str:
    """Tell the median study in a sentence.

    Parameters
    ----------
    fit : FittedReview
    prob : float
        Level of the intervals.

    Returns
    -------
    str
    """
    limits = pooled_limits(fit.table, fit.mu.reshape(-1, 2), prob)
    count = studies_words(fit.table.n_studies)
    return f"Median study of {count}: {both_words(limits, f'{percent(prob)} credible interval')}."


def new_study_words(fit: FittedReview, prob: float) -> str:
    """Tell the prediction for a new study in a sentence; nothing where nothing is identified.

    Parameters
    ----------
    fit : FittedReview
    prob : float
        Level of the intervals.

    Returns
    -------
    str
    """
    limits = pooled_limits(fit.table, fit.new_study_logits(), prob)
    words = [
        f"{name} is expected between {own[0]:.2f} and {own[2]:.2f}"
        for name, own in zip(MARGINS, limits.T, strict=True)
        if not np.isnan(own[1])
    ]
    if not words:
        return ""
    return f"In a new study {', '.join(words)} ({percent(prob)} prediction intervals)."


def text_sroc(fit: FittedReview, caption: str, prob: float) -> FigureText:
    """Give the words of a summary ROC plot.

    Parameters
    ----------
    fit : FittedReview
    caption : str
        Of `metadx.plots.captions.caption_sroc`.
    prob : float
        Level of the intervals.

    Returns
    -------
    FigureText
    """
    alt = spoken(fit, pooled_words(fit, prob), new_study_words(fit, prob))
    return FigureText("Summary ROC plot", caption, alt)


def text_forest(fit: FittedReview, caption: str, prob: float) -> FigureText:
    """Give the words of a coupled forest plot.

    Parameters
    ----------
    fit : FittedReview
    caption : str
        Of `metadx.plots.captions.caption_forest`.
    prob : float
        Level of the intervals.

    Returns
    -------
    FigureText
    """
    alt = spoken(fit, observed_words(fit.table), pooled_words(fit, prob))
    return FigureText("Coupled forest plot", caption, alt)


def observed_words(table: CountTable) -> str:
    """Tell between which values the observed proportions of the studies lie.

    Parameters
    ----------
    table : CountTable

    Returns
    -------
    str
    """
    arms = ((table.tp, table.n_diseased), (table.tn, table.n_nondiseased))
    words = [
        f"{name} {range_words(told, n)}"
        for name, (told, n) in zip(MARGINS, arms, strict=True)
        if n.any()
    ]
    return f"Observed {' and '.join(words)}."


def range_words(told: IntArray, n: IntArray) -> str:
    """Write the smallest and the largest of some proportions.

    Parameters
    ----------
    told, n : ndarray of int, shape (N,)
        Counts and their totals; a total of 0 is left out.

    Returns
    -------
    str

    Examples
    --------
    >>> range_words(np.array([1, 3, 0]), np.array([2, 4, 0]))
    'from 0.50 to 0.75'
    """
    share = told[n > 0] / n[n > 0]
    low, high = f"{share.min():.2f}", f"{share.max():.2f}"
    return low if low == high else f"from {low} to {high}"
