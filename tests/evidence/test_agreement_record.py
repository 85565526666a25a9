"""The record of the recovery of agreement is whole, meets its design, and can be made again."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from metadx.simulation.agreement import printed, simulated_raters
from metadx.simulation.agreement_verdict import MEASURES, agreement_requirements
from metadx.simulation.load import load_agreement_design
from metadx.simulation.plans import identity

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def loaded():
    return load_agreement_design()


@pytest.fixture(scope="module")
def record():
    return json.loads((HERE / "agreement.json").read_text(encoding="utf-8"))


def missed(record, loaded):
    found = agreement_requirements(record, loaded.design.require)
    return [one.what for one in found if not one.passed]


def test_the_record_is_of_the_design_that_ships(record, loaded):
    assert record["identity"] == identity(loaded)
    assert record["synthetic"] is True
    names = [scenario.name for scenario in loaded.design.scenarios]
    assert [cell["name"] for cell in record["cells"]] == names


def test_the_record_is_whole(record, loaded):
    for number, cell in enumerate(record["cells"]):
        asked = loaded.design.scenarios[number]
        assert cell["replications"] >= loaded.design.asked(asked)
        assert not asked.judged or cell["replications"] >= 100
        assert (cell["failed"], cell["fell_back"]) == (0, 0)
        # The integral over the cut-points of a row near perfect agreement; such fits count as well.
        assert cell["failed_checks"] <= 0.2 * cell["replications"]
        truth = simulated_raters(loaded, number, 0)[0].truth
        parameters = cell["methods"][record["card"]]["parameters"]
        assert set(parameters) == set(truth)
        assert {numbers["n"] for numbers in parameters.values()} == {cell["replications"]}


def test_every_requirement_is_met(record, loaded):
    assert missed(record, loaded) == []


@pytest.mark.parametrize("scenario", [0, 1, 2])
@pytest.mark.parametrize("measure", MEASURES)
def test_a_finding_that_is_covered_too_seldom_is_told(record, loaded, scenario, measure):
    spoilt = deepcopy(record)
    cell = spoilt["cells"][scenario]
    numbers = cell["methods"][record["card"]]["parameters"][f"{measure}[emphysema]"]
    numbers["covered"] = 0.79 * cell["replications"]
    (told,) = missed(spoilt, loaded)
    assert told == f"{cell['name']}: least coverage of a finding, {MEASURES[measure]}"


@pytest.mark.parametrize("key", ["00000", "00001"])
@pytest.mark.parametrize("scenario", [0, 1, 2, 3])
def test_what_was_printed_can_be_made_again(record, loaded, scenario, key):
    kept = record["kept"][f"{loaded.design.scenarios[scenario].name}/{key}"]
    table = simulated_raters(loaded, scenario, int(key))[0].table
    assert printed(table) == kept["printed"]
