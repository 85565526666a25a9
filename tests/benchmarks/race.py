"""Programs run in turn on one review: A B C, A B C, …"""

import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any

from tests.benchmarks.in_process import least_ess
from tests.benchmarks.measure import Cost, cost_of, ratios, span
from tests.benchmarks.programs import METADX, OURS, ROOT, SCRIPTS, Program, csv_of, script_of

AGREEMENT = 0.02
CHECK_FAILED = 1  # exit status of metadx: the answer is there, with a failed check


@dataclass(frozen=True)
class Turn:
    """One run of one program: the whole process, and the fit alone."""

    cpu: float
    peak_mib: float
    fit_cpu: float
    sens: float
    spec: float
    trouble: str
    ess: float | None = None


@dataclass(frozen=True)
class Course:
    """Where programs run: a review, a scratch folder, the compiled model of Stan, a worker."""

    review: str
    folder: Path
    compiled: Path
    worker: Executor


class Disagreement(Exception):
    """A program gave another answer than metadx, so that its time means nothing."""


def turn_of(program: Program, course: Course) -> Turn:
    """Run a program once."""
    return _metadx(program, course) if program.engine else _r(program, course, [])


def first_turn(program: Program, course: Course) -> Turn:
    """Run a program once to warm up, and measure its effective sample size."""
    if program.engine or program.gives == "estimate":
        return turn_of(program, course)
    draws = course.folder / "draws.csv"
    turn = _r(program, course, [str(draws)])
    ess = course.worker.submit(least_ess, str(draws)).result()
    return Turn(**{**vars(turn), "ess": ess})


def _metadx(program: Program, course: Course) -> Turn:
    assert program.engine is not None
    review = str(ROOT / "data" / course.review)
    whole = cost_of(
        [METADX, "run", review, "--quick", "--engine", program.engine, "--out", program.engine],
        course.folder,
        fine=(0, CHECK_FAILED),
    )
    file = course.folder / program.engine / "summary.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    estimands = found["groups"][0]["estimands"]
    failed = [f"{check['name']} failed" for check in found["checks"] if not check["passed"]]
    fit = cost_of(
        [
            sys.executable,
            str(SCRIPTS / "metadx_fit.py"),
            program.engine,
            str(csv_of(course.review)),
        ],
        course.folder,
    )
    return Turn(
        whole.cpu,
        whole.peak_mib,
        told(fit)["fit_cpu"],
        estimands["sens"]["median"],
        estimands["spec"]["median"],
        ", ".join(failed),
        found["engine"]["ess"],
    )


def _r(program: Program, course: Course, more: Sequence[str]) -> Turn:
    command = script_of(program, course.review, course.compiled)
    cost = cost_of([*command, *more], course.folder)
    return Turn(cost.cpu, cost.peak_mib, **told(cost))


def told(cost: Cost) -> dict[str, Any]:
    """Return the last line that a script printed, which is JSON."""
    return dict(json.loads(cost.printed.strip().splitlines()[-1]))


def race(
    programs: Sequence[Program], firsts: Mapping[str, Turn], course: Course, rounds: int
) -> dict[str, dict[str, Any]]:
    """Run programs in turn, metadx among them, and sum up every one against it."""
    turns: dict[str, list[Turn]] = {program.name: [] for program in programs}
    for _ in range(rounds):
        for program in programs:
            turns[program.name].append(turn_of(program, course))
    ours = turns[OURS.name]
    ess = {
        name: firsts[name].ess if name in firsts else runs[-1].ess for name, runs in turns.items()
    }
    return {name: _row(runs, ours, ess[name]) for name, runs in turns.items()}


def _row(runs: Sequence[Turn], ours: Sequence[Turn], ess: float | None) -> dict[str, Any]:
    last = runs[-1]
    row: dict[str, Any] = {
        "cpu": span(turn.cpu for turn in runs),
        "cpu_ratio": ratios([turn.cpu for turn in runs], [turn.cpu for turn in ours]),
        "fit_cpu": span(turn.fit_cpu for turn in runs),
        "fit_cpu_ratio": ratios([turn.fit_cpu for turn in runs], [turn.fit_cpu for turn in ours]),
        "peak_mib": span(turn.peak_mib for turn in runs),
        "sens": round(last.sens, 4),
        "spec": round(last.spec, 4),
        "trouble": last.trouble,
    }
    if ess is not None:
        row["ess"] = round(ess)
        row["ess_per_cpu"] = span(ess / turn.cpu for turn in runs)
        row["ess_per_fit_cpu"] = span(ess / turn.fit_cpu for turn in runs)
    return row


def agree(firsts: Mapping[str, Turn]) -> dict[str, float]:
    """Return how far each program's accuracy lies from that of metadx.

    Raises
    ------
    Disagreement
        If any lies farther than 0.02.
    """
    ours = firsts[OURS.name]
    apart = {
        name: distance((turn.sens, turn.spec), (ours.sens, ours.spec))
        for name, turn in firsts.items()
    }
    refuse_far(apart)
    return apart


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the larger of two differences; infinity where a number is missing."""
    apart = [abs(a - b) for a, b in zip(one, other, strict=True)]
    return round(max(apart), 4) if all(map(isfinite, apart)) else inf


def refuse_far(apart: Mapping[str, float]) -> None:
    """Stop where any distance is more than 0.02."""
    wrong = {name: value for name, value in apart.items() if value > AGREEMENT}
    if wrong:
        msg = f"sensitivity or specificity differs from metadx by more than {AGREEMENT}: {wrong}"
        raise Disagreement(msg)
