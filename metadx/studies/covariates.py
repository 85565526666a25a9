"""Covariates of studies: one value a study, either a level or a number."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from metadx.errors import DataError

type FloatArray = npt.NDArray[np.float64]
type Kind = Literal["categorical", "continuous", "note"]
#: What becomes of a study that lacks a covariate of a formula.
type MissingPolicy = Literal["error", "drop", "level"]

MISSING_POLICIES: tuple[str, ...] = get_args(MissingPolicy.__value__)


@dataclass(frozen=True)
class CovariateSpec:
    """What a review says about one column of its study table.

    Parameters
    ----------
    kind : {"categorical", "continuous", "note"}
        A ``note`` is free text carried for the reader; it never becomes a covariate.
    meaning : str
        What the column tells, in words.
    unit : str
        Unit of a continuous column.
    reference : str or None
        Level of a categorical column that the others are compared with; None takes the most
        frequent.
    missing : str or None
        Level of a categorical column that an empty cell means; None leaves it missing.
    """

    kind: Kind
    meaning: str = ""
    unit: str = ""
    reference: str | None = None
    missing: str | None = None


@dataclass(frozen=True)
class Categorical:
    """A covariate that takes one of a few levels.

    Parameters
    ----------
    name : str
        Header of its column.
    values : tuple of (str or None), length N
        The level of each study; None where it is missing.
    levels : tuple of str
        The levels, each once, in the order they are to be shown.
    reference : str
        The level that the others are compared with.
    meaning : str
        What the covariate tells, in words.

    Raises
    ------
    DataError
        If a level is listed twice, a value is no level or the reference is no level.

    Examples
    --------
    >>> assay = Categorical("assay", ("CCP1", "CCP2", None), ("CCP1", "CCP2"), "CCP2")
    >>> assay.reference
    'CCP2'
    """

    name: str
    values: tuple[str | None, ...]
    levels: tuple[str, ...]
    reference: str
    meaning: str = ""

    def __post_init__(self) -> None:
        """Check that values, levels and reference belong together."""
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "levels", tuple(self.levels))
        about = f'covariate "{self.name}"'
        if not self.levels:
            raise DataError(f"{about}: it has no level; leave the covariate out.")
        if len(set(self.levels)) < len(self.levels):
            raise DataError(f"{about}: a level is listed twice in {', '.join(self.levels)}.")
        strangers = sorted({str(v) for v in self.values if v is not None} - set(self.levels))
        if strangers:
            raise DataError(
                f"{about}: {', '.join(strangers)} stands among the values but not among the "
                f"levels {', '.join(self.levels)}."
            )
        if self.reference not in self.levels:
            raise DataError(
                f'{about}: the reference "{self.reference}" is none of the levels '
                f"{', '.join(self.levels)}; name one of them."
            )

    def take(self, places: Sequence[int]) -> "Categorical | None":
        """Return the covariate of some of the studies.

        Parameters
        ----------
        places : sequence of int
            Positions of the studies.

        Returns
        -------
        Categorical or None
            Without levels that none of them has; the most frequent level is the reference where
            the reference is gone. None where all values are missing.
        """
        values = tuple(self.values[i] for i in places)
        counts = Counter(value for value in values if value is not None)
        levels = tuple(level for level in self.levels if counts[level])
        if not levels:
            return None
        gone = self.reference not in levels
        reference = max(levels, key=counts.__getitem__) if gone else self.reference
        return replace(self, values=values, levels=levels, reference=reference)


@dataclass(frozen=True, eq=False)
class Continuous:
    """A covariate that is a number.

    Parameters
    ----------
    name : str
        Header of its column.
    values : (N,) float array
        The value of each study in `unit`; nan where it is missing. Kept as a read-only copy.
    unit : str
        Unit of the values.
    meaning : str
        What the covariate tells, in words.

    Raises
    ------
    DataError
        If the values are not a one-dimensional array of numbers, or one is infinite.

    Examples
    --------
    >>> year = Continuous("year", [2003, 2005, float("nan")], unit="calendar year")
    >>> year.values
    array([2003., 2005.,   nan])
    """

    name: str
    values: FloatArray
    unit: str = ""
    meaning: str = ""

    def __post_init__(self) -> None:
        """Take a read-only copy of the values and check it."""
        try:
            values = np.array(self.values, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f'covariate "{self.name}": its values must be numbers.') from error
        if values.ndim != 1 or np.isinf(values).any():
            raise DataError(
                f'covariate "{self.name}": its values must be one finite number a study '
                "(nan where missing)."
            )
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def take(self, places: Sequence[int]) -> "Continuous":
        """Return the covariate of the studies at some positions."""
        return replace(self, values=self.values[list(places)])

    def __eq__(self, other: object) -> bool:
        """Compare content; missing equals missing."""
        if not isinstance(other, Continuous):
            return NotImplemented
        return (self.name, self.unit, self.meaning) == (
            other.name,
            other.unit,
            other.meaning,
        ) and np.array_equal(self.values, other.values, equal_nan=True)

    def __hash__(self) -> int:
        """Hash what equal covariates share."""
        return hash((self.name, self.unit, self.meaning, len(self.values)))

    def __reduce__(self) -> tuple[type["Continuous"], tuple[object, ...]]:
        """Rebuild through the constructor, so that a copy is read-only too."""
        return type(self), (self.name, self.values, self.unit, self.meaning)


type Covariate = Categorical | Continuous
type Covariates = Mapping[str, Categorical | Continuous]
