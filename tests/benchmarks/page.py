"""docs/performance.md from the record of the benchmarks."""

from collections.abc import Mapping
from typing import Any


def performance_page(record: Mapping[str, Any]) -> str:
    """Write the page."""
    machine, versions = record["machine"], record["versions"]
    lines = [
        "# How fast is it?",
        "",
        "Measured by `uv run python -m tests.benchmarks.run`, which rewrites this page from its",
        "record (`tests/benchmarks/record.json`). All times are CPU seconds, medians of runs made",
        "in turn; ratios are medians over pairs. Single times vary by half on a shared machine:",
        "trust the ratios.",
        "",
        f"Processor {machine['processor']}, {machine['cores']} cores, Python {machine['python']}, "
        + ", ".join(f"{name} {number}" for name, number in versions.items())
        + ".",
        "",
        "## One posterior in a running process",
        "",
        "4,000 draws with every study's own sensitivity and specificity. NUTS is the same model",
        "through PyMC and nutpie, a later fit in the same process with warm caches.",
        "",
        "| review | studies | marginal engine | NUTS | NUTS / marginal |",
        "|--|--:|--:|--:|--:|",
    ]
    for name, row in record["in_process"].items():
        lines.append(
            f"| {name} | {row['studies']} | {_span(row['marginal'])} | {_span(row['nuts'])} "
            f"| {row['nuts_over_marginal']:.0f} × |"
        )
    lines += [
        "",
        "## Whole processes",
        "",
        "From starting the program to its end, on `anti-ccp` (37 studies).",
        "",
        "| command | CPU seconds |",
        "|--|--:|",
    ]
    whole = record["whole_process"]
    lines += [f"| {name} | {_span(row)} |" for name, row in whole["commands"].items()]
    lines += [""]
    lines += [f"- {name}: {value:.1f} ×" for name, value in whole["ratios"].items()]
    lines += [
        "",
        "## Many studies",
        "",
        "1,000 draws of the hyper-parameters, simulated tables.",
        "",
        "| studies | CPU seconds |",
        "|--:|--:|",
    ]
    lines += [f"| {int(size):,} | {_span(row)} |" for size, row in record["scaling"].items()]
    return "\n".join(lines) + "\n"


def _span(row: Mapping[str, float]) -> str:
    return f"{row['median']:.3f} ({row['least']:.3f} to {row['most']:.3f})"
