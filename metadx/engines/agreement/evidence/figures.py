"""Sampling laws of printed figures where no cross-table can be listed: kappa and Spearman."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from metadx.studies.agreement import IntArray, Weights
from metadx.studies.kappa import kappas_of, standard_errors_of

type FloatArray = NDArray[np.float64]

_FARTHEST_RHO = 0.99  # Fisher's z is not finite at 1
_RATIOS = 2001  # nodes of the table of the law of kappa given the correlation of the scores
_FACTORS = 241  # nodes of the integral over the accuracy factor
_WIDTH = 5.0  # standard deviations of its logit on each side


def rounding_variance(decimals: int) -> float:
    """Return the variance of what rounding to so many digits took away, uniform.

    Parameters
    ----------
    decimals : int

    Returns
    -------
    float

    Examples
    --------
    >>> round(rounding_variance(2) ** 0.5, 5)
    0.00289
    """
    return float(10.0 ** (-2 * decimals) / 12)


@dataclass(frozen=True)
class SpearmanNormal:
    """A printed rank correlation, normal on Fisher's scale.

    Parameters
    ----------
    value : float
    decimals : int
    n : int

    References
    ----------
    Bonett DG, Wright TA. Psychometrika 2000;65:23-28: variance (1 + rho^2 / 2) / (n - 3).
    """

    value: float
    decimals: int
    n: int

    def residual(self, rho: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the standardised residual and the standard deviation, of the shape of rho."""
        here = np.clip(rho, -_FARTHEST_RHO, _FARTHEST_RHO)
        value = float(np.clip(self.value, -_FARTHEST_RHO, _FARTHEST_RHO))
        rounding = rounding_variance(self.decimals) / (1 - value * value) ** 2
        sd = np.sqrt((1 + here * here / 2) / max(self.n - 3, 1) + rounding)
        return (np.arctanh(value) - np.arctanh(here)) / sd, sd


@dataclass(frozen=True, eq=False)
class KappaNormal:
    """A printed kappa, normal around that of the cells with its large-sample standard error.

    Parameters
    ----------
    value : float
    decimals : int
    n : int
    kinds : tuple of {"unweighted", "linear", "quadratic"}
        The weights; several where the paper does not say, each as probable.
    used : ndarray of int, shape (K,)
        Places of the categories on the full scale of C.
    n_categories : int

    References
    ----------
    Fleiss JL, Cohen J, Everitt BS. Psychological Bulletin 1969;72:323-327.
    """

    value: float
    decimals: int
    n: int
    kinds: tuple[Weights, ...]
    used: IntArray
    n_categories: int

    def residuals(self, cells: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
        """Return residual and standard deviation at cells (..., K, K) for each kind of weights."""
        full = np.zeros((*cells.shape[:-2], self.n_categories, self.n_categories))
        full[..., self.used[:, None], self.used] = cells
        found = []
        for kind in self.kinds:
            error = standard_errors_of(full, kind, n=self.n)
            sd = np.sqrt(np.maximum(error**2, 1e-10) + rounding_variance(self.decimals))
            found.append(((self.value - kappas_of(full, kind)) / sd, sd))
        return found


@dataclass(frozen=True, eq=False)
class KappaFactor:
    """A printed quadratic kappa where margins are not known: correlation of the scores times C_b.

    Parameters
    ----------
    value, sd : float
        As printed; the standard deviation holds the rounding too.
    logit_mean, logit_sd : float
        Normal law of the log odds of Lin's accuracy factor C_b, between 0 and 1.
    used : ndarray of int, shape (K,)
        Codes of the categories.

    References
    ----------
    Lin LI. Biometrics 1989;45:255-268: concordance is correlation times accuracy; quadratic kappa
    is the concordance of the codes.
    """

    value: float
    sd: float
    logit_mean: float
    logit_sd: float
    used: IntArray

    def log_likelihood(self, cells: FloatArray) -> FloatArray:
        """Return log p(value) at cells (..., K, K), C_b integrated out, shape (...)."""
        nodes, values = self._table
        return np.interp(self.ratio(cells), nodes, values)

    def ratio(self, cells: FloatArray) -> FloatArray:
        """Return the correlation of the scores at cells (..., K, K), which times C_b is kappa."""
        return score_correlation(cells, self.used)

    def draw(self, cells: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Draw C_b from its law given cells (S, K, K), shape (S,)."""
        factor, log_weights = self._nodes()
        ratio = self.ratio(cells)[:, None]
        logs = log_weights + self._log_normal(ratio * factor)
        mass = np.exp(logs - logs.max(axis=1, keepdims=True))
        below = np.cumsum(mass, axis=1)
        wanted = rng.random(ratio.size)[:, None] * below[:, -1:]
        place = (below < wanted).sum(axis=1)
        step = 2 * _WIDTH * self.logit_sd / (_FACTORS - 1)
        logit = np.log(factor[place] / (1 - factor[place])) + step * (rng.random(place.size) - 0.5)
        return np.asarray(1 / (1 + np.exp(-logit)))

    @cached_property
    def _table(self) -> tuple[FloatArray, FloatArray]:
        """Log density by correlation of the scores, C_b integrated out."""
        nodes = np.linspace(-1.0, 1.0, _RATIOS)
        factor, log_weights = self._nodes()
        logs = log_weights + self._log_normal(nodes[:, None] * factor)
        top = logs.max(axis=1, keepdims=True)
        return nodes, top[:, 0] + np.log(np.exp(logs - top).sum(axis=1))

    def _log_normal(self, mean: FloatArray) -> FloatArray:
        residual = (self.value - mean) / self.sd
        return np.asarray(-0.5 * residual * residual - np.log(self.sd) - 0.5 * np.log(2 * np.pi))

    def _nodes(self) -> tuple[FloatArray, FloatArray]:
        """Values of C_b, even in the log odds, and the logs of their weights."""
        standard = np.linspace(-_WIDTH, _WIDTH, _FACTORS)
        log_weights = -0.5 * standard * standard
        log_weights -= np.log(np.exp(log_weights).sum())
        logit = self.logit_mean + self.logit_sd * standard
        return 1 / (1 + np.exp(-logit)), log_weights


def score_correlation(cells: FloatArray, codes: IntArray) -> FloatArray:
    """Return the correlation of the codes of two raters.

    Parameters
    ----------
    cells : ndarray, shape (..., K, K)
        Probabilities.
    codes : ndarray of int, shape (K,)

    Returns
    -------
    ndarray, shape (...)

    Examples
    --------
    >>> score_correlation(np.array([[0.4, 0.1], [0.1, 0.4]]), np.array([0, 1])).round(12).item()
    0.6
    """
    a, b = cells.sum(axis=-1), cells.sum(axis=-2)
    mean_a, mean_b = a @ codes, b @ codes
    together = (cells @ codes) @ codes - mean_a * mean_b
    spread = (a @ codes**2 - mean_a**2) * (b @ codes**2 - mean_b**2)
    return np.asarray(together / np.sqrt(np.maximum(spread, 1e-24)))
