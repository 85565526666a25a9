"""Jackson's R: how many times wider heterogeneity makes the interval of the pooled logits.

R compares the covariance of the pooled (logit sens, logit spec) under random effects with the one
that a single true value for all studies would give. It needs no typical study and keeps both
margins together.
"""

from dataclasses import dataclass

import numpy as np

from metadx.estimands.arms import Arms, Counts
from metadx.estimands.logistic import FloatArray

_BLOCK = 2**16  # numbers worked on at a time: they stay in the processor's cache
_LARGEST_TAU = 1e30  # beyond it nothing but overflow; R grows no further there


@dataclass(frozen=True, eq=False)
class Jackson:
    """Jackson's R, at least 1, draw by draw.

    Parameters
    ----------
    joint : array, shape (S,)
        For both pooled logits together: the geometric mean of the stretch of their region.
    sens, spec : array, shape (S,)
        For one of them: how many times wider its interval is.
    """

    joint: FloatArray
    sens: FloatArray
    spec: FloatArray


def jackson_r(random_effects: FloatArray, fixed_effect: FloatArray) -> FloatArray:
    """R of two covariance matrices of the same p pooled means.

    Parameters
    ----------
    random_effects, fixed_effect : array, shape (..., p, p)
        Covariance of the pooled means in a model with and without heterogeneity.

    Returns
    -------
    array, shape (...)
        (|C_random| / |C_fixed|)^(1 / 2p).

    References
    ----------
    Jackson D, White IR, Riley RD (2012). Quantifying the impact of between-study heterogeneity in
    multivariate meta-analyses. Stat Med 31:3805-3820, doi 10.1002/sim.5453.

    Examples
    --------
    >>> jackson_r(np.diag([0.04, 0.09]), np.diag([0.01, 0.01])).round(4).item()
    2.4495
    """
    p = np.shape(random_effects)[-1]
    ratio = np.linalg.det(random_effects) / np.linalg.det(fixed_effect)
    return np.asarray(ratio ** (0.5 / p))


def i2_of_r(r: FloatArray) -> FloatArray:
    """I²_R = (R² - 1) / R², the share of the variance of the pooled means that heterogeneity adds.

    Parameters
    ----------
    r : array, any shape
        Jackson's R, at least 1.

    Returns
    -------
    array, same shape
        Proportion in [0, 1).

    References
    ----------
    Jackson D, White IR, Riley RD (2012). Stat Med 31:3805-3820, doi 10.1002/sim.5453.

    Examples
    --------
    >>> i2_of_r(np.array([1.0, 3.4766])).round(4).tolist()
    [0.0, 0.9173]
    """
    r = np.asarray(r, dtype=np.float64)
    return np.asarray((1.0 - 1.0 / r) * (1.0 + 1.0 / r))


