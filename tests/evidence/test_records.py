"""The stored records of the simulation studies are whole, belong together and meet their design.

Every threshold is shown to bite: the record with one number pushed over it fails.
"""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from metadx.simulation.coverage import coverage_replication
from metadx.simulation.load import load_coverage, load_sbc
from metadx.simulation.plans import identity
from metadx.simulation.sbc import sbc_replication
from metadx.simulation.verdict import TARGETS, coverage_requirements, sbc_requirements

HERE = Path(__file__).parent
PEER = "glmer"
# What the record was required to show and does not; docs/validation.md says why. To be shortened.
MISSED = {
    "mean distance of coverage of the median study from 0.95": 0.027,
    "mean distance of coverage of the new study from 0.95": 0.020,
    "that distance over that of glmer, new study": 0.62,
}
QUANTITIES = (
    *("mu[sens]", "mu[spec]", "tau[sens]", "tau[spec]", "rho", "sens_new", "spec_new", "auc"),
    *("log_likelihood", "logit_sens[1]", "logit_spec[1]"),
)

OF_COVARIATES = (
    *QUANTITIES[:-2],
    *(
        f"beta[{margin},{of}]"
        for margin in ("sens", "spec")
        for of in ("group=b", "group=c", "dose")
    ),
    *("mean[sens]", "contrast[sens]", "mean[spec]", "contrast[spec]"),
    *QUANTITIES[-2:],
)


def read(name):
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sbc():
    return read("sbc")


@pytest.fixture(scope="module")
def regression():
    return read("sbc-regression")


@pytest.fixture(scope="module")
def coverage():
    found, peers = read("coverage"), read("peers")
    assert peers["identity"] == found["identity"], "peers of other simulated reviews"
    assert set(peers["cells"]) == {cell["name"] for cell in found["cells"]}
    for cell in found["cells"]:
        cell["methods"] |= peers["cells"][cell["name"]]
    return found


def broken(requirements):
    return [requirement.what for requirement in requirements if not requirement.passed]


def sbc_failures(record):
    return broken(sbc_requirements(record, load_sbc().design.require))


def coverage_failures(record):
    return broken(coverage_requirements(record, load_coverage().design.require, PEER))


def test_records_are_of_the_designs_that_ship(sbc, coverage):
    assert sbc["identity"] == identity(load_sbc())
    assert coverage["identity"] == identity(load_coverage())
    assert sbc["synthetic"] is coverage["synthetic"] is True


def test_calibration_is_whole(sbc):
    design = load_sbc().design
    assert [group["name"] for group in sbc["groups"]] == [group.name for group in design.groups]
    for group in sbc["groups"]:
        assert group["replications"] >= (200 if group["engine"] == "nuts" else 2000)
        assert group["failed"] == 0
        assert tuple(group["ranks"]) == QUANTITIES
        for counts in group["ranks"].values():
            assert len(counts) == 200
            assert sum(counts) == group["replications"]


def test_calibration_with_covariates_is_whole_and_passes(regression):
    loaded = load_sbc("sbc-regression")
    assert regression["identity"] == identity(loaded)
    asked = [(group.name, group.replications) for group in loaded.design.groups]
    assert [(g["name"], g["replications"]) for g in regression["groups"]] == asked
    for group in regression["groups"]:
        assert group["failed"] == 0
        assert tuple(group["ranks"]) == OF_COVARIATES
        for counts in group["ranks"].values():
            assert (len(counts), sum(counts)) == (200, group["replications"])
    assert broken(sbc_requirements(regression, loaded.design.require)) == []


