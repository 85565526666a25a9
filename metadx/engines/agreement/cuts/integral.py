"""The likelihood of a row with its cut-points integrated out, on a grid of z and lambda.

For every z the same evenly spread points are moved to the mode and spread of the cut-points there,
so that the integral is a smooth function of z whatever its error.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.cuts.coordinates import CutLaw, cuts_of
from metadx.engines.agreement.cuts.interpolation import polynomial_weights
from metadx.engines.agreement.cuts.laplace import find_cuts
from metadx.engines.agreement.cuts.proposal import CutProposal, StretchedLaw, spread_points
from metadx.engines.agreement.evidence.cells import (
    Evidence,
    FigureEvidence,
    Predicted,
    TableEvidence,
)
from metadx.engines.pareto import smooth
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.estimands.spearman import spearman_blocks, spearman_measured

type FloatArray = NDArray[np.float64]

Z_GRID = np.linspace(-3.0, 3.9, 93)  # kappas near 0 of rows without margins need a fine one
_AT_A_TIME = 40_000  # tables of cells: bounds the memory
_MANY_TABLES = 20  # from which so much less is done at a time
_WORTH = 3.0  # logs below the highest density: further down little is drawn
_WIDE = 0.5  # share of the points that come from the margins alone where the table is not known
_FLAT = 0.95  # share of the points
_QUADRATURE = 20
_CARRIES = 0.02  # of the posterior; the shape of the weights at lesser nodes does not matter
_FEWEST = 5.0  # effective points; with fewer a node has no integral


def lam_nodes(count: int = 7) -> FloatArray:
    """Return Chebyshev nodes of [0, 1], both ends included, ascending.

    Parameters
    ----------
    count : int

    Returns
    -------
    ndarray, shape (count,)

    Examples
    --------
    >>> lam_nodes(3).tolist()
    [0.0, 0.5, 1.0]
    """
    turned = np.cos(np.pi * np.arange(count) / (count - 1))
    return np.asarray(0.5 * (1 - turned)).round(15)


@dataclass(frozen=True, eq=False)
class RowEvidence:
    """What is known of one row, ready for an engine.

    Parameters
    ----------
    row : int
        Place in the table's rows.
    law : CutLaw
        Prior of its cut-points.
    evidence : TableEvidence or FigureEvidence
    r_max : float
        Largest latent correlation.
    how : str
        What is used of the row, in words.
    full : TableEvidence or None
        All the tables, where `evidence` holds a weighted sample of them.
    """

    row: int
    law: CutLaw
    evidence: Evidence
    r_max: float
    how: str
    full: TableEvidence | None = None


@dataclass(frozen=True, eq=False)
class RowIntegral:
    """Weights of the points behind the integral of one row.

    Parameters
    ----------
    known : RowEvidence
    lam : ndarray, shape (Q,)
    proposal : CutProposal
        At the nodes of `Z_GRID`.
    log_weights : ndarray, shape (G, Q, M) or (G, 1, M)
        Prior times likelihood over proposal.
    log_likelihood : ndarray, shape (G, Q)
    good : ndarray of bool, shape (G, Q)
        Whether the integral at a node can be trusted; elsewhere the log-likelihood is continued
        from the nodes where it can.
    """

    known: RowEvidence
    lam: FloatArray
    proposal: CutProposal
    log_weights: FloatArray
    log_likelihood: FloatArray
    good: NDArray[np.bool_]

    def quality(self, log_prior: FloatArray) -> tuple[float, float]:
        """Return Pareto k and effective number of points where the posterior lies.

        Parameters
        ----------
        log_prior : ndarray, shape (G, Q)
            Of the row alone, at the nodes.

        Returns
        -------
        pareto_k : float
            The largest at any node that carries more than a few per cent of the posterior.
        ess : float
            The least at any node that is not negligible; 0 where the integral failed at
            one of them or beside it.
        """
        count = self.log_weights.shape[2]
        if count == 1:  # nothing to integrate
            return -np.inf, np.inf
        value = self.log_likelihood + log_prior
        value = value - value.max()
        mass = np.exp(value)
        mass = mass.sum(axis=1) / mass.sum()
        shapes, least = [-1.0], float(count)
        for g in np.flatnonzero(value.max(axis=1) > -_WORTH):
            q = int(value[g].argmax())
            if not self.good[max(g - 1, 0) : g + 2, q].all():
                return np.inf, 0.0
            smoothed = smooth(self.log_weights[g, min(q, self.log_weights.shape[1] - 1)])
            least = min(least, smoothed.ess)
            # Where the weights are even, k is not defined.
            if mass[g] > _CARRIES and smoothed.ess <= _FLAT * count:
                shapes.append(smoothed.pareto_k)
        return float(max(shapes)), least


def predict(known: RowEvidence, r: FloatArray, theta: FloatArray) -> Predicted:
    """Return cells and rank correlations that cut-points imply.

    Parameters
    ----------
    known : RowEvidence
    r : ndarray, shape (...)
        Latent correlation.
    theta : ndarray, shape (..., D)
        Coordinates of the cut-points.

    Returns
    -------
    Predicted
    """
    cells = cell_probabilities(r, *cuts_of(theta), nodes=_QUADRATURE)
    evidence = known.evidence
    if evidence.spearman is None:
        return Predicted(cells)
    blocks = spearman_blocks(cells)
    if isinstance(evidence, FigureEvidence) and not evidence.continuous:
        return Predicted(cells, blocks / _untied(cells.sum(axis=-1)))
    return Predicted(cells, blocks, spearman_measured(r, cells.sum(axis=-2)) - blocks)


def log_integrand(known: RowEvidence, theta: FloatArray, z: FloatArray, lam: float) -> FloatArray:
    """Return the log likelihood of a row plus the log prior of its cut-points.

    Parameters
    ----------
    known : RowEvidence
    theta : ndarray, shape (S, D)
    z : ndarray, shape (S,)
    lam : float

    Returns
    -------
    ndarray, shape (S,)
    """
    seen = predict(known, known.r_max * np.tanh(z), theta)
    found = known.evidence.log_likelihood(seen, np.array([lam]))[..., 0]
    return np.asarray(found + known.law.log_density(theta))


def integrate_row(known: RowEvidence, points: int) -> RowIntegral:
    """Integrate the cut-points out of a row.

    Parameters
    ----------
    known : RowEvidence
    points : int
        Number of points for every z; a prime.

    Returns
    -------
    RowIntegral
    """
    r, lam = known.r_max * np.tanh(Z_GRID), lam_nodes()
    evidence = known.evidence
    proposal = _proposal(known, points)
    tables = evidence.tables if isinstance(evidence, TableEvidence) else np.ones(1)
    step = max(1, _AT_A_TIME // (points * min(len(tables), _MANY_TABLES)))
    parts = []
    for start in range(0, r.size, step):
        part = slice(start, start + step)
        near: Evidence = evidence
        if isinstance(evidence, TableEvidence):
            near = evidence.near(predict(known, r[part], proposal.law.mode[part]), lam)
        theta = proposal.theta(part)
        here = np.broadcast_to(r[part, None], theta.shape[:-1])
        value = near.log_likelihood(predict(known, here, theta), lam)
        over = known.law.log_density(theta) - proposal.log_density(part, theta)
        parts.append(value + over[..., None])
    logs = np.swapaxes(np.concatenate(parts), 1, 2)
    top = logs.max(axis=2, keepdims=True)
    total = top[..., 0] + np.log(np.exp(logs - top).mean(axis=2))
    if known.full is not None:
        total = total + _left_out(known, known.full, r, proposal.law.mode, lam)
    shape = r.size, lam.size
    good = np.broadcast_to(_effective(logs) > _FEWEST, shape)
    columns = zip(np.broadcast_to(total, shape).T, good.T, strict=True)
    value = np.stack([_mended(*column) for column in columns], axis=1)
    return RowIntegral(known, lam, proposal, logs, value, good)


def _effective(logs: FloatArray) -> FloatArray:
    """Effective number of points at every node, shape (G, Q) or (G, 1)."""
    weights = np.exp(logs - logs.max(axis=2, keepdims=True))
    share = weights.sum(axis=2) ** 2 / (weights * weights).sum(axis=2)
    return np.asarray(np.where(logs.shape[2] == 1, np.inf, share))


def _mended(total: FloatArray, good: NDArray[np.bool_]) -> FloatArray:
    """Replace nodes without an integral (G,): between good ones a line, beyond them a decay."""
    if good.all() or good.sum() < 2:
        return total
    kept, places = np.flatnonzero(good), np.arange(good.size)
    found = np.interp(places, kept, total[kept])
    for end, inner in ((kept[0], kept[1]), (kept[-1], kept[-2])):
        slope = min((total[end] - total[inner]) / abs(end - inner), 0.0)
        beyond = places < end if end < inner else places > end
        found[beyond] = total[end] + slope * np.abs(places[beyond] - end)
    return found


def _proposal(known: RowEvidence, points: int) -> CutProposal:
    """Choose where the points lie."""
    evidence, size = known.evidence, known.law.size

    def predicted(r: FloatArray, theta: FloatArray) -> Predicted:
        return predict(known, r, theta)

    law = StretchedLaw(*find_cuts(Z_GRID, known.r_max, known.law, evidence, predicted))
    if not isinstance(evidence, TableEvidence) or len(evidence.tables) == 1:
        return CutProposal(law, spread_points(points, size))
    alone = FigureEvidence(evidence.first_margins[None], np.zeros(1))
    wide = StretchedLaw(*find_cuts(Z_GRID[:4], known.r_max, known.law, alone, predicted))
    points_of = spread_points(points, size, _WIDE)
    return CutProposal(law, points_of, wide.at(slice(0, 1)))


def _left_out(
    known: RowEvidence, full: TableEvidence, r: FloatArray, theta: FloatArray, lam: FloatArray
) -> FloatArray:
    """Return what a sample of the tables misses, at the mode of the cut-points of every z."""
    seen = predict(known, r, theta)
    if not full.uses_lam:
        return full.log_likelihood(seen, lam) - known.evidence.log_likelihood(seen, lam)
    few = np.array([0.0, 0.5, 1.0])  # smooth in lambda: a parabola
    missed = np.concatenate(
        [
            full.log_likelihood(part, few) - known.evidence.log_likelihood(part, few)
            for part in _split(seen, 8)
        ]
    )
    return missed @ polynomial_weights(few, lam).T


def _split(seen: Predicted, size: int) -> list[Predicted]:
    """Cut what is predicted at G places into pieces."""
    edges = range(size, len(seen.cells), size)
    parts = [
        [None] * (len(edges) + 1) if part is None else np.split(part, edges)
        for part in (seen.cells, seen.blocks, seen.within)
    ]
    return [Predicted(*piece) for piece in zip(*parts, strict=True)]


def _untied(margin: FloatArray) -> FloatArray:
    """Share of the spread of ranks that ties leave."""
    return np.asarray(np.sqrt(np.maximum(1 - (margin**3).sum(axis=-1), 1e-12)))
