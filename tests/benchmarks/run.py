"""Measure metadx beside the other programs for the same model, and write the record.

Run with `uv run python -m tests.benchmarks.run`; takes about ten minutes. Everything is CPU time,
measured in turn (A B A B …), for processor speed drifts. Programs that this machine does not have
are recorded as such. Writes record.json beside this file and docs/performance.md from it.
"""

import argparse
import json
import multiprocessing
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Cost, cost_of, span
from tests.benchmarks.page import performance_page
from tests.benchmarks.programs import (
    METADX,
    OURS,
    PROGRAMS,
    ROOT,
    SCRIPTS,
    Program,
    csv_of,
    versions,
)
from tests.benchmarks.race import Course, agree, first_turn, race
from tests.benchmarks.throughput import large_tables, many_reviews

RECORD_FILE = Path(__file__).resolve().with_name("record.json")
PAGE_FILE = ROOT / "docs" / "performance.md"
REVIEWS = ("anti-ccp", "telomerase", "coronary-ct")


def compiled(model: Path, folder: Path) -> dict[str, float]:
    """CPU seconds of translating and compiling the model of Stan."""
    script, source = (str(SCRIPTS / name) for name in ("rstan_compile.R", "bivariate.stan"))
    return {"rstan": round(cost_of(["Rscript", script, source, str(model)], folder).cpu, 1)}


def one_review(present: Sequence[Program], course: Course, short: int, long: int) -> dict[str, Any]:
    """Race the programs on one review; on the first one their answers must agree."""
    first = course.review == REVIEWS[0]
    warm = [p for p in present if first or p.engine != "nuts"]  # that one takes long
    firsts = {program.name: first_turn(program, course) for program in warm}
    studies = len(csv_of(course.review).read_text(encoding="utf-8").splitlines()) - 1
    row: dict[str, Any] = {"studies": studies}
    if first:
        row["apart"] = agree(firsts)
    slow = [OURS, *(program for program in present if program.pace == "long")]
    rows = race(slow, firsts, course, long)
    fast = [program for program in present if program.pace == "short"]
    rows |= race(fast, firsts, course, short)  # metadx among them, in more rounds than above
    return {**row, "programs": {p.name: rows[p.name] for p in present}}


def commands(folder: Path, rounds: int) -> dict[str, Any]:
    """Measure the commands that a user types, on the first review."""
    review = str(ROOT / "data" / REVIEWS[0])
    typed = {
        "the help page": [METADX, "--help"],
        "`metadx check`": [METADX, "check", review],
        "`metadx run --quick`": [METADX, "run", review, "--quick", "--out", "quick"],
        "`metadx run`": [METADX, "run", review, "--out", "full"],
    }
    costs: dict[str, list[Cost]] = {name: [] for name in typed}
    for turn in range(1 + rounds):
        for name, command in typed.items():
            cost = cost_of(command, folder)
            if turn:
                costs[name].append(cost)
    return {
        name: {
            "cpu": span(cost.cpu for cost in runs),
            "peak_mib": span(cost.peak_mib for cost in runs),
        }
        for name, runs in costs.items()
    }


def machine() -> dict[str, Any]:
    """What was measured on, without names of machines."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
    }


def measured(folder: Path, worker: ProcessPoolExecutor, short: int, long: int) -> dict[str, Any]:
    """Measure everything."""
    about, known = machine(), versions()
    present = [p for p in PROGRAMS if not p.package or known[p.package]]
    model = folder / "stan.rds"
    record: dict[str, Any] = {
        "machine": about,
        "versions": known,
        "programs": {p.name: {"gives": p.gives, "present": p in present} for p in PROGRAMS},
    }
    say("commands")  # first what is soon done: a fault there need not cost the long part
    record["commands"] = commands(folder, long)
    say("many reviews")
    record["batch"] = many_reviews(folder, long, lme4=bool(known["lme4"]))
    say("many studies")
    record["large"] = large_tables(worker, long)
    say("compiling the model of Stan")
    record["compile"] = compiled(model, folder) if known["rstan"] else {}
    record["reviews"] = {}
    for review in REVIEWS:
        say(review)
        course = Course(review, folder, model, worker)
        record["reviews"][review] = one_review(present, course, short, long)
    return record


def say(text: str) -> None:
    """Tell how far the measuring is."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def measured_here(short: int, long: int) -> dict[str, Any]:
    """Measure everything in a scratch folder, with a worker for what needs libraries."""
    # Threads of the linear algebra library would be counted as work without doing any.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=spawn) as worker,
    ):
        return measured(Path(folder), worker, short, long)


def main() -> None:
    """Measure, record, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", type=int, default=9, help="rounds of the short programs")
    parser.add_argument("--long", type=int, default=3, help="rounds of the long ones")
    parser.add_argument("--commands", action="store_true", help="measure the commands alone")
    parser.add_argument("--page", action="store_true", help="write the page anew and stop")
    options = parser.parse_args()
    if options.commands:
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        record = json.loads(RECORD_FILE.read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            record["commands"] = commands(Path(folder), options.long)
        RECORD_FILE.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    elif not options.page:
        record = measured_here(options.short, options.long)
        RECORD_FILE.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    record = json.loads(RECORD_FILE.read_text(encoding="utf-8"))
    PAGE_FILE.write_text(performance_page(record), encoding="utf-8")
    say("done")


if __name__ == "__main__":
    main()
