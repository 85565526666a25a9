"""The quantities that the long runs report, from the draws of a fit."""

import numpy as np
from numpy.typing import NDArray

from metadx.engines.fit import Fit
from metadx.estimands.accuracy import median_study, population_mean
from metadx.estimands.hsroc import hsroc
from metadx.estimands.logistic import expit
from metadx.estimands.ratios import log_lr_neg, log_lr_pos

type FloatArray = NDArray[np.float64]

CORE = ("mu_se", "mu_sp", "tau_se", "tau_sp", "rho")


def draws_of(fit: Fit) -> dict[str, FloatArray]:
    """Return the draws of every pinned quantity, each of shape (chain, draw).

    The names are those of the pinned file; everything but the parameters comes from the estimands
    that metadx prints.
    """
    mu, tau, rho = fit.mu.reshape(-1, 2), fit.tau.reshape(-1, 2), fit.rho.ravel()
    median, mean = median_study(mu), population_mean(mu, tau)
    new = expit(fit.new_study_logits())
    curve = hsroc(mu, tau, rho)
    flat = {
        "mu_se": mu[:, 0],
        "mu_sp": mu[:, 1],
        "tau_se": tau[:, 0],
        "tau_sp": tau[:, 1],
        "rho": rho,
        "sens": median[:, 0],
        "spec": median[:, 1],
        "pred_sens": new[:, 0],
        "pred_spec": new[:, 1],
        "log_DOR": log_lr_pos(mu) - log_lr_neg(mu),
        "marginal_sens": mean[:, 0],
        "marginal_spec": mean[:, 1],
        "hsroc_beta": curve.beta,
        "hsroc_sigma2theta": curve.sigma2_theta,
        "hsroc_sigma2alpha": curve.sigma2_alpha,
        "hsroc_Lambda": curve.lambda_,
        "hsroc_Theta": curve.theta,
    }
    return {name: np.asarray(values).reshape(fit.rho.shape) for name, values in flat.items()}


def study_draws(fit: Fit) -> FloatArray:
    """Return sens and spec of each study, shape (chain, draw, study, 2)."""
    assert fit.study_logits is not None, "the fit was made without study effects"
    return expit(fit.study_logits)
