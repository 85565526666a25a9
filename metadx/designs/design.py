"""Design matrices: how the mean logits of a study follow from its covariates.

The levels of a categorical covariate are coded symmetrically: the columns sum to 0 over the levels,
are orthogonal, and are scaled so that independent priors N(0, s²) on the coefficients give the
difference between *any* two levels the prior N(0, s²), whichever is the reference and however many
levels there are. A continuous covariate is centred at its mean over the studies and divided by its
standard deviation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]
type ColumnKind = Literal["intercept", "contrast", "slope"]
type Value = str | float

NO_COVARIATES = "~ 1"


@dataclass(frozen=True, eq=False)
class MarginDesign:
    """The design of one margin, sensitivity or specificity.

    Parameters
    ----------
    formula : str
        As the user wrote it, such as ``"~ setting + year"``.
    matrix : ndarray, shape (N, P)
        Rows by study; the first column is 1.
    kinds : tuple, length P
        What each coefficient is, which decides its prior: the "intercept" has that of mu, a
        "contrast" that of a difference between levels, a "slope" (any term with a continuous
        covariate in it) that of a change per standard deviation.
    effects : tuple of str, length P - 1
        Names of the coefficients as they are reported: ``"setting=screening"`` is the difference
        from the reference level, ``"year"`` the change per standard deviation.
    to_effects : ndarray, shape (P, P)
        From coefficients to (mean at the reference levels and at the average of the continuous
        covariates, effects).
    """

    formula: str
    matrix: FloatArray
    kinds: tuple[ColumnKind, ...]
    effects: tuple[str, ...]
    to_effects: FloatArray

    @property
    def size(self) -> int:
        """Number of coefficients P."""
        return len(self.kinds)

    @classmethod
    def intercept(cls, studies: int) -> "MarginDesign":
        """One mean for all studies."""
        return cls(NO_COVARIATES, np.ones((studies, 1)), ("intercept",), (), np.ones((1, 1)))


@dataclass(frozen=True)
class Scaling:
    """How a continuous covariate enters: (x - mean) / sd over the studies of the fit."""

    mean: float
    sd: float
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of study that results are given for.

    Parameters
    ----------
    label : str
        ``"3D CNN"``, or ``"architecture = 3D CNN"`` where several covariates are in play.
    covariate : str
        The covariate whose level or value sets this kind apart; "" for a kind the user asked for.
    at : mapping
        The covariates that are set, by name; the others stand at their average over the studies
        of the fit (the mean of the rows of the design matrix with these set).
    sens, spec : ndarray, shape (P,), (Q,)
        Rows of the two designs.
    studies : ndarray of int
        Rows of the table that are of this kind; empty where a value of a continuous covariate
        sets it apart.
    remarks : tuple of str
        What a reader must know of this kind: values beyond those of the studies, combinations of
        levels that no study has.
    """

    label: str
    covariate: str
    at: Mapping[str, Value]
    sens: FloatArray
    spec: FloatArray
    studies: IntArray
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Design:
    """The designs of both margins and the kinds of study they tell apart.

    Parameters
    ----------
    sens, spec : MarginDesign
    covariates : tuple of str
        Names of the covariates in either formula, in the order of the table.
    scaling : mapping of str to Scaling
        Of the continuous terms by their text: ``"year"``, ``"log(patients)"``.
    kinds : tuple of Kind
        For each covariate in turn its levels, or values of a continuous one; empty without
        covariates.
    remarks : tuple of str
        What a reader must know: levels with few studies, covariates that cannot be told apart.
    """

    sens: MarginDesign
    spec: MarginDesign
    covariates: tuple[str, ...] = ()
    scaling: Mapping[str, Scaling] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ()
    remarks: tuple[str, ...] = ()

    @classmethod
    def without_covariates(cls, studies: int) -> "Design":
        """One mean for all studies, in both margins."""
        return cls(MarginDesign.intercept(studies), MarginDesign.intercept(studies))

    @property
    def sizes(self) -> tuple[int, int]:
        """Numbers of coefficients of sens and spec."""
        return self.sens.size, self.spec.size

    @property
    def has_covariates(self) -> bool:
        """Whether any mean depends on a covariate."""
        return bool(self.covariates)
