"""Rank correlations of a measurement with a category: closed forms, permutations, simulation."""

import itertools

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, spearmanr

from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.estimands.spearman import (
    spearman_blocks,
    spearman_given_table,
    spearman_measured,
)

READERS = {
    "reticulation": ([43, 63, 1], 0.66049, 0.8550),
    "ground-glass": ([14, 78, 10, 4, 1], 0.64258, 0.7807),
    "honeycombing": ([99, 5, 3], 0.38996, 0.4559),
    "emphysema": ([102, 4, 1], 0.32118, 0.3656),
}


@pytest.mark.parametrize("name", READERS)
def test_values_found_independently(name):
    margin, at_80, largest = READERS[name]
    assert spearman_measured(0.8, margin) == pytest.approx(at_80, abs=1e-5)
    assert spearman_measured(1.0, margin) == pytest.approx(largest, abs=5e-5)
    assert spearman_measured(-0.8, margin) == pytest.approx(-at_80, abs=1e-5)


def test_largest_for_normal_lung():
    assert spearman_measured(1.0, [0, 1, 11, 18, 77]) == pytest.approx(0.7883, abs=5e-5)


def test_two_categories():
    """sqrt(3 q (1 - q)) at most, q the share of either."""
    q = 0.3
    assert spearman_measured(1.0, [q, 1 - q]) == pytest.approx(np.sqrt(3 * q * (1 - q)))


def test_many_fine_categories_are_a_measurement():
    """Pearson 1907: 6/pi asin(r/2) for two normal measurements."""
    fine = np.full(2000, 1 / 2000)
    assert spearman_measured(0.6, fine) == pytest.approx(6 / np.pi * np.arcsin(0.3), abs=1e-6)
    cuts = norm.ppf(np.arange(1, 120) / 120)
    cells = cell_probabilities(0.6, cuts, cuts)
    assert spearman_blocks(cells) == pytest.approx(6 / np.pi * np.arcsin(0.3), abs=2e-4)


def test_it_is_what_a_large_sample_has():
    rng = np.random.default_rng(5)
    z = rng.standard_normal(400_000)
    seen = 0.7 * z + np.sqrt(1 - 0.49) * rng.standard_normal(z.size)
    margin = np.array([0.4, 0.35, 0.2, 0.05])
    category = np.digitize(seen, norm.ppf(margin.cumsum()[:-1]))
    assert spearman_measured(0.7, margin) == pytest.approx(spearmanr(z, category)[0], abs=0.004)


def test_shapes_are_broadcast():
    margins = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    found = spearman_measured(np.array([[0.1], [0.5], [0.9]]), margins)
    assert found.shape == (3, 2)
    assert found[2, 1] == pytest.approx(float(spearman_measured(0.9, margins[1])))


@pytest.mark.parametrize(
    ("rho", "margin", "r"),
    [
        (0.77, [0, 1, 11, 18, 77], 0.978),
        (0.60, [71, 35, 1], 0.757),
        (0.64, [14, 78, 10, 4, 1], 0.797),
        (0.34, [43, 63, 1], 0.426),
        (0.42, [99, 5, 3], 0.882),
        (0.24, [102, 4, 1], 0.558),
    ],
)
def test_the_latent_correlation_behind_a_printed_rank_correlation(rho, margin, r):
    found = brentq(lambda r: float(spearman_measured(r, margin)) - rho, -1, 1)
    assert found == pytest.approx(r, abs=6e-4)


TABLE = np.array([[2, 1, 0], [1, 1, 1]])


def rank_correlations(table):
    """Every order of the cases within the categories of the measurement."""
    rows = [np.repeat(np.arange(3), row) for row in table]
    for order in itertools.product(*(itertools.permutations(row) for row in rows)):
        category = np.concatenate(order)
        yield spearmanr(np.arange(len(category)), category)[0]


def test_given_the_table_every_order_within_a_category_is_equally_likely():
    every = np.array(list(rank_correlations(TABLE)))
    assert len(every) == 36
    mean, sd = spearman_given_table(TABLE)
    assert mean == pytest.approx(every.mean(), abs=1e-12)
    assert sd == pytest.approx(every.std(), abs=1e-12)


def test_tables_are_taken_many_at_a_time():
    many = np.stack([TABLE, TABLE[::-1], [[3, 1, 0], [0, 1, 1]]])
    mean, sd = spearman_given_table(many)
    for place, table in enumerate(many):
        np.testing.assert_allclose((mean[place], sd[place]), spearman_given_table(table))


@pytest.mark.parametrize(
    ("table", "mean", "sd"),
    [
        ([[66, 13, 0], [5, 22, 1], [0, 0, 0]], 0.468, 0.049),
        ([[27, 17, 0], [16, 45, 1], [0, 1, 0]], 0.315, 0.046),
        ([[98, 2, 0], [4, 2, 1], [0, 0, 0]], 0.206, 0.058),
    ],
)
def test_reconstructed_tables(table, mean, sd):
    found = spearman_given_table(table)
    np.testing.assert_allclose(found, (mean, sd), atol=6e-4)
    assert spearman_blocks(table) == pytest.approx(mean, abs=0.01)  # the population's


def test_a_rater_of_one_category_has_no_rank_correlation():
    assert np.isnan(spearman_measured(0.5, [1.0, 0.0]))
    assert np.isnan(spearman_blocks([[3, 0], [4, 0]]))
    assert np.isnan(spearman_given_table([[3, 0], [4, 0]])[0])
