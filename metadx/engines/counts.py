"""The counts of a table as the engines need them, and the binomial terms of one study."""

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import NDArray

from metadx.engines.possible_tables import PossibleTables, rows_of_table
from metadx.studies.accuracy import AccuracyTable

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counts:
    """Correct results and group sizes of N studies, one array per margin.

    Parameters
    ----------
    tp, n_diseased, tn, n_nondiseased : ndarray, shape (R,)
        Floats holding whole numbers; an empty arm has size 0 and adds nothing. One row a study
        (R = N) unless some have several possible tables.
    log_choose : ndarray, shape (R,)
        Sum of the two log binomial coefficients; where the group sizes of a study are uncertain,
        with the log of the probability of these.
    tables : PossibleTables or None
        Which rows are of which study; None where each has one.
    """

    tp: FloatArray
    n_diseased: FloatArray
    tn: FloatArray
    n_nondiseased: FloatArray
    log_choose: FloatArray
    tables: PossibleTables | None = None

    @classmethod
    def from_table(cls, table: AccuracyTable) -> "Counts":
        """Take the counts of a table, every possible one of an uncertain study."""
        rows = rows_of_table(table)
        if rows is not None:
            (tp, fp, fn, tn), log_share, tables = rows
            choose = _log_choose(tp, fn) + _log_choose(tn, fp) + log_share
            return cls(tp, tp + fn, tn, tn + fp, choose, tables)
        tp, fp, fn, tn = (
            np.asarray(getattr(table, name), dtype=float) for name in ("tp", "fp", "fn", "tn")
        )
        choose = _log_choose(tp, fn) + _log_choose(tn, fp)
        return cls(tp, tp + fn, tn, tn + fp, choose)

    def take(self, studies: NDArray[np.intp]) -> "Counts":
        """Keep some of the studies."""
        rows, tables = self.rows_of(studies)
        return Counts(
            self.tp[rows],
            self.n_diseased[rows],
            self.tn[rows],
            self.n_nondiseased[rows],
            self.log_choose[rows],
            tables,
        )

    @property
    def studies(self) -> int:
        """Number of studies N."""
        return self.tp.size if self.tables is None else self.tables.studies

    def rows_of(self, studies: NDArray[np.intp]) -> tuple[NDArray[np.intp], PossibleTables | None]:
        """Return the rows of some of the studies, and of which of these each one is."""
        return (studies, None) if self.tables is None else self.tables.rows_of(studies)

    def by_row(self, of_studies: FloatArray) -> FloatArray:
        """Repeat what is given by study (..., N) for every row (..., R)."""
        return of_studies if self.tables is None else of_studies[..., self.tables.owner]

    def by_study(self, log_likelihoods: FloatArray) -> FloatArray:
        """Turn log-likelihoods by row (S, R) into those by study (S, N)."""
        return log_likelihoods if self.tables is None else self.tables.log_sums(log_likelihoods)

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
