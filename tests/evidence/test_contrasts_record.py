"""The record of contrasts is whole, meets its design, and chose the priors that the cards have."""

import json
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

from metadx.cards.load import load_card
from metadx.simulation.contrast_truth import truth_of_contrasts
from metadx.simulation.contrast_verdict import (
    contrast_requirements,
    described,
    of_prior,
    prior_of_card,
    shrinkages,
    target_coverages,
)
from metadx.simulation.contrasts import PEER, contrasts_replication, prior_name
from metadx.simulation.load import load_contrasts
from metadx.simulation.plans import identity
from metadx.simulation.verdict import asked
from tests.evidence.test_records import assert_close

HERE = Path(__file__).parent
PRIORS = ("contrast", "slope")


@pytest.fixture(scope="module")
def loaded():
    return load_contrasts()


@pytest.fixture(scope="module")
def record():
    return json.loads((HERE / "contrasts.json").read_text(encoding="utf-8"))


def broken(record, loaded):
    found = contrast_requirements(record, loaded.design.require, loaded.card.card)
    return [one.what for one in found if not one.passed]


def judged(record, loaded, prior):
    return asked(of_prior(record["cells"], prior), loaded.design.require)


def test_the_record_is_of_the_design_that_ships(record, loaded):
    assert record["identity"] == identity(loaded)
    assert record["synthetic"] is True
    assert [cell["name"] for cell in record["cells"]] == [cell.name for cell in loaded.design.cells]


def test_the_record_is_whole(record, loaded):
    design = loaded.design
    for cell, asked_for in zip(record["cells"], design.cells, strict=True):
        assert cell["replications"] >= design.replications
        assert (cell["failed"], cell["fell_back"], cell["failed_checks"]) == (0, 0, 0)
        tried = [prior_name(sd) for sd in getattr(design.candidates, asked_for.prior)[::-1]]
        assert list(cell["methods"]) == [*tried, PEER]
        quantities = set(truth_of_contrasts(asked_for).values)
        for name in tried:
            parameters = cell["methods"][name]["parameters"]
            assert set(parameters) == quantities
            assert {p["n"] for p in parameters.values()} == {cell["replications"]}
            assert all(0 <= p["covered"] <= p["n"] for p in parameters.values())
        peer = cell["methods"][PEER]
        answered = design.peer_replications - peer["failed"]
        assert {p["n"] for p in peer["parameters"].values()} == {answered}


def test_every_requirement_is_met(record, loaded):
    assert broken(record, loaded) == []


@pytest.mark.parametrize("prior", PRIORS)
def test_no_narrower_prior_would_do(record, loaded, prior):
    """The rule: the narrowest that covers 92 % everywhere and takes away at most a twentieth."""
    require = loaded.design.require
    cells = judged(record, loaded, prior)
    kept = []
    for sd in getattr(loaded.design.candidates, prior):
        method = prior_name(sd)
        least = min(
            coverage
            for target in ("contrast", "difference")
            for _, coverage in target_coverages(cells, method, target)
        )
        taken = np.mean([share for _, share in shrinkages(cells, method, require.shrinkage_from)])
        if least >= require.least and taken <= require.shrinkage:
            kept.append(method)
    assert kept[0] == prior_of_card(loaded.card.card, prior)


@pytest.mark.parametrize("card", ["bivariate-binomial", "bivariate-binomial-n15"])
def test_all_cards_have_the_prior_that_was_chosen(loaded, card):
    mine, chosen = load_card(card).card.parameters.beta, loaded.card.card.parameters.beta
    assert (mine.contrast, mine.slope) == (chosen.contrast, chosen.slope)
    assert mine.why == chosen.why


def test_what_the_cards_say_of_the_record(record, loaded):
    """The numbers in the reason that the cards give."""
    said = " ".join(loaded.card.card.parameters.beta.why.split())
    require = loaded.design.require
    assert f"at {len(record['cells'])} simulated truths" in said
    cells = judged(record, loaded, "contrast")
    for method, words in (
        ("Normal(0, 2)", "Normal(0, 2) takes away {} % "),
        ("Normal(0, 3)", "this one {} % "),
    ):
        taken = np.mean([share for _, share in shrinkages(cells, method, require.shrinkage_from)])
        assert words.format(round(100 * taken)) in said
        least = min(x for _, x in target_coverages(cells, method, "difference"))
        assert f"{100 * least:.0f} %" in said


def test_intervals_of_maximum_likelihood_are_shorter_than_they_should_be(record, loaded):
    """Why there is a prior at all."""
    for prior in PRIORS:
        cells = judged(record, loaded, prior)
        ours = [
            x
            for _, x in target_coverages(cells, prior_of_card(loaded.card.card, prior), "contrast")
        ]
        theirs = [x for _, x in target_coverages(cells, PEER, "contrast")]
        assert np.mean(theirs) < 0.93
        assert 0.945 < np.mean(ours) < 0.96


@pytest.mark.parametrize(
    ("name", "quantity", "number"),
    [
        ("K20-three-tau0.8", "contrast[spec,c-a]", 0),
        ("K20-two-tau0.3", "difference[sens,b-a]", 2),
        ("K40-slope-tau0.8", "contrast[spec,high-low]", 5),
        ("K10-slope-small", "difference[spec,high-low]", 7),
    ],
)
def test_least_coverage_bites(record, loaded, name, quantity, number):
    spoilt = deepcopy(record)
    (cell,) = (c for c in spoilt["cells"] if c["name"] == name)
    method = prior_of_card(loaded.card.card, described(cell).prior)
    cell["methods"][method]["parameters"][quantity]["covered"] = 0.919 * cell["replications"]
    found = contrast_requirements(spoilt, loaded.design.require, loaded.card.card)
    assert [place for place, one in enumerate(found) if not one.passed] == [number]


@pytest.mark.parametrize(("prior", "number"), [("contrast", 4), ("slope", 9)])
def test_shrinkage_bites(record, loaded, prior, number):
    spoilt = deepcopy(record)
    for cell in judged(spoilt, loaded, prior):
        truth = truth_of_contrasts(described(cell)).values
        found = cell["methods"][prior_of_card(loaded.card.card, prior)]["parameters"]
        for name, numbers in found.items():
            numbers["bias"] = -0.051 * truth[name]
    found = contrast_requirements(spoilt, loaded.design.require, loaded.card.card)
    assert [place for place, one in enumerate(found) if not one.passed] == [number]


@pytest.mark.parametrize("name", ["K6-three-tau0.3", "K10-slope-tau0.8", "K20-two-tau1.5"])
def test_contrasts_can_be_made_again(record, loaded, name):
    place = [cell.name for cell in loaded.design.cells].index(name)
    assert_close(contrasts_replication(loaded, place, 0), record["kept"][f"{name}/00000"])
