"""The answer as a clinician reads it in a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

type Json = Mapping[str, Any]

_SYNTHETIC = "SIMULATED OR RECONSTRUCTED DATA; NOT STUDY DATA"


def print_answer(
    found: Json, console: Console, *, question: str = "", doubts: Sequence[str] = ()
) -> None:
    """Print what was pooled, the answer, the heterogeneity and whether the fit can be trusted.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    console : rich.console.Console
    question : str
        The review's question.
    doubts : sequence of str
        What is uncertain about the data.
    """
    group = found["groups"][0]["estimands"]
    percent = f"{100 * found['settings']['prob']:g} %"
    _heading(found, console, question)
    console.print(_accuracy_table(group, percent))
    console.print(_ratio_table(group, percent))
    console.print(_people_table(group))
    console.print(_heterogeneity_table(found, group, percent))
    _trust(found, console)
    _remarks(found, console, doubts)


def _heading(found: Json, console: Console, question: str) -> None:
    data, engine = found["data"], found["engine"]
    console.print()
    if found["synthetic"]:
        console.print(Text(_SYNTHETIC, style="bold red"))
    console.print(Text(found["title"] or found["review"], style="bold"))
    if question:
        console.print(Text(question, style="italic"))
    plural = "study" if data["n_studies"] == 1 else "studies"
    console.print(
        f"{data['n_studies']} {plural}: {data['n_diseased']:,} with the condition, "
        f"{data['n_nondiseased']:,} without. Model {found['model']['id']}, {engine['name']} "
        f"engine, {found['settings']['draws']:,} draws."
    )


def _grid(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(
            column, justify="left" if i == 0 else "right", header_style="dim", no_wrap=True
        )
    return table


def _accuracy_table(group: Json, percent: str) -> Table:
    table = _grid(
        f"\nHow accurate is it? (median and {percent} interval)",
        "",
        "typical study",
        "mean of all studies",
        "a new study",
    )
    for name, margin in (("Sensitivity", "sens"), ("Specificity", "spec")):
        cells = [_percent(group[f"{margin}{target}"]) for target in ("", "_population", "_new")]
        table.add_row(name, *cells)
    return table


def _ratio_table(group: Json, percent: str) -> Table:
    table = _grid(f"\nWhat does a result mean? (median and {percent} interval)", "", "typical study")
    for label, name in (
        ("Positive likelihood ratio (LR+)", "lr_pos"),
        ("Negative likelihood ratio (LR-)", "lr_neg"),
        ("Diagnostic odds ratio", "dor"),
        ("Area under the SROC curve, extrapolated to 0-1", "auc"),
        (_range_label(group["pauc_range"]), "pauc"),
    ):
        table.add_row(label, _number(group[name]))
    return table


def _range_label(observed: Sequence[float] | None) -> str:
    if observed is None:
        return "Mean height of the curve over the observed range"
    low, high = observed
    return f"Mean height over the observed 1 - specificity ({low:.2f} to {high:.2f})"


def _people_table(group: Json) -> Table:
    table = _grid(
        "\nOf 1,000 people tested (typical study, medians)",
        "with the condition",
        "found",
        "missed",
        "false alarms",
        "cleared",
        "PPV",
        "NPV",
    )
    if group["ppv"] is None or group["npv"] is None:
        return table
    sens, spec = group["sens"]["median"], group["spec"]["median"]
    for ppv, npv in zip(group["ppv"], group["npv"], strict=True):
        sick = 1000 * ppv["prevalence"]
        table.add_row(
            f"{sick:.0f} ({100 * ppv['prevalence']:g} %)",
            f"{sick * sens:.0f}",
            f"{sick * (1 - sens):.0f}",
            f"{(1000 - sick) * (1 - spec):.0f}",
            f"{(1000 - sick) * spec:.0f}",
            _percent(ppv),
            _percent(npv),
        )
    return table


def _heterogeneity_table(found: Json, group: Json, percent: str) -> Table:
    parameters = found["parameters"]
    table = _grid(
        f"\nHow much do studies differ? (median and {percent} interval)",
        "",
        "sensitivity",
        "specificity",
    )
    table.add_row(
        "tau, sd between studies (logit)",
        *(_number(parameters[f"tau[{margin}]"]) for margin in ("sens", "spec")),
    )
    table.add_row(
        "median odds ratio (MOR)", *(_number(group[f"mor_{m}"]) for m in ("sens", "spec"))
    )
    table.add_row(
        "I² (Zhou and Dendukuri)", *(_percent(group[f"i2_{m}"]) for m in ("sens", "spec"))
    )
    table.add_row("correlation rho of the two", _number(parameters["rho"]), "")
    area = group["region_area_prediction"]
    table.add_row(
        "area of the 95 % prediction region",
        "not identified" if area is None else f"{100 * area:.1f} % of ROC space",
        "",
    )
    return table


def _trust(found: Json, console: Console) -> None:
    checks = found["checks"]
    failed = [check for check in checks if not check["passed"]]
    shown = ", ".join(
        f"{c['name']} {'?' if c['value'] is None else format(c['value'], '.3g')}" for c in checks
    )
    console.print()
    if failed:
        names = ", ".join(check["name"] for check in failed)
        console.print(Text(f"Can the fit be trusted? NO: {names} failed.", style="bold red"))
    else:
        console.print(Text("Can the fit be trusted? Yes, every check passed.", style="bold green"))
    console.print(Text(f"({shown})", style="dim"))


def _remarks(found: Json, console: Console, doubts: Sequence[str]) -> None:
    # The reasons for empty means belong to the file; a reader of the terminal sees medians.
    notes = [n for n in found["notes"] if not n["text"].startswith("The posterior mean")]
    if notes:
        console.print(Text("\nNotes", style="bold"))
        for note in notes:
            console.print(Text(f"- {note['about']}: {note['text']}"))
    if doubts:
        count = f"{len(doubts)} doubts are" if len(doubts) > 1 else "1 doubt is"
        console.print(Text("\nAbout the data", style="bold"))
        console.print(Text(f"{count} stated in review.toml; the first: {doubts[0]}"))


def _percent(values: Json | None) -> str:
    if values is None:
        return "not identified"
    numbers = [100 * values[name] for name in ("median", "lower", "upper")]
    median, lower, upper = (f"{x:.1f}" for x in numbers)
    return f"{median} % ({lower} to {upper})"


def _number(values: Json | None) -> str:
    if values is None:
        return "not identified"
    median, lower, upper = (_three_digits(values[k]) for k in ("median", "lower", "upper"))
    return f"{median} ({lower} to {upper})"


def _three_digits(value: float) -> str:
    if abs(value) >= 1e5:
        return f"{value:.2e}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"
