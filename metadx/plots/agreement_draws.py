"""What the figures of agreement read of a fit: names of its rows, and draws of their measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metadx.engines.agreement.measures import row_measures
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.use import row_uses
from metadx.estimands.agreement_headline import ESTIMANDS, headline_of
from metadx.estimands.logistic import FloatArray
from metadx.plots.forest_rows import EMPTY
from metadx.plots.labels import LONGEST, clean
from metadx.plots.short_names import short_names
from metadx.studies.agreement import AgreementRow, AgreementTable, IntArray, Weights
from metadx.studies.agreement_audit import RowAudit

WEIGHT_WORDS: dict[Weights, str] = {
    "unweighted": "unweighted",
    "linear": "linear weights",
    "quadratic": "quadratic weights",
}


@dataclass(frozen=True, eq=False)
class RowDraws:
    """One row of an agreement table with the draws of everything that is estimated of it.

    Parameters
    ----------
    place : int
        Its place in the table.
    name : str
        Its name on figures; no other row has it.
    row : AgreementRow
    audit : RowAudit
    part : bool
        Whether it is about a part of the whole region.
    weights : {"unweighted", "linear", "quadratic"}
        Of the kappa to show.
    draws : mapping of str to ndarray, shape (S,)
        As `metadx.estimands.agreement.row_estimands` names them.
    cells : ndarray, shape (S, C, C)
        Cell probabilities.
    kappa_used : bool
        Whether the printed kappa had a say in the fit; True also where none is printed.
    """

    place: int
    name: str
    row: AgreementRow
    audit: RowAudit
    part: bool
    weights: Weights
    draws: Mapping[str, FloatArray]
    cells: FloatArray
    kappa_used: bool = True

    @property
    def coded(self) -> bool:
        """Whether kappa as the codes gave it and kappa of the cells are two things."""
        # Of two categories all weights are the same.
        one_kappa = self.weights == "quadratic" or self.cells.shape[-1] == 2
        return "kappa_aligned" in self.draws and one_kappa

    @property
    def kappa(self) -> FloatArray:
        """Draws of the kappa to show, as the paper's codes give it, shape (S,)."""
        return self.draws["kappa_quadratic" if self.coded else ESTIMANDS[self.weights]]

    @property
    def single_table(self) -> IntArray | None:
        """The cross-table that is known, or the only one that printed numbers leave; else None."""
        left = self.audit.remaining
        if self.row.counts is not None:
            return self.row.counts
        if left is None or not left.complete or left.n_tables != 1:
            return None
        only: IntArray = left.tables[0].astype(np.int64)
        return only

    @property
    def bounded(self) -> bool:
        """Whether margins or counts are known, so that its cells do not rest on the prior."""
        return self.row.counts is not None or bool(self.row.margins_a and self.row.margins_b)

    @property
    def aligned(self) -> FloatArray | None:
        """Draws of kappa if the raters' categories were aligned; None where margins tell."""
        return self.draws["kappa_aligned"] if self.coded else None


def row_names(table: AgreementTable) -> list[str]:
    """Name the rows; the whole region goes without saying where that leaves all names different.

    Parameters
    ----------
    table : AgreementTable

    Returns
    -------
    list of str
        Shortened where they are long, and no two alike.
    """
    labels = [clean(label) for label in table.labels]
    if table.whole:
        bare = [
            label.replace(f"{row.finding}, {row.region}", row.finding, 1)
            if row.finding and not table.is_part(row)
            else label
            for label, row in zip(labels, table.rows, strict=True)
        ]
        labels = bare if len(set(bare)) == len(bare) else labels
    return short_names(labels, LONGEST)


def row_draws(fit: AgreementFit) -> tuple[RowDraws, ...]:
    """Compute the measures of every row.

    Parameters
    ----------
    fit : AgreementFit

    Returns
    -------
    tuple of RowDraws
        In the order of the table.
    """
    table, headline = fit.table, headline_of(fit.table, fit.audit)
    known = zip(table.rows, row_names(table), row_measures(fit), row_uses(fit), strict=True)
    return tuple(
        RowDraws(
            place=i,
            name=name,
            row=row,
            audit=fit.audit.rows[i],
            part=table.is_part(row),
            weights=headline.of_row(row),
            draws=draws,
            cells=fit.cells[:, :, i].reshape(-1, *fit.cells.shape[-2:]),
            kappa_used=use.kappa is not False,
        )
        for i, (row, name, draws, use) in enumerate(known)
    )


def raters_of(rows: Sequence[RowDraws]) -> tuple[str, str]:
    """Name the two raters of some rows; "first rater" and "second rater" where rows differ."""
    pairs = {(clean(one.row.rater_a), clean(one.row.rater_b)) for one in rows}
    if len(pairs) == 1:
        first, second = short_names(list(pairs.pop()), 24)
        return first, second
    return "first rater", "second rater"


def signed(value: float, places: int = 2) -> str:
    """Write a number that may be negative, with a minus sign and never as minus zero.

    Examples
    --------
    >>> signed(-0.254), signed(-0.001), signed(0.5)
    ('−0.25', '0.00', '0.50')
    """
    words = f"{value:.{places}f}"
    return words.removeprefix("-") if not float(words) else words.replace("-", "−")


def limits_text(limits: FloatArray) -> str:
    """Write a lower limit, a median and an upper limit; a dash where there are none.

    Examples
    --------
    >>> limits_text(np.array([-0.1, 0.25, 0.5]))
    '0.25 (−0.10 to 0.50)'
    """
    if np.isnan(limits[1]):
        return EMPTY
    low, middle, high = (signed(float(value)) for value in limits)
    return f"{middle} ({low} to {high})"


def limits(draws: FloatArray, prob: float) -> FloatArray:
    """Return the lower limit, the median and the upper limit of draws; NaN where undefined.

    Parameters
    ----------
    draws : ndarray, shape (S,)
    prob : float
        Probability between the limits.

    Returns
    -------
    ndarray, shape (3,)

    Examples
    --------
    >>> limits(np.arange(101) / 100, 0.9).round(2).tolist()
    [0.05, 0.5, 0.95]
    """
    if not np.isfinite(draws).all():
        return np.full(3, np.nan)
    tail = (1 - prob) / 2
    return np.asarray(np.quantile(draws, [tail, 0.5, 1 - tail]))
