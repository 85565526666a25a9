"""From printed figures of one study to every table behind them, or to what clashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metadx.errors import DataError
from metadx.studies.problems import listed
from metadx.studies.reported_conflicts import Clash, find_clashes
from metadx.studies.reported_figures import MEASURES, Figure
from metadx.studies.reported_pooled import Pooled, pooled_figures, possible, solve_pooled
from metadx.studies.reported_tables import find_tables
from metadx.studies.reported_words import sentences

type IntArray = NDArray[np.int64]
type Verdict = Literal[
    "unique", "several", "too many", "impossible", "sizes unknown", "too large to search"
]

MOST_TABLES = 2000
"""Above so many tables they are counted and not kept: such figures say too little."""


@dataclass(frozen=True, eq=False)
class Audit:
    """What printed figures say of the table behind them.

    Parameters
    ----------
    figures : tuple of Figure
        The figures, each with the values it may have been rounded from.
    verdict : str
        "unique", "several", "too many" (more than are kept), "impossible" (no table fits),
        "sizes unknown" (the figures do not bound the groups; nothing is invented) or "too large to
        search".
    count : int
        Number of tables that fit; 0 where none was sought.
    tables : ndarray of int, shape (M, 4)
        The tables that fit as tp, fp, fn, tn; empty above the limit.
    clashes : tuple of Clash
        The smallest sets of figures that cannot stand together.
    pooled : Pooled or None
        Where the sizes are unknown: the pairs (sens, spec) that agree with the figures.
    """

    figures: tuple[Figure, ...]
    verdict: Verdict
    count: int
    tables: IntArray
    clashes: tuple[Clash, ...] = ()
    pooled: Pooled | None = None

    def __str__(self) -> str:
        """Tell it in words."""
        return "\n".join(sentences(self))


def audit(figures: Sequence[Figure], *, most: int = MOST_TABLES) -> Audit:
    """Find the tables behind figures that were read already; see `audit_reported`.

    Parameters
    ----------
    figures : sequence of Figure
    most : int
        Above so many tables they are counted and not kept.

    Returns
    -------
    Audit

    Raises
    ------
    DataError
        If there is no figure.
    """
    if not figures:
        raise DataError(f"no figure to look at; give some of {listed(MEASURES)}.")
    told = tuple(figures)
    search = find_tables(told, most=most)
    search.tables.flags.writeable = False
    pooled = pooled_figures(told)
    if search.outcome != "searched" and possible(pooled):
        if search.outcome == "too large":
            return Audit(told, "too large to search", 0, search.tables)
        return Audit(told, "sizes unknown", 0, search.tables, pooled=solve_pooled(pooled))
    if search.count == 0:
        return Audit(told, "impossible", 0, search.tables, find_clashes(told))
    verdict: Verdict = "too many" if search.count > most else "several"
    return Audit(told, "unique" if search.count == 1 else verdict, search.count, search.tables)
