"""What a review says, fit by fit: the quantities that are followed as studies leave or arrive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.fit import Fit
from metadx.errors import FitError
from metadx.estimands.accuracy import median_study
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.law_curve import area_of_law
from metadx.estimands.ratios import dor, lr_neg, lr_pos
from metadx.studies.aims import LR_NEG, LR_POS, Aims

type FloatArray = NDArray[np.float64]

#: Every quantity that is followed, and the margins that it needs.
QUANTITIES: Mapping[str, tuple[bool, bool]] = {
    "sens": (True, False),
    "spec": (False, True),
    "tau_sens": (True, False),
    "tau_spec": (False, True),
    "rho": (True, True),
    "auc": (True, True),
    "lr_pos": (True, True),
    "lr_neg": (True, True),
    "dor": (True, True),
}
#: Ratios that say what a test can be used for, where a review states no others: LR− and LR+.
USUAL_CUTS = (LR_NEG, LR_POS)


@dataclass(frozen=True, eq=False)
class Moved:
    """One quantity in each of N fits, beside the fit of all studies.

    Parameters
    ----------
    lower, median, upper : ndarray, shape (N,)
        Posterior median and equal-tailed limits; NaN where a fit does not identify the quantity.
    whole, whole_lower, whole_upper : float
        The same of all studies.
    """

    lower: FloatArray
    median: FloatArray
    upper: FloatArray
    whole: float
    whole_lower: float
    whole_upper: float

    @property
    def change(self) -> FloatArray:
        """Median of each fit minus that of all studies, shape (N,)."""
        return self.median - self.whole


@dataclass(frozen=True, eq=False)
class Verdict:
    """Probabilities of what the test can be used for, in each of N fits and in that of all.

    Parameters
    ----------
    rule_out : ndarray, shape (N,)
        P(LR− < the first cut), of the median study.
    rule_in : ndarray, shape (N,)
        P(LR+ > the second cut).
    whole_rule_out, whole_rule_in : float
        The same of all studies.
    cuts : tuple of float
        The ratios that the probabilities are about; 0.1 and 10 where a review states no others.
    """

    rule_out: FloatArray
    rule_in: FloatArray
    whole_rule_out: float
    whole_rule_in: float
    cuts: tuple[float, float] = USUAL_CUTS


def cuts_of(aims: Aims) -> tuple[float, float]:
    """Return the likelihood ratios that a review wants beaten, the usual ones where it states none.

    Parameters
    ----------
    aims : Aims

    Examples
    --------
    >>> cuts_of(Aims()), cuts_of(Aims(lr_neg=0.05))
    ((0.1, 10.0), (0.05, 10.0))
    """
    low, high = aims.lr_neg, aims.lr_pos
    return LR_NEG if low is None else low, LR_POS if high is None else high


def require_pooled(fit: Fit, what: str) -> None:
    """Refuse a fit with covariates where only one mean can be followed.

    Parameters
    ----------
    fit : Fit
    what : str
        What was asked for, such as "influence".

    Raises
    ------
    FitError
    """
    if fit.design.has_covariates:
        msg = (
            f"{what} is followed on the pooled accuracy, and a fit with covariates has none: "
            "take the fit without covariates (`metadx.analyse(...).pooled`)."
        )
        raise FitError(msg)


def draws_of(fit: Fit) -> dict[str, FloatArray]:
    """Return the draws of every quantity; NaN where a margin that it needs has no study.

    Parameters
    ----------
    fit : Fit
        Without covariates.

    Returns
    -------
    dict of str to ndarray, shape (S,)
        The keys of `QUANTITIES`.
    """
    group = fit.pooled
    accuracy = median_study(group.mu)
    values = {
        "sens": accuracy[:, 0],
        "spec": accuracy[:, 1],
        "tau_sens": group.tau[:, 0],
        "tau_spec": group.tau[:, 1],
        "rho": group.rho,
        "auc": area_of_law(group.effects or EffectLaw(group.mu), group.tau),
        "lr_pos": lr_pos(group.mu),
        "lr_neg": lr_neg(group.mu),
        "dor": dor(group.mu),
    }
    unknown = np.full(group.rho.size, np.nan)
    have = fit.identified
    return {
        name: values[name]
        if all(h or not n for h, n in zip(have, needed, strict=True))
        else unknown
        for name, needed in QUANTITIES.items()
    }


def follow(
    whole: Fit,
    fits: Sequence[Fit | None],
    prob: float = 0.95,
    cuts: tuple[float, float] = USUAL_CUTS,
) -> tuple[dict[str, Moved], Verdict]:
    """Summarise every quantity in each fit.

    Parameters
    ----------
    whole : Fit
        Of all studies, without covariates.
    fits : sequence of Fit or None
        N fits; None gives NaN.
    prob : float
        Level of the intervals.
    cuts : tuple of float
        Ratios of the verdict: LR− is to be below the first, LR+ above the second.

    Returns
    -------
    dict of str to Moved
        The keys of `QUANTITIES`.
    Verdict
    """
    levels = [(1 - prob) / 2, 0.5, (1 + prob) / 2]
    table = np.full((len(fits) + 1, len(QUANTITIES), 3), np.nan)
    chance = np.full((len(fits) + 1, 2), np.nan)
    for row, fit in enumerate((*fits, whole)):
        if fit is None:
            continue
        draws = draws_of(fit)
        values = np.stack(list(draws.values()))
        known = np.isfinite(values).all(axis=1)
        table[row, known] = np.quantile(values[known], levels, axis=1).T
        if known[list(QUANTITIES).index("lr_neg")]:
            chance[row] = (draws["lr_neg"] < cuts[0]).mean(), (draws["lr_pos"] > cuts[1]).mean()
    moved = {
        name: Moved(*table[:-1, place].T.copy(), *(float(x) for x in table[-1, place, [1, 0, 2]]))
        for place, name in enumerate(QUANTITIES)
    }
    out, into = chance[:-1].T.copy()
    return moved, Verdict(out, into, float(chance[-1, 0]), float(chance[-1, 1]), cuts)
