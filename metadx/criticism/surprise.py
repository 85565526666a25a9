"""How surprising a new study is, given all that is known so far."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.criticism.chance_words import p_words
from metadx.criticism.moved import require_pooled
from metadx.criticism.new_study import predictive_logits
from metadx.criticism.outliers import LEVEL, logit_distance
from metadx.criticism.predictive_law import PredictiveLaw, predictive_law
from metadx.engines.fit import Fit
from metadx.errors import DataError
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.law_regions import prediction_outline
from metadx.estimands.logistic import expit

type FloatArray = NDArray[np.float64]

_NAMES = ("tp", "fp", "fn", "tn")


@dataclass(frozen=True, eq=False)
class Surprise:
    """A new study beside what the present fit predicts for a study of its size.

    Parameters
    ----------
    counts : tuple of int
        tp, fp, fn, tn.
    p_value : float
        Probability of a pair (tp, tn) as far out as the observed one, by predictive density on
        the scale of the empirical logits; of one arm where the other is empty. Not below `floor`.
    p_sens, p_spec : float
        The same of each count alone; NaN for an empty arm.
    distance : float
        Distance of the observed logits from the predicted mean, in predictive standard deviations.
    sens, spec : tuple of float
        Equal-tailed limits of the observed sens and spec that are predicted for a study of this
        size; NaN for an empty arm.
    ellipse : ndarray, shape (361, 2)
        Outline of the prediction region of the true (sens, spec) of a new study, as in the
        summary ROC plot.
    floor : float
        Smallest p-value that is known.
    prob : float
        Level of limits and outline.
    studies : int
        Number of studies of the fit.
    """

    counts: tuple[int, int, int, int]
    p_value: float
    p_sens: float
    p_spec: float
    distance: float
    sens: tuple[float, float]
    spec: tuple[float, float]
    ellipse: FloatArray
    floor: float
    prob: float
    studies: int

    @property
    def observed(self) -> tuple[float, float]:
        """Observed sens and spec; NaN for an empty arm."""
        tp, fp, fn, tn = self.counts
        return _share(tp, fn), _share(tn, fp)

    @property
    def words(self) -> str:
        """One or two plain sentences."""
        described = p_words(self.p_value, self.floor)
        parts = []
        level = f"{100 * self.prob:g}%"
        for name, value, limits in zip(
            ("sensitivity", "specificity"), self.observed, (self.sens, self.spec), strict=True
        ):
            if np.isfinite(value):
                parts.append(f"{name} {value:.2f} ({limits[0]:.2f} to {limits[1]:.2f} expected)")
        if self.p_value >= LEVEL:
            verdict = "The new study is in line with the present studies"
        elif self.p_value >= 0.01:
            verdict = "The new study is somewhat surprising, given the present studies"
        else:
            verdict = "The new study conflicts with the present studies"
        ordinary = min(self.p_sens, self.p_spec) >= LEVEL > self.p_value
        pair = " Each is ordinary by itself, but not both together." if ordinary else ""
        prior = (
            f" With {'one study' if self.studies == 1 else 'two studies'} so far, what is expected "
            "leans on the prior."
            if self.studies < 3
            else ""
        )
        return (
            f"{verdict} ({described}): observed {' and '.join(parts)}, {level} predictive limits "
            f"for a study of its size.{pair}{prior}"
        )


def surprise(fit: Fit, *, tp: int, fp: int, fn: int, tn: int, prob: float = 0.95) -> Surprise:
    """Say how surprising a new study is under a fit that does not contain it.

    Parameters
    ----------
    fit : Fit
        Of the present studies, without covariates.
    tp, fp, fn, tn : int
        Counts of the new study, by name: programs differ in their order. One arm may be empty.
    prob : float
        Level of the limits and of the ellipse.

    Returns
    -------
    Surprise

    Raises
    ------
    DataError
        If a count is no whole number from 0 up, or all are 0.
    FitError
        If the fit has covariates.

    References
    ----------
    Box GEP. Sampling and Bayes' inference in scientific modelling and robustness. J R Stat Soc A
    1980;143:383-430.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> surprise(fit, tp=38, fp=7, fn=12, tn=45).p_value > 0.2
    True
    >>> surprise(fit, tp=2, fp=45, fn=48, tn=7).words[:32]
    'The new study conflicts with the'
    """
    require_pooled(fit, "surprise of a new study")
    counts = _checked((tp, fp, fn, tn))
    tp, fp, fn, tn = counts
    logits = predictive_logits(fit, fit.design, 0)
    law: PredictiveLaw = predictive_law(logits, tp + fn, fp + tn)
    sens, spec = law.interval(prob)
    group = fit.pooled
    outline = prediction_outline(
        group.effects or EffectLaw(group.mu), group.tau, group.rho, group.new_logits, prob=prob
    )
    return Surprise(
        counts=counts,
        p_value=max(law.p_value(tp, tn), law.floor),
        p_sens=max(law.p_sens(tp), law.floor) if tp + fn else float("nan"),
        p_spec=max(law.p_spec(tn), law.floor) if fp + tn else float("nan"),
        distance=logit_distance(logits, (tp, fn, tn, fp)),
        sens=sens,
        spec=spec,
        ellipse=expit(outline),
        floor=law.floor,
        prob=prob,
        studies=fit.table.n_studies,
    )


def _checked(counts: Sequence[int]) -> tuple[int, int, int, int]:
    for name, count in zip(_NAMES, counts, strict=True):
        if isinstance(count, bool) or int(count) != count or count < 0:
            raise DataError(f"new study: {name} = {count!r}; wanted a whole number from 0 up.")
    if not any(counts):
        raise DataError("new study: all four counts are 0; wanted at least one participant.")
    tp, fp, fn, tn = (int(count) for count in counts)
    return tp, fp, fn, tn


def _share(right: int, wrong: int) -> float:
    return right / (right + wrong) if right + wrong else float("nan")
