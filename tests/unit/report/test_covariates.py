"""What is told of the covariates of a fit."""

import pytest

from metadx.engines.fit import fit
from metadx.report.covariates import covariates_of
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Continuous

YEARS = [1.0, 1.0, 1.0, 4.0, 4.0, 4.0, 16.0, 16.0, 16.0]


@pytest.fixture(scope="module")
def table() -> AccuracyTable:
    return AccuracyTable.from_counts(
        [f"S{i}" for i in range(9)],
        [18, 40, 7, 25, 9, 33, 51, 12, 30],
        [3, 1, 5, 9, 2, 4, 6, 1, 8],
        [2, 9, 1, 5, 3, 8, 20, 3, 6],
        [30, 22, 9, 60, 14, 41, 35, 12, 50],
        covariates={"year": Continuous("year", YEARS, "y")},
    )


def test_numbers_that_are_levels_in_one_margin_keep_the_scale_of_the_other(table):
    """log2 is 0, 2 and 4, three times each: mean 2, sum of squares 24 over 8."""
    told = covariates_of(fit(table, sens="~ log2(year)", spec="~ C(year)", draws=2000))["year"]
    assert (told["kind"], told["levels"]) == ("categorical", ["1", "4", "16"])
    assert told["terms"] == {
        "log2(year)": {"mean": pytest.approx(2.0), "sd": pytest.approx(3**0.5), "unit": ""}
    }


def test_levels_alone_have_no_scale(table):
    """Each year three times, 6 and 3 below and 9 above the mean: 3 (36 + 9 + 81) over 8."""
    told = covariates_of(fit(table, spec="~ C(year)", draws=2000))["year"]
    assert told["terms"] == {}
    plain = covariates_of(fit(table, spec="~ year", draws=2000))["year"]
    assert plain["kind"] == "continuous"
    assert plain["terms"] == {"year": {"mean": 7.0, "sd": pytest.approx(47.25**0.5), "unit": "y"}}
