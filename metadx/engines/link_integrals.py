"""Each study's likelihood with its two random effects integrated out, under any link.

The quadrature is that of `metadx.engines.integrals`; the remainder of a margin beyond its quadratic
expansion at the mode is taken from its log-likelihood itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.conditional import Modes
from metadx.engines.counts import Counts
from metadx.engines.links import FARTHEST, ArmTerms, arm_terms, arm_value
from metadx.engines.quadrature import normal_rule
from metadx.estimands.links import Link

type FloatArray = NDArray[np.float64]

_BLOCK = 40_000  # array elements per block: the working set stays in the second-level cache


@dataclass(frozen=True, eq=False)
class ArmExpansion:
    """The log-likelihood of an arm and its quadratic expansion at the mode, in any number of cells.

    Parameters
    ----------
    hits, misses : ndarray
    at : ndarray
        The mode, on the scale of the link.
    terms : ArmTerms
        Of the log-likelihood there.
    residual : ndarray
        Gradient of the log conditional density left over there.
    link : {"logit", "probit", "cloglog"}
    """

    hits: FloatArray
    misses: FloatArray
    at: FloatArray
    terms: ArmTerms
    residual: FloatArray
    link: Link

    @classmethod
    def of(
        cls, hits: FloatArray, misses: FloatArray, at: FloatArray, residual: FloatArray, link: Link
    ) -> "ArmExpansion":
        """Expand at the mode."""
        return cls(hits, misses, at, arm_terms(hits, misses, at, link), residual, link)

    def part(self, chosen: slice) -> "ArmExpansion":
        """Keep some of the cells."""
        terms = ArmTerms(
            self.terms.value[chosen], self.terms.score[chosen], self.terms.information[chosen]
        )
        return ArmExpansion(
            self.hits[chosen],
            self.misses[chosen],
            self.at[chosen],
            terms,
            self.residual[chosen],
            self.link,
        )

    def remainder(self, delta: FloatArray) -> FloatArray:
        """Return what lies beyond the expansion at a distance from the mode.

        l(a + delta) - l(a) - (l'(a) - residual) delta + ½ W delta², of the shape of delta.
        """
        there = np.minimum(self.at + delta, FARTHEST[self.link])
        value = arm_value(self.hits, self.misses, there, self.link)
        value -= self.terms.value
        bent = 0.5 * self.terms.information * delta
        bent -= self.terms.score - self.residual
        bent *= delta
        value += bent
        return value


def expansions(counts: Counts, modes: Modes, link: Link) -> tuple[ArmExpansion, ArmExpansion]:
    """Expand both arms at the modes, flat over draws and rows of counts.

    Parameters
    ----------
    counts : Counts
    modes : Modes
        Shape (S, R).
    link : {"logit", "probit", "cloglog"}

    Returns
    -------
    sens, spec : ArmExpansion
        Arrays of shape (S * R,).
    """
    draws = modes.sens.shape[0]
    hits1, misses1, hits0, misses0 = (
        np.tile(part, draws)
        for part in (
            counts.tp,
            counts.n_diseased - counts.tp,
            counts.tn,
            counts.n_nondiseased - counts.tn,
        )
    )
    return (
        ArmExpansion.of(hits1, misses1, modes.sens.ravel(), modes.residual_sens.ravel(), link),
        ArmExpansion.of(hits0, misses0, modes.spec.ravel(), modes.residual_spec.ravel(), link),
    )


def link_log_integrals(counts: Counts, modes: Modes, nodes: int, link: Link) -> FloatArray:
    """Return the log of each study's integrated likelihood.

    Parameters
    ----------
    counts : Counts
        N studies.
    modes : Modes
        Expansion points for S draws and N studies.
    nodes : int
        Quadrature nodes per axis.
    link : {"logit", "probit", "cloglog"}

    Returns
    -------
    ndarray, shape (S, N)
        Binomial coefficients included.
    """
    cells = modes.sens.size
    step = min(cells, max(1, _BLOCK // nodes**2))
    integral = np.empty(cells)
    _, w = normal_rule(nodes)
    weights = np.multiply.outer(w, w).ravel()
    arms = expansions(counts, modes, link)
    factor = modes.l11.ravel(), modes.l21.ravel(), modes.l22.ravel()
    for first in range(0, cells, step):
        part = slice(first, min(first + step, cells))
        l11, l21, l22 = (entry[part] for entry in factor)
        joint = link_node_values((arms[0].part(part), arms[1].part(part)), (l11, l21, l22), nodes)
        integral[part] = weights @ joint.reshape(nodes**2, -1)
    lost = np.isneginf(modes.log_peak)  # a likelihood of 0, whatever the nodes say
    with np.errstate(divide="ignore"):
        out = np.log(integral, out=integral).reshape(modes.sens.shape)
    out[lost] = 0.0
    out += modes.log_peak
    out += counts.log_choose
    return out


def link_node_values(
    arms: tuple[ArmExpansion, ArmExpansion],
    factor: tuple[FloatArray, FloatArray, FloatArray],
    nodes: int,
) -> FloatArray:
    """Return exp(R1 + R0) at all K² nodes of some cells.

    Parameters
    ----------
    arms : pair of ArmExpansion
        Sens and spec, of C cells.
    factor : three ndarray, shape (C,)
        l11, l21, l22 of `Modes`.
    nodes : int
        K.

    Returns
    -------
    ndarray, shape (K, K, C)
    """
    axis = normal_rule(nodes)[0][:, None]
    l11, l21, l22 = factor
    with np.errstate(over="ignore", under="ignore"):
        sens = arms[0].remainder(axis * l11)
        value = arms[1].remainder((axis * l21)[:, None] + axis * l22)
        value += sens[:, None]
        return np.asarray(np.exp(value, out=value))
