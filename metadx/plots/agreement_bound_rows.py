"""The rows of a plot of bounds, before anything is drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.use import NO_TABLE
from metadx.errors import MetadxError
from metadx.estimands.logistic import FloatArray
from metadx.plots.agreement_draws import RowDraws, limits, row_draws
from metadx.studies.agreement_bounds import (
    Bounds,
    Evidence,
    Measure,
    agreement_bounds,
    bounds_of_tables,
)

type BoolArray = NDArray[np.bool_]

MEASURES: tuple[Measure, ...] = (
    "agreement_exact",
    "agreement_within1",
    "a_higher",
    "b_higher",
)
EVIDENCE: tuple[Evidence, ...] = ("margins", "kappa", "spearman")


@dataclass(frozen=True, eq=False)
class BoundRows:
    """What a plot of bounds shows.

    Parameters
    ----------
    rows : tuple of RowDraws
        Rows with margins or with a cross-table.
    bounds : mapping of Evidence to ndarray, shape (R, 4, 2)
        Least and greatest value of each measure given the margins, given kappa as well, and given
        Spearman's correlation as well; NaN where that figure is not printed or has no table.
    posterior : ndarray, shape (R, 4, 3)
        Lower limit, median and upper limit of each measure.
    single : ndarray of bool, shape (R,)
        Whether a single cross-table is known or left.
    single_value : ndarray, shape (R, 4)
        Each measure of that table; NaN where there are several.
    """

    rows: tuple[RowDraws, ...]
    bounds: dict[Evidence, FloatArray]
    posterior: FloatArray
    single: BoolArray
    single_value: FloatArray

    @property
    def shown(self) -> list[Evidence]:
        """The evidence that gives any bars."""
        return [name for name in EVIDENCE if np.isfinite(self.bounds[name]).any()]


def bound_rows(fit: AgreementFit, prob: float) -> BoundRows:
    """Bound what can be bounded without a model, and summarise the posterior beside it.

    Parameters
    ----------
    fit : AgreementFit
    prob : float
        Probability between the limits of the posterior.

    Returns
    -------
    BoundRows

    Raises
    ------
    MetadxError
        If no row has margins or a cross-table.
    """
    rows = [one for one in row_draws(fit) if one.bounded]
    if not rows:
        raise MetadxError(
            "plot of bounds: found no row with the margins of both raters or with a cross-table; "
            "nothing else bounds agreement without a model."
        )
    every = [[_bounds(one, what) for what in MEASURES] for one in rows]
    bounds = {
        name: np.array([[cell[place] for cell in line] for line in every])
        for place, name in enumerate(EVIDENCE)
    }
    posterior = np.array([[limits(one.draws[what], prob) for what in MEASURES] for one in rows])
    tables = [one.single_table for one in rows]
    value = np.array(
        [
            [np.nan if one is None else bounds_of_tables(one[None], what).lower
             for what in MEASURES]
            for one in tables
        ]
    )  # fmt: skip
    single = np.array([one is not None for one in tables])
    return BoundRows(tuple(rows), bounds, posterior, single, value)


def _bounds(one: RowDraws, what: Measure) -> FloatArray:
    """Return bounds by margins, kappa and Spearman, shape (3, 2)."""
    row, nothing = one.row, np.full(2, np.nan)
    if row.counts is not None:
        return np.stack([nothing, nothing, nothing])
    found = [_pair(agreement_bounds(row, what, ("margins",))), nothing, nothing]
    believed: tuple[Evidence, ...] = ("margins",)
    tables = nothing
    if row.kappa is not None and one.audit.verdict not in NO_TABLE:
        believed = ("margins", "kappa")
        left = one.audit.remaining
        if left is not None and left.complete:
            tables = _pair(bounds_of_tables(left, what))
        by_programme = _pair(agreement_bounds(row, what, believed, one.weights))
        found[1] = _both(by_programme, tables)
    if row.spearman is not None:
        with_rank = _pair(agreement_bounds(row, what, (*believed, "spearman"), one.weights))
        found[2] = _both(with_rank, tables) if np.isfinite(with_rank).all() else nothing
    return np.stack(found)


def _pair(bounds: Bounds) -> FloatArray:
    return np.array([bounds.lower, bounds.upper])


def _both(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return what two bounds leave together; NaN in one of them says nothing."""
    return np.array([np.fmax(first[0], second[0]), np.fmin(first[1], second[1])])
