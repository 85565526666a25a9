"""CPU seconds of calls and of whole processes."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

type Seconds = list[float]


def cpu_of_calls(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Seconds]:
    """Call each once to warm up, then all in turn; CPU seconds of this process."""
    for call in calls.values():
        call()
    spent: dict[str, Seconds] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.process_time()
            call()
            spent[name].append(time.process_time() - began)
    return spent


def cpu_of_processes(
    commands: Mapping[str, Sequence[str]], rounds: int, folder: Path
) -> dict[str, Seconds]:
    """Run each command once to warm up, then all in turn; user and system seconds of each."""
    spent: dict[str, Seconds] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            seconds = _cpu(command, folder)
            if turn:
                spent[name].append(seconds)
    return spent


def _cpu(command: Sequence[str], folder: Path) -> float:
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def medians(spent: Mapping[str, Seconds]) -> dict[str, dict[str, float]]:
    """Median, least and most of each."""
    return {
        name: {
            "median": round(statistics.median(values), 4),
            "least": round(min(values), 4),
            "most": round(max(values), 4),
            "runs": len(values),
        }
        for name, values in spent.items()
    }


def ratio(spent: Mapping[str, Seconds], other: str, ours: str) -> float:
    """Median over rounds of other / ours, pair by pair."""
    pairs = zip(spent[other], spent[ours], strict=True)
    return round(statistics.median(a / b for a, b in pairs), 2)
