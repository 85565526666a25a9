"""How far the printed numbers alone bound a measure of agreement, without any model.

Given the margins, exact agreement, every kappa, AC1 and Spearman's correlation are linear in the
cells: the least and greatest value over all tables with the margins and the printed figures are
linear programmes. Shares of a table need not be whole numbers of cases here, so the bounds hold the
range over the tables that are possible, and may be a little wider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metadx.errors import FitError
from metadx.studies.agreement import AgreementRow, IntArray, PrintedSpearman, Weights
from metadx.studies.cross_tables import TableSet
from metadx.studies.kappa import disagreement

type FloatArray = NDArray[np.float64]
type Measure = Literal[
    "agreement_exact",
    "agreement_within1",
    "a_higher",
    "b_higher",
    "kappa",
    "kappa_linear",
    "kappa_quadratic",
    "ac1",
]
type Evidence = Literal["margins", "kappa", "spearman"]

MEASURES: tuple[Measure, ...] = (
    *("agreement_exact", "agreement_within1", "a_higher", "b_higher"),
    *("kappa", "kappa_linear", "kappa_quadratic", "ac1"),
)
_WEIGHTS: dict[Measure, Weights] = {
    "kappa": "unweighted",
    "kappa_linear": "linear",
    "kappa_quadratic": "quadratic",
}
_SLICES = 12  # of each category, where the measurement behind it was ranked
_SLACK = 1e-9


@dataclass(frozen=True)
class Bounds:
    """Least and greatest value of a measure.

    Parameters
    ----------
    lower, upper : float
        Both NaN where no table has the printed figures.
    """

    lower: float
    upper: float

    @property
    def empty(self) -> bool:
        """Whether no table has the printed figures."""
        return bool(np.isnan(self.lower))


def agreement_bounds(
    row: AgreementRow,
    what: Measure,
    using: Sequence[Evidence] = ("margins", "kappa", "spearman"),
    weights: Weights | None = None,
) -> Bounds:
    """Bound a measure of agreement of one row by what was printed of it.

    Parameters
    ----------
    row : AgreementRow
        Where there are several candidates for a margin, the bounds are over all of them.
    what : str
        "agreement_exact", "agreement_within1" (at most one category apart), "a_higher",
        "b_higher", "kappa", "kappa_linear", "kappa_quadratic" or "ac1".
    using : sequence of {"margins", "kappa", "spearman"}
        Figures of the row that are believed. Without margins nothing is linear, and the bounds are
        those of the measure itself.
    weights : {"unweighted", "linear", "quadratic"} or None
        Weights of the printed kappa where the row does not state them; where neither does, it is
        not used.

    Returns
    -------
    Bounds

    References
    ----------
    Gwet KL. British Journal of Mathematical and Statistical Psychology 2008;61:29-48 (AC1).

    Examples
    --------
    >>> row = AgreementRow(
    ...     "", "", "", "A", "B", 100, margins_a=(np.array([60, 40]),),
    ...     margins_b=(np.array([50, 50]),),
    ... )
    >>> agreement_bounds(row, "agreement_exact")
    Bounds(lower=0.1, upper=0.9)
    """
    if row.counts is not None:
        return bounds_of_tables(row.counts[None], what)
    if "margins" not in using or not (row.margins_a and row.margins_b):
        return Bounds(-1.0 if what in _WEIGHTS or what == "ac1" else 0.0, 1.0)
    kind = (row.kappa.weights if row.kappa else None) or weights
    found = []
    for a, b in product(row.margins_a, row.margins_b):
        programme = _Programme(a, b, sliced=_ranks_measurement(row, using))
        if row.kappa is not None and kind is not None and "kappa" in using:
            per_cell, constant = _linear(_NAMES[kind], a, b)
            half = 0.5 / 10**row.kappa.decimals + _SLACK
            programme.hold(per_cell, row.kappa.value - constant, half)
        if row.spearman is not None and "spearman" in using:
            programme.hold_spearman(row.spearman)
        found.append(programme.bounds(what))
    possible = [bounds for bounds in found if not bounds.empty]
    if not possible:
        return Bounds(np.nan, np.nan)
    return Bounds(min(one.lower for one in possible), max(one.upper for one in possible))


def bounds_of_tables(tables: TableSet | IntArray, what: Measure) -> Bounds:
    """Return the least and greatest value of a measure over listed tables.

    Parameters
    ----------
    tables : TableSet or ndarray of int, shape (S, C, C)
    what : str
        As for `agreement_bounds`.

    Returns
    -------
    Bounds
        NaN where no table is listed, or where the measure is undefined.

    Examples
    --------
    >>> bounds_of_tables(np.array([[[4, 1], [1, 4]], [[5, 0], [1, 4]]]), "agreement_exact")
    Bounds(lower=0.8, upper=0.9)
    """
    listed = tables.tables if isinstance(tables, TableSet) else tables
    if not listed.shape[0]:
        return Bounds(np.nan, np.nan)
    margins = np.concatenate([listed.sum(2), listed.sum(1)], axis=1)
    found: FloatArray = np.full(listed.shape[0], np.nan)
    for one in np.unique(margins, axis=0):
        same = (margins == one).all(axis=1)
        per_cell, constant = _linear(what, one[: listed.shape[1]], one[listed.shape[1] :])
        found[same] = (listed[same] * per_cell).sum((1, 2)) / one.sum() * 2 + constant
    return Bounds(float(found.min()), float(found.max()))


_NAMES: dict[Weights, Measure] = {kind: name for name, kind in _WEIGHTS.items()}


def _ranks_measurement(row: AgreementRow, using: Sequence[Evidence]) -> bool:
    return row.spearman is not None and row.spearman.continuous and "spearman" in using


def _linear(what: Measure, a: IntArray, b: IntArray) -> tuple[FloatArray, float]:
    """Return the value per cell, times its share, and the constant that make up a measure."""
    codes = np.arange(a.size)
    higher = codes[:, None] - codes
    p, q = a / a.sum(), b / b.sum()
    if what in _WEIGHTS:
        apart = disagreement(_WEIGHTS[what], a.size)
        expected = float(p @ apart @ q)
        return (-apart / expected if expected > 0 else np.full(apart.shape, np.nan)), 1.0
    if what == "ac1":
        mean = (p + q) / 2
        chance = float((mean * (1 - mean)).sum()) / max(a.size - 1, 1)
        return (higher == 0) / (1 - chance), -chance / (1 - chance)
    cells = {
        "agreement_exact": higher == 0,
        "agreement_within1": np.abs(higher) <= 1,
        "a_higher": higher > 0,
        "b_higher": higher < 0,
    }[what]
    return cells.astype(float), 0.0


class _Programme:
    """Tables of shares with given margins, as the feasible set of a linear programme.

    Where the measurement behind the first rater's categories was ranked, each category is cut into
    slices of equal size by rank.
    """

    def __init__(self, a: IntArray, b: IntArray, *, sliced: bool) -> None:
        self._counts_a, self._counts_b = a, b
        used_a = np.flatnonzero(a)
        self._n = int(a.sum())
        self._a, self._b = a / self._n, b / self._n
        self._of_row = np.repeat(used_a, _SLICES if sliced else 1)
        self._size = self._a[self._of_row] / (_SLICES if sliced else 1)
        rows, columns = self._of_row.size, b.size
        self._equal = np.concatenate(
            [
                np.kron(np.eye(rows), np.ones(columns)),
                np.kron(np.ones(rows), np.eye(columns)),
            ]
        )
        self._equal_to = np.concatenate([self._size, self._b])
        self._below: list[FloatArray] = []
        self._limits: list[float] = []

    def hold(self, per_cell: FloatArray, value: float, half: float) -> None:
        """Keep a sum over the cells, (C, C), within half a unit of a value."""
        spread = per_cell[self._of_row].ravel()
        self._keep(spread, value + half)
        self._keep(-spread, half - value)

    def hold_spearman(self, printed: PrintedSpearman) -> None:
        """Keep Spearman's correlation at the printed value."""
        ridit_b = np.cumsum(self._b) - self._b / 2 - 0.5
        ridit_a = np.cumsum(self._size) - self._size / 2 - 0.5
        ties = float((self._a**3).sum()) if not printed.continuous else 1 / self._n**2
        spread = np.sqrt((1 - ties) * (1 - float((self._b**3).sum())))
        if spread <= 0:
            return
        centre = 12 * np.outer(ridit_a, ridit_b) / spread
        # Ranks within a slice are free: they move the covariance by no more than this.
        loose = np.zeros_like(centre)
        if printed.continuous:
            loose = 6 * np.outer(self._size, np.abs(ridit_b)) / spread
        half = 0.5 / 10**printed.decimals + _SLACK
        self._keep((centre - loose).ravel(), printed.value + half)
        self._keep(-(centre + loose).ravel(), half - printed.value)

    def bounds(self, what: Measure) -> Bounds:
        """Return the bounds of a measure."""
        from scipy.optimize import linprog

        per_cell, constant = _linear(what, self._counts_a, self._counts_b)
        spread = per_cell[self._of_row].ravel()
        if np.isnan(spread).any():
            return Bounds(np.nan, np.nan)
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * spread,
                A_ub=np.array(self._below) if self._below else None,
                b_ub=self._limits or None,
                A_eq=self._equal,
                b_eq=self._equal_to,
                method="highs",
            )
            if found.status == 2:  # infeasible
                return Bounds(np.nan, np.nan)
            if found.status:
                raise FitError(f"the bounds of {what} were not found: {found.message}")
            ends.append(sign * float(found.fun) + constant)
        return Bounds(round(ends[0], 9) + 0.0, round(ends[1], 9) + 0.0)

    def _keep(self, spread: FloatArray, limit: float) -> None:
        self._below.append(spread)
        self._limits.append(limit)
