"""The likelihood of every row as a function of what the rows share, and draws of its cut-points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import AgreementCard
from metadx.engines.agreement.cuts.draws import RowDraws, draw_row
from metadx.engines.agreement.cuts.integral import Z_GRID, RowIntegral, integrate_row, lam_nodes
from metadx.engines.agreement.evidence.cells import TableEvidence
from metadx.engines.agreement.evidence.choose import row_evidence
from metadx.engines.agreement.settings import AgreementSettings
from metadx.studies.agreement import AgreementTable
from metadx.studies.agreement_audit import AgreementAudit

type FloatArray = NDArray[np.float64]

_POINTS = (509, 1021, 4093, 16381)  # primes; more where the integral is not good enough


@dataclass(frozen=True, eq=False)
class RowLikelihood:
    """The likelihood of one row with its cut-points integrated out.

    Parameters
    ----------
    z : ndarray, shape (G,)
        An even grid of atanh(r / r_max), the same for all rows.
    lam : ndarray, shape (Q,)
        Chebyshev nodes of [0, 1], both ends included, the same for all rows.
    log_likelihood : ndarray, shape (G, Q)
        Smooth in both; constant in lam where no Spearman of a measurement is used.
    pareto_k, ess : float
        Of the integral over the cut-points, where the posterior of the row alone lies.
    how : str
        What was used of the row.
    integral : RowIntegral
        The points behind it.
    """

    z: FloatArray
    lam: FloatArray
    log_likelihood: FloatArray
    pareto_k: float
    ess: float
    how: str
    integral: RowIntegral

    def draw(self, z: FloatArray, lam: FloatArray, rng: np.random.Generator) -> RowDraws:
        """Draw cut-points, and what follows from them, given z and lambda.

        Parameters
        ----------
        z, lam : ndarray, shape (S,)
        rng : numpy.random.Generator

        Returns
        -------
        RowDraws
            One draw for each z.
        """
        return draw_row(self.integral, z, lam, rng)


def row_likelihoods(
    table: AgreementTable,
    audit: AgreementAudit,
    card: AgreementCard,
    settings: AgreementSettings | None = None,
    *,
    points: int | None = None,
) -> tuple[RowLikelihood, ...]:
    """Integrate the cut-points out of every row of a table.

    Parameters
    ----------
    table : AgreementTable
    audit : AgreementAudit
        Of the same table: which cross-tables its printed numbers leave.
    card : AgreementCard
        Priors and constants.
    settings : AgreementSettings or None
        Which figures are used; all where None.
    points : int or None
        Of each integral; a prime. None for as many as pass the card's checks, if any do.

    Returns
    -------
    tuple of RowLikelihood
        One for each row, all on the same grid.
    """
    chosen = settings or AgreementSettings()
    log_prior = card.parameters.single.prior.log_density(Z_GRID)[:, None]
    log_prior = log_prior + card.parameters.lambda_.prior.log_density(lam_nodes())
    gate, found = card.checks.marginal, []
    for known in row_evidence(table, audit, card, chosen):
        evidence = known.evidence
        one = isinstance(evidence, TableEvidence) and len(evidence.tables) == 1
        ladder = (points,) if points else _POINTS if one else _POINTS[1:]
        for count in ladder:
            integral = integrate_row(known, count)
            pareto_k, ess = integral.quality(log_prior)
            if ess >= gate.ess_min and pareto_k <= gate.pareto_k_max:
                break
        found.append(
            RowLikelihood(
                Z_GRID, integral.lam, integral.log_likelihood, pareto_k, ess, known.how, integral
            )
        )
    return tuple(found)
