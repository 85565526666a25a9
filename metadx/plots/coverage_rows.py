"""The rows of a coverage figure, before anything is drawn."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

from metadx.errors import MetadxError
from metadx.estimands.logistic import FloatArray

type Json = Mapping[str, Any]
type Panel = Literal["median", "new", "median_width", "new_width"]

PANELS: tuple[Panel, ...] = ("median", "new", "median_width", "new_width")
MARGINS = ("sens", "spec")
_PARAMETER = {"median": "mu", "new": "new"}
_LOWEST = 0.7  # smallest coverage on the axis
_LAWS = {
    "normal": "normal effects",
    "t": "heavy-tailed effects",
    "skewed": "skewed effects",
    "thresholds": "mixed thresholds",
}


@dataclass(frozen=True, eq=False)
class CoverageRows:
    """All rows, top to bottom: blocks by law of the study effects, then by K and τ.

    Parameters
    ----------
    name : tuple of str
        The cells, in the order of the rows.
    y : ndarray, shape (cells,)
        Height of each cell in rows from the top.
    headings : tuple of (float, str)
        Height and words of the heading of each block; none where all cells obey one law.
    rules : tuple of float
        Heights at which the number of studies changes.
    columns : mapping of str to tuple of str
        What tells the cells apart, in words.
    common : tuple of str
        What all cells share, in words.
    methods : tuple of str
        Names of the methods drawn.
    values : mapping of str to ndarray, shape (methods, 2, cells)
        By panel, for sens and spec: share covered or median width; nan where a method has none.
    replications : tuple of int
        Replications of each cell.
    failed : mapping of str to int
        By method, replications without an interval; these count as not covered.
    """

    name: tuple[str, ...]
    y: FloatArray
    headings: tuple[tuple[float, str], ...]
    rules: tuple[float, ...]
    columns: Mapping[str, tuple[str, ...]]
    common: tuple[str, ...]
    methods: tuple[str, ...]
    values: Mapping[Panel, FloatArray]
    replications: tuple[int, ...]
    failed: Mapping[str, int]

    @property
    def last(self) -> float:
        """Height of the last row."""
        return float(self.y[-1])


def number_text(value: float) -> str:
    """Write a number with a true minus sign.

    Examples
    --------
    >>> number_text(-0.4), number_text(20)
    ('−0.4', '20')
    """
    return f"{value:g}".replace("-", "−")


def _told(cell: Json) -> dict[str, str]:
    """Describe a cell, by the heading of each column."""
    sens, spec = cell["tau"]
    tau = number_text(sens) if sens == spec else f"{number_text(sens)}, {number_text(spec)}"
    return {
        "K": str(cell["studies"]),
        "τ": tau,
        "ρ": number_text(cell["rho"]),
        "sens, spec": f"{cell['sens']:.2f}, {cell['spec']:.2f}",
        "arms": str(cell["arms"]),
    }


def _heading(cell: Json) -> str:
    law = str(cell["law"])
    words = _LAWS.get(law, law)
    return f"{words[:1].upper()}{words[1:]}{'' if cell['obeys'] else ', unlike the model'}"


def _sorted(cells: Sequence[Json]) -> list[Json]:
    blocks = list(dict.fromkeys(_heading(cell) for cell in cells))
    return sorted(
        cells,
        key=lambda cell: (
            not cell["obeys"],
            blocks.index(_heading(cell)),
            cell["studies"],
            sum(cell["tau"]),
            cell["sens"],
        ),
    )


def coverage_rows(record: Json, methods: Sequence[str] | None = None) -> CoverageRows:
    """Compute the rows of a coverage record.

    Parameters
    ----------
    record : mapping
        "cells": the truth of each with its "methods".
    methods : sequence of str, optional
        Methods to show, in this order; all by default.

    Returns
    -------
    CoverageRows

    Raises
    ------
    MetadxError
        If the record has no cells, or a method is in none of them.
    """
    cells = _sorted(record.get("cells", ()))
    known = tuple(dict.fromkeys(name for cell in cells for name in cell["methods"]))
    chosen = known if methods is None else tuple(methods)
    unknown = [name for name in chosen if name not in known]
    if not chosen or unknown:
        raise MetadxError(
            f"coverage record: found results of {', '.join(known) or 'no method'}; "
            f"wanted are those of {', '.join(unknown) or 'at least one'}"
        )
    y, headings, rules = _heights(cells)
    told = [_told(cell) for cell in cells]
    columns = {key: tuple(words[key] for words in told) for key in told[0]}
    varying = {key: words for key, words in columns.items() if len(set(words)) > 1}
    return CoverageRows(
        name=tuple(str(cell["name"]) for cell in cells),
        y=y,
        headings=headings,
        rules=rules,
        columns=varying,
        common=tuple(f"{key} {words[0]}" for key, words in columns.items() if key not in varying),
        methods=chosen,
        values={panel: _values(cells, chosen, panel) for panel in PANELS},
        replications=tuple(int(cell["replications"]) for cell in cells),
        failed={
            name: sum(int(cell["methods"].get(name, {}).get("failed", 0)) for cell in cells)
            for name in chosen
        },
    )


def _heights(
    cells: Sequence[Json],
) -> tuple[FloatArray, tuple[tuple[float, str], ...], tuple[float, ...]]:
    blocks = len({_heading(cell) for cell in cells}) > 1
    y, headings, rules = [], [], []
    height = 0.0
    for i, cell in enumerate(cells):
        before = cells[i - 1] if i else None
        if blocks and (before is None or _heading(before) != _heading(cell)):
            height += 0.3 if i else 0.0
            headings.append((height, _heading(cell)))
            height += 1.0
        elif before is not None and before["studies"] != cell["studies"]:
            rules.append(height - 0.5)
        y.append(height)
        height += 1.0
    return np.array(y), tuple(headings), tuple(rules)


def _values(cells: Sequence[Json], methods: Sequence[str], panel: Panel) -> FloatArray:
    stem, _, width = panel.partition("_")
    out = np.full((len(methods), len(MARGINS), len(cells)), np.nan)
    for m, method in enumerate(methods):
        for i, margin in enumerate(MARGINS):
            for c, cell in enumerate(cells):
                parameters = cell["methods"].get(method, {}).get("parameters", {})
                found = parameters.get(f"{_PARAMETER[stem]}[{margin}]")
                if found and found["n"]:
                    share = found["covered"] / cell["replications"]
                    out[m, i, c] = found["width"] if width else share
    return out


def monte_carlo_band(rows: CoverageRows, prob: float) -> tuple[float, float]:
    """Range of the share covered, in 95 of 100 cells, when the coverage is right.

    Parameters
    ----------
    rows : CoverageRows
        The rows: the cell with the fewest replications counts.
    prob : float
        Probability of the intervals.

    Returns
    -------
    lower, upper : float
    """
    half = NormalDist().inv_cdf(0.975) * (prob * (1.0 - prob) / min(rows.replications)) ** 0.5
    return prob - half, min(prob + half, 1.0)


def lowest_shown(rows: CoverageRows, prob: float) -> float:
    """Lower end of the axis of coverage: what lies below stands on the edge.

    Parameters
    ----------
    rows : CoverageRows
        The rows.
    prob : float
        Probability of the intervals.

    Returns
    -------
    float
        A multiple of 0.05, at least 0.7 where `prob` is above 0.8.
    """
    shares = np.concatenate([rows.values[panel].ravel() for panel in PANELS[:2]])
    lowest = float(np.nanmin(shares, initial=monte_carlo_band(rows, prob)[0]))
    return max(min(_LOWEST, prob - 0.1), round(math.floor(lowest / 0.05 - 1e-9) * 0.05, 2))
