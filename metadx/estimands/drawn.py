"""Every estimand of one group of studies, draw by draw: summaries and contrasts are made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metadx.estimands.accuracy import median_study, population_mean
from metadx.estimands.arms import Arms
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.heterogeneity import median_odds_ratio, zhou_dendukuri_i2
from metadx.estimands.hsroc import hsroc
from metadx.estimands.jackson import i2_of_r, jackson
from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.predictive_values import npv, ppv
from metadx.estimands.ratios import dor, lr_neg, lr_pos, youden
from metadx.estimands.sroc import auc, partial_auc
from metadx.estimands.undefined import NORMAL_ONLY

type Key = tuple[str, float | None]


@dataclass(frozen=True, eq=False)
class Drawn:
    """The estimands of one group that have a posterior.

    Parameters
    ----------
    mu, tau, rho : array, shapes (S, 2), (S, 2), (S,)
        What they were made of.
    values : mapping of (str, float or None) to array, shape (S,)
        By name and prevalence, the latter None but for predictive values. NaN in draws in which a
        quantity is not defined. Without those that other effects than normal ones on the logit
        scale do not have, see `metadx.estimands.undefined`.
    new : array, shape (S, 2)
        Logits of a new study.
    law : EffectLaw or None
        The law of the study effects where it is not normal on the logit scale.
    """

    mu: FloatArray
    tau: FloatArray
    rho: FloatArray
    values: Mapping[Key, FloatArray]
    new: FloatArray
    law: EffectLaw | None = None


def draw_group(
    mu: FloatArray,
    tau: FloatArray,
    rho: FloatArray,
    *,
    new: FloatArray,
    arms: Arms,
    fpr_range: tuple[float, float] | None,
    prevalence: Sequence[float],
    law: EffectLaw | None = None,
) -> Drawn:
    """Work out every estimand in every draw.

    Parameters
    ----------
    mu, tau, rho : array, shapes (S, 2), (S, 2), (S,)
        Draws of logit sens and logit spec of the median study, and of the standard deviations and
        the correlation of the study effects.
    new : array, shape (S, 2)
        Draws of the logits of a new study.
    arms : Arms
        Counts of the group's studies (for I²).
    fpr_range : tuple of float or None
        Range of 1 - spec for the partial area; None leaves it out.
    prevalence : sequence of float
        Prevalences for the predictive values, each in (0, 1).
    law : EffectLaw or None
        The law of the study effects; None where they are normal on the logit scale.

    Returns
    -------
    Drawn

    Raises
    ------
    ValueError
        If draws disagree in shape or are out of bounds, or a prevalence or the range is.
    """
    check_draws(mu, tau, rho)
    if law is None:
        single = _accuracy(mu, population_mean(mu, tau), new) | _ratios(mu, new)
        single |= _curve(mu, tau, rho, fpr_range) | _heterogeneity(mu, tau, rho, arms)
    else:
        from metadx.estimands.law_means import mean_of_law  # not on the quick path

        single = _accuracy(mu, mean_of_law(law, tau), new) | _ratios(mu, new)
        single |= _curve_of_law(law, tau, rho, fpr_range)
    values: dict[Key, FloatArray] = {(name, None): draws for name, draws in single.items()}
    for name, value, logits in (
        ("ppv", ppv, mu),
        ("npv", npv, mu),
        ("ppv_new", ppv, new),
        ("npv_new", npv, new),
    ):
        values |= {(name, float(p)): value(p, logits) for p in prevalence}
    return Drawn(mu, tau, rho, values, new, law)


def check_draws(mu: FloatArray, tau: FloatArray, rho: FloatArray) -> None:
    """Refuse draws that disagree in shape or are out of bounds.

    Raises
    ------
    ValueError
    """
    if mu.ndim != 2 or mu.shape[1] != 2 or tau.shape != mu.shape or rho.shape != mu.shape[:1]:
        msg = (
            "draws must have shapes mu (S, 2), tau (S, 2) and rho (S,), "
            f"not {mu.shape}, {tau.shape} and {rho.shape}"
        )
        raise ValueError(msg)
    for name, values in (("mu", mu), ("tau", tau), ("rho", rho)):
        if not np.isfinite(values).all():
            msg = f"{np.count_nonzero(~np.isfinite(values))} draws of {name} are not finite"
            raise ValueError(msg)
    if (tau < 0.0).any() or (np.abs(rho) > 1.0).any():
        msg = "draws of tau must be at least 0 and draws of rho between -1 and 1"
        raise ValueError(msg)


def _accuracy(mu: FloatArray, mean: FloatArray, new: FloatArray) -> dict[str, FloatArray]:
    kinds = {"": median_study(mu), "_population": mean, "_new": expit(new)}
    return {
        f"{margin}{kind}": values[:, column]
        for kind, values in kinds.items()
        for column, margin in enumerate(("sens", "spec"))
    }


def _ratios(mu: FloatArray, new: FloatArray) -> dict[str, FloatArray]:
    return {
        "lr_pos": lr_pos(mu),
        "lr_neg": lr_neg(mu),
        "dor": dor(mu),
        "youden": youden(mu),
        "lr_pos_new": lr_pos(new),
        "lr_neg_new": lr_neg(new),
        "dor_new": dor(new),
    }


def _curve(
    mu: FloatArray, tau: FloatArray, rho: FloatArray, fpr_range: tuple[float, float] | None
) -> dict[str, FloatArray]:
    h = hsroc(mu, tau, rho)
    areas = {"auc": auc(mu, tau)}
    if fpr_range is not None:
        areas["pauc"] = partial_auc(mu, tau, *fpr_range)
    return areas | {
        "hsroc_lambda": h.lambda_,
        "hsroc_theta": h.theta,
        "hsroc_beta": h.beta,
        "hsroc_sigma2_alpha": h.sigma2_alpha,
        "hsroc_sigma2_theta": h.sigma2_theta,
    }


def _curve_of_law(
    law: EffectLaw, tau: FloatArray, rho: FloatArray, fpr_range: tuple[float, float] | None
) -> dict[str, FloatArray]:
    from metadx.estimands.law_curve import area_of_law

    if law.link == "logit":  # the line of a t law is that of a normal one
        found = _curve(law.location, tau, rho, fpr_range)
        return {name: values for name, values in found.items() if name not in NORMAL_ONLY}
    areas = {"auc": area_of_law(law, tau)}
    return areas if fpr_range is None else areas | {"pauc": area_of_law(law, tau, fpr_range)}


def _heterogeneity(
    mu: FloatArray,
    tau: FloatArray,
    rho: FloatArray,
    arms: Arms,
) -> dict[str, FloatArray]:
    mor, r = median_odds_ratio(tau), jackson(tau, rho, arms)
    i2 = zhou_dendukuri_i2(mu, tau, rho, arms.n_diseased, arms.n_nondiseased)
    out = {"mor_sens": mor[:, 0], "mor_spec": mor[:, 1]}
    for which in ("joint", "sens", "spec"):
        stretch = getattr(r, which)
        out[f"i2_{which}"] = getattr(i2, which)
        out[f"r_jackson_{which}"] = stretch
        out[f"i2_jackson_{which}"] = i2_of_r(stretch)
    return out
