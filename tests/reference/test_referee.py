"""The referee is real: where importance weights fail, the command line ends in NUTS and says so.

The table has four studies of more than 500 people an arm and no false positive; the card has
Student t means, whose tail no proposal covers (Pareto k passes 1 with more draws). No table was
found on which the shipped cards fail.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from metadx.cli import answer
from metadx.engines.fit import Fit
from metadx.resources import models_dir
from tests.reference.monte_carlo import summariser

LONG_RUN = json.loads(Path(__file__).with_name("referee.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("referee")
    card = (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")
    changed = card.replace(LONG_RUN["card"]["replaces"], LONG_RUN["card"]["by"])
    assert changed != card
    (place / "own.toml").write_text(changed, encoding="utf-8")
    columns = LONG_RUN["table"]
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(str(cell) for cell in row) for row in rows)]
    (place / "wild.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def ended(folder):
    """Run the command line once: its exit status and its result folder."""
    arguments = ["run", str(folder / "wild.csv"), "--model", str(folder / "own.toml")]
    arguments += ["--seed", str(LONG_RUN["seed"]), "--draws", str(LONG_RUN["draws"])]
    arguments += ["--out", str(folder / "out")]
    return answer([*arguments, "--no-figures", "--quiet"]), folder / "out"


def test_it_ends_in_nuts_with_every_check_passed(ended):
    status, out = ended
    found = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert status == 0
    assert found["engine"]["name"] == "nuts"
    assert all(check["passed"] for check in found["checks"])


def test_it_says_so(ended):
    found = json.loads((ended[1] / "summary.json").read_text(encoding="utf-8"))
    assert "Pareto k" in found["engine"]["fell_back"]
    assert any("made by NUTS" in note["text"] for note in found["notes"])


@pytest.mark.parametrize("name", ["mu_se", "mu_sp", "tau_se", "tau_sp", "rho"])
def test_it_matches_a_long_run(ended, name):
    fit = Fit.load(ended[1] / "fit.nc")
    draws = {
        "mu_se": fit.mu[..., 0],
        "mu_sp": fit.mu[..., 1],
        "tau_se": fit.tau[..., 0],
        "tau_sp": fit.tau[..., 1],
        "rho": fit.rho,
    }[name]
    long, ours = LONG_RUN["parameters"][name], summariser(fit)(draws)
    for label in ("q2.5", "q50", "q97.5"):
        error = np.hypot(long[f"mcse_{label}"], ours[f"mcse_{label}"])
        assert abs(ours[label] - long[label]) <= max(0.10 * long["sd"], 4 * error), label
