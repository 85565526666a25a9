"""Maximum-likelihood polychoric correlation of one cross-table: a check beside the model."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from metadx.errors import DataError
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.estimands.logistic import FloatArray

_LARGEST = 0.9999  # of the correlation: a table without disagreement would take it to 1


@dataclass(frozen=True, eq=False)
class Polychoric:
    """A polychoric correlation and what was estimated with it.

    Parameters
    ----------
    r : float
        Correlation of the two latent normal variables.
    cuts_a, cuts_b : ndarray
        Cut-points between the categories that occur, in standard deviations.
    log_likelihood : float
        Sum of the counts times the log probabilities of their cells.
    """

    r: float
    cuts_a: FloatArray
    cuts_b: FloatArray
    log_likelihood: float


def polychoric(counts: npt.ArrayLike, method: Literal["two-step", "full"] = "full") -> Polychoric:
    """Return the polychoric correlation of a cross-table.

    Parameters
    ----------
    counts : array_like of int, shape (C, D)
        Categories that a rater never gave are left out.
    method : {"two-step", "full"}
        Cut-points from the margins and the correlation alone by maximum likelihood, or everything
        by maximum likelihood.

    Returns
    -------
    Polychoric

    Raises
    ------
    DataError
        If a rater gave fewer than two categories.

    References
    ----------
    Olsson U. Maximum likelihood estimation of the polychoric correlation coefficient.
    Psychometrika 1979;44:443-460.

    Examples
    --------
    >>> table = [[22, 2, 2, 0, 0], [5, 7, 14, 0, 0], [0, 2, 36, 0, 0], [0, 1, 14, 7, 0]]
    >>> found = polychoric([*table, [0, 0, 3, 0, 3]])  # pathologists A and B of 118 slides
    >>> round(found.r, 4)
    0.8935
    """
    from scipy.optimize import minimize, minimize_scalar
    from scipy.special import ndtri

    given = np.asarray(counts, np.float64)
    table = given[given.sum(1) > 0][:, given.sum(0) > 0]
    if min(table.shape, default=0) < 2:
        msg = (
            f"a polychoric correlation needs two categories or more of each rater, not a table of "
            f"{table.shape[0]} by {table.shape[1]} that were given: with one category alone "
            "nothing can be said of how the rater orders the cases"
        )
        raise DataError(msg)
    cuts_a, cuts_b = (ndtri(m.cumsum()[:-1] / m.sum()) for m in (table.sum(1), table.sum(0)))

    def loss(r: float, a: FloatArray, b: FloatArray) -> float:
        cells = cell_probabilities(r, a, b, nodes=32)
        return -float((table * np.log(cells)).sum())

    first = minimize_scalar(
        lambda r: loss(r, cuts_a, cuts_b),
        bounds=(-_LARGEST, _LARGEST),
        method="bounded",
        options={"xatol": 1e-9},
    )
    if method == "two-step":
        return Polychoric(float(first.x), cuts_a, cuts_b, -float(first.fun))

    def apart(place: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        a, b = np.split(place[1:], [len(cuts_a)])
        return _LARGEST * float(np.tanh(place[0])), _ascending(a), _ascending(b)

    inside = np.clip(first.x / _LARGEST, -0.999, 0.999)
    start = [np.arctanh(inside), *_gaps(cuts_a), *_gaps(cuts_b)]
    best = minimize(lambda place: loss(*apart(place)), start, options={"gtol": 1e-4})
    if best.fun > first.fun:  # both are at the edge, where the likelihood is flat
        return Polychoric(float(first.x), cuts_a, cuts_b, -float(first.fun))
    return Polychoric(*apart(best.x), -float(best.fun))


def _gaps(cuts: FloatArray) -> FloatArray:
    """Return ascending cut-points as the first and the logs of the steps to the next."""
    return np.concatenate([cuts[:1], np.log(np.diff(cuts))])


def _ascending(gaps: FloatArray) -> FloatArray:
    return np.concatenate([gaps[:1], np.exp(gaps[1:])]).cumsum()
