"""Hold metadx with covariates against R, and its two engines against each other; record all of it.

    uv run python tests/reference/run_regression.py

Takes about a quarter of an hour of one core. Writes regression_record.json; exit status 1 where
something lies beyond its limit. Needs METADX_CORPUS, since two of the data sets do not ship.
"""

import sys
import warnings
from typing import Any

from metadx.cards.load import load_card
from metadx.engines.fit import Fit
from metadx.engines.maximum_likelihood import maximum_likelihood
from metadx.errors import ConvergenceWarning
from tests.reference.corpus import LEFT_OUT, corpus_folder
from tests.reference.regression import NODES, SEVERAL, Case, cases, find_case, likelihood_ratios
from tests.reference.regression_engines import (
    CARD,
    Apart,
    Engine,
    about_fit,
    assumptions,
    compare,
    refit,
)
from tests.reference.regression_likelihood import RegressionGap, regression_gap
from tests.reference.regression_posterior import COMPARABLE, SHOWN, beside
from tests.reference.regression_record import RECORD_FILE, ratios_of, write_record

type ByNodes = dict[int, dict[str, float]]


def likelihoods() -> tuple[list[RegressionGap], ByNodes]:
    """Maximise the likelihood of every case as each peer approximates it."""
    gaps: list[RegressionGap] = []
    values: ByNodes = {nodes: {} for nodes in sorted(set(NODES.values()))}
    for case in cases():
        for nodes, found in values.items():
            ours = maximum_likelihood(case.table(), nodes=nodes, **case.formulas)
            found[case.name] = ours.log_likelihood
            gaps += [regression_gap(case, p, ours) for p, n in NODES.items() if n == nodes]
        say(f"likelihood of {case.name}")
    return gaps, values


def posterior(case: Case, engine: Engine) -> Fit:
    """Fit a case; the record says which check failed, if one did."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return refit(case, engine)


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Compare everything, say how it went and write the record."""
    if corpus_folder() is None:
        say(f"{LEFT_OUT}; nothing was written")
        return 2
    gaps, values = likelihoods()
    ratios = [row for tests in likelihood_ratios() for row in ratios_of(tests, values)]
    fits: list[dict[str, Any]] = []
    engines: list[Apart] = []
    for case in map(find_case, SEVERAL):
        both = [posterior(case, "marginal"), posterior(case, "nuts")]
        fits += [about_fit(case, fitted) for fitted in both]
        found = list(compare(case, *both))
        engines += found
        mean = max(found, key=lambda row: abs(row.mean_in_sd))
        sd = max(found, key=lambda row: abs(row.sd_relative))
        say(
            f"{case.name}: mean {mean.mean_in_sd:+.3f} sd ({mean.parameter}), "
            f"sd {100 * sd.sd_relative:+.1f} % ({sd.parameter})"
        )
    posteriors = [row for case in map(find_case, SHOWN) for row in beside(case)]
    card = load_card(CARD)
    about = {"id": card.card.id, "sha256": card.sha256, "priors": assumptions(card)}
    rows: dict[str, list[Any]] = {"likelihood": gaps, "ratios": ratios, "fits": fits}
    write_record(about, {**rows, "engines": engines, "posterior": posteriors})
    comparable = [row for row in posteriors if row.case in COMPARABLE]
    beyond: list[Any] = [row for row in gaps if not row.agrees]
    beyond += [row for row in engines if not row.agrees]
    beyond += [row for row in comparable if not row.agrees]
    beyond += [row for row in fits if not row["passed"]]
    say(f"{RECORD_FILE.name} written; {len(beyond)} beyond a limit")
    for row in beyond:
        say(f"  {row}")
    return 1 if beyond else 0


if __name__ == "__main__":
    sys.exit(main())
