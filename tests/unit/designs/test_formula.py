import pickle

import numpy as np
import pytest

from metadx.designs.formula import build_design
from metadx.errors import DataError
from tests.unit.designs.tables import A, B, X, table_of, twelve

# R 4: model.matrix(~ a*b + a*xs, contrasts.arg = list(a = contr.treatment(levels(a), base = 2),
# b = contr.treatment(levels(b), base = 2))) with xs <- as.numeric(scale(x)), rounded to 6 digits.
R_COLUMNS = ["a=p", "a=r", "b=u", "x", "a=p:b=u", "a=r:b=u", "a=p:x", "a=r:x"]
R_MATRIX = [
    [1, 1, 0, 1, -1.467556, 1, 0, -1.467556, 0],
    [1, 0, 0, 1, -1.067314, 0, 0, 0, 0],
    [1, 0, 1, 1, -0.266828, 0, 1, 0, -0.266828],
    [1, 1, 0, 0, 1.334142, 0, 0, 1.334142, 0],
    [1, 0, 0, 0, -0.667071, 0, 0, 0, 0],
    [1, 0, 1, 0, 0.133414, 0, 0, 0, 0.133414],
    [1, 1, 0, 1, 0.933900, 1, 0, 0.933900, 0],
    [1, 0, 0, 0, 0.533657, 0, 0, 0, 0],
    [1, 0, 1, 1, 1.734385, 0, 1, 0, 1.734385],
    [1, 1, 0, 0, -1.067314, 0, 0, -1.067314, 0],
    [1, 0, 0, 1, 0.133414, 0, 0, 0, 0],
    [1, 0, 1, 0, -0.266828, 0, 0, 0, -0.266828],
]


def test_reported_coefficients_are_those_of_the_treatment_coding_of_r():
    margin = build_design(twelve(), sens="~ a*b + a*x").sens
    assert list(margin.effects) == R_COLUMNS
    coefficients = np.random.default_rng(3).normal(size=margin.size)
    reported = margin.to_effects @ coefficients
    np.testing.assert_allclose(
        np.array(R_MATRIX) @ reported, margin.matrix @ coefficients, atol=1e-5
    )


def test_a_three_way_interaction_in_any_order_of_writing():
    cells = [(a, b, c) for a in "pqr" for b in "uvw" for c in "kl"] * 2
    values = dict(zip("abc", map(list, zip(*cells, strict=True)), strict=True))
    table = table_of(**values, references={"b": "v"})
    margin = build_design(table, spec="~ c:a + a + b + c + b:a + b:c + a:b:c").spec
    assert margin.size == 18
    by_hand = [np.ones(36)]
    for name in margin.effects:
        pairs = [part.split("=") for part in name.split(":")]
        columns = [[value == level for value in values[key]] for key, level in pairs]
        by_hand.append(np.prod(columns, axis=0))
    coefficients = np.random.default_rng(8).normal(size=18)
    np.testing.assert_allclose(
        np.array(by_hand).T @ (margin.to_effects @ coefficients),
        margin.matrix @ coefficients,
        atol=1e-12,
    )


def test_the_product_of_two_contrasts_is_the_difference_of_differences():
    table = table_of(a=["p", "q"] * 4, b=["u", "u", "v", "v"] * 2)
    margin = build_design(table, spec="~ a * b").spec
    assert margin.effects == ("a=q", "b=v", "a=q:b=v")
    np.testing.assert_allclose(margin.to_effects[3], [0, 0, 0, 1], atol=1e-15)


def test_matrix_by_hand():
    years = np.array([2001, 2003, 2005, 2001, 2003, 2011, 2004, 2000, 2008])
    table = table_of(a=list("pqrpqrrqp"), year=years)
    design = build_design(table, sens="~ year", spec="~ a + a:year + year")
    # Sum 18036, so mean 2004; squared distances 9 + 1 + 1 + 9 + 1 + 49 + 0 + 16 + 16 = 102.
    scaling = design.scaling["year"]
    assert (scaling.mean, scaling.sd) == pytest.approx((2004.0, np.sqrt(102 / 8)))
    z = (years - 2004) / np.sqrt(102 / 8)
    np.testing.assert_allclose(design.sens.matrix, np.c_[np.ones(9), z], atol=1e-13)
    first = np.array([-1, 1, 0, -1, 1, 0, 0, 1, -1]) / 2
    second = np.array([-1, -1, 2, -1, -1, 2, 2, -1, -1]) / np.sqrt(12)
    by_hand = np.c_[np.ones(9), first, second, z, first * z, second * z]
    np.testing.assert_allclose(design.spec.matrix, by_hand, atol=1e-13)


