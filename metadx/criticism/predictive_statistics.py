"""Features of a table that a fitted model ought to reproduce."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]

#: What each feature is called in a sentence or above a panel.
SHORT = {
    "spread_sens": "spread of sensitivity",
    "spread_spec": "spread of specificity",
    "correlation": "correlation of the two",
    "zero_cells": "number of zero cells",
    "lowest_sens": "lowest sensitivity",
    "lowest_spec": "lowest specificity",
}


@dataclass(frozen=True, eq=False)
class PredictiveStatistic:
    """One feature of the observed table beside those of replicated tables.

    Parameters
    ----------
    name : str
        ``"spread_sens"``, ``"spread_spec"``, ``"correlation"``, ``"zero_cells"``,
        ``"lowest_sens"`` or ``"lowest_spec"``.
    words : str
        What it measures.
    observed : float
    replicated : ndarray, shape (S,)
        Of S replicated tables, those in which it is defined.
    p_value : float
        Twice the smaller of the two tail probabilities of the observed value, half of the ties
        counted: near 0 where the model does not reproduce it. Not uniform under the model: the
        parameters were fitted to the same table, which makes small values rarer.
    """

    name: str
    words: str
    observed: float
    replicated: FloatArray
    p_value: float

    def expected(self, prob: float = 0.95) -> tuple[float, float]:
        """Return the equal-tailed limits of the replicated values.

        Parameters
        ----------
        prob : float
        """
        low, high = np.quantile(self.replicated, [(1 - prob) / 2, (1 + prob) / 2])
        return float(low), float(high)


@dataclass(frozen=True, eq=False)
class Tables:
    """S tables of the same N studies.

    Parameters
    ----------
    tp, tn : ndarray of int, shape (S, N)
    n_diseased, n_nondiseased : ndarray of int, shape (N,)
    """

    tp: IntArray
    tn: IntArray
    n_diseased: IntArray
    n_nondiseased: IntArray


def _empirical_logits(right: IntArray, size: IntArray) -> FloatArray:
    return np.log((right + 0.5) / (size - right + 0.5))


def _spread(right: IntArray, size: IntArray) -> FloatArray:
    return np.asarray(_empirical_logits(right[:, size > 0], size[size > 0]).std(axis=1, ddof=1))


def _lowest(right: IntArray, size: IntArray) -> FloatArray:
    return np.asarray((right[:, size > 0] / size[size > 0]).min(axis=1))


def _correlation(tables: Tables) -> FloatArray:
    both = (tables.n_diseased > 0) & (tables.n_nondiseased > 0)
    sens = _empirical_logits(tables.tp[:, both], tables.n_diseased[both])
    spec = _empirical_logits(tables.tn[:, both], tables.n_nondiseased[both])
    sens = sens - sens.mean(axis=1, keepdims=True)
    spec = spec - spec.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        scale = np.sqrt((sens**2).sum(axis=1) * (spec**2).sum(axis=1))
        return np.asarray((sens * spec).sum(axis=1) / scale)


def _zero_cells(tables: Tables) -> FloatArray:
    count = np.zeros(len(tables.tp))
    for right, size in ((tables.tp, tables.n_diseased), (tables.tn, tables.n_nondiseased)):
        count += ((size > 0) & ((right == 0) | (right == size))).sum(axis=1)
    return count


#: Name, words, the least number of studies with both arms, with a diseased and with a
#: non-diseased arm, and the function.
_FEATURES: tuple[tuple[str, str, tuple[int, int, int], Callable[[Tables], FloatArray]], ...] = (
    (
        "spread_sens",
        "spread of sensitivity (sd of empirical logits)",
        (0, 2, 0),
        lambda t: _spread(t.tp, t.n_diseased),
    ),
    (
        "spread_spec",
        "spread of specificity (sd of empirical logits)",
        (0, 0, 2),
        lambda t: _spread(t.tn, t.n_nondiseased),
    ),
    ("correlation", "correlation of the empirical logits", (3, 0, 0), _correlation),
    ("zero_cells", "number of zero cells", (0, 0, 0), _zero_cells),
    ("lowest_sens", "lowest sensitivity", (0, 1, 0), lambda t: _lowest(t.tp, t.n_diseased)),
    ("lowest_spec", "lowest specificity", (0, 0, 1), lambda t: _lowest(t.tn, t.n_nondiseased)),
)


def compare_statistics(
    observed: Tables, replicated: Tables
) -> tuple[tuple[PredictiveStatistic, ...], tuple[str, ...]]:
    """Compare the features of the observed table with those of replicated ones.

    Parameters
    ----------
    observed : Tables
        One table.
    replicated : Tables
        S tables with the same arms.

    Returns
    -------
    tuple of PredictiveStatistic
        Those that the table has enough studies for.
    tuple of str
        Words of those that it has not.
    """
    sizes = observed.n_diseased > 0, observed.n_nondiseased > 0
    have = (int((sizes[0] & sizes[1]).sum()), int(sizes[0].sum()), int(sizes[1].sum()))
    found, undefined = [], []
    for name, words, least, feature in _FEATURES:
        value = float("nan")
        if all(h >= n for h, n in zip(have, least, strict=True)):
            value = float(feature(observed)[0])
        if not np.isfinite(value):
            undefined.append(words)
            continue
        values = feature(replicated)
        values = values[np.isfinite(values)]
        if not values.size:
            undefined.append(words)
            continue
        found.append(PredictiveStatistic(name, words, value, values, two_sided(value, values)))
    return tuple(found), tuple(undefined)


def two_sided(observed: float, replicated: FloatArray) -> float:
    """Return twice the smaller tail probability, half of the ties counted, at most 1.

    Parameters
    ----------
    observed : float
    replicated : ndarray, shape (S,)

    Examples
    --------
    >>> two_sided(3.0, np.array([1.0, 2.0, 3.0, 4.0])), two_sided(9.0, np.arange(4.0))
    (0.75, 0.0)
    """
    slack = 1e-9 * max(1.0, abs(observed))  # sums in another order differ in the last digit
    tied = float((np.abs(replicated - observed) <= slack).mean())
    above = float((replicated > observed + slack).mean())
    return min(1.0, 2 * min(above + tied / 2, 1 - above - tied / 2))
