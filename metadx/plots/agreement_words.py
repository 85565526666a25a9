"""Titles, captions and spoken findings of the figures of agreement."""

from collections.abc import Sequence

import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.estimands.logistic import FloatArray
from metadx.plots.agreement_bound_rows import BoundRows
from metadx.plots.agreement_captions import kappa_words, rows_words
from metadx.plots.agreement_cut_rows import CutRows
from metadx.plots.agreement_draws import RowDraws, limits_text, signed
from metadx.plots.agreement_forest_rows import KappaForest
from metadx.plots.figure_text import FigureText
from metadx.plots.figure_words import spoken
from metadx.plots.style import percent

_MOST_NAMED = 4  # rows: more are told by their extremes


def extremes_words(names: Sequence[str], limits: FloatArray, level: str) -> str:
    """Tell the values of some rows; of many only the smallest and the largest.

    Parameters
    ----------
    names : sequence of str, length R
    limits : ndarray, shape (R, 3)
        Lower limits, medians and upper limits; nan where nothing tells the value.
    level : str
        Which interval it is, such as "95% credible interval".

    Returns
    -------
    str
        Without a full stop.

    Examples
    --------
    >>> extremes_words(["a"], np.array([[0.2, 0.5, 0.7]]), "90% interval")
    '0.50 (0.20 to 0.70) for a; 90% interval in brackets'
    """
    known = [(name, one) for name, one in zip(names, limits, strict=True) if not np.isnan(one[1])]
    if not known:
        return "nothing tells it of any row"
    if len(known) <= _MOST_NAMED:
        words = [f"{limits_text(one)} for {name}" for name, one in known]
        return f"{'; '.join(words)}; {level} in brackets"
    low, *_, high = sorted(known, key=lambda pair: float(pair[1][1]))
    return (
        f"from {limits_text(low[1])} for {low[0]} to {limits_text(high[1])} for {high[0]}; "
        f"{level} in brackets"
    )


def _level(prob: float) -> str:
    return f"{percent(prob)} credible interval"


def text_kappa_forest(
    fit: AgreementFit, forest: KappaForest, caption: str, prob: float
) -> FigureText:
    """Give the words of a kappa forest plot.

    Parameters
    ----------
    fit : AgreementFit
    forest : KappaForest
        What it shows.
    caption : str
        Of `metadx.plots.agreement_captions.caption_kappa_forest`.
    prob : float
        Level of the intervals.

    Returns
    -------
    FigureText
    """
    rows = forest.rows
    names, values = [row.draws.name for row in rows], np.array([row.posterior for row in rows])
    what = kappa_words([row.draws for row in rows])
    parts = [f"{what}, of {rows_words(len(rows))}: {extremes_words(names, values, _level(prob))}."]
    if forest.summaries:
        together = "; ".join(
            f"{one.label[:1].lower()}{one.label[1:]} {one.text}" for one in forest.summaries
        )
        parts.append(f"Quadratic kappa at one margin for all: {together}.")
    return FigureText("Forest plot of kappa", caption, spoken(fit, *parts))


def text_tables(fit: AgreementFit, rows: Sequence[RowDraws], caption: str) -> FigureText:
    """Give the words of heat maps of cross-tables.

    Parameters
    ----------
    fit : AgreementFit
    rows : sequence of RowDraws
        Those shown.
    caption : str
        Of `metadx.plots.agreement_captions.caption_tables`.

    Returns
    -------
    FigureText
    """
    values = [float(row.draws["agreement_exact"].mean()) for row in rows]
    ends = values.index(min(values)), values.index(max(values))
    words = [f"{signed(values[end])} for {rows[end].name}" for end in ends]
    what = words[0] if len(rows) == 1 else f"from {words[0]} to {words[1]}"
    alt = spoken(fit, f"Share of cases expected in the same category: {what}.")
    return FigureText("Expected cross-tables", caption, alt)


def text_cuts(fit: AgreementFit, found: CutRows, caption: str, prob: float) -> FigureText:
    """Give the words of a plot of cut-points.

    Parameters
    ----------
    fit : AgreementFit
    found : CutRows
        What it shows.
    caption : str
        Of `metadx.plots.agreement_captions.caption_cuts`.
    prob : float
        Level of the intervals.

    Returns
    -------
    FigureText
    """
    if found.raters is None:
        first = [row.cuts[0][0] for row in found.rows]
        what = "First cut-point on the latent scale"
    else:
        first = [row.shift for row in found.rows]
        what = f"Mean category of {found.raters[0]} less that of {found.raters[1]}"
    values = extremes_words([row.label for row in found.rows], np.array(first), _level(prob))
    return FigureText("Cut-points on the latent scale", caption, spoken(fit, f"{what}: {values}."))


def text_ranks(
    fit: AgreementFit, rows: Sequence[RowDraws], prob: dict[str, FloatArray], caption: str
) -> FigureText:
    """Give the words of a plot of rank probabilities.

    Parameters
    ----------
    fit : AgreementFit
    rows : sequence of RowDraws
        Those ranked.
    prob : mapping of str to ndarray, shape (R, R)
        Probability of each rank (column) of each row, for "raw" and "standard".
    caption : str
        Of `metadx.plots.agreement_captions.caption_ranks`.

    Returns
    -------
    FigureText
    """
    parts = []
    for key, by in (("raw", "as it is"), ("standard", "at one margin for all")):
        best = int(prob[key][:, 0].argmax())
        chance = f"{100 * prob[key][best, 0]:.0f}%"
        parts.append(f"By kappa {by} {rows[best].name} is most often first, in {chance} of draws.")
    return FigureText("Rank probabilities by agreement", caption, spoken(fit, *parts))


def text_bounds(fit: AgreementFit, found: BoundRows, caption: str, prob: float) -> FigureText:
    """Give the words of a plot of bounds.

    Parameters
    ----------
    fit : AgreementFit
    found : BoundRows
        What it shows.
    caption : str
        Of `metadx.plots.agreement_captions.caption_bounds`.
    prob : float
        Level of the posterior intervals.

    Returns
    -------
    FigureText
    """
    names = [row.name for row in found.rows]
    values = extremes_words(names, found.posterior[:, 0], _level(prob))
    alt = spoken(fit, f"Posterior share of cases in the same category: {values}.")
    return FigureText("Bounds on agreement without a model", caption, alt)


def text_loadings(
    fit: AgreementFit, names: Sequence[str], values: FloatArray, caption: str, prob: float
) -> FigureText:
    """Give the words of a plot of loadings.

    Parameters
    ----------
    fit : AgreementFit
    names : sequence of str, length J
        The raters.
    values : ndarray, shape (J, 3)
        Lower limits, medians and upper limits.
    caption : str
        Of `metadx.plots.agreement_captions.caption_loadings`.
    prob : float
        Level of the intervals.

    Returns
    -------
    FigureText
    """
    told = extremes_words(names, values, _level(prob))
    alt = spoken(fit, f"Correlation of each rater with what all share: {told}.")
    return FigureText("Loadings of the raters", caption, alt)
