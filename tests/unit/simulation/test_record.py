"""Records of outcomes written by hand: nothing is dropped, everything can be kept as JSON."""

import json

import pytest

from metadx import __version__
from metadx.runner.plan import Outcome
from metadx.simulation.contrasts import PEER
from metadx.simulation.load import load_contrasts, load_coverage, load_sbc
from metadx.simulation.plans import identity
from metadx.simulation.record import contrasts_record, coverage_record, method_record, sbc_record

MAIN, OTHER = "bivariate-binomial", "bivariate-binomial-n15"


def ranked(key, rank, inside, **how):
    given = {"ranks": {"rho": rank, "auc": 19 - rank}, "inside": {"rho": inside, "auc": 1}}
    return Outcome(key, {**given, "fell_back": False, "failed_checks": False, **how})


@pytest.fixture
def sbc(write, sbc_text):
    return load_sbc(write(sbc_text, "sbc.toml"))


@pytest.fixture
def coverage(write, coverage_text):
    return load_coverage(write(coverage_text, "coverage.toml"))


@pytest.fixture
def sbc_outcomes():
    return (
        ranked("three/00000", 0, 0),
        Outcome("three/00001", error="ValueError: b"),
        ranked("three/00002", 19, 1, fell_back=True, failed_checks=True),
        ranked("three/00003", 19, 1, fell_back=True),
        Outcome("three/00004", error="ValueError: a"),
        Outcome("three/00005", error="ValueError: b"),
        ranked("four / wide/00000", 7, 1),
    )


def test_ranks_become_histograms_and_intervals_are_counted(sbc, sbc_outcomes):
    three, wide = sbc_record(sbc, sbc_outcomes)["groups"]
    assert (three["name"], three["studies"], three["draws"]) == ("three", 3, 200)
    assert (three["engine"], three["bins"]) == ("marginal", 20)
    assert three["ranks"] == {"rho": [1] + [0] * 18 + [2], "auc": [2] + [0] * 18 + [1]}
    assert three["coverage"] == {"rho": {"n": 3, "covered": 2}, "auc": {"n": 3, "covered": 3}}
    assert wide["ranks"]["rho"] == [0] * 7 + [1] + [0] * 12
    assert (wide["replications"], wide["failed"], wide["errors"]) == (1, 0, [])


def test_a_replication_without_an_answer_is_counted(sbc, sbc_outcomes):
    three, _ = sbc_record(sbc, sbc_outcomes)["groups"]
    assert (three["replications"], three["failed"]) == (6, 3)
    assert three["errors"] == ["ValueError: a", "ValueError: b"]
    assert (three["fell_back"], three["failed_checks"]) == (2, 1)


def test_a_group_in_which_all_failed_has_no_ranks(sbc):
    outcomes = [Outcome(f"three/0000{i}", error=f"ValueError: {i}") for i in range(7)]
    three, wide = sbc_record(sbc, outcomes)["groups"]
    assert (three["replications"], three["failed"], three["ranks"]) == (7, 7, {})
    assert three["errors"] == [f"ValueError: {i}" for i in range(5)]  # the first ones will do
    assert (wide["replications"], wide["ranks"], wide["coverage"]) == (0, {}, {})


def test_the_first_replications_are_kept_whole(sbc, sbc_outcomes):
    kept = sbc_record(sbc, sbc_outcomes)["kept"]
    assert kept == {
        "three/00000": sbc_outcomes[0].value,
        "four / wide/00000": sbc_outcomes[-1].value,
    }


def test_a_record_says_what_it_is_of(sbc, sbc_outcomes, coverage):
    record = sbc_record(sbc, sbc_outcomes)
    assert record["schema"] == "metadx/simulation/1"
    assert (record["kind"], record["title"], record["ranks"]) == ("sbc", "Tiny", 19)
    assert (record["seed"], record["prob"], record["card"]) == (7, 0.9, MAIN)
    assert record["synthetic"] is True
    assert record["identity"] == identity(sbc)
    assert record["versions"]["metadx"] == __version__
    assert "numpy" in record["versions"]
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    other = coverage_record(coverage, ())
    assert (other["kind"], other["seed"], other["draws"]) == ("coverage", 11, 1000)
    assert other["synthetic"] is True


def judged(key, numbers, other=(1.0, 2.0, 0.5, 2.0), **how):
    methods = {MAIN: {"rho": list(numbers)}, OTHER: {"rho": list(other)}}
    given = {"methods": methods, "fell_back": False, "failed_checks": False, "refitted": []}
    return Outcome(key, {**given, **how})


@pytest.fixture
def coverage_outcomes():
    return (
        judged("eight/00000", (1.0, 3.0, -0.5, 3.0), refitted=[OTHER]),
        judged("eight/00001", (0.0, 1.0, 1.0, 9.0), failed_checks=True),
        Outcome("eight/00002", error="FitError: no"),
        judged("eight/00003", (0.75, 2.0, 0.1, 2.7), other=(0.0, 1.0, 0.7, 5.0)),
        judged("three / t/00000", (1.0, 1.0, 1.0, 1.0), fell_back=True),
    )


