"""The rows of a kappa forest plot, before anything is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.use import NO_TABLE, row_uses
from metadx.estimands.agreement_pooled import pooled_estimands
from metadx.estimands.logistic import FloatArray
from metadx.estimands.standard_margin import standard_margin
from metadx.plots.agreement_draws import RowDraws, limits, limits_text, row_draws, signed
from metadx.plots.forest_rows import EMPTY
from metadx.plots.labels import clean
from metadx.studies.agreement import AgreementTable, PrintedKappa
from metadx.studies.kappa import kappa_of, kappa_standard_error

type Source = Literal["printed", "counted", "none"]
type Use = Literal["used", "no table", "unchecked"]

SIGNS: dict[Use, str] = {"used": "", "no table": " †", "unchecked": " ‡"}
POOLED_HEADING = "Quadratic kappa at one margin for all"
_STREAM = 7  # of the draws of new findings: none of those that the engines use
_APART = 0.5


@dataclass(frozen=True, eq=False)
class KappaRow:
    """One row of a kappa forest plot.

    Parameters
    ----------
    draws : RowDraws
    y : float
        Height in rows from the top.
    source : {"printed", "counted", "none"}
        Whether the kappa beside the posterior was printed, or computed from the cross-table.
    use : {"used", "no table", "unchecked"}
        Whether it had a say in the fit; if not, because no table has it or nothing can check it.
    reported : ndarray, shape (3,)
        Lower limit, value and upper limit; limits are NaN where not printed.
    posterior : ndarray, shape (3,)
        Lower limit, median and upper limit of kappa.
    aligned : ndarray, shape (3,)
        The same of kappa if the categories were aligned; NaN where margins tell.
    """

    draws: RowDraws
    y: float
    source: Source
    use: Use
    reported: FloatArray
    posterior: FloatArray
    aligned: FloatArray

    @property
    def reported_text(self) -> str:
        """The reported kappa in words, with a sign where it was not used."""
        low, value, high = self.reported
        if np.isnan(value):
            return EMPTY
        kappa = self.draws.row.kappa if self.source == "printed" else None
        places = kappa.decimals if kappa else 2
        words = signed(float(value), places)
        if not np.isnan(low):
            below, above = (kappa.places("lower"), kappa.places("upper")) if kappa else (2, 2)
            words += f" ({signed(float(low), below)} to {signed(float(high), above)})"
        return words + SIGNS[self.use]

    @property
    def posterior_text(self) -> str:
        """The posterior in words."""
        return limits_text(self.posterior)

    @property
    def aligned_text(self) -> str:
        """Kappa with aligned categories in words; empty where margins tell."""
        return "" if np.isnan(self.aligned[1]) else limits_text(self.aligned)


@dataclass(frozen=True, eq=False)
class SummaryRow:
    """One row below the rule: what all rows say together.

    Parameters
    ----------
    label : str
    y : float
    limits : ndarray, shape (3,)
        Lower limit, median and upper limit.
    new : bool
        Whether it is a prediction.
    """

    label: str
    y: float
    limits: FloatArray
    new: bool

    @property
    def text(self) -> str:
        """The limits in words."""
        return limits_text(self.limits)


@dataclass(frozen=True, eq=False)
class KappaForest:
    """All rows of a kappa forest plot.

    Parameters
    ----------
    rows : tuple of KappaRow
        From top to bottom.
    headings : tuple of (float, str)
        Height and words of the headings of blocks.
    summaries : tuple of SummaryRow
    """

    rows: tuple[KappaRow, ...]
    headings: tuple[tuple[float, str], ...]
    summaries: tuple[SummaryRow, ...]

    @property
    def last(self) -> float:
        """Height of the last row."""
        return self.summaries[-1].y if self.summaries else self.rows[-1].y

    @property
    def any_aligned(self) -> bool:
        """Whether kappa with aligned categories is shown anywhere."""
        return any(not np.isnan(row.aligned[1]) for row in self.rows)


def kappa_forest(fit: AgreementFit, prob: float) -> KappaForest:
    """Compute the rows of a kappa forest plot.

    Parameters
    ----------
    fit : AgreementFit
    prob : float
        Probability between the limits of the intervals.

    Returns
    -------
    KappaForest
    """
    drawn = row_draws(fit)
    whole, parts = ([one for one in drawn if one.part is part] for part in (False, True))
    blocks = [(clean(fit.table.whole), whole), ("Parts", parts)] if parts else [("", whole)]
    rows: list[KappaRow] = []
    headings: list[tuple[float, str]] = []
    y = 0.0
    for heading, members in blocks:
        if not members:
            continue
        if heading:
            headings.append((y, heading[:1].upper() + heading[1:]))
            y += 1.0
        rows += [_row(one, y + i, prob) for i, one in enumerate(members)]
        y += len(members) + _APART
    summaries = _summaries(fit, y + 1.0, prob)
    if summaries:
        headings.append((y, POOLED_HEADING))
    return KappaForest(tuple(rows), tuple(headings), summaries)


def _row(one: RowDraws, y: float, prob: float) -> KappaRow:
    source, reported = _reported(one, prob)
    use: Use = "used"
    if not one.kappa_used:
        use = "no table" if one.audit.verdict in NO_TABLE else "unchecked"
    aligned = np.full(3, np.nan) if one.aligned is None else limits(one.aligned, prob)
    return KappaRow(one, y, source, use, reported, limits(one.kappa, prob), aligned)


def _reported(one: RowDraws, prob: float) -> tuple[Source, FloatArray]:
    """Return the printed kappa; where there is none, that of the cross-table."""
    if one.row.kappa is not None:
        return "printed", printed_limits(one.row.kappa)
    if one.row.counts is None:
        return "none", np.full(3, np.nan)
    kappa = kappa_of(one.row.counts, one.weights)
    se = kappa_standard_error(one.row.counts, one.weights)
    half = NormalDist().inv_cdf(0.5 + prob / 2) * se
    return "counted", np.array([kappa - half, kappa, kappa + half])


def printed_limits(kappa: PrintedKappa) -> FloatArray:
    """Return the limits and the value of a printed kappa.

    Parameters
    ----------
    kappa : PrintedKappa

    Returns
    -------
    ndarray, shape (3,)
        Lower limit, value, upper limit. Where a standard error was printed the limits are a
        normal interval; where nothing was, NaN.

    Examples
    --------
    >>> printed_limits(PrintedKappa(0.6, lower=0.45, upper=0.76)).tolist()
    [0.45, 0.6, 0.76]
    >>> printed_limits(PrintedKappa(0.6, se=0.1)).round(3).tolist()
    [0.404, 0.6, 0.796]
    """
    low, high = kappa.lower, kappa.upper
    if (low is None or high is None) and kappa.se is not None:
        half = NormalDist().inv_cdf(0.5 + kappa.level / 2) * kappa.se
        low, high = kappa.value - half, kappa.value + half
    if low is None or high is None:
        return np.array([np.nan, kappa.value, np.nan])
    return np.array([low, kappa.value, high])


def _summaries(fit: AgreementFit, y: float, prob: float) -> tuple[SummaryRow, ...]:
    """Summarise what rows share; nothing where no row tells of it."""
    if not any(use.association for use in row_uses(fit)):
        return ()
    pooled = pooled_estimands(
        fit.hyper,
        standard_margin(fit.table),
        np.random.default_rng([fit.settings.seed, _STREAM]),
        r_max=fit.card.card.numbers.r_max,
    )
    names = _summary_names(fit.table, pooled)
    shown = [(label, pooled[f"kappa_standard{end}"].ravel(), new) for label, end, new in names]
    return tuple(
        SummaryRow(label, y + i, limits(draws, prob), new)
        for i, (label, draws, new) in enumerate(shown)
    )


def _summary_names(
    table: AgreementTable, pooled: dict[str, FloatArray]
) -> Sequence[tuple[str, str, bool]]:
    """Name what is pooled: label, suffix of the estimand, whether it is a prediction."""
    what = "finding" if len(table.findings) > 1 else "study" if len(table.studies) > 1 else "row"
    named = []
    for part, where in (("", ""), ("_part", ", a part")):
        named += [
            (f"Typical {what}{where}", part, False),
            (f"New finding{where}", f"_new{part}", True),
            (f"New study{where}", f"_new_study{part}", True),
        ]
    return [one for one in named if f"kappa_standard{one[1]}" in pooled]
