"""Hold the two engines of agreement against each other, and the model of several readers to truth.

    uv run python tests/reference/run_agreement.py [marginal] [nuts] [readers]

Runs the parts that are named, else all: some 3, 15 and 5 minutes of one core. Writes them to
agreement_record.json; exit status 1 where something lies beyond its limit.
"""

import sys
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from metadx.engines.agreement.fit import fit_agreement
from metadx.engines.settings import EngineChoice
from metadx.errors import ConvergenceWarning
from metadx.studies.agreement_review import load_agreement
from tests.reference.agreement_engines import (
    about,
    add_to_record,
    compare,
    read_record,
    with_posterior,
)
from tests.reference.agreement_readers import LOADINGS, loadings_of, of_pairs, simulated

SEED = 4
DRAWS = {"marginal": 40_000, "nuts": 8_000}
SIMULATED_SEED = 20


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def posterior(engine: EngineChoice) -> dict[str, Any]:
    """Fit the review by one engine."""
    review = load_agreement("ild-agreement")
    fitted = fit_agreement(review, engine=engine, draws=DRAWS[engine], seed=SEED)
    return with_posterior(fitted)


def readers() -> dict[str, Any]:
    """Fit seven real readers and seven simulated ones."""
    tables = {
        "carcinoma-pathologists": load_agreement("carcinoma-pathologists").table,
        "simulated": simulated(SIMULATED_SEED),
    }
    found = {}
    for name, table in tables.items():
        fitted = fit_agreement(table, seed=SEED)
        found[name] = {
            **about(fitted),
            "loadings": loadings_of(fitted),
            "pairs": of_pairs(fitted),
        }
    found["simulated"]["truth"] = list(LOADINGS)
    return {"passed": all(one["passed"] for one in found.values()), **found}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "marginal": lambda: posterior("marginal"),
    "nuts": lambda: posterior("nuts"),
    "readers": readers,
}


def main(wanted: Sequence[str]) -> int:
    """Run the parts, say how it went and write the record."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    for part in wanted or PARTS:
        began = time.perf_counter()
        found = PARTS[part]()
        add_to_record(part, found)
        say(f"{part}: {time.perf_counter() - began:.0f} s, passed: {found['passed']}")
    record = read_record()
    rows = compare(record)
    mean = max(rows, key=lambda row: abs(row.mean_in_sd))
    sd = max(rows, key=lambda row: abs(row.sd_relative))
    say(f"mean {mean.mean_in_sd:+.3f} sd, {mean.mean_in_error:+.1f} errors ({mean.quantity})")
    say(f"sd {100 * sd.sd_relative:+.1f} % ({sd.quantity})")
    beyond = [row for row in rows if not row.agrees]
    failed = [part for part in PARTS if not record[part]["passed"]]
    for row in (*beyond, *failed):
        say(f"  {row}")
    return 1 if beyond or failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
