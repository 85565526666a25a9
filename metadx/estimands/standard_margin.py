"""Kappa of raters with one common margin, so that findings of unlike frequency can be compared."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from metadx.estimands.agreement import kappa
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.estimands.logistic import FloatArray
from metadx.studies.agreement import AgreementTable

_FURTHEST, _STEP = 6.0, 0.01  # of z: at 6, tanh is 1 to 1e-5; straight lines err by 1e-5 between


def standard_margin(table: AgreementTable) -> FloatArray:
    """Return the mean margin of all rows and raters of a table.

    Parameters
    ----------
    table : AgreementTable
        Of C categories.

    Returns
    -------
    ndarray, shape (C,)
        Shares of the categories, adding up to 1. A margin with several candidates enters as
        their mean; where no margin is known the categories are equally frequent.

    Examples
    --------
    >>> from metadx.studies.agreement import AgreementRow
    >>> row = AgreementRow("", "", "", "A", "B", 10, counts=np.array([[4, 1], [3, 2]]))
    >>> standard_margin(AgreementTable(("no", "yes"), (row,))).tolist()
    [0.6, 0.4]
    """
    known: list[FloatArray] = []
    for row in table.rows:
        if row.counts is not None:
            known += [row.counts.sum(axis).astype(np.float64) for axis in (1, 0)]
        else:
            known += [np.mean(m, axis=0) for m in (row.margins_a, row.margins_b) if m]
    if not known:
        return np.full(table.n_categories, 1 / table.n_categories)
    return np.mean([margin / margin.sum() for margin in known], axis=0)


def kappa_standard(z: npt.ArrayLike, margin: npt.ArrayLike, r_max: float = 0.9995) -> FloatArray:
    """Return the quadratic kappa of two raters who both have the standard margin.

    Parameters
    ----------
    z : array_like
        Their latent correlation as r = r_max tanh(z).
    margin : array_like, shape (C,)
        Shares of the categories.
    r_max : float
        Largest latent correlation.

    Returns
    -------
    ndarray
        Of the shape of z, exact to 2e-5; NaN for a margin of one category.

    References
    ----------
    Fleiss JL, Cohen J. The equivalence of weighted kappa and the intraclass correlation
    coefficient as measures of reliability. Educ Psychol Meas 1973;33:613-619.

    Examples
    --------
    >>> kappa_standard(np.arctanh(0.8 / 0.9995), [0.5, 0.5]).round(4)  # 2 asin(.8) / pi
    np.float64(0.5903)
    """
    shares = np.asarray(margin, np.float64)
    at, values = _curve(tuple((shares / shares.sum()).tolist()), r_max)
    return np.asarray(np.interp(np.asarray(z, np.float64), at, values))[()]


@lru_cache(maxsize=32)
def _curve(margin: tuple[float, ...], r_max: float) -> tuple[FloatArray, FloatArray]:
    from scipy.special import ndtri

    at = np.linspace(-_FURTHEST, _FURTHEST, round(2 * _FURTHEST / _STEP) + 1)
    if max(margin) > 1 - 1e-9:
        return at, np.full_like(at, np.nan)
    cuts = ndtri(np.clip(np.cumsum(margin)[:-1], 0.0, 1.0))
    return at, kappa(cell_probabilities(r_max * np.tanh(at), cuts, cuts), "quadratic")
