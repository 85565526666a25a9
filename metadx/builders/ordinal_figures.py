"""Likelihood terms of a row of the complete model of agreement, in PyTensor."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from metadx.builders.normal_cells import below_pairs
from metadx.builders.ordinal_terms import KappaTerm, MarginsTerm, RowTerms, TablesTerm
from metadx.studies.kappa import agreement_weights

_LOG_2PI = math.log(2 * math.pi)
_FARTHEST_RHO = 0.99  # Fisher's z is not finite at 1
_LEAST_VARIANCE = 1e-10


def implied_ranks(r: Any, cells: Any, cuts_b: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Return the rank correlations of a measurement of the first rater that rows imply.

    Parameters
    ----------
    r : tensor, shape (R,)
    cells : tensor, shape (R, C, C)
    cuts_b : tensor, shape (R, C - 1)

    Returns
    -------
    blocks, within : tensor, shape (R,)
        Where the measurement says nothing within its category, and what the normal law adds.

    References
    ----------
    Kendall MG, Gibbons JD. Rank correlation methods, 5th ed. 1990, chapters 3 and 10.
    """
    import pytensor.tensor as pt

    a, b = cells.sum(axis=2), cells.sum(axis=1)
    middle_a = pt.cumsum(a, axis=1) - a / 2 - 0.5
    middle_b = pt.cumsum(b, axis=1) - b / 2
    untied = pt.sqrt(pt.maximum(1 - (b**3).sum(axis=1), 1e-12))
    together = (cells * middle_a[:, :, None] * (middle_b - 0.5)[:, None, :]).sum(axis=(1, 2))
    blocks = 12 * together / untied
    inner = below_pairs(pt.zeros_like(cuts_b), cuts_b, -r[:, None] / math.sqrt(2))
    ends = pt.zeros_like(r)[:, None]
    steps = pt.diff(pt.concatenate([ends, inner, ends + 0.5], axis=1), axis=1)
    measured = 12 * ((middle_b * steps).sum(axis=1) - 0.25) / untied
    return blocks, measured - blocks


def tables_term(
    term: TablesTerm,
    cells: Any,  # noqa: ANN401
    ranks: tuple[Any, Any],
    share: Any,  # noqa: ANN401
    place: int,
) -> Any:  # noqa: ANN401
    """Return the log-likelihood of the cross-tables that one row leaves.

    Parameters
    ----------
    term : TablesTerm
    cells : tensor, shape (R, C, C)
    ranks : tuple of tensor, shape (R,)
        As of `implied_ranks`.
    share : tensor or float
        Lambda.
    place : int
        Of the row.

    Returns
    -------
    tensor
        The log of the sum over tables of multinomial probability times density of the printed
        rank correlation.
    """
    import pymc as pm
    import pytensor.tensor as pt

    given = np.flatnonzero(term.tables.sum(axis=0).ravel())
    counts = term.tables.reshape(len(term.tables), -1)[:, given]
    logs = term.log_weights + pt.dot(counts, pt.log(cells[place].ravel()[given]))
    if term.rank is not None and term.null is not None and term.variance is not None:
        apart = term.rank - term.null - share * ranks[1][place]
        logs = logs - 0.5 * apart**2 / term.variance - 0.5 * (np.log(term.variance) + _LOG_2PI)
    return pm.math.logsumexp(logs)


def margins_term(term: MarginsTerm, cells: Any) -> Any:  # noqa: ANN401
    """Return the log-likelihood of margins, each a multinomial, summed over candidates.

    Parameters
    ----------
    term : MarginsTerm
    cells : tensor, shape (C, C)

    Returns
    -------
    tensor
    """
    import pymc as pm
    import pytensor.tensor as pt

    both = pt.log(pt.stack([cells.sum(axis=1), cells.sum(axis=0)]))
    return pm.math.logsumexp(term.log_weights + (term.margins * both).sum(axis=(1, 2)))


