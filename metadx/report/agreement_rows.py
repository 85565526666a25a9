"""What a fit of agreement found in each row, as the plain content of ``summary.json``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.measures import row_measures
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.use import NO_TABLE, row_uses
from metadx.estimands.agreement_headline import headline_of
from metadx.estimands.summary import summarise
from metadx.report.summary import finite
from metadx.studies.agreement import AgreementRow
from metadx.studies.agreement_audit import RowAudit
from metadx.studies.kappa import kappa_of

type Json = dict[str, Any]
type FloatArray = NDArray[np.float64]


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
    table, headline = fit.table, headline_of(fit.table, fit.audit)
    predictive, found = fit.predictive_p, []
    known = zip(table.rows, table.labels, row_measures(fit), row_uses(fit), strict=True)
    for i, (row, label, draws, use) in enumerate(known):
        group, part = table.groups.get(row.finding, ""), table.is_part(row)
        weights = headline.of_row(row)
        told = {
            **_where(row, label, group, part=part),
            **_printed(row),
            "kappa_used": use.kappa,
            "kappa_weights": weights,
            "kappa_observed": None if row.counts is None else finite(kappa_of(row.counts, weights)),
            "margins": use.margins,
            "constant": use.constant,
            "association": use.association,
            "evidence": fit.evidence[i] if fit.evidence else None,
            "audit": _audit(fit.audit.rows[i]),
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
        "kappa_reported_lower_decimals": kappa.places("lower") if kappa else None,
        "kappa_reported_upper_decimals": kappa.places("upper") if kappa else None,
        "kappa_reported_weights": kappa.weights if kappa else None,
        "spearman_reported": spearman.value if spearman else None,
    }


def _audit(audit: RowAudit) -> Json:
    left, moved = audit.remaining, audit.misaligned
    n_tables = 0 if audit.verdict in NO_TABLE else left.n_tables if left is not None else None
    return {
        "verdict": audit.verdict,
        "n_tables": n_tables,
        "n_tables_misaligned": moved.n_tables if moved is not None else None,
        "kappa_max": finite(audit.kappa_max),
        "words": list(audit.words),
    }
