"""Cohen's kappa of one cross-table, and its standard errors, under every usual convention.

With the disagreements d of the cells, observed q_o = sum p d and expected by chance
q_e = sum d_ij p_i. p_.j, kappa is 1 - q_o / q_e whatever the scale of the weights. Everything here
is written in these terms: the codes of the first rater may then be moved by a category as well.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metadx.studies.agreement import IntArray, Weights

type FloatArray = NDArray[np.float64]
type SeFormula = Literal["fleiss-cohen-everitt", "cohen-1960", "null"]
type IntervalReading = Literal["exact", "from rounded", "set aside"]

SE_FORMULAS: tuple[SeFormula, ...] = ("fleiss-cohen-everitt", "cohen-1960", "null")


@dataclass(frozen=True)
class Convention:
    """How a printed kappa and its interval were computed.

    Parameters
    ----------
    weights : {"unweighted", "linear", "quadratic"}
    formula : {"fleiss-cohen-everitt", "cohen-1960", "null"}
        Standard error behind the interval.
    n : int
        Number of cases.
    offset : int
        What was added to the codes of the first rater; 0 where the codes were aligned.
    interval : {"exact", "from rounded", "set aside"}
        Whether the printed interval was computed before anything was rounded, from the rounded
        kappa and the rounded standard error, or in a way that is not known and is not used.
    """

    weights: Weights
    formula: SeFormula
    n: int
    offset: int = 0
    interval: IntervalReading = "exact"


def disagreement(kind: Weights, n_categories: int, offset: int = 0) -> IntArray:
    """Return the disagreement of every cell as a whole number.

    Parameters
    ----------
    kind : {"unweighted", "linear", "quadratic"}
        0 or 1, the distance of the codes, or its square.
    n_categories : int
    offset : int
        What is added to the codes of the first rater, the rows.

    Returns
    -------
    ndarray of int, shape (C, C)

    Examples
    --------
    >>> disagreement("quadratic", 3).tolist()
    [[0, 1, 4], [1, 0, 1], [4, 1, 0]]
    """
    codes = np.arange(n_categories, dtype=np.int64)
    apart = np.abs(codes[:, None] + offset - codes)
    if kind == "unweighted":
        return (apart > 0).astype(np.int64)
    return apart if kind == "linear" else apart**2


def agreement_weights(kind: Weights, n_categories: int) -> FloatArray:
    """Return the weight of every cell, 1 on the diagonal and 0 for the furthest categories.

    Parameters
    ----------
    kind : {"unweighted", "linear", "quadratic"}
    n_categories : int

    Returns
    -------
    ndarray, shape (C, C)

    References
    ----------
    Cohen J. Psychological Bulletin 1968;70:213-220; Fleiss JL, Cohen J. Educational and
    Psychological Measurement 1973;33:613-619 (quadratic).

    Examples
    --------
    >>> agreement_weights("linear", 3).tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]]
    """
    apart = disagreement(kind, n_categories)
    return 1 - apart / max(int(apart.max()), 1)


def kappa_of(table: ArrayLike, kind: Weights, offset: int = 0) -> float:
    """Return kappa of one table of counts or probabilities.

    Parameters
    ----------
    table : array_like, shape (C, C)
        Rows are the categories of the first rater.
    kind : {"unweighted", "linear", "quadratic"}
    offset : int
        What is added to the codes of the first rater.

    Returns
    -------
    float
        NaN where no disagreement is possible: both raters gave one and the same category.

    Examples
    --------
    >>> round(kappa_of([[66, 13, 0], [5, 22, 1], [0, 0, 0]], "quadratic"), 6)
    0.601138
    """
    return float(kappas_of(np.asarray(table)[None], kind, offset)[0])


def kappa_standard_error(
    table: ArrayLike, kind: Weights, formula: SeFormula = "fleiss-cohen-everitt", offset: int = 0
) -> float:
    """Return a standard error of kappa of one table of counts.

    Parameters
    ----------
    table : array_like, shape (C, C)
    kind : {"unweighted", "linear", "quadratic"}
    formula : {"fleiss-cohen-everitt", "cohen-1960", "null"}
        The large-sample error; the short formula that takes the margins as known; the error where
        the raters agree by chance alone.
    offset : int
        What is added to the codes of the first rater.

    Returns
    -------
    float
        NaN where kappa is undefined.

    References
    ----------
    Fleiss JL, Cohen J, Everitt BS. Psychological Bulletin 1969;72:323-327, equations 13 and 9;
    Cohen J. Educational and Psychological Measurement 1960;20:37-46, equation 7; with weights,
    Cohen J. Psychological Bulletin 1968;70:213-220, equation 8.

    Examples
    --------
    >>> round(kappa_standard_error([[66, 13, 0], [5, 22, 1], [0, 0, 0]], "quadratic"), 6)
    0.078723
    """
    return float(standard_errors_of(np.asarray(table)[None], kind, formula, offset)[0])


def kappas_of(tables: NDArray[np.number], kind: Weights, offset: int = 0) -> FloatArray:
    """Return kappa of each of S tables.

    Parameters
    ----------
    tables : ndarray, shape (S, C, C)
    kind : {"unweighted", "linear", "quadratic"}
    offset : int
        What is added to the codes of the first rater.

    Returns
    -------
    ndarray, shape (S,)

    Examples
    --------
    >>> kappas_of(np.array([[[5, 0], [0, 5]], [[4, 1], [1, 4]]]), "unweighted").tolist()
    [1.0, 0.6]
    """
    observed, expected, *_ = _parts(tables, disagreement(kind, tables.shape[-1], offset))
    return _divide(expected - observed, expected)


def standard_errors_of(
    tables: NDArray[np.number],
    kind: Weights,
    formula: SeFormula = "fleiss-cohen-everitt",
    offset: int = 0,
    n: float | None = None,
) -> FloatArray:
    """Return a standard error of kappa of each of S tables.

    Parameters
    ----------
    tables : ndarray, shape (S, C, C)
        Counts; probabilities where `n` is given.
    kind : {"unweighted", "linear", "quadratic"}
    formula : {"fleiss-cohen-everitt", "cohen-1960", "null"}
    offset : int
        What is added to the codes of the first rater.
    n : float or None
        Number of cases; the sum of each table where None.

    Returns
    -------
    ndarray, shape (S,)

    Examples
    --------
    >>> standard_errors_of(np.array([[[40, 10], [10, 40]]]), "unweighted", "null").tolist()
    [0.1]
    """
    apart = disagreement(kind, tables.shape[-1], offset)
    observed, expected, cells, of_row, of_column = _parts(tables, apart)
    reach = of_row[..., :, None] + of_column[..., None, :]
    if formula == "fleiss-cohen-everitt":
        ratio = _divide(observed, expected)[..., None, None]
        variance = (cells * (apart - reach * ratio) ** 2).sum((-2, -1)) - observed**2
    elif formula == "cohen-1960":
        variance = (cells * apart**2).sum((-2, -1)) - observed**2
    else:
        by_chance = cells.sum(-1)[..., :, None] * cells.sum(-2)[..., None, :]
        variance = (by_chance * (apart - reach) ** 2).sum((-2, -1)) - expected**2
    cases = tables.sum((-2, -1)) if n is None else n
    # A variance of nothing can come out as -1e-17.
    return _divide(np.sqrt(np.maximum(variance, 0.0) / cases), expected)


def kappa_max(margin_a: ArrayLike, margin_b: ArrayLike, kind: Weights) -> float:
    """Return the largest kappa that raters with these margins can have.

    Parameters
    ----------
    margin_a, margin_b : array_like, shape (C,)
        Counts or shares of the categories, with equal sums.
    kind : {"unweighted", "linear", "quadratic"}
        Equal categories meet as often as they can; for the other weights the cases stand in the
        same order for both raters.

    Returns
    -------
    float
        NaN where kappa is undefined.

    References
    ----------
    Cohen J. Educational and Psychological Measurement 1960;20:37-46 (unweighted).

    Examples
    --------
    >>> round(kappa_max([79, 28, 0], [71, 35, 1], "quadratic"), 3)
    0.811
    """
    a, b = np.asarray(margin_a, dtype=float), np.asarray(margin_b, dtype=float)
    a, b = a / a.sum(), b / b.sum()
    expected = float(a @ disagreement(kind, a.size) @ b)
    if kind == "unweighted":
        observed = 1 - float(np.minimum(a, b).sum())
    else:
        together = np.minimum(np.cumsum(a)[:, None], np.cumsum(b))
        cells = np.diff(np.diff(together, axis=0, prepend=0), axis=1, prepend=0)
        observed = float((cells * disagreement(kind, a.size)).sum())
    return 1 - observed / expected if expected > 0 else np.nan


def _parts(
    tables: NDArray[np.number], apart: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Observed and expected disagreement; cells; mean disagreement by row and by column."""
    cells = tables / tables.sum((-2, -1), keepdims=True)
    a, b = cells.sum(-1), cells.sum(-2)
    of_row, of_column = b @ apart.T, a @ apart
    return (cells * apart).sum((-2, -1)), (a * of_row).sum(-1), cells, of_row, of_column


def _divide(upper: FloatArray, lower: FloatArray) -> FloatArray:
    found: FloatArray = np.full(lower.shape, np.nan)
    return np.divide(upper, lower, out=found, where=lower > 0)
