"""Missing values of covariates: refused, dropped with their studies, or a level of their own."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from metadx.designs.factors import name_text, unknown
from metadx.designs.parse import parse_formula
from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Covariate, MissingPolicy
from metadx.studies.problems import listed, quoted

type Mask = NDArray[np.bool_]

NOT_REPORTED = "not reported"
"""The level that stands for missing values of a categorical covariate."""


def covariates_of(formulas: Iterable[str], table: AccuracyTable) -> tuple[str, ...]:
    """Return the covariates that formulas use.

    Parameters
    ----------
    formulas : iterable of str
    table : AccuracyTable

    Returns
    -------
    tuple of str
        Names, in the order of the table.

    Raises
    ------
    DataError
        If a formula cannot be read or names no covariate of the table.

    Examples
    --------
    >>> table = AccuracyTable.from_counts(["Kim 2019"], [31], [0], [2], [9])
    >>> covariates_of(["~ 1", "~ 1"], table)
    ()
    """
    formulas = tuple(formulas)
    for name in table.covariates:
        if "`" in name and any(name in formula for formula in formulas):
            name_text(name, table.source)  # refuses it
    used = {
        factor.name
        for formula in formulas
        for term in parse_formula(formula, table.covariates)
        for factor in term
    }
    return tuple(name for name in table.covariates if name in used)


def handle_missing(
    table: AccuracyTable, names: Iterable[str], policy: MissingPolicy
) -> tuple[AccuracyTable, tuple[str, ...]]:
    """Return a table without missing values in some covariates.

    Parameters
    ----------
    table : AccuracyTable
    names : iterable of str
        The covariates that are used; missing values of others do not matter.
    policy : {"error", "drop", "level"}
        What to do about a missing value: refuse the table, drop the study, or give a categorical
        covariate the further level "not reported".

    Returns
    -------
    table : AccuracyTable
        The same one where nothing is missing.
    dropped : tuple of str
        Labels of the studies that were dropped.

    Raises
    ------
    DataError
        If a name is no covariate of the table; if a value is missing and the policy is "error",
        or is "level" and the covariate is continuous; or if no study is left.

    Examples
    --------
    >>> nation = Categorical("nation", ("Italy", None), ("Italy",), "Italy")
    >>> table = AccuracyTable.from_counts(
    ...     ["Lee 2003", "Kim 2019"], [68, 31], [14, 0], [35, 2], [132, 9],
    ...     covariates={"nation": nation},
    ... )
    >>> handle_missing(table, ["nation"], "drop")[1]
    ('Kim 2019',)
    >>> handle_missing(table, ["nation"], "level")[0].covariates["nation"].levels
    ('Italy', 'not reported')
    """
    names = tuple(names)
    for name in names:
        if name not in table.covariates:
            raise unknown(name, table.covariates, table.source)
    missing = {name: _missing(table.covariates[name]) for name in names}
    missing = {name: where for name, where in missing.items() if where.any()}
    if not missing:
        return table, ()
    if policy == "error":
        raise DataError(
            f"{table.source}: {_who(table, missing)}. Give the values, leave the covariate out, "
            f"drop these studies (--missing drop), or take missing values of a categorical "
            f'covariate as the level "{NOT_REPORTED}" (--missing level).'
        )
    if policy == "level":
        return _as_level(table, missing), ()
    anywhere = np.logical_or.reduce(list(missing.values()))
    if anywhere.all():
        raise DataError(
            f"{table.source}: {_who(table, missing)}; with these studies dropped none is left. "
            "Leave a covariate out."
        )
    dropped = tuple(table.study[row] for row in np.flatnonzero(anywhere))
    return table.take(np.flatnonzero(~anywhere)), dropped


def lost_levels(
    before: AccuracyTable, after: AccuracyTable, names: Iterable[str]
) -> tuple[str, ...]:
    """Say which levels are gone with the studies that were left out.

    Parameters
    ----------
    before, after : AccuracyTable
        With and without these studies.
    names : iterable of str
        The covariates that are used.

    Returns
    -------
    tuple of str
        One sentence for each covariate that lost a level.
    """
    sentences = []
    for name in names:
        old, new = before.covariates[name], after.covariates[name]
        if not (isinstance(old, Categorical) and isinstance(new, Categorical)):
            continue
        gone = [level for level in old.levels if level not in new.levels]
        if gone:
            what = "the level" if len(gone) == 1 else "the levels"
            text = f"With the studies left out, {what} {listed(gone)} of {name}"
            if old.reference in gone:
                reference = "the reference" if len(gone) == 1 else f"{old.reference} the reference"
                text += f", {reference}, "
                ending = f"; {new.reference} takes its place as the reference."
            else:
                text, ending = f"{text} ", "."
            sentences.append(f"{text}{'is' if len(gone) == 1 else 'are'} gone{ending}")
    return tuple(sentences)


def _missing(covariate: Covariate) -> Mask:
    if isinstance(covariate, Categorical):
        return np.array([value is None for value in covariate.values])
    return np.isnan(covariate.values)


def _who(table: AccuracyTable, missing: dict[str, Mask]) -> str:
    return "; ".join(
        f"{name} is missing in {int(where.sum())} of {table.n_studies} studies "
        f"({listed([quoted(table.study[row]) for row in np.flatnonzero(where)], 10)})"
        for name, where in missing.items()
    )


def _as_level(table: AccuracyTable, missing: dict[str, Mask]) -> AccuracyTable:
    covariates = dict(table.covariates)
    numbers = {n: w for n, w in missing.items() if not isinstance(covariates[n], Categorical)}
    if numbers:
        raise DataError(
            f"{table.source}: {_who(table, numbers)}. A number cannot have the level "
            f'"{NOT_REPORTED}": give the values, drop these studies (--missing drop), or leave '
            f"{listed(list(numbers))} out."
        )
    for name in missing:
        covariate = covariates[name]
        if isinstance(covariate, Categorical):
            covariates[name] = replace(
                covariate,
                values=tuple(NOT_REPORTED if v is None else v for v in covariate.values),
                levels=tuple(dict.fromkeys((*covariate.levels, NOT_REPORTED))),
            )
    return replace(table, covariates=covariates)
