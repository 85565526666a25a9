"""The levels of a grouped figure: which studies each has, and what its posterior can tell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metadx.errors import MetadxError
from metadx.estimands.logistic import FloatArray, IntArray
from metadx.plots.fitted import CountTable, StudyGroup
from metadx.plots.labels import LONGEST_LEVEL, clean
from metadx.plots.short_names import short_names

FEWEST_IN_LEVEL = 3


@dataclass(frozen=True, eq=False)
class SomeRows:
    """The counts of some studies of a table, in a given order.

    Parameters
    ----------
    study : tuple of str
        Labels.
    tp, fp, fn, tn : ndarray of int
        Counts.
    counted : str
        What they are of, in the plural.
    """

    study: tuple[str, ...]
    tp: IntArray
    fp: IntArray
    fn: IntArray
    tn: IntArray
    counted: str

    @property
    def n_studies(self) -> int:
        """Number of studies."""
        return len(self.study)

    @property
    def n_diseased(self) -> IntArray:
        """Persons with the target condition."""
        return self.tp + self.fn

    @property
    def n_nondiseased(self) -> IntArray:
        """Persons without the target condition."""
        return self.fp + self.tn


def some_rows(table: CountTable, rows: IntArray) -> SomeRows:
    """Take some studies out of a table.

    Parameters
    ----------
    table : CountTable
        All studies.
    rows : ndarray of int
        Which of them, in the order wanted.

    Returns
    -------
    SomeRows

    Examples
    --------
    >>> import metadx
    >>> table = metadx.load_dataset("telomerase").table
    >>> some_rows(table, np.array([1])).study == table.study[1:2]
    True
    """
    study = tuple(table.study[i] for i in rows)
    return SomeRows(
        study, table.tp[rows], table.fp[rows], table.fn[rows], table.tn[rows], table.counted
    )


@dataclass(frozen=True, eq=False)
class Level:
    """One level, or one chosen value, of a grouped figure.

    Parameters
    ----------
    group : StudyGroup
        Its posterior.
    rows : ndarray of int
        Its studies; none for a chosen value of a continuous covariate.
    table : SomeRows
        Their counts.
    identified : tuple of bool
        Whether any study informs its sens and its spec: a study of the level itself, or one of
        another level for which that margin has the same mean.
    name : str
        The level, without the covariate that all levels of the figure share; shortened, but never
        to the name of another level.
    """

    group: StudyGroup
    rows: IntArray
    table: SomeRows
    identified: tuple[bool, bool]
    name: str

    @property
    def few(self) -> bool:
        """Whether it has studies, but too few of them have both arms for a region of its own."""
        both = (self.table.n_diseased > 0) & (self.table.n_nondiseased > 0)
        return len(self.rows) > 0 and int(both.sum()) < FEWEST_IN_LEVEL


@dataclass(frozen=True, eq=False)
class Levels:
    """All levels of a grouped figure.

    Parameters
    ----------
    levels : tuple of Level
        In the order given.
    rest : ndarray of int
        Studies of no level.
    covariate : str
        The covariate that sets the levels apart; "" where none does.
    own_heterogeneity : bool
        Whether tau and rho differ between the levels, as in separate fits.
    """

    levels: tuple[Level, ...]
    rest: IntArray
    covariate: str
    own_heterogeneity: bool

    @property
    def any_identified(self) -> bool:
        """Whether sens and spec are both identified for at least one level."""
        return any(all(level.identified) for level in self.levels)


def levels_of(
    groups: Sequence[StudyGroup], table: CountTable, covariate: str | None = None
) -> Levels:
    """Sort the studies of a table into the levels of one covariate.

    Parameters
    ----------
    groups : sequence of StudyGroup
        The levels, in the order of the figure.
    table : CountTable
        The studies that their `studies` count.
    covariate : str, optional
        Keep only the groups of this covariate.

    Returns
    -------
    Levels

    Raises
    ------
    MetadxError
        If there is no group, a study is in two of them, or a group names a row that the table
        does not have.
    """
    groups = _of_one(groups, covariate)
    owner: dict[int, str] = {}
    for group in groups:
        for row in map(int, group.studies):
            if not 0 <= row < table.n_studies:
                raise MetadxError(
                    f'grouped figure: the group "{group.label}" has row {row + 1} of a table of '
                    f"{table.n_studies} studies; give the table that the groups come from."
                )
            if row in owner:
                raise MetadxError(
                    f'grouped figure: "{table.study[row]}" is in the groups "{owner[row]}" and '
                    f'"{group.label}"; give groups that share no study.'
                )
            owner[row] = group.label
    parts = [some_rows(table, np.asarray(group.studies, dtype=np.intp)) for group in groups]
    first = groups[0]
    names = [clean(group.label.removeprefix(f"{first.covariate} = ")) for group in groups]
    levels = tuple(
        Level(group, np.asarray(group.studies, dtype=np.intp), part, known, name)
        for group, part, known, name in zip(
            groups,
            parts,
            (_known(group, groups, parts) for group in groups),
            short_names(names, LONGEST_LEVEL),
            strict=True,
        )
    )
    return Levels(
        levels=levels,
        rest=np.array([row for row in range(table.n_studies) if row not in owner], dtype=np.intp),
        covariate=first.covariate,
        own_heterogeneity=not all(np.array_equal(group.tau, first.tau) for group in groups),
    )


def _of_one(groups: Sequence[StudyGroup], covariate: str | None) -> list[StudyGroup]:
    """Keep the groups of one covariate."""
    names = list(dict.fromkeys(group.covariate for group in groups))
    if covariate is None and len(names) > 1:
        raise MetadxError(
            f"grouped figure: found groups of the covariates {', '.join(names)}; name one of them "
            "as covariate=..."
        )
    kept = [group for group in groups if covariate in (None, group.covariate)]
    if not kept:
        raise MetadxError(
            f"grouped figure: found groups of {', '.join(names) or 'no covariate'}; wanted are "
            f"those of {covariate or 'at least one'}."
        )
    return kept


def _known(
    group: StudyGroup, groups: Sequence[StudyGroup], parts: Sequence[SomeRows]
) -> tuple[bool, bool]:
    def informed(margin: int) -> bool:
        mean: FloatArray = group.mu[:, margin]
        arms = ("n_diseased", "n_nondiseased")
        same = (np.array_equal(other.mu[:, margin], mean) for other in groups)
        # A value of a continuous covariate has no studies of its own: all inform it.
        return len(group.studies) == 0 or any(
            here and bool(getattr(part, arms[margin]).any())
            for here, part in zip(same, parts, strict=True)
        )

    return informed(0), informed(1)
