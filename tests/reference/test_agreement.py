"""The recorded comparison of both engines of agreement, and of the model of several readers."""

import numpy as np
import pytest

from metadx.cards.agreement_card import load_agreement_card
from metadx.studies.agreement_review import load_agreement
from tests.reference.agreement_engines import RECORD_FILE, compare, read_record
from tests.reference.agreement_readers import simulated

#: Mean loadings of the seven pathologists, by an independent program.
PATHOLOGISTS = (0.920, 0.945, 0.835, 0.902, 0.886, 0.852, 0.977)


READERS = ("carcinoma-pathologists", "simulated")


@pytest.fixture(scope="module")
def record():
    return read_record()


def test_the_record_is_of_the_data_and_the_card_that_ship(record):
    assert RECORD_FILE.is_file()
    card = load_agreement_card().sha256
    data = load_agreement("ild-agreement").table.sha256
    for fit in (record["marginal"], record["nuts"]):
        assert (fit["data_sha256"], fit["card_sha256"]) == (data, card)
    for name in READERS:
        assert record["readers"][name]["card_sha256"] == card


def test_every_recorded_fit_passed_its_checks(record):
    fits = [record["marginal"], record["nuts"], *(record["readers"][name] for name in READERS)]
    assert [fit["engine"] for fit in fits] == ["marginal", "nuts", "nuts", "nuts"]
    for fit in fits:
        assert fit["passed"]
        if "rhat" in fit["checks"]:
            assert fit["checks"]["rhat"] <= 1.01
            assert fit["checks"]["divergences"] == 0


def test_both_engines_find_the_same_posterior(record):
    rows = compare(record)
    names = [row.quantity for row in rows]
    assert sum(name.startswith("z: ") for name in names) == 16
    assert sum(name.startswith("accuracy factor: ") for name in names) == 10
    assert {"mu", "beta_part", "lambda", "sd_finding", "sd_region", "sd_row"} <= set(names)
    assert [row for row in rows if not row.agrees] == []


def test_no_difference_leans_one_way(record):
    z = [row.mean_in_sd for row in compare(record) if row.quantity.startswith("z: ")]
    assert abs(np.mean(z)) < 0.05


def test_seven_pathologists_are_as_an_independent_program_found_them(record):
    found = record["readers"]["carcinoma-pathologists"]
    assert found["loadings"]["mean"] == pytest.approx(PATHOLOGISTS, abs=0.02)
    pairs = found["pairs"]
    assert pairs["pairs"] == 21
    assert pairs["correlation"] > 0.97
    assert pairs["mean_difference"] < 0.04
    assert pairs["inside"] >= 16  # of 21 intervals of 90 %


def test_known_loadings_of_seven_readers_are_recovered(record):
    found = record["readers"]["simulated"]
    loadings = found["loadings"]
    inside = [
        low <= truth <= high
        for low, truth, high in zip(
            loadings["lower"], found["truth"], loadings["upper"], strict=True
        )
    ]
    assert sum(inside) >= 6
    assert np.abs(np.subtract(loadings["mean"], found["truth"])).mean() < 0.04
    assert found["data_sha256"] == simulated(20).sha256
