"""Kappa and its errors: statsmodels' values, hand arithmetic, identities, brute force."""

import numpy as np
import pytest

from metadx.studies.agreement import WEIGHTS
from metadx.studies.kappa import (
    SE_FORMULAS,
    agreement_weights,
    disagreement,
    kappa_max,
    kappa_of,
    kappa_standard_error,
    kappas_of,
    standard_errors_of,
)
from tests.unit.studies.brute_tables import every_table, kappa_and_errors, random_table

CARCINOMA = np.array(
    [[22, 2, 2, 0, 0], [5, 7, 14, 0, 0], [0, 2, 36, 0, 0], [0, 1, 14, 7, 0], [0, 0, 3, 0, 3]]
)
SKEW = np.array([[30, 4, 1], [9, 12, 3], [0, 6, 40]])
# statsmodels 0.14 cohens_kappa: kappa, std_kappa, std_kappa0
STATSMODELS = [
    (CARCINOMA, "unweighted", 0.4984183471727955, 0.056604477181802136, 0.04822467700816483),
    (CARCINOMA, "linear", 0.6491930590947701, 0.0486680102635693, 0.05984603804860842),
    (CARCINOMA, "quadratic", 0.778563957423245, 0.04091463692133485, 0.09062151996612935),
    (SKEW, "unweighted", 0.6602419808666291, 0.060113999786153366, 0.07033620566346024),
    (SKEW, "linear", 0.7586669220455852, 0.04675730406027714, 0.08172452303728339),
    (SKEW, "quadratic", 0.8404441846873174, 0.036787799198479264, 0.09736903360720957),
]


@pytest.mark.parametrize(("table", "kind", "kappa", "error", "null"), STATSMODELS)
def test_kappa_and_its_errors_are_those_of_statsmodels(table, kind, kappa, error, null):
    assert kappa_of(table, kind) == pytest.approx(kappa, abs=1e-12)
    assert kappa_standard_error(table, kind) == pytest.approx(error, abs=1e-12)
    assert kappa_standard_error(table, kind, "null") == pytest.approx(null, abs=1e-12)


def test_short_error_by_hand():
    # p_o = .8, p_e = .5: sqrt(.8 * .2 / 100) / .5
    assert kappa_standard_error([[40, 10], [10, 40]], "unweighted", "cohen-1960") == pytest.approx(
        0.08
    )


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_the_form_of_agreement_weights_gives_the_same(kind, offset):
    rng = np.random.default_rng(5)
    for _ in range(20):
        table = random_table(rng)
        wanted = kappa_and_errors(table.tolist(), kind, offset)
        if wanted is None:
            assert np.isnan(kappa_of(table, kind, offset))
            continue
        assert kappa_of(table, kind, offset) == pytest.approx(wanted[0], abs=1e-10)
        for formula in SE_FORMULAS:
            error = kappa_standard_error(table, kind, formula, offset)
            assert error == pytest.approx(wanted[1][formula], abs=1e-7)


def test_quadratic_kappa_is_a_concordance_of_the_codes():
    codes = np.arange(5)
    p = CARCINOMA / CARCINOMA.sum()
    a, b = p.sum(1), p.sum(0)
    mean_a, mean_b = a @ codes, b @ codes
    var_a, var_b = a @ codes**2 - mean_a**2, b @ codes**2 - mean_b**2
    covariance = codes @ p @ codes - mean_a * mean_b
    lin = 2 * covariance / (var_a + var_b + (mean_a - mean_b) ** 2)
    assert kappa_of(CARCINOMA, "quadratic") == pytest.approx(lin, abs=1e-12)


@pytest.mark.parametrize("kind", WEIGHTS)
def test_an_offset_moves_the_rows_down_on_a_longer_scale(kind):
    longer = np.zeros((4, 4), dtype=int)
    longer[1:, :3] = SKEW
    assert kappa_of(SKEW, kind, 1) == pytest.approx(kappa_of(longer, kind), abs=1e-12)
    assert kappa_of(SKEW, kind, -1) == pytest.approx(kappa_of(SKEW.T, kind, 1), abs=1e-12)


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize("margins", [((7, 2, 3), (4, 4, 4)), ((9, 2), (5, 6)), ((1, 5), (1, 5))])
def test_the_largest_kappa_is_that_of_some_table(kind, margins):
    best = max(kappa_of(table, kind) for table in every_table(*margins))
    assert kappa_max(*margins, kind) == pytest.approx(best, abs=1e-12)


def test_a_constant_rater_has_kappa_zero_and_two_have_none():
    assert kappa_of([[3, 4], [0, 0]], "unweighted") == 0
    assert kappa_standard_error([[3, 4], [0, 0]], "unweighted") == 0
    assert np.isnan(kappa_of([[7, 0], [0, 0]], "linear"))
    assert np.isnan(kappa_standard_error([[7, 0], [0, 0]], "linear"))
    assert np.isnan(kappa_max([7, 0], [7, 0], "linear"))


def test_probabilities_need_the_number_of_cases():
    stack = np.array([CARCINOMA, CARCINOMA.T])
    for kind in WEIGHTS:
        shares = standard_errors_of(stack / 118, kind, n=118)
        assert shares == pytest.approx(standard_errors_of(stack, kind), abs=1e-14)
        assert kappas_of(stack, kind)[1] == pytest.approx(kappa_of(CARCINOMA, kind), abs=1e-14)


def test_weights():
    assert agreement_weights("quadratic", 5)[0].tolist() == [1, 0.9375, 0.75, 0.4375, 0]
    assert disagreement("unweighted", 3, offset=1).tolist() == [[1, 0, 1], [1, 1, 0], [1, 1, 1]]
    assert disagreement("linear", 2, offset=-1).tolist() == [[1, 2], [0, 1]]
