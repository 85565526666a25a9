import numpy as np
import pytest

from metadx.designs.formula import build_design, covariate_line, design_row
from metadx.designs.kinds import quartiles
from metadx.errors import DataError
from tests.unit.designs.tables import A, B, X, table_of, twelve


def test_labels_and_studies_of_levels():
    kinds = build_design(twelve(), sens="~ a", spec="~ a").kinds
    assert [kind.label for kind in kinds] == ["p", "q", "r"]
    assert [kind.covariate for kind in kinds] == ["a"] * 3
    assert kinds[1].at == {"a": "q"}
    assert kinds[1].studies.tolist() == [1, 4, 7, 10]
    two = build_design(twelve(), sens="~ b", spec="~ a").kinds
    assert [kind.label for kind in two] == ["a = p", "a = q", "a = r", "b = u", "b = v"]


def test_rows_of_a_level_are_averages_over_the_studies():
    table = twelve()
    design = build_design(table, sens="~ b", spec="~ a * b + x")
    margin = design.spec
    kinds = {kind.label: kind for kind in design.kinds}
    # Average over the studies' own b: half of them have u, so b and a:b stand at their means.
    share = B.count("v") / len(B)
    treatment = {"a=p": 1.0, "a=r": 0.0, "b=u": 1 - share, "x": 0.0}
    wanted = [1.0, *(treatment[name] for name in margin.effects[:4]), 1 - share, 0.0]
    coefficients = np.random.default_rng(0).normal(size=margin.size)
    assert kinds["a = p"].spec @ coefficients == pytest.approx(
        np.array(wanted) @ (margin.to_effects @ coefficients)
    )
    np.testing.assert_allclose(kinds["a = p"].sens, [1.0, 0.5 * (2 * share - 1)], atol=1e-12)


def test_uneven_studies_weigh_in_the_average():
    table = table_of(a=["p", "p", "p", "q", "q", "q"], b=["u", "v", "v", "v", "v", "u"])
    design = build_design(table, spec="~ a + b")
    # b = v in 4 of 6 studies, whatever a is set to: 4/6 * 0.5 - 2/6 * 0.5 = 1/6.
    np.testing.assert_allclose(design.kinds[0].spec, [1.0, -0.5, 1 / 6])
    np.testing.assert_allclose(design.kinds[1].spec, [1.0, 0.5, 1 / 6])


def test_continuous_covariates_are_shown_at_their_quartiles():
    design = build_design(twelve(), spec="~ x + I(x**2)")
    assert [kind.label for kind in design.kinds] == ["x = 3", "x = 4", "x = 6"]
    assert [kind.studies.size for kind in design.kinds] == [0, 0, 0]
    assert design.kinds[1].at == {"x": 4.0}
    x = np.array(X)
    z = (x - x.mean()) / x.std(ddof=1)
    at = (4 - x.mean()) / x.std(ddof=1)
    wanted = [1.0, at, (at**2 - (z**2).mean()) / (z**2).std(ddof=1)]
    np.testing.assert_allclose(design.kinds[1].spec, wanted, atol=1e-12)


def test_few_values_are_all_shown():
    table = table_of(x=[1.5, 1.5, 3.0, 3.0, 1.5, 3.0])
    assert [kind.label for kind in build_design(table, sens="~ x").kinds] == ["x = 1.5", "x = 3"]
    three = table_of(x=[1.0] * 6 + [5.0, 9.0])
    assert [kind.at["x"] for kind in build_design(three, sens="~ x").kinds] == [1.0, 5.0, 9.0]
    as_levels = build_design(table, sens="~ C(x)").kinds
    assert [kind.label for kind in as_levels] == ["1.5", "3"]
    assert [kind.studies.tolist() for kind in as_levels] == [[0, 1, 4], [2, 3, 5]]
    assert as_levels[1].at == {"x": 3.0}


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([2001, 2001, 2004, 2010, 2012], (2001, 2004, 2010)),
        ([1, 2, 3, 4], (2, 3)),  # 1.75, 2.5, 3.25: whole numbers, halves to the even one
        ([0.111, 0.222, 0.333, 0.444, 0.555], (0.222, 0.333, 0.444)),
        ([10.123, 30.456, 20.789, 44.1, 55.5], (20.8, 30.5, 44.1)),
    ],
)
def test_quartiles_are_rounded_like_the_values(values, wanted):
    assert quartiles(np.array(values, dtype=float)) == pytest.approx(wanted)


