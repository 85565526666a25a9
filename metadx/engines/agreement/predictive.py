"""What kappa the same number of other cases would give, row by row."""

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.settings import AgreementSettings
from metadx.studies.agreement import WEIGHTS, AgreementRow, AgreementTable, Weights
from metadx.studies.agreement_audit import AgreementAudit, RowAudit
from metadx.studies.kappa import kappas_of

type FloatArray = NDArray[np.float64]

_STREAM = 23  # keeps these draws apart from the engine's random stream


def predict_kappa(
    table: AgreementTable,
    audit: AgreementAudit,
    cells: FloatArray,
    kappa_coded: FloatArray,
    settings: AgreementSettings,
) -> FloatArray:
    """Draw the kappa of a new table of n cases for every row whose kappa is printed.

    With margins or a cross-table a new table is drawn from the cells, and its kappa has the weights
    of the printed one. Without, the codes are not known to be aligned: kappa as coded, with the
    standard error that was printed.

    Parameters
    ----------
    table : AgreementTable
        With R rows.
    audit : AgreementAudit
        Tells the weights where the paper does not.
    cells : ndarray, shape (chains, draws, R, C, C)
    kappa_coded : ndarray, shape (chains, draws, R)
        NaN for rows with margins.
    settings : AgreementSettings
        Gives the seed, and whether impossible kappas were taken as made from misaligned codes.

    Returns
    -------
    ndarray, shape (chains, draws, R)
        NaN where no kappa is printed or nothing says what it measures, and for the odd table in
        which both raters give one category only.
    """
    chains, draws, n_rows = kappa_coded.shape
    found = np.full((chains * draws, n_rows), np.nan)
    flat = cells.reshape(chains * draws, n_rows, -1)
    coded = kappa_coded.reshape(chains * draws, n_rows)
    for place, row in enumerate(table.rows):
        if row.kappa is None:
            continue
        rng = np.random.default_rng([_STREAM, settings.seed, place])
        if row.counts is not None or (row.margins_a and row.margins_b):
            probabilities = flat[:, place] / flat[:, place].sum(axis=1, keepdims=True)
            tables = rng.multinomial(row.n, probabilities).reshape(-1, *cells.shape[-2:])
            offset = _offset(audit.rows[place]) if settings.impossible == "misaligned" else 0
            found[:, place] = kappas_of(tables, weights_of(row, audit, place), offset)
        else:
            noise, error = rng.standard_normal(chains * draws), row.kappa.standard_error
            found[:, place] = coded[:, place] + (np.nan if error is None else error) * noise
    return found.reshape(chains, draws, n_rows)


def weights_of(row: AgreementRow, audit: AgreementAudit, place: int) -> Weights:
    """Tell by which weights the kappa of a row was computed.

    Parameters
    ----------
    row : AgreementRow
        With a printed kappa.
    audit : AgreementAudit
    place : int
        Of the row in the table.

    Returns
    -------
    {"unweighted", "linear", "quadratic"}
        As stated; else as all rows share; else as the row's own tables allow; else the weights
        that explain most rows, or quadratic ones.
    """
    if row.kappa is not None and row.kappa.weights is not None:
        return row.kappa.weights
    if audit.chosen is not None:
        return audit.chosen.weights
    own = {match.convention.weights for match in audit.rows[place].matches if match.n_both}
    for weights in (*own, *(one.weights for one in audit.conventions)):
        return weights
    return WEIGHTS[-1]


def _offset(audit: RowAudit) -> int:
    """By how much the first rater's codes are off, of a row that only misaligned codes explain."""
    if audit.verdict != "misaligned only":
        return 0
    votes: dict[int, int] = {}
    for match in audit.matches:
        if match.convention.offset:
            votes[match.convention.offset] = votes.get(match.convention.offset, 0) + match.n_both
    return max(votes, key=lambda offset: votes[offset])
