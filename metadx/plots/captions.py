"""Captions: what a figure shows and by which method, in plain text that also serves as alt text."""

from collections.abc import Sequence

import numpy as np

from metadx.criticism.chance_words import chance
from metadx.estimands.logistic import FloatArray
from metadx.plots.effect_words import one_region_words
from metadx.plots.fitted import (
    CountTable,
    Described,
    FittedReview,
    effects_of,
    uncertain_rows,
)
from metadx.plots.forest_rows import ForestSort
from metadx.plots.intervals import INTERVAL_NAMES, IntervalKind
from metadx.plots.labels import clean, shorten
from metadx.plots.row_parts import part_words
from metadx.plots.sroc_layers import (
    FEWEST_FOR_REGION,
    SrocLayers,
    identified,
    observed_fpr,
    pooled_limits,
)
from metadx.plots.style import SYNTHETIC_NOTE, percent

_MODEL = "bivariate random-effects model with binomial counts"
_FEW = f"with fewer than {FEWEST_FOR_REGION} studies"
SORTED: dict[ForestSort, str] = {
    "sens": "sorted by sensitivity",
    "spec": "sorted by specificity",
    "study": "sorted by name",
    "table": "in the order of the table",
}


def synthetic_note(fit: Described) -> str:
    """Give the mark that simulated or reconstructed data must carry; empty for study data."""
    if not fit.synthetic:
        return ""
    return str(getattr(fit, "synthetic_note", "") or SYNTHETIC_NOTE)


def opening(fit: Described, what: str) -> str:
    """Begin a caption: title of the review, mark of synthetic data, what the figure is."""
    title = clean(fit.title)
    note = synthetic_note(fit)
    stop = "" if not title or title[-1] in ".?!" else "."
    first = f"{title}{stop}"
    parts = [first, f"{note[:1].upper()}{note[1:]}." if note else "", what, _without(fit)]
    return " ".join(part for part in parts if part)


def _without(fit: Described) -> str:
    """Say of a fit that stands beside a regression that it is not the regression's."""
    names = [name_words(name) for name in getattr(fit, "beside", ())]  # a stand-in may have none
    return f"Without the covariates of the regression ({', '.join(names)})." if names else ""


def model_words(fit: Described) -> str:
    """Name the model by its card."""
    card = getattr(fit, "card", None)  # a stand-in may have none
    title = str(card.card.title) if card is not None else _MODEL
    return f"Bayesian {title[:1].lower()}{title[1:]}"


def name_words(name: str) -> str:
    """Write the name of a column for a reader.

    Examples
    --------
    >>> name_words("study_design")
    'study design'
    """
    return shorten(name.replace("_", " "))


def studies_words(count: int) -> str:
    """Write a number of studies.

    Examples
    --------
    >>> studies_words(1), studies_words(12)
    ('1 study', '12 studies')
    """
    return "1 study" if count == 1 else f"{count} studies"


def limits_words(limits: FloatArray) -> str:
    """Write the lower limits, medians and upper limits of sens and spec, shape (3, 2)."""
    words = []
    for name, (lower, median, upper) in zip(("sensitivity", "specificity"), limits.T, strict=True):
        known = f"{median:.2f} ({lower:.2f} to {upper:.2f})"
        words.append(f"{name} {known if not np.isnan(median) else 'not identified'}")
    return ", ".join(words)


def _limits(fit: FittedReview, prob: float) -> str:
    return limits_words(pooled_limits(fit.table, fit.mu.reshape(-1, 2), prob))


def _held(layers: SrocLayers) -> str:
    """Say what the prediction region holds: not quite its level, where few studies tell of tau."""
    if layers.held is None:
        return ""
    return f"; the prediction region holds {chance(layers.held)} of those of new studies"


def _unidentified(table: CountTable) -> str:
    people = ("with the target condition", "without the target condition")
    missing = [who for who, known in zip(people, identified(table), strict=True) if not known]
    return f"No study has {table.counted} {' or '.join(missing)}." if missing else ""


def not_shown_words(names: Sequence[str]) -> list[str]:
    """Name the studies that cannot be placed; no sentence where there are none."""
    listed = ", ".join(shorten(name) for name in names)
    return [f"Not shown, for want of one of the two arms: {listed}."] if listed else []


