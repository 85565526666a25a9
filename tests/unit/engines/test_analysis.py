"""A whole analysis: all fits are of the same studies, and their draws are independent."""

from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.engines.analysis import Analysis, analyse, analysis_of
from metadx.engines.fit import fit
from metadx.errors import DataError
from metadx.report.covariates import analysis_notes
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous

SETTING = ("ward", "clinic", None, "clinic", "ward", "ward", "clinic", "home", "ward")
YEAR = (2001.0, 2004.0, 2003.0, np.nan, 2010.0, 2006.0, 2002.0, 2011.0, 2005.0)
FAST = {"draws": 800}


@pytest.fixture(scope="module")
def table() -> AccuracyTable:
    return AccuracyTable.from_counts(
        [f"Study {i}" for i in range(9)],
        [18, 40, 7, 25, 9, 33, 51, 12, 30],
        [3, 1, 5, 9, 2, 4, 6, 1, 8],
        [2, 9, 1, 5, 3, 8, 20, 3, 6],
        [30, 22, 9, 60, 14, 41, 35, 12, 50],
        covariates={
            "setting": Categorical("setting", SETTING, ("clinic", "home", "ward"), "ward"),
            "year": Continuous("year", YEAR, "year"),
        },
    )


@pytest.fixture(scope="module")
def dropped(table) -> Analysis:
    return analyse(
        table, sens="~ year", spec="~ setting", subgroup="setting", missing="drop", **FAST
    )


@pytest.fixture(scope="module")
def review():
    return metadx.load_dataset("anti-ccp")


def test_without_covariates_there_is_one_fit(table):
    found = analyse(table, **FAST)
    assert (found.regression, found.subgroups, found.chosen, found.groups) == (None, None, (), ())
    assert found.main is found.pooled
    assert [name for name, _ in found.fits] == ["pooled"]
    np.testing.assert_array_equal(found.pooled.mu, fit(table, **FAST).mu)


def test_missing_values_of_any_covariate_in_use_leave_every_fit_alike(dropped):
    kept = tuple(f"Study {i}" for i in (0, 1, 4, 5, 6, 7, 8))
    assert dropped.pooled.table.study == dropped.regression.table.study == kept
    assert dropped.regression.dropped == ("Study 2", "Study 3")
    of = dropped.subgroups
    assert of.levels == ("clinic", "home", "ward")
    assert [part.table.study for part in of.fits] == [
        ("Study 1", "Study 6"), ("Study 7",), ("Study 0", "Study 4", "Study 5", "Study 8"),
    ]  # fmt: skip
    for group, part in zip(of.groups, of.fits, strict=True):
        labels = tuple(dropped.pooled.table.study[row] for row in group.studies)
        assert labels == part.table.study
    assert dropped.main is dropped.regression


def test_a_covariate_that_nobody_asks_for_may_be_missing(table):
    found = analyse(table, spec="~ setting", missing="drop", **FAST)
    assert found.regression.dropped == ("Study 2",)
    found = analyse(table, subgroup="setting", missing="level", **FAST)
    assert found.regression.dropped == ()
    assert found.subgroups.levels == ("clinic", "home", "ward", "not reported")
    assert found.subgroups.fits[3].table.study == ("Study 2",)


def test_levels_that_go_with_the_studies_left_out_are_said():
    """Both studies of the reference lack a year."""
    site = Categorical("site", tuple("aabbbcc"), ("a", "b", "c"), "a")
    years = Continuous("year", [np.nan, np.nan, *(2001.0 + i for i in range(5))])
    table = AccuracyTable.from_counts(
        *([f"S{i}" for i in range(7)], [9] * 7, [2] * 7, [3] * 7, [8] * 7),
        covariates={"site": site, "year": years},
    )
    found = analyse(table, sens="~ site", spec="~ year", missing="drop", **FAST)
    sentence = (
        "With the studies left out, the level a of site, the reference, is gone; b takes its place "
        "as the reference."
    )
    assert found.lost == (sentence,)
    texts = [note.text for note in analysis_notes(found)]
    left_out = "Left out because a covariate is missing: S0, S1."
    assert texts.index(sentence) == texts.index(left_out) + 1
    assert analyse(table, sens="~ site", missing="drop", **FAST).lost == ()


def test_a_formula_holds_backticks_only_where_a_name_needs_them(table):
    plain = analyse(table, subgroup="setting", missing="drop", **FAST).regression
    assert (plain.design.sens.formula, plain.design.spec.formula) == ("~ setting", "~ setting")
    spaced = Categorical("index test", tuple("ababababa"), ("a", "b"), "a")
    other = analyse(replace(table, covariates={"index test": spaced}), subgroup="index test")
    assert other.regression.design.sens.formula == "~ `index test`"


