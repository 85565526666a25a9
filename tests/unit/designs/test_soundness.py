import pytest

from metadx.designs.formula import build_design
from metadx.errors import DataError
from tests.unit.designs.tables import table_of, twelve


def refused(table, words, **formulas):
    with pytest.raises(DataError, match=words):
        build_design(table, **formulas)


def test_a_covariate_that_does_not_differ():
    table = table_of(a=["p"] * 5, x=[3, 3, 3, 3, 3], y=[0.1] * 5)
    refused(table, 'formula of sensitivity "~ a": every study of the fit has a = p', sens="~ a")
    refused(table, 'formula of specificity "~ x": every study of the fit has x = 3', spec="~ x")
    refused(table, "every study of the fit has y = 0.1", spec="~ y")
    refused(table, "every study of the fit has x = 3", spec="~ C(x)")


def test_a_level_that_no_study_has():
    table = twelve()
    stranger = type(table.covariates["a"])("a", table.covariates["a"].values, tuple("pqrs"), "q")
    covariates = {"a": stranger}
    made = type(table)(
        table.study, table.tp, table.fp, table.fn, table.tn, covariates, "studies.csv"
    )
    refused(made, "no study of the fit has a = s; take the level out", sens="~ a")


def test_an_interaction_with_an_empty_cell():
    table = table_of(a=["p", "p", "q", "q", "p", "p", "q"], b=["u", "v", "u", "u", "u", "v", "u"])
    refused(
        table,
        "the interaction a:b needs every combination of levels, but no study has a = q and b = v. "
        r"Leave the interaction out \(write \+ for \*\)",
        spec="~ a * b",
    )
    assert build_design(table, spec="~ a + b").spec.size == 3


def test_more_coefficients_than_studies_can_carry():
    table = table_of(a=["p", "q", "r", "p"], x=[1.0, 2.0, 4.0, 5.0])
    refused(table, r"4 coefficients \(the mean is one\) but 4 studies; with no", sens="~ a + x")
    assert build_design(table, sens="~ a").sens.size == 3


def test_covariates_that_say_the_same():
    table = table_of(
        nation=["china", "china", "japan", "italy", "italy", "japan"],
        region=["asia", "asia", "asia", "europe", "europe", "asia"],
        x=[1.0, 2.0, 4.0, 5.0, 7.0, 6.0],
        twice=[2.0, 4.0, 8.0, 10.0, 14.0, 12.0],
    )
    refused(
        table,
        "region=europe follows from nation=italy, so their effects cannot be told apart. Take "
        "one of them out, or merge levels",
        spec="~ nation + region",
    )
    refused(table, "twice follows from x, so their effects", spec="~ x + twice")
    halves = table_of(grade=[1.0, 2.0, 3.0, 1.0, 2.0, 3.0])
    refused(halves, "grade follows from grade=2, grade=3", spec="~ C(grade) + grade")
    # Each margin is judged by itself.
    assert build_design(table, sens="~ nation", spec="~ region").sizes == (3, 2)


def test_a_slope_in_a_level_of_one_study():
    table = table_of(a=["p"] * 4 + ["q"] * 3 + ["r"], x=[1.0, 2.0, 4.0, 5.0, 7.0, 6.0, 1.0, 3.0])
    refused(table, "a=r:x follows from a=r", sens="~ a * x")


def test_levels_whose_studies_have_no_such_participants():
    sizes = [10, 10, 0, 0, 10, 10]
    table = table_of(a=["p", "p", "q", "q", "r", "r"], n_nondiseased=sizes)
    refused(
        table,
        "no study among the 4 studies with non-diseased participants has a=q; leave it out",
        spec="~ a",
    )
    assert build_design(table, sens="~ a").sens.size == 3


def test_few_studies_with_such_participants():
    table = table_of(a=list("pqpqpq"), n_diseased=[10, 10, 0, 0, 0, 0])
    words = "2 coefficients .* but 2 studies among the 2 studies with diseased"
    refused(table, words, sens="~ a")


def test_functions_that_are_not_defined():
    table = table_of(x=[0.0, 2.0, 4.0, -1.0, 3.0])
    refused(
        table, r'log\(x\) needs values of more than 0; "S1" has 0, "S4" has -1', spec="~ log(x)"
    )
    refused(table, r'sqrt\(x\) needs values of 0 or more; "S4" has -1', spec="~ sqrt(x)")
    # Beyond what differences of such numbers can be worked with, but not all the same.
    large = table_of(x=[1e12 + i for i in range(6)])
    refused(
        large,
        r"x differs too little for its size .*from 1000000000000 to 1000000000005",
        spec="~ x",
    )
    refused(table_of(x=[1e12] * 6), r"every study of the fit has x = 1e\+12", spec="~ x")
    # The square of two symmetric values is constant.
    two = table_of(x=[1.0, 2.0, 1.0, 2.0, 1.0, 2.0])
    refused(two, r"I\(x\*\*2\) does not differ between the studies", spec="~ x + I(x**2)")