def test_a_chosen_kind_of_study():
    table = twelve()
    design = build_design(table, sens="~ b", spec="~ a + x")
    kind = design_row(table, design, {"x": "4", "a": "p"})
    assert kind.label == "a = p, x = 4"
    assert kind.at == {"a": "p", "x": 4.0}
    assert kind.covariate == ""
    assert kind.remarks == ()
    listed = {kind.label: kind for kind in design.kinds}
    z = (4 - np.mean(X)) / np.std(X, ddof=1)
    np.testing.assert_allclose(kind.spec, [*listed["a = p"].spec[:3], z], atol=1e-12)
    levels = design_row(table, design, {"a": "p", "b": "u"})
    both = [i for i in range(12) if (A[i], B[i]) == ("p", "u")]
    assert levels.studies.tolist() == both
    np.testing.assert_allclose(levels.sens, [1.0, -0.5])


def test_a_single_level_has_the_label_of_the_list():
    table = twelve()
    design = build_design(table, sens="~ a")
    assert design_row(table, design, {"a": "r"}).label == "r"


def test_what_lies_beyond_the_studies_is_said():
    table = table_of(a=list("ppqqqp"), b=list("uvuuuu"), x=[1.0, 2.0, 5.0, 3.0, 4.0, 2.5])
    design = build_design(table, spec="~ a + b + x")
    assert design_row(table, design, {"x": 5.5}).remarks == (
        "x = 5.5 lies beyond the studies, which have 1 to 5: the result extrapolates",
    )
    assert design_row(table, design, {"a": "q", "b": "v"}).remarks == (
        "no study has a = q and b = v: the result adds up the effects of each",
    )
    assert design_row(table, design, {"a": "q", "b": "u", "x": 5}).remarks == ()


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ({}, "no covariate is set; wanted one of a, grade"),
        ({"y": 1}, '"y" is no covariate of the table'),
        ({"x": 1}, "x stands in neither formula, so results cannot depend on it"),
        ({"a": "P"}, 'a = "P" is no level of a study of the fit.*Did you mean "p"'),
        ({"a": 3}, 'a = "3" is no level'),
        ({"grade": 4}, 'grade = "4" is no level .* wanted one of "1", "2"'),
        ({"grade": "two"}, 'grade = "two" is not a number'),
    ],
)
def test_what_cannot_be_chosen(at, words):
    table = table_of(a=list("ppqqqp"), x=[1.0, 2.0, 5.0, 3.0, 4.0, 2.5], grade=[1, 2, 1, 2, 1, 1])
    design = build_design(table, spec="~ a + C(grade)")
    with pytest.raises(DataError, match=words):
        design_row(table, design, at)


def test_a_line_over_a_continuous_covariate():
    table = twelve()
    design = build_design(table, spec="~ a * x")
    line = covariate_line(table, design, "x", np.linspace(1, 9, 5), {"a": "p"})
    assert [kind.at["x"] for kind in line] == [1, 3, 5, 7, 9]
    rows = np.array([kind.spec for kind in line])
    np.testing.assert_allclose(np.diff(rows, 2, axis=0), 0, atol=1e-12)
    margin = design.spec
    effects = dict(zip(("mean", *margin.effects), margin.to_effects, strict=True))
    coefficients = np.random.default_rng(1).normal(size=margin.size)
    slope = (effects["x"] + effects["a=p:x"]) @ coefficients
    rise = (rows[1] - rows[0]) @ coefficients
    assert rise == pytest.approx(slope * 2 / np.std(X, ddof=1))
    with pytest.raises(DataError, match="a enters as levels; there is no line over it"):
        covariate_line(table, design, "a", [1.0])
