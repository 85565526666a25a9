"""How far the answer hangs on the priors: refits under declared other priors, and power-scaling."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from metadx.cards.load import with_priors
from metadx.criticism.alternatives import quantities_of
from metadx.criticism.chance_words import enumerate_names
from metadx.criticism.moved import require_pooled
from metadx.criticism.power_scaling import PowerScaled, power_scaling, power_words
from metadx.criticism.retitled import retitled
from metadx.designs.design import NO_COVARIATES
from metadx.engines.fit import Fit, fit
from metadx.errors import CardError, ConvergenceWarning, FitError
from metadx.estimands.summary import Summary

_SAME = 0.01  # change of sens or spec below which nothing moved


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
        As of `metadx.criticism.alternatives.quantities_of`.
    """

    name: str
    why: str
    priors: str
    fit: Fit
    quantities: Mapping[str, Summary | None]

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
        Who speaks in each parameter, the data or the prior.
    failed : tuple of (str, str)
        Sets of priors under which no engine could answer, and why.
    """

    own: PriorRun
    alternatives: tuple[PriorRun, ...]
    power: tuple[PowerScaled, ...]
    failed: tuple[tuple[str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether every refit could be made and may be believed."""
        return not self.failed and all(run.passed for run in self.alternatives)

    @property
    def moved_words(self) -> str:
        """How far sensitivity and specificity move over the refits."""
        return _moved_words(self)

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
        quantities = quantities_of(made, prob)
        runs.append(
            PriorRun(alternative.name, alternative.why, alternative.words, made, quantities)
        )
    own = PriorRun(
        "the card's own", "The priors of the analysis.", "", fitted, quantities_of(fitted, prob)
    )
    return PriorSensitivity(own, tuple(runs), power_scaling(fitted), tuple(failed))


def _moved_words(found: PriorSensitivity) -> str:
    """Say how far sensitivity and specificity move over the refits."""
    runs = found.alternatives
    if not runs:
        return "" if found.failed else "The card declares no other priors to compare with."
    parts = []
    for name, words in (("sens", "sensitivity"), ("spec", "specificity")):
        own = found.own.quantities[name]
        if own is None:
            continue
        medians = [q.median for run in runs if (q := run.quantities[name]) is not None]
        if not medians:
            continue
        low, high = min(own.median, *medians), max(own.median, *medians)
        if high - low < _SAME:
            parts.append(f"{words} moves by less than {_SAME} (from {own.median:.2f})")
        else:
            parts.append(f"{words} lies between {low:.2f} and {high:.2f}")
    if not parts:
        return ""
    sets = "one other set" if len(runs) == 1 else f"{len(runs)} other sets"
    return f"Over {sets} of priors the pooled {' and the pooled '.join(parts)}."
