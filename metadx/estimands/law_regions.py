"""Credible and prediction regions of (sens, spec), for any link and for t effects.

They are ellipses on the scale of the link, where the effects are normal or t; a link is increasing
in each margin, so that the outline in ROC space holds the same probability.
"""

import numpy as np

from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.links import from_logit, to_logit
from metadx.estimands.logistic import FloatArray
from metadx.estimands.regions import (
    credible_moments,
    ellipse,
    prediction_moments,
    share_inside,
)
from metadx.estimands.summary import check_prob


def credible_outline(law: EffectLaw, prob: float = 0.95, points: int = 361) -> FloatArray:
    """Outline of the region for the median study.

    Parameters
    ----------
    law : EffectLaw
        S draws.
    prob : float
        Probability inside, in (0, 1).
    points : int
        Number of points on the outline.

    Returns
    -------
    array, shape (points, 2)
        Points as logits; take `expit` of both columns for ROC space.

    Raises
    ------
    ValueError
        If `prob` is not in (0, 1) or there are fewer than 2 draws.

    Examples
    --------
    >>> law = EffectLaw(np.random.default_rng(1).normal(size=(100, 2)), "probit")
    >>> credible_outline(law).shape
    (361, 2)
    """
    return to_logit(ellipse(*credible_moments(law.location), prob, points), law.link)


def prediction_outline(
    law: EffectLaw,
    tau: FloatArray,
    rho: FloatArray,
    new_logits: FloatArray,
    *,
    prob: float = 0.95,
    points: int = 361,
) -> FloatArray:
    """Outline of the region for a new study.

    Parameters
    ----------
    law : EffectLaw
        S draws.
    tau : array, shape (S, 2)
        Standard deviations of the effects on the scale of the link, of a t law its scales.
    rho : array, shape (S,)
        Correlation of the effects.
    new_logits : array, shape (S, 2)
        Draws of logit sens and logit spec of a new study.
    prob : float
        Probability inside, in (0, 1).
    points : int
        Number of points on the outline.

    Returns
    -------
    array, shape (points, 2)
        Points as logits. Normal effects: the ellipse of the covariance matrix Cov(location) +
        E[Sigma], as the field defines it; of the new studies it holds a little less than `prob`
        with few studies (see `metadx.estimands.regions`). t effects: an ellipse of the same centre
        and shape, as large as holds the share `prob` of the new studies; no normal constant would.

    Raises
    ------
    ValueError
        If `prob` is not in (0, 1) or there are fewer than 2 draws.

    Examples
    --------
    >>> law = EffectLaw(np.zeros((100, 2)), "probit")
    >>> prediction_outline(law, np.ones((100, 2)), np.zeros(100), np.zeros((100, 2))).shape
    (361, 2)
    """
    check_prob(prob)
    mean, cov = prediction_moments(law.location, tau, rho)
    if law.df is not None:
        away = from_logit(new_logits, law.link) - mean
        square = np.einsum("si,ij,sj->s", away, np.linalg.pinv(cov, hermitian=True), away)
        cov = cov * (np.quantile(square, prob) / (-2.0 * np.log1p(-prob)))
    return to_logit(ellipse(mean, cov, prob, points), law.link)


def prediction_share(
    law: EffectLaw,
    tau: FloatArray,
    rho: FloatArray,
    new_logits: FloatArray,
    *,
    prob: float = 0.95,
) -> float:
    """Tell which share of the new studies the prediction region holds.

    Parameters
    ----------
    law, tau, rho, new_logits, prob
        As of `prediction_outline`.

    Returns
    -------
    float
        Of t effects `prob` itself.

    Raises
    ------
    ValueError
        As `prediction_outline`.

    Examples
    --------
    >>> law = EffectLaw(np.zeros((100, 2)), "probit")
    >>> prediction_share(law, np.ones((100, 2)), np.zeros(100), np.zeros((100, 2)))
    1.0
    """
    check_prob(prob)
    if law.df is not None:
        return prob
    mean, cov = prediction_moments(law.location, tau, rho)
    return share_inside(from_logit(new_logits, law.link), mean, cov, prob)
