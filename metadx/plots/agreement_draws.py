"""What the figures of agreement read of a fit: names of its rows, and draws of their measures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metadx.engines.ordinal_fit import AgreementFit
from metadx.estimands.agreement import row_estimands
from metadx.estimands.logistic import FloatArray
from metadx.estimands.standard_margin import kappa_standard, standard_margin
from metadx.plots.forest_rows import EMPTY
from metadx.plots.labels import LONGEST, clean
from metadx.plots.short_names import short_names
from metadx.studies.agreement import AgreementRow, AgreementTable, IntArray, Weights
from metadx.studies.agreement_audit import AgreementAudit, RowAudit

#: Name of each kappa among the estimands, and in words.
ESTIMANDS: dict[Weights, str] = {
    "unweighted": "kappa",
    "linear": "kappa_linear",
    "quadratic": "kappa_quadratic",
}
WEIGHT_WORDS: dict[Weights, str] = {
    "unweighted": "unweighted",
    "linear": "linear weights",
    "quadratic": "quadratic weights",
}
NO_TABLE = ("impossible", "misaligned only")


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
    """

    place: int
    name: str
    row: AgreementRow
    audit: RowAudit
    part: bool
    weights: Weights
    draws: Mapping[str, FloatArray]
    cells: FloatArray

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


def usual_weights(table: AgreementTable, audit: AgreementAudit) -> Weights:
    """Choose the kappa to show where a row does not say: as most state, as explains, quadratic.

    With two categories all weights are the same, and kappa is called unweighted.

    Parameters
    ----------
    table : AgreementTable
    audit : AgreementAudit
        Of this table.

    Returns
    -------
    str
    """
    if table.n_categories == 2:
        return "unweighted"
    stated = Counter(row.kappa.weights for row in table.rows if row.kappa and row.kappa.weights)
    if stated:
        return stated.most_common(1)[0][0]
    return audit.chosen.weights if audit.chosen is not None else "quadratic"


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
    table, r_max = fit.table, fit.card.card.numbers.r_max
    margin, usual = standard_margin(table), usual_weights(table, fit.audit)
    found = []
    for i, (row, name) in enumerate(zip(table.rows, row_names(table), strict=True)):
        z = fit.z[..., i].ravel()
        coded, factor = (own[..., i].ravel() for own in (fit.kappa_coded, fit.accuracy_factor))
        cells = fit.cells[:, :, i].reshape(-1, *fit.cells.shape[-2:])
        draws = row_estimands(
            cells,
            r_max * np.tanh(z),
            kappa_standard(z, margin, r_max),
            kappa_coded=None if np.isnan(coded).all() else coded,
            accuracy_factor=None if np.isnan(factor).all() else factor,
        )
        stated = row.kappa.weights if row.kappa and table.n_categories > 2 else None
        weights = stated or usual
        part, audit = table.is_part(row), fit.audit.rows[i]
        found.append(RowDraws(i, name, row, audit, part, weights, draws, cells))
    return tuple(found)


def kappa_used(row: RowDraws, fit: AgreementFit) -> bool:
    """Tell whether the printed kappa of a row had a say in the fit.

    Parameters
    ----------
    row : RowDraws
    fit : AgreementFit

    Returns
    -------
    bool
        True also where none is printed.
    """
    if row.row.kappa is None:
        return True
    if row.audit.verdict in NO_TABLE:
        return fit.settings.impossible == "misaligned" and row.audit.misaligned is not None
    if row.audit.verdict == "no margins":
        # Without margins only the quadratic kappa has a law that needs no cut-points.
        stated = row.row.kappa.weights
        return fit.settings.part_kappa and stated in (None, "quadratic")
    return True


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
