"""The tables of the study of contrasts, from its record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from evidence import per_cent, record, signed, table

from metadx.estimands.logistic import expit
from metadx.simulation.contrast_truth import truth_of_contrasts
from metadx.simulation.contrast_verdict import (
    described,
    of_prior,
    prior_of_card,
    shrinkages,
    target_coverages,
)
from metadx.simulation.contrasts import PEER
from metadx.simulation.load import load_contrasts
from metadx.simulation.verdict import asked

type Json = dict[str, Any]
type Row = tuple[str, ...]

_WORDS = {"contrast": "levels", "slope": "continuous covariates"}


def contrast_priors(prior: str) -> str:
    """Compare the priors that were tried, over the cells that are judged."""
    cells = of_prior(record("contrasts")["cells"], prior)
    judged, few = _judged(cells), [cell for cell in cells if cell["studies"] < 10]
    ours, from_ = _ours(prior), load_contrasts().design.require.shrinkage_from
    rows = []
    for method in judged[0]["methods"]:
        row = [_named(method, ours)]
        for target in ("contrast", "difference"):
            covered = dict(target_coverages(judged, method, target))
            least = min(covered, key=covered.__getitem__)
            row += [per_cent(np.mean(list(covered.values()))), per_cent(covered[least])]
        gone = [share for _, share in shrinkages(judged, method, from_)]
        row += [
            f"{np.median(_ratios(judged, method, ours, 'width')):.2f}",
            f"{np.median(_ratios(judged, method, ours, 'score')):.2f}",
            f"{100 * np.mean(gone):.1f} %".replace("-", "−"),
            per_cent(np.mean([value for _, value in target_coverages(few, method, "contrast")])),
        ]
        rows.append(tuple(row))
    head = ("prior", "contrast", "worst", "difference", "worst ", "width", "score")
    return table((*head, "share taken away", "contrast, 6 studies"), rows)


def contrast_levels() -> str:
    """Show what each prior makes of three levels of which one is worse: the estimates."""
    names = ("K21-nodules", "K21-nodules-tau1.2")
    cells = [cell for cell in record("contrasts")["cells"] if cell["name"] in names]
    ours = _ours("contrast")
    rows = []
    for method in cells[0]["methods"]:
        row = [_named(method, ours)]
        for cell in cells:
            truth = truth_of_contrasts(described(cell)).values
            found = cell["methods"][method]["parameters"]
            levels = [
                100 * expit(np.array(truth[name] + found[name]["median_error"]))
                for name in ("mean[spec,a]", "mean[spec,b]", "mean[spec,c]")
            ]
            covered = dict(target_coverages([cell], method, "difference"))
            pair = covered[f"{cell['name']} difference[spec,c-a]"]
            row += [" / ".join(f"{level:.1f}" for level in levels), per_cent(pair)]
        rows.append(tuple(row))
    head = ("prior", "τ = 0.8: 82 / 83 / 58", "coverage of the difference")
    return table((*head, "τ = 1.2: 82 / 83 / 58", "coverage"), rows)


def contrast_kinds() -> str:
    """Show coverage by kind of review, beside maximum likelihood."""
    cells = record("contrasts")["cells"]
    kinds = {f"{k} studies": [c for c in cells if c["studies"] == k] for k in (6, 10, 20, 40)}
    for tau in (0.3, 0.8, 1.5):
        kinds[f"τ = {tau:g}"] = [c for c in cells if c["tau"][0] == tau and c["studies"] >= 10]
    for words, part in {
        "two levels, alike": "two",
        "two levels, 3 to 1": "uneven",
        "three levels": "three",
        "a continuous covariate": "slope",
    }.items():
        kinds[words] = [c for c in cells if f"-{part}-" in c["name"] and c["studies"] >= 10]
    rows = []
    for words, chosen in kinds.items():
        row = [words, str(len(chosen))]
        for method in (None, PEER):
            for target in ("contrast", "difference"):
                found = [value for cell in chosen for value in _covered(cell, method, target)]
                row.append(per_cent(np.mean(found)))
        rows.append(tuple(row))
    head = ("reviews", "cells", "contrast", "difference")
    return table((*head, "maximum likelihood: contrast", "difference "), rows)


def contrast_cells() -> str:
    """Show every cell: coverage, width and error of the contrasts of specificity, and of sens."""
    rows = []
    for cell in record("contrasts")["cells"]:
        truth = truth_of_contrasts(described(cell)).values
        ours = cell["methods"][_ours(described(cell).prior)]["parameters"]
        names = [name for name in truth if name.startswith("contrast[")]
        peer = list(_covered(cell, PEER, "contrast"))
        levels = ", ".join(str(count) for count in cell["levels"]) or f"{cell['studies']} values"
        rows.append(
            (
                cell["name"],
                levels,
                f"{cell['tau'][0]:g}",
                ", ".join(signed(truth[name], 1) if truth[name] else "0" for name in names),
                ", ".join(per_cent(ours[name]["covered"] / ours[name]["n"]) for name in names),
                ", ".join(f"{ours[name]['width']:.2f}" for name in names),
                ", ".join(signed(ours[name]["bias"]) for name in names),
                ", ".join(per_cent(value) for value in peer),
            )
        )
    head = ("cell", "studies", "τ", "true contrasts, sens then spec", "coverage", "width")
    return table((*head, "mean error", "maximum likelihood: coverage"), rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "contrast-cells": contrast_cells,
    "contrast-kinds": contrast_kinds,
    "contrast-levels": contrast_levels,
    "contrast-priors": lambda: contrast_priors("contrast"),
    "slope-priors": lambda: contrast_priors("slope"),
}


def _ours(prior: str) -> str:
    return prior_of_card(load_contrasts().card.card, prior)


def _named(method: str, ours: str) -> str:
    if method == PEER:
        return "maximum likelihood (Laplace), Wald intervals"
    return f"**{method}**: the cards" if method == ours else method


def _judged(cells: Sequence[Json]) -> list[Json]:
    return asked(cells, load_contrasts().design.require)


def _covered(cell: Json, method: str | None, target: str) -> Iterable[float]:
    chosen = _ours(described(cell).prior) if method is None else method
    return (value for _, value in target_coverages([cell], chosen, target))


def _ratios(cells: Sequence[Json], method: str, ours: str, what: str) -> list[float]:
    return [
        numbers[what] / cell["methods"][ours]["parameters"][name][what]
        for cell in cells
        for name, numbers in cell["methods"][method]["parameters"].items()
        if name.startswith("contrast[")
    ]
