import math

import numpy as np
import pytest

from metadx.designs.association import correlation_ratio, cramers_v
from metadx.designs.formula import build_design
from metadx.designs.missing import handle_missing
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical
from metadx.studies.review import load_dataset
from tests.unit.designs.tables import table_of


@pytest.fixture(scope="module")
def nodules():
    table = load_dataset("lung-nodules-dwi-mri")
    return getattr(table, "table", table)


def remarks(table, **formulas):
    return build_design(table, **formulas).remarks


def test_every_study_at_three_tesla_is_chinese(nodules):
    assert remarks(nodules, spec="~ field_strength") == (
        "Every study with field_strength = 3 has nation = China: what seems an effect of "
        "field_strength may be an effect of nation.",
    )


def test_confounding_is_told_of_values_not_reported_too(nodules):
    table, _ = handle_missing(nodules, ["study_design"], "level")
    found = remarks(table, sens="~ study_design + field_strength + year")
    assert "Every study with field_strength = 3 has nation = China" in found[0]


def spread(level_of_ten):
    """Thirty studies: ten with a = p, of which b is given, and twenty with b half u and half v."""
    return table_of(a=["p"] * 10 + ["q"] * 20, b=level_of_ten + ["u", "v"] * 10)


def test_confounding_needs_all_studies_of_the_level():
    assert any("a = p has b = v" in text for text in remarks(spread(["v"] * 10), sens="~ a"))
    assert not any("Every study" in text for text in remarks(spread(["v"] * 9 + ["u"]), sens="~ a"))


def test_a_coincidence_that_is_no_surprise_is_not_told():
    # Two of nine studies share a level that eight have: chance C(8, 2) / C(9, 2) = 28 / 36.
    common = table_of(a=["p"] * 2 + ["q"] * 7, b=["u"] * 8 + ["v"])
    assert not any("Every study" in text for text in remarks(common, sens="~ a"))
    # Two of nine share a level that only one other has: chance C(3, 2) / C(9, 2) = 3 / 36.
    rare = table_of(a=["p"] * 2 + ["q"] * 7, b=["u"] * 3 + ["v"] * 6)
    assert any("a = p has b = u" in text for text in remarks(rare, sens="~ a"))


def test_levels_that_mark_the_same_studies_are_always_told():
    # By chance one in C(4, 2) = 6, yet nothing tells them apart.
    same = table_of(a=list("ppqq"), b=list("uuvv"))
    assert any("a = p has b = u" in text for text in remarks(same, sens="~ a"))


def test_a_covariate_that_is_known_to_vary_nowhere_confounds_nothing():
    table = table_of(a=["p"] * 3 + ["q"] * 6, b=["u"] * 3 + [None] * 6)
    assert not any("Every study" in text for text in remarks(table, sens="~ a"))


def test_a_covariate_with_nearly_a_level_for_every_study_confounds_nothing():
    table = table_of(a=["p", "p", "q", "q", "q", "q"], b=["x", "x", "1", "2", "3", "4"])
    assert not any("Every study" in text for text in remarks(table, sens="~ a"))


def test_levels_with_few_studies():
    table = table_of(a=["p"] * 12 + ["q"] * 2 + ["r"] * 3 + ["s"])
    assert remarks(table, spec="~ a")[0] == (
        "Prior-led, with fewer than 3 studies: a = q (2 studies), a = s (1 study)."
    )
    assert not any(
        "Prior-led" in text for text in remarks(table_of(a=["p"] * 3 + ["q"] * 3), spec="~ a")
    )


def test_levels_are_counted_by_the_studies_that_have_the_arm():
    """Five studies of b, two with healthy participants: few for specificity alone."""
    table = table_of(
        a=["p"] * 12 + ["q"] * 5,
        n_diseased=[10] * 16 + [0],
        n_nondiseased=[10] * 12 + [0, 0, 0, 10, 10],
    )
    (few,) = [text for text in remarks(table, sens="~ a", spec="~ a") if "Prior-led" in text]
    assert few == (
        "Prior-led, with fewer than 3 studies: a = q (2 studies with non-diseased participants)."
    )
    assert not any("Prior-led" in text for text in remarks(table, sens="~ a"))
    one = table_of(a=["p"] * 12 + ["q"] * 5, n_diseased=[10] * 13 + [0] * 4)
    assert "a = q (1 study with diseased participants)" in remarks(one, sens="~ a")[0]
    assert not any("Prior-led" in text for text in remarks(one, spec="~ a"))


def test_a_level_of_few_studies_is_told_once_for_both_margins():
    table = table_of(a=["p"] * 12 + ["q"] * 2)
    assert remarks(table, sens="~ a", spec="~ a")[0].count("a = q") == 1


def test_numbers_are_levels_only_in_the_margin_that_takes_them_so():
    """The two studies of 2004 are healthy alone: few for nothing, for sens has them as a number."""
    table = table_of(x=[2001.0] * 6 + [2004.0] * 6, n_diseased=[10] * 6 + [0] * 4 + [10] * 2)
    assert not any("Prior-led" in text for text in remarks(table, sens="~ x", spec="~ C(x)"))
    assert any("x = 2004 (2 studies with" in text for text in remarks(table, sens="~ C(x)"))


