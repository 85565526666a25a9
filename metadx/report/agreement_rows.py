"""What a fit of agreement found in each row, as the plain content of ``summary.json``."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from metadx.engines.ordinal_fit import AgreementFit
from metadx.estimands.agreement import row_estimands
from metadx.estimands.standard_margin import kappa_standard, standard_margin
from metadx.estimands.summary import summarise
from metadx.report.summary import finite
from metadx.studies.agreement import AgreementRow, AgreementTable, Weights
from metadx.studies.agreement_audit import AgreementAudit, RowAudit

type Json = dict[str, Any]
type FloatArray = NDArray[np.float64]
type Reason = Literal["stated", "explained", "default", "two categories"]

#: Name of each kappa among the estimands.
ESTIMANDS: dict[Weights, str] = {
    "unweighted": "kappa",
    "linear": "kappa_linear",
    "quadratic": "kappa_quadratic",
}
_NO_TABLE = ("impossible", "misaligned only")


@dataclass(frozen=True)
class Headline:
    """Which kappa stands for agreement in this review.

    Parameters
    ----------
    weights : {"unweighted", "linear", "quadratic"}
    reason : {"stated", "explained", "default", "two categories"}
        The source states it; only these weights explain what it prints; neither; all weights give
        the same.
    """

    weights: Weights
    reason: Reason

    @property
    def estimand(self) -> str:
        """Its name among the estimands."""
        return ESTIMANDS[self.weights]

    def as_dict(self) -> Json:
        """Return it as it stands in ``summary.json``."""
        return {"weights": self.weights, "reason": self.reason, "estimand": self.estimand}


@dataclass(frozen=True, eq=False)
class RowResult:
    """One row: its draws, and what is told of it.

    Parameters
    ----------
    label : str
        No other row has it.
    part : bool
        Whether it is about a part of the whole region.
    group : str
        Kind of its finding; empty where none is declared.
    draws : mapping of str to ndarray, shape (S,)
        Every estimand.
    told : dict
        Its entry in "findings".
    """

    label: str
    part: bool
    group: str
    draws: Mapping[str, FloatArray]
    told: Json


def headline_of(table: AgreementTable, audit: AgreementAudit) -> Headline:
    """Choose the kappa to speak of: as stated, as explains the print, else quadratic.

    Parameters
    ----------
    table : AgreementTable
    audit : AgreementAudit
        Of this table.

    Returns
    -------
    Headline
        Where rows state different weights, those of most.
    """
    kappas = [row.kappa for row in table.rows if row.kappa is not None]
    stated = Counter(kappa.weights for kappa in kappas if kappa.weights is not None)
    if table.n_categories == 2:
        return Headline("unweighted", "two categories")
    if stated:
        return Headline(stated.most_common(1)[0][0], "stated")
    if audit.chosen is not None:
        return Headline(audit.chosen.weights, "explained")
    return Headline("quadratic", "default")


def row_results(fit: AgreementFit, prob: float) -> tuple[RowResult, ...]:
    """Estimate everything for each row.

    Parameters
    ----------
    fit : AgreementFit
    prob : float
        Probability between the limits of every interval.

    Returns
    -------
    tuple of RowResult
        In the order of the table.
    """
    table, r_max = fit.table, fit.card.card.numbers.r_max
    margin = standard_margin(table)
    predictive, found = fit.predictive_p, []
    for i, (row, audit, label) in enumerate(
        zip(table.rows, fit.audit.rows, table.labels, strict=True)
    ):
        z = fit.z[..., i].ravel()
        coded, factor = (own[..., i].ravel() for own in (fit.kappa_coded, fit.accuracy_factor))
        draws = row_estimands(
            fit.cells[:, :, i].reshape(-1, *fit.cells.shape[-2:]),
            r_max * np.tanh(z),
            kappa_standard(z, margin, r_max),
            kappa_coded=None if np.isnan(coded).all() else coded,
            accuracy_factor=None if np.isnan(factor).all() else factor,
        )
        group, part = table.groups.get(row.finding, ""), table.is_part(row)
        told = {
            **_where(row, label, group, part=part),
            **_printed(row),
            "kappa_used": _used(row, audit, fit),
            "evidence": fit.evidence[i] if fit.evidence else None,
            "audit": _audit(audit),
            "predictive_p": finite(float(predictive[i])),
            "estimands": {name: summary_of(values, prob) for name, values in draws.items()},
        }
        found.append(RowResult(label, part, group, draws, told))
    return tuple(found)


def summary_of(draws: FloatArray, prob: float) -> Json | None:
    """Summarise draws; None where the quantity is not defined in all of them.

    Parameters
    ----------
    draws : ndarray, shape (S,)
    prob : float
        Probability between the limits.

    Examples
    --------
    >>> summary_of(np.array([0.1, np.nan]), 0.95) is None
    True
    """
    if not draws.size or not np.isfinite(draws).all():
        return None
    return summarise(draws, prob).as_dict()


def _where(row: AgreementRow, label: str, group: str, *, part: bool) -> Json:
    return {
        "label": label,
        "finding": row.finding,
        "region": row.region,
        "study": row.study,
        "rater_a": row.rater_a,
        "rater_b": row.rater_b,
        "group": group or None,
        "part": part,
        "n": row.n,
    }


def _printed(row: AgreementRow) -> Json:
    kappa, spearman = row.kappa, row.spearman
    return {
        "kappa_reported": kappa.value if kappa else None,
        "kappa_reported_lower": kappa.lower if kappa else None,
        "kappa_reported_upper": kappa.upper if kappa else None,
        "kappa_reported_se": kappa.se if kappa else None,
        "kappa_reported_level": kappa.level if kappa and kappa.lower is not None else None,
        "kappa_reported_decimals": kappa.decimals if kappa else None,
        "kappa_reported_interval_decimals": kappa.interval_decimals if kappa else None,
        "kappa_reported_weights": kappa.weights if kappa else None,
        "spearman_reported": spearman.value if spearman else None,
    }


def _used(row: AgreementRow, audit: RowAudit, fit: AgreementFit) -> bool | None:
    """Tell whether the printed kappa had a say in the fit; None where none was printed."""
    if row.kappa is None:
        return None
    if audit.verdict in _NO_TABLE:
        return fit.settings.impossible == "misaligned" and audit.misaligned is not None
    if audit.verdict == "no margins":
        # Without margins only the quadratic kappa has a law that needs no cut-points.
        return fit.settings.part_kappa and row.kappa.weights in (None, "quadratic")
    return True


def _audit(audit: RowAudit) -> Json:
    left, moved = audit.remaining, audit.misaligned
    n_tables = 0 if audit.verdict in _NO_TABLE else left.n_tables if left is not None else None
    return {
        "verdict": audit.verdict,
        "n_tables": n_tables,
        "n_tables_misaligned": moved.n_tables if moved is not None else None,
        "kappa_max": finite(audit.kappa_max),
        "words": list(audit.words),
    }
