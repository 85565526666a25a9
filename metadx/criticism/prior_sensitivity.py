"""How far the answer hangs on the priors: refits under declared other priors, and power-scaling."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metadx.cards.load import with_priors
from metadx.criticism.chance_words import enumerate_names, proportions
from metadx.criticism.moved import USUAL_CUTS, require_pooled
from metadx.criticism.power_scaling import PowerScaled, power_scaling, power_words, shared
from metadx.criticism.quantities import fixed_by_model, quantities_of
from metadx.criticism.retitled import retitled
from metadx.criticism.verdict_chances import Chances, chances_words, verdict_chances
from metadx.designs.design import NO_COVARIATES
from metadx.engines.fit import Fit, fit
from metadx.errors import CardError, ConvergenceWarning, FitError
from metadx.estimands.logistic import FloatArray
from metadx.estimands.summary import Summary

_FAR = 0.2  # of the width of an interval, by which a limit moves when the prior speaks too


@dataclass(frozen=True, eq=False)
class PriorRun:
    """The studies fitted under one set of priors.

    Parameters
    ----------
    name, why : str
        As the card declares them.
    priors : str
        What differs from the card, as formulas.
    fit : Fit
    quantities : mapping of str to Summary or None
        As of `metadx.criticism.quantities.quantities_of`.
    fixed : mapping of str to float
        Quantities that the model holds fixed, which have no posterior.
    chances : mapping of str to float or None
        As of `metadx.criticism.verdict_chances.verdict_chances`.
    """

    name: str
    why: str
    priors: str
    fit: Fit
    quantities: Mapping[str, Summary | None]
    fixed: Mapping[str, float]
    chances: Chances

    @property
    def passed(self) -> bool:
        """Whether every check of the fit passed."""
        return self.fit.passed


@dataclass(frozen=True, eq=False)
class PriorSensitivity:
    """What other priors would have said.

    Parameters
    ----------
    own : PriorRun
        The fit itself, under the priors of its card.
    alternatives : tuple of PriorRun
        In the order of the card; empty where it declares none.
    power : tuple of PowerScaled
        Who speaks in each parameter, the data or the prior. Where another set of priors moves a
        limit of its 95 % interval by more than a fifth of the width, not the data alone.
    failed : tuple of (str, str)
        Sets of priors under which no engine could answer, and why.
    prob : float
        Level of the intervals.
    cuts : tuple of float
        Likelihood ratios that the chances are about.
    """

    own: PriorRun
    alternatives: tuple[PriorRun, ...]
    power: tuple[PowerScaled, ...]
    failed: tuple[tuple[str, str], ...]
    prob: float = 0.95
    cuts: tuple[float, float] = USUAL_CUTS

    @property
    def passed(self) -> bool:
        """Whether every refit could be made and may be believed."""
        return not self.failed and all(run.passed for run in self.alternatives)

    @property
    def moved_words(self) -> str:
        """How far sensitivity and specificity move over the refits, and the chances with them."""
        return " ".join(part for part in (_moved_words(self), _chances_words(self)) if part)

    @property
    def words(self) -> str:
        """What hangs on the priors, the loudest first."""
        parts = [power_words(self.power, self.own.fit.table.n_studies), self.moved_words]
        doubtful = [run.name for run in self.alternatives if not run.passed]
        if doubtful:
            parts.append(f"Not to be relied on, for a failed check: {enumerate_names(doubtful)}.")
        if self.failed:
            names = [name for name, _ in self.failed]
            parts.append(f"No posterior was found under: {enumerate_names(names)}.")
        return " ".join(part for part in parts if part)


def prior_sensitivity(
    fitted: Fit,
    *,
    draws: int = 2000,
    prob: float = 0.95,
    cuts: tuple[float, float] = USUAL_CUTS,
    say: Callable[[str], None] = lambda _: None,
) -> PriorSensitivity:
    """Fit the studies again under every other prior that the card declares.

    Parameters
    ----------
    fitted : Fit
        Without covariates.
    draws : int
        Posterior draws of each refit.
    prob : float
        Level of the intervals.
    cuts : tuple of float
        Likelihood ratios of the verdict: LR− is to be below the first, LR+ above the second.
    say : callable
        Told each step.

    Returns
    -------
    PriorSensitivity

    Raises
    ------
    FitError
        If the fit has covariates.

    References
    ----------
    Kallioinen N, Paananen T, Bürkner P-C, Vehtari A. Detecting and diagnosing prior and likelihood
    sensitivity with power-scaling. Stat Comput 2024;34:57.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("anti-ccp"), draws=1000)
    >>> found = prior_sensitivity(fit, draws=1000)
    >>> found.alternatives[0].name, found.alternatives[0].passed
    ('wider', True)
    """
    require_pooled(fitted, "prior sensitivity")
    runs, failed = [], []
    for alternative in fitted.card.card.alternatives:
        say(f"fitting with the priors {alternative.name!r}")
        try:
            card = with_priors(fitted.card, alternative)
            with warnings.catch_warnings():
                # A failed check is kept in the run, and said in words.
                warnings.simplefilter("ignore", ConvergenceWarning)
                made = fit(
                    fitted.table,
                    card,
                    sens=NO_COVARIATES,
                    spec=NO_COVARIATES,
                    draws=draws,
                    seed=fitted.seed,
                    study_effects=False,
                )
        except (CardError, FitError) as error:
            failed.append((alternative.name, str(error)))
            continue
        made = retitled(made, fitted)
        told = {"name": alternative.name, "why": alternative.why, "priors": alternative.words}
        runs.append(_run(made, prob, cuts, **told))
    own = _run(
        fitted, prob, cuts, name="the card's own", why="The priors of the analysis.", priors=""
    )
    power = _heard(fitted, power_scaling(fitted, prob), runs, prob)
    return PriorSensitivity(own, tuple(runs), power, tuple(failed), prob, cuts)


def _run(
    made: Fit, prob: float, cuts: tuple[float, float], *, name: str, why: str, priors: str
) -> PriorRun:
    quantities, fixed = quantities_of(made, prob), fixed_by_model(made)
    return PriorRun(name, why, priors, made, quantities, fixed, verdict_chances(made, cuts))


def _heard(
    fitted: Fit, power: Sequence[PowerScaled], runs: Sequence[PriorRun], prob: float
) -> tuple[PowerScaled, ...]:
    """Let the prior speak too on what another declared prior moves far."""
    believed = [_parameters(run.fit) for run in runs if run.passed]
    own = _parameters(fitted)
    moved = {name: max((_moved(values[name], own[name]) for values in believed), default=0.0)
             for name in own}  # fmt: skip
    return tuple(
        shared(fitted, one, prob)
        if one.verdict == "data" and moved.get(one.parameter, 0.0) > _FAR
        else one
        for one in power
    )


def _parameters(fit: Fit) -> dict[str, FloatArray]:
    """Return the 95 % limits of every parameter, on the scale it is fitted on."""
    draws = {"rho": fit.rho.ravel()}
    for place, margin in enumerate(("sens", "spec")):
        draws[f"mu[{margin}]"] = fit.intercepts[..., place].ravel()
        draws[f"tau[{margin}]"] = fit.tau[..., place].ravel()
    return {name: np.quantile(values, [0.025, 0.975]) for name, values in draws.items()}


def _moved(limits: FloatArray, own: FloatArray) -> float:
    """Return how far the limits move, as a share of the width; 0 of a fixed parameter."""
    width = float(np.ptp(own))
    return float(np.abs(limits - own).max()) / width if width > 0 else 0.0


def _moved_words(found: PriorSensitivity) -> str:
    """Say how far sensitivity and specificity move over the refits, their limits too."""
    runs = found.alternatives
    if not runs:
        return "" if found.failed else "The card declares no other priors to compare with."
    parts = []
    for name, words in (("sens", "sensitivity"), ("spec", "specificity")):
        known = [q for run in (found.own, *runs) if (q := run.quantities[name]) is not None]
        if len(known) < 2:
            continue
        middle, lower, upper = (
            proportions([getattr(one, part) for one in known])
            for part in ("median", "lower", "upper")
        )
        parts.append(
            f"the pooled {words} is {middle}, the lower limit of its {100 * found.prob:g}% "
            f"interval {lower} and the upper {upper}"
        )
    if not parts:
        return ""
    return f"{_sets(found)} {'; '.join(parts)}."


def _chances_words(found: PriorSensitivity) -> str:
    runs = (found.own, *found.alternatives)
    told = chances_words([run.chances for run in runs], found.cuts) if len(runs) > 1 else ""
    return f"{_sets(found)} {told}." if told else ""


def _sets(found: PriorSensitivity) -> str:
    others = len(found.alternatives)
    return f"By the card's own priors and {others} other set{'s' if others > 1 else ''}"
