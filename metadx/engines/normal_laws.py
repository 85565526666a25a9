"""Many normal laws of one dimension count, told by precision matrices, handled all at once.

Loops run over the few dimensions and arithmetic along the many laws, which beats one factorisation
a law by far.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NormalLaws:
    """S normal laws in D dimensions.

    Parameters
    ----------
    mean : ndarray, shape (D, S)
    factor : ndarray, shape (D, D, S)
        Upper triangular U with U U' the precision: the last coordinate is standardised given all
        others, the first by itself.
    """

    mean: FloatArray
    factor: FloatArray

    @classmethod
    def of(cls, precision: FloatArray, pull: FloatArray) -> "NormalLaws":
        """Factor the precisions (D, D, S); the pull (D, S) is precision times mean.

        Examples
        --------
        >>> law = NormalLaws.of(np.array([[[4.0]]]), np.array([[8.0]]))
        >>> law.mean.item(), law.standardised(np.array([[3.0]])).item()
        (2.0, 2.0)
        """
        size = pull.shape[0]
        factor = np.zeros_like(precision)
        half = np.empty_like(pull)  # solves U half = pull
        for j in reversed(range(size)):
            after = slice(j + 1, size)
            for i in range(j + 1):
                left = precision[i, j] - (factor[i, after] * factor[j, after]).sum(axis=0)
                factor[i, j] = np.sqrt(left) if i == j else left
            factor[:j, j] /= factor[j, j]
            half[j] = (pull[j] - (factor[j, after] * half[after]).sum(axis=0)) / factor[j, j]
        return cls(_forward(factor, half), factor)

    @property
    def log_det(self) -> FloatArray:
        """Log determinant of the map to standardised coordinates, shape (S,)."""
        diagonal = np.arange(self.mean.shape[0])
        return np.asarray(np.log(self.factor[diagonal, diagonal]).sum(axis=0))

    def standardised(self, points: FloatArray) -> FloatArray:
        """Map one point of each law, (S, D), to coordinates in which it is standard normal."""
        away = points.T - self.mean
        return np.stack(
            [
                (self.factor[: j + 1, j] * away[: j + 1]).sum(axis=0)
                for j in range(self.mean.shape[0])
            ],
            axis=1,
        )

    def placed(self, standard: FloatArray) -> FloatArray:
        """Map standardised coordinates (S, D) back."""
        return np.asarray((self.mean + _forward(self.factor, standard.T)).T)


def _forward(factor: FloatArray, values: FloatArray) -> FloatArray:
    """Solve U' x = values for each law, shape (D, S)."""
    solved = np.empty_like(values)
    for j in range(values.shape[0]):
        done = (factor[:j, j] * solved[:j]).sum(axis=0)
        solved[j] = (values[j] - done) / factor[j, j]
    return solved
