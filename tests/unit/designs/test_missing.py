from dataclasses import replace

import numpy as np
import pytest

from metadx.designs.missing import covariates_of, handle_missing, lost_levels
from metadx.errors import DataError
from tests.unit.designs.tables import table_of


@pytest.fixture
def table():
    return table_of(
        a=["p", None, "q", "q", "r"],
        b=["u", "v", "u", "v", "u"],
        x=[1.0, 2.0, None, 4.0, 5.0],
    )


def test_only_the_covariates_of_the_formulas_are_judged(table):
    assert covariates_of(["~ x", "~ b + C(x)"], table) == ("b", "x")
    assert covariates_of(["~ 1", "~ 1"], table) == ()
    same, dropped = handle_missing(table, ["b"], "error")
    assert same is table
    assert dropped == ()


def test_an_error_names_the_studies_and_the_ways_out(table):
    words = (
        r'^studies.csv: a is missing in 1 of 5 studies \("S2"\); x is missing in 1 of 5 studies '
        r'\("S3"\)\. Give the values, leave the covariate out, drop these studies '
        r'\(--missing drop\), or take .* as the level "not reported" \(--missing level\)'
    )
    with pytest.raises(DataError, match=words):
        handle_missing(table, ["a", "x"], "error")


def test_dropped_studies_are_named_and_the_rest_stays_in_order(table):
    kept, dropped = handle_missing(table, ["a", "x"], "drop")
    assert dropped == ("S2", "S3")
    assert kept.study == ("S1", "S4", "S5")
    np.testing.assert_array_equal(kept.tp, table.tp[[0, 3, 4]])
    assert kept.covariates["a"].values == ("p", "q", "r")
    np.testing.assert_array_equal(kept.covariates["x"].values, [1.0, 4.0, 5.0])
    assert (kept.source, kept.sha256) == (table.source, table.sha256)


def test_levels_that_went_with_dropped_studies_are_gone():
    table = table_of(a=["p", "q", "q", "r"], x=[None, 1.0, 2.0, 3.0], references={"a": "p"})
    kept, dropped = handle_missing(table, ["x"], "drop")
    assert dropped == ("S1",)
    assert kept.covariates["a"].levels == ("q", "r")
    assert kept.covariates["a"].reference == "q"  # the most frequent of those left


def test_missing_values_as_a_level_of_their_own(table):
    made, dropped = handle_missing(table, ["a"], "level")
    assert dropped == ()
    assert made.covariates["a"].values == ("p", "not reported", "q", "q", "r")
    assert made.covariates["a"].levels == ("p", "q", "r", "not reported")
    assert made.covariates["a"].reference == "p"
    assert made.sha256 == table.sha256
    assert np.isnan(made.covariates["x"].values[2])


def test_tables_that_are_not_certain_stay_so(table):
    tables = [[int(getattr(table, c)[4]) for c in ("tp", "fp", "fn", "tn")], [9, 1, 1, 9]]
    uncertain = replace(table, alternatives={4: tables}, clashes=(("S5", "prevalence"),))
    for policy, place in (("level", 4), ("drop", 3)):
        made, _ = handle_missing(uncertain, ["a"], policy)
        assert list(made.alternatives) == [place]
        np.testing.assert_array_equal(made.alternatives[place], tables)
        assert made.clashes == uncertain.clashes


def test_a_level_of_that_name_takes_the_missing_values_in():
    table = table_of(a=["p", "not reported", None, "p"])
    made, _ = handle_missing(table, ["a"], "level")
    assert made.covariates["a"].levels == ("p", "not reported")
    assert made.covariates["a"].values == ("p", "not reported", "not reported", "p")


def test_numbers_cannot_be_a_level(table):
    with pytest.raises(DataError, match=r'x is missing .*A number cannot have the level "not rep'):
        handle_missing(table, ["a", "x"], "level")


def test_some_study_must_be_left():
    table = table_of(a=["p", None], x=[None, 1.0])
    with pytest.raises(DataError, match="with these studies dropped none is left"):
        handle_missing(table, ["a", "x"], "drop")


def test_a_name_that_is_no_covariate(table):
    with pytest.raises(DataError, match='"c" is no covariate of the table'):
        handle_missing(table, ["c"], "drop")


def test_every_level_that_is_lost_is_named():
    levels = ["a", "b", "c", "d", "d"]
    table = table_of(g=levels, h=["u", "v", "u", "v", "u"], x=[None, 1.0, None, 2.0, 3.0])
    kept, _ = handle_missing(table, ["x"], "drop")
    assert lost_levels(table, kept, ["g", "x"]) == (
        "With the studies left out, the levels a, c of g, a the reference, are gone; d takes its "
        "place as the reference.",
    )
    assert lost_levels(table, kept, ["h"]) == ()
    other = table_of(g=levels, x=[1.0, 1.0, None, 2.0, 3.0])
    kept, _ = handle_missing(other, ["x"], "drop")
    assert lost_levels(other, kept, ["g"]) == (
        "With the studies left out, the level c of g is gone.",
    )
