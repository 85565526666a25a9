"""Words and limits that the figures about the use of a test share."""

import numpy as np

from metadx.errors import MetadxError
from metadx.estimands.logistic import FloatArray
from metadx.estimands.predictive_values import check_prevalence
from metadx.plots.captions import model_words
from metadx.plots.fitted import FittedReview
from metadx.plots.sroc_layers import identified
from metadx.plots.style import percent


def require_both(fit: FittedReview, what: str) -> None:
    """Refuse a review in which one of the two margins is not identified.

    Parameters
    ----------
    fit : FittedReview
    what : str
        The figure, as the error names it.

    Raises
    ------
    MetadxError
    """
    who = fit.table.counted
    people = (f"{who} with the target condition", f"{who} without it")
    missing = [who for who, there in zip(people, identified(fit.table), strict=True) if not there]
    if missing:
        raise MetadxError(
            f"{what}: found no study with {' or '.join(missing)}; both sensitivity and specificity "
            "are needed, so add studies that have both arms."
        )


def require_prevalence(prevalence: float, what: str) -> None:
    """Refuse a prevalence that is no proportion.

    Parameters
    ----------
    prevalence : float
    what : str
        The figure, as the error names it.

    Raises
    ------
    MetadxError
    """
    try:
        check_prevalence(prevalence)
    except ValueError as error:
        raise MetadxError(f"{what}: {error}") from error


def use_draws(fit: FittedReview) -> dict[str, FloatArray]:
    """Return draws of the logits of the median study and of a new study, each (S, 2)."""
    return {"median": fit.mu.reshape(-1, 2), "new": fit.new_study_logits()}


def limits_of(draws: FloatArray, prob: float) -> FloatArray:
    """Return lower limit, median and upper limit along the last axis, shape (3, ...).

    Examples
    --------
    >>> limits_of(np.arange(101.0)[None], 0.9)[:, 0].round(9).tolist()
    [5.0, 50.0, 95.0]
    """
    tail = (1.0 - prob) / 2.0
    return np.asarray(np.quantile(draws, [tail, 0.5, 1.0 - tail], axis=-1))


def share_text(share: float) -> str:
    """Write a probability in per cent, never as certainty.

    Examples
    --------
    >>> [share_text(p) for p in (0.1, 0.0421, 0.00021, 0.99997, 0.632)]
    ['10.0%', '4.2%', '0.02%', '>99.99%', '63.2%']
    """
    if share < 5e-5:
        return "<0.01%"
    if share > 1.0 - 5e-5:
        return ">99.99%"
    return f"{100 * share:.{2 if share < 0.00995 or share > 0.99005 else 1}f}%"


def assumed_words(stated: bool) -> str:
    """Call a prevalence an illustration where nobody stated it.

    Examples
    --------
    >>> assumed_words(True), assumed_words(False)
    ('', ' (an illustration: none was stated)')
    """
    return "" if stated else " (an illustration: none was stated)"


def chance_text(chance: float) -> str:
    """Write a posterior probability in whole per cent, never as certainty.

    Examples
    --------
    >>> [chance_text(p) for p in (0.005, 0.18, 0.995)]
    ['<1%', '18%', '>99%']
    """
    if chance <= 0.005:  # a half would round to the even digit, 0
        return "<1%"
    return ">99%" if chance >= 0.995 else f"{100 * chance:.0f}%"


def ratio_text(ratio: float) -> str:
    """Write a likelihood ratio.

    Examples
    --------
    >>> [ratio_text(ratio) for ratio in (0.0004, 0.0412, 0.358, 15.38, 1234.5, 2e6)]
    ['<0.001', '0.041', '0.36', '15.4', '1234', '>9999']
    """
    if ratio < 0.0005:
        return "<0.001"
    if ratio >= 9999.5:
        return ">9999"
    if ratio < 0.0995:
        return f"{ratio:.3f}"
    if ratio < 9.995:
        return f"{ratio:.2f}"
    return f"{ratio:.1f}" if ratio < 99.95 else f"{ratio:.0f}"


def model_sentence(fit: FittedReview, prob: float) -> str:
    """Say which model is behind the numbers, and what kind of intervals they have."""
    return (
        f"Posterior medians with {percent(prob)} equal-tailed credible intervals "
        f"({model_words(fit)})."
    )
