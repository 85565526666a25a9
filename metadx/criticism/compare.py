"""Which covariates matter: formulas against each other, on the same studies."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from metadx.cards.load import LoadedCard
from metadx.criticism.bayes_factor import bayes_factors
from metadx.criticism.comparison import Compared, Comparison
from metadx.criticism.comparison_notes import comparison_notes
from metadx.criticism.evidence import evidence
from metadx.criticism.explained import explained
from metadx.criticism.leave_one_out import leave_one_out, sum_error
from metadx.criticism.likelihood_ratio import likelihood_ratio
from metadx.designs.comparison import formula_pair
from metadx.designs.design import NO_COVARIATES
from metadx.engines.fit import Fit, fit
from metadx.engines.maximum_likelihood import MaximumLikelihood, maximum_likelihood
from metadx.engines.request import policy_of, table_of
from metadx.errors import ConvergenceWarning
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import MissingPolicy
from metadx.studies.review import Review

type Formulas = tuple[str, str]


def compare(
    data: AccuracyTable | Review,
    formulas: Sequence[str],
    model: str | Path | LoadedCard | None = None,
    *,
    missing: MissingPolicy | None = None,
    draws: int = 4000,
    seed: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Rank formulas by leave-one-out prediction, with evidence, heterogeneity and likelihood ratio.

    All formulas are fitted to the same studies under the same card and seed, so each row is what
    `metadx.fit` gives for that formula. No covariates, ``"~ 1"``, are always among them.

    Parameters
    ----------
    data : AccuracyTable or Review
    formulas : sequence of str
        ``"~ setting"`` for both margins, or ``"sens ~ setting; spec ~ setting + year"``.
    model : str, Path, LoadedCard or None
        As of `metadx.fit`.
    missing : {"error", "drop", "level"} or None
        What to do with studies that lack a covariate of any of the formulas; None takes the
        review's own choice, else "error".
    draws : int
        Posterior draws of each fit.
    seed : int or None
        None takes the review's own seed, else 1.
    say : callable
        Told each step.

    Returns
    -------
    Comparison

    Raises
    ------
    FitError
        If no engine can answer.
    CardError, DataError, MetadxError
        If the card, the table, a formula or a setting is wrong.

    Warns
    -----
    ConvergenceWarning
        If a check of a fit failed.

    References
    ----------
    Vehtari A, Gelman A, Gabry J. Practical Bayesian model evaluation using leave-one-out
    cross-validation and WAIC. Stat Comput 2017;27:1413-1432 (the difference and its error).

    Examples
    --------
    >>> import metadx
    >>> found = metadx.compare(metadx.load_dataset("anti-ccp"), ["~ generation"], draws=1000)
    >>> [(one.formula, one.parameters) for one in found.models]
    [('~ generation', 7), ('~ 1', 5)]
    """
    pairs = tuple(dict.fromkeys(((NO_COVARIATES,) * 2, *(_pair(text) for text in formulas))))
    policy = policy_of(data, missing)
    table, dropped = _same_studies(data, pairs, policy)
    studies = replace(data, table=table) if isinstance(data, Review) else table
    alone: tuple[Fit, MaximumLikelihood] | None = None
    found = []
    for sens, spec in pairs:
        name = formula_text(sens, spec)
        say(f"fitting {name}")
        own = fit(
            studies,
            model,
            sens=sens,
            spec=spec,
            missing="error",
            draws=draws,
            seed=seed,
            study_effects=False,
        )
        link = own.card.card.link
        highest = maximum_likelihood(table, sens=sens, spec=spec, missing="error", link=link)
        alone = alone or (own, highest)
        say(f"leaving studies out of {name}")
        found.append(_compared(name, own, highest, alone))
    models = _ranked(found)
    return Comparison(models, policy, dropped, comparison_notes(models, dropped))


def formula_text(sens: str, spec: str) -> str:
    """Write the formulas of both margins as one text, as `compare` takes them.

    Examples
    --------
    >>> formula_text("~ year", "~ year"), formula_text("~ 1", "~ year")
    ('~ year', 'spec ~ year')
    """
    if sens == spec:
        return sens
    named = (("sens", sens), ("spec", spec))
    return "; ".join(f"{margin} {text}" for margin, text in named if text != NO_COVARIATES)


def _pair(text: str) -> Formulas:
    sens, spec = (
        NO_COVARIATES if "".join(formula.split()) == "~1" else formula
        for formula in formula_pair(text)
    )
    return sens, spec


def _same_studies(
    data: AccuracyTable | Review, pairs: Sequence[Formulas], policy: MissingPolicy
) -> tuple[AccuracyTable, tuple[str, ...]]:
    """Treat the missing values of all covariates of all formulas at once."""
    from metadx.designs.missing import covariates_of, handle_missing

    table = table_of(data)
    names = covariates_of([formula for pair in pairs for formula in pair], table)
    return handle_missing(table, names, policy)


def _compared(
    name: str, own: Fit, highest: MaximumLikelihood, alone: tuple[Fit, MaximumLikelihood]
) -> Compared:
    with warnings.catch_warnings():
        # A refit on the edge of a check is a refit all the same; `Compared.loo` names the study.
        warnings.simplefilter("ignore", ConvergenceWarning)
        loo = leave_one_out(own, refit=True)
    return Compared(
        formula=name,
        fit=own,
        loo=loo,
        difference=0.0,
        difference_se=0.0,
        evidence=evidence(own),
        bayes_factors=bayes_factors(own, alone[0]) if own is not alone[0] else (),
        explained=explained(own, alone[0]),
        likelihood_ratio=likelihood_ratio(highest, alone[1]),
    )


def _ranked(found: Sequence[Compared]) -> tuple[Compared, ...]:
    ordered = sorted(found, key=lambda one: -one.loo.total)
    best = ordered[0].loo.elpd
    return tuple(
        replace(
            one,
            difference=one.loo.total - ordered[0].loo.total,
            difference_se=sum_error(one.loo.elpd - best),
        )
        for one in ordered
    )
