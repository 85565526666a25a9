"""What is known of the agreement of raters: tables, ratings, or what a paper printed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metadx.studies.agreement_checks import check_rows

type IntArray = NDArray[np.int64]
type Weights = Literal["unweighted", "linear", "quadratic"]

WEIGHTS: tuple[Weights, ...] = ("unweighted", "linear", "quadratic")


@dataclass(frozen=True)
class PrintedKappa:
    """A kappa as printed, with what was printed beside it.

    Parameters
    ----------
    value : float
    decimals : int
        Digits after the point that were printed: the value lies within half a unit of the last.
    lower, upper : float or None
        Limits of its confidence interval.
    se : float or None
        Standard error.
    interval_decimals : int
        Digits printed of the limits and of the standard error, where not told of each.
    level : float
        Level of the interval.
    weights : {"unweighted", "linear", "quadratic"} or None
        None where the paper does not say.
    lower_decimals, upper_decimals, se_decimals : int or None
        Digits printed of each, where they differ.
    """

    value: float
    decimals: int = 2
    lower: float | None = None
    upper: float | None = None
    se: float | None = None
    interval_decimals: int = 2
    level: float = 0.95
    weights: Weights | None = None
    lower_decimals: int | None = None
    upper_decimals: int | None = None
    se_decimals: int | None = None

    def places(self, figure: Literal["lower", "upper", "se"]) -> int:
        """Return the digits printed of a limit or of the standard error.

        Examples
        --------
        >>> PrintedKappa(0.5, lower=0.52, upper=0.6, upper_decimals=1).places("upper")
        1
        """
        own = {"lower": self.lower_decimals, "upper": self.upper_decimals, "se": self.se_decimals}
        told = own[figure]
        return self.interval_decimals if told is None else told

    @property
    def standard_error(self) -> float | None:
        """The standard error as printed, else half the interval over its normal quantile.

        None where nothing was printed, or what was printed rounds to no spread at all.

        Examples
        --------
        >>> round(PrintedKappa(0.6, lower=0.45, upper=0.76).standard_error, 4)
        0.0791
        """
        if self.se is not None and self.se > 0:
            return self.se
        if self.lower is None or self.upper is None or self.upper <= self.lower:
            return None
        from statistics import NormalDist

        return (self.upper - self.lower) / (2 * NormalDist().inv_cdf((1 + self.level) / 2))


@dataclass(frozen=True)
class PrintedSpearman:
    """A rank correlation as printed.

    Parameters
    ----------
    value : float
    decimals : int
    continuous : bool
        True where the first rater's measurement, before it was cut into categories, was ranked
        against the second rater's category; False where both are categories.
    """

    value: float
    decimals: int = 2
    continuous: bool = True


@dataclass(frozen=True)
class Quartiles:
    """Median and quartiles of the first rater's measurement, in the unit of the boundaries."""

    lower: float
    median: float
    upper: float


@dataclass(frozen=True, eq=False)
class AgreementRow:
    """What is known of one pair of raters, about one finding in one region of one study.

    Parameters
    ----------
    study, finding, region : str
        Where it belongs; empty where the table has no such column.
    rater_a, rater_b : str
        The two raters; `rater_a` makes the rows of the cross-table.
    n : int
        Cases that both rated.
    counts : ndarray of int, shape (C, C), or None
        The cross-table on the full scale of C categories.
    margins_a, margins_b : tuple of ndarray of int, shape (C,)
        How often each category was given: empty where unknown, several where a correction of a
        misprint names several candidates.
    kappa : PrintedKappa or None
    spearman : PrintedSpearman or None
    quartiles : Quartiles or None
    """

    study: str
    finding: str
    region: str
    rater_a: str
    rater_b: str
    n: int
    counts: IntArray | None = None
    margins_a: tuple[IntArray, ...] = ()
    margins_b: tuple[IntArray, ...] = ()
    kappa: PrintedKappa | None = None
    spearman: PrintedSpearman | None = None
    quartiles: Quartiles | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Study, finding and region."""
        return self.study, self.finding, self.region

    @property
    def label(self) -> str:
        """Its name on figures and in tables: finding, region, study and raters as far as given."""
        parts = [part for part in (self.finding, self.region, self.study) if part]
        return ", ".join(parts) or f"{self.rater_a} and {self.rater_b}"


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings of the same cases by three or more raters.

    Parameters
    ----------
    study, finding, region : str
    raters : tuple of str, length J
    values : ndarray of int, shape (N, J)
        Place of the category on the scale, from 0; -1 where a rater gave none.
    """

    study: str
    finding: str
    region: str
    raters: tuple[str, ...]
    values: IntArray


