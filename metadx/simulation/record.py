"""The record of a simulation study: small enough to keep, and all that a verdict needs."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from metadx.runner.plan import Outcome
from metadx.simulation.contrasts import PEER, candidates
from metadx.simulation.design import Cell, ContrastsDesign, CoverageDesign, SbcDesign, Scenario
from metadx.simulation.load import LoadedAgreementDesign, LoadedDesign
from metadx.simulation.plans import SCHEMA, identity

type Json = dict[str, Any]

_LIBRARIES = ("metadx", "numpy", "pymc", "pytensor", "nutpie")
_KEPT = 2  # replications of each group that are kept whole, to be made again at any time
_KEPT_OF_MANY = 1  # where many methods answer
_DIGITS = 6


def sbc_record(loaded: LoadedDesign[SbcDesign], outcomes: Sequence[Outcome]) -> Json:
    """Condense the replications of simulation-based calibration.

    Parameters
    ----------
    loaded : LoadedDesign
    outcomes : sequence of Outcome

    Returns
    -------
    dict
        For each group the histogram of the ranks of every quantity, how many of the intervals
        covered, and how many fits fell back to NUTS, failed a check or gave no answer.
    """
    design = loaded.design
    groups = []
    for group in design.groups:
        mine = _of(outcomes, group.name)
        found = [outcome.value for outcome in mine if outcome.value is not None]
        names = list(found[0]["ranks"]) if found else []
        groups.append(
            {
                "name": group.name,
                "engine": group.engine,
                "studies": group.studies,
                "draws": group.draws,
                "replications": len(mine),
                **_failures(mine, found),
                "bins": design.ranks + 1,
                "ranks": {
                    name: np.bincount(
                        [value["ranks"][name] for value in found], minlength=design.ranks + 1
                    ).tolist()
                    for name in names
                },
                "coverage": {
                    name: {
                        "n": len(found),
                        "covered": sum(value["inside"][name] for value in found),
                    }
                    for name in names
                },
            }
        )
    return {**_head(loaded, outcomes), "ranks": design.ranks, "groups": groups}


def coverage_record(loaded: LoadedDesign[CoverageDesign], outcomes: Sequence[Outcome]) -> Json:
    """Condense the replications of the study of coverage.

    Parameters
    ----------
    loaded : LoadedDesign
    outcomes : sequence of Outcome

    Returns
    -------
    dict
        For each cell and each card the coverage, the median width and the mean and median error of
        every quantity.
    """
    ids = [card.card.id for card in (loaded.card, *loaded.others)]
    cells = [_cell_record(cell, outcomes, ids) for cell in loaded.design.cells]
    return {**_head(loaded, outcomes), "draws": loaded.design.draws, "cells": cells}


def contrasts_record(loaded: LoadedDesign[ContrastsDesign], outcomes: Sequence[Outcome]) -> Json:
    """Condense the replications of the study of contrasts.

    Parameters
    ----------
    loaded : LoadedDesign
    outcomes : sequence of Outcome

    Returns
    -------
    dict
        As `coverage_record`, for each prior that is tried and for maximum likelihood, which has
        answers for the first replications only.
    """
    asked = loaded.design.peer_replications
    cells = []
    for cell in loaded.design.cells:
        record = _cell_record(cell, outcomes, list(candidates(loaded, cell)))
        peers = [outcome.value for outcome in _of(outcomes, cell.name)[:asked]]
        answers = [value["methods"][PEER] for value in peers if value and PEER in value["methods"]]
        record["methods"][PEER] = method_record(answers, len(peers))
        cells.append(record)
    return {**_head(loaded, outcomes, _KEPT_OF_MANY), "draws": loaded.design.draws, "cells": cells}


def agreement_record(loaded: LoadedAgreementDesign, outcomes: Sequence[Outcome]) -> Json:
    """Condense the replications of the recovery of agreement.

    Parameters
    ----------
    loaded : LoadedAgreementDesign
    outcomes : sequence of Outcome

    Returns
    -------
    dict
        As `coverage_record`, with the scenarios as cells.
    """
    design, card = loaded.design, loaded.card.card.id
    cells = [_cell_record(scenario, outcomes, [card]) for scenario in design.scenarios]
    return {**_head(loaded, outcomes), "draws": design.draws, "cells": cells}


def _cell_record(cell: Cell | Scenario, outcomes: Sequence[Outcome], names: Sequence[str]) -> Json:
    """Condense one cell for the methods of that name, the first of which is fitted itself."""
    mine = _of(outcomes, cell.name)
    found = [outcome.value for outcome in mine if outcome.value is not None]
    return {
        **cell.model_dump(mode="json"),
        **({"obeys": cell.obeys} if isinstance(cell, Cell) else {}),
        "replications": len(mine),
        **_failures(mine, found),
        "refitted": {name: sum(name in value["refitted"] for value in found) for name in names[1:]},
        "methods": {
            name: method_record([value["methods"][name] for value in found], len(mine))
            for name in names
        },
    }


def method_record(judged: Sequence[Mapping[str, Sequence[float]]], replications: int) -> Json:
    """Condense what one method gave in one cell.

    Parameters
    ----------
    judged : sequence of mapping of str to (covered, width, error, score)
        One for every replication that the method answered.
    replications : int
        How many there were.

    Returns
    -------
    dict
        "failed": replications without an answer; "parameters": for each quantity n, covered (a
        sum), median width, mean error (bias), median error and mean interval score.
    """
    parameters = {}
    for name in judged[0] if judged else ():
        covered, width, error, score = np.array([found[name] for found in judged]).T
        numbers = {
            "covered": covered.sum(),
            "width": np.median(width),
            "bias": error.mean(),
            "median_error": np.median(error),
            "score": score.mean(),
        }
        parameters[name] = {
            "n": len(judged),
            **{key: float(f"{value:.{_DIGITS}g}") for key, value in numbers.items()},
        }
    return {"failed": replications - len(judged), "parameters": parameters}


def _head(
    loaded: LoadedDesign[SbcDesign]
    | LoadedDesign[CoverageDesign]
    | LoadedDesign[ContrastsDesign]
    | LoadedAgreementDesign,
    outcomes: Sequence[Outcome],
    kept: int = _KEPT,
) -> Json:
    design = loaded.design
    parts = next(getattr(design, x) for x in ("groups", "cells", "scenarios") if hasattr(design, x))
    names = [part.name for part in parts]
    whole = {
        outcome.key: outcome.value
        for name in names
        for outcome in _of(outcomes, name)[:kept]
        if outcome.value is not None
    }
    return {
        "schema": SCHEMA,
        "kind": design.kind,
        "title": design.title,
        "synthetic": True,
        "identity": identity(loaded),
        "seed": design.seed,
        "card": loaded.card.card.id,
        "prob": design.prob,
        "versions": _versions(),
        "kept": whole,
    }


def _of(outcomes: Sequence[Outcome], name: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.key.rpartition("/")[0] == name]


def _failures(mine: Sequence[Outcome], found: Sequence[Json]) -> Json:
    return {
        "failed": len(mine) - len(found),
        "errors": sorted({outcome.error for outcome in mine if outcome.error is not None})[:5],
        "fell_back": sum(value["fell_back"] for value in found),
        "failed_checks": sum(value["failed_checks"] for value in found),
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # of a copy that is not installed
            continue
    return found
