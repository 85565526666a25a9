"""The t law of the study effects as a mixture of normal laws on one grid for all its degrees.

A bivariate t law with nu degrees of freedom and scale matrix Sigma is Normal(0, Sigma / w) given w,
with w ~ Gamma(nu / 2, nu / 2). The integral over log w is taken by the trapezoid rule after a
change of variables log w = b sinh(u), whose nodes lie close where the laws with many degrees of
freedom live and far apart in the tails of those with few, so that one grid serves them all.
Measured on six shipped reviews against 450 equidistant nodes, the log-likelihood of a whole table
is off by at most 0.001 for 3 to 50 degrees of freedom. It is rougher for a study ten scales and
more from the others under many degrees of freedom; each fit is judged by a grid twice as fine.

References
----------
Andrews DF, Mallows CL. Scale mixtures of normal distributions. J R Stat Soc B 1974;36:99-102.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

from metadx.cards.priors import Choice

type FloatArray = NDArray[np.float64]

_CLOSENESS = 0.8  # b
_STEP = 0.25  # of u
_REACH = (-3.0, 1.75)  # of u: w = 3e-4 and w = 9


@dataclass(frozen=True, eq=False)
class TGrid:
    """Normal laws that make up t laws with J numbers of degrees of freedom.

    Parameters
    ----------
    values : ndarray, shape (J,)
        Degrees of freedom.
    log_prior : ndarray, shape (J,)
        Log prior probabilities of these.
    scales : ndarray, shape (K,)
        Standard deviations of the normal laws, in units of the scale of the t law.
    log_weights : ndarray, shape (J, K)
        Logarithms of their shares; those of a row add up to 1.
    """

    values: FloatArray
    log_prior: FloatArray
    scales: FloatArray
    log_weights: FloatArray

    def place(self, df: FloatArray) -> NDArray[np.intp]:
        """Return where on the list of values each of some degrees of freedom stands."""
        return np.searchsorted(self.values, df)

    def finer(self) -> "TGrid":
        """Halve the steps."""
        return _laid(self.values, self.log_prior, 2)


@lru_cache(maxsize=8)
def t_grid(prior: Choice) -> TGrid:
    """Lay the grid for a choice of degrees of freedom.

    Parameters
    ----------
    prior : Choice

    Returns
    -------
    TGrid

    Examples
    --------
    >>> grid = t_grid(Choice(family="Choice", values=(3.0, 20.0), weights=(1.0, 3.0)))
    >>> grid.scales.size, np.exp(grid.log_prior).round(2).tolist()
    (20, [0.25, 0.75])
    >>> np.round(np.exp(grid.log_weights[1]) @ grid.scales**2, 3).item()  # nu / (nu - 2)
    1.111
    """
    return _laid(np.array(prior.values), np.log(prior.probabilities), 1)


def _laid(values: FloatArray, log_prior: FloatArray, finer: int) -> TGrid:
    u = np.linspace(*_REACH, round((_REACH[1] - _REACH[0]) / _STEP) * finer + 1)
    t = _CLOSENESS * np.sinh(u)
    half = values / 2
    constants = np.array([log(x) * x - lgamma(x) for x in half.tolist()])
    density = half[:, None] * (t - np.exp(t)) + constants[:, None] + np.log(np.cosh(u))
    total = np.log(np.exp(density).sum(axis=1, keepdims=True))
    return TGrid(values, log_prior, np.exp(-0.5 * t), density - total)
