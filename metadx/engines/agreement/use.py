"""What a fit of agreement knows of each row: which figures it used, and what they cannot tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from metadx.engines.agreement.evidence.part_cuts import lines_expected
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.settings import AgreementSettings
from metadx.studies.agreement import AgreementRow, IntArray
from metadx.studies.agreement_audit import RowAudit

type Margins = Literal["known", "expected", "unknown"]

#: Verdicts of rows whose printed kappa no cross-table has.
NO_TABLE = ("impossible", "misaligned only")


@dataclass(frozen=True)
class RowUse:
    """What is known of a row beyond the prior.

    Parameters
    ----------
    kappa : bool or None
        Whether the printed kappa had a say; None where none is printed.
    margins : {"known", "expected", "unknown"}
        Whether the margins of both raters are known; or are expected from those of the whole
        region, for a part of it; or rest on the prior alone.
    constant : bool
        Whether a rater gave one category alone.
    association : bool
        Whether anything of the row tells how alike its raters see.
    """

    kappa: bool | None
    margins: Margins
    constant: bool
    association: bool


def row_uses(fit: AgreementFit) -> tuple[RowUse, ...]:
    """Tell of every row what the fit used.

    Parameters
    ----------
    fit : AgreementFit

    Returns
    -------
    tuple of RowUse
        In the order of the table.
    """
    found = []
    for place, (row, audit) in enumerate(zip(fit.table.rows, fit.audit.rows, strict=True)):
        coded = bool(np.isfinite(fit.kappa_coded[..., place]).any())
        kappa = _kappa_used(row, audit, fit.settings, coded=coded)
        constant = _constant(row)
        ranked = row.spearman is not None and fit.settings.spearman
        tells = row.counts is not None or bool(kappa) or ranked
        margins: Margins = "unknown"
        if row.counts is not None or (row.margins_a and row.margins_b):
            margins = "known"
        elif lines_expected(fit.table, row):
            margins = "expected"
        found.append(RowUse(kappa, margins, constant, tells and not constant))
    return tuple(found)


def _kappa_used(
    row: AgreementRow, audit: RowAudit, settings: AgreementSettings, *, coded: bool
) -> bool | None:
    """Tell whether a printed kappa had a say; without margins the draws themselves tell."""
    if row.kappa is None:
        return None
    if audit.verdict in NO_TABLE:
        return settings.impossible == "misaligned" and audit.misaligned is not None
    if row.counts is None and not (row.margins_a and row.margins_b):
        return coded
    return True


def _constant(row: AgreementRow) -> bool:
    """Tell whether a rater gave one category alone, in every reading of what is printed."""
    if row.counts is not None:
        return _one_category([row.counts.sum(axis=1)]) or _one_category([row.counts.sum(axis=0)])
    return _one_category(row.margins_a) or _one_category(row.margins_b)


def _one_category(margins: Sequence[IntArray]) -> bool:
    return bool(margins) and all(np.count_nonzero(margin) == 1 for margin in margins)