def test_kinds_of_coefficients_decide_their_priors():
    margin = build_design(twelve(), spec="~ a + x + a:x + b").spec
    contrast, slope = ["contrast"], ["slope"]
    assert list(margin.kinds) == ["intercept", *contrast * 2, *slope, *contrast, *slope * 2]


def test_without_covariates_there_is_one_mean():
    design = build_design(twelve(), sens="~1", spec=" 1 ")
    assert not design.has_covariates
    assert design.sizes == (1, 1)
    np.testing.assert_array_equal(design.spec.matrix, np.ones((12, 1)))
    assert build_design(twelve(), sens="~ a - a").has_covariates is False


def test_one_margin_may_stay_without_covariates():
    design = build_design(twelve(), spec="~ b")
    assert design.sizes == (1, 2)
    assert design.covariates == ("b",)
    np.testing.assert_array_equal(design.sens.matrix, np.ones((12, 1)))
    np.testing.assert_array_equal(design.sens.to_effects, [[1.0]])
    np.testing.assert_allclose(design.spec.matrix[:, 1], [0.5 if b == "v" else -0.5 for b in B])


def test_functions_of_a_covariate():
    design = build_design(twelve(), sens="~ log(x)", spec="~ sqrt(x) + x + I(x^2)")
    x = np.array(X)
    for column, raw in ((design.sens.matrix[:, 1], np.log(x)), (design.spec.matrix[:, 1], x**0.5)):
        np.testing.assert_allclose(column, (raw - raw.mean()) / raw.std(ddof=1), atol=1e-13)
    squares = ((x - x.mean()) / x.std(ddof=1)) ** 2
    wanted = (squares - squares.mean()) / squares.std(ddof=1)
    np.testing.assert_allclose(design.spec.matrix[:, 3], wanted, atol=1e-12)
    assert design.sens.effects == ("log(x)",)
    assert design.spec.effects == ("sqrt(x)", "x", "I(x**2)")
    assert design.scaling["log(x)"].mean == pytest.approx(np.log(x).mean())


def test_a_power_of_years_is_told_apart_from_the_years():
    table = table_of(year=range(2001, 2013))
    matrix = build_design(table, spec="~ year + I(year**2)").spec.matrix
    assert abs(np.corrcoef(matrix[:, 1], matrix[:, 2])[0, 1]) < 1e-9


def test_numbers_as_levels():
    table = table_of(grade=[3, 1, 2, 3, 3, 1, 2, 3])
    margin = build_design(table, sens="~ C(grade)").sens
    # The most frequent level is the reference; levels stand in the order of the numbers.
    assert margin.effects == ("grade=1", "grade=2")
    effects = np.array([0.0, 5.0, 7.0])
    means = margin.matrix @ np.linalg.solve(margin.to_effects, effects)
    np.testing.assert_allclose(
        means, [{3: 0, 1: 5, 2: 7}[g] for g in [3, 1, 2, 3, 3, 1, 2, 3]], atol=1e-12
    )


def test_names_with_blanks_and_numbers_that_look_like_text():
    table = table_of(field__strength=["1.5", "3", "3", "1.5", "3"])
    design = build_design(table, spec="~ `field strength`")
    assert design.spec.effects == ("field strength=3",)


def test_missing_values_are_refused_by_name():
    table = table_of(a=["p", None, "q", "p"], b=[None, "u", "u", "v"])
    with pytest.raises(DataError, match=r'^studies.csv: a is missing in 1 of 4 studies \("S2"\)'):
        build_design(table, sens="~ a")


def test_a_design_survives_pickling():
    design = build_design(twelve(), sens="~ a", spec="~ x")
    copy = pickle.loads(pickle.dumps(design))
    np.testing.assert_array_equal(copy.sens.matrix, design.sens.matrix)
    assert copy.scaling == design.scaling
    assert [kind.label for kind in copy.kinds] == [kind.label for kind in design.kinds]


def test_levels_in_another_order_give_the_same_law_of_the_means():
    table = table_of(a=A, references={"a": "q"})
    other = table_of(a=["r", *A[1:-1], "p"], references={"a": "q"})
    rows = {}
    for made in (table, other):
        kinds = build_design(made, sens="~ a").kinds
        rows[made] = {kind.label: kind.sens for kind in kinds}
    assert list(rows[table]) != list(rows[other])
    for one in "pqr":
        for two in "pqr":
            product = [rows[made][one] @ rows[made][two] for made in (table, other)]
            assert product[0] == pytest.approx(product[1], abs=1e-14)