@dataclass(frozen=True)
class Correction:
    """A misprint of a margin and what may have been meant; declared in `review.toml`.

    Parameters
    ----------
    finding, region, study, rater : str
    printed : tuple of int
    candidates : tuple of tuple of int
    reason : str
    """

    rater: str
    printed: tuple[int, ...]
    candidates: tuple[tuple[int, ...], ...]
    reason: str
    finding: str = ""
    region: str = ""
    study: str = ""


@dataclass(frozen=True, eq=False)
class AgreementTable:
    """Everything that is known of the agreement of raters, validated once.

    Parameters
    ----------
    categories : tuple of str, length C
        The scale, from the lowest category.
    rows : tuple of AgreementRow
        One for each pair of raters.
    ratings : tuple of Ratings
        Blocks of three or more raters; their pairs stand in `rows` too.
    boundaries : tuple of float, length C - 1, or empty
        Lower limits of the categories above the first on the first rater's measurement.
    whole : str
        The region that the others are parts of; empty where there is none.
    groups : dict of str to str
        Kind of each finding, such as "inflammatory"; empty where none is declared.
    corrections : tuple of Correction
        Those that were applied.
    remarks : tuple of (str, str)
        What a reader must know of the data: what it is about, and the words.
    boundary_unit : str
        Unit of the boundaries.
    source, sha256 : str
        Names of the files and hash of their bytes.

    Raises
    ------
    DataError
        If a row contradicts itself: shapes, sums or figures that cannot be.
    """

    categories: tuple[str, ...]
    rows: tuple[AgreementRow, ...]
    ratings: tuple[Ratings, ...] = ()
    boundaries: tuple[float, ...] = ()
    whole: str = ""
    groups: dict[str, str] = field(default_factory=dict, hash=False)
    corrections: tuple[Correction, ...] = ()
    source: str = ""
    sha256: str = ""
    remarks: tuple[tuple[str, str], ...] = ()
    boundary_unit: str = ""

    def __post_init__(self) -> None:
        """Refuse rows that contradict themselves, whoever made them."""
        check_rows(self.rows, self.n_categories, source=self.source)

    @property
    def n_rows(self) -> int:
        """Number of pairs of raters, over findings, regions and studies."""
        return len(self.rows)

    @property
    def n_categories(self) -> int:
        """Number of categories of the scale."""
        return len(self.categories)

    @property
    def studies(self) -> tuple[str, ...]:
        """Names of the studies in order of appearance."""
        return _distinct(row.study for row in self.rows)

    @property
    def findings(self) -> tuple[str, ...]:
        """Names of the findings in order of appearance."""
        return _distinct(row.finding for row in self.rows)

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions in order of appearance."""
        return _distinct(row.region for row in self.rows)

    @property
    def labels(self) -> tuple[str, ...]:
        """One name for each row, all different: with the raters where the rest is the same."""
        names = [row.label for row in self.rows]
        return tuple(
            name if names.count(name) == 1 else _with_raters(row)
            for name, row in zip(names, self.rows, strict=True)
        )

    def is_part(self, row: AgreementRow) -> bool:
        """Tell whether a row is about a part of the whole region."""
        return bool(self.whole) and row.region != self.whole


def _with_raters(row: AgreementRow) -> str:
    raters = f"{row.rater_a} and {row.rater_b}"
    return raters if row.label == raters else f"{row.label}, {raters}"


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
