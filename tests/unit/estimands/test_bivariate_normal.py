"""The bivariate normal distribution and its cells against closed forms and SciPy."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, owens_t
from scipy.stats import multivariate_normal, norm

from metadx.estimands.bivariate_normal import cell_probabilities, phi2


@pytest.mark.parametrize(
    ("h", "k", "r", "value"),
    [
        (0.3, -0.5, 0.8, 0.2957855298),
        (1.0, 1.0, 0.95, 0.8108195130),
        (-1.2, 0.7, -0.4, 0.0588265830),
    ],
)
def test_values_found_independently(h, k, r, value):
    assert phi2(h, k, r) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("r", [-0.999, -0.9, -0.3, 0.0, 0.5, 0.9, 0.97, 0.99, 0.9995])
def test_both_below_their_median(r):
    """Sheppard 1899: 1/4 + asin(r) / (2 pi)."""
    assert phi2(0.0, 0.0, r) == pytest.approx(0.25 + np.arcsin(r) / (2 * np.pi), abs=1e-12)


@pytest.mark.parametrize("r", [-0.95, -0.4, 0.3, 0.7099, 0.7101, 0.9, 0.979, 0.981, 0.9949, 0.9995])
def test_one_at_the_median_is_owens_function(r):
    """P(X <= h, Y <= 0) = Phi(h) / 2 + T(h, r / sqrt(1 - r^2)), also for sharp correlations."""
    h = np.array([-3.0, -1.0, -0.1, -0.003, 0.0, 0.02, 0.5, 2.0])
    wanted = ndtr(h) / 2 + owens_t(h, r / np.sqrt(1 - r * r))
    for nodes in (20, 24):
        np.testing.assert_allclose(phi2(h, 0.0, r, nodes), wanted, atol=2e-11)


@pytest.mark.parametrize("r", [-0.8, 0.4, 0.95, 0.999])
def test_the_integral_over_one_variable(r):
    h, k = 0.7, 0.65

    def below(x):
        return norm.pdf(x) * ndtr((k - r * x) / np.sqrt(1 - r * r))

    wanted = quad(below, -12, h, points=[0.6, k / r] if r > 0 else None, epsabs=1e-13)[0]
    assert phi2(h, k, r) == pytest.approx(wanted, abs=1e-10)


def test_infinite_limits_leave_the_other_margin():
    h = np.array([-1.0, 0.3])
    np.testing.assert_allclose(phi2(h, np.inf, 0.7), ndtr(h), atol=1e-15)
    np.testing.assert_allclose(phi2(-np.inf, h, 0.7), 0.0, atol=1e-15)
    assert phi2(np.inf, np.inf, 0.9) == pytest.approx(1.0)


def test_arguments_are_broadcast():
    found = phi2(np.zeros((3, 1)), np.linspace(-1, 1, 4), 0.5)
    assert found.shape == (3, 4)
    assert found[2, 1] == phi2(0.0, -1 / 3, 0.5)


@pytest.mark.parametrize("r", [-0.6, 0.2, 0.85, 0.99])
def test_cells_are_rectangles_of_the_normal_law(r):
    a, b = np.array([-0.8, 0.1, 1.2]), np.array([-0.3, 0.4, 2.0])
    edges_a, edges_b = (np.concatenate([[-8.0], cuts, [8.0]]) for cuts in (a, b))

    def rectangle(i, j):
        return multivariate_normal.cdf(
            [edges_a[i + 1], edges_b[j + 1]],
            cov=[[1, r], [r, 1]],
            lower_limit=[edges_a[i], edges_b[j]],
            abseps=1e-10,
            releps=1e-10,
        )

    wanted = [[rectangle(i, j) for j in range(4)] for i in range(4)]
    np.testing.assert_allclose(cell_probabilities(r, a, b), wanted, atol=1e-9)


def test_every_table_has_its_own_correlation_and_cuts():
    """Sharp and blunt ones are computed apart, in parts, and come back in their places."""
    rng = np.random.default_rng(1)
    r = rng.choice([0.2, 0.85, 0.95, 0.99, 0.9995], size=(4, 3000))
    a = np.sort(rng.standard_normal((4, 3000, 4)), axis=-1)
    b = np.sort(rng.standard_normal((3000, 4)), axis=-1)
    cells = cell_probabilities(r, a, b)
    assert cells.shape == (4, 3000, 5, 5)
    for i, j in [(0, 0), (1, 17), (2, 2999), (3, 1500), (3, 2999)]:
        np.testing.assert_array_equal(cells[i, j], cell_probabilities(r[i, j], a[i, j], b[j]))
    np.testing.assert_allclose(cells.sum((-2, -1)), 1, atol=1e-12)
    np.testing.assert_allclose(
        cells.sum(-1)[..., :-1].cumsum(-1), ndtr(a), atol=1e-10, err_msg="margins follow the cuts"
    )


def test_categories_that_are_never_given_keep_the_least_probability():
    cells = cell_probabilities(0.7, [-np.inf, 0.0, np.inf], [0.0, 0.0, 1.0])
    inside = cell_probabilities(0.7, [0.0], [0.0, 1.0])
    np.testing.assert_allclose(cells[1:3][:, [0, 2, 3]], inside, atol=1e-10)
    np.testing.assert_allclose(cells[[0, 3]], 1e-12, rtol=1e-6)
    np.testing.assert_allclose(cells[:, 1], 1e-12, rtol=1e-6)


def test_raters_may_use_scales_of_unlike_length():
    cells = cell_probabilities(0.5, [0.0], [-1.0, 1.0])
    assert cells.shape == (2, 3)
    np.testing.assert_allclose(cells.sum(1), 0.5)
