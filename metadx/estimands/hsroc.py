"""The bivariate model in the parameters of the hierarchical summary ROC model, and back.

Without covariates the two models are the same; only the names of the parameters differ.
"""

from dataclasses import dataclass

import numpy as np

from metadx.estimands.logistic import FloatArray


@dataclass(frozen=True, eq=False)
class HSROC:
    """Parameters of the hierarchical summary ROC model.

    Parameters
    ----------
    lambda_ : array, shape (S,)
        Accuracy, a log diagnostic odds ratio when `beta` is 0.
    theta : array, shape (S,)
        Threshold, logit scale; larger means more positives.
    beta : array, shape (S,)
        Shape (asymmetry) of the curve.
    sigma2_alpha, sigma2_theta : array, shape (S,)
        Variances of accuracy and threshold between studies.
    """

    lambda_: FloatArray
    theta: FloatArray
    beta: FloatArray
    sigma2_alpha: FloatArray
    sigma2_theta: FloatArray


def hsroc(mu: FloatArray, tau: FloatArray, rho: FloatArray) -> HSROC:
    """Transform the bivariate parameters to those of the HSROC model.

    Parameters
    ----------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.
    rho : array, shape (S,)
        Correlation of the two logits between studies.

    Returns
    -------
    HSROC
        `lambda_`, `theta` and `beta` are NaN in draws where a tau is 0: the shape of the curve is
        not identified there. Where the density of tau is positive at 0, the posterior means of
        `lambda_` and `theta` do not exist (E[tau_spec / tau_sens] diverges): report quantiles.

    References
    ----------
    Harbord RM, Deeks JJ, Egger M, Whiting P, Sterne JAC (2007). A unification of models for
    meta-analysis of diagnostic accuracy studies. Biostatistics 8:239-251.

    Examples
    --------
    >>> tau = np.sqrt([[0.54260, 0.57121]])
    >>> h = hsroc(np.array([[0.65339, 3.10841]]), tau, np.array([-0.27026]) / tau.prod())
    >>> [round(float(x[0]), 3) for x in (h.lambda_, h.theta, h.beta)]
    [3.731, -1.203, 0.026]
    """
    sens, spec = tau[:, 0], tau[:, 1]
    with np.errstate(all="ignore"):
        root = np.sqrt(spec / sens)
        root = np.where((root > 0.0) & np.isfinite(root), root, np.nan)
    product, covariance = sens * spec, rho * sens * spec
    return HSROC(
        lambda_=np.asarray(root * mu[:, 0] + mu[:, 1] / root),
        theta=np.asarray(0.5 * (root * mu[:, 0] - mu[:, 1] / root)),
        beta=np.asarray(2.0 * np.log(root)),
        sigma2_alpha=np.asarray(2.0 * (product + covariance)),
        sigma2_theta=np.asarray(0.5 * (product - covariance)),
    )


def bivariate(h: HSROC) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Transform HSROC parameters to those of the bivariate model.

    Parameters
    ----------
    h : HSROC
        Parameters with arrays of shape (S,).

    Returns
    -------
    mu, tau : array, shape (S, 2)
        Mean and standard deviation of logit sens and logit spec between studies.
    rho : array, shape (S,)
        Correlation of the two logits; NaN where both variances of the HSROC model are 0.

    References
    ----------
    Harbord RM et al. (2007). Biostatistics 8:239-251.

    Examples
    --------
    >>> one = [np.array([x]) for x in (3.7306, -1.2034, 0.0257, 0.5729, 0.4135)]
    >>> mu, tau, rho = bivariate(HSROC(*one))
    >>> mu.round(3).tolist(), (tau**2).round(3).tolist(), rho.round(3).tolist()
    ([[0.653, 3.108]], [[0.543, 0.571]], [-0.485])
    """
    half = np.exp(h.beta / 2.0)
    centre = h.sigma2_theta + h.sigma2_alpha / 4.0
    mu = np.stack([(h.theta + h.lambda_ / 2.0) / half, (h.lambda_ / 2.0 - h.theta) * half], axis=1)
    tau = np.sqrt(centre)[:, None] * np.stack([1.0 / half, half], axis=1)
    with np.errstate(invalid="ignore"):
        rho = (h.sigma2_alpha / 4.0 - h.sigma2_theta) / centre
    return mu, tau, rho