def prior_led_words(table: CountTable) -> str:
    """Warn that few studies tell little of the spread; nothing where there are enough."""
    if table.n_studies >= FEWEST_FOR_REGION:
        return ""
    start = f"{_FEW[:1].upper()}{_FEW[1:]}"
    return f"{start} the prior leads how wide credible and prediction intervals are."


def uncertain_words(table: CountTable, sign: str = "") -> list[str]:
    """Say whose counts are one of several tables that fit what is printed of a study."""
    names = ", ".join(shorten(table.study[row]) for row in sorted(uncertain_rows(table)))
    if not names:
        return []
    return [
        f"{sign}{names}: the printed figures admit several tables; the model adds up over them, "
        "and the most central one is shown."
    ]


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
        opening(fit, f"Summary ROC plot of {studies_words(table.n_studies)}, {model_words(fit)}."),
    ]
    if len(layers.studies):
        parts.append(f"Circles: studies, area proportional to the number of {table.counted}.")
    parts += uncertain_words(table)
    if not all(identified(table)):
        parts.append(f"{_unidentified(table)} Median study, regions and curve are not identified.")
        return " ".join([*parts, *not_shown_words(layers.not_shown)])
    parts.append(
        f"Square: median study (posterior medians, {level} credible intervals): "
        f"{_limits(fit, prob)}."
    )
    if layers.credible is not None and layers.prediction is None:
        parts.append(
            f"Dashed: {level} credible region, for a new study too: under this model all studies "
            f"have the same accuracy. It is {one_region_words(effects_of(fit))}, from the "
            "posterior draws."
        )
    elif layers.credible is not None:
        parts.append(
            f"Dashed: {level} credible region of the median study. Dotted: {level} prediction "
            f"region for a new study. Both are {layers.region_words}, from the posterior draws"
            f"{_held(layers)}."
        )
    elif regions is None:
        what = "No regions and no curve are" if curve else "No regions are"
        parts.append(f"{what} drawn: {_FEW} they would mostly show the prior.")
    elif curve and table.n_studies < FEWEST_FOR_REGION:
        parts.append(f"No curve is drawn: {_FEW} it would mostly show the prior.")
    if layers.curve is not None:
        low, high = layers.curve.fpr[[0, -1]]
        parts.append(
            f"Line and band: {layers.curve.name}, pointwise posterior median and {level} "
            f"credible interval, over the observed false-positive rates "
            f"({low:.2f} to {high:.2f})."
        )
    elif table.n_studies < FEWEST_FOR_REGION and not regions:
        parts.append(prior_led_words(table))
    elif curve and observed_fpr(table) is None:
        parts.append("No curve is drawn: the observed false-positive rates span no range.")
    elif curve:
        parts.append("No curve is drawn, since studies do not differ.")
    return " ".join([*parts, *not_shown_words(layers.not_shown)])


def caption_forest(
    fit: FittedReview,
    *,
    sort: ForestSort = "sens",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
    part: int | None = None,
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
    part : int, optional
        Page of the studies.

    Returns
    -------
    str
        One paragraph.
    """
    level = percent(prob)
    table: CountTable = fit.table
    count = studies_words(table.n_studies)
    parts = [
        opening(fit, f"Sensitivity and specificity of {count}, {SORTED[sort]}."),
        part_words(table.n_studies, part, "The last two rows are of all studies."),
        f"Squares and lines: observed proportions with {INTERVAL_NAMES[interval]} {level} "
        "confidence intervals.",
        f"Diamonds and dashed lines: pooled, the median study ({model_words(fit)}), posterior "
        f"median with {level} credible interval: {_limits(fit, prob)}.",
        f"Open bars: {level} prediction interval for a new study, with the median.",
        prior_led_words(table),
        "TP, FP, FN, TN: true positives, false positives, false negatives, true negatives.",
    ]
    empty = (table.n_diseased == 0) | (table.n_nondiseased == 0)
    if empty.any():
        parts.append(f"–: not estimable, no {table.counted} in that arm.")
    parts += uncertain_words(table, "* ")
    if not all(identified(table)):
        parts.append(_unidentified(table))
    return " ".join(part for part in parts if part)
