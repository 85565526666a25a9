"""A whole analysis: pooled, by covariates, and each level by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict

import numpy as np

from metadx.cards.load import LoadedCard
from metadx.designs.design import NO_COVARIATES, Kind, Value
from metadx.engines.fit import Fit, fit
from metadx.engines.group_draws import Group
from metadx.engines.request import formulas_of, policy_of, table_of
from metadx.engines.settings import EngineChoice
from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, MissingPolicy
from metadx.studies.problems import listed, quoted
from metadx.studies.review import Review


@dataclass(frozen=True, eq=False)
class Subgroups:
    """Each level of a covariate fitted by itself, with its own means, heterogeneity, correlation.

    Parameters
    ----------
    covariate : str
    levels : tuple of str
    labels : tuple of str
        What the groups are called.
    fits : tuple of Fit
        One for each level, without covariates.
    studies : tuple of ndarray of int
        Rows of the table of each.
    """

    covariate: str
    levels: tuple[str, ...]
    labels: tuple[str, ...]
    fits: tuple[Fit, ...]
    studies: tuple[np.ndarray[tuple[int], np.dtype[np.intp]], ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The draws of every level; those of different levels are independent."""
        return tuple(
            replace(
                each.pooled,
                label=label,
                covariate=self.covariate,
                at=MappingProxyType({self.covariate: level}),
                studies=rows,
            )
            for level, label, each, rows in zip(
                self.levels, self.labels, self.fits, self.studies, strict=True
            )
        )


