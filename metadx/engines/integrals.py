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
type Block = tuple[slice, slice]  # of draws and of studies

_BLOCK = 40_000  # array elements per block: the working set stays in the second-level cache


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
    draws, studies = modes.sens.shape
    across = min(studies, max(1, _BLOCK // nodes**2))
    step = min(draws, max(1, _BLOCK // (across * nodes**2)))
    out = np.empty((draws, studies))
    scratch = np.empty((2, nodes, nodes, step, across))
    for start in range(0, studies, across):
        columns = slice(start, start + across)
        for first in range(0, draws, step):
            part = (slice(first, first + step), columns)
            sens, spec, _ = _node_values(counts, modes, part, nodes, scratch)
            out[part] = np.log((sens * spec).sum(axis=0))
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
    draws, studies = modes.sens.shape
    scratch = np.empty((2, nodes, nodes, draws, studies))
    sens, spec, joint = _node_values(counts, modes, (slice(None), slice(None)), nodes, scratch)
    z, w = normal_rule(nodes)
    total = (sens * spec).sum(axis=0)
    # Conditional weights of the first axis, with the sums of 1, z2 and z2² over the second.
    sens /= total
    once = sens * spec
    first = sens * np.einsum("k,jksn->jsn", w * z, joint) * modes.l22
    second = sens * np.einsum("k,jksn->jsn", w * z**2, joint) * modes.l22**2
    axis = z[:, None, None]
    d1 = (modes.sens - mean[0]) + axis * modes.l11
    d0 = (modes.spec - mean[1]) + axis * modes.l21  # + l22 z2
    mean_d0 = once * d0 + first
    return Moments(
        np.log(total) + modes.log_peak + counts.log_choose,
        (once * d1).sum(axis=0),
        mean_d0.sum(axis=0),
        (once * d1**2).sum(axis=0),
        (mean_d0 * d1).sum(axis=0),
        ((mean_d0 + first) * d0 + second).sum(axis=0),
    )


def _node_values(
    counts: Counts, modes: Modes, part: Block, nodes: int, scratch: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weighted exp(R1) at the sens nodes (K, S, N), sum over spec nodes (K, S, N), exp(R0)."""
    z, w = normal_rule(nodes)
    axis = z[:, None, None]
    with np.errstate(over="ignore", under="ignore"):
        delta = np.minimum(axis * modes.l11[part], LARGEST_STEP)
        p, q, n = modes.p_sens[part], modes.q_sens[part], counts.n_diseased[part[1]]
        sens = remainder(n, p, q, modes.residual_sens[part], delta)
        np.exp(sens, out=sens)
        sens *= w[:, None, None]
        joint = _spec_nodes(counts, modes, part, axis, scratch)
    return sens, np.einsum("k,jksn->jsn", w, joint), joint


def _spec_nodes(
    counts: Counts, modes: Modes, part: Block, axis: FloatArray, scratch: FloatArray
) -> FloatArray:
    """Return exp(R0) at all K² nodes, in place in the scratch memory: (K, K, S, N)."""
    p, q, n = modes.p_spec[part], modes.q_spec[part], counts.n_nondiseased[part[1]]
    rows, columns = p.shape
    delta, value = scratch[0, :, :, :rows, :columns], scratch[1, :, :, :rows, :columns]
    np.add((axis * modes.l21[part])[:, None], (axis * modes.l22[part])[None], out=delta)
    reach = (np.abs(modes.l21[part]) + modes.l22[part]).max() * axis[-1, 0, 0]
    if reach > LARGEST_STEP:
        np.minimum(delta, LARGEST_STEP, out=delta)
    # delta (½ information delta + slope) first: two arrays are enough for all of it
    np.multiply(delta, 0.5 * n * p * q, out=value)
    value += n * p + modes.residual_spec[part]
    value *= delta
    np.exp(delta, out=delta)
    delta *= p
    delta += q
    np.log(delta, out=delta)
    delta *= n
    value -= delta
    np.exp(value, out=value)
    return value
