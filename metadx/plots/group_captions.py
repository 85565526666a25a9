"""Captions of the figures by level, in plain text that also serves as alt text."""

from collections.abc import Sequence

from metadx.plots.captions import (
    SORTED,
    limits_words,
    model_words,
    name_words,
    not_shown_words,
    opening,
    studies_words,
    uncertain_words,
)
from metadx.plots.fitted import CountTable, Described
from metadx.plots.forest_rows import ForestSort
from metadx.plots.intervals import INTERVAL_NAMES, IntervalKind
from metadx.plots.levels import FEWEST_IN_LEVEL, Level, Levels
from metadx.plots.sroc_group_layers import MOST_WITH_PREDICTION, MOST_WITH_REGIONS, SrocGroupLayers
from metadx.plots.style import percent


def by_words(levels: Levels) -> str:
    """Say what sets the levels apart, such as "by setting"."""
    return f"by {name_words(levels.covariate)}" if levels.covariate else "by kind of study"


def regression_words(levels: Levels, about: Described) -> list[str]:
    """Name the model, its formulas, what is common to the levels and what is held.

    Parameters
    ----------
    levels : Levels
        Whose tau and rho tell whether each level was fitted by itself.
    about : Described
        Whose card and design are named where it has them.

    Returns
    -------
    list of str
        Sentences.
    """
    if levels.own_heterogeneity:
        return [f"Each level is fitted by itself ({model_words(about)}), with its own τ and ρ."]
    formulas, covariates = formula_words(about)
    words = [f"Model: {model_words(about)}{formulas}; τ and ρ are common to all levels."]
    held = [name for name in covariates if not any(name in one.group.at for one in levels.levels)]
    return [*words, *held_words(held)]


def formula_words(about: Described) -> tuple[str, tuple[str, ...]]:
    """Give the formulas in words and the covariates in them; nothing where there is no design."""
    design = getattr(about, "design", None)
    if design is None or not design.has_covariates:
        return "", ()
    return f", sens {design.sens.formula}, spec {design.spec.formula}", design.covariates


def held_words(names: Sequence[str]) -> list[str]:
    """Say at what the covariates that are not set are held; no sentence where there are none."""
    if not names:
        return []
    return [f"Held at their average over the studies: {', '.join(map(name_words, names))}."]


def _named(levels: Sequence[Level]) -> str:
    return ", ".join(f"{level.name} ({studies_words(len(level.rows))})" for level in levels)


def few_words(levels: Levels, without: str) -> list[str]:
    """Warn of levels with few studies.

    Parameters
    ----------
    levels : Levels
        The levels.
    without : str
        What they are shown without, such as "No region".

    Returns
    -------
    list of str
        No sentence where every level has enough.
    """
    few = [level for level in levels.levels if level.few]
    if without:  # `unidentified_words` tells why nothing at all is drawn of the others
        few = [level for level in few if all(level.identified)]
    if not few:
        return []
    leans = "the prior" if levels.own_heterogeneity else "the prior and on the other levels"
    start = f"{without} for {_named(few)}: with" if without else f"{_named(few)}: with"
    count = f"fewer than {FEWEST_IN_LEVEL} studies that have both arms"
    return [f"{start} {count} a result leans on {leans}."]


def unidentified_words(levels: Levels) -> list[str]:
    """Say which levels have no study that informs a margin."""
    return [
        f"{name} is not identified for {_named(missing)}: "
        f"no {missing[0].table.counted} in that arm."
        for margin, name in enumerate(("Sensitivity", "Specificity"))
        if (missing := [level for level in levels.levels if not level.identified[margin]])
    ]


