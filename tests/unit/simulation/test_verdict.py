"""Each requirement holds for a good record, and fails when one number crosses its limit."""

from copy import deepcopy

import pytest

from metadx.simulation.design import CoverageRequirements, SbcRequirements
from metadx.simulation.verdict import (
    Requirement,
    coverage_requirements,
    mean_distance,
    sbc_requirements,
    sbc_verdicts,
)

SBC = SbcRequirements(family_prob=0.99, coverage_within=0.02)
COVERAGE = CoverageRequirements(
    least=0.92, studies_from=5, tau_to=1.5, mean_distance=0.015, share_of_peer=0.5
)
PARAMETERS = ("mu[sens]", "mu[spec]", "new[sens]", "new[spec]", "rho")


def group(name, engine="auto"):
    """Even ranks, 95 of 100 covered."""
    return {
        "name": name,
        "engine": engine,
        "replications": 100,
        "ranks": {"rho": [10] * 10, "auc": [10] * 10},
        "coverage": {"rho": {"n": 100, "covered": 95}, "auc": {"n": 100, "covered": 95}},
    }


@pytest.fixture
def sbc():
    return {"prob": 0.95, "groups": [group("small"), group("large"), group("NUTS", "nuts")]}


def failed(found):
    return [index for index, requirement in enumerate(found) if not requirement.passed]


def test_even_ranks_pass(sbc):
    bands, covered = sbc_requirements(sbc, SBC)
    assert (bands.passed, bands.found, bands.limit) == (True, 0, 0)
    assert "6 quantities" in bands.what
    assert (covered.passed, covered.limit) == (True, 0.02)
    assert covered.found == pytest.approx(0)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_heaped_ranks_of_one_quantity_fail_whatever_the_engine(sbc, number):
    sbc["groups"][number]["ranks"]["auc"] = [0, 0, 0, 30, 30, 30, 10, 0, 0, 0]
    bands, covered = sbc_requirements(sbc, SBC)
    assert (bands.passed, bands.found, covered.passed) == (False, 1, True)
    assert bands.worst == f"{sbc['groups'][number]['name']}: auc"


def test_several_heaps_are_counted(sbc):
    for part in sbc["groups"][:2]:
        part["ranks"] = {"rho": [55] + [5] * 9, "auc": [5] * 9 + [55]}
    bands, _ = sbc_requirements(sbc, SBC)
    assert (bands.found, bands.worst) == (4, "small: rho and 3 more")


def test_the_bands_are_those_of_the_whole_family(sbc):
    """Ranks that one quantity alone may have, but not the worst of six."""
    odd = [2, 10, 11, 11, 11, 11, 11, 11, 11, 11]
    sbc["groups"][0]["ranks"]["rho"] = odd
    p_value = sbc_verdicts(sbc, SBC)["small: rho"].p_value
    within = SBC.model_copy(update={"family_prob": 1 - 6 * p_value * 0.98})
    beyond = SBC.model_copy(update={"family_prob": 1 - 6 * p_value * 1.02})
    assert sbc_verdicts(sbc, within)["small: rho"].inside
    assert not sbc_verdicts(sbc, beyond)["small: rho"].inside


def test_replications_without_a_rank_are_judged_in_the_worst_case(sbc):
    sbc["groups"][1]["replications"] = 160  # and 100 have a rank
    verdict = sbc_verdicts(sbc, SBC)["large: rho"]
    assert (verdict.missing, verdict.inside) == (60, False)
    assert sbc_verdicts(sbc, SBC)["small: rho"].missing == 0
    assert failed(sbc_requirements(sbc, SBC)) == [0, 1]


@pytest.mark.parametrize(("count", "passed"), [(93, True), (92, False), (97, True), (98, False)])
def test_coverage_may_be_neither_too_small_nor_too_large(sbc, count, passed):
    sbc["groups"][1]["coverage"]["rho"]["covered"] = count
    bands, covered = sbc_requirements(sbc, SBC.model_copy(update={"coverage_within": 0.0201}))
    assert (bands.passed, covered.passed) == (True, passed)
    assert covered.worst == "large: rho"
    assert covered.found == pytest.approx(abs(count / 100 - 0.95))


