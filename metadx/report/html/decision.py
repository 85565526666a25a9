"""The section on the decision: whether the test is good enough to rule in or to rule out."""

from collections.abc import Iterator
from typing import Any

from metadx.report.html.blocks import Block, Section, Text
from metadx.report.html.source import Json, Source
from metadx.report.html.table import Column, Table
from metadx.report.numbers import whole_percent
from metadx.report.verdict import legend_words
from metadx.report.verdict_lines import TOGETHER

_FIGURES = ("fagan", "predictive-values", "decision-curve")
_TARGETS = (
    ("lr_neg", "LR− below {:g}"),
    ("lr_pos", "LR+ above {:g}"),
    ("sens", "Sensitivity above {:g}"),
    ("spec", "Specificity above {:g}"),
    ("npv", "NPV above {:g}"),
    ("ppv", "PPV above {:g}"),
)
_BENEFIT = (
    "Net benefit: true positives per person tested, less false positives weighted by the odds of "
    "the threshold, the probability of disease at which one would just act. Chance of the best: "
    "that testing does better than treating everybody and than treating nobody."
)


def decision_section(source: Source) -> Section:
    """Give the verdict, the chances of reaching the targets, net benefit and the figures.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    told = source.found["decision"]
    goal = told["targets"]["goal"]
    stated = f"The review states its aim: {goal}." if goal else "The review states no aim."
    if told["targets"]["source"]:
        stated += f" Source: {told['targets']['source']}."
    blocks: list[Block] = [Text(part["text"], "lead") for part in told["verdict"]["parts"]]
    if not blocks:
        blocks = [Text(told["verdict"]["text"], "lead")]
    if told["by_group"]:
        blocks.append(Text(f"This is of {TOGETHER}; by kind of study see below.", "warning"))
    blocks.append(Text(stated, "note"))
    if any(part["words"] for part in told["verdict"]["parts"]):
        blocks.append(Text(legend_words(), "note"))
    blocks += [Text(warning, "warning") for warning in told["warnings"]]
    moved = source.criticism["verdict"]
    if "refused" not in moved:
        blocks.append(Text(moved["words"], "warning" if moved["changed"] else "note"))
    blocks += [_chances(told), *_by_kind(told), *_benefit(told, source.level)]
    figures = source.figures(*_FIGURES)
    return Section("decision", "Rule in or rule out?", (*blocks, *figures))


def _chances(told: Json) -> Table:
    columns = (
        Column("target", "Target"),
        Column("stated", "Target set by"),
        Column("median_study", "Median study, %", "number", whole_percent),
        Column("new_study", "New study, %", "number", whole_percent),
    )
    rows: list[tuple[Any, ...]] = []
    for name, label in _TARGETS:
        words = label.format(told["targets"][name])
        usual = "convention" if name.startswith("lr") else "illustration"
        set_by = "the review" if name in told["targets"]["stated"] else usual
        median, new = told["median"][name], told["new"][name]
        if isinstance(median, list):
            rows += [
                (
                    f"{words} at prevalence {100 * one['prevalence']:.4g} %",
                    set_by,
                    one["probability"],
                    other["probability"],
                )
                for one, other in zip(median, new, strict=True)
            ]
        else:
            rows.append((words, set_by, median, new))
    return Table("chances", "The chance that a target is reached", columns, tuple(rows))


def _by_kind(told: Json) -> Iterator[Table]:
    if not told["by_group"]:
        return
    columns = (
        Column("kind", "Kind of study"),
        Column("lr_neg", f"LR− below {told['targets']['lr_neg']:g}, %", "number", whole_percent),
        Column("lr_pos", f"LR+ above {told['targets']['lr_pos']:g}, %", "number", whole_percent),
        Column("verdict", "Verdict", "prose"),
    )
    rows = tuple(
        (one["label"], one["median"]["lr_neg"], one["median"]["lr_pos"], one["verdict"]["text"])
        for one in told["by_group"]
    )
    yield Table("verdicts", "The verdict by kind of study (chances: median study)", columns, rows)


def _benefit(told: Json, level: str) -> Iterator[Table]:
    if not told["net_benefit"]:
        return
    columns = (
        Column("prevalence", "Prevalence", "number", lambda p: f"{100 * p:.4g} %"),
        Column("threshold", "Threshold", "number", lambda p: f"{100 * p:.4g} %"),
        Column("treat_all", "Treat all", "number", _three),
        Column("net_benefit", "Testing, median study", "interval", _three),
        Column("best", "Best, %", "number", whole_percent),
        Column("net_benefit_new", "Testing, new study", "interval", _three),
        Column("best_new", "Best, %", "number", whole_percent),
    )
    rows = tuple(
        (row["prevalence"], at, everybody, median, median["best"], new, new["best"])
        for row in told["net_benefit"]["by_prevalence"]
        for at, everybody, median, new in zip(
            told["net_benefit"]["thresholds"],
            row["treat_all"],
            row["median"],
            row["new"],
            strict=True,
        )
    )
    title = f"Net benefit by threshold (posterior medians with {level} intervals)"
    yield Table("net-benefit", title, columns, rows, (_BENEFIT,))


def _three(x: float) -> str:
    return f"{round(x, 3) + 0.0:.3f}"