def counts(fp, tn, tp=9, fn=1, a="pppqqq"):
    n = len(a)
    columns = [x if isinstance(x, list) else [x] * n for x in (tp, fp, fn, tn)]
    level = Categorical("a", tuple(a), tuple(sorted(set(a))), a[0])
    return AccuracyTable.from_counts([f"S{i}" for i in range(n)], *columns, covariates={"a": level})


def test_a_level_whose_counts_are_all_at_one_edge():
    table = counts([2, 1, 3, 0, 0, 0], [9, 8, 9, 9, 7, 8])
    text = (
        "fp = 0 in every study with a = q: the data only say that spec there is near 1; how near, "
        "and the odds ratio, follow the prior."
    )
    assert text in remarks(table, spec="~ a")
    # Not in a margin that the covariate does not enter.
    assert not any("= 0 in every study" in told for told in remarks(table, sens="~ a"))
    wrong = counts(1, 9, tp=[5, 6, 7, 0, 0, 0])
    assert any(
        told.startswith("tp = 0 in every study with a = q: the data only say that sens there is ")
        and "near 0;" in told
        for told in remarks(wrong, sens="~ a")
    )


def test_an_edge_needs_all_studies_of_the_level_and_people_in_them():
    one = counts([2, 1, 3, 0, 0, 1], [9, 8, 9, 9, 7, 8])
    assert not any("= 0 in every study" in told for told in remarks(one, spec="~ a"))
    # Studies without healthy participants say nothing of false positives.
    empty = counts([2, 1, 3, 0, 0, 2], [9, 8, 9, 0, 0, 8])
    assert not any("= 0 in every study" in told for told in remarks(empty, spec="~ a"))
    half = counts([2, 1, 3, 0, 0, 0], [9, 8, 9, 0, 0, 8])
    assert any("fp = 0 in every study with a = q" in told for told in remarks(half, spec="~ a"))
    # At the edge in every study of the table: the fit says that of the whole margin.
    assert not any("= 0 in every" in told for told in remarks(counts(0, 9), spec="~ a"))


def test_few_studies_for_each_coefficient():
    text = "17 studies for covariate coefficients (1 in sensitivity, 2 in specificity)"
    two = table_of(x=np.arange(17.0) ** 2, y=[3.0, 1.0, 2.0, 7.0] * 4 + [2.0])
    assert not remarks(two, sens="~ x")
    thin = remarks(two, sens="~ x", spec="~ x + y")
    assert len(thin) == 1
    assert thin[0].startswith("17 studies for covariate coefficients (2 in specificity): with")
    three = table_of(x=[1.0, 2, 3, 5, 4, 9, 7], y=[3.0, 1.0, 2.0, 7.0, 5.0, 1.0, 2.0])
    assert text.replace("17", "7") in remarks(three, sens="~ y", spec="~ x + y")[0]


def test_studies_for_each_coefficient_have_the_arm():
    x = np.arange(25.0) ** 2
    table = table_of(x=x, n_diseased=[10] * 7 + [0] * 18)
    assert remarks(table, sens="~ x", spec="~ x") == (
        "7 studies with diseased participants for covariate coefficients (1 in sensitivity): with "
        "fewer than 10 for each, expect wide intervals that lean on the prior.",
    )
    assert remarks(table, spec="~ x") == ()


def test_few_values_of_a_number():
    table = table_of(x=[9.0, 12.0] * 6)
    assert remarks(table, spec="~ x") == (
        "x takes 2 values only (9, 12); C(x) would take them as levels.",
    )
    assert remarks(table, spec="~ C(x)") == ()


def test_covariates_that_go_together():
    rng = np.random.default_rng(5)
    x = rng.normal(size=40)
    a = ["p" if value > 0 else "q" for value in x]
    table = table_of(x=x, y=x + 0.1 * rng.normal(size=40), z=rng.normal(size=40), a=a)
    together = [text for text in remarks(table, sens="~ x + y + z") if "together" in text]
    assert together[0].startswith("Covariates that go together closely")
    assert "x and y (0.99)" in together[0] or "x and y (1.00)" in together[0]
    assert "z" not in together[0].split(":")[1].split(";")[0]
    # Not where they stand in different formulas.
    assert not any("together" in text for text in remarks(table, sens="~ x", spec="~ y"))


def test_cramers_v_by_hand():
    # 2 by 2 with 8, 2, 2, 8: phi² = 0.36, corrected 0.36 - 1/19, sizes 2 - 1/19.
    first = ["a"] * 10 + ["b"] * 10
    second = ["x"] * 8 + ["y"] * 2 + ["x"] * 2 + ["y"] * 8
    assert cramers_v(first, second) == pytest.approx(math.sqrt((0.36 - 1 / 19) / (1 - 1 / 19)))
    assert cramers_v(first, ["x", "y"] * 10) == 0.0
    assert cramers_v(first, ["x"] * 20) == 0.0


def test_correlation_ratio_by_hand():
    # Within 4 * 0.25 = 1, total 1 + 4 * 1 = 5: 1 - (1/5) * (3/2) = 0.7.
    values = np.array([0.5, 1.5, 2.5, 3.5])
    assert correlation_ratio(list("aabb"), values) == pytest.approx(math.sqrt(0.7))
    assert correlation_ratio(list("abcd"), values) == 0.0