def test_the_numbers_of_a_cell_are_those_of_a_calculation_by_hand(coverage, coverage_outcomes):
    """Sum, median, mean, median, mean: the scores 3, 9 and 2.7 are 4.9 on average, 2, 2, 5 are 3.

    A replication that failed has no score, so it is not counted in the mean.
    """
    eight, three = coverage_record(coverage, coverage_outcomes)["cells"]
    first = {"n": 3, "covered": 1.75, "width": 2.0, "bias": 0.2, "median_error": 0.1, "score": 4.9}
    assert eight["methods"][MAIN] == {"failed": 1, "parameters": {"rho": first}}
    assert eight["methods"][OTHER]["parameters"]["rho"] == {
        **{"n": 3, "covered": 2.0, "width": 2.0},
        **{"bias": 0.566667, "median_error": 0.5, "score": 3.0},
    }
    assert three["methods"][MAIN]["parameters"]["rho"]["n"] == 1


def test_a_cell_says_what_it_is_and_how_it_went(coverage, coverage_outcomes):
    eight, three = coverage_record(coverage, coverage_outcomes)["cells"]
    assert (eight["name"], eight["studies"], eight["tau"]) == ("eight", 8, [0.5, 0.7])
    assert (eight["law"], eight["obeys"], three["law"], three["obeys"]) == (
        *("normal", True),
        *("t", False),
    )
    assert (eight["replications"], eight["failed"], eight["errors"]) == (4, 1, ["FitError: no"])
    assert (eight["fell_back"], eight["failed_checks"]) == (0, 1)
    assert (three["fell_back"], three["failed_checks"]) == (1, 0)
    assert (eight["refitted"], three["refitted"]) == ({OTHER: 1}, {OTHER: 0})


def test_a_coverage_record_can_be_kept_as_json(coverage, coverage_outcomes):
    record = coverage_record(coverage, coverage_outcomes)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    kept = ["eight/00000", "eight/00001", "three / t/00000"]
    assert list(record["kept"]) == kept
    assert record["kept"]["eight/00000"] == coverage_outcomes[0].value


def test_a_method_without_an_answer_has_no_numbers():
    assert method_record([], 8) == {"failed": 8, "parameters": {}}


def test_a_program_that_answers_now_and_then_says_how_often():
    found = method_record([{"rho": (1, 2, 3, 2)}, {"rho": (0, 4, 5, 9)}], 8)
    assert found["failed"] == 6
    assert found["parameters"]["rho"] == {
        **{"n": 2, "covered": 1.0, "width": 3.0},
        **{"bias": 4.0, "median_error": 4.0, "score": 5.5},
    }


def test_contrasts_are_kept_by_prior_and_maximum_likelihood_as_far_as_it_was_asked(
    write, contrasts_text
):
    """Asked for the first two replications: one has no answer, the third was not asked."""
    loaded = load_contrasts(write(contrasts_text))

    def found(key, *values, peer=None):
        names = (
            ("Normal(0, 3)", "Normal(0, 1)")
            if key[0] == "n"
            else ("Normal(0, 1.5)", "Normal(0, 0.5)")
        )
        methods = {
            name: {"c": [1.0, 2.0, value, 2.0]} for name, value in zip(names, values, strict=True)
        }
        if peer is not None:
            methods[PEER] = {"c": [0.0, 1.0, peer, 3.0]}
        given = {"methods": methods, "fell_back": False, "failed_checks": False}
        return Outcome(key, {**given, "refitted": [names[1]]})

    outcomes = (
        found("nine/00000", 1.0, 2.0, peer=0.25),
        found("nine/00001", 3.0, 2.0),
        found("nine/00002", 5.0, 2.0),
        found("eight / slope/00000", 7.0, 8.0, peer=4.0),
    )
    nine, slope = contrasts_record(loaded, outcomes)["cells"]
    assert list(nine["methods"]) == ["Normal(0, 3)", "Normal(0, 1)", PEER]
    assert list(slope["methods"]) == ["Normal(0, 1.5)", "Normal(0, 0.5)", PEER]
    assert nine["methods"]["Normal(0, 3)"]["parameters"]["c"]["bias"] == 3.0
    assert (nine["levels"], nine["spec_shift"], slope["levels"]) == ([4, 3, 2], [-0.3, -1.2], [])
    assert (nine["refitted"], nine["replications"]) == ({"Normal(0, 1)": 3}, 3)
    peer = nine["methods"][PEER]
    assert (peer["failed"], peer["parameters"]["c"]["n"]) == (1, 1)
    assert peer["parameters"]["c"]["bias"] == 0.25
    assert slope["methods"][PEER]["failed"] == 0
