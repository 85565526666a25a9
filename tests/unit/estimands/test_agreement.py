"""Measures of agreement worked out by hand, and by brute force over the tables of two margins."""

import itertools

import numpy as np
import pytest
from scipy.special import ndtri

from metadx.estimands.agreement import (
    agreement_exact,
    agreement_within1,
    gwet,
    higher,
    kappa,
    kappa_maximum,
    row_estimands,
    shift,
)
from metadx.estimands.bivariate_normal import cell_probabilities

TABLE = np.array([[8, 2, 1], [1, 3, 2], [0, 1, 2]])  # 20 cases; margins 11 6 3 and 9 6 5


def test_simple_shares_by_hand():
    assert agreement_exact(TABLE) == pytest.approx(13 / 20)
    assert agreement_within1(TABLE) == pytest.approx(19 / 20)
    assert higher(TABLE, "a") == pytest.approx(2 / 20)
    assert higher(TABLE, "b") == pytest.approx(5 / 20)
    assert shift(TABLE) == pytest.approx((6 + 2 * 3 - 6 - 2 * 5) / 20)


def test_kappa_by_hand():
    """Observed less expected agreement: 13/20 and (99 + 36 + 15)/400; then with weights."""
    assert kappa(TABLE) == pytest.approx((13 / 20 - 150 / 400) / (1 - 150 / 400))
    apart = 6 * 1 + 1 * 2  # linear disagreement observed; below by chance
    chance = (11 * 6 + 6 * 9 + 6 * 5 + 3 * 6 + 2 * (11 * 5 + 3 * 9)) / 20
    assert kappa(TABLE, "linear") == pytest.approx(1 - apart / chance)
    apart, chance = 6 * 1 + 1 * 4, (66 + 54 + 30 + 18 + 4 * (55 + 27)) / 20
    assert kappa(TABLE, "quadratic") == pytest.approx(1 - apart / chance)


def test_gwet_by_hand():
    """Chance: sum pi (1 - pi) / (C - 1) for AC1, times the mean weight for AC2."""
    mean = np.array([20, 12, 8]) / 40
    chance = (mean * (1 - mean)).sum() / 2
    assert gwet(TABLE) == pytest.approx((13 / 20 - chance) / (1 - chance))
    weights = 3 + 4 * 0.75  # sum of the quadratic weights 1, 3/4, 0 of a 3 by 3 table
    agreed, chance = (13 + 6 * 0.75) / 20, weights / 6 * (mean * (1 - mean)).sum()
    assert gwet(TABLE, "quadratic") == pytest.approx((agreed - chance) / (1 - chance))


def test_chance_agreement_of_gwet_counts_categories_that_were_not_given():
    wide = np.zeros((5, 5))
    wide[:3, :3] = TABLE
    assert kappa(wide, "quadratic") == pytest.approx(kappa(TABLE, "quadratic"))
    assert gwet(wide) > gwet(TABLE) + 0.01


@pytest.mark.parametrize("weights", ["unweighted", "linear", "quadratic"])
def test_no_table_with_the_margins_has_a_larger_kappa(weights):
    a, b = TABLE.sum(1), TABLE.sum(0)
    best = -1.0
    for p, q, s, t in itertools.product(range(10), repeat=4):
        table = np.zeros((3, 3), dtype=int)
        table[:2, :2] = [[p, q], [s, t]]
        table[:2, 2] = a[:2] - table[:2].sum(1)
        table[2] = b - table.sum(0)
        if table.min() >= 0:
            best = max(best, float(kappa(table, weights)))
    assert kappa_maximum(TABLE, weights) == pytest.approx(best, abs=1e-12)
    found = row_estimands((TABLE / 20)[None], np.array([0.7]), np.array([0.6]), weights=weights)
    assert found["kappa_max"] == pytest.approx(best, abs=1e-12)
    assert found["kappa_ratio"] == pytest.approx(float(kappa(TABLE, weights)) / best)


