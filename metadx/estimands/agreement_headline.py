"""Which of the kappas stands for agreement: one choice for pages, tables and figures."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from metadx.studies.agreement import AgreementRow, AgreementTable, Weights
from metadx.studies.agreement_audit import AgreementAudit

type Reason = Literal["stated", "mixed", "explained", "default", "two categories"]

#: Name of each kappa among the estimands.
ESTIMANDS: dict[Weights, str] = {
    "unweighted": "kappa",
    "linear": "kappa_linear",
    "quadratic": "kappa_quadratic",
}


@dataclass(frozen=True)
class Headline:
    """The kappa that stands for agreement in a review.

    Parameters
    ----------
    weights : {"unweighted", "linear", "quadratic"}
    reason : {"stated", "mixed", "explained", "default", "two categories"}
        The source states it; its rows state different ones, and most of them this; only these
        weights explain what it prints; neither; all weights give the same.
    """

    weights: Weights
    reason: Reason

    @property
    def estimand(self) -> str:
        """Its name among the estimands."""
        return ESTIMANDS[self.weights]

    def of_row(self, row: AgreementRow) -> Weights:
        """Return the weights of the kappa to set beside what a row prints.

        Parameters
        ----------
        row : AgreementRow

        Returns
        -------
        {"unweighted", "linear", "quadratic"}
            Those that the row states; else those of the review.
        """
        stated = row.kappa.weights if row.kappa is not None else None
        if stated is None or self.reason == "two categories":
            return self.weights
        return stated


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
        Where rows state different weights, those of most. Of two categories all weights give the
        same kappa, which is called unweighted.
    """
    kappas = [row.kappa for row in table.rows if row.kappa is not None]
    stated = Counter(kappa.weights for kappa in kappas if kappa.weights is not None)
    if table.n_categories == 2:
        return Headline("unweighted", "two categories")
    if stated:
        return Headline(stated.most_common(1)[0][0], "mixed" if len(stated) > 1 else "stated")
    if audit.chosen is not None:
        return Headline(audit.chosen.weights, "explained")
    return Headline("quadratic", "default")