def jackson(tau: FloatArray, rho: FloatArray, arms: Arms) -> Jackson:
    """Jackson's R for draws of the heterogeneity, with the information of the studies at hand.

    Parameters
    ----------
    tau : array, shape (S, 2)
        Standard deviations of logit sens and logit spec between studies.
    rho : array, shape (S,)
        Correlation of the two logits between studies.
    arms : Arms
        The studies; an arm of size 0 adds nothing.

    Returns
    -------
    Jackson
        NaN for a margin in which nobody, or everybody, was told right (or that no study has), and
        then jointly: without heterogeneity its variance would be infinite.

    Notes
    -----
    With W_i = diag(n p (1 - p)) of study i at the crude proportions p = Σ right / Σ n, which are
    the maximum-likelihood estimates without heterogeneity,

        C_fixed = (Σ W_i)⁻¹,   C_random = (Σ (Sigma + W_i⁻¹)⁻¹)⁻¹,   R = (|C_random| / |C_fixed|)^¼

    and for one margin the root of the ratio of the two diagonal entries. So R is 1 at tau = 0 and
    grows with tau. The matrices are written as W (I + Sigma W)⁻¹: tau may be 0, rho may be ±1 and
    an arm may be empty.

    References
    ----------
    Jackson D, White IR, Riley RD (2012). Quantifying the impact of between-study heterogeneity in
    multivariate meta-analyses. Stat Med 31:3805-3820, doi 10.1002/sim.5453.

    Examples
    --------
    >>> right, n = np.array([40, 20]), np.array([50, 50])
    >>> r = jackson(np.array([[0.0, 0.0], [1.0, 0.5]]), np.zeros(2), Arms(right, n, right, n))
    >>> r.joint.round(2).tolist(), r.sens.round(2).tolist(), r.spec.round(2).tolist()
    ([1.0, 2.69], [1.0, 3.61], [1.0, 2.0])
    """
    sens, spec = (_information(right, n) for right, n in arms.margins())
    tau = np.minimum(np.asarray(tau, dtype=np.float64), _LARGEST_TAU)
    s1, s0 = (tau * tau).T
    alone = np.maximum(0.0, 1.0 - rho * rho)
    # |I + Sigma W| = 1 + s1 w1 + s0 w0 + |Sigma| w1 w0 is linear in the numbers of a study and in
    # those of a draw, and the sums over studies are linear in its inverse: two matrix products.
    draws = np.stack([np.ones_like(s1), s1, s0, s1 * s0 * alone], axis=1)
    studies = np.stack([np.ones_like(sens), sens, spec, sens * spec])
    only1, only0, both = _sums(draws, studies).T
    p1, p0, cross = only1 + s0 * both, only0 + s1 * both, np.abs(rho) * np.sqrt(s1 * s0) * both
    r1 = _ratio(sens, s1, p1, cross, p0)
    r0 = _ratio(spec, s0, p0, cross, p1)
    joint = np.sqrt(np.sqrt(r1 * _share(spec, p0)))
    return Jackson(np.maximum(joint, 1.0), np.sqrt(r1), np.sqrt(r0))


def _information(right: Counts, n: Counts) -> FloatArray:
    """Information of each arm about its logit if all studies had the crude proportion."""
    total = float(np.sum(n))
    p = float(np.sum(right)) / total if total else 0.0
    return np.asarray(np.asarray(n) * (p * (1.0 - p)), dtype=np.float64)


def _sums(draws: FloatArray, studies: FloatArray) -> FloatArray:
    """Sum w1 / g, w0 / g and w1 w0 / g over studies, shape (S, 3), with g = |I + Sigma W|."""
    weights = np.ascontiguousarray(studies[1:].T)
    out = np.empty((draws.shape[0], 3))
    rows = max(1, _BLOCK // max(1, studies.shape[1]))
    for start in range(0, draws.shape[0], rows):
        part = slice(start, start + rows)
        inverse = draws[part] @ studies
        np.divide(1.0, inverse, out=inverse)
        np.matmul(inverse, weights, out=out[part])
    return out


def _ratio(
    information: FloatArray, s: FloatArray, own: FloatArray, cross: FloatArray, other: FloatArray
) -> FloatArray:
    """C_random / C_fixed of one margin from the sums of the inverse covariance matrices."""
    fixed = float(information.sum())
    if fixed == 0.0:
        return np.full(own.shape, np.nan)
    lost = np.divide(cross * cross, other, out=np.zeros_like(own), where=other > 0.0)
    # The difference loses its digits where rho is ±1 and the arms are huge. Knowing nothing of
    # the other margin is the least there is, and the largest arm bounds how little that tells.
    least = fixed / (1.0 + s * float(information.max()))
    return np.maximum(fixed / np.maximum(own - lost, least), 1.0)


def _share(information: FloatArray, own: FloatArray) -> FloatArray:
    fixed = float(information.sum())
    return fixed / own if fixed > 0.0 else np.full(own.shape, np.nan)
