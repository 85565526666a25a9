"""The recorded run: what `run_all.py` writes and `test_record.py` holds to the limits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from metadx.engines.fit import Fit
from tests.reference.comparison import Difference, Kind, differences, failures, worst
from tests.reference.grid import Job
from tests.reference.pinned import Run

RECORD_FILE = Path(__file__).parent / "record.json"
FORMAT = "metadx/reference/record/1"
_LIBRARIES = ("metadx", "numpy", "scipy", "pymc", "pytensor", "nutpie", "arviz-stats")


@dataclass(frozen=True)
class Entry:
    """One recorded fit.

    Parameters
    ----------
    job : Job
    draws : int
    parametrisation : str or None
        Of NUTS.
    checks : mapping of str to float
        What the engine measured of itself: Pareto k, effective draws, r-hat, divergences, ...
    checks_passed : bool
    worst : mapping of str to Difference
        Of each kind the difference that uses up most of its allowance.
    compared : int
        How many differences were looked at.
    failed : int
        How many of them lie beyond the limit.
    """

    job: Job
    draws: int
    parametrisation: str | None
    checks: Mapping[str, float]
    checks_passed: bool
    worst: Mapping[Kind, Difference]
    compared: int
    failed: int

    @property
    def passed(self) -> bool:
        """Whether the engine's own checks passed and nothing lies beyond its limit."""
        return self.checks_passed and self.failed == 0

    def line(self) -> str:
        """Say how it went in one line."""
        checks = ", ".join(f"{name} {value:.4g}" for name, value in self.checks.items())
        parts = [
            f"{kind} {item.what}"
            + ("" if item.in_sd is None else f" {item.in_sd:.3f} sd")
            + f" {item.in_errors:.1f} errors"
            for kind, item in self.worst.items()
        ]
        job = self.job
        head = f"{job.engine:8} {job.card:22} {job.dataset:26} seed {job.seed}"
        return f"{head} {'pass' if self.passed else 'FAIL'} | {checks} | {'; '.join(parts)}"


def entry_of(job: Job, fit: Fit, run: Run) -> Entry:
    """Compare a fit with its long run."""
    found = list(differences(fit, run))
    return Entry(
        job,
        fit.rho.size,
        fit.engine.parametrisation,
        {check.name: float(f"{check.value:.6g}") for check in fit.checks},
        fit.passed,
        worst(job.engine, found),
        len(found),
        len(failures(job.engine, found)),
    )


def read_record(path: Path = RECORD_FILE) -> tuple[Entry, ...]:
    """Read what was recorded."""
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["format"] == FORMAT
    return tuple(_entry(found) for found in document["runs"])


def write_record(entries: Sequence[Entry], path: Path = RECORD_FILE) -> None:
    """Write the entries in a fixed order, one a line, without date or machine."""
    versions = {name: version(name) for name in _LIBRARIES}
    head = f'{{\n "format": "{FORMAT}",\n "versions": {json.dumps(versions)},\n "runs": [\n'
    lines = [json.dumps(_plain(entry)) for entry in sorted(entries, key=lambda e: e.job)]
    path.write_text(head + ",\n".join(lines) + "\n ]\n}\n", encoding="utf-8")


def _plain(entry: Entry) -> dict[str, Any]:
    fields = asdict(entry)
    for item in fields["worst"].values():
        del item["kind"]  # the key says it
        for name in ("in_sd", "in_errors"):
            if item[name] is not None:
                item[name] = float(f"{item[name]:.4g}")
    return {**fields.pop("job"), **fields, "passed": entry.passed}


def _entry(found: dict[str, Any]) -> Entry:
    job = Job(*(found[name] for name in ("engine", "group", "card", "dataset", "seed")))
    differences_of = {
        kind: Difference(kind=kind, **values) for kind, values in found["worst"].items()
    }
    return Entry(
        job=job,
        worst=differences_of,
        **{name: found[name] for name in ("draws", "parametrisation", "checks", "checks_passed")},
        **{name: found[name] for name in ("compared", "failed")},
    )
