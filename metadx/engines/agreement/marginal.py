"""The marginal engine of agreement: cut-points integrated out, what rows share sampled."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.builders.ordinal_rows import row_hierarchy
from metadx.cards.agreement_card import LoadedAgreementCard, RowChecks
from metadx.engines.agreement.cuts.rows import RowLikelihood, row_likelihoods
from metadx.engines.agreement.hierarchy.posterior import row_posterior
from metadx.engines.agreement.hierarchy.sampler import sample_shared
from metadx.engines.agreement.hierarchy.single import draw_single
from metadx.engines.agreement.hierarchy.splines import RowSplines, splines_through
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.settings import AgreementSettings
from metadx.engines.result import Check, EngineReport
from metadx.engines.settings import CHAINS
from metadx.studies.agreement import AgreementTable
from metadx.studies.agreement_audit import AgreementAudit

type FloatArray = NDArray[np.float64]

_OUTSIDE = 1e-3  # share of draws
_END, _LEVEL = 0.5, 0.5  # of z, and logs over that: less is level
_SHARED_STREAM, _ROW_STREAM = 29, 31  # random streams of the single row and of the tables


@dataclass(frozen=True, eq=False)
class _Shared:
    """Draws of z (chains, draws, R), lambda if it is in the model, and what rows share."""

    z: FloatArray
    hyper: Mapping[str, FloatArray]
    effects: Mapping[str, FloatArray]
    checks: tuple[Check, ...]
    ess: float


def fit_rows(
    table: AgreementTable,
    audit: AgreementAudit,
    card: LoadedAgreementCard,
    settings: AgreementSettings,
) -> AgreementFit:
    """Integrate the cut-points out of every row, sample what rows share, and draw the tables.

    Parameters
    ----------
    table : AgreementTable
        Without ratings of three or more raters.
    audit : AgreementAudit
        Of the same table.
    card : LoadedAgreementCard
    settings : AgreementSettings

    Returns
    -------
    AgreementFit
        Without predictions and notes.

    Raises
    ------
    FitError
        If the sampler cannot start.
    """
    began = time.perf_counter()
    rows = row_likelihoods(table, audit, card.card, settings)
    splines = splines_of(rows)
    if table.n_rows == 1:
        shared = _alone(splines, card, settings)
    else:
        shared = _together(table, splines, card, settings)
    cells, coded, factor = _draw_tables(rows, shared, table.n_categories, settings.seed)
    row_checks, pareto_k = _row_checks(rows, card.card.checks.marginal)
    return AgreementFit(
        table=table,
        audit=audit,
        card=card,
        settings=settings,
        z=shared.z,
        cells=cells,
        kappa_coded=coded,
        accuracy_factor=factor,
        hyper=shared.hyper,
        effects=shared.effects,
        engine=EngineReport("marginal", pareto_k, shared.ess, None, time.perf_counter() - began),
        checks=(*row_checks, *shared.checks, draws_outside(shared.z, splines)),
        evidence=tuple(row.how for row in rows),
    )


def splines_of(rows: Sequence[RowLikelihood]) -> RowSplines:
    """Lay splines through the log-likelihoods of rows.

    Parameters
    ----------
    rows : sequence of RowLikelihood
        All on one grid.

    Returns
    -------
    RowSplines
    """
    values = np.stack([row.log_likelihood for row in rows])
    return splines_through(rows[0].z, rows[0].lam, values)


def _alone(splines: RowSplines, card: LoadedAgreementCard, settings: AgreementSettings) -> _Shared:
    """Draw z of a single row from a grid: nothing is shared and nothing has to converge."""
    size = CHAINS * settings.draws_per_chain
    rng = np.random.default_rng([_SHARED_STREAM, settings.seed])
    z, lam = draw_single(splines, card.card, size, rng)
    hyper = {} if lam is None else {"lambda": lam.reshape(CHAINS, -1)}
    return _Shared(z.reshape(CHAINS, -1, 1), hyper, {}, (), float(size))


def _together(
    table: AgreementTable,
    splines: RowSplines,
    card: LoadedAgreementCard,
    settings: AgreementSettings,
) -> _Shared:
    """Sample the hierarchy."""
    nodes = splines.share_nodes
    hierarchy = row_hierarchy(table, nodes if nodes > 1 else 0)
    chains = sample_shared(
        row_posterior(hierarchy, splines, card.card),
        card.card.checks.nuts,
        draws=settings.draws_per_chain,
        seed=settings.seed,
    )
    draws = dict(chains.variables)
    z = draws.pop("z")
    effects = {name: draws.pop(name) for name, _ in hierarchy.shape.levels}
    return _Shared(z, draws, effects, chains.checks, chains.ess)


def _draw_tables(
    rows: Sequence[RowLikelihood], shared: _Shared, n_categories: int, seed: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw cells, kappa as coded and accuracy factor of every row given z and lambda."""
    chains, draws, n_rows = shared.z.shape
    size = chains * draws
    cells = np.empty((size, n_rows, n_categories, n_categories))
    coded, factor = np.full((size, n_rows), np.nan), np.full((size, n_rows), np.nan)
    lam = shared.hyper.get("lambda", np.full((chains, draws), 0.5)).ravel()
    for place, row in enumerate(rows):
        rng = np.random.default_rng([_ROW_STREAM, seed, place])
        drawn = row.draw(shared.z[..., place].ravel(), lam, rng)
        cells[:, place] = drawn.cells
        if drawn.kappa_coded is not None:
            coded[:, place] = drawn.kappa_coded
        if drawn.accuracy_factor is not None:
            factor[:, place] = drawn.accuracy_factor
    return (
        cells.reshape(chains, draws, *cells.shape[1:]),
        coded.reshape(chains, draws, n_rows),
        factor.reshape(chains, draws, n_rows),
    )


def draws_outside(z: FloatArray, splines: RowSplines) -> Check:
    """Judge how many draws lie where no likelihood was computed.

    Parameters
    ----------
    z : ndarray, shape (..., R)
    splines : RowSplines
        Of the R rows.

    Returns
    -------
    Check
        Of the row with most draws beyond an end of the grid at which its likelihood is not level.
    """
    low, step = splines.grid
    intervals = splines.coefficients.shape[1]
    high = low + step * intervals
    flat = z.reshape(-1, z.shape[-1])
    edges: FloatArray = np.array([low, low + _END, high - _END, high])
    lam = np.full(edges.size, 0.5) if splines.share_nodes > 1 else None
    ends = splines.values(np.tile(edges[:, None], z.shape[-1]), lam)
    steep = np.abs(np.diff(ends, axis=0)[::2]) > _LEVEL  # (2, R)
    beyond = np.stack([(flat < low).mean(axis=0), (flat > high).mean(axis=0)])
    share = float((beyond * steep).sum(axis=0).max())
    return Check("row_outside_grid", share, _OUTSIDE, share < _OUTSIDE)


def _row_checks(
    rows: Sequence[RowLikelihood], limits: RowChecks
) -> tuple[tuple[Check, ...], float | None]:
    """Judge the integrals over the cut-points by the worst row."""
    ks = [row.pareto_k for row in rows if np.isfinite(row.pareto_k)]
    sizes = [row.ess for row in rows if np.isfinite(row.ess)]
    checks = []
    if ks:
        worst = max(ks)
        passed = worst < limits.pareto_k_max
        checks.append(Check("row_pareto_k", worst, limits.pareto_k_max, passed))
    if sizes:
        least = min(sizes)
        checks.append(Check("row_ess", least, limits.ess_min, least >= limits.ess_min))
    return tuple(checks), max(ks, default=None)
