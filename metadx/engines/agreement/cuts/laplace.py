"""Where the cut-points of a row lie for each latent correlation: mode and spread."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.cuts.coordinates import CutLaw
from metadx.engines.agreement.cuts.interpolation import cubic_weights
from metadx.engines.agreement.evidence.cells import (
    MIDDLE_LAM,
    Evidence,
    FigureEvidence,
    Predicted,
)
from metadx.engines.agreement.evidence.part_cuts import margin_cuts

type FloatArray = NDArray[np.float64]
type Predict = Callable[[FloatArray, FloatArray], Predicted]

_ITERATIONS = 15
_ARRIVED = 1e-4  # prior standard deviations
_HALVINGS = 5
_LONGEST = 1.0  # prior standard deviations, of one step
_LEAST = 0.5  # of the prior's precision: what the information of a mixture of tables may fall to
_ALONG = np.array([0.5, 1.0, 1.5, 2.0, 3.0, 4.0])  # roots, at which the density is looked at
_LEAST_STRETCH, _MOST_STRETCH = 0.7, 3.0
_NARROW = 0.05  # latent standard deviations: the least gap to start from
_APART = 1e-4  # of differences, in prior standard deviations
_EVERY = 4  # nodes of the grid from one search to the next; between them it is interpolated
_BETTER = 0.01  # logs, by which the mode of a neighbour has to be better to start again from it


def find_cuts(
    z: FloatArray, r_max: float, law: CutLaw, evidence: Evidence, predict: Predict
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Find the mode of the cut-points at each latent correlation.

    All searches start at the margins. Far from the correlation that the row shows, this can end
    on a plateau: a search starts again from a neighbour's mode as long as that is better there.

    Parameters
    ----------
    z : ndarray, shape (G,)
        An even grid of atanh(r / r_max).
    r_max : float
    law : CutLaw
    evidence : TableEvidence or FigureEvidence
    predict : callable
        Maps correlations (...) and coordinates (..., D) to what they imply.

    Returns
    -------
    mode : ndarray, shape (G, D)
    root : ndarray, shape (G, D, D)
        Lower triangular; root @ root.T is the covariance of the normal law that touches there.
    stretch : ndarray, shape (G, D, 2)
        How much further than that law the density reaches along each column of the root, downwards
        and upwards.

    References
    ----------
    Tierney L, Kadane JB. J Am Stat Assoc 1986;81:82-86; the stretches: Geweke J. Econometrica
    1989;57:1317-1339, section 4.
    """
    known = evidence.first_margins.any(axis=1)
    if law.size == 0 or (isinstance(evidence, FigureEvidence) and not known.any()):
        # Figures allow cut-points on either side of those of the other rater: the prior covers
        # both. One category alone has none.
        shape = (z.size, law.size)
        root = np.broadcast_to(np.diag(law.sd), (*shape, law.size))
        return np.broadcast_to(law.mean, shape), root, np.ones((*shape, 2))
    if isinstance(evidence, FigureEvidence) and not known.all():
        evidence = FigureEvidence(evidence.margins, evidence.log_weights)
    nodes = np.linspace(z[0], z[-1], -(-(z.size - 1) // _EVERY) + 1)
    climb = _Climb(r_max * np.tanh(nodes), law, evidence, predict)
    theta, value = climb.up(np.tile(_start(law, evidence), (nodes.size, 1)))
    theta = _from_neighbours(climb, theta, value)
    covariance = np.linalg.inv(climb.derivatives(theta)[1])
    root = np.linalg.cholesky(0.5 * (covariance + np.swapaxes(covariance, 1, 2)))
    stretch = np.log(climb.stretch(theta, root))
    diagonal = np.arange(law.size)
    root[:, diagonal, diagonal] = np.log(root[:, diagonal, diagonal])
    first, across = cubic_weights(nodes, z)
    around = first[:, None] + np.arange(4)
    mode = np.einsum("gk,gkd->gd", across, theta[around])
    smooth = np.einsum("gk,gkde->gde", across, root[around])
    smooth[:, diagonal, diagonal] = np.exp(smooth[:, diagonal, diagonal])
    return mode, smooth, np.exp(np.einsum("gk,gkds->gds", across, stretch[around]))


@dataclass(frozen=True, eq=False)
class _Climb:
    r: FloatArray
    law: CutLaw
    evidence: Evidence
    predict: Predict

    def density(self, r: FloatArray, theta: FloatArray) -> FloatArray:
        value = self.evidence.log_likelihood(self.predict(r, theta), np.array([MIDDLE_LAM]))
        return self.law.log_density(theta) + value[..., 0]

    def at(self, nodes: NDArray[np.intp]) -> "_Climb":
        """Keep some of the nodes."""
        return _Climb(self.r[nodes], self.law, self.evidence, self.predict)

    def up(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Climb by scoring steps, all nodes at once; return where they end and how high."""
        value = self.density(self.r, theta)
        for _ in range(_ITERATIONS):
            gradient, precision = self.derivatives(theta)
            step = np.linalg.solve(precision, gradient[..., None])[..., 0]
            longest = np.abs(step / self.law.sd).max(axis=1, initial=0.0)
            step *= np.minimum(1.0, _LONGEST / np.maximum(longest, 1e-300))[:, None]
            theta, value, moved = self.take(theta, value, step)
            if moved < _ARRIVED:
                break
        return theta, value

    def take(
        self, theta: FloatArray, value: FloatArray, step: FloatArray
    ) -> tuple[FloatArray, FloatArray, float]:
        """Take the step, halved where it leads down."""
        taken, best = np.zeros(value.size), value.copy()
        for halving in range(_HALVINGS):
            left = np.flatnonzero(taken == 0)
            if left.size == 0:
                break
            share = 0.5**halving
            found = self.density(self.r[left], theta[left] + share * step[left])
            better = found >= value[left] - 1e-9
            taken[left[better]], best[left[better]] = share, found[better]
        moved = taken[:, None] * step
        return theta + moved, best, float(np.abs(moved / self.law.sd).max(initial=0.0))

    def stretch(self, theta: FloatArray, root: FloatArray) -> FloatArray:
        """Compare the fall of the density along each axis with that of the normal law."""
        top = self.density(self.r, theta)
        axes = np.moveaxis(root, 2, 0)  # (D, G, D)
        found = []
        for sign in (-1.0, 1.0):
            steps = sign * _ALONG[:, None, None, None] * axes
            many = np.broadcast_to(self.r, steps.shape[:-1])
            fall = top - self.density(many, theta + steps)
            reach = _ALONG[:, None, None] / np.sqrt(2 * np.maximum(fall, 1e-2))
            found.append(np.clip(reach.max(axis=0), _LEAST_STRETCH, _MOST_STRETCH))
        return np.moveaxis(np.array(found), (0, 1), (2, 1))

    def derivatives(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient of the log density and the precision of the normal law that touches it."""
        law = self.law
        away = _APART * np.diag(law.sd)[:, None]
        many = np.broadcast_to(self.r, (law.size, self.r.size))
        up, down = self.predict(many, theta + away), self.predict(many, theta - away)
        step = 2 * _APART * law.sd
        slopes = Predicted(
            _difference(up.cells, down.cells) / step,
            None if up.blocks is None else _difference(up.blocks, down.blocks) / step,
            None if up.within is None else _difference(up.within, down.within) / step,
        )
        gradient, information = self.evidence.slope(self.predict(self.r, theta), slopes)
        scale = law.sd[:, None] * law.sd
        values, axes = np.linalg.eigh(information * scale)  # in prior standard deviations
        kept = np.maximum(1.0 + values, _LEAST)
        precision = (axes * kept[:, None]) @ np.swapaxes(axes, 1, 2) / scale
        return gradient - (theta - law.mean) / law.sd**2, precision


def _from_neighbours(climb: _Climb, theta: FloatArray, value: FloatArray) -> FloatArray:
    """Start again from the mode of a neighbour where that is better, until none is."""
    theta, value = theta.copy(), value.copy()
    last = value.size - 1
    for _ in range(value.size):
        found = 0
        for neighbour in (
            np.maximum(np.arange(last + 1) - 1, 0),
            np.minimum(np.arange(last + 1) + 1, last),
        ):
            there = climb.density(climb.r, theta[neighbour])
            again = np.flatnonzero(there > value + _BETTER)
            if again.size:
                theta[again], value[again] = climb.at(again).up(theta[neighbour[again]])
                found += again.size
        if not found:
            break
    return theta


def _start(law: CutLaw, evidence: Evidence) -> FloatArray:
    """Place the cut-points where the margins put them, as far as these are known."""
    theta, half = law.mean.copy(), law.size // 2
    for rater, margin in enumerate(evidence.first_margins):
        if half and margin.any():
            cuts = margin_cuts(margin)
            gaps = np.log(np.maximum(np.diff(cuts), _NARROW))
            theta[rater * half : (rater + 1) * half] = np.concatenate([cuts[:1], gaps])
    return theta


def _difference(up: FloatArray, down: FloatArray | None) -> FloatArray:
    """Differences, the coordinates on the last axis."""
    return np.moveaxis(up - np.asarray(down), 0, -1)