def caption_sroc_groups(
    levels: Levels,
    layers: SrocGroupLayers,
    about: Described,
    *,
    prob: float = 0.95,
    regions: bool | None = None,
    prediction: bool | None = None,
    curve: bool = True,
) -> str:
    """Describe a summary ROC plot of several levels.

    Parameters
    ----------
    levels : Levels
        The levels.
    layers : SrocGroupLayers
        What the plot shows.
    about : Described
        Title, mark of synthetic data, model.
    prob : float, default 0.95
        Level of the regions and of the intervals of the summaries.
    regions, prediction, curve : bool
        What was asked for: an element that was wanted and is not shown is explained.

    Returns
    -------
    str
        One paragraph.
    """
    level = percent(prob)
    count = sum(one.n_studies for one in layers.levels) + len(levels.rest)
    what = f"Summary ROC plot {by_words(levels)}, {studies_words(count)}."
    parts = [opening(about, what), *regression_words(levels, about)]
    if any(len(one.studies) for one in layers.levels):
        parts.append(
            "Open marks: studies, colour and shape by level, area proportional to the number of "
            f"{layers.counted}."
        )
    if len(layers.rest):
        several = any(one.n_studies for one in layers.levels)
        whose = "of no level shown" if several else f"with area proportional to {layers.counted}"
        parts.append(f"Grey circles: studies {whose}.")
    summaries = "; ".join(
        f"{one.label} ({studies_words(one.n_studies)}) {limits_words(one.summary)}"
        if one.n_studies
        else f"{one.label} {limits_words(one.summary)}"
        for one in layers.levels
    )
    parts.append(
        f"Filled marks: median study (posterior medians, {level} credible intervals): {summaries}."
    )
    parts += unidentified_words(levels)
    parts += _region_words(layers, level, regions, prediction)
    if regions is None:
        parts += few_words(levels, "" if layers.crowded else "No region")
    parts += _curve_words(levels, layers) if curve else []
    return " ".join([*parts, *not_shown_words(layers.not_shown)])


def _region_words(
    layers: SrocGroupLayers, level: str, regions: bool | None, prediction: bool | None
) -> list[str]:
    if layers.crowded:
        return [
            f"Regions are left out: those of more than {MOST_WITH_REGIONS} levels would cover each "
            "other."
        ]
    if all(one.credible is None for one in layers.levels):
        return []
    words = f"Dashed: {level} credible region of the median study"
    drawn = any(one.prediction is not None for one in layers.levels)
    if drawn:
        words += f"; dotted: {level} prediction region for a new study of that level"
    parts = [f"{words}; {layers.levels[0].region_words}, from the posterior draws."]
    if not drawn and prediction is None and regions is not False:
        parts.append(
            f"Prediction regions are left out: those of more than {MOST_WITH_PREDICTION} levels "
            "would cover each other."
        )
    return parts


def _curve_words(levels: Levels, layers: SrocGroupLayers) -> list[str]:
    parts = []
    drawn_curves = [one.curve for one in layers.levels if one.curve is not None]
    if drawn_curves:
        lines = f"Lines: {drawn_curves[0].name}s, pointwise posterior medians,"
        parts.append(
            f"{lines} each over the false-positive rates above 0 that the studies of its level "
            "observed."
            if any(len(one.rows) for one in levels.levels)
            else f"{lines} over the observed false-positive rates above 0."
        )
    elif not any(one.group.tau.any() for one in levels.levels):
        return ["No curves are drawn: under this model all studies of a kind are equally accurate."]
    pairs = zip(levels.levels, layers.levels, strict=True)
    none = [one for one, drawn in pairs if drawn.curve is None and all(one.identified)]
    if none:
        names = ", ".join(one.name for one in none)
        parts.append(f"No curve for {names}: the false-positive rates above 0 there span no range.")
    return parts


def caption_forest_groups(
    levels: Levels,
    table: CountTable,
    about: Described,
    *,
    sort: ForestSort = "sens",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
) -> str:
    """Describe a coupled forest plot of several levels.

    Parameters
    ----------
    levels : Levels
        The levels.
    table : CountTable
        All studies.
    about : Described
        Title, mark of synthetic data, model.
    sort : {"sens", "spec", "study", "table"}
        Order of the rows within a level.
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
    count = studies_words(table.n_studies)
    what = f"Sensitivity and specificity of {count} {by_words(levels)}, {SORTED[sort]} within each."
    parts = [
        opening(about, what),
        *regression_words(levels, about),
        f"Squares and lines: observed proportions with {INTERVAL_NAMES[interval]} {level} "
        "confidence intervals.",
        f"Diamonds and dashed lines: the median study of the level, posterior median with {level} "
        f"credible interval. Open bars: {level} prediction interval for a new study of that "
        "level, with the median.",
        "Last rows: all studies together, fitted without covariates.",
        *few_words(levels, ""),
        *unidentified_words(levels),
        "TP, FP, FN, TN: true positives, false positives, false negatives, true negatives.",
    ]
    if ((table.n_diseased == 0) | (table.n_nondiseased == 0)).any():
        parts.append(f"–: not estimable, no {table.counted} in that arm.")
    return " ".join([*parts, *uncertain_words(table, "* ")])
