"""Credible and prediction regions of (sens, spec): ellipses on the logit scale.

The ellipse of a covariance matrix holds a bivariate normal with exactly the probability asked
for; that is how the field defines both regions (Harbord 2007), and what other programs draw from
the same moments. Its covariance is that of the draws themselves, so no small-sample constant is
needed. But the draws are no normal law: not knowing tau gives them heavier tails, and a region of
95 % holds 92 % of the predictive draws of 2 studies, 93 % of 10 and 94.5 % of 90. `share_inside`
tells how many.
"""

import numpy as np

from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.summary import check_prob


def ellipse(mean: FloatArray, cov: FloatArray, prob: float = 0.95, points: int = 361) -> FloatArray:
    """Outline of the normal region with a given mean and covariance matrix.

    Parameters
    ----------
    mean : array, shape (2,)
        Centre, (logit sens, logit spec).
    cov : array, shape (2, 2)
        Covariance matrix on the logit scale; may be singular.
    prob : float
        Probability inside, in (0, 1).
    points : int
        Number of points on the outline, the first repeated as the last; at least 4.

    Returns
    -------
    array, shape (points, 2)
        mean + k L (cos, sin) with L the Cholesky factor and k = sqrt(-2 ln(1 - prob)), the root
        of the chi-squared quantile with 2 degrees of freedom (2.448 at 95 %).

    Raises
    ------
    ValueError
        If `prob` is not in (0, 1), `points` is below 4 or `cov` is not a covariance matrix.

    References
    ----------
    Douglas JB (1993). Confidence regions for parameter pairs. Am Stat 47:43-45.

    Examples
    --------
    >>> ellipse(np.zeros(2), np.eye(2), points=5).round(3).tolist()
    [[2.448, 0.0], [0.0, 2.448], [-2.448, 0.0], [-0.0, -2.448], [2.448, 0.0]]
    """
    check_prob(prob)
    if points < 4:
        msg = f"an outline needs at least 4 points, not {points}"
        raise ValueError(msg)
    mean, cov = np.asarray(mean, dtype=np.float64), np.asarray(cov, dtype=np.float64)
    angle = np.linspace(0.0, 2.0 * np.pi, points)
    circle = np.sqrt(-2.0 * np.log1p(-prob)) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    circle[-1] = circle[0]
    return np.asarray(mean + circle @ _factor(cov).T)


