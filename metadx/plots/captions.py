"""Captions: what a figure shows and by which method, in plain text that also serves as alt text."""

import numpy as np

from metadx.plots.fitted import CountTable, FittedReview
from metadx.plots.forest_rows import ForestSort
from metadx.plots.intervals import INTERVAL_NAMES, IntervalKind
from metadx.plots.labels import clean, shorten
from metadx.plots.sroc_layers import FEWEST_FOR_REGION, SrocLayers, identified, pooled_limits
from metadx.plots.style import SYNTHETIC_NOTE, percent

_MODEL = "bivariate random-effects model with binomial counts"
_SORTED: dict[ForestSort, str] = {
    "sens": "sorted by sensitivity",
    "spec": "sorted by specificity",
    "study": "sorted by name",
    "table": "in the order of the table",
}


def synthetic_note(fit: FittedReview) -> str:
    """Give the mark that simulated or reconstructed data must carry; empty for study data."""
    if not fit.synthetic:
        return ""
    return str(getattr(fit, "synthetic_note", "") or SYNTHETIC_NOTE)


def _opening(fit: FittedReview, what: str) -> str:
    title = clean(fit.title)
    note = synthetic_note(fit)
    stop = "" if not title or title[-1] in ".?!" else "."
    parts = [f"{title}{stop}", f"{note[:1].upper()}{note[1:]}." if note else "", what]
    return " ".join(part for part in parts if part)


def _model(fit: FittedReview) -> str:
    card = getattr(fit, "card", None)  # a stand-in may have none
    title = str(card.card.title) if card is not None else _MODEL
    return f"Bayesian {title[:1].lower()}{title[1:]}"


def _studies(count: int) -> str:
    return "1 study" if count == 1 else f"{count} studies"


def _limits(fit: FittedReview, prob: float) -> str:
    limits = pooled_limits(fit.table, fit.mu.reshape(-1, 2), prob).T
    words = []
    for name, (lower, median, upper) in zip(("sensitivity", "specificity"), limits, strict=True):
        known = f"{median:.2f} ({lower:.2f} to {upper:.2f})"
        words.append(f"{name} {known if not np.isnan(median) else 'not identified'}")
    return ", ".join(words)


def _unidentified(table: CountTable) -> str:
    people = ("with the target condition", "without the target condition")
    missing = [who for who, known in zip(people, identified(table), strict=True) if not known]
    return f"No study has participants {' or '.join(missing)}." if missing else ""


def _not_shown(layers: SrocLayers) -> list[str]:
    names = ", ".join(shorten(name) for name in layers.not_shown)
    return [f"Not shown, for want of one of the two arms: {names}."] if names else []


def caption_sroc(
    fit: FittedReview,
    layers: SrocLayers,
    *,
    prob: float = 0.95,
    regions: bool | None = None,
    curve: bool = True,
) -> str:
    """Describe a summary ROC plot.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts.
    layers : SrocLayers
        What the plot shows.
    prob : float, default 0.95
        Level of the regions, of the band and of the interval of the summary.
    regions, curve : bool
        What was asked for: an element that was wanted and is not shown is explained.

    Returns
    -------
    str
        One paragraph.
    """
    level = percent(prob)
    table: CountTable = fit.table
    parts = [
        _opening(fit, f"Summary ROC plot of {_studies(table.n_studies)}, {_model(fit)}."),
    ]
    if len(layers.studies):
        parts.append("Circles: studies, area proportional to the number of participants.")
    if not all(identified(table)):
        parts.append(f"{_unidentified(table)} Median study, regions and curve are not identified.")
        return " ".join([*parts, *_not_shown(layers)])
    parts.append(
        f"Square: median study (posterior medians, {level} credible intervals): "
        f"{_limits(fit, prob)}."
    )
    if layers.credible is not None:
        parts.append(
            f"Dashed: {level} credible region of the median study. Dotted: {level} prediction "
            "region for a new study. Both are normal regions on the logit scale, from the "
            "posterior draws."
        )
    elif regions is None:
        parts.append(
            f"No regions are drawn: with fewer than {FEWEST_FOR_REGION} studies they would mostly "
            "show the prior."
        )
    if layers.curve is not None:
        low, high = layers.curve.fpr[[0, -1]]
        parts.append(
            "Line and band: HSROC curve, pointwise posterior median and "
            f"{level} credible interval, over the observed false-positive rates "
            f"({low:.2f} to {high:.2f})."
        )
    elif curve:
        parts.append("No curve is drawn: the observed false-positive rates span no range.")
    return " ".join([*parts, *_not_shown(layers)])


def caption_forest(
    fit: FittedReview,
    *,
    sort: ForestSort = "sens",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
) -> str:
    """Describe a coupled forest plot.

    Parameters
    ----------
    fit : FittedReview
        Posterior and counts.
    sort : {"sens", "spec", "study", "table"}
        Order of the rows.
    interval : {"clopper-pearson", "wilson"}
        Method of the intervals of the studies.
    prob : float, default 0.95
        Level of all intervals.

    Returns
    -------
    str
        One paragraph.
    """
    level = percent(prob)
    table: CountTable = fit.table
    count = _studies(table.n_studies)
    parts = [
        _opening(fit, f"Sensitivity and specificity of {count}, {_SORTED[sort]}."),
        f"Squares and lines: observed proportions with {INTERVAL_NAMES[interval]} {level} "
        "confidence intervals.",
        f"Diamonds and dashed lines: pooled, the median study ({_model(fit)}), posterior median "
        f"with {level} credible interval: {_limits(fit, prob)}.",
        f"Open bars: {level} prediction interval for a new study, with the median.",
        "TP, FP, FN, TN: true positives, false positives, false negatives, true negatives.",
    ]
    empty = (table.n_diseased == 0) | (table.n_nondiseased == 0)
    if empty.any():
        parts.append("–: not estimable, no participants in that arm.")
    if not all(identified(table)):
        parts.append(_unidentified(table))
    return " ".join(parts)