@dataclass(frozen=True, eq=False)
class Analysis:
    """What one run finds out about a review.

    Parameters
    ----------
    pooled : Fit
        Without covariates, of the same studies as the other fits.
    regression : Fit or None
        With covariates: one heterogeneity for all levels.
    subgroups : Subgroups or None
        Each level by itself.
    chosen : tuple of Kind
        Kinds of study the caller asked for, beside those of the design.
    lost : tuple of str
        What was lost with the studies left out: levels that no other study has.
    """

    pooled: Fit
    regression: Fit | None = None
    subgroups: Subgroups | None = None
    chosen: tuple[Kind, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def main(self) -> Fit:
        """The fit with covariates where there is one, else the pooled fit."""
        return self.regression or self.pooled

    @property
    def fits(self) -> tuple[tuple[str, Fit], ...]:
        """Every fit with its name: "pooled", "regression", ``"setting = screening"``, ..."""
        found = [("pooled", self.pooled)]
        if self.regression:
            found.append(("regression", self.regression))
        if self.subgroups:
            of = self.subgroups
            found += [
                (f"{of.covariate} = {level}", each)
                for level, each in zip(of.levels, of.fits, strict=True)
            ]
        return tuple(found)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The draws of every kind of study under the fit with covariates; empty without one."""
        if self.regression is None:
            return ()
        return (*self.regression.groups, *(self.regression.group(kind) for kind in self.chosen))

    @property
    def passed(self) -> bool:
        """Whether every check of every fit passed."""
        return all(each.passed for _, each in self.fits)


class _Options(TypedDict):
    """What all fits of an analysis share."""

    engine: EngineChoice
    draws: int
    study_effects: bool | None


def analyse(
    data: AccuracyTable | Review,
    model: str | Path | LoadedCard | None = None,
    *,
    sens: str | None = None,
    spec: str | None = None,
    subgroup: str | None = None,
    missing: MissingPolicy | None = None,
    at: Sequence[Mapping[str, Value]] = (),
    engine: EngineChoice = "auto",
    draws: int = 4000,
    seed: int | None = None,
    study_effects: bool | None = None,
) -> Analysis:
    """Pool a review, and where covariates are asked for say what they do.

    Parameters
    ----------
    data : AccuracyTable or Review
    model : str, Path, LoadedCard or None
        Id or path of a card; None takes the review's own choice, else ``bivariate-binomial``.
    sens, spec : str or None
        Formulas for the mean logits, such as ``"~ setting + year"``; None takes the review's own,
        else ``"~ 1"``.
    subgroup : str or None
        Categorical covariate whose levels are fitted by themselves, each with its own
        heterogeneity, beside the regression (on this covariate, in both margins, where no formula
        is given). None takes the review's own.
    missing : {"error", "drop", "level"} or None
        What becomes of studies that lack a covariate, as of `metadx.fit`.
    at : sequence of mapping
        Kinds of study to give results for beside the levels, such as
        ``{"setting": "screening", "year": 2020}``.
    engine : {"auto", "marginal", "nuts"}
        As of `metadx.fit`, for every fit of the analysis.
    draws : int
        Posterior draws of each fit.
    seed : int or None
        None takes the review's own seed, else 1.
    study_effects : bool or None
        Draw each study's own accuracy; None means yes up to 1,000 studies.

    Returns
    -------
    Analysis
        Its fits are all of the same studies.

    Raises
    ------
    FitError
        If no engine can answer.
    CardError, DataError, MetadxError
        If the card, the table, a formula, the subgroup, a chosen value or a setting is wrong.

    Warns
    -----
    ConvergenceWarning
        If a check of a fit failed.

    Examples
    --------
    >>> import metadx
    >>> found = metadx.analyse(metadx.load_dataset("anti-ccp"), subgroup="generation", draws=1000)
    >>> [name for name, _ in found.fits]
    ['pooled', 'regression', 'generation = CCP1', 'generation = CCP2']
    """
    table, review = table_of(data), data if isinstance(data, Review) else None
    formulas, policy = formulas_of(data, sens, spec), policy_of(data, missing)
    if subgroup is None and review:
        subgroup = review.analysis.subgroup
    options: _Options = {"engine": engine, "draws": draws, "study_effects": study_effects}
    plain = formulas == (NO_COVARIATES, NO_COVARIATES)
    if plain and subgroup is None:
        if at:
            raise DataError("values of covariates can be chosen only where a formula has them.")
        return Analysis(
            fit(data, model, sens=NO_COVARIATES, spec=NO_COVARIATES, seed=seed, **options)
        )
    if subgroup is not None:
        _check_subgroup(table, subgroup)
        if plain:
            from metadx.designs.factors import name_text

            formulas = (f"~ {name_text(subgroup, table.source)}",) * 2
    table, dropped, lost = _without_missing(table, formulas, subgroup, policy)
    if subgroup is not None:
        _check_levels(table, subgroup, dropped, alone=plain)
    chosen = _chosen(table, formulas, at)  # before the fits: a value may be wrong
    base = replace(review, table=table) if review else table
    # Each study's own accuracy comes from the fit with covariates, which knows more of it.
    beside: _Options = {**options, "study_effects": False}
    pooled = fit(base, model, sens=NO_COVARIATES, spec=NO_COVARIATES, seed=seed, **beside)
    sens, spec = formulas
    regression = fit(base, model, sens=sens, spec=spec, seed=seed, **options)
    if not regression.design.has_covariates:  # such as ~ x - x
        return Analysis(regression)
    regression = replace(regression, dropped=dropped)
    subgroups = None if subgroup is None else _by_themselves(base, subgroup, regression, options)
    return Analysis(pooled, regression, subgroups, chosen, lost)


def _by_themselves(
    base: AccuracyTable | Review, subgroup: str, regression: Fit, options: _Options
) -> Subgroups:
    """Fit each level of a covariate on its own."""
    table = regression.table
    covariate = table.covariates[subgroup]
    assert isinstance(covariate, Categorical)  # checked before; missing values change no kind
    # Seeds of their own keep the draws of different levels independent.
    seeds = np.random.SeedSequence(regression.seed).generate_state(len(covariate.levels)).tolist()
    fits, studies = [], []
    for level, seed in zip(covariate.levels, seeds, strict=True):
        rows = np.flatnonzero([value == level for value in covariate.values])
        part = table.take(rows)
        data = replace(base, table=part) if isinstance(base, Review) else part
        one = fit(
            data, regression.card, sens=NO_COVARIATES, spec=NO_COVARIATES, seed=seed, **options
        )
        fits.append(one)
        studies.append(rows)
    alone = set(regression.design.covariates) <= {subgroup}
    labels = tuple(level if alone else f"{subgroup} = {level}" for level in covariate.levels)
    return Subgroups(subgroup, covariate.levels, labels, tuple(fits), tuple(studies))


def _chosen(
    table: AccuracyTable, formulas: tuple[str, str], at: Sequence[Mapping[str, Value]]
) -> tuple[Kind, ...]:
    """Find the kinds of study that the caller asked for."""
    if not at:
        return ()
    from metadx.designs.formula import build_design, design_row

    design = build_design(table, sens=formulas[0], spec=formulas[1])
    return tuple(design_row(table, design, values) for values in at)


def analysis_of(fitted: Fit) -> Analysis:
    """Return the analysis that a single fit is part of: pooled too where it has covariates.

    Parameters
    ----------
    fitted : Fit

    Returns
    -------
    Analysis
    """
    if not fitted.design.has_covariates:
        return Analysis(fitted)
    settings = fitted.settings
    pooled = fit(
        fitted.table,
        fitted.card,
        engine=settings.engine,
        draws=settings.draws,
        seed=settings.seed,
        study_effects=False,  # each study's own accuracy comes from the fit with covariates
    )
    pooled = replace(
        pooled,
        title=fitted.title,
        synthetic=fitted.synthetic,
        synthetic_note=fitted.synthetic_note,
    )
    return Analysis(pooled, fitted)


def _check_subgroup(table: AccuracyTable, subgroup: str) -> None:
    names = [c.name for c in table.covariates.values() if isinstance(c, Categorical)]
    if subgroup in names:
        return
    wanted = f"wanted one of {listed([quoted(name) for name in names])}"
    if not names:
        wanted = "the table has no categorical covariate"
    what = "is continuous" if subgroup in table.covariates else "is no covariate of the table"
    raise DataError(f"{table.source}: subgroup {quoted(subgroup)} {what}; {wanted}.")


def _check_levels(
    table: AccuracyTable, subgroup: str, dropped: Sequence[str], *, alone: bool
) -> None:
    """Refuse a subgroup that tells no studies apart, or with a regression on it all of them."""
    covariate = table.covariates[subgroup]
    assert isinstance(covariate, Categorical)  # checked before; missing values change no kind
    levels, studies = covariate.levels, table.n_studies
    if len(levels) == 1:
        which, ways = "every study", ""
        if dropped:
            which = f"with {len(dropped)} of {studies + len(dropped)} studies left out every other"
            ways = ", or give the missing values"
        raise DataError(
            f"{table.source}: {which} has {subgroup} = {levels[0]}, so there are no subgroups; "
            f"leave the subgroup out{ways}."
        )
    if alone and len(levels) == studies:
        raise DataError(
            f"{table.source}: subgroup {quoted(subgroup)} has a level for each of the {studies} "
            "studies, so a regression on it cannot be fitted, and one study alone says nothing of "
            "how studies differ: a level needs several studies. Merge levels, or choose another "
            "column."
        )


def _without_missing(
    table: AccuracyTable, formulas: tuple[str, str], subgroup: str | None, policy: MissingPolicy
) -> tuple[AccuracyTable, tuple[str, ...], tuple[str, ...]]:
    """Treat the missing values of all covariates in use at once: all fits see the same studies."""
    from metadx.designs.missing import covariates_of, handle_missing, lost_levels

    names = covariates_of(formulas, table)
    if subgroup is not None and subgroup not in names:
        names = (*names, subgroup)
    left, dropped = handle_missing(table, names, policy)
    return left, dropped, lost_levels(table, left, names)
