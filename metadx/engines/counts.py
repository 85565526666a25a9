"""The counts of a table as the engines need them, and the binomial terms of one study."""

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from metadx.studies.accuracy import AccuracyTable

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counts:
    """Correct results and group sizes of N studies, one array per margin.

    Parameters
    ----------
    tp, n_diseased, tn, n_nondiseased : ndarray, shape (N,)
        Floats holding whole numbers; an empty arm has size 0 and adds nothing.
    log_choose : ndarray, shape (N,)
        Sum of the two log binomial coefficients.
    """

    tp: FloatArray
    n_diseased: FloatArray
    tn: FloatArray
    n_nondiseased: FloatArray
    log_choose: FloatArray

    @classmethod
    def from_table(cls, table: AccuracyTable) -> "Counts":
        """Take the counts of a table."""
        tp, fp, fn, tn = (
            np.asarray(getattr(table, name), dtype=float) for name in ("tp", "fp", "fn", "tn")
        )
        choose = _log_choose(tp, fn) + _log_choose(tn, fp)
        return cls(tp, tp + fn, tn, tn + fp, choose)

    def take(self, studies: NDArray[np.intp]) -> "Counts":
        """Keep some of the studies."""
        return Counts(
            self.tp[studies],
            self.n_diseased[studies],
            self.tn[studies],
            self.n_nondiseased[studies],
            self.log_choose[studies],
        )

    def empirical_logits(self) -> tuple[FloatArray, FloatArray]:
        """Return logit((y + ½) / (n + 1)) of both margins: a start, never an estimate."""
        return (
            np.log((self.tp + 0.5) / (self.n_diseased - self.tp + 0.5)),
            np.log((self.tn + 0.5) / (self.n_nondiseased - self.tn + 0.5)),
        )


def _log_choose(hits: FloatArray, misses: FloatArray) -> FloatArray:
    pairs = zip(hits.tolist(), misses.tolist(), strict=True)
    return np.array([lgamma(y + m + 1) - lgamma(y + 1) - lgamma(m + 1) for y, m in pairs])


def expit_pair(logit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return p = expit(logit) and 1 − p, each to full relative precision.

    Parameters
    ----------
    logit : ndarray, any shape
        At most 700 in size.

    Returns
    -------
    p, q : ndarray, same shape

    Examples
    --------
    >>> p, q = expit_pair(np.array([0.0, 40.0]))
    >>> p.tolist(), [f"{x:.6g}" for x in q]
    ([0.5, 1.0], ['0.5', '4.24835e-18'])
    """
    e = np.exp(-logit)
    p: FloatArray = 1 / (1 + e)
    e *= p
    return p, e
