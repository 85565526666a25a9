"""What a process costs: CPU seconds and peak memory; and how such numbers are summed up."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_MAXRSS_PER_MIB = 2**20 if sys.platform == "darwin" else 2**10

type Span = dict[str, float]


@dataclass(frozen=True)
class Cost:
    """What one process took, its children included, and what it printed."""

    cpu: float
    peak_mib: float
    printed: str


class ProgramFailed(Exception):
    """A process ended with an exit status that was not wanted."""


def cost_of(command: Sequence[str], folder: Path, *, fine: Collection[int] = (0,)) -> Cost:
    """Run a command to its end in a folder.

    The caller must be a small process: a child's peak memory begins at that of its parent.
    """
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as complaints,
        subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process,
    ):
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in fine:
            complaints.seek(0)
            said = complaints.read()[-2000:]
            msg = f"{' '.join(command)}: exit status {process.returncode}\n{said}"
            raise ProgramFailed(msg)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MAXRSS_PER_MIB, printed)


def span(values: Iterable[float]) -> Span:
    """Median, least and most."""
    known = list(values)
    return {
        "median": _rounded(statistics.median(known)),
        "least": _rounded(min(known)),
        "most": _rounded(max(known)),
        "runs": len(known),
    }


def ratios(others: Sequence[float], ours: Sequence[float]) -> Span:
    """Other over ours, round by round."""
    return span(a / b for a, b in zip(others, ours, strict=True))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
