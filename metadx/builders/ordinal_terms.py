"""What the complete model of agreement states of a row: cut-points and likelihood terms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.studies.agreement import Weights

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TablesTerm:
    """Cross-tables that remain: the likelihood is the sum over them.

    Parameters
    ----------
    tables : ndarray, shape (S, C, C)
    log_weights : ndarray, shape (S,)
    rank : float or None
        A printed rank correlation of a measurement, normal given each table.
    null, variance : ndarray, shape (S,)
        Its mean where the measurement says nothing within its category, and its variance.
    """

    tables: FloatArray
    log_weights: FloatArray
    rank: float | None = None
    null: FloatArray | None = None
    variance: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class MarginsTerm:
    """Margins without a list of cross-tables: the likelihood is the sum over candidates.

    Parameters
    ----------
    margins : ndarray, shape (B, 2, C)
        Zeros where a margin is not known.
    log_weights : ndarray, shape (B,)
    """

    margins: FloatArray
    log_weights: FloatArray


@dataclass(frozen=True)
class RankTerm:
    """A printed rank correlation, normal on Fisher's scale.

    Parameters
    ----------
    value : float
    rounding : float
        Variance that rounding adds to the printed value.
    n : int
    continuous : bool
        Whether a measurement of the first rater was ranked.
    """

    value: float
    rounding: float
    n: int
    continuous: bool


@dataclass(frozen=True)
class KappaTerm:
    """A printed kappa, normal around that of the cells with its large-sample standard error.

    Parameters
    ----------
    value : float
    rounding : float
        Variance that rounding adds.
    n : int
    kinds : tuple of {"unweighted", "linear", "quadratic"}
        Each as probable.
    error_correlation : float
        With the error of a rank correlation of the same row.
    """

    value: float
    rounding: float
    n: int
    kinds: tuple[Weights, ...]
    error_correlation: float


@dataclass(frozen=True)
class FactorTerm:
    """A quadratic kappa without margins: correlation of the scores times an unknown C_b.

    Parameters
    ----------
    value, sd : float
    logit_mean, logit_sd : float
        Normal law of the log odds of C_b.
    """

    value: float
    sd: float
    logit_mean: float
    logit_sd: float


@dataclass(frozen=True, eq=False)
class RowTerms:
    """A row of the complete model.

    Parameters
    ----------
    used : ndarray of int, shape (K,)
        Places of the categories that have cut-points, ascending.
    mean, sd : ndarray, shape (2 (K - 1),)
        Normal laws of first cut-point and log gaps of the first rater, then of the second.
    tables : TablesTerm or None
    margins : MarginsTerm or None
    rank : RankTerm or None
    kappa : KappaTerm or None
    factor : FactorTerm or None
    """

    used: IntArray
    mean: FloatArray
    sd: FloatArray
    tables: TablesTerm | None = None
    margins: MarginsTerm | None = None
    rank: RankTerm | None = None
    kappa: KappaTerm | None = None
    factor: FactorTerm | None = None
