"""The recorded comparison with covariates: what `run_regression.py` writes and the tests hold."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.reference.peers_record import plain
from tests.reference.regression import LikelihoodRatios
from tests.reference.regression_engines import Apart
from tests.reference.regression_likelihood import RegressionGap
from tests.reference.regression_posterior import Beside

RECORD_FILE = Path(__file__).parent / "regression_record.json"
RECORD_FORMAT = "metadx/reference/regression_record/1"
_LIBRARIES = ("metadx", "numpy", "scipy", "pymc", "pytensor", "nutpie", "arviz-stats")


@dataclass(frozen=True)
class Ratio:
    """One likelihood-ratio statistic.

    Parameters
    ----------
    test, step : str
    degrees_of_freedom : int
    stated, lme4 : float
        With lme4's default inner tolerance, and with a sharper one.
    one_node, nodes_15 : float
        Of metadx.
    quadrature : float
        Of R, by as many nodes.
    """

    test: str
    step: str
    degrees_of_freedom: int
    stated: float
    lme4: float
    one_node: float
    nodes_15: float
    quadrature: float


@dataclass(frozen=True)
class Record:
    """All that was recorded.

    Parameters
    ----------
    versions : mapping of str to str
    card : mapping
        ``id``, ``sha256`` of its text then, and its ``priors``.
    likelihood : tuple of RegressionGap
    ratios : tuple of Ratio
    fits : tuple of mapping
        How each posterior was made.
    engines : tuple of Apart
    posterior : tuple of Beside
    """

    versions: Mapping[str, str]
    card: Mapping[str, Any]
    likelihood: tuple[RegressionGap, ...]
    ratios: tuple[Ratio, ...]
    fits: tuple[Mapping[str, Any], ...]
    engines: tuple[Apart, ...]
    posterior: tuple[Beside, ...]


def ratios_of(
    tests: LikelihoodRatios, ours: Mapping[int, Mapping[str, float]]
) -> tuple[Ratio, ...]:
    """Put the statistics of one covariate side by side.

    Parameters
    ----------
    tests : LikelihoodRatios
    ours : mapping of int to mapping of str to float
        Log-likelihoods of metadx by nodes and case.
    """
    pinned = {
        peer: tests.chi_squared(
            {
                case.name: case.found[peer]["log_likelihood"]
                for parts in tests.cases.values()
                for case in parts
            }
        )
        for peer in ("lme4", "quadrature")
    }
    found = {nodes: tests.chi_squared(values) for nodes, values in ours.items()}
    return tuple(
        Ratio(
            tests.name,
            step,
            tests.degrees_of_freedom[step],
            stated,
            pinned["lme4"][step],
            found[1][step],
            found[15][step],
            pinned["quadrature"][step],
        )
        for step, stated in tests.stated.items()
    )


def read_record(path: Path = RECORD_FILE) -> Record:
    """Read what was recorded."""
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["format"] == RECORD_FORMAT
    return Record(
        document["versions"],
        document["card"],
        tuple(RegressionGap(**row) for row in document["likelihood"]),
        tuple(Ratio(**row) for row in document["ratios"]),
        tuple(document["fits"]),
        tuple(Apart(**row) for row in document["engines"]),
        tuple(Beside(**row) for row in document["posterior"]),
    )


def write_record(
    card: Mapping[str, Any], rows: Mapping[str, Sequence[Any]], path: Path = RECORD_FILE
) -> None:
    """Write one row a line, without date or machine."""
    versions = {name: version(name) for name in _LIBRARIES}
    parts = [
        f' "format": "{RECORD_FORMAT}"',
        f' "versions": {json.dumps(versions)}',
        f' "card": {json.dumps(card)}',
    ]
    for section in ("likelihood", "ratios", "fits", "engines", "posterior"):
        lines = ",\n".join("  " + json.dumps(plain(row)) for row in rows[section])
        parts.append(f' "{section}": [\n{lines}\n ]')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