def column(name, values):
    levels = tuple(sorted({value for value in values if value}))
    return AccuracyTable.from_counts(
        *([f"S{i}" for i in range(len(values))], *([n] * len(values) for n in (9, 2, 3, 8))),
        covariates={name: Categorical(name, values, levels, levels[0])},
        source="studies.csv",
    )


@pytest.mark.parametrize(
    ("name", "values", "options", "wanted"),
    [
        ("g", ("a",) * 5, {}, r"^studies.csv: every study has g = a, so there are no subgroups"),
        ("g", tuple("abcde"), {}, r'"g" has a level for each of the 5 studies, .* needs several'),
        ("g`h", tuple("aabbb"), {}, r'column "g`h" has a backtick in its name.* rename the column'),
        (
            *("g`h", tuple("aabbb"), {"subgroup": None, "sens": "~ `g`h`"}),
            r'column "g`h" has a backtick in its name',
        ),
    ],
)
def test_a_column_that_makes_no_subgroups_is_refused(name, values, options, wanted):
    with pytest.raises(DataError, match=wanted):
        analyse(column(name, values), **({"subgroup": name} | options), **FAST)


def test_a_subgroup_left_with_one_level_is_refused(table):
    years = Continuous("year", [2001.0, 2002.0, 2004.0, *[np.nan] * 2])
    short = column("g", tuple("aaabb"))
    short = replace(short, covariates={**short.covariates, "year": years})
    wanted = r"with 2 of 5 studies left out every other has g = a, .*, or give the missing values"
    with pytest.raises(DataError, match=wanted):
        analyse(short, sens="~ year", subgroup="g", missing="drop", **FAST)


def test_each_fit_has_its_name_and_its_formula(dropped):
    assert [name for name, _ in dropped.fits] == [
        *("pooled", "regression", "setting = clinic", "setting = home", "setting = ward"),
    ]
    formulas = [(f.design.sens.formula, f.design.spec.formula) for _, f in dropped.fits]
    assert formulas == [("~ 1", "~ 1"), ("~ year", "~ setting"), *[("~ 1", "~ 1")] * 3]
    labels = [group.label for group in dropped.groups]
    assert labels[:3] == ["setting = clinic", "setting = home", "setting = ward"]
    assert [group.label for group in dropped.subgroups.groups] == labels[:3]


def test_the_pooled_and_the_level_fits_are_those_of_their_studies(dropped):
    again = fit(dropped.pooled.table, **FAST)
    np.testing.assert_array_equal(dropped.pooled.mu, again.mu)
    ward = dropped.subgroups.fits[2]
    own = fit(ward.table, **FAST, seed=ward.seed)
    np.testing.assert_array_equal(ward.tau, own.tau)


def test_levels_have_seeds_of_their_own_that_the_seed_decides(table, dropped):
    seeds = [part.seed for part in dropped.subgroups.fits]
    assert len({dropped.pooled.seed, *seeds}) == 4
    other = analyse(table, subgroup="setting", missing="drop", seed=2, **FAST)
    assert not {*seeds} & {part.seed for part in other.subgroups.fits}
    again = analyse(table, subgroup="setting", missing="drop", seed=2, **FAST)
    assert [f.seed for _, f in again.fits] == [f.seed for _, f in other.fits]
    np.testing.assert_array_equal(again.subgroups.fits[1].mu, other.subgroups.fits[1].mu)


def test_two_levels_with_the_same_counts_have_independent_draws():
    """With one seed for both the draws of the two levels would be the same."""
    counts = ([18, 40, 7, 25], [3, 1, 5, 9], [2, 9, 1, 5], [30, 22, 9, 60])
    half = Categorical("half", ("a",) * 4 + ("b",) * 4, ("a", "b"), "a")
    twice = AccuracyTable.from_counts(
        [f"S{i}" for i in range(8)], *(x * 2 for x in counts), covariates={"half": half}
    )
    first, second = analyse(twice, subgroup="half", draws=2000).subgroups.groups
    for one, two in ((first.mu[:, 0], second.mu[:, 0]), (first.tau[:, 1], second.tau[:, 1])):
        assert abs(np.corrcoef(one, two)[0, 1]) < 0.09
        assert abs(np.corrcoef(np.sort(one), np.sort(two))[0, 1]) > 0.98
    z = [(group.new_logits - group.mu) / group.tau for group in (first, second)]
    assert abs(np.corrcoef(z[0][:, 0], z[1][:, 0])[0, 1]) < 0.09


