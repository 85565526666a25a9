"""All estimands of one group of studies, in one pass over its draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from metadx.estimands.accuracy import new_study_logits
from metadx.estimands.arms import Arms
from metadx.estimands.drawn import Drawn, check_draws, draw_group
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.higgins import higgins
from metadx.estimands.links import Link, to_logit
from metadx.estimands.logistic import FloatArray
from metadx.estimands.regions import credible_ellipse, prediction_ellipse, region_area
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
        "region_area_credible": (True, True),
        "region_area_prediction": (True, True),
        "i2_joint": (True, True),
        "i2_sens": (True, False),
        "i2_spec": (False, True),
        "r_jackson_joint": (True, True),
        "r_jackson_sens": (True, False),
        "r_jackson_spec": (False, True),
        "i2_jackson_joint": (True, True),
        "i2_jackson_sens": (True, False),
        "i2_jackson_spec": (False, True),
        "i2_higgins_sens": (True, False),
        "i2_higgins_spec": (False, True),
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
_SHAPES = frozenset({"hsroc_lambda", "hsroc_theta", "hsroc_beta", "auc", "pauc"})
# Undefined where nobody, or everybody, of an arm was told right.
JACKSON = frozenset(name for name in MARGINS_NEEDED if "_jackson_" in name)
# Undefined for a kind of study whose studies all lack an arm.
_ZHOU = frozenset({"i2_joint", "i2_sens", "i2_spec"})
MAY_BE_UNDEFINED = _SHAPES | JACKSON | _ZHOU
# Without a mean under a prior of the location that is normal on the scale of the link.
_RATIOS_BY_LINK: Mapping[Link, set[str]] = {
    "logit": set(),
    "probit": {"lr_pos", "lr_neg", "dor"},
    "cloglog": {"lr_pos", "dor"},
}
# One number, without an interval: properties of the whole posterior, or of the counts.
AREAS = ("region_area_credible", "region_area_prediction")
HIGGINS = ("i2_higgins_sens", "i2_higgins_spec")
SINGLE = (*AREAS, *HIGGINS)
#: Given at each prevalence.
PREDICTIVE = ("ppv", "npv", "ppv_new", "npv_new")


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
    link : {"logit", "probit", "cloglog"}
        An odds ratio grows like exp(eta²) on the scale of a probit and like exp(exp(eta)) on that
        of a cloglog, which no normal prior outweighs.
    effects : bool
        False where studies do not differ, so that a new study is as the median one.
    """

    mu: bool = False
    tau: bool = False
    link: Link = "logit"
    effects: bool = True


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
    arms: Arms,
    fpr_range: tuple[float, float] | None,
    prevalence: Sequence[float],
    prob: float,
    rng: np.random.Generator,
    heavy_tails: HeavyTails = HeavyTails(),
    identified: tuple[bool, bool] = (True, True),
    law: EffectLaw | None = None,
) -> dict[str, Estimand]:
    """Estimate everything that is reported about one group of studies.

    Parameters
    ----------
    mu, tau, rho : array, shapes (S, 2), (S, 2), (S,)
        Draws of logit sens and logit spec of the median study, and of the standard deviations and
        the correlation of the study effects.
    arms : Arms
        Counts of the group's studies (for the three I²).
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
    law : EffectLaw or None
        The law of the study effects; None where they are normal on the logit scale.

    Returns
    -------
    dict
        The keys of `MARGINS_NEEDED` in that order: a Summary; a float (those of `SINGLE`: area of
        a 95 % region in ROC space, I² of Higgins); rows "prevalence", "mean", ...; or None where
        not identified or not defined.

    Raises
    ------
    ValueError
        If draws disagree in shape or are out of bounds, or a prob, prevalence or range is.
    """
    check_draws(mu, tau, rho)
    effects = law or EffectLaw(mu)
    new = to_logit(new_study_logits(effects.location, tau, rho, rng, effects.df), effects.link)
    drawn = draw_group(
        mu, tau, rho, new=new, arms=arms, fpr_range=fpr_range, prevalence=prevalence, law=law
    )
    return summarise_group(
        drawn,
        higgins_arms=arms,
        fpr_range=fpr_range,
        prob=prob,
        heavy_tails=heavy_tails,
        identified=identified,
    )


def summarise_group(
    drawn: Drawn,
    *,
    higgins_arms: Arms | None,
    fpr_range: tuple[float, float] | None,
    prob: float,
    heavy_tails: HeavyTails = HeavyTails(),
    identified: tuple[bool, bool] = (True, True),
) -> dict[str, Estimand]:
    """Summarise the estimands of a group.

    Parameters
    ----------
    drawn : Drawn
    higgins_arms : Arms or None
        Counts of the group's studies; None where no studies are of just this kind.
    fpr_range, prob, heavy_tails, identified
        As of `estimate_group`.

    Returns
    -------
    dict
        As of `estimate_group`.

    Raises
    ------
    ValueError
        If a draw that should be finite is not, or `prob` is out of bounds.
    """
    single: dict[str, Estimand] = dict(_rows(drawn, prob))
    single["pauc_range"] = None if fpr_range is None else [float(x) for x in fpr_range]
    if higgins_arms is not None:
        for name, q in zip(HIGGINS, higgins(higgins_arms), strict=True):
            single[name] = None if q is None else q.i2
    without = without_moments(heavy_tails)
    out: dict[str, Estimand] = dict.fromkeys(MARGINS_NEEDED)
    for name in (k for k, needed in MARGINS_NEEDED.items() if has_margins(needed, identified)):
        if name in AREAS:
            out[name] = region_area(_outline(name, drawn))
        elif name in single:
            out[name] = single[name]
        elif (draws := drawn.values.get((name, None))) is not None and not (
            name in MAY_BE_UNDEFINED and np.isnan(draws).any()
        ):
            out[name] = summarise(draws, prob, moments=name not in without)
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


def _outline(name: str, drawn: Drawn) -> FloatArray:
    """Outline a region, as logits."""
    law, of_median = drawn.law, name == "region_area_credible"
    if law is not None:
        from metadx.estimands.law_regions import credible_outline, prediction_outline

        if of_median:
            return credible_outline(law)
        return prediction_outline(law, drawn.tau, drawn.rho, drawn.new)
    if of_median:
        return credible_ellipse(drawn.mu)
    return prediction_ellipse(drawn.mu, drawn.tau, drawn.rho)


def has_margins(needed: tuple[bool, bool], identified: tuple[bool, bool]) -> bool:
    """Tell whether every margin that is needed is identified."""
    return all(have or not need for need, have in zip(needed, identified, strict=True))


def without_moments(heavy_tails: HeavyTails) -> frozenset[str]:
    """Name the estimands whose posterior mean does not exist."""
    ratios = {"lr_pos", "lr_neg", "dor"} if heavy_tails.mu else _RATIOS_BY_LINK[heavy_tails.link]
    spread = {"mor_sens", "mor_spec"} if heavy_tails.tau else set()
    if not heavy_tails.effects:
        return frozenset(ratios | {f"{name}_new" for name in ratios})
    return NO_MOMENTS | ratios | spread


def _rows(drawn: Drawn, prob: float) -> dict[str, list[Row]]:
    """Summarise what depends on the prevalence."""
    rows: dict[str, list[Row]] = {name: [] for name in PREDICTIVE}
    for (name, prevalence), draws in drawn.values.items():
        if prevalence is not None:
            rows[name].append({"prevalence": prevalence, **summarise(draws, prob).as_dict()})
    return rows