@pytest.mark.parametrize("quantity", ["beta[sens,group=c]", "contrast[spec]"])
def test_a_coefficient_out_of_place_is_noticed(regression, quantity):
    spoilt = deepcopy(regression)
    counts = spoilt["groups"][0]["ranks"][quantity]
    moved = [count // 2 for count in counts[:100]]
    counts[:100] = [count - less for count, less in zip(counts[:100], moved, strict=True)]
    counts[-1] += sum(moved)
    require = load_sbc("sbc-regression").design.require
    assert len(broken(sbc_requirements(spoilt, require))) == 1


def test_coverage_is_whole(coverage):
    design = load_coverage().design
    assert [cell["name"] for cell in coverage["cells"]] == [cell.name for cell in design.cells]
    assert len(coverage["cells"]) == 60
    wanted = ("bivariate-binomial", "bivariate-binomial-n15", "bivariate-binomial-n4")
    for cell in coverage["cells"]:
        assert cell["replications"] >= 1000
        assert cell["failed"] == 0
        assert tuple(cell["methods"]) == (*wanted, "glmer", "reml")
        for name in wanted:
            assert cell["methods"][name]["failed"] == 0
            for found in cell["methods"][name]["parameters"].values():
                assert found["n"] == cell["replications"]
                assert 0 <= found["covered"] <= found["n"]
        for name in (PEER, "reml"):  # theirs may have no answer, which is counted
            answered = {p["n"] for p in cell["methods"][name]["parameters"].values()}
            assert answered == {cell["replications"] - cell["methods"][name]["failed"]}


def test_every_requirement_is_met_but_those_named(sbc, coverage):
    assert sbc_failures(sbc) == []
    assert coverage_failures(coverage) == list(MISSED)


def test_what_is_missed_does_not_grow(coverage):
    found = coverage_requirements(coverage, load_coverage().design.require, PEER)
    for requirement in found:
        if requirement.what in MISSED:
            assert requirement.found <= MISSED[requirement.what]


@pytest.mark.parametrize("quantity", QUANTITIES[::3])
def test_ranks_out_of_place_are_noticed(sbc, quantity):
    spoilt = deepcopy(sbc)
    counts = spoilt["groups"][1]["ranks"][quantity]
    moved = [count // 2 for count in counts[:100]]  # half of the low ranks become the highest
    counts[:100] = [count - less for count, less in zip(counts[:100], moved, strict=True)]
    counts[-1] += sum(moved)
    assert len(sbc_failures(spoilt)) == 1


def test_lost_replications_are_noticed(sbc):
    spoilt = deepcopy(sbc)
    for name, counts in spoilt["groups"][0]["ranks"].items():
        spoilt["groups"][0]["ranks"][name] = [count - (count > 2) for count in counts]
    assert len(sbc_failures(spoilt)) == 1


def test_coverage_from_the_priors_is_held(sbc):
    spoilt = deepcopy(sbc)
    spoilt["groups"][2]["coverage"]["rho"]["covered"] = 1860
    assert len(sbc_failures(spoilt)) == 1


@pytest.mark.parametrize("target", TARGETS)
def test_least_coverage_is_held(coverage, target):
    spoilt = deepcopy(coverage)
    cell = next(c for c in spoilt["cells"] if c["studies"] == 20 and c["tau"] == [1.0, 1.0])
    cell["methods"]["bivariate-binomial"]["parameters"][TARGETS[target][0]]["covered"] = 919
    new = set(coverage_failures(spoilt)) - set(MISSED)
    assert new == {f"least coverage of the {target} in 37 cells"}


def test_mean_distance_is_held(coverage):
    require = load_coverage().design.require
    name = "mean distance of coverage of the median study from 0.95"
    for covered, passed in ((960, True), (964, True), (966, False), (934, False)):
        spoilt = deepcopy(coverage)
        for cell in spoilt["cells"]:
            for quantity in TARGETS["median study"]:
                cell["methods"]["bivariate-binomial"]["parameters"][quantity]["covered"] = covered
        verdicts = {one.what: one.passed for one in coverage_requirements(spoilt, require)}
        assert verdicts[name] is passed


def test_the_lead_over_maximum_likelihood_is_held(coverage):
    spoilt = deepcopy(coverage)
    for cell in spoilt["cells"]:
        for name in TARGETS["median study"]:
            cell["methods"][PEER]["parameters"][name]["covered"] = 925
    new = set(coverage_failures(spoilt)) - set(MISSED)
    assert new == {"that distance over that of glmer, median study"}


@pytest.mark.parametrize("group", [0])
def test_calibration_can_be_made_again(sbc, group):
    loaded = load_sbc()
    key = f"{loaded.design.groups[group].name}/00000"
    assert_close(sbc_replication(loaded, group, 0), sbc["kept"][key])


def test_calibration_with_covariates_can_be_made_again(regression):
    loaded = load_sbc("sbc-regression")
    key = f"{loaded.design.groups[0].name}/00001"
    assert_close(sbc_replication(loaded, 0, 1), regression["kept"][key])


@pytest.mark.parametrize("cell", [0, 11, 40, 57])
def test_coverage_can_be_made_again(coverage, cell):
    loaded = load_coverage()
    key = f"{loaded.design.cells[cell].name}/00001"
    assert_close(coverage_replication(loaded, cell, 1), coverage["kept"][key])


def assert_close(found, kept):
    """Compare to more digits than other processors and libraries may change."""
    if isinstance(kept, dict):
        assert set(found) == set(kept)
        for name, value in kept.items():
            assert_close(found[name], value)
    elif isinstance(kept, list):
        assert len(found) == len(kept)
        for one, other in zip(found, kept, strict=True):
            assert_close(one, other)
    elif isinstance(kept, float):
        assert found == pytest.approx(kept, rel=2e-4, abs=2e-4)
    else:
        assert found == kept
