"""The same studies under other models: what each predicts, and whether the answer depends on it."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from metadx.cards.load import LoadedCard, load_card
from metadx.criticism.chance_words import enumerate_names
from metadx.criticism.comparison import CLEAR_ERRORS, SMALL_DIFFERENCE
from metadx.criticism.leave_one_out import LeaveOneOut, leave_one_out, sum_error
from metadx.criticism.moved import draws_of, require_pooled
from metadx.criticism.retitled import retitled
from metadx.criticism.stacking import stacking_weights
from metadx.designs.design import NO_COVARIATES
from metadx.engines.fit import Fit, fit
from metadx.errors import ConvergenceWarning, FitError
from metadx.estimands.logistic import expit
from metadx.estimands.summary import Summary, summarise
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import Review

#: The shipped models that differ in more than their priors; the default first.
MODELS = (
    "bivariate-binomial",
    "bivariate-t",
    "bivariate-probit",
    "bivariate-cloglog",
    "independent-margins",
    "fixed-effect",
)
_CLEAR_EVIDENCE = 10.0  # log odds; no prior within reason makes up for it
_FEW_STUDIES = 10  # below it the stacking weights are mostly chance


@dataclass(frozen=True, eq=False)
class AlternativeModel:
    """One model fitted to the studies.

    Parameters
    ----------
    id, title : str
        Of the card.
    fit : Fit
    loo : LeaveOneOut
        Studies with a heavy tail are predicted by a fit without them.
    difference, difference_se : float
        Of the total leave-one-out log predictive density from that of the best model (0 for
        itself), with its standard error over studies.
    evidence_gap : float or None
        Log evidence less that of the best model; None where an engine gave none.
    weight : float
        In the stacking mixture; NaN for one study, which ranks no models.
    quantities : mapping of str to Summary or None
        sens, spec (median study), sens_new, spec_new (a new study), lr_pos, lr_neg, dor, auc,
        tau_sens, tau_spec, rho; None where the model or the data do not define it. Each tau is on
        the scale of the model's own link.
    """

    id: str
    title: str
    fit: Fit
    loo: LeaveOneOut
    difference: float
    difference_se: float
    evidence_gap: float | None
    weight: float
    quantities: Mapping[str, Summary | None]

    @property
    def elpd(self) -> float:
        """Leave-one-out log predictive density, summed over studies."""
        return self.loo.total

    @property
    def elpd_se(self) -> float:
        """Its standard error over studies."""
        return self.loo.se

    @property
    def pareto_k_max(self) -> float:
        """Largest tail shape of the leave-one-out weights; above 0.7 the study was refitted."""
        known = self.loo.pareto_k[~np.isnan(self.loo.pareto_k)]
        return float(known.max()) if known.size else float("nan")

    @property
    def passed(self) -> bool:
        """Whether every check of the fit passed and every left-out study is predicted reliably."""
        return self.fit.passed and not self.loo.doubtful.size

    @property
    def clearly_worse(self) -> bool:
        """Whether the best model predicts better by at least 4, and not by chance.

        That is by 2 standard errors; or the data are e¹⁰ times as probable under it. One study far
        out can make the standard error as large as any difference: no reason to hold on to the
        model that does not expect it.
        """
        gap = -self.difference
        by_error = gap >= CLEAR_ERRORS * self.difference_se
        by_evidence = self.evidence_gap is not None and self.evidence_gap <= -_CLEAR_EVIDENCE
        return gap >= SMALL_DIFFERENCE and (by_error or by_evidence)


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Models side by side on the same studies.

    Parameters
    ----------
    models : tuple of AlternativeModel
        The one that predicts best first.
    reference : str
        Id of the model of the analysis.
    failed : tuple of (str, str)
        Ids of models that no engine could fit, and why.
    """

    models: tuple[AlternativeModel, ...]
    reference: str
    failed: tuple[tuple[str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether every model could be fitted and may be believed."""
        return not self.failed and all(one.passed for one in self.models)

    @property
    def words(self) -> str:
        """Which models the data can tell apart, and how far the answer depends on the choice."""
        parts = [_prediction_words(self), *_range_words(self), _stacking_words(self)]
        doubtful = [one.id for one in self.models if not one.passed]
        if doubtful:
            parts.append(f"Not to be relied on, for a failed check: {enumerate_names(doubtful)}.")
        if self.failed:
            parts.append(
                f"Could not be fitted: {enumerate_names([name for name, _ in self.failed])}."
            )
        return " ".join(part for part in parts if part)


def model_alternatives(
    data: Fit | AccuracyTable | Review,
    cards: Sequence[str | Path | LoadedCard] = MODELS,
    *,
    draws: int = 2000,
    seed: int | None = None,
    prob: float = 0.95,
    say: Callable[[str], None] = lambda _: None,
) -> Alternatives:
    """Fit the studies under several models and compare what they predict and what they say.

    No covariates are used. Unlike a choice between formulas this is no search for the best model:
    where models cannot be told apart, what differs between their answers belongs to the
    uncertainty.

    Parameters
    ----------
    data : Fit, AccuracyTable or Review
        A fit is used as it stands, without being made again; it and its card are then the model of
        the analysis, else the first card is.
    cards : sequence of str, Path or LoadedCard
        Models to compare; by default all shipped ones that differ in more than their priors.
    draws : int
        Posterior draws of each fit.
    seed : int or None
        None takes that of the fit or of the review, else 1.
    prob : float
        Level of the intervals.
    say : callable
        Told each step.

    Returns
    -------
    Alternatives

    Raises
    ------
    FitError
        If the fit has covariates, or not one model can be fitted.
    CardError, DataError
        If a card or the table is wrong.

    References
    ----------
    Vehtari A, Gelman A, Gabry J. Practical Bayesian model evaluation using leave-one-out
    cross-validation and WAIC. Stat Comput 2017;27:1413-1432.
    Yao Y, Vehtari A, Simpson D, Gelman A. Using stacking to average Bayesian predictive
    distributions. Bayesian Anal 2018;13:917-1007.

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("telomerase")
    >>> found = model_alternatives(review, ["bivariate-binomial", "fixed-effect"], draws=1000)
    >>> [one.id for one in found.models], found.models[1].clearly_worse
    (['bivariate-binomial', 'fixed-effect'], True)
    """
    if isinstance(data, Fit):
        require_pooled(data, "a comparison of models")
        seed = data.seed if seed is None else seed
    studies = data.table if isinstance(data, Fit) else data
    own = data if isinstance(data, Fit) else None
    found = [] if own is None else [_model(own, prob)]
    failed = []
    loaded = [each if isinstance(each, LoadedCard) else load_card(each) for each in cards]
    reference = own.card if own is not None else loaded[0]
    for card in loaded:
        if own is not None and card.card.id == own.card.card.id:
            continue
        say(f"fitting {card.card.id}")
        try:
            found.append(_model(_fitted(studies, card, own, draws, seed), prob))
        except FitError as error:
            failed.append((card.card.id, str(error)))
    if not found:
        raise FitError("; ".join(f"{name}: {why}" for name, why in failed))
    return Alternatives(_ranked(found), reference.card.id, tuple(failed))


def _fitted(
    studies: AccuracyTable | Review, card: LoadedCard, own: Fit | None, draws: int, seed: int | None
) -> Fit:
    with warnings.catch_warnings():
        # A failed check is kept in the fit, and said in words.
        warnings.simplefilter("ignore", ConvergenceWarning)
        made = fit(
            studies,
            card,
            sens=NO_COVARIATES,
            spec=NO_COVARIATES,
            draws=draws,
            seed=seed,
            study_effects=False,
        )
    return made if own is None else retitled(made, own)


def _model(made: Fit, prob: float) -> AlternativeModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            loo = leave_one_out(made, refit=True)
        except FitError:  # a study is doubtful then, and the model does not pass
            loo = leave_one_out(made)
    card = made.card.card
    return AlternativeModel(
        id=card.id,
        title=card.title,
        fit=made,
        loo=loo,
        difference=0.0,
        difference_se=0.0,
        evidence_gap=None,
        weight=float("nan"),
        quantities=quantities_of(made, prob),
    )


def quantities_of(made: Fit, prob: float = 0.95) -> dict[str, Summary | None]:
    """Summarise what models or priors are compared by.

    Parameters
    ----------
    made : Fit
        Without covariates.
    prob : float
        Level of the intervals.

    Returns
    -------
    dict of str to Summary or None
        None where the model or the data do not define the quantity.
    """
    draws = draws_of(made)
    new = expit(made.pooled.new_logits)
    for column, (margin, known) in enumerate(zip(("sens", "spec"), made.identified, strict=True)):
        draws[f"{margin}_new"] = new[:, column] if known else np.full(len(new), np.nan)
    return {
        name: summarise(values, prob) if np.isfinite(values).all() else None
        for name, values in draws.items()
    }


def _ranked(found: Sequence[AlternativeModel]) -> tuple[AlternativeModel, ...]:
    elpd = np.stack([one.loo.elpd for one in found], axis=1)
    weights = stacking_weights(elpd) if elpd.shape[0] > 1 else np.full(len(found), np.nan)
    # The order of the cards decides between models that predict alike.
    order = sorted(range(len(found)), key=lambda place: -found[place].elpd)
    best = found[order[0]]
    return tuple(
        replace(
            found[place],
            difference=found[place].elpd - best.elpd,
            difference_se=sum_error(found[place].loo.elpd - best.loo.elpd),
            evidence_gap=_gap(found[place].fit, best.fit),
            weight=float(weights[place]),
        )
        for place in order
    )


def _gap(one: Fit, best: Fit) -> float | None:
    own, other = one.engine.log_evidence, best.engine.log_evidence
    return None if own is None or other is None else own - other


def _prediction_words(found: Alternatives) -> str:
    best, *others = found.models
    if not others:
        return f"Only {best.id} could be compared."
    worse = [one.id for one in others if one.clearly_worse]
    close = [one.id for one in others if not one.clearly_worse]
    told = f"Of {len(found.models)} models {best.id} predicts studies left out best"
    if not close:
        return f"{told}, and clearly better than {enumerate_names(worse)}."
    told += f", but the data cannot tell {enumerate_names(close)} from it"
    if worse:
        verb = "is" if len(worse) == 1 else "are"
        told += f"; {enumerate_names(worse)} {verb} clearly worse"
    return f"{told}."


def _range_words(found: Alternatives) -> list[str]:
    """Say how far the accuracy moves among the models that the data do not rule out."""
    kept = [one for one in found.models if not one.clearly_worse]
    if len(kept) < 2:
        return []
    parts = []
    for name, words in (("sens", "sensitivity"), ("spec", "specificity")):
        medians = [q.median for one in kept if (q := one.quantities[name]) is not None]
        if len(medians) < 2:
            continue
        low, high = f"{min(medians):.3f}", f"{max(medians):.3f}"
        parts.append(
            f"{words} is {low}" if low == high else f"{words} lies between {low} and {high}"
        )
    if not parts:
        return []
    joined = ", the ".join(parts)
    return [f"Among the models not clearly worse, of the median study the {joined}."]


def _stacking_words(found: Alternatives) -> str:
    shown = [one for one in found.models if one.weight >= 0.005]
    if len(found.models) < 2 or not shown:
        return ""
    shown.sort(key=lambda one: -one.weight)
    listed = ", ".join(f"{one.id} {one.weight:.2f}" for one in shown)
    told = f"Stacking weights: {listed}."
    if found.models[0].fit.table.n_studies < _FEW_STUDIES:
        told += " With so few studies they are mostly chance."
    return told
