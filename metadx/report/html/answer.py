"""The answer: sensitivity and specificity in three senses, and what follows from them."""

from collections.abc import Mapping
from typing import Any

from metadx.report.html.blocks import Block, Section, Text
from metadx.report.html.source import Source
from metadx.report.html.table import Column, Own, Table
from metadx.report.numbers import percent, three_digits, two_decimals, two_digits

_LEGEND = (
    "Median study: the typical one, half of all studies lie above it. Mean of studies: the average "
    "over all studies. New study: where the next one is expected, so its limits are prediction "
    "limits. Say which one you report."
)
_RATIOS = (
    ("Positive likelihood ratio (LR+)", "lr_pos", three_digits),
    ("Negative likelihood ratio (LR−)", "lr_neg", three_digits),
    ("Diagnostic odds ratio (DOR)", "dor", three_digits),
)


def answer_section(source: Source) -> Section:
    """Give sensitivity and specificity, ratios and areas.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    estimands, level = source.estimands, source.level
    companion = source.found["groups"][0].get("companion", False)
    blocks: list[Block] = [Text(accuracy_sentence(estimands, level), "lead")]
    if companion:
        text = (
            "All studies together, without covariates; the results by kind of study stand under "
            "Covariates."
        )
        blocks.append(Text(text, "note"))
    blocks += [_accuracy(estimands, level), _ratios(estimands, level), _curve(estimands, level)]
    return Section("answer", "The answer", tuple(blocks))


def accuracy_sentence(estimands: Mapping[str, Any], level: str) -> str:
    """State the accuracy of the median study in one sentence.

    Parameters
    ----------
    estimands : mapping
        Of all studies together.
    level : str
        Level of the intervals in words.

    Examples
    --------
    >>> sens = {"median": 0.9, "lower": 0.84, "upper": 0.95}
    >>> accuracy_sentence({"sens": sens, "spec": None}, "95 %")
    'In the median study sensitivity is 90.0 % (95 % interval 84.0 to 95.0) and specificity is \
not identified.'
    """
    said = []
    for name, key in (("sensitivity", "sens"), ("specificity", "spec")):
        values = estimands[key]
        if values is None:
            said.append(f"{name} is not identified")
            continue
        median, lower, upper = (percent(values[k]) for k in ("median", "lower", "upper"))
        said.append(f"{name} is {median} % ({level} interval {lower} to {upper})")
    return f"In the median study {' and '.join(said)}."


def _accuracy(estimands: Mapping[str, Any], level: str) -> Table:
    columns = (
        Column("margin", "%"),
        Column("median_study", "Median study", "interval", percent),
        Column("mean_of_studies", "Mean of studies", "interval", percent),
        Column("new_study", "New study (prediction)", "interval", percent),
    )
    rows = tuple(
        (name, *(estimands[f"{margin}{target}"] for target in ("", "_population", "_new")))
        for name, margin in (("Sensitivity", "sens"), ("Specificity", "spec"))
    )
    title = f"Sensitivity and specificity: posterior medians with {level} credible intervals"
    return Table("accuracy", title, columns, rows, (_LEGEND,))


def _ratios(estimands: Mapping[str, Any], level: str) -> Table:
    columns = (
        Column("measure", "Measure"),
        Column("median_study", "Median study", "interval", three_digits),
        Column("new_study", "New study (prediction)", "interval", three_digits),
    )
    rows = tuple((name, estimands[key], estimands[f"{key}_new"]) for name, key, _ in _RATIOS)
    title = f"Likelihood ratios: posterior medians with {level} credible intervals"
    note = (
        "Medians of the ratio within each posterior draw. A negative likelihood ratio below 0.1 is "
        "commonly asked of a test that rules out, a positive one above 10 of a test that rules in."
    )
    return Table("ratios", title, columns, rows, (note,))


def _curve(estimands: Mapping[str, Any], level: str) -> Table:
    rows: list[tuple[str, Own]] = [
        ("Youden's index (sensitivity + specificity − 1)", Own(estimands["youden"], two_decimals)),
        ("Area under the summary ROC curve, extrapolated", Own(estimands["auc"], two_digits)),
    ]
    observed = estimands["pauc_range"]
    if observed is not None:
        low, high = observed
        label = f"Mean height of the curve over the observed FPR, {low:.2f} to {high:.2f}"
        rows.append((label, Own(estimands["pauc"], two_digits)))
    columns = (Column("measure", "Measure"), Column("value", "All studies", "interval"))
    title = f"Summary measures: posterior medians with {level} credible intervals"
    note = "FPR: false-positive rate, 1 − specificity. The area covers FPRs that no study had."
    return Table("measures", title, columns, tuple(rows), (note,))
