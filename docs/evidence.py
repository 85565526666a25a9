"""The tables of the validation pages, from the records of the simulation studies."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from metadx.simulation.contrast_verdict import contrast_requirements
from metadx.simulation.load import load_contrasts, load_coverage, load_sbc
from metadx.simulation.verdict import (
    TARGETS,
    asked,
    coverage_requirements,
    coverages,
    sbc_requirements,
    sbc_verdicts,
)

ROOT = Path(__file__).resolve().parents[1]
RECORDS = ROOT / "tests" / "evidence"
#: Methods in the order of the tables, with what the reader knows them by.
METHODS = {
    "glmer": "maximum likelihood (lme4 `glmer`: exact binomial, Laplace)",
    "reml": "REML, normal approximation, 0.5 added (the method of mada)",
    "bivariate-binomial-n15": "metadx, narrow card `bivariate-binomial-n15`",
    "bivariate-binomial": "**metadx, default card**",
    "bivariate-binomial-n4": "metadx, wide card (Normal(0, 4), half-t₃(1.5))",
}
OURS, PEER = "bivariate-binomial", "glmer"
#: The same in a figure.
SHORT = {
    OURS: "metadx, default card",
    PEER: "glmer (maximum likelihood)",
    "reml": "REML, approximate",
}
_LAWS = {
    "t": "heavy tails (t, 4 degrees of freedom)",
    "skewed": "skewed effects",
    "thresholds": "two thresholds",
}

type Json = dict[str, Any]
type Row = tuple[str, ...]


@cache
def record(kind: str) -> Json:
    """Read the record of a study; that of coverage with the other methods beside ours."""
    found: Json = json.loads((RECORDS / f"{kind}.json").read_text(encoding="utf-8"))
    if kind == "coverage":
        peers = json.loads((RECORDS / "peers.json").read_text(encoding="utf-8"))
        if peers["identity"] != found["identity"]:
            raise ValueError("peers.json and coverage.json are of different simulated reviews")
        for cell in found["cells"]:
            cell["methods"] |= peers["cells"][cell["name"]]
    return found


def coverage_summary() -> str:
    """Compare all methods over the cells that obey the model, and in the worst to be asked for."""
    cells = [cell for cell in record("coverage")["cells"] if cell["obeys"]]
    rows = []
    for method, words in METHODS.items():
        row = [words]
        for names in TARGETS.values():
            row += [
                per_cent(np.mean(_coverages(cells, method, names))),
                per_cent(min(_coverages(_asked(cells), method, names))),
                f"{_score(cells, method, names):.2f}",
            ]
        edge = sum(cell["methods"][method].get("singular", 0) for cell in cells)
        total = sum(cell["replications"] for cell in cells)
        row += [f"{100 * edge / total:.0f} %" if edge else "never"]
        rows.append(tuple(row))
    head = ("method", "median study", "worst cell", "score")
    return table((*head, "new study", "worst cell", "score", "at the edge"), rows)


def priors_compared() -> str:
    """Compare the cards: coverage, its distance from 95 %, width, bias, interval score."""
    cells = [cell for cell in record("coverage")["cells"] if cell["obeys"]]
    rows = []
    for method in (name for name in METHODS if name.startswith(OURS) or name == PEER):
        row = [METHODS[method]]
        for names in TARGETS.values():
            gaps = np.abs(np.array(_coverages(cells, method, names)) - 0.95)
            widths = [
                _number(cell, method, name, "width") / _number(cell, OURS, name, "width")
                for cell in cells
                for name in names
            ]
            row += [
                f"{gaps.mean():.3f}",
                per_cent(min(_coverages(cells, method, names))),
                f"{np.median(widths):.2f}",
                f"{_score(cells, method, names):.2f}",
            ]
        error = np.mean([_number(cell, method, "log_dor", "median_error") for cell in cells])
        row += [signed(float(error))]
        rows.append(tuple(row))
    head = ("median study: distance", "least", "width", "score")
    more = ("new study: distance", "least", "width", "score")
    return table(("method", *head, *more, "error of log DOR"), rows)


def coverage_by_kind() -> str:
    """Show where each method does well and where not: by number of studies, spread and law."""
    cells = record("coverage")["cells"]
    plain = [cell for cell in cells if cell["obeys"]]
    kinds: dict[str, list[Json]] = {
        f"{count} studies": [cell for cell in plain if cell["studies"] == count]
        for count in sorted({cell["studies"] for cell in plain})
    }
    for low, high in ((0.0, 0.3), (0.3, 1.2), (1.2, 1.6), (1.6, 9.0)):
        chosen = [cell for cell in plain if low < cell["tau"][0] == cell["tau"][1] <= high]
        spreads = sorted({cell["tau"][0] for cell in chosen})
        kinds[f"τ = {' to '.join(f'{s:g}' for s in (spreads[0], spreads[-1])[: len(spreads)])}"] = (
            chosen
        )
    for law, words in _LAWS.items():
        kinds[f"not the model: {words}"] = [cell for cell in cells if cell["law"] == law]
    rows = []
    for words, chosen in kinds.items():
        row = [words, str(len(chosen))]
        for method in (PEER, "reml", OURS):
            row += [
                " / ".join(
                    per_cent(np.mean(_coverages(chosen, method, names)))
                    for names in TARGETS.values()
                )
            ]
        rows.append(tuple(row))
    return table(("reviews", "cells", "glmer", "REML", "metadx"), rows)


def coverage_cells() -> str:
    """Show every cell as it is, beside lme4's."""
    rows = []
    for cell in record("coverage")["cells"]:
        row = [
            f"{cell['name']}{'' if cell['obeys'] else ' †'}",
            f"{cell['sens']:g}, {cell['spec']:g}",
            ", ".join(f"{tau:g}" for tau in cell["tau"]),
            f"{cell['rho']:g}".replace("-", "−"),
            cell["arms"],
        ]
        for method in (OURS, PEER):
            for names in TARGETS.values():
                row.append(", ".join(per_cent(x) for x in _coverages([cell], method, names)))
                row.append(", ".join(f"{_number(cell, method, n, 'width'):.2f}" for n in names))
            row.append(signed(_number(cell, method, "log_dor", "median_error")))
        row.append(f"{100 * cell['methods'][PEER]['singular'] / cell['replications']:.0f} %")
        rows.append(tuple(row))
    head = ("cell", "sens, spec", "τ", "ρ", "arms")
    ours = ("median study", "width", "new study", "width ", "log DOR")
    return table((*head, *ours, *(f"glmer: {name}" for name in ours), "boundary"), rows)


