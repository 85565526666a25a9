"""All estimands of one group of studies, in one pass over its draws."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from metadx.estimands.accuracy import median_study, new_study_logits, population_mean
from metadx.estimands.heterogeneity import median_odds_ratio, zhou_dendukuri_i2
from metadx.estimands.hsroc import hsroc
from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.predictive_values import npv, ppv
from metadx.estimands.ratios import dor, lr_neg, lr_pos, youden
from metadx.estimands.regions import credible_ellipse, prediction_ellipse, region_area
from metadx.estimands.sroc import auc, partial_auc
from metadx.estimands.summary import Summary, summarise

type Row = dict[str, float | None]
type Estimand = Summary | float | list[float] | list[Row] | None

# Every estimand in the order of the output, with the margins it needs: a margin is identified
# when some study has that arm, and an estimand that needs one that is not is left empty.
MARGINS_NEEDED: Mapping[str, tuple[bool, bool]] = MappingProxyType(
    {
        "sens": (True, False),
        "spec": (False, True),
        "sens_population": (True, False),
        "spec_population": (False, True),
        "sens_new": (True, False),
        "spec_new": (False, True),
        "lr_pos": (True, True),
        "lr_neg": (True, True),
        "dor": (True, True),
        "youden": (True, True),
        "lr_pos_new": (True, True),
        "lr_neg_new": (True, True),
        "dor_new": (True, True),
        "auc": (True, True),
        "pauc": (True, True),
        "pauc_range": (False, True),
        "hsroc_lambda": (True, True),
        "hsroc_theta": (True, True),
        "hsroc_beta": (True, True),
        "hsroc_sigma2_alpha": (True, True),
        "hsroc_sigma2_theta": (True, True),
        "mor_sens": (True, False),
        "mor_spec": (False, True),
        "i2_joint": (True, True),
        "i2_sens": (True, False),
        "i2_spec": (False, True),
        "region_area_credible": (True, True),
        "region_area_prediction": (True, True),
        "ppv": (True, True),
        "npv": (True, True),
        "ppv_new": (True, True),
        "npv_new": (True, True),
    }
)
# Their means are infinite or undefined under any prior that is positive where a tau is 0
# (Lambda, Theta) or that leaves tau unbounded (ratios of a new study).
NO_MOMENTS = frozenset({"hsroc_lambda", "hsroc_theta", "lr_pos_new", "lr_neg_new", "dor_new"})
# Undefined in a draw whose tau is 0 in one margin (HSROC) or both (area): then left empty.
MAY_BE_UNDEFINED = frozenset({"hsroc_lambda", "hsroc_theta", "hsroc_beta", "auc", "pauc"})


@dataclass(frozen=True)
class HeavyTails:
    """Which priors have no exponential moments, so that E[exp(parameter)] is infinite.

    Parameters
    ----------
    mu : bool
        True for a prior of the mean logits such as Student's t or Cauchy: likelihood ratios and
        the diagnostic odds ratio of the median study then have no mean.
    tau : bool
        True for such a prior of the standard deviations: the median odds ratio has no mean.
    """

    mu: bool = False
    tau: bool = False


def observed_fpr_range(
    fp: npt.NDArray[np.integer], tn: npt.NDArray[np.integer]
) -> tuple[float, float] | None:
    """Return the range of false positive rates that the studies observed.

    Parameters
    ----------
    fp, tn : array, shape (N,)
        False positives and true negatives.

    Returns
    -------
    tuple of float or None
        Least and greatest fp / (fp + tn) over the studies with a non-diseased arm; None when
        there is no such study or the two are equal.

    Examples
    --------
    >>> observed_fpr_range(np.array([1, 0, 3]), np.array([9, 0, 7]))
    (0.1, 0.3)
    """
    arm = np.asarray(fp) + np.asarray(tn)
    rate = np.asarray(fp)[arm > 0] / arm[arm > 0]
    if rate.size == 0 or rate.min() == rate.max():
        return None
    return float(rate.min()), float(rate.max())


def estimate_group(
    mu: FloatArray,
    tau: FloatArray,
    rho: FloatArray,
    *,
    n_diseased: npt.NDArray[np.integer],
    n_nondiseased: npt.NDArray[np.integer],
    fpr_range: tuple[float, float] | None,
    prevalence: Sequence[float],
    prob: float,
    rng: np.random.Generator,
    heavy_tails: HeavyTails = HeavyTails(),
    identified: tuple[bool, bool] = (True, True),
) -> dict[str, Estimand]:
    """Estimate everything that is reported about one group of studies.

    Parameters
    ----------
    mu, tau, rho : array, shapes (S, 2), (S, 2), (S,)
        Draws of the means, standard deviations and correlation of logit sens and logit spec.
    n_diseased, n_nondiseased : array, shape (N,)
        Sizes of the arms of the group's studies (for I²).
    fpr_range : tuple of float or None
        Range of 1 - spec for the partial area, see `observed_fpr_range`; None leaves it out.
    prevalence : sequence of float
        Prevalences for the predictive values, each in (0, 1).
    prob, rng : float, numpy.random.Generator
        Probability between the limits of each interval; source of the new studies.
    heavy_tails : HeavyTails
        Priors without exponential moments: the means concerned are None.
    identified : tuple of bool
        Whether some study has a diseased and a non-diseased arm.

    Returns
    -------
    dict
        The keys of `MARGINS_NEEDED` in that order: a Summary; a float (area of a 95 % region in
        ROC space); rows "prevalence", "mean", ...; or None where not identified or not defined.

    Raises
    ------
    ValueError
        If draws disagree in shape or are out of bounds, or a prob, prevalence or range is.
    """
    _check_draws(mu, tau, rho)
    new = new_study_logits(mu, tau, rho, rng)
    draws = _accuracy(mu, tau, new) | _ratios(mu, new) | _curve(mu, tau, rho, fpr_range)
    draws |= _heterogeneity(mu, tau, rho, n_diseased, n_nondiseased)
    rows: dict[str, Estimand] = dict(_predictive(mu, new, prevalence, prob))
    rows["pauc_range"] = None if fpr_range is None else [float(x) for x in fpr_range]
    no_moments = NO_MOMENTS | _without_moments(heavy_tails)
    out: dict[str, Estimand] = dict.fromkeys(MARGINS_NEEDED)
    for name in (k for k, needed in MARGINS_NEEDED.items() if _has(needed, identified)):
        if name in _REGIONS:
            out[name] = region_area(_REGIONS[name](mu, tau, rho))
        elif name in rows:
            out[name] = rows[name]
        elif name in draws and not (name in MAY_BE_UNDEFINED and np.isnan(draws[name]).any()):
            out[name] = summarise(draws[name], prob, moments=name not in no_moments)
    return out


def as_json(group: Mapping[str, Estimand]) -> dict[str, object]:
    """Turn the estimands of a group into plain numbers, lists and dicts.

    Parameters
    ----------
    group : mapping
        What `estimate_group` returned.

    Returns
    -------
    dict
        The same keys in the same order, ready for `json.dumps(..., allow_nan=False)`.

    Examples
    --------
    >>> as_json({"sens": Summary(None, None, 0.5, 0.25, 0.75), "pauc": None})
    {'sens': {'mean': None, 'sd': None, 'median': 0.5, 'lower': 0.25, 'upper': 0.75}, 'pauc': None}
    """
    return {k: v.as_dict() if isinstance(v, Summary) else v for k, v in group.items()}


_REGIONS: Mapping[str, Callable[[FloatArray, FloatArray, FloatArray], FloatArray]] = {
    "region_area_credible": lambda mu, _tau, _rho: credible_ellipse(mu),
    "region_area_prediction": prediction_ellipse,
}


def _has(needed: tuple[bool, bool], identified: tuple[bool, bool]) -> bool:
    return all(have or not need for need, have in zip(needed, identified, strict=True))


def _check_draws(mu: FloatArray, tau: FloatArray, rho: FloatArray) -> None:
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


def _without_moments(heavy_tails: HeavyTails) -> frozenset[str]:
    ratios = {"lr_pos", "lr_neg", "dor"} if heavy_tails.mu else set()
    spread = {"mor_sens", "mor_spec"} if heavy_tails.tau else set()
    return frozenset(ratios | spread)


def _accuracy(mu: FloatArray, tau: FloatArray, new: FloatArray) -> dict[str, FloatArray]:
    kinds = {"": median_study(mu), "_population": population_mean(mu, tau), "_new": expit(new)}
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


def _heterogeneity(
    mu: FloatArray,
    tau: FloatArray,
    rho: FloatArray,
    n_diseased: npt.NDArray[np.integer],
    n_nondiseased: npt.NDArray[np.integer],
) -> dict[str, FloatArray]:
    mor = median_odds_ratio(tau)
    i2 = zhou_dendukuri_i2(mu, tau, rho, n_diseased, n_nondiseased)
    return {
        "mor_sens": mor[:, 0],
        "mor_spec": mor[:, 1],
        "i2_joint": i2.joint,
        "i2_sens": i2.sens,
        "i2_spec": i2.spec,
    }


def _predictive(
    mu: FloatArray, new: FloatArray, prevalence: Sequence[float], prob: float
) -> dict[str, list[Row]]:
    def rows(value: Callable[[float, FloatArray], FloatArray], logits: FloatArray) -> list[Row]:
        return [
            {"prevalence": float(p), **summarise(value(p, logits), prob).as_dict()}
            for p in prevalence
        ]

    return {
        "ppv": rows(ppv, mu),
        "npv": rows(npv, mu),
        "ppv_new": rows(ppv, new),
        "npv_new": rows(npv, new),
    }