def credible_moments(mu: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance matrix of the mean logits.

    Parameters
    ----------
    mu : array, shape (S, 2)
        Mean logit sens and logit spec, at least 2 draws.

    Returns
    -------
    mean : array, shape (2,)
    cov : array, shape (2, 2)
        With divisor S - 1.

    Raises
    ------
    ValueError
        If there are fewer than 2 draws.

    Examples
    --------
    >>> mean, cov = credible_moments(np.array([[0.0, 1.0], [2.0, 5.0]]))
    >>> mean.tolist(), cov.tolist()
    ([1.0, 3.0], [[2.0, 4.0], [4.0, 8.0]])
    """
    if mu.shape[0] < 2:
        msg = f"a region needs at least 2 draws, not {mu.shape[0]}"
        raise ValueError(msg)
    mean = mu.mean(axis=0)
    away = mu - mean
    return mean, np.asarray(away.T @ away / (mu.shape[0] - 1))


def prediction_moments(
    mu: FloatArray, tau: FloatArray, rho: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance matrix of the logits of a new study.

    Parameters
    ----------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.
    rho : array, shape (S,)
        Correlation of the two logits between studies.

    Returns
    -------
    mean : array, shape (2,)
    cov : array, shape (2, 2)
        Cov(mu) + E[Sigma], the law of total variance: it needs no draws of new studies, so it
        carries less Monte Carlo error than their sample covariance (Rao-Blackwell).

    Raises
    ------
    ValueError
        If there are fewer than 2 draws.

    Examples
    --------
    >>> mu, tau, rho = np.zeros((2, 2)), np.array([[1.0, 2.0], [3.0, 2.0]]), np.full(2, 0.5)
    >>> prediction_moments(mu, tau, rho)[1].tolist()
    [[5.0, 2.0], [2.0, 4.0]]
    """
    mean, cov = credible_moments(mu)
    between = np.mean(rho * tau[:, 0] * tau[:, 1])
    sens, spec = np.mean(tau**2, axis=0)
    return mean, np.asarray(cov + np.array([[sens, between], [between, spec]]))


def share_inside(draws: FloatArray, mean: FloatArray, cov: FloatArray, prob: float = 0.95) -> float:
    """Tell which share of some draws a region holds.

    Parameters
    ----------
    draws : array, shape (S, 2)
    mean : array, shape (2,)
        Centre of the region.
    cov : array, shape (2, 2)
        Its covariance matrix; may be singular.
    prob : float
        Probability of a normal law inside, in (0, 1).

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If `prob` is not in (0, 1).

    Examples
    --------
    >>> draws = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 3.0], [2.0, 2.0]])
    >>> share_inside(draws, np.zeros(2), np.eye(2))  # a circle of radius 2.45
    0.5
    """
    check_prob(prob)
    away = draws - mean
    square = np.einsum("si,ij,sj->s", away, np.linalg.pinv(cov, hermitian=True), away)
    return float(np.mean(square <= -2.0 * np.log1p(-prob)))


def credible_ellipse(mu: FloatArray, prob: float = 0.95, points: int = 361) -> FloatArray:
    """Outline of the region for the median study.

    Parameters
    ----------
    mu : array, shape (S, 2)
        Mean logit sens and logit spec.
    prob : float
        Probability inside, in (0, 1).
    points : int
        Number of points on the outline.

    Returns
    -------
    array, shape (points, 2)
        Points on the logit scale; take `expit` of both columns for ROC space.

    Raises
    ------
    ValueError
        See `ellipse` and `credible_moments`.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(100, 2))
    >>> credible_ellipse(draws).shape
    (361, 2)
    """
    return ellipse(*credible_moments(mu), prob, points)


def prediction_ellipse(
    mu: FloatArray, tau: FloatArray, rho: FloatArray, prob: float = 0.95, points: int = 361
) -> FloatArray:
    """Outline of the region for a new study.

    Parameters
    ----------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.
    rho : array, shape (S,)
        Correlation of the two logits between studies.
    prob : float
        Probability inside, in (0, 1).
    points : int
        Number of points on the outline.

    Returns
    -------
    array, shape (points, 2)
        Points on the logit scale; take `expit` of both columns for ROC space.

    Raises
    ------
    ValueError
        See `ellipse` and `credible_moments`.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(100, 2))
    >>> prediction_ellipse(draws, np.ones((100, 2)), np.zeros(100)).shape
    (361, 2)
    """
    return ellipse(*prediction_moments(mu, tau, rho), prob, points)


def region_area(logit_points: FloatArray) -> float:
    """Area of a region in ROC space, as a share of the unit square.

    Parameters
    ----------
    logit_points : array, shape (P, 2)
        Outline of the region on the logit scale, in order.

    Returns
    -------
    float
        Area of the polygon through (sens, spec) of the points, by the shoelace rule.

    References
    ----------
    Plana MN, Pérez T, Zamora J (2021). New measures improved the reporting of heterogeneity in
    diagnostic test accuracy reviews: a metaepidemiological study. J Clin Epidemiol 131:101-112.

    Examples
    --------
    >>> logit = np.log(3.0)  # a square from 1/4 to 3/4
    >>> corners = np.array([[-logit, -logit], [logit, -logit], [logit, logit], [-logit, logit]])
    >>> round(region_area(corners), 12)
    0.25
    """
    sens, spec = expit(logit_points).T
    # Measured from the first point, so that small regions lose no digits.
    sens, spec = sens - sens[0], spec - spec[0]
    return float(0.5 * abs(np.sum(sens * np.roll(spec, -1) - spec * np.roll(sens, -1))))


def _factor(cov: FloatArray) -> FloatArray:
    """Lower Cholesky factor of a 2 x 2 matrix that may be singular."""
    a, b, c = cov[0, 0], cov[0, 1], cov[1, 1]
    slack = 1e-12 * max(a * c, 0.0)
    if not np.all(np.isfinite(cov)) or a < 0.0 or c < 0.0 or b * b > a * c + slack:
        msg = f"not a covariance matrix: {cov.tolist()}"
        raise ValueError(msg)
    top = np.sqrt(a)
    side = b / top if top > 0.0 else 0.0
    return np.array([[top, 0.0], [side, np.sqrt(max(c - side * side, 0.0))]])
