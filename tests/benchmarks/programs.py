"""The programs that are compared, how each is called, and whether this machine has it."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).resolve().with_name("scripts")
METADX = str(Path(sys.executable).with_name("metadx"))
LIBRARIES = ("metadx", "numpy", "pymc", "nutpie", "arviz")
# Stan is given the parametrisation that samples better there without divergences.
STAN_CENTRED = ("anti-ccp", "coronary-ct")


@dataclass(frozen=True)
class Program:
    """One way to an answer.

    Parameters
    ----------
    name : str
    gives : {"posterior", "estimate"}
    pace : {"short", "long"}
        Long ones are run in fewer rounds.
    package : str or None
        Of R; its script has the same name.
    engine : str or None
        Of metadx.
    """

    name: str
    gives: Literal["posterior", "estimate"]
    pace: Literal["short", "long"]
    package: str | None = None
    engine: str | None = None


OURS = Program("metadx, marginal engine", "posterior", "short", engine="marginal")
PROGRAMS = (
    OURS,
    Program("metadx, NUTS (PyMC, nutpie)", "posterior", "long", engine="nuts"),
    Program("JAGS (rjags)", "posterior", "long", package="rjags"),
    Program("Stan (rstan), compiled beforehand", "posterior", "long", package="rstan"),
    Program("lme4", "estimate", "short", package="lme4"),
    Program("glmmTMB", "estimate", "short", package="glmmTMB"),
    Program("mada", "estimate", "short", package="mada"),
)


def csv_of(review: str) -> Path:
    """Return the file with the table of a shipped review."""
    return ROOT / "data" / review / "studies.csv"


def script_of(program: Program, review: str, compiled: Path) -> list[str]:
    """Return the command that runs the R script of a program on a review."""
    extra = {
        "rjags": [str(SCRIPTS / "bivariate.jags")],
        "rstan": [str(compiled), str(int(review in STAN_CENTRED))],
    }
    script = str(SCRIPTS / f"{program.package}.R")
    return ["Rscript", script, str(csv_of(review)), *extra.get(program.package or "", [])]


def versions() -> dict[str, str | None]:
    """Return the version of every program; None for what this machine does not have."""
    found: dict[str, str | None] = {name: version(name) for name in LIBRARIES}
    found["R"] = _told_by_r("as.character(getRversion())")
    for program in PROGRAMS:
        if program.package:
            call = f"as.character(packageVersion({program.package!r}))"
            found[program.package] = _told_by_r(f"library({program.package}); {call}")
    found["JAGS"] = _told_by_r("as.character(rjags::jags.version())") if found["rjags"] else None
    return found


def _told_by_r(expression: str) -> str | None:
    """Return what R prints; None without R, or where the package cannot be loaded."""
    if not shutil.which("Rscript"):
        return None
    call = f"suppressMessages({{x <- {{{expression}}}}}); cat(x)"
    done = subprocess.run(["Rscript", "-e", call], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
