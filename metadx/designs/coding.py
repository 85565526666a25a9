"""Codings of a categorical covariate: symmetric for the prior, against a reference for reports."""

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]


def symmetric_coding(levels: int) -> FloatArray:
    """Code levels so that no level is preferred and every difference has the same prior.

    The columns are Helmert contrasts, orthogonal to each other and to the intercept, each with
    squared length 1/2. Two rows always differ by a vector of length 1, so independent coefficients
    of variance s² give the difference between any two levels the variance s².

    Parameters
    ----------
    levels : int
        Number of levels L, at least 2.

    Returns
    -------
    ndarray, shape (L, L - 1)
        Row by level; each column sums to 0.

    Examples
    --------
    >>> symmetric_coding(2)
    array([[-0.5],
           [ 0.5]])
    """
    coding = np.zeros((levels, levels - 1))
    for column in range(levels - 1):
        before = column + 1
        length = np.sqrt(2 * before * (before + 1))
        coding[:before, column] = -1 / length
        coding[before, column] = before / length
    return coding


def treatment_coding(levels: int, reference: int) -> FloatArray:
    """Code levels by indicators of all levels but the reference.

    Parameters
    ----------
    levels : int
        Number of levels L.
    reference : int
        Position of the level that the others are compared with.

    Returns
    -------
    ndarray, shape (L, L - 1)
        Row by level.

    Examples
    --------
    >>> treatment_coding(3, 1)
    array([[1., 0.],
           [0., 0.],
           [0., 1.]])
    """
    return np.delete(np.eye(levels), reference, axis=1)


def symmetric_to_treatment(levels: int, reference: int) -> tuple[FloatArray, FloatArray]:
    """Write the symmetric coding as a shift and a mixture of the treatment coding.

    Parameters
    ----------
    levels : int
        Number of levels L.
    reference : int
        Position of the level that the others are compared with.

    Returns
    -------
    shift : ndarray, shape (1, L - 1)
    mixture : ndarray, shape (L - 1, L - 1)
        With symmetric = shift + treatment @ mixture.

    Examples
    --------
    >>> symmetric_to_treatment(2, 0)
    (array([[-0.5]]), array([[1.]]))
    """
    coding = symmetric_coding(levels)
    shift = coding[[reference]]
    return shift, np.delete(coding, reference, axis=0) - shift
