"""Each requirement of contrasts holds for a good record, and fails when its numbers cross it."""

import pytest

from metadx.cards.load import load_card
from metadx.simulation.contrast_verdict import (
    contrast_requirements,
    described,
    of_prior,
    shrinkages,
    target_coverages,
)
from metadx.simulation.design import ContrastCell, ContrastRequirements

REQUIRE = ContrastRequirements(
    least=0.92,
    studies_from=10,
    tau_to=1.5,
    mean_distance=0.02,
    shrinkage=0.05,
    shrinkage_from=1.0,
)


def numbers(covered=950, bias=0.0, n=1000):
    return {
        "n": n,
        "covered": covered,
        "width": 1.0,
        "bias": bias,
        "median_error": bias,
        "score": 1.0,
    }


def cell(name, levels, contrasts, *, studies=10, tau=0.5, shift=-2.0):
    """One margin is enough; the names say which contrasts the record has."""
    truth = ContrastCell(
        name=name,
        studies=studies,
        levels=levels,
        sens=0.8,
        spec=0.9,
        tau=(tau, tau),
        rho=0.0,
        arms="some",
        sens_shift=[0.0] * max(len(levels) - 1, 1),
        spec_shift=[0.0] * max(len(levels) - 2, 0) + [shift],
    )
    parameters = {"mean[spec,a]": numbers(covered=500)}  # not judged
    for what in contrasts:
        parameters |= {f"contrast[{what}]": numbers(), f"difference[{what}]": numbers()}
    right = {"failed": 0, "parameters": parameters}
    wrong = {"failed": 0, "parameters": {name: numbers(100, 9.0) for name in parameters}}
    prior = "contrast" if levels else "slope"
    return {
        **truth.model_dump(mode="json"),
        "obeys": True,
        "replications": 1000,
        "methods": {"Normal(0, 9)": wrong, card_prior(prior): right},
    }


@pytest.fixture
def card():
    return load_card("bivariate-binomial").card


def card_prior(prior):
    beta = load_card("bivariate-binomial").card.parameters.beta
    return f"Normal(0, {getattr(beta, prior).sd:g})"


@pytest.fixture
def record():
    return {
        "prob": 0.95,
        "cells": [
            cell("two", [5, 5], ["sens,b-a", "spec,b-a"]),
            cell("line", [], ["sens,high-low", "spec,high-low"]),
            cell("few", [2, 4], ["spec,b-a"], studies=6),
            cell("spread", [5, 5], ["spec,b-a"], tau=1.6),
        ],
    }


def of(record, name, quantity):
    (found,) = (c for c in record["cells"] if c["name"] == name)
    prior = "contrast" if found["levels"] else "slope"
    return found["methods"][card_prior(prior)]["parameters"][quantity]


def failures(record, card, require=REQUIRE):
    return [
        (number, one.worst)
        for number, one in enumerate(contrast_requirements(record, require, card))
        if not one.passed
    ]


def test_a_good_record_passes_under_the_priors_of_the_card(record, card):
    found = contrast_requirements(record, REQUIRE, card)
    assert [one.passed for one in found] == [True] * 10
    assert [round(one.found, 9) for one in found] == [0.95, 0, 0.95, 0, 0] * 2
    assert found[0].what == "least coverage of the contrast of logits, levels, 1 cells"
    assert card_prior("slope") in found[9].what


@pytest.mark.parametrize(
    ("name", "quantity", "failed"),
    [
        ("two", "contrast[spec,b-a]", 0),
        ("two", "difference[sens,b-a]", 2),
        ("line", "contrast[sens,high-low]", 5),
        ("line", "difference[spec,high-low]", 7),
    ],
)
def test_least_coverage_is_held_in_every_cell_that_is_asked(record, card, name, quantity, failed):
    of(record, name, quantity)["covered"] = 920
    assert failures(record, card) == []
    of(record, name, quantity)["covered"] = 919
    assert failures(record, card) == [(failed, f"{name} {quantity}")]


@pytest.mark.parametrize("name", ["few", "spread"])
def test_few_studies_and_great_spread_are_not_asked(record, card, name):
    of(record, name, "contrast[spec,b-a]")["covered"] = 100
    of(record, name, "contrast[spec,b-a]")["bias"] = 2.0
    assert failures(record, card) == []
    wider = REQUIRE.model_copy(update={"studies_from": 6, "tau_to": 1.6})
    assert [number for number, _ in failures(record, card, wider)] == [0, 1, 4]


def test_coverage_too_large_is_a_distance_as_well(record, card):
    for what in ("sens", "spec"):
        of(record, "two", f"contrast[{what},b-a]")["covered"] = 971
    assert [number for number, _ in failures(record, card)] == [1]
    of(record, "two", "contrast[sens,b-a]")["covered"] = 968
    assert failures(record, card) == []


@pytest.mark.parametrize(("bias", "passed"), [(0.099, True), (0.101, False), (-0.3, True)])
def test_the_share_that_the_prior_takes_away_is_held(record, card, bias, passed):
    """The contrast is -2: an error of +0.1 is a twentieth of it; beyond the truth is no loss."""
    of(record, "two", "contrast[spec,b-a]")["bias"] = bias
    of(record, "two", "contrast[sens,b-a]")["bias"] = 5.0  # of nothing, there is no share
    assert failures(record, card) == (
        [] if passed else [(4, "most in two contrast[spec,b-a], 0.051")]
    )


def test_a_share_is_of_the_contrast_between_the_two_levels(card):
    three = cell("three", [4, 3, 3], ["spec,b-a", "spec,c-a", "spec,c-b"], shift=-1.2)
    found = three["methods"][card_prior("contrast")]["parameters"]
    found["contrast[spec,c-a]"]["bias"] = 0.12
    found["contrast[spec,c-b]"]["bias"] = -0.06
    shares = dict(shrinkages([three], card_prior("contrast"), 1.0))
    assert shares == pytest.approx(
        {"three contrast[spec,c-a]": 0.1, "three contrast[spec,c-b]": -0.05}
    )


def test_an_interval_that_is_missing_covers_nothing(record):
    two = record["cells"][:1]
    method = two[0]["methods"][card_prior("contrast")]
    method["failed"] = 250
    found = dict(target_coverages(two, card_prior("contrast"), "contrast"))
    assert found == {"two contrast[sens,b-a]": 0.76, "two contrast[spec,b-a]": 0.76}


def test_cells_are_told_apart_by_their_prior(record):
    assert [c["name"] for c in of_prior(record["cells"], "contrast")] == ["two", "few", "spread"]
    assert [c["name"] for c in of_prior(record["cells"], "slope")] == ["line"]
    assert described(record["cells"][1]).prior == "slope"


def test_a_design_of_one_kind_of_covariate_is_judged_by_that(record, card):
    del record["cells"][1]
    assert len(contrast_requirements(record, REQUIRE, card)) == 5
