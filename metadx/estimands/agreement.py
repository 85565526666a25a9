"""Measures of agreement of two raters, from the cells of their cross-table."""

import numpy as np
import numpy.typing as npt

from metadx.estimands.logistic import FloatArray
from metadx.studies.agreement import WEIGHTS, Weights
from metadx.studies.kappa import agreement_weights, kappas_of


def kappa(cells: npt.ArrayLike, weights: Weights = "unweighted") -> FloatArray:
    """Return Cohen's kappa.

    Parameters
    ----------
    cells : array_like, shape (..., C, C)
        Counts or probabilities of the pairs of categories; rows are the first rater's. So in
        every function of this file.
    weights : {"unweighted", "linear", "quadratic"}

    Returns
    -------
    ndarray, shape (...)
        NaN where both raters gave one and the same category alone.

    References
    ----------
    Cohen J. Psychological Bulletin 1968;70:213-220.

    Examples
    --------
    >>> kappa([[66, 13, 0], [5, 22, 1], [0, 0, 0]], "quadratic").round(6)
    np.float64(0.601138)
    """
    tables = np.asarray(cells)
    leading, size = tables.shape[:-2], tables.shape[-2:]
    return np.asarray(kappas_of(tables.reshape(-1, *size), weights).reshape(leading))[()]


def gwet(cells: npt.ArrayLike, weights: Weights = "unweighted") -> FloatArray:
    """Return Gwet's AC1, or AC2 where there are weights.

    Chance agreement is that of raters who guess, and depends on the number C of categories of
    the scale, used or not.

    Parameters
    ----------
    cells : array_like, shape (..., C, C)
    weights : {"unweighted", "linear", "quadratic"}

    Returns
    -------
    ndarray, shape (...)

    References
    ----------
    Gwet KL. Computing inter-rater reliability and its variance in the presence of high
    agreement. Br J Math Stat Psychol 2008;61:29-48.

    Examples
    --------
    >>> gwet([[40, 5], [5, 50]]).round(4)
    np.float64(0.802)
    """
    shares = _shares(cells)
    size = shares.shape[-1]
    weight = agreement_weights(weights, size)
    mean = (shares.sum(-1) + shares.sum(-2)) / 2
    chance = weight.sum() * (mean * (1 - mean)).sum(-1) / (size * (size - 1))
    agreed = (shares * weight).sum((-2, -1))
    return np.asarray((agreed - chance) / (1 - chance))[()]


def agreement_exact(cells: npt.ArrayLike) -> FloatArray:
    """Return the probability that both raters give the same category.

    Parameters
    ----------
    cells : array_like, shape (..., C, C)

    Returns
    -------
    ndarray, shape (...)

    Examples
    --------
    >>> agreement_exact([[40, 5], [5, 50]])
    np.float64(0.9)
    """
    return np.asarray(_shares(cells).trace(axis1=-2, axis2=-1))[()]


def agreement_within1(cells: npt.ArrayLike) -> FloatArray:
    """Return the probability that the categories are the same or neighbours.

    Parameters
    ----------
    cells : array_like, shape (..., C, C)

    Returns
    -------
    ndarray, shape (...)

    Examples
    --------
    >>> agreement_within1([[3, 1, 1], [0, 2, 0], [1, 0, 0]])
    np.float64(0.75)
    """
    shares = _shares(cells)
    code = np.arange(shares.shape[-1])
    near = np.abs(code[:, None] - code) <= 1
    return np.asarray((shares * near).sum((-2, -1)))[()]


def higher(cells: npt.ArrayLike, rater: str) -> FloatArray:
    """Return the probability that one rater gives the higher category.

    Parameters
    ----------
    cells : array_like, shape (..., C, C)
    rater : {"a", "b"}
        The first rater, whose categories are the rows, or the second.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If the rater is another.

    Examples
    --------
    >>> higher([[40, 7], [3, 50]], "a"), higher([[40, 7], [3, 50]], "b")
    (np.float64(0.03), np.float64(0.07))
    """
    if rater not in ("a", "b"):
        msg = f'the raters are "a" and "b", not {rater!r}'
        raise ValueError(msg)
    shares = _shares(cells)
    beyond = np.tril(shares, -1) if rater == "a" else np.triu(shares, 1)
    return np.asarray(beyond.sum((-2, -1)))[()]


def shift(cells: npt.ArrayLike) -> FloatArray:
    """Return the mean category of the first rater less that of the second.

    Parameters
    ----------
    cells : array_like, shape (..., C, C)

    Returns
    -------
    ndarray, shape (...)
        In categories; above 0 where the first rater gives the higher ones.

    Examples
    --------
    >>> shift([[40, 7], [3, 50]]).round(6)
    np.float64(-0.04)
    """
    shares = _shares(cells)
    code = np.arange(shares.shape[-1])
    return np.asarray((shares.sum(-1) - shares.sum(-2)) @ code)[()]