def test_a_fit_without_an_answer_covers_nothing(sbc):
    sbc["groups"][0]["replications"] = 104
    _, covered = sbc_requirements(sbc, SBC)
    assert covered.found == pytest.approx(0.95 - 95 / 104)


def test_coverage_is_not_asked_of_nuts(sbc):
    sbc["groups"][2]["coverage"]["rho"]["covered"] = 50
    assert failed(sbc_requirements(sbc, SBC)) == []
    sbc["groups"] = sbc["groups"][2:]
    (bands,) = sbc_requirements(sbc, SBC)
    assert bands.passed


def method(covered=945, n=1000):
    return {"parameters": {name: {"n": n, "covered": covered} for name in PARAMETERS}}


def cell(name, **changed):
    given = {"studies": 10, "tau": [0.5, 0.5], "obeys": True}
    methods = {"ours": method(), "peer": method(900)}
    return {"name": name, **given, "replications": 1000, "methods": methods, **changed}


@pytest.fixture
def coverage():
    cells = [
        cell("plain"),
        cell("limit", studies=5, tau=[1.5, 0.2]),
        cell("foreign", obeys=False),
        cell("few", studies=4),
        cell("wide", tau=[0.5, 1.6]),
    ]
    return {"prob": 0.95, "card": "ours", "cells": cells}


def push(record, number, name, covered, method="ours"):
    record["cells"][number]["methods"][method]["parameters"][name]["covered"] = covered


# In this order: least, mean distance and share of the median study; then of a new study.
MEDIAN_LEAST, MEDIAN_MEAN, MEDIAN_SHARE, NEW_LEAST, NEW_MEAN, NEW_SHARE = range(6)


def test_a_good_record_passes_everything(coverage):
    found = coverage_requirements(coverage, COVERAGE, peer="peer")
    assert failed(found) == []
    assert [round(requirement.found, 6) for requirement in found] == [0.945, 0.005, 0.1] * 2
    assert [requirement.limit for requirement in found] == [0.92, 0.015, 0.5] * 2
    assert ["median" in requirement.what for requirement in found] == [True] * 3 + [False] * 3
    assert "in 2 cells" in found[0].what


def test_without_a_peer_there_is_nothing_to_compare_with(coverage):
    found = coverage_requirements(coverage, COVERAGE)
    assert [requirement.limit for requirement in found] == [0.92, 0.015] * 2


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize(
    ("name", "index"),
    [
        *(("mu[sens]", MEDIAN_LEAST), ("mu[spec]", MEDIAN_LEAST)),
        *(("new[sens]", NEW_LEAST), ("new[spec]", NEW_LEAST)),
    ],
)
def test_one_quantity_of_one_cell_below_the_least_fails(coverage, number, name, index):
    push(coverage, number, name, 920)
    assert failed(coverage_requirements(coverage, COVERAGE, "peer")) == []
    push(coverage, number, name, 919.9)
    found = coverage_requirements(coverage, COVERAGE, "peer")
    assert failed(found) == [index]
    assert found[index].found == pytest.approx(0.9199)
    assert found[index].worst == f"{coverage['cells'][number]['name']} {name}"


@pytest.mark.parametrize("number", [2, 3, 4])
def test_hard_cells_are_exempt_from_the_least_only(coverage, number):
    push(coverage, number, "mu[sens]", 850)
    push(coverage, number, "new[spec]", 850)
    found = coverage_requirements(coverage, COVERAGE)
    assert failed(found) == []
    # 9 quantities at 0.005 and one at 0.1
    assert found[1].found == found[3].found == pytest.approx(0.0145)
    assert f"{coverage['cells'][number]['name']} mu[sens]" in found[1].worst
    push(coverage, number, "mu[sens]", 840)
    assert failed(coverage_requirements(coverage, COVERAGE)) == [MEDIAN_MEAN]


