"""Columns of a design matrix: one factor of a formula, coded by the studies of the fit."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.designs.coding import symmetric_coding, treatment_coding
from metadx.designs.design import Scaling
from metadx.designs.factors import Factor
from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.problems import listed, quoted

type FloatArray = NDArray[np.float64]
type Values = Mapping[str, NDArray[np.float64] | NDArray[np.str_]]

_FUNCTIONS = {"log": np.log, "log2": np.log2, "log10": np.log10, "sqrt": np.sqrt}


@dataclass(frozen=True)
class LevelColumns:
    """A categorical factor.

    Parameters
    ----------
    name : str
        Name of the covariate.
    levels : tuple of str
    reference : int
        Position of the level that the others are compared with.
    """

    name: str
    levels: tuple[str, ...]
    reference: int

    @property
    def size(self) -> int:
        """Number of columns, one less than levels."""
        return len(self.levels) - 1

    def code(self, values: Values, *, symmetric: bool) -> FloatArray:
        """Return the columns for given values of the covariates: (N, size)."""
        places = {level: place for place, level in enumerate(self.levels)}
        texts = level_texts(values[self.name])
        coding = (
            symmetric_coding(len(self.levels))
            if symmetric
            else treatment_coding(len(self.levels), self.reference)
        )
        return coding[[places[text] for text in texts]]


@dataclass(frozen=True)
class NumberColumn:
    """A continuous factor: a function of a covariate, centred and scaled.

    Parameters
    ----------
    factor : Factor
    scaling : Scaling
        Of the function's values over the studies of the fit.
    inner : Scaling or None
        Of the covariate itself, where the factor is a power: powers are taken of the centred and
        scaled covariate, so that they differ from it also where its values are all alike (years).
    """

    factor: Factor
    scaling: Scaling
    inner: Scaling | None = None
    size: int = 1

    def code(self, values: Values, *, symmetric: bool) -> FloatArray:
        """Return the column for given values of the covariates, alike in both codings: (N, 1)."""
        raw = _applied(self.factor, values[self.factor.name].astype(np.float64), self.inner)
        return np.asarray((raw - self.scaling.mean) / self.scaling.sd)[:, None]


type Columns = LevelColumns | NumberColumn


def study_values(table: AccuracyTable, names: tuple[str, ...]) -> Values:
    """Return the covariates of the studies as arrays.

    Parameters
    ----------
    table : AccuracyTable
        Without missing values in these covariates.
    names : tuple of str

    Returns
    -------
    mapping of str to ndarray, shape (N,)
        Text for a categorical covariate, numbers for a continuous one.
    """
    found: dict[str, NDArray[np.float64] | NDArray[np.str_]] = {}
    for name in names:
        covariate = table.covariates[name]
        found[name] = (
            np.array(covariate.values, dtype=np.str_)
            if isinstance(covariate, Categorical)
            else covariate.values
        )
    return found


def level_texts(values: NDArray[np.float64] | NDArray[np.str_]) -> list[str]:
    """Return the level that each value stands for; a number is written in its shortest form.

    Examples
    --------
    >>> level_texts(np.array([1.5, 3.0]))
    ['1.5', '3']
    """
    if values.dtype.kind == "f":
        return [f"{value:.10g}" for value in values.tolist()]
    return [str(value) for value in values.tolist()]


def make_columns(factor: Factor, table: AccuracyTable, about: str) -> Columns:
    """Code a factor by the studies of the fit.

    Parameters
    ----------
    factor : Factor
    table : AccuracyTable
        The studies of the fit, without missing values in this covariate.
    about : str
        The formula, used in messages.

    Returns
    -------
    LevelColumns or NumberColumn

    Raises
    ------
    DataError
        If a level has no study, there is one level only, the values are all the same, or a
        function is not defined for one of them.
    """
    covariate = table.covariates[factor.name]
    if isinstance(covariate, Categorical):
        return _levels(covariate, about)
    if factor.function == "C":
        return _numbers_as_levels(covariate, about)
    inner = None
    if factor.function == "power":
        inner = _scaling(Factor(factor.name), covariate.values, covariate.unit, about)
    elif factor.function:
        _ask_for_positive(factor, covariate, table, about)
    raw = _applied(factor, covariate.values, inner)
    unit = "" if factor.function else covariate.unit
    return NumberColumn(factor, _scaling(factor, raw, unit, about), inner)


def _applied(factor: Factor, values: FloatArray, inner: Scaling | None) -> FloatArray:
    if inner is not None:
        return np.asarray(((values - inner.mean) / inner.sd) ** factor.power)
    if factor.function in _FUNCTIONS:
        return np.asarray(_FUNCTIONS[factor.function](values))
    return values


def _levels(covariate: Categorical, about: str) -> LevelColumns:
    counts = Counter(covariate.values)
    empty = [level for level in covariate.levels if not counts[level]]
    if empty:
        raise DataError(
            f"{about}: no study of the fit has {covariate.name} = {listed(empty)}; take the level "
            "out of the table."
        )
    if len(covariate.levels) == 1:
        raise _same(covariate.name, covariate.levels[0], about)
    place = covariate.levels.index(covariate.reference)
    return LevelColumns(covariate.name, covariate.levels, place)


def _numbers_as_levels(covariate: Continuous, about: str) -> LevelColumns:
    counts = Counter(level_texts(np.sort(covariate.values)))
    if len(counts) == 1:
        raise _same(covariate.name, next(iter(counts)), about)
    reference = max(counts, key=counts.__getitem__)
    return LevelColumns(covariate.name, tuple(counts), list(counts).index(reference))


def _ask_for_positive(
    factor: Factor, covariate: Continuous, table: AccuracyTable, about: str
) -> None:
    least = 0.0 if factor.function == "sqrt" else math.nextafter(0.0, 1.0)
    wrong = [
        f"{quoted(label)} has {value:g}"
        for label, value in zip(table.study, covariate.values.tolist(), strict=True)
        if value < least
    ]
    if wrong:
        wanted = "0 or more" if factor.function == "sqrt" else "more than 0"
        raise DataError(
            f"{about}: {factor.text} needs values of {wanted}; {listed(wrong, 5)}. "
            f"Take {factor.name} as it is, or leave it out."
        )


def _scaling(factor: Factor, raw: FloatArray, unit: str, about: str) -> Scaling:
    mean = math.fsum(raw.tolist()) / len(raw)
    spread = float(np.std(raw - mean, ddof=1)) if len(raw) > 1 else 0.0
    if spread <= 1e-10 * float(np.abs(raw).max(initial=0.0)):
        if factor.function == "power":
            raise DataError(
                f"{about}: {factor.text} does not differ between the studies; take it out."
            )
        if np.ptp(raw) > 0:
            raise DataError(
                f"{about}: {factor.text} differs too little for its size to be worked with: its "
                f"values run from {raw.min():.17g} to {raw.max():.17g}. Subtract a constant from "
                f"the column, or take {factor.name} out."
            )
        raise _same(factor.name, f"{raw[0]:g}" if not factor.function else "one value", about)
    return Scaling(mean, spread, unit)


def _same(name: str, value: str, about: str) -> DataError:
    return DataError(
        f"{about}: every study of the fit has {name} = {value}, so it cannot tell studies apart; "
        f"take {name} out."
    )
