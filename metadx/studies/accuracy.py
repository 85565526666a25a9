"""The table of a diagnostic accuracy review: four counts a study, validated once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Self, cast

import numpy as np
import numpy.typing as npt

from metadx.errors import DataError
from metadx.studies.canonical import alternative_cells, canonical_text
from metadx.studies.cells import tidy
from metadx.studies.counts import IntArray, count_column, group_sizes
from metadx.studies.covariates import Categorical, Continuous, Covariates
from metadx.studies.labels import label_problems
from metadx.studies.problems import Problem, refuse_if_any
from metadx.studies.row_checks import (
    alternative_size_problems,
    empty_study_problems,
    group_size_problems,
)
from metadx.studies.uncertain import (
    ALTERNATIVES,
    NO_ALTERNATIVES,
    Alternatives,
    checked_alternatives,
    same_alternatives,
)
from metadx.studies.units import PARTICIPANTS

if TYPE_CHECKING:
    import pandas as pd

COUNTS = ("tp", "fp", "fn", "tn")

type Remarks = tuple[tuple[str, str], ...]
"""Pairs of a study's label and what is to be known about it."""


@dataclass(frozen=True, eq=False, repr=False)
class AccuracyTable:
    """Counts and covariates of the studies of one review; whoever holds one may trust it.

    Parameters
    ----------
    study : tuple of str, length N
        Labels, each once. Outer white space is dropped and Unicode is composed (NFC).
    tp, fp, fn, tn : (N,) int64 array
        Numbers of participants (or lesions, segments), 0 to 2**31. Kept as read-only copies.
    covariates : mapping of str to Categorical or Continuous
        Covariates by name, each with N values.
    source : str
        File name used in messages.
    sha256 : str
        Hash of the bytes of the study table; empty to hash a canonical CSV text of the content.
    rows : sequence of int or None
        The row of each study in the source, used in messages only; None counts from 1.
    alternatives : mapping of int to (M, 4) int64 array
        For each uncertain study, by its place: all tables (tp, fp, fn, tn) that it may have had,
        taken as equally likely. Its counts above are one of them, shown in its stead.
    recovered : tuple of (str, str)
        Studies whose counts were recovered from reported figures, and how.
    clashes : tuple of (str, str)
        Studies whose reported figures clash with their counts, and which.
    counted : str
        What the counts are of, in the plural, for the words of captions and pages.

    Raises
    ------
    DataError
        If there is no study, a label is empty or stands twice, a count is no whole number from 0
        up, all counts of a study are 0, a covariate has another length, or the alternatives of a
        study are no tables or do not include its counts.

    Examples
    --------
    >>> table = AccuracyTable.from_counts(
    ...     ["Lee 2003", "Kim 2019"], tp=[68, 31], fp=[14, 0], fn=[35, 2], tn=[132, 9]
    ... )
    >>> table
    AccuracyTable(2 studies, 136 diseased, 155 non-diseased, no covariates, from table)
    >>> table.n_diseased
    array([103,  33])
    """

    study: tuple[str, ...]
    tp: IntArray
    fp: IntArray
    fn: IntArray
    tn: IntArray
    covariates: Covariates = field(default_factory=dict)
    source: str = "table"
    sha256: str = ""
    rows: InitVar[Sequence[int] | None] = None
    alternatives: Alternatives = NO_ALTERNATIVES
    recovered: Remarks = ()
    clashes: Remarks = ()
    counted: str = PARTICIPANTS

    def __post_init__(self, rows: Sequence[int] | None) -> None:
        """Take read-only copies and check all of the content."""
        study = tuple(tidy(str(label)) for label in self.study)
        n = len(study)
        if n == 0:
            raise DataError(f"{self.source}: the table has no studies; give at least one row.")
        numbers = range(1, n + 1) if rows is None else list(rows)
        counts: list[IntArray] = []
        problems: list[Problem] = []
        for name in COUNTS:
            column, faults = count_column(name, getattr(self, name), n=n, source=self.source)
            counts.append(column)
            problems += _at(faults, name, study, numbers)
        if not problems:
            categories = {
                c.name: [value or "" for value in c.values]
                for c in self.covariates.values()
                if isinstance(c, Categorical) and len(c.values) == n
            }
            problems = label_problems(study, numbers, columns=categories)
            problems += empty_study_problems(counts, study, numbers)
        refuse_if_any(self.source, problems)
        _check_covariates(self.covariates, n, self.source)
        object.__setattr__(self, "study", study)
        for name, column in zip(COUNTS, counts, strict=True):
            object.__setattr__(self, name, column)
        object.__setattr__(self, "covariates", MappingProxyType(dict(self.covariates)))
        tables = checked_alternatives(self.alternatives, counts, study, self.source)
        object.__setattr__(self, "alternatives", tables)
        if not self.sha256:
            digest = hashlib.sha256(canonical_text(self).encode()).hexdigest()
            object.__setattr__(self, "sha256", digest)

    @classmethod
    def from_counts(
        cls,
        study: Sequence[str],
        tp: npt.ArrayLike,
        fp: npt.ArrayLike,
        fn: npt.ArrayLike,
        tn: npt.ArrayLike,
        *,
        covariates: Covariates | None = None,
        n_diseased: npt.ArrayLike | None = None,
        n_nondiseased: npt.ArrayLike | None = None,
        source: str = "table",
        sha256: str | None = None,
        rows: Sequence[int] | None = None,
        alternatives: Mapping[int, npt.ArrayLike] = NO_ALTERNATIVES,
        recovered: Remarks = (),
        clashes: Remarks = (),
    ) -> Self:
        """Make a table of sequences, and compare it with group sizes where they are known.

        Parameters
        ----------
        study : sequence of str, length N
            Labels.
        tp, fp, fn, tn : array-like of int, length N
            Counts, in this order or better by name: other programs take TP, FN, FP, TN. Floats
            that are whole (12.0) are taken.
        covariates : mapping of str to Categorical or Continuous, or None
            Covariates by name.
        n_diseased, n_nondiseased : array-like of int, length N, or None
            Group sizes as printed in the source: tp + fn and fp + tn must equal them. A missing
            one (nan) is not compared.
        source : str
            File name used in messages.
        sha256 : str or None
            Hash of the bytes of the study table; None hashes a canonical CSV text.
        rows : sequence of int or None
            The row of each study in the source, used in messages only.
        alternatives : mapping of int to array-like of int, shape (M, 4)
            All tables of the uncertain studies, by place; the group sizes must hold in each.
        recovered, clashes : tuple of (str, str)
            As of the class.

        Returns
        -------
        AccuracyTable

        Raises
        ------
        DataError
            As the class, or if counts and group sizes disagree.

        Examples
        --------
        >>> AccuracyTable.from_counts(["Kim 2019"], [31], [0], [2], [9], n_diseased=[28])
        Traceback (most recent call last):
            ...
        metadx.errors.DataError: table, row 1 ("Kim 2019"): tp = 31 exceeds n_diseased = 28; check
        the columns tp, fn.
        """
        table = cls(
            study=tuple(study),
            # The constructor takes any sequence and keeps arrays.
            tp=cast("IntArray", tp),
            fp=cast("IntArray", fp),
            fn=cast("IntArray", fn),
            tn=cast("IntArray", tn),
            covariates=covariates or {},
            source=source,
            sha256=sha256 or "",
            rows=rows,
            alternatives=cast("Alternatives", alternatives),
            recovered=recovered,
            clashes=clashes,
        )
        numbers = range(1, table.n_studies + 1) if rows is None else rows
        _compare_group_sizes(table, n_diseased, n_nondiseased, numbers)
        return table

    @property
    def n_studies(self) -> int:
        """Number of studies, N."""
        return len(self.study)

    @property
    def n_diseased(self) -> IntArray:
        """Participants with the target condition in each study, tp + fn: (N,) int64."""
        return self.tp + self.fn

    @property
    def n_nondiseased(self) -> IntArray:
        """Participants without the target condition in each study, fp + tn: (N,) int64."""
        return self.fp + self.tn

    def take(self, places: Sequence[int] | npt.NDArray[np.intp]) -> "AccuracyTable":
        """Return a table of some of the studies, in their order here.

        Parameters
        ----------
        places : sequence of int
            Positions of the studies, from 0.

        Returns
        -------
        AccuracyTable
            Levels that no study has any more are gone; where the reference is, the most frequent
            level takes its place. `sha256` stays that of the whole study table.

        Raises
        ------
        DataError
            If no study is left.

        Examples
        --------
        >>> table = AccuracyTable.from_counts(
        ...     ["Lee 2003", "Kim 2019"], [68, 31], [14, 0], [35, 2], [132, 9]
        ... )
        >>> table.take([1]).study
        ('Kim 2019',)
        """
        chosen = np.unique(np.asarray(places, dtype=np.intp))
        covariates = {
            name: covariate.take(chosen.tolist()) for name, covariate in self.covariates.items()
        }
        study = tuple(self.study[i] for i in chosen)
        return type(self)(
            study=study,
            tp=self.tp[chosen],
            fp=self.fp[chosen],
            fn=self.fn[chosen],
            tn=self.tn[chosen],
            covariates={name: kept for name, kept in covariates.items() if kept is not None},
            source=self.source,
            sha256=self.sha256,
            alternatives={
                new: self.alternatives[old]
                for new, old in enumerate(chosen.tolist())
                if old in self.alternatives
            },
            recovered=tuple(remark for remark in self.recovered if remark[0] in study),
            clashes=tuple(remark for remark in self.clashes if remark[0] in study),
            counted=self.counted,
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return labels, counts and covariates as a data frame, one row a study.

        Returns
        -------
        pandas.DataFrame
            Columns study, tp, fp, fn, tn and one for each covariate; with uncertain studies also
            alternatives, their tables as text. `metadx.read_table` reads it back.

        Examples
        --------
        >>> AccuracyTable.from_counts(["Kim 2019"], [31], [0], [2], [9]).to_frame()
              study  tp  fp  fn  tn
        0  Kim 2019  31   0   2   9
        """
        import pandas as pd

        counts = {name: getattr(self, name) for name in COUNTS}
        covariates = {name: covariate.values for name, covariate in self.covariates.items()}
        frame = pd.DataFrame({"study": self.study, **counts, **covariates})
        if self.alternatives:
            frame.insert(5, ALTERNATIVES, alternative_cells(self))
        return frame

    def __eq__(self, other: object) -> bool:
        """Compare labels, counts and covariates; where they were read from does not matter."""
        if not isinstance(other, AccuracyTable):
            return NotImplemented
        return (
            self.study == other.study
            and all(np.array_equal(getattr(self, c), getattr(other, c)) for c in COUNTS)
            and dict(self.covariates) == dict(other.covariates)
            and same_alternatives(self.alternatives, other.alternatives)
        )

    def __hash__(self) -> int:
        """Hash labels and counts, which equal tables share."""
        return hash((self.study, *(getattr(self, name).tobytes() for name in COUNTS)))

    def __repr__(self) -> str:
        """Say how much there is."""
        names = ", ".join(self.covariates)
        uncertain = f" ({len(self.alternatives)} uncertain)" if self.alternatives else ""
        many = "study" if self.n_studies == 1 else "studies"
        return (
            f"AccuracyTable({self.n_studies} {many}{uncertain}, "
            f"{int(self.n_diseased.sum())} diseased, "
            f"{int(self.n_nondiseased.sum())} non-diseased, "
            f"{'covariates ' + names if names else 'no covariates'}, from {self.source})"
        )

    def __reduce__(self) -> tuple[type["AccuracyTable"], tuple[object, ...]]:
        """Rebuild through the constructor: copies and other processes get a frozen table too."""
        counts = (getattr(self, name) for name in COUNTS)
        content = (self.study, *counts, dict(self.covariates), self.source, self.sha256)
        remarks = (dict(self.alternatives), self.recovered, self.clashes, self.counted)
        return type(self), (*content, None, *remarks)


def _check_covariates(covariates: Covariates, n: int, source: str) -> None:
    for key, covariate in covariates.items():
        if not isinstance(covariate, Categorical | Continuous):
            raise DataError(f'{source}: covariate "{key}" must be a Categorical or a Continuous.')
        if key != covariate.name:
            raise DataError(
                f'{source}: the covariate under "{key}" is named "{covariate.name}"; '
                "use its name as the key."
            )
        if len(covariate.values) != n:
            raise DataError(
                f'{source}: covariate "{key}" has {len(covariate.values)} values; wanted one for '
                f"each of the {n} studies."
            )


def _compare_group_sizes(
    table: AccuracyTable,
    n_diseased: npt.ArrayLike | None,
    n_nondiseased: npt.ArrayLike | None,
    rows: Sequence[int],
) -> None:
    arms = (
        ("n_diseased", n_diseased, ("tp", table.tp), ("fn", table.fn)),
        ("n_nondiseased", n_nondiseased, ("fp", table.fp), ("tn", table.tn)),
    )
    problems: list[Problem] = []
    for name, given, positive, negative in arms:
        if given is None:
            continue
        size, faults = group_sizes(name, given, n=table.n_studies, source=table.source)
        problems += _at(faults, name, table.study, rows)
        problems += group_size_problems(positive, negative, (name, size), table.study, rows)
        sums = {
            i: tables[:, COUNTS.index(positive[0])] + tables[:, COUNTS.index(negative[0])]
            for i, tables in table.alternatives.items()
        }
        problems += alternative_size_problems(sums, (name, size), table.study, rows)
    refuse_if_any(table.source, problems)


def _at(
    faults: dict[int, str], name: str, study: Sequence[str], rows: Sequence[int]
) -> list[Problem]:
    return [Problem(f"{name} {why}", rows[i], study[i]) for i, why in faults.items()]
