"""How closely two covariates go together over the studies, from 0 to 1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]


def cramers_v(first: Sequence[str], second: Sequence[str]) -> float:
    """Return Cramér's V of two categorical covariates, corrected for its bias in small samples.

    Parameters
    ----------
    first, second : sequence of str, length N
        Levels by study.

    Returns
    -------
    float
        0 where one of them has a single level.

    References
    ----------
    Bergsma W. A bias-correction for Cramér's V and Tschuprow's T. Journal of the Korean Statistical
    Society 2013;42:323-328.

    Examples
    --------
    >>> round(cramers_v(["a", "a", "b", "b"] * 5, ["x", "x", "y", "y"] * 5), 3)
    1.0
    """
    n = len(first)
    rows, columns = _indicators(first), _indicators(second)
    r, c = rows.shape[1], columns.shape[1]
    if min(r, c) < 2 or n < 2:
        return 0.0
    expected = np.outer(rows.sum(axis=0), columns.sum(axis=0)) / n
    phi2 = float((((rows.T @ columns) - expected) ** 2 / expected).sum()) / n
    corrected = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    size = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(min(1.0, corrected / size))) if size > 0 else 0.0


def correlation_ratio(levels: Sequence[str], values: FloatArray) -> float:
    """Return the root of the share of a number's variance that lies between levels, adjusted.

    Parameters
    ----------
    levels : sequence of str, length N
    values : ndarray, shape (N,)

    Returns
    -------
    float
        Adjusted for the number of levels, as the adjusted R² of a regression on them.

    Examples
    --------
    >>> round(correlation_ratio(["a", "a", "b", "b"], np.array([1.0, 1.0, 2.0, 2.0])), 3)
    1.0
    """
    groups = _indicators(levels)
    n, number = groups.shape
    total = float(((values - values.mean()) ** 2).sum())
    if n <= number or not total:
        return 0.0
    means = (groups.T @ values) / groups.sum(axis=0)
    within = float(((values - groups @ means) ** 2).sum())
    return float(np.sqrt(max(0.0, 1 - within / total * (n - 1) / (n - number))))


def _indicators(levels: Sequence[str]) -> FloatArray:
    names = sorted(set(levels))
    return np.array([[float(level == name) for name in names] for level in levels])
