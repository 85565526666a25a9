"""Hold the two engines of agreement against each other, and the model of several readers to truth.

    uv run python tests/reference/run_agreement.py

Takes about a quarter of an hour. Writes agreement_record.json; exit status 1 where something lies
beyond its limit.
"""

import sys
import time
import warnings

from metadx.engines.ordinal import fit_agreement
from metadx.errors import ConvergenceWarning
from metadx.studies.agreement_review import load_agreement
from tests.reference.agreement_engines import RECORD_FILE, about, compare, write_record
from tests.reference.agreement_readers import LOADINGS, loadings_of, of_pairs, simulated

SEED = 4
DRAWS = {"marginal": 40_000, "nuts": 8_000}
SIMULATED_SEED = 20


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def main() -> int:
    """Fit everything, say how it went and write the record."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    review = load_agreement("ild-agreement")
    fits = {}
    for engine, draws in DRAWS.items():
        fits[engine] = fit_agreement(review, engine=engine, draws=draws, seed=SEED)
        say(f"{engine}: {fits[engine].engine.seconds:.0f} s, passed: {fits[engine].passed}")
    rows = compare(fits["marginal"], fits["nuts"])
    mean = max(rows, key=lambda row: abs(row.mean_in_sd))
    sd = max(rows, key=lambda row: abs(row.sd_relative))
    say(f"mean {mean.mean_in_sd:+.3f} sd ({mean.quantity})")
    say(f"sd {100 * sd.sd_relative:+.1f} % ({sd.quantity})")
    readers = {}
    tables = {
        "carcinoma-pathologists": load_agreement("carcinoma-pathologists").table,
        "simulated": simulated(SIMULATED_SEED),
    }
    for name, table in tables.items():
        fitted = fit_agreement(table, seed=SEED)
        readers[name] = {
            **about(fitted),
            "loadings": loadings_of(fitted),
            "pairs": of_pairs(fitted),
        }
        say(f"{name}: {fitted.engine.seconds:.0f} s, {readers[name]['pairs']}")
    readers["simulated"]["truth"] = list(LOADINGS)
    both = [about(fitted) for fitted in fits.values()]
    write_record({"fits": both, "engines": list(rows), "readers": readers})
    beyond = [row for row in rows if not row.agrees]
    say(f"{RECORD_FILE.name} written; {len(beyond)} beyond a limit")
    for row in beyond:
        say(f"  {row}")
    failed = [one for one in (*both, *readers.values()) if not one["passed"]]
    return 1 if beyond or failed else 0


if __name__ == "__main__":
    sys.exit(main())
