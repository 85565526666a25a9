"""Posterior predictive checks for two by two tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.criticism.calibration import Verdict
from metadx.criticism.chance_words import enumerate_names, p_words
from metadx.criticism.influence import Influence
from metadx.criticism.new_study import new_effects, predictive_logits
from metadx.criticism.pit import Extreme, extreme_pit, typical_pit
from metadx.criticism.predictive_law import predictive_law
from metadx.criticism.predictive_statistics import (
    SHORT,
    PredictiveStatistic,
    Tables,
    compare_statistics,
)
from metadx.criticism.refit import LeftOut, refits
from metadx.engines.fit import Fit
from metadx.estimands.logistic import expit
from metadx.estimands.summary import check_prob

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]

_SUSPICIOUS = 0.05
_FEW = 50  # studies; below it two groups of studies far apart would mostly stay inside the bands
_FEWEST = 4  # studies; with fewer hardly any table could contradict the model
_COPIES = 25  # randomisations of the PIT, of which the middle one is kept
_STREAM = 11  # keeps these random numbers apart from those of the fit


@dataclass(frozen=True, eq=False)
class PredictiveChecks:
    """What the fitted model predicts for the table, beside the table.

    Parameters
    ----------
    study : tuple of str, length N
        Labels, in the order of the table.
    pit : ndarray, shape (N, 2)
        Randomised leave-one-out probability integral transforms of tp and tn: where the observed
        count lies among those that the other studies predict; of 25 randomisations that with the
        middle verdict. Uniform under the model; NaN for an empty arm and where a study cannot be
        left out.
    replicated_tp, replicated_tn : ndarray of int, shape (S, N)
        Replicated tables: the same arms, parameters from the posterior, new study effects.
    statistics : tuple of PredictiveStatistic
        Features of the table beside those of the replicated ones.
    uniform : tuple of Verdict
        Whether the PIT of each margin that has any stay inside simultaneous bands. The bands are
        those of independent values. Leave-one-out PIT hang together through the studies that they
        share, and leave the bands much more rarely than one minus `prob` says: that they do is
        strong evidence against the model, that they do not is weak evidence for it.
    notes : tuple of str
        What could not be checked, and why.
    prob : float
        Level of the bands, of both margins together, were the PIT independent.
    extreme : Extreme or None
        The PIT nearest to 0 or 1; None where there is none.
    """

    study: tuple[str, ...]
    pit: FloatArray
    replicated_tp: IntArray
    replicated_tn: IntArray
    statistics: tuple[PredictiveStatistic, ...]
    uniform: tuple[Verdict, ...]
    notes: tuple[str, ...]
    prob: float
    extreme: Extreme | None = None

    @property
    def failed(self) -> tuple[PredictiveStatistic, ...]:
        """Features that the model does not reproduce: p below 0.05."""
        return tuple(one for one in self.statistics if one.p_value < _SUSPICIOUS)

    @property
    def words(self) -> str:
        """What was found, in plain sentences."""
        parts = []
        for one in self.failed:
            low, high = one.expected()
            known = p_words(one.p_value, 1 / one.replicated.size)
            parts.append(
                f"The {one.words} is {_number(one.observed)}, where the model expects "
                f"{_number(low)} to {_number(high)} ({known})."
            )
        sound = [one for one in self.statistics if one not in self.failed]
        if sound:
            parts.append(_reproduced(sound, len(self.study)))
        outside = [one.name for one in self.uniform if not one.inside]
        level = f"{100 * self.prob:g}%"
        if outside:
            parts.append(
                f"The counts of {enumerate_names(outside)} are not distributed as the other "
                f"studies predict: the leave-one-out PIT leave the {level} band of independent "
                "values."
            )
        elif self.uniform and not self.failed and not self._extreme:
            names = enumerate_names([one.name for one in self.uniform])
            parts.append(
                f"The leave-one-out PIT values of {names} stay inside the {level} band of "
                "independent values"
                + (", which only a gross conflict would leave." if self._few else ".")
            )
        if self._extreme:
            parts.append(self._extreme)
        return " ".join([*parts, *self.notes])

    @property
    def _extreme(self) -> str:
        """A sentence about a count far out among all; empty where there is none."""
        found = self.extreme
        if found is None or found.p_value >= _SUSPICIOUS:
            return ""
        end = "low" if found.pit < 0.5 else "high"
        return (
            f"The {found.margin} of {found.study} is {end} beyond what the other studies predict "
            f"({p_words(found.p_value, found.floor)} with all {found.counts} counts allowed for)."
        )

    @property
    def _few(self) -> bool:
        return len(self.study) < _FEW


def predictive_checks(
    fit: Fit,
    *,
    prob: float = 0.95,
    seed: int | None = None,
    influence: Influence | None = None,
    without: Sequence[LeftOut] | None = None,
    draws: int = 2000,
    say: Callable[[str], None] | None = None,
) -> PredictiveChecks:
    """Compare the table with tables that the fitted model predicts.

    Parameters
    ----------
    fit : Fit
        Of N studies; may have covariates.
    prob : float
        Level of the simultaneous bands of the PIT, both margins together, were the PIT
        independent.
    seed : int or None
        Of the replicated counts and the random parts of the PIT; None takes that of the fit.
    influence : Influence, optional
        Its refits are taken.
    without : sequence of LeftOut, optional
        Refits made already; they are made here where neither is given.
    draws : int
        Of each refit made here.
    say : callable, optional
        Told each step.

    Returns
    -------
    PredictiveChecks

    References
    ----------
    Gelman A, Meng X-L, Stern H. Posterior predictive assessment of model fitness via realized
    discrepancies. Stat Sin 1996;6:733-807. Czado C, Gneiting T, Held L. Predictive model
    assessment for count data. Biometrics 2009;65:1254-1261 (PIT of counts). Säilynoja T, Bürkner
    PC, Vehtari A. Graphical test for discrete uniformity. Stat Comput 2022;32:32 (bands).

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> found = predictive_checks(fit, draws=1000)
    >>> found.pit.shape, found.replicated_tp.shape, len(found.failed)
    ((10, 2), (1000, 10), 0)
    """
    check_prob(prob)
    table = fit.table
    rng = np.random.default_rng([_STREAM, fit.seed if seed is None else seed])
    notes = []
    if influence is not None and without is None:
        without = influence.without
    if without is None and table.n_studies > 1:
        without = refits(fit, draws, say)
    places = rng.random((_COPIES, table.n_studies, 2))
    bounds, floor = _bounds(fit, without or ())
    pit, uniform = typical_pit(*bounds, places, prob)
    if table.n_studies == 1:
        notes.append("With one study nothing is left to predict it from, so it has no PIT.")
    lost = [table.study[left.study] for left in without or () if left.fit is None]
    if lost:
        notes.append(f"No PIT, for want of a refit: {enumerate_names(lost)}.")
    if table.alternatives:
        named = enumerate_names([table.study[i] for i in sorted(table.alternatives)])
        notes.append(f"Of the several possible tables the one shown was checked: {named}.")
    tp, tn = _replicate(fit, rng)
    arms = (table.n_diseased, table.n_nondiseased)
    observed = Tables(table.tp[None], table.tn[None], *arms)
    statistics, undefined = compare_statistics(observed, Tables(tp, tn, *arms))
    if undefined:
        notes.append(f"Too few studies for the {enumerate_names(undefined, most=9)}.")
    return PredictiveChecks(
        study=table.study,
        pit=pit,
        replicated_tp=tp,
        replicated_tn=tn,
        statistics=statistics,
        uniform=uniform,
        notes=tuple(notes),
        prob=prob,
        extreme=extreme_pit(table.study, pit, floor),
    )


def _reproduced(sound: Sequence[PredictiveStatistic], studies: int) -> str:
    if studies < _FEWEST:
        return (
            f"With fewer than {_FEWEST} studies hardly any table could contradict the model: these "
            "checks tell next to nothing."
        )
    named = enumerate_names([SHORT[one.name] for one in sound], most=9)
    return (
        f"The fitted model reproduces the {named} of the table, which is weak evidence: it was "
        "fitted to the same table."
    )


def _number(value: float) -> str:
    return f"{value:.2g}".replace("-", "−")


def _bounds(fit: Fit, without: Sequence[LeftOut]) -> tuple[tuple[FloatArray, FloatArray], float]:
    """Give P(count < observed) and P(count <= observed), and the least that can be told from 0."""
    below, upto = np.full((2, fit.table.n_studies, 2), np.nan)
    floor = 0.0
    table = fit.table
    for left in without:
        if left.fit is None:
            continue
        i = left.study
        logits = predictive_logits(left.fit, fit.design, i)
        law = predictive_law(logits, int(table.n_diseased[i]), int(table.n_nondiseased[i]))
        counts = int(table.tp[i]), int(table.tn[i])
        below[i], upto[i] = (law.pit(*counts, (place, place)) for place in (0.0, 1.0))
        floor = max(floor, law.floor)
    return (below, upto), floor


def _replicate(fit: Fit, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Draw tp and tn of new studies with the arms and covariates of those of the table."""
    size = fit.table.n_studies
    tp = np.empty((fit.rho.size, size), dtype=np.int64)
    tn = np.empty_like(tp)
    for i in range(size):
        chances = expit(new_effects(fit, fit.design, i))
        tp[:, i] = rng.binomial(fit.table.n_diseased[i], chances[:, 0])
        tn[:, i] = rng.binomial(fit.table.n_nondiseased[i], chances[:, 1])
    return tp, tn
