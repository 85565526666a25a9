"""Many small reviews, and one large: what grows with the data."""

import csv
import statistics
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from tests.benchmarks.in_process import large
from tests.benchmarks.measure import Cost, cost_of, ratios, span
from tests.benchmarks.programs import METADX, SCRIPTS
from tests.benchmarks.race import CHECK_FAILED, distance, refuse_far, told
from tests.benchmarks.simulated import write_reviews

REVIEWS, STUDIES, DRAWS = 200, 20, 2000
SIZES = (500, 1000, 2000, 5000)
LARGE_DRAWS = 1000


def many_reviews(folder: Path, rounds: int, *, lme4: bool) -> dict[str, Any]:
    """CPU time for each of many simulated reviews, pooled by one process in turn."""
    write_reviews(folder / "reviews", REVIEWS, STUDIES)
    theirs: list[Cost] = []
    ours: list[Cost] = []
    for turn in range(rounds):
        command = [METADX, "batch", "reviews", "--workers", "1", "--draws", str(DRAWS)]
        command += ["--out", f"batch-{turn}"]
        ours.append(cost_of(command, folder, fine=(0, CHECK_FAILED)))
        if lme4:
            script = ["Rscript", str(SCRIPTS / "lme4_batch.R"), "reviews"]
            theirs.append(cost_of(script, folder))
    with (folder / "batch-0" / "batch.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found: dict[str, Any] = {
        "reviews": REVIEWS,
        "studies": STUDIES,
        "draws": DRAWS,
        "cpu_ms": _each(ours),
        "peak_mib": span(cost.peak_mib for cost in ours),
        "ess": round(min(float(row["ess"]) for row in rows)),
        "handed_over": sum(row["engine"] != "marginal" for row in rows),
        "failed": sum(row["passed"] != "true" for row in rows),
        **{
            margin: round(statistics.mean(float(row[f"{margin}_median"]) for row in rows), 4)
            for margin in ("sens", "spec")
        },
    }
    if theirs:
        said = told(theirs[-1])
        found["lme4"] = {
            "cpu_ms": _each(theirs),
            "cpu_ratio": ratios([cost.cpu for cost in theirs], [cost.cpu for cost in ours]),
            "peak_mib": span(cost.peak_mib for cost in theirs),
            "sens": round(said["sens"], 4),
            "spec": round(said["spec"], 4),
        }
        theirs_and_ours = ((of["sens"], of["spec"]) for of in (found["lme4"], found))
        refuse_far({"lme4": distance(*theirs_and_ours)})
    return found


def _each(costs: Sequence[Cost]) -> dict[str, float]:
    return span(1000 * cost.cpu / REVIEWS for cost in costs)


def large_tables(worker: Executor, rounds: int) -> dict[str, Any]:
    """CPU seconds for ever larger tables."""
    return {
        str(studies): span(
            worker.submit(large, studies, LARGE_DRAWS).result() for _ in range(rounds)
        )
        for studies in SIZES
    }