def rank_terms(
    rows: Sequence[RowTerms],
    cells: Any,  # noqa: ANN401
    ranks: tuple[Any, Any],
    share: Any,  # noqa: ANN401
) -> dict[int, Any]:
    """State the printed rank correlations that are normal on Fisher's scale.

    Parameters
    ----------
    rows : sequence of RowTerms
    cells : tensor, shape (R, C, C)
    ranks : tuple of tensor, shape (R,)
    share : tensor or float

    Returns
    -------
    dict of int to tensor
        Standardised residual of each row that has one.

    References
    ----------
    Bonett DG, Wright TA. Psychometrika 2000;65:23-28: variance (1 + rho² / 2) / (n - 3).
    """
    import pymc as pm
    import pytensor.tensor as pt

    found = [(place, row.rank) for place, row in enumerate(rows) if row.rank is not None]
    if not found:
        return {}
    places = np.array([place for place, _ in found])
    value = np.array([rank.value for _, rank in found]).clip(-_FARTHEST_RHO, _FARTHEST_RHO)
    left = np.array([max(rank.n - 3, 1) for _, rank in found])
    rounding = np.array([rank.rounding for _, rank in found]) / (1 - value**2) ** 2
    measured = np.array([rank.continuous for _, rank in found])
    blocks, within = ranks[0][places], ranks[1][places]
    a = cells[places].sum(axis=2)
    of_categories = blocks / pt.sqrt(pt.maximum(1 - (a**3).sum(axis=1), 1e-12))
    rho = pt.where(measured, blocks + share * within, of_categories)
    rho = pt.clip(rho, -_FARTHEST_RHO, _FARTHEST_RHO)
    sd = pt.sqrt((1 + rho**2 / 2) / left + rounding)
    residual = (np.arctanh(value) - pt.arctanh(rho)) / sd
    pm.Potential("ranks", (-0.5 * residual**2 - pt.log(sd) - 0.5 * _LOG_2PI).sum())
    return {int(place): residual[i] for i, place in enumerate(places)}


def kappa_term(term: KappaTerm, cells: Any, residual: Any | None) -> Any:  # noqa: ANN401
    """Return the log density of a kappa given the cells, and the rank correlation if there is one.

    Parameters
    ----------
    term : KappaTerm
    cells : tensor, shape (C, C)
    residual : tensor or None
        Standardised, of the rank correlation of the same row.

    Returns
    -------
    tensor

    References
    ----------
    Fleiss JL, Cohen J, Everitt BS. Psychological Bulletin 1969;72:323-327.
    """
    import pymc as pm
    import pytensor.tensor as pt

    a, b = cells.sum(axis=1), cells.sum(axis=0)
    shared = term.error_correlation if residual is not None else 0.0
    known = shared * residual if residual is not None else 0.0
    n_categories = cells.type.shape[-1]
    logs = []
    for kind in term.kinds:
        weights = agreement_weights(kind, n_categories)
        row, column = pt.dot(weights, b), pt.dot(a, weights)
        expected = pt.dot(a, row)
        kappa = ((weights * cells).sum() - expected) / (1 - expected)
        moved = weights - (row[:, None] + column[None, :]) * (1 - kappa)
        spread = (cells * moved**2).sum() - (kappa - expected * (1 - kappa)) ** 2
        variance = spread / (term.n * (1 - expected) ** 2)
        sd = pt.sqrt(pt.maximum(variance, _LEAST_VARIANCE) + term.rounding)
        apart = ((term.value - kappa) / sd - known) / math.sqrt(1 - shared**2)
        scale = sd * math.sqrt(1 - shared**2)
        logs.append(-0.5 * apart**2 - pt.log(scale) - 0.5 * _LOG_2PI)
    return pm.math.logsumexp(pt.stack(logs)) - math.log(len(logs))


def factor_terms(rows: Sequence[RowTerms], cells: Any) -> None:  # noqa: ANN401
    """State the quadratic kappas of rows without margins: correlation of the scores times C_b.

    Parameters
    ----------
    rows : sequence of RowTerms
    cells : tensor, shape (R, C, C)

    References
    ----------
    Lin LI. Biometrics 1989;45:255-268: concordance is correlation times accuracy; quadratic kappa
    is the concordance of the codes.
    """
    import pymc as pm
    import pytensor.tensor as pt

    found = [(place, row.factor) for place, row in enumerate(rows) if row.factor is not None]
    if not found:
        return
    places = np.array([place for place, _ in found])
    mean = np.array([factor.logit_mean for _, factor in found])
    spread = np.array([factor.logit_sd for _, factor in found])
    value = np.array([factor.value for _, factor in found])
    sd = np.array([factor.sd for _, factor in found])
    logit = mean + spread * pm.Normal("factor_raw", 0.0, 1.0, shape=len(found))
    factor = pm.Deterministic("accuracy_factor", pm.math.invlogit(logit))
    own, codes = cells[places], np.arange(cells.type.shape[-1])
    a, b = own.sum(axis=2), own.sum(axis=1)
    mean_a, mean_b = pt.dot(a, codes), pt.dot(b, codes)
    together = pt.dot(pt.dot(own, codes), codes) - mean_a * mean_b
    spread_a, spread_b = pt.dot(a, codes**2) - mean_a**2, pt.dot(b, codes**2) - mean_b**2
    scores = together / pt.sqrt(pt.maximum(spread_a * spread_b, 1e-24))
    kappa = pm.Deterministic("kappa_coded", scores * factor)
    apart = (value - kappa) / sd
    pm.Potential("kappas", (-0.5 * apart**2 - np.log(sd) - 0.5 * _LOG_2PI).sum())
