"""Each study's likelihood with its two random effects integrated out.

Adaptive Gauss-Hermite quadrature around the conditional mode (Naylor and Smith 1982; Pinheiro and
Bates 1995). In the standardised coordinates of the normal law at the mode the quadratic terms of
prior and likelihood cancel, and what is left separates by margin:

    I = peak · E[ exp(R1(z1) + R0(z1, z2)) ],   R(x) = l(x) − l(a) − l'(a)(x − a) − ½ l''(a)(x − a)²

so K nodes per axis cost K evaluations for sensitivity and K² for specificity.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.conditional import LARGEST_STEP, Covariance, Modes, conditional_modes, remainder
from metadx.engines.counts import Counts
from metadx.engines.quadrature import normal_rule

type FloatArray = NDArray[np.float64]

_BLOCK = 40_000  # array elements per block: the working set stays in the second-level cache
_WIDEST_PRODUCT = LARGEST_STEP  # logits; so far out exp(a), exp(b) and their product are finite


@dataclass(frozen=True, eq=False)
class Moments:
    """Conditional moments of the random effects d, each (S, N): E[d], E[d d'] and the values."""

    log_integral: FloatArray
    sens: FloatArray
    spec: FloatArray
    sens2: FloatArray
    cross: FloatArray
    spec2: FloatArray


def log_integrals(counts: Counts, modes: Modes, nodes: int) -> FloatArray:
    """Return the log of each study's integrated likelihood.

    Parameters
    ----------
    counts : Counts
        N studies.
    modes : Modes
        Expansion points for S draws and N studies.
    nodes : int
        Quadrature nodes per axis.

    Returns
    -------
    ndarray, shape (S, N)
        Binomial coefficients included.
    """
    cells = modes.sens.size
    step = min(cells, max(1, _BLOCK // nodes**2))
    integral = np.empty(cells)
    scratch = np.empty((2, nodes**2 * step))
    _, w = normal_rule(nodes)
    weights = np.multiply.outer(w, w).ravel()
    values = _Cells.of(counts, modes)
    for first in range(0, cells, step):
        part = slice(first, min(first + step, cells))
        integral[part] = weights @ _node_values(values, part, nodes, scratch).reshape(nodes**2, -1)
    out = np.log(integral, out=integral).reshape(modes.sens.shape)
    out += modes.log_peak
    out += counts.log_choose
    return out


def integral_moments(
    counts: Counts,
    mean: tuple[FloatArray, FloatArray],
    covariance: Covariance,
    start: tuple[FloatArray, FloatArray],
    nodes: int,
) -> Moments:
    """Return the integrals with the conditional moments of the random effects.

    For few draws: what the gradient needs, in one pass.

    Parameters
    ----------
    counts, mean, covariance, start
        As of `conditional_modes`.
    nodes : int
        Quadrature nodes per axis.

    Returns
    -------
    Moments
    """
    modes = conditional_modes(counts, mean, covariance, start)
    scratch = np.empty((2, nodes**2 * modes.sens.size))
    joint = _node_values(_Cells.of(counts, modes), slice(None), nodes, scratch)
    return moments_over_nodes(joint, counts, modes, mean)


def moments_over_nodes(
    joint: FloatArray, counts: Counts, modes: Modes, mean: tuple[FloatArray, FloatArray]
) -> Moments:
    """Sum what the integrand is at the nodes into the integral and the moments.

    Parameters
    ----------
    joint : ndarray, shape (K, K, cells)
        exp(R1 + R0) at the nodes of both axes, for every draw and row of counts.
    counts : Counts
    modes : Modes
        Shape (S, R).
    mean : pair of ndarray
        Of both random effects, as of `conditional_modes`.

    Returns
    -------
    Moments
    """
    nodes, shape = joint.shape[0], modes.sens.shape
    z, w = normal_rule(nodes)
    # For each node of the first axis the sums of 1, z2 and z2² over the second.
    powers = np.stack([w, w * z, w * z**2])
    once, first, second = np.moveaxis(np.matmul(powers, joint), 1, 0).reshape(3, nodes, *shape)
    rows = w[:, None, None]
    once, first, second = rows * once, rows * first * modes.l22, rows * second * modes.l22**2
    total = once.sum(axis=0)
    axis = z[:, None, None]
    d1 = (modes.sens - mean[0]) + axis * modes.l11
    d0 = (modes.spec - mean[1]) + axis * modes.l21  # + l22 z2
    mean_d0 = once * d0 + first
    return Moments(
        np.log(total) + modes.log_peak + counts.log_choose,
        (once * d1).sum(axis=0) / total,
        mean_d0.sum(axis=0) / total,
        (once * d1**2).sum(axis=0) / total,
        (mean_d0 * d1).sum(axis=0) / total,
        ((mean_d0 + first) * d0 + second).sum(axis=0) / total,
    )


@dataclass(frozen=True, eq=False)
class _Cells:
    """What the integrand needs of every draw and study, flat: (C,) each.

    Written out in full, so that all the arithmetic runs along whole blocks in memory.
    """

    n1: FloatArray
    n0: FloatArray
    p1: FloatArray
    q1: FloatArray
    p0: FloatArray
    q0: FloatArray
    residual1: FloatArray
    residual0: FloatArray
    l11: FloatArray
    l21: FloatArray
    l22: FloatArray

    @classmethod
    def of(cls, counts: Counts, modes: Modes) -> "_Cells":
        draws = modes.sens.shape[0]
        return cls(
            np.tile(counts.n_diseased, draws),
            np.tile(counts.n_nondiseased, draws),
            modes.p_sens.ravel(),
            modes.q_sens.ravel(),
            modes.p_spec.ravel(),
            modes.q_spec.ravel(),
            modes.residual_sens.ravel(),
            modes.residual_spec.ravel(),
            modes.l11.ravel(),
            modes.l21.ravel(),
            modes.l22.ravel(),
        )


def _node_values(cells: _Cells, part: slice, nodes: int, scratch: FloatArray) -> FloatArray:
    """Return exp(R1 + R0) at all K² nodes of some cells, in place in the scratch memory."""
    axis = normal_rule(nodes)[0][:, None]
    n, p, q, residual = cells.n0[part], cells.p0[part], cells.q0[part], cells.residual0[part]
    a, b = axis * cells.l21[part], axis * cells.l22[part]  # R0 is taken at a + b
    value, odds = scratch[:, : nodes**2 * n.size].reshape(2, nodes, nodes, -1)
    with np.errstate(over="ignore", under="ignore"):
        sens = remainder(
            cells.n1[part],
            cells.p1[part],
            cells.q1[part],
            cells.residual1[part],
            np.minimum(axis * cells.l11[part], LARGEST_STEP),
        )
        if (np.abs(a[-1]) + b[-1]).max() > _WIDEST_PRODUCT:
            delta = np.minimum(a[:, None] + b, LARGEST_STEP)
            np.add(remainder(n, p, q, residual, delta), sens[:, None], out=value)
            return np.exp(value, out=value)
        # exp(a + b) and the quadratic in a + b are put together from their parts on either axis
        information, slope = n * p * q, n * p + residual
        sens += (0.5 * information * a + slope) * a
        np.multiply((information * a)[:, None], b, out=value)
        value += sens[:, None]
        value += (0.5 * information * b + slope) * b
        np.multiply((p * np.exp(a))[:, None], np.exp(b), out=odds)
        odds += q
        np.log(odds, out=odds)
        odds *= n
        value -= odds
        return np.exp(value, out=value)