@pytest.mark.parametrize(
    ("names", "index"),
    [(("mu[sens]", "mu[spec]"), MEDIAN_MEAN), (("new[sens]", "new[spec]"), NEW_MEAN)],
)
@pytest.mark.parametrize(("covered", "passes"), [(936, True), (934, False), (966, False)])
def test_the_mean_distance_counts_both_sides(coverage, names, index, covered, passes):
    for number in range(5):
        for name in names:
            push(coverage, number, name, covered)
    found = coverage_requirements(coverage, COVERAGE, "peer")
    assert failed(found) == ([] if passes else [index])
    assert found[index].found == pytest.approx(abs(covered / 1000 - 0.95))


@pytest.mark.parametrize(
    ("names", "index"),
    [(("mu[sens]", "mu[spec]"), MEDIAN_SHARE), (("new[sens]", "new[spec]"), NEW_SHARE)],
)
@pytest.mark.parametrize(("covered", "passes"), [(939, True), (941, False), (959, False)])
def test_a_peer_that_is_nearly_as_good_fails_the_comparison(
    coverage, names, index, covered, passes
):
    """Ours is 0.005 from 0.95 everywhere, so a peer must be 0.01 away."""
    for number in range(5):
        for name in names:
            push(coverage, number, name, covered, "peer")
    found = coverage_requirements(coverage, COVERAGE, "peer")
    assert failed(found) == ([] if passes else [index])
    assert found[index].found == pytest.approx(0.005 / abs(covered / 1000 - 0.95))


def test_other_quantities_are_not_required(coverage):
    for number in range(5):
        push(coverage, number, "rho", 10)
    assert failed(coverage_requirements(coverage, COVERAGE, "peer")) == []


def test_without_a_cell_of_the_kind_nothing_is_asked_of_the_least(coverage):
    coverage["cells"] = coverage["cells"][2:]
    found = coverage_requirements(coverage, COVERAGE)
    assert [requirement.limit for requirement in found] == [0.015] * 2


def test_the_mean_distance_is_that_of_a_calculation_by_hand(coverage):
    """One cell at 0.94 and 0.97, another at 0.90 and 0.95: (0.01 + 0.02 + 0.05 + 0) / 4."""
    record = deepcopy(coverage)
    record["cells"] = record["cells"][:2]
    for number, name, covered in (
        *((0, "mu[sens]", 940), (0, "mu[spec]", 970)),
        *((1, "mu[sens]", 900), (1, "mu[spec]", 950)),
    ):
        push(record, number, name, covered)
    mean, at = mean_distance(record, "ours", ("mu[sens]", "mu[spec]"))
    assert mean == pytest.approx(0.02)
    assert at == "limit mu[sens]"


def test_a_missing_interval_covers_nothing(coverage):
    """Of 1,000 replications 500 have an interval, 475 of them hold the truth."""
    coverage["cells"][0]["methods"]["ours"] = method(475, n=500)
    mean, at = mean_distance(coverage, "ours", ("mu[sens]",))
    assert mean == pytest.approx((0.475 + 4 * 0.005) / 5)
    assert at == "plain mu[sens]"
    assert 0 in failed(coverage_requirements(coverage, COVERAGE))


def test_a_method_without_any_interval_covers_nothing(coverage):
    coverage["cells"][0]["methods"]["ours"] = {"failed": 1000, "parameters": {}}
    found = coverage_requirements(coverage, COVERAGE)
    assert found[0].found == 0
    assert found[0].worst == "plain mu[sens]"


def test_a_part_of_the_cells_can_be_looked_at(coverage):
    push(coverage, 2, "rho", 700)
    some = [cell for cell in coverage["cells"] if cell["obeys"]]
    assert mean_distance(coverage, "ours", ("rho",), some)[0] == pytest.approx(0.005)
    assert mean_distance(coverage, "ours", ("rho",))[0] == pytest.approx((4 * 0.005 + 0.25) / 5)


def test_a_requirement_is_said_in_one_line():
    passed = Requirement("mean distance", 0.0123456, 0.015, True, "largest at K5 mu")
    assert passed.line() == "passed: mean distance: 0.01235 (limit 0.015; largest at K5 mu)"
    assert Requirement("x", 2, 1, False, "y").line() == "FAILED: x: 2 (limit 1; y)"
