"""What other methods give on the simulated reviews of the coverage study: the record of peers.

    Rscript tests/evidence/how/glmer_many.R ...     (see tests/evidence/how/README.md)
    uv run python -m tests.evidence.peers GLMER_FOLDER [WORKERS]

Writes peers.json beside this file: for each cell and each method the same numbers as the record of
metadx (`metadx.simulation.record.method_record`).
"""

import csv
import json
import math
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from metadx.simulation.coverage import simulated_table
from metadx.simulation.judged import NEW_STUDY, judge_interval
from metadx.simulation.laws import Truth, truth_of
from metadx.simulation.load import load_coverage
from metadx.simulation.plans import identity
from metadx.simulation.record import method_record
from tests.evidence.reml import fit_reml

PEERS_FILE = Path(__file__).parent / "peers.json"
FORMAT = "metadx/simulation/peers/1"


def judge_wald(
    truth: Truth, studies: int, mu: np.ndarray, covariance: np.ndarray, tau: np.ndarray
) -> dict[str, list[float]]:
    """Judge Wald intervals, and for a new study the t interval with K - 2 degrees of freedom.

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ. J R Stat Soc A 2009;172:137-159, section 4.1.
    """
    z = stats.norm.ppf(0.975)
    se = np.sqrt(np.diag(covariance))
    wald = {
        "mu[sens]": (mu[0], z * se[0]),
        "mu[spec]": (mu[1], z * se[1]),
        "log_dor": (mu.sum(), z * math.sqrt(covariance.sum())),
    }
    t = stats.t.ppf(0.975, studies - 2)
    for margin, name in enumerate(NEW_STUDY):
        wald[name] = (mu[margin], t * math.hypot(tau[margin], se[margin]))
    return {
        name: judge_interval(truth, name, at - half, at, at + half, prob=0.95)
        for name, (at, half) in wald.items()
    }


def glmer_rows(file: Path) -> Iterator[Mapping[str, float]]:
    """Yield what lme4 gave, replication by replication."""
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield {name: float("nan" if value == "NA" else value) for name, value in row.items()}


def glmer_cell(folder: Path, number: int) -> dict[str, Any]:
    """Judge lme4 in one cell; without an answer is a fit that stopped or has no standard error."""
    design = load_coverage().design
    cell = design.cells[number]
    truth = truth_of(cell)
    judged, singular, warned, count = [], 0, 0, 0
    for row in glmer_rows(folder / f"{cell.name}.csv"):
        count += 1
        mu = np.array([row["mu_sens"], row["mu_spec"]])
        covariance = np.array([[row["var_sens"], row["cov"]], [row["cov"], row["var_spec"]]])
        tau = np.array([row["tau_sens"], row["tau_spec"]])
        known = np.isfinite([*mu, *covariance.ravel(), *tau]).all()
        if known and (np.diag(covariance) > 0).all() and covariance.sum() > 0:
            judged.append(judge_wald(truth, cell.studies, mu, covariance, tau))
        singular += row["singular"] == 1
        warned += row["warned"] == 1
    assert count == design.replications, f"{cell.name}: {count} replications"
    return {**method_record(judged, count), "singular": singular, "warned": warned}


def reml_cell(number: int) -> dict[str, Any]:
    """Judge the normal approximation in one cell."""
    design = load_coverage().design
    cell = design.cells[number]
    truth = truth_of(cell)
    judged, singular = [], 0
    for replication in range(design.replications):
        found = fit_reml(simulated_table(design, number, replication)[0])
        if found is None:
            continue
        tau = np.sqrt(np.diag(found.sigma))
        singular += bool(np.linalg.det(found.sigma) < 1e-4 * np.prod(tau) ** 2 or tau.min() < 1e-4)
        judged.append(judge_wald(truth, cell.studies, found.mu, found.covariance, tau))
    return {**method_record(judged, design.replications), "singular": singular}


def main(glmer_folder: Path, workers: int = 2) -> None:
    """Judge both in every cell and write the record."""
    loaded = load_coverage()
    cells = range(len(loaded.design.cells))
    with ProcessPoolExecutor(workers) as pool:
        reml = pool.map(reml_cell, cells)
        glmer = pool.map(partial(glmer_cell, glmer_folder), cells)
        found = {
            cell.name: {"glmer": one, "reml": other}
            for cell, one, other in zip(loaded.design.cells, glmer, reml, strict=True)
        }
    software = (glmer_folder / "version.txt").read_text(encoding="utf-8").strip()
    record = {
        "format": FORMAT,
        "identity": identity(loaded),
        "methods": {
            "glmer": f"{software}, glmer(..., nAGQ = 1, optimizer bobyqa), Wald intervals",
            "reml": f"normal approximation, REML, scipy {version('scipy')}, Wald intervals",
        },
        "cells": found,
    }
    lines = [f"{json.dumps(name)}: {json.dumps(cell)}" for name, cell in found.items()]
    head = json.dumps({key: value for key, value in record.items() if key != "cells"})
    text = f'{head[:-1]},\n"cells": {{\n' + ",\n".join(lines) + "\n}}\n"
    PEERS_FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
