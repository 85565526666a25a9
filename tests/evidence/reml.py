"""The bivariate normal approximation, fitted by restricted maximum likelihood.

What `mada::reitsma` does by default, written anew so that it can be run on simulated reviews:
logits of sens and fpr with 0.5 added to all four cells of all studies where any cell of the review
is 0, within-study variances taken as known, Wald intervals. `test_reml.py` holds it to the numbers
of mada itself.

References
----------
Reitsma JB et al. J Clin Epidemiol 2005;58:982-990. Doebler P, Holling H, Sousa-Pinto B.
Meta-analysis of diagnostic accuracy with mada (vignette of the R package mada).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from metadx.studies.accuracy import AccuracyTable


@dataclass(frozen=True, eq=False)
class Approximation:
    """Estimates on the logit scale, order sens, spec.

    Parameters
    ----------
    mu : ndarray, shape (2,)
    covariance : ndarray, shape (2, 2)
        Of the estimates of mu.
    sigma : ndarray, shape (2, 2)
        Between studies.
    """

    mu: np.ndarray
    covariance: np.ndarray
    sigma: np.ndarray


def fit_reml(table: AccuracyTable) -> Approximation | None:
    """Fit; None where the optimiser finds no finite optimum."""
    cells = np.stack([table.tp, table.fn, table.tn, table.fp]).astype(float)
    if (cells == 0).any():
        cells += 0.5
    y = np.log(np.stack([cells[0] / cells[1], cells[2] / cells[3]], axis=1))
    within = np.stack([1 / cells[0] + 1 / cells[1], 1 / cells[2] + 1 / cells[3]], axis=1)

    def deviance(theta: np.ndarray) -> float:
        value, _, _ = _profile(_sigma(theta), y, within)
        return value

    spread = np.log(np.maximum(y.std(axis=0), 0.1))
    best = min(
        (
            minimize(deviance, np.array([spread[0], slope, spread[1]]), method="BFGS")
            for slope in (0.0, -0.5 * np.exp(spread[1]))
        ),
        key=lambda found: found.fun,
    )
    sigma = _sigma(best.x)
    _, mu, covariance = _profile(sigma, y, within)
    if not np.isfinite([best.fun, *mu, *covariance.ravel()]).all():
        return None
    return Approximation(mu, covariance, sigma)


def _sigma(theta: np.ndarray) -> np.ndarray:
    """Build the covariance from its Cholesky factor: log, free, log; no tau beyond e^5."""
    first, last = np.exp(np.clip(theta[[0, 2]], -15.0, 5.0))
    low = np.array([[first, 0.0], [np.clip(theta[1], -150.0, 150.0), last]])
    return low @ low.T


def _profile(
    sigma: np.ndarray, y: np.ndarray, within: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return minus twice the restricted log-likelihood without constants, mu and its covariance."""
    a, b, c = sigma[0, 0] + within[:, 0], sigma[1, 1] + within[:, 1], sigma[0, 1]
    determinant = a * b - c * c
    p, q, r = b / determinant, a / determinant, -c / determinant  # of the inverse
    information = np.array([[p.sum(), r.sum()], [r.sum(), q.sum()]])
    right = np.array([(p * y[:, 0] + r * y[:, 1]).sum(), (r * y[:, 0] + q * y[:, 1]).sum()])
    mu = np.linalg.solve(information, right)
    d = y - mu
    quadratic = (p * d[:, 0] ** 2 + 2 * r * d[:, 0] * d[:, 1] + q * d[:, 1] ** 2).sum()
    value = np.log(determinant).sum() + quadratic + np.linalg.slogdet(information)[1]
    return float(value), mu, np.linalg.inv(information)
