"""Choosing studies by what is known of them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.only import only
from metadx.studies.review import Review, load_dataset
from metadx.studies.totals import Total


@pytest.fixture(scope="module")
def iqcode() -> Review:
    return load_dataset("iqcode-dementia")


def made(years: list[float], places: list[str | None]) -> Review:
    n = len(years)
    known = tuple(dict.fromkeys(place for place in places if place is not None))
    covariates = {
        "year": Continuous("year", np.array(years)),
        "site<=2": Categorical("site<=2", tuple(places), known, known[0]),
    }
    study = [f"S{i}" for i in range(n)]
    table = AccuracyTable.from_counts(study, *[[5] * n] * 4, covariates=covariates)
    return Review(name="m", folder=load_dataset("telomerase").folder, title="M", table=table)


def test_low_reference_standard_keeps_eight_studies_and_says_which_went(iqcode: Review) -> None:
    part = only(iqcode, ["rob_reference_standard=low"])
    # By hand from studies.csv.
    gone = ("Flicker 1997", "Goncalves 2011", "Harwood 1997", "Mulligan 1996", "Narasimhalu 2008")
    assert part.selection.left_out == gone
    assert part.table.study == tuple(s for s in iqcode.table.study if s not in gone)
    assert part.title.endswith("(only rob_reference_standard = low)")
    assert part.selection.sentence(8).startswith(
        "Only studies with rob_reference_standard = low: 8 of 13. Left out: Flicker 1997,"
    )
    assert part.table.sha256 == iqcode.table.sha256


def test_overall_rating_leaves_nothing_and_says_why(iqcode: Review) -> None:
    with pytest.raises(DataError, match=r'rob_overall = low.* "high" in 13 studies') as caught:
        only(iqcode, ["rob_overall=low"])
    assert "no study is left" in str(caught.value)
    assert only(iqcode, ["rob_overall=high"]).table.n_studies == 13


@pytest.mark.parametrize(
    ("conditions", "count"),
    [
        (["year>=2003"], 7),
        (["year > 2003"], 5),
        (["year<1997"], 2),
        (["year<=1997"], 4),
        (["year==1997"], 2),
        (["year!=1997"], 11),
        (["country=UK"], 2),
        (["Country = uk"], 2),
        (["country!=UK"], 11),
        (["iqcode_items>=26"], 5),
        (["study!=Siri 2006"], 12),
        (["rob_index_test=Low"], 2),
        (["year>=2003", "rob_patient_selection=low"], 4),
    ],
)
def test_every_sign(iqcode: Review, conditions: list[str], count: int) -> None:
    assert only(iqcode, conditions).table.n_studies == count


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("rob_index_test", "wanted COLUMN=VALUE"),
        ("year>=", "wanted COLUMN=VALUE"),
        ("yaer>=2000", 'no column "yaer".*wanted one of year, threshold'),
        ("year>=recent", 'year is a number, found "recent"'),
        ("country=France", 'no study has country = "France"; there are "Australia" in 4 studies'),
        ("country!=France", 'no study has country = "France"'),
        ("country<UK", "holds words, which are only = or !="),
        ("rob_index_test=unclear", '"high" in 11 studies, "low" in 2 studies'),
        ("year>2030", "values from 1991 to 2011"),
    ],
)
def test_what_cannot_be_done_is_said(iqcode: Review, condition: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        only(iqcode, [condition])


def test_conditions_that_exclude_each_other_are_counted_alone(iqcode: Review) -> None:
    with pytest.raises(
        DataError, match=r"country = Spain alone in 1 study, year > 2010 alone in 1"
    ):
        only(iqcode, ["country=Spain", "year>2010"])


def test_a_missing_value_fulfils_nothing_and_is_said() -> None:
    review = made([2000, np.nan, 2010], ["a", "b", None])
    for condition, kept in (("year!=1990", ("S0", "S2")), ("site<=2!=a", ("S1",))):
        part = only(review, [condition])
        assert part.table.study == kept
    assert part.selection.no_value == ("S2",)
    assert "Of these, without a value there: S2." in part.selection.sentence(1)


def test_steps_one_after_the_other_are_one_choice(iqcode: Review) -> None:
    both = only(iqcode, ["year>=2003", "country!=UK"])
    steps = only(only(iqcode, ["year>=2003"]), ["country!=UK"])
    assert steps.table == both.table
    assert (steps.title, set(steps.selection.left_out)) == (
        both.title,
        set(both.selection.left_out),
    )


def test_nothing_asked_changes_nothing_and_totals_of_the_whole_are_left_behind(
    iqcode: Review,
) -> None:
    assert only(iqcode, []) is iqcode
    whole = replace(iqcode, totals=(Total(what="studies", value=13),))
    assert only(whole, ["year>=2003"]).totals == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.integers(1990, 2000).map(float), st.just(np.nan)), min_size=1, max_size=9
    ),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.integers(1989, 2001),
)
def test_numbers_are_compared_as_python_compares_them(
    years: list[float], sign: str, bound: int
) -> None:
    python = "==" if sign == "=" else sign
    wanted = [
        f"S{i}"
        for i, y in enumerate(years)
        if y == y and eval(f"{y} {python} {bound}")  # noqa: PLR0124
    ]
    review = made(years, ["a"] * len(years))
    if wanted:
        assert list(only(review, [f"year {sign} {bound}"]).table.study) == wanted
    else:
        with pytest.raises(DataError, match="no study is left"):
            only(review, [f"year {sign} {bound}"])
