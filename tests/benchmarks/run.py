"""Measure metadx against the same model through PyMC and against lme4, and write the record.

Run with `uv run python -m tests.benchmarks.run`; takes about five minutes. Everything is CPU time,
measured in turn (A B A B …), for processor speed drifts. Writes record.json beside this file and
docs/performance.md from it.
"""

import json
import os
import platform
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

# Threads of the linear algebra library would be counted as work without doing any.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import metadx
from tests.benchmarks.measure import cpu_of_calls, cpu_of_processes, medians, ratio
from tests.benchmarks.page import performance_page

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
METADX = str(Path(sys.executable).with_name("metadx"))
REVIEWS = ("anti-ccp", "telomerase")
SIZES = (500, 1000, 2000, 5000)


def in_process() -> dict[str, object]:
    """One full posterior of 4,000 draws with all study effects, both engines."""
    out: dict[str, object] = {}
    for name in REVIEWS:
        table = metadx.load_dataset(name).table
        marginal = cpu_of_calls({"marginal": lambda t=table: metadx.fit(t)}, 15)
        both = cpu_of_calls(
            {
                "marginal": lambda t=table: metadx.fit(t),
                "nuts": lambda t=table: metadx.fit(t, engine="nuts"),
            },
            3,
        )
        out[name] = {
            "studies": table.n_studies,
            "marginal": medians(marginal)["marginal"],
            "nuts": medians(both)["nuts"],
            "nuts_over_marginal": ratio(both, "nuts", "marginal"),
        }
    return out


def whole_process() -> dict[str, object]:
    """Fresh processes: from the files on disk to the answer."""
    review = str(ROOT / "data" / "anti-ccp")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fast = {
            "the help page": [METADX, "--help"],
            "`metadx check`": [METADX, "check", review],
            "`metadx run --quick`": [METADX, "run", review, "--quick", "--out", "quick"],
        }
        if shutil.which("Rscript"):
            fast["Rscript, lme4 point estimate"] = [
                "Rscript",
                str(HERE / "glmer.R"),
                str(ROOT / "data" / "anti-ccp" / "studies.csv"),
            ]
        spent = cpu_of_processes(fast, 9, folder)
        slow = {
            "`metadx run --quick`": fast["`metadx run --quick`"],
            "`metadx run`": [METADX, "run", review, "--out", "full"],
            "`metadx run --quick --engine nuts`": [
                *fast["`metadx run --quick`"][:-1],
                "nuts",
                "--engine",
                "nuts",
            ],
        }
        slowly = cpu_of_processes(slow, 3, folder)
    ratios = {
        "nuts over marginal": ratio(
            slowly, "`metadx run --quick --engine nuts`", "`metadx run --quick`"
        )
    }
    if "Rscript, lme4 point estimate" in spent:
        ratios["lme4 over marginal"] = ratio(
            spent, "Rscript, lme4 point estimate", "`metadx run --quick`"
        )
    del slowly["`metadx run --quick`"]
    return {"commands": medians(spent | slowly), "ratios": ratios}


def scaling() -> dict[str, object]:
    """1,000 draws of the hyper-parameters of ever larger simulated tables."""
    out: dict[str, object] = {}
    for studies in SIZES:
        table = simulated(studies)
        spent = cpu_of_calls(
            {"fit": lambda t=table: metadx.fit(t, draws=1000, study_effects=False)}, 3
        )
        out[str(studies)] = medians(spent)["fit"]
    return out


def simulated(studies: int) -> metadx.AccuracyTable:
    """A simulated table: for timing, not for statistics."""
    rng = np.random.default_rng(1)
    sizes = rng.integers(10, 300, (2, studies))
    z = rng.standard_normal((2, studies))
    logits = 1.5 + 0.8 * z[0], 2 + 0.9 * (-0.4 * z[0] + np.sqrt(1 - 0.4**2) * z[1])
    tp, tn = (rng.binomial(n, 1 / (1 + np.exp(-x))) for n, x in zip(sizes, logits, strict=True))
    labels = [f"simulated {i}" for i in range(studies)]
    return metadx.AccuracyTable.from_counts(labels, tp, sizes[1] - tn, sizes[0] - tp, tn)


def machine() -> dict[str, str]:
    """What was measured on, without names of machines."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")
    return {"processor": model, "cores": str(os.cpu_count()), "python": platform.python_version()}


def main() -> None:
    """Measure, record, and write the page."""
    record = {
        "machine": machine(),
        "versions": {name: version(name) for name in ("metadx", "numpy", "pymc", "nutpie")},
        "in_process": in_process(),
        "whole_process": whole_process(),
        "scaling": scaling(),
    }
    (HERE / "record.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    (ROOT / "docs" / "performance.md").write_text(performance_page(record), encoding="utf-8")


if __name__ == "__main__":
    main()
