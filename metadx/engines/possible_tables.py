"""Studies with several possible tables: their likelihood is a sum over the rows of counts.

p(figures of study i | parameters) = sum over its tables t of p(t | parameters), with the binomial
coefficients. Where the tables differ in group size, each pair of sizes is taken as equally likely.
Everything about the study given its figures is then a mixture over its tables, with weights
proportional to these terms.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.studies.accuracy import AccuracyTable

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class PossibleTables:
    """Which of R rows of counts are the tables of which of N studies.

    Parameters
    ----------
    owner : ndarray of int, shape (R,)
        The study of each row, in rising order; every study has at least one.
    """

    owner: IntArray

    @property
    def studies(self) -> int:
        """Number of studies N."""
        return int(self.owner[-1]) + 1

    @property
    def first(self) -> IntArray:
        """First row of each study, (N,)."""
        return np.flatnonzero(np.diff(self.owner, prepend=-1))

    def rows_of(self, studies: IntArray) -> tuple[IntArray, "PossibleTables"]:
        """Return the rows of some of the studies, and what they are there."""
        first = self.first
        many = np.diff(first, append=self.owner.size)[studies]
        rows = np.repeat(first[studies] - np.cumsum(many) + many, many) + np.arange(many.sum())
        return rows, PossibleTables(np.repeat(np.arange(many.size), many))

    def log_sums(self, by_row: FloatArray) -> FloatArray:
        """Sum the likelihoods (S, R), given as logarithms, over the tables of a study: (S, N)."""
        first = self.first
        top = np.maximum.reduceat(by_row, first, axis=1)
        top[~np.isfinite(top)] = 0.0  # a likelihood of 0 stays one
        with np.errstate(divide="ignore"):
            summed = np.add.reduceat(np.exp(by_row - top[:, self.owner]), first, axis=1)
            return np.asarray(np.log(summed) + top)

    def weights(self, by_row: FloatArray) -> FloatArray:
        """Return the probability of each table given its study's figures, (S, R)."""
        top = np.maximum.reduceat(by_row, self.first, axis=1)[:, self.owner]
        found = np.exp(by_row - np.where(np.isfinite(top), top, 0.0))
        total = self.sums(found)[:, self.owner]
        even = 1 / np.bincount(self.owner)[self.owner]
        return np.where(total > 0, found / np.where(total > 0, total, 1.0), even)

    def sums(self, by_row: FloatArray) -> FloatArray:
        """Sum values (S, R) over the tables of a study: (S, N)."""
        return np.asarray(np.add.reduceat(by_row, self.first, axis=1))

    def draw(self, by_row: FloatArray, rng: np.random.Generator) -> IntArray:
        """Draw one of its tables for every study, as rows, from log-likelihoods (S, R): (S, N)."""
        # The largest of log weight + Gumbel noise is a draw with probability ∝ weight.
        noisy = by_row + rng.gumbel(size=by_row.shape)
        bounds = [*self.first.tolist(), self.owner.size]
        picked = np.empty((by_row.shape[0], self.studies), dtype=np.intp)
        for study in range(self.studies):
            rows = slice(bounds[study], bounds[study + 1])
            picked[:, study] = bounds[study] + noisy[:, rows].argmax(axis=1)
        return picked


def rows_of_table(
    table: AccuracyTable,
) -> tuple[tuple[FloatArray, ...], FloatArray, PossibleTables] | None:
    """Write out every possible table of every study.

    Parameters
    ----------
    table : AccuracyTable

    Returns
    -------
    counts : four ndarray, shape (R,)
        tp, fp, fn and tn as floats.
    log_share : ndarray, shape (R,)
        Log of the probability of the group sizes of each row among those of its study.
    tables : PossibleTables
        None is returned in place of all three where every study has one table.
    """
    if not table.alternatives:
        return None
    shown = np.stack([table.tp, table.fp, table.fn, table.tn], axis=1)
    blocks = [table.alternatives.get(i, shown[i : i + 1]) for i in range(table.n_studies)]
    owner = np.repeat(np.arange(table.n_studies), [len(block) for block in blocks])
    sizes = [np.unique(b @ [[1, 0], [0, 1], [1, 0], [0, 1]], axis=0).shape[0] for b in blocks]
    counts = np.concatenate(blocks).astype(float)
    return (
        tuple(counts.T.copy()),
        -np.log(np.array(sizes, dtype=float))[owner],
        PossibleTables(owner),
    )
