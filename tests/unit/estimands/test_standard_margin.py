"""The common margin of a table, and kappa of raters who have it."""

import numpy as np
import pytest

from metadx.estimands.agreement import kappa
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.estimands.standard_margin import kappa_standard, standard_margin
from metadx.studies.agreement import AgreementRow, AgreementTable


def table_of(**known):
    bare = AgreementRow("", "cysts", "", "A", "B", 20)
    return AgreementTable(("0", "1", "2"), (AgreementRow("", "f", "", "A", "B", 10, **known), bare))


def test_both_raters_count_alike():
    counts = np.array([[4, 2, 0], [1, 1, 0], [0, 1, 1]])
    np.testing.assert_allclose(standard_margin(table_of(counts=counts)), [11 / 20, 6 / 20, 3 / 20])


def test_candidates_of_a_margin_enter_as_their_mean():
    a, b = (np.array([7, 3, 0]), np.array([5, 3, 2])), (np.array([5, 3, 2]),)
    np.testing.assert_allclose(
        standard_margin(table_of(margins_a=a, margins_b=b)), [0.55, 0.3, 0.15]
    )


def test_without_margins_the_categories_are_equally_frequent():
    np.testing.assert_allclose(standard_margin(table_of()), 1 / 3)


@pytest.mark.parametrize("r", [-0.5, 0.0, 0.3, 0.8, 0.95, 0.99])
def test_two_halves(r):
    """Kappa of two raters who split at the median is 2 asin(r) / pi."""
    z = np.arctanh(r / 0.9995)
    assert kappa_standard(z, [0.5, 0.5]) == pytest.approx(2 * np.arcsin(r) / np.pi, abs=2e-5)


def test_between_the_points_of_the_grid():
    margin = np.array([0.5, 0.35, 0.10, 0.04, 0.01])
    z = np.random.default_rng(2).normal(1.0, 0.8, size=(7, 3))
    from scipy.special import ndtri

    cuts = ndtri(margin.cumsum()[:-1])
    wanted = kappa(cell_probabilities(0.9995 * np.tanh(z), cuts, cuts), "quadratic")
    np.testing.assert_allclose(kappa_standard(z, 100 * margin), wanted, atol=2e-5)


def test_the_largest_correlation_may_be_another():
    assert kappa_standard(6.0, [0.5, 0.5], r_max=0.8) == pytest.approx(
        2 * np.arcsin(0.8) / np.pi, abs=2e-5
    )


def test_published_pooled_values():
    """mu_z 1.17 of the 16 rows on the margin .50 .35 .10 .04 .01: .73."""
    assert kappa_standard(1.17, [0.50, 0.35, 0.10, 0.04, 0.01]) == pytest.approx(0.73, abs=0.01)


def test_empty_categories_do_no_harm():
    assert kappa_standard(1.0, [0.6, 0.4, 0.0]) == pytest.approx(
        float(kappa_standard(1.0, [0.6, 0.4])), abs=1e-6
    )


def test_a_margin_of_one_category_has_no_kappa():
    assert np.isnan(kappa_standard(1.0, [1.0, 0.0]))
