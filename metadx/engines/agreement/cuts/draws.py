"""Draws of the cut-points of a row given its latent correlation and lambda."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.cuts.integral import Z_GRID, RowIntegral, predict
from metadx.engines.agreement.cuts.interpolation import cubic_weights, polynomial_weights
from metadx.engines.agreement.evidence.cells import FigureEvidence
from metadx.engines.agreement.evidence.figures import KappaFactor

type FloatArray = NDArray[np.float64]

_AT_A_TIME = 2000  # draws that share a node, so that a handful of them does not fill the memory


@dataclass(frozen=True, eq=False)
class RowDraws:
    """Draws of a row, (S,) each.

    Parameters
    ----------
    cells : ndarray, shape (S, C, C)
        Cell probabilities on the full scale.
    kappa_coded, accuracy_factor : ndarray, shape (S,), or None
        Quadratic kappa as the paper's codes gave it and Lin's C_b, where a kappa without margins
        was used.
    """

    cells: FloatArray
    kappa_coded: FloatArray | None = None
    accuracy_factor: FloatArray | None = None


def draw_row(
    integral: RowIntegral, z: FloatArray, lam: FloatArray, rng: np.random.Generator
) -> RowDraws:
    """Draw cut-points by the weights of the integral's points, interpolated to each z and lambda.

    Parameters
    ----------
    integral : RowIntegral
    z, lam : ndarray, shape (S,)
    rng : numpy.random.Generator

    Returns
    -------
    RowDraws
    """
    known = integral.known
    theta = draw_cuts(integral, z, lam, rng)
    cells = predict(known, known.r_max * np.tanh(z), theta).cells
    full = known.law.on_full_scale(cells)
    evidence = known.evidence
    if not isinstance(evidence, FigureEvidence) or not isinstance(evidence.kappa, KappaFactor):
        return RowDraws(full)
    factor = evidence.kappa.draw(cells, rng)
    return RowDraws(full, factor * evidence.kappa.ratio(cells), factor)


def draw_cuts(
    integral: RowIntegral, z: FloatArray, lam: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draw coordinates of the cut-points given z and lambda (S,), shape (S, D)."""
    first, across = cubic_weights(Z_GRID, z)
    along = polynomial_weights(integral.lam, lam)
    if integral.log_weights.shape[1] == 1:
        along = np.ones((z.size, 1))
    known, proposal = integral.known, integral.proposal
    theta = np.empty((z.size, known.law.size))
    order = np.argsort(first, kind="stable")
    for group in _groups(first[order], order):
        nodes = slice(first[group[0]], first[group[0]] + 4)
        weights = (across[group][:, :, None] * along[group][:, None, :]).reshape(group.size, -1)
        logs = weights @ integral.log_weights[nodes].reshape(weights.shape[1], -1)
        below = np.cumsum(np.exp(logs - logs.max(axis=1, keepdims=True)), axis=1)
        wanted = rng.random(group.size)[:, None] * below[:, -1:]
        theta[group] = proposal.place((below < wanted).sum(axis=1), nodes, across[group])
    return theta


def _groups(first: NDArray[np.int64], order: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Draws between the same nodes of the grid, in batches."""
    edges = np.flatnonzero(np.diff(first)) + 1
    found = []
    for group in np.split(order, edges):
        found += [group[start : start + _AT_A_TIME] for start in range(0, group.size, _AT_A_TIME)]
    return found