def other_quantities() -> str:
    """Show coverage and bias of what is reported beside accuracy."""
    cells = [cell for cell in record("coverage")["cells"] if cell["obeys"]]
    rows = []
    for name, words in _OTHERS.items():
        covered = np.array(_coverages(cells, OURS, (name,)))
        low = int(covered.argmin())
        errors = [_number(cell, OURS, name, "median_error") for cell in cells]
        rows.append(
            (
                words,
                per_cent(covered.mean()),
                f"{per_cent(covered[low])} ({cells[low]['name']})",
                signed(float(np.median(errors)), 3),
            )
        )
    return table(("quantity", "coverage", "worst cell", "typical error of the median"), rows)


def requirements() -> str:
    """List what the records must show, and what they do show."""
    tried = load_contrasts()
    met = [
        *sbc_requirements(record("sbc"), load_sbc().design.require),
        *coverage_requirements(record("coverage"), load_coverage().design.require, PEER),
        *(
            replace(one, what=f"covariates: {one.what}")
            for one in (
                *sbc_requirements(
                    record("sbc-regression"), load_sbc("sbc-regression").design.require
                ),
                *contrast_requirements(record("contrasts"), tried.design.require, tried.card.card),
            )
        ),
    ]
    rows = [
        (
            one.what,
            f"{one.found:.3g}",
            f"{one.limit:.3g}",
            "yes" if one.passed else "**no**",
            one.worst,
        )
        for one in met
    ]
    return table(("requirement", "found", "limit", "met", "nearest to failing"), rows)


def calibration(kind: str = "sbc") -> str:
    """Summarise simulation-based calibration by group."""
    found = record(kind)
    verdicts = sbc_verdicts(found, load_sbc(kind).design.require)
    rows = []
    for group in found["groups"]:
        mine = [v for name, v in verdicts.items() if name.startswith(f"{group['name']}: ")]
        least = min(mine, key=lambda verdict: verdict.p_value)
        covered = [c["covered"] / c["n"] for c in group["coverage"].values()]
        rows.append(
            (
                group["name"],
                f"{group['replications']:,}",
                f"{sum(v.inside for v in mine)} of {len(mine)}",
                f"{least.name.partition(': ')[2]}, p = {least.p_value:.2g}",
                f"{per_cent(min(covered))} to {per_cent(max(covered))}",
                f"{group['fell_back']}, {group['failed_checks']}, {group['failed']}",
            )
        )
    head = ("engine, studies", "replications", "quantities inside", "least likely")
    last = "handed to NUTS, a check failed, no answer"
    return table((*head, "coverage of 95 % intervals", last), rows)


def versions() -> str:
    """Say what the records were made with."""
    used = {**record("sbc")["versions"], **record("coverage")["versions"]}
    peers = json.loads((RECORDS / "peers.json").read_text(encoding="utf-8"))["methods"]
    ours = ", ".join(f"{name} {number}" for name, number in used.items())
    return f"Made with {ours}. Other methods: {'; '.join(peers.values())}."


def signed(value: float, digits: int = 2) -> str:
    """Write a number with its sign."""
    return f"{value:+.{digits}f}".replace("-", "−")


def per_cent(value: float) -> str:
    """Write a share in per cent, with one decimal."""
    return f"{100 * value:.1f}"


def table(header: Row, rows: Iterable[Row]) -> str:
    """Write a table in Markdown."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(
        f"| {' | '.join(cell.strip().replace('|', chr(92) + '|') for cell in line)} |"
        for line in lines
    )


PARTS: Mapping[str, Callable[[], str]] = {
    "calibration": calibration,
    "calibration-regression": lambda: calibration("sbc-regression"),
    "coverage-by-kind": coverage_by_kind,
    "coverage-cells": coverage_cells,
    "coverage-summary": coverage_summary,
    "evidence-versions": versions,
    "other-quantities": other_quantities,
    "priors-compared": priors_compared,
    "requirements": requirements,
}
_OTHERS = {
    "log_dor": "log DOR",
    "population[sens]": "population mean sensitivity",
    "population[spec]": "population mean specificity",
    "tau[sens]": "τ of sensitivity",
    "tau[spec]": "τ of specificity",
    "rho": "ρ",
    "auc": "AUC",
}


def _asked(cells: Sequence[Json]) -> list[Json]:
    return asked(cells, load_coverage().design.require)


def _coverages(cells: Sequence[Json], method: str, names: Sequence[str]) -> list[float]:
    return [value for cell in cells for _, value in coverages(cell, method, tuple(names))]


def _score(cells: Sequence[Json], method: str, names: Sequence[str]) -> float:
    """Return the typical interval score relative to that of the default card."""
    ratios = [
        _number(cell, method, name, "score") / _number(cell, OURS, name, "score")
        for cell in cells
        for name in names
    ]
    return float(np.median(ratios))


def _number(cell: Json, method: str, name: str, what: str) -> float:
    return float(cell["methods"][method]["parameters"][name][what])
