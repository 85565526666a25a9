"""The two arms of the studies: how many people each has and how many were told right."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from metadx.studies.accuracy import AccuracyTable

type Counts = npt.NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Arms:
    """Counts of a group of studies.

    Parameters
    ----------
    tp, n_diseased : array, shape (N,)
        True positives and size of the diseased arm; a size of 0 says that there is no such arm.
    tn, n_nondiseased : array, shape (N,)
        True negatives and size of the non-diseased arm.

    Examples
    --------
    >>> ten, twenty = np.array([10]), np.array([20])
    >>> [int(right[0]) for right, _ in Arms(ten, twenty, twenty, twenty).margins()]
    [10, 20]
    """

    tp: Counts
    n_diseased: Counts
    tn: Counts
    n_nondiseased: Counts

    @classmethod
    def of(cls, table: "AccuracyTable", rows: Counts | slice = slice(None)) -> "Arms":
        """Take the arms of some rows of a table, of all unless `rows` says which."""
        return cls(
            table.tp[rows], table.n_diseased[rows], table.tn[rows], table.n_nondiseased[rows]
        )

    def margins(self) -> tuple[tuple[Counts, Counts], tuple[Counts, Counts]]:
        """Return (told right, all) of the diseased and of the non-diseased arms."""
        return (self.tp, self.n_diseased), (self.tn, self.n_nondiseased)
