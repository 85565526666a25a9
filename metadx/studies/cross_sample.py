"""Simulated cross-tables with given margins, to look for one that fits where all are too many."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metadx.studies.agreement import IntArray, PrintedKappa
from metadx.studies.cross_halves import Tables
from metadx.studies.cross_tables import fits
from metadx.studies.kappa import Convention

_CORRELATIONS = np.linspace(-0.5, 0.999, 31)
_DRAWN = 4_000_000  # cases in all, over the simulated tables
_MOST_CASES = 100_000
_SEED = 1


def simulate_tables(
    margin_a: IntArray, margin_b: IntArray, rng: np.random.Generator, per_correlation: int
) -> Tables:
    """Simulate cross-tables with exactly the margins given.

    The cases are ranked by two latent variables, bivariate normal with correlations from -0.5 to
    0.999, and the categories are given out by rank.

    Parameters
    ----------
    margin_a, margin_b : ndarray of int, shape (C,)
        With equal sums.
    rng : numpy.random.Generator
    per_correlation : int

    Returns
    -------
    ndarray of int32, shape (S, C, C)

    Examples
    --------
    >>> margins = np.array([3, 2]), np.array([4, 1])
    >>> found = simulate_tables(*margins, np.random.default_rng(1), 2)
    >>> found.sum((1, 2)).tolist() == [5] * 62
    True
    """
    size, n = margin_a.size, int(margin_a.sum())
    second = np.repeat(np.arange(size), margin_b)
    tables = []
    for correlation in _CORRELATIONS:
        latent = rng.standard_normal((per_correlation, n))
        noise = rng.standard_normal((per_correlation, n))
        other = correlation * latent + np.sqrt(1 - correlation**2) * noise
        first = np.empty((per_correlation, n), dtype=np.int64)
        by_rank = np.repeat(np.arange(size), margin_a)
        np.put_along_axis(first, latent.argsort(axis=1), np.tile(by_rank, (per_correlation, 1)), 1)
        first = np.take_along_axis(first, other.argsort(axis=1), 1)
        cell = first * size + second + size**2 * np.arange(per_correlation)[:, None]
        counts = np.bincount(cell.ravel(), minlength=per_correlation * size**2)
        tables.append(counts.reshape(per_correlation, size, size))
    return np.concatenate(tables).astype(np.int32)


def count_fitting(
    margin_a: IntArray,
    margin_b: IntArray,
    printed: PrintedKappa,
    conventions: Sequence[Convention],
) -> tuple[int, NDArray[np.int64]]:
    """Count the simulated tables that have a printed kappa and what is printed beside it.

    Parameters
    ----------
    margin_a, margin_b : ndarray of int, shape (C,)
        With equal sums.
    printed : PrintedKappa
    conventions : sequence of Convention

    Returns
    -------
    tuple of int and ndarray of int
        Tables simulated, and those that fit by each convention. One that fits proves that there is
        such a table; none proves nothing.

    Examples
    --------
    >>> margins = np.array([30, 20, 25]), np.array([25, 25, 25])
    >>> usual = Convention("linear", "fleiss-cohen-everitt", 75)
    >>> _, fitting = count_fitting(*margins, PrintedKappa(0.5, decimals=1), [usual])
    >>> bool(fitting[0] > 0)
    True
    """
    n = int(margin_a.sum())
    if n > _MOST_CASES:
        return 0, np.zeros(len(conventions), dtype=np.int64)
    many = min(max(_DRAWN // (n * _CORRELATIONS.size), 1), 2000)
    tables = simulate_tables(margin_a, margin_b, np.random.default_rng(_SEED), many)
    counts = [int(fits(tables, printed, convention).sum()) for convention in conventions]
    return len(tables), np.array(counts, dtype=np.int64)
