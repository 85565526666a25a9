"""How probable it is that a kappa without margins was made from codes that were off by one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import AgreementCard
from metadx.engines.ordinal_draws import draw_cuts
from metadx.engines.ordinal_evidence import FigureEvidence
from metadx.engines.ordinal_figures import rounding_variance
from metadx.engines.ordinal_integral import integrate_row, predict
from metadx.engines.ordinal_row_evidence import printed_error, row_evidence, shared_weights
from metadx.engines.ordinal_settings import AgreementSettings
from metadx.studies.agreement import AgreementTable, PrintedKappa
from metadx.studies.agreement_audit import AgreementAudit
from metadx.studies.kappa import kappas_of, standard_errors_of

type FloatArray = NDArray[np.float64]

_POINTS = 509
_OFFSETS = (0, 1, -1)


@dataclass(frozen=True)
class Alignment:
    """Probabilities of the three readings of a printed kappa.

    Parameters
    ----------
    row : int
        Place in the table's rows.
    aligned, first_higher, first_lower : float
        Codes of the raters aligned; those of the first rater one category higher; one lower.
    """

    row: int
    aligned: float
    first_higher: float
    first_lower: float


def alignment_probabilities(
    table: AgreementTable,
    audit: AgreementAudit,
    card: AgreementCard,
    draws: tuple[FloatArray, FloatArray],
    rng: np.random.Generator,
) -> tuple[Alignment, ...]:
    """Weigh the readings of every quadratic kappa whose row has no margins.

    Parameters
    ----------
    table : AgreementTable
    audit : AgreementAudit
        Of the same table.
    card : AgreementCard
    draws : tuple of ndarray, shapes (S, R) and (S,)
        z of every row and lambda, from a fit that did not use the kappas of these rows.
    rng : numpy.random.Generator

    Returns
    -------
    tuple of Alignment
        One for each such row; empty where there are none. What a printed kappa and its standard
        error say under each reading, averaged over what the other figures say of the cut-points.
    """
    z, lam = draws
    numbers = card.numbers
    known = row_evidence(table, audit, card, AgreementSettings(part_kappa=False))
    found = []
    for place, (row, part) in enumerate(zip(table.rows, known, strict=True)):
        evidence = part.evidence
        if not isinstance(evidence, FigureEvidence) or (row.margins_a and row.margins_b):
            continue
        if row.kappa is None or shared_weights(row, audit) != ("quadratic",):
            continue
        theta = draw_cuts(integrate_row(part, _POINTS), z[:, place], lam, rng)
        seen = predict(part, part.r_max * np.tanh(z[:, place]), theta)
        rank = evidence.spearman
        shared, residual = 0.0, np.zeros(lam.size)
        if rank is not None and seen.blocks is not None:
            within = 0.0 if seen.within is None else lam * seen.within
            shared, residual = numbers.error_correlation, rank.residual(seen.blocks + within)[0]
        cells = part.law.on_full_scale(seen.cells)
        means = []
        for offset in _OFFSETS:
            logs = _log_density(row.kappa, row.n, cells, offset, numbers.se_log_sd)
            here = logs(shared * residual, np.sqrt(1 - shared * shared))
            means.append(float(np.exp(here).mean()))
        prior = numbers.misaligned_probability
        weights = np.array([1 - 2 * prior, prior, prior]) * means
        found.append(Alignment(place, *(weights / weights.sum()).tolist()))
    return tuple(found)


def _log_density(
    kappa: PrintedKappa, n: int, cells: FloatArray, offset: int, se_log_sd: float
) -> Callable[[FloatArray, float], FloatArray]:
    """Return the log density of a kappa and its standard error, as a function of what is known.

    The function takes the mean and the standard deviation that the other errors leave to the
    standardised error of kappa.
    """
    error = np.maximum(standard_errors_of(cells, "quadratic", offset=offset, n=n), 1e-5)
    sd = np.sqrt(error**2 + rounding_variance(kappa.decimals))
    residual = (kappa.value - kappas_of(cells, "quadratic", offset)) / sd
    printed = printed_error(kappa)
    of_error = np.zeros(len(cells))
    if printed is not None:
        # Both limits were rounded; their difference is 2 z standard errors.
        rounded = np.sqrt(2 * rounding_variance(kappa.interval_decimals)) / (2 * 1.96)
        spread = np.hypot(se_log_sd, rounded / printed)
        of_error = -0.5 * ((np.log(printed) - np.log(error)) / spread) ** 2

    def _value(mean: FloatArray, left: float) -> FloatArray:
        return np.asarray(-0.5 * ((residual - mean) / left) ** 2 - np.log(sd) + of_error)

    return _value
