"""The same studies under other models: what each predicts, and whether the answer depends on it."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from metadx.cards.load import LoadedCard, load_card
from metadx.criticism.alternatives_words import alternatives_words
from metadx.criticism.comparison import CLEAR_ERRORS, SMALL_DIFFERENCE
from metadx.criticism.leave_one_out import LeaveOneOut, leave_one_out, sum_error
from metadx.criticism.moved import USUAL_CUTS, require_pooled
from metadx.criticism.quantities import fixed_by_model, quantities_of
from metadx.criticism.retitled import retitled
from metadx.criticism.stacking import stacking_weights
from metadx.criticism.verdict_chances import Chances, verdict_chances
from metadx.designs.design import NO_COVARIATES
from metadx.engines.fit import Fit, fit
from metadx.errors import ConvergenceWarning, FitError
from metadx.estimands.summary import Summary
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
_PULL = 1.0  # of the stacking weights towards equal shares


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
        itself), with its standard error over studies; NaN for one study, which nothing predicts.
    evidence_gap : float or None
        Log evidence less that of the best model; None where an engine gave none.
    weight : float
        In the stacking mixture of the models that are not clearly worse, 0 of the others; NaN for
        one study, which ranks no models.
    quantities : mapping of str to Summary or None
        sens, spec (median study), sens_new, spec_new (a new study), lr_pos, lr_neg, dor, auc,
        tau_sens, tau_spec, rho; None where the model or the data do not define it, or the model
        holds it fixed. Each tau is on the scale of the model's own link.
    fixed : mapping of str to float
        Quantities that the model holds fixed.
    chances : mapping of str to float or None
        As of `metadx.criticism.verdict_chances.verdict_chances`.
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
    fixed: Mapping[str, float]
    chances: Chances

    @property
    def elpd(self) -> float:
        """Leave-one-out log predictive density, summed over studies; NaN for one study."""
        return self.loo.total if self.fit.table.n_studies > 1 else float("nan")

    @property
    def link(self) -> str:
        """The scale of its effects, and of each tau."""
        return self.fit.card.card.link

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
        The highest elpd first, which of models that predict alike comes first is chance; of one
        study in the order of the cards.
    reference : str
        Id of the model of the analysis.
    failed : tuple of (str, str)
        Ids of models that no engine could fit, and why.
    cuts : tuple of float
        Likelihood ratios that the chances are about.
    """

    models: tuple[AlternativeModel, ...]
    reference: str
    failed: tuple[tuple[str, str], ...]
    cuts: tuple[float, float] = USUAL_CUTS

    @property
    def passed(self) -> bool:
        """Whether every model could be fitted and may be believed."""
        return not self.failed and all(one.passed for one in self.models)

    @property
    def words(self) -> str:
        """Which models the data can tell apart, and how far the answer depends on the choice."""
        return alternatives_words(self)


def model_alternatives(
    data: Fit | AccuracyTable | Review,
    cards: Sequence[str | Path | LoadedCard] = MODELS,
    *,
    draws: int = 2000,
    seed: int | None = None,
    prob: float = 0.95,
    cuts: tuple[float, float] = USUAL_CUTS,
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
    cuts : tuple of float
        Likelihood ratios of the verdict: LR− is to be below the first, LR+ above the second.
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
    found = [] if own is None else [_model(own, prob, cuts)]
    failed = []
    loaded = [each if isinstance(each, LoadedCard) else load_card(each) for each in cards]
    reference = own.card if own is not None else loaded[0]
    for card in loaded:
        if own is not None and card.card.id == own.card.card.id:
            continue
        say(f"fitting {card.card.id}")
        try:
            found.append(_model(_fitted(studies, card, own, draws, seed), prob, cuts))
        except FitError as error:
            failed.append((card.card.id, str(error)))
    if not found:
        raise FitError("; ".join(f"{name}: {why}" for name, why in failed))
    return Alternatives(_ranked(found), reference.card.id, tuple(failed), cuts)


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


def _model(made: Fit, prob: float, cuts: tuple[float, float]) -> AlternativeModel:
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
        fixed=fixed_by_model(made),
        chances=verdict_chances(made, cuts),
    )


def _ranked(found: Sequence[AlternativeModel]) -> tuple[AlternativeModel, ...]:
    if found[0].fit.table.n_studies == 1:
        unknown = float("nan")
        return tuple(replace(one, difference=unknown, difference_se=unknown) for one in found)
    # The order of the cards decides between models that predict exactly alike.
    first, *others = sorted(found, key=lambda one: -one.elpd)
    ranked = [
        replace(
            one,
            difference=one.elpd - first.elpd,
            difference_se=sum_error(one.loo.elpd - first.loo.elpd),
            evidence_gap=_gap(one.fit, first.fit),
        )
        for one in (first, *others)
    ]
    # A model that is clearly worse could still be given the studies near the mean: no use of it.
    kept = [one for one in ranked if not one.clearly_worse]
    shares = stacking_weights(np.stack([one.loo.elpd for one in kept], axis=1), _PULL)
    weights = dict(zip((id(one) for one in kept), shares.tolist(), strict=True))
    return tuple(replace(one, weight=weights.get(id(one), 0.0)) for one in ranked)


def _gap(one: Fit, best: Fit) -> float | None:
    own, other = one.engine.log_evidence, best.engine.log_evidence
    return None if own is None or other is None else own - other
