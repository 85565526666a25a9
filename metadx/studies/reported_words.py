"""What the audit of printed figures found, in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metadx.studies.problems import listed
from metadx.studies.reported_figures import Figure, Measure
from metadx.studies.reported_pooled import POOLED, Pooled, pooled_figures

if TYPE_CHECKING:
    from metadx.studies.reported_audit import Audit

type IntArray = NDArray[np.int64]

_SHOWN = 10
_CELLS = ("tp", "fp", "fn", "tn")


def table_words(table: Sequence[int] | IntArray) -> str:
    """Write a table out.

    Examples
    --------
    >>> table_words((31, 12, 10, 23))
    'tp = 31, fp = 12, fn = 10, tn = 23'
    """
    return ", ".join(f"{name} = {int(x)}" for name, x in zip(_CELLS, table, strict=True))


def sentences(audit: "Audit") -> list[str]:
    """Tell what an audit found, one sentence or table a line."""
    match audit.verdict:
        case "unique":
            return [f"One table fits: {table_words(audit.tables[0])}."]
        case "several":
            return _several(audit)
        case "too many":
            return [
                f"{audit.count:,} tables fit, too many to keep: the "
                f"figures say too little to recover counts. {narrowing(audit.figures)}"
            ]
        case "impossible":
            more = len(audit.clashes) - _SHOWN
            return [
                "The figures cannot stand together.",
                *(f"{clash.text}." for clash in audit.clashes[:_SHOWN]),
                *([f"and {more} more sets of figures."] if more > 0 else []),
            ]
        case "too large to search":
            return [f"Too many tables to try. {narrowing(audit.figures)}"]
    return _without_sizes(audit)


def _several(audit: "Audit") -> list[str]:
    low, high = audit.tables.min(axis=0), audit.tables.max(axis=0)
    spans = [
        f"{name} {a}" if a == b else f"{name} {a} to {b}"
        for name, a, b in zip(_CELLS, low.tolist(), high.tolist(), strict=True)
    ]
    lines = [f"{audit.count:,} tables fit: {', '.join(spans)}."]
    lines += [f"{table_words(table)}" for table in audit.tables[:_SHOWN]]
    if audit.count > _SHOWN:
        lines.append(f"and {audit.count - _SHOWN:,} more.")
    return [*lines, narrowing(audit.figures)]


def narrowing(figures: Sequence[Figure]) -> str:
    """Say which further figures would leave fewer tables."""
    had = {figure.name for figure in figures}
    sizes: list[Measure] = ["n_diseased", "n_nondiseased"]
    if {"n_diseased", "n_nondiseased"} & had and ("n" in had or len({*sizes} & had) == 2):
        sizes = []
    useful = [name for name in (*sizes, "accuracy", "ppv", "npv") if name not in had]
    return (
        f"Any of {listed(useful)}, or more decimals, would narrow this."
        if useful
        else ("More decimals would narrow this.")
    )


def _without_sizes(audit: "Audit") -> list[str]:
    lines = [
        "The sizes of the groups do not follow from these figures: no counts can be recovered."
    ]
    told = pooled_figures(audit.figures)
    unused = [figure.name for figure in audit.figures if figure not in told]
    if audit.pooled is not None and told:
        pair = f"sens {audit.pooled.sens} with spec {audit.pooled.spec}"
        lines.append(f"As figures of one point they are mutually possible, for example {pair}.")
        lines += [_range_words(audit.pooled)] if len(told) > 1 else []
    if unused:
        lines.append(f"Not looked at, for want of the sizes: {listed(unused)}.")
    return lines


def _range_words(pooled: Pooled) -> str:
    parts = []
    for name in POOLED:
        if name in pooled.ranges:
            low, high = pooled.ranges[name]
            least = "0" if low is None else f"{float(low):.4g}"
            parts.append(f"{name} {least} to {'any' if high is None else f'{float(high):.4g}'}")
    return f"Together they leave {', '.join(parts)}."
