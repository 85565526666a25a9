"""The tables of the recovery of agreement, from its record."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from evidence import per_cent, record, signed, table

from metadx.simulation.agreement_verdict import (
    MEASURES,
    agreement_requirements,
    finding_coverages,
)
from metadx.simulation.load import load_agreement_design

type Json = dict[str, Any]


def agreement_coverage() -> str:
    """Show coverage of 90 % intervals by finding, in every scenario."""
    found = record("agreement")
    findings = {
        name: None
        for cell in found["cells"]
        for name in finding_coverages(cell, found["card"], "kappa")
    }
    rows = []
    for name in [*findings, "mean"]:
        row = [name if name != "mean" else "**mean**"]
        for cell in found["cells"]:
            for measure in MEASURES:
                covered = finding_coverages(cell, found["card"], measure)
                mean = float(np.mean(list(covered.values())))
                share = mean if name == "mean" else covered.get(name)
                row.append("" if share is None else per_cent(share))
        rows.append(tuple(row))
    head = [
        f"{cell['name']}: {words}" if place == 0 else words
        for cell in found["cells"]
        for place, words in enumerate(MEASURES.values())
    ]
    return table(("finding", *head), rows)


def agreement_shared() -> str:
    """Show coverage, width and error of what rows share, and of the rows on average."""
    found = record("agreement")
    rows = []
    for cell in found["cells"]:
        parameters = cell["methods"][found["card"]]["parameters"]
        kinds = {words: f"{measure}[" for measure, words in MEASURES.items()}
        kinds |= {name: name for name in parameters if "[" not in name}
        for words, start in kinds.items():
            chosen = [numbers for name, numbers in parameters.items() if name.startswith(start)]
            covered = sum(numbers["covered"] for numbers in chosen)
            rows.append(
                (
                    cell["name"],
                    words.replace("_", " "),
                    per_cent(covered / (len(chosen) * cell["replications"])),
                    f"{np.median([numbers['width'] for numbers in chosen]):.2f}",
                    signed(float(np.mean([numbers["median_error"] for numbers in chosen]))),
                )
            )
    return table(("what is known", "quantity", "coverage", "width", "median error"), rows)


def agreement_limits() -> str:
    """Hold the record to its design, and count what went wrong."""
    found = record("agreement")
    design = load_agreement_design().design
    rows = [
        (
            one.what,
            f"{one.found:.3f}",
            f"{one.limit:g}",
            "yes" if one.passed else "**no**",
            one.worst,
        )
        for one in agreement_requirements(found, design.require)
    ]
    counts = "; ".join(
        f"{cell['name']}: {cell['replications']} replications, a check failed in "
        f"{cell['failed_checks']}, no answer in {cell['failed']}"
        for cell in found["cells"]
    )
    head = ("requirement", "found", "limit", "met", "nearest to failing")
    return f"{table(head, rows)}\n\n{counts}."


PARTS: Mapping[str, Callable[[], str]] = {
    "agreement-coverage": agreement_coverage,
    "agreement-limits": agreement_limits,
    "agreement-shared": agreement_shared,
}