def kappa_maximum(cells: npt.ArrayLike, weights: Weights = "unweighted") -> FloatArray:
    """Return the largest kappa that raters with these margins can have.

    With linear and quadratic weights it is that of the raters who order all cases alike; without
    weights, that of the raters who share as many cases of each category as both gave.

    Parameters
    ----------
    cells : array_like, shape (..., C, C)
    weights : {"unweighted", "linear", "quadratic"}

    Returns
    -------
    ndarray, shape (...)
        NaN where kappa is.

    References
    ----------
    Cohen J. Educational and Psychological Measurement 1960;20:37-46; Hoeffding W (1940), for the
    table that orders all cases alike.

    Examples
    --------
    >>> kappa_maximum([[66, 13, 0], [5, 22, 1], [0, 0, 0]], "quadratic").round(3)
    np.float64(0.811)
    """
    shares = _shares(cells)
    a, b = shares.sum(-1), shares.sum(-2)
    if weights == "unweighted":
        expected = (a * b).sum(-1)
        with np.errstate(invalid="ignore"):
            largest = (np.minimum(a, b).sum(-1) - expected) / (1 - expected)
        return np.asarray(largest)[()]
    below = np.minimum(a.cumsum(-1)[..., :, None], b.cumsum(-1)[..., None, :])
    alike = np.diff(np.diff(below, axis=-2, prepend=0.0), axis=-1, prepend=0.0)
    return kappa(np.maximum(alike, 0.0), weights)


def row_estimands(
    cells: FloatArray,
    r: FloatArray,
    kappa_standard: FloatArray,
    *,
    weights: Weights = "quadratic",
    kappa_coded: FloatArray | None = None,
    accuracy_factor: FloatArray | None = None,
) -> dict[str, FloatArray]:
    """Return every measure of one row of a fit.

    Parameters
    ----------
    cells : ndarray, shape (S, C, C)
        Draws of the cell probabilities.
    r : ndarray, shape (S,)
        Draws of the latent correlation.
    kappa_standard : ndarray, shape (S,)
        Quadratic kappa at the standard margin, of the same draws.
    weights : {"unweighted", "linear", "quadratic"}
        Of the kappa whose largest value is wanted.
    kappa_coded, accuracy_factor : ndarray, shape (S,), or None
        For a row without margins: quadratic kappa as the paper's codes gave it, and Lin's factor.

    Returns
    -------
    dict of str to ndarray, shape (S,)
        ``kappa``, ``kappa_linear``, ``kappa_quadratic``, ``ac1``, ``ac2_linear``,
        ``ac2_quadratic``, ``agreement_exact``, ``agreement_within1``, ``a_higher``, ``b_higher``,
        ``shift``, ``latent_rho``, ``kappa_standard``; ``kappa_max``, the largest kappa with
        these margins, and ``kappa_ratio``, kappa as a share of it. Where `kappa_coded` is given
        it is ``kappa_quadratic`` (of two categories every kappa, for all weights are the same),
        the quadratic kappa of the cells is ``kappa_aligned``, ``accuracy_factor`` is there, and
        ``kappa_max`` and ``kappa_ratio`` are not: the margins of the codes are not known.

    Examples
    --------
    >>> cells = np.array([[[0.4, 0.1], [0.1, 0.4]]])
    >>> found = row_estimands(cells, np.array([0.8]), np.array([0.7]))
    >>> found["kappa"].round(6).tolist(), found["agreement_exact"].tolist()
    ([0.6], [0.8])
    """
    suffix = dict(zip(WEIGHTS, ("", "_linear", "_quadratic"), strict=True))
    found = {f"kappa{end}": kappa(cells, kind) for kind, end in suffix.items()}
    found["ac1"] = gwet(cells)
    found |= {f"ac2{suffix[kind]}": gwet(cells, kind) for kind in WEIGHTS[1:]}
    found["agreement_exact"] = agreement_exact(cells)
    found["agreement_within1"] = agreement_within1(cells)
    found |= {f"{rater}_higher": higher(cells, rater) for rater in "ab"}
    found |= {"shift": shift(cells), "latent_rho": r, "kappa_standard": kappa_standard}
    if kappa_coded is None:
        found["kappa_max"] = kappa_maximum(cells, weights)
        with np.errstate(invalid="ignore", divide="ignore"):
            found["kappa_ratio"] = found[f"kappa{suffix[weights]}"] / found["kappa_max"]
    else:
        found["kappa_aligned"] = found["kappa_quadratic"]
        same = suffix.values() if cells.shape[-1] == 2 else [suffix["quadratic"]]
        found |= {f"kappa{end}": kappa_coded for end in same}
    if accuracy_factor is not None:
        found["accuracy_factor"] = accuracy_factor
    return found


def _shares(cells: npt.ArrayLike) -> FloatArray:
    tables = np.asarray(cells, np.float64)
    return np.asarray(tables / tables.sum((-2, -1), keepdims=True))