def test_largest_kappas_of_printed_margins():
    """Unweighted, linear and quadratic, from linear programmes over all tables."""
    a, b = np.array([79, 28, 0, 0, 0]), np.array([71, 35, 1, 0, 0])
    found = [kappa_maximum(np.outer(a, b), kind) for kind in ("unweighted", "linear", "quadratic")]
    np.testing.assert_allclose(found, [0.824, 0.805, 0.811], atol=5e-4)
    a, b = np.array([21, 71, 12, 3, 0]), np.array([14, 78, 10, 4, 1])
    found = [kappa_maximum(np.outer(a, b), kind) for kind in ("unweighted", "linear", "quadratic")]
    np.testing.assert_allclose(found, [0.824, 0.844, 0.894], atol=5e-4)


def test_leading_axes_are_kept():
    many = np.random.default_rng(3).dirichlet(np.ones(9), size=(2, 4)).reshape(2, 4, 3, 3)
    for measure in (kappa, gwet, agreement_exact, agreement_within1, shift, kappa_maximum):
        found = measure(many)
        assert found.shape == (2, 4)
        assert found[1, 2] == pytest.approx(float(measure(many[1, 2])))
    assert higher(many, "b").shape == (2, 4)


def test_model_kappa_of_four_equally_frequent_grades():
    """Nelson and Edwards 2015 print 0.484 where 0.873 of the latent variance is the patients'."""
    cells = cell_probabilities(0.873, ndtri([0.25, 0.5, 0.75]), ndtri([0.25, 0.5, 0.75]))
    assert kappa(cells) == pytest.approx(0.484, abs=5e-4)


def test_one_category_alone_has_no_kappa():
    alone = [[7, 0], [0, 0]]
    assert np.isnan(kappa(alone))
    assert np.isnan(kappa_maximum(alone))
    assert np.isnan(kappa_maximum(alone, "quadratic"))


def test_there_are_two_raters():
    with pytest.raises(ValueError, match="not 'c'"):
        higher(TABLE, "c")


def test_measures_of_a_row():
    cells = np.stack([TABLE / 20, TABLE.T / 20])
    found = row_estimands(cells, np.array([0.5, 0.6]), np.array([0.3, 0.4]))
    assert set(found) == {
        *("kappa", "kappa_linear", "kappa_quadratic", "ac1", "ac2_linear", "ac2_quadratic"),
        *("agreement_exact", "agreement_within1", "a_higher", "b_higher", "shift"),
        *("latent_rho", "kappa_max", "kappa_ratio", "kappa_standard"),
    }
    np.testing.assert_allclose(found["kappa_linear"], kappa(cells, "linear"))
    np.testing.assert_allclose(found["ac2_linear"], gwet(cells, "linear"))
    np.testing.assert_allclose(found["a_higher"], [0.1, 0.25])
    np.testing.assert_allclose(found["shift"], [-0.2, 0.2])
    np.testing.assert_allclose(found["kappa_max"], kappa_maximum(TABLE, "quadratic"))


def test_a_row_without_margins_has_the_kappa_of_its_codes():
    cells = (TABLE / 20)[None]
    coded, factor = np.array([0.19]), np.array([0.4])
    found = row_estimands(
        cells, np.array([0.7]), np.array([0.6]), kappa_coded=coded, accuracy_factor=factor
    )
    assert found["kappa_quadratic"] is coded
    assert found["accuracy_factor"] is factor
    np.testing.assert_allclose(found["kappa_aligned"], kappa(TABLE, "quadratic"))
    assert not {"kappa_max", "kappa_ratio"} & set(found)  # margins of the codes are not known
    np.testing.assert_allclose(found["kappa_linear"], kappa(TABLE, "linear"))


def test_of_two_categories_all_kappas_are_the_one_of_the_codes():
    cells, coded = np.array([[[0.4, 0.1], [0.1, 0.4]]]), np.array([0.3])
    found = row_estimands(cells, np.array([0.7]), np.array([0.6]), kappa_coded=coded)
    assert found["kappa"] is found["kappa_linear"] is found["kappa_quadratic"] is coded
    assert found["kappa_aligned"] == pytest.approx(0.6)