def test_a_subgroup_alone_brings_a_regression_on_it(review):
    found = analyse(review, subgroup="generation", **FAST)
    assert found.regression.effect_names == (*("sens,generation=CCP2", "spec,generation=CCP2"),)
    assert [group.label for group in found.subgroups.groups] == ["CCP1", "CCP2"]
    assert [group.covariate for group in found.subgroups.groups] == ["generation"] * 2
    assert found.passed == all(each.passed for _, each in found.fits)


def test_one_failed_check_fails_the_analysis(dropped):
    def failing(fitted):
        checks = tuple(replace(check, passed=False) for check in fitted.checks)
        return replace(fitted, result=replace(fitted.result, checks=checks))

    of = dropped.subgroups
    assert Analysis(dropped.pooled, dropped.regression).passed == (
        dropped.pooled.passed and dropped.regression.passed
    )
    bad = replace(of, fits=(*of.fits[:2], failing(of.fits[2])))
    assert not Analysis(dropped.pooled, subgroups=bad).passed
    assert not Analysis(dropped.pooled, failing(dropped.regression)).passed


def test_the_review_says_what_is_asked(review):
    asks = replace(review.analysis, sens="~ year", spec="~ generation", subgroup="generation")
    found = analyse(replace(review, analysis=asks), **FAST)
    assert found.regression.design.sens.formula == "~ year"
    assert found.regression.design.spec.formula == "~ generation"
    assert found.subgroups.covariate == "generation"
    assert {each.title for _, each in found.fits} == {review.title}
    other = analyse(replace(review, analysis=asks), sens="~ 1", spec="~ year", **FAST)
    assert (other.regression.design.sens.formula, other.regression.design.spec.formula) == (
        *("~ 1", "~ year"),
    )


def test_what_is_simulated_stays_marked_in_every_fit(review):
    made_up = replace(review, synthetic=True)
    found = analyse(made_up, subgroup="generation", **FAST)
    assert all(each.synthetic for _, each in found.fits)


def test_kinds_that_are_asked_for_come_last(table):
    found = analyse(
        *(table,), spec="~ setting + year", missing="drop", **FAST,
        at=[{"setting": "ward", "year": 2020}, {"year": "2005"}],
    )  # fmt: skip
    ward, year = found.groups[-2:]
    assert dict(ward.at) == {"setting": "ward", "year": 2020.0}
    assert dict(year.at) == {"year": 2005.0}
    assert (ward.covariate, year.covariate) == ("", "")
    assert [kind.label for kind in found.chosen] == [ward.label, year.label]
    assert any("extrapolates" in remark for remark in found.chosen[0].remarks)
    assert found.chosen[1].remarks == ()


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"subgroup": "year"}, r'subgroup "year" is continuous; wanted one of "setting"'),
        ({"subgroup": "set"}, r'subgroup "set" is no covariate of the table; wanted one of'),
        ({"subgroup": ""}, r'subgroup "" is no covariate'),
        ({"at": [{"year": 2003}]}, r"only where a formula has them"),
        ({"spec": "~ setting"}, r"setting is missing in 1 of 9 studies \(\"Study 2\"\)"),
        ({"sens": "~ year", "missing": "level"}, r"Study 3"),
        ({"missing": "guess"}, r"missing = 'guess': wanted one of error, drop, level\."),
        ({"sens": "~ yeer"}, r"did you mean year"),
        ({"sens": "", "missing": "drop"}, r"formula"),
        ({"sens": "~ year", "missing": "drop", "at": [{"year": "soon"}]}, r"not a number"),
        ({"sens": "~ year", "missing": "drop", "at": [{}]}, r"no covariate is set"),
    ],
)
def test_what_makes_no_sense_is_refused(table, options, wanted):
    with pytest.raises(DataError, match=wanted):
        analyse(table, **options, **FAST)


def test_a_table_without_covariates_has_no_subgroups():
    plain = AccuracyTable.from_counts(["A"], [5], [1], [2], [9])
    with pytest.raises(DataError, match="no categorical covariate"):
        analyse(plain, subgroup="setting")


def test_a_fit_is_part_of_an_analysis(dropped):
    plain = analysis_of(dropped.pooled)
    assert plain.pooled is dropped.pooled
    assert plain.regression is None
    made = analysis_of(replace(dropped.regression, title="T", synthetic=True))
    assert made.main.title == made.pooled.title == "T"
    assert made.pooled.synthetic
    np.testing.assert_array_equal(made.pooled.mu, dropped.pooled.mu)
    assert made.pooled.table.study == dropped.pooled.table.study
