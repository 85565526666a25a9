"""The estimands with names: xarray Datasets over (chain, draw) with units and sources.

The numbers are those of the plain functions; the new studies are those of the fit, so the
draws agree with what the fit reports.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from metadx.estimands import accuracy as of_study
from metadx.estimands import ratios as ratio
from metadx.estimands.arms import Arms
from metadx.estimands.definitions import about
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.group import observed_fpr_range
from metadx.estimands.heterogeneity import median_odds_ratio, zhou_dendukuri_i2
from metadx.estimands.higgins import higgins
from metadx.estimands.hsroc import hsroc
from metadx.estimands.jackson import i2_of_r, jackson
from metadx.estimands.labelled_fit import MARGIN, Fit, dataset_of, flat_draws, law_of
from metadx.estimands.law_curve import area_of_law, curve_of_law
from metadx.estimands.law_means import mean_of_law
from metadx.estimands.logistic import expit
from metadx.estimands.predictive_values import npv, per_1000, ppv

if TYPE_CHECKING:
    import xarray as xr


def accuracy(fit: Fit) -> "xr.Dataset":
    """Sens and spec of the median study, on average, and of a new study.

    Parameters
    ----------
    fit : Fit
        Posterior draws.

    Returns
    -------
    xarray.Dataset
        `median_study`, `population_mean`, `new_study` with dims (chain, draw, margin).

    References
    ----------
    In the attributes `reference` of the variables; see `metadx.estimands.accuracy`.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> metadx.accuracy(fit)["median_study"].dims
    ('chain', 'draw', 'margin')
    """
    mu, tau, _ = flat_draws(fit)
    law = law_of(fit) or EffectLaw(mu)
    values = {
        "median_study": of_study.median_study(mu),
        "population_mean": mean_of_law(law, tau),
        "new_study": expit(fit.new_study_logits()),
    }
    return dataset_of(fit, values, {"margin": MARGIN})


def ratios(fit: Fit) -> "xr.Dataset":
    """Likelihood ratios, diagnostic odds ratio and Youden's index.

    Parameters
    ----------
    fit : Fit
        Posterior draws.

    Returns
    -------
    xarray.Dataset
        `lr_pos`, `lr_neg`, `dor`, `youden` of the median study and `lr_pos_new`, `lr_neg_new`,
        `dor_new` of a new study, with dims (chain, draw).

    References
    ----------
    In the attributes `reference` of the variables; see `metadx.estimands.ratios`.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> ratios = metadx.ratios(fit)
    >>> bool(np.allclose(ratios["dor"], ratios["lr_pos"] / ratios["lr_neg"]))
    True
    """
    mu, _, _ = flat_draws(fit)
    new = fit.new_study_logits()
    values = {
        "lr_pos": ratio.lr_pos(mu),
        "lr_neg": ratio.lr_neg(mu),
        "dor": ratio.dor(mu),
        "youden": ratio.youden(mu),
        "lr_pos_new": ratio.lr_pos(new),
        "lr_neg_new": ratio.lr_neg(new),
        "dor_new": ratio.dor(new),
    }
    return dataset_of(fit, values, {})


def heterogeneity(fit: Fit) -> "xr.Dataset":
    """Median odds ratio, Jackson's R and three kinds of I².

    Parameters
    ----------
    fit : Fit
        Posterior draws and the counts.

    Returns
    -------
    xarray.Dataset
        `mor`, `i2` (Zhou and Dendukuri), `r_jackson` and `i2_jackson` with dims (chain, draw,
        margin); `i2_joint`, `r_jackson_joint` and `i2_jackson_joint` with dims (chain, draw);
        `i2_higgins` and `q_higgins` of the counts with dims (margin,), NaN where fewer than two
        studies have the arm. What the law of the study effects does not have is NaN, and the
        attribute `reason` says why.

    References
    ----------
    In the attributes `reference` of the variables; see `metadx.estimands.heterogeneity`,
    `metadx.estimands.jackson` and `metadx.estimands.higgins`.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> bool((metadx.heterogeneity(fit)["mor"] >= 1).all())
    True
    """
    mu, tau, rho = flat_draws(fit)
    arms = Arms.of(fit.table)
    i2 = zhou_dendukuri_i2(mu, tau, rho, arms.n_diseased, arms.n_nondiseased)
    r = jackson(tau, rho, arms)
    stretch = np.stack([r.sens, r.spec], axis=1)
    values = {
        "mor": median_odds_ratio(tau),
        "i2": np.stack([i2.sens, i2.spec], axis=1),
        "i2_joint": i2.joint,
        "r_jackson": stretch,
        "r_jackson_joint": r.joint,
        "i2_jackson": i2_of_r(stretch),
        "i2_jackson_joint": i2_of_r(r.joint),
    }
    dataset = dataset_of(fit, values, {"margin": MARGIN})
    univariate = higgins(arms)
    for name, numbers in (
        ("i2_higgins", [np.nan if one is None else one.i2 for one in univariate]),
        ("q_higgins", [np.nan if one is None else one.q for one in univariate]),
    ):
        dataset[name] = ("margin", np.array(numbers), about(name))
    return dataset


def predictive_values(fit: Fit, prevalence: Sequence[float]) -> "xr.Dataset":
    """Predictive values and expected results per 1000 people at stated prevalences.

    Parameters
    ----------
    fit : Fit
        Posterior draws.
    prevalence : sequence of float
        Prevalences, each in (0, 1).

    Returns
    -------
    xarray.Dataset
        `ppv`, `npv`, `tp`, `fn`, `tn`, `fp` of the median study and `ppv_new`, `npv_new` of a new
        study, with dims (chain, draw, prevalence).

    Raises
    ------
    ValueError
        If a prevalence is not in (0, 1).

    References
    ----------
    In the attributes `reference` of the variables; see `metadx.estimands.predictive_values`.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> metadx.predictive_values(fit, [0.1, 0.4])["ppv"].sizes["prevalence"]
    2
    """
    mu, _, _ = flat_draws(fit)
    new, point = fit.new_study_logits(), expit(mu)
    columns = [
        {
            "ppv": ppv(p, mu),
            "npv": npv(p, mu),
            "ppv_new": ppv(p, new),
            "npv_new": npv(p, new),
            **per_1000(p, point[:, 0], point[:, 1]),
        }
        for p in prevalence
    ]
    names = ("ppv", "npv", "ppv_new", "npv_new", "tp", "fn", "tn", "fp")
    none = np.empty((mu.shape[0], 0))
    values = {
        name: np.stack([c[name] for c in columns], axis=1) if columns else none for name in names
    }
    return dataset_of(fit, values, {"prevalence": np.asarray(prevalence, dtype=np.float64)})


def sroc(fit: Fit, fpr: npt.ArrayLike) -> "xr.Dataset":
    """Summary ROC curve, the areas under it and the HSROC parameters.

    Parameters
    ----------
    fit : Fit
        Posterior draws and the studies, whose range of false positive rates bounds `pauc`.
    fpr : array_like, shape (M,)
        False positive rates at which the curve is wanted, each in [0, 1].

    Returns
    -------
    xarray.Dataset
        `sens` with dims (chain, draw, fpr); `auc`, `pauc` and the five `hsroc_` parameters with
        dims (chain, draw). `pauc` carries its range in the attributes `low` and `high`, and is
        absent when the observed range has no width. Parameters that the law of the study effects
        does not have are NaN, and the attribute `reason` says why.

    Raises
    ------
    ValueError
        If a rate lies outside [0, 1].

    References
    ----------
    In the attributes `reference` of the variables; see `metadx.estimands.sroc`.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> metadx.sroc(fit, [0.05, 0.1])["sens"].dims
    ('chain', 'draw', 'fpr')
    """
    mu, tau, rho = flat_draws(fit)
    law = law_of(fit) or EffectLaw(mu)
    at = np.asarray(fpr, dtype=np.float64)
    h = hsroc(mu, tau, rho)
    values = {"sens": curve_of_law(law, tau, at), "auc": area_of_law(law, tau)}
    observed = observed_fpr_range(fit.table.fp, fit.table.tn)
    if observed is not None:
        values["pauc"] = area_of_law(law, tau, observed)
    values |= {
        "hsroc_lambda": h.lambda_,
        "hsroc_theta": h.theta,
        "hsroc_beta": h.beta,
        "hsroc_sigma2_alpha": h.sigma2_alpha,
        "hsroc_sigma2_theta": h.sigma2_theta,
    }
    dataset = dataset_of(fit, values, {"fpr": at})
    if observed is not None:
        dataset["pauc"].attrs.update(low=observed[0], high=observed[1])
    return dataset
