"""The integrated likelihood under the link that a card asks for."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Design
from metadx.engines.conditional import Modes
from metadx.engines.counts import Counts
from metadx.engines.integrals import Moments, moments_over_nodes
from metadx.engines.likelihood import BASE_NODES, Hyper, IntegratedLikelihood, Remainders
from metadx.estimands.links import Link, from_logit

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]


def likelihood_of(
    counts: Counts,
    nodes: int = BASE_NODES,
    design: Design | None = None,
    link: Link = "logit",
) -> IntegratedLikelihood:
    """Return the integrated likelihood of a table under a link.

    Parameters
    ----------
    counts : Counts
        N studies.
    nodes : int
        Quadrature nodes per axis, the same for all studies.
    design : Design or None
        What the means depend on; None for one mean a margin.
    link : {"logit", "probit", "cloglog"}
        On whose scale the study effects are normal.

    Returns
    -------
    IntegratedLikelihood
        Under the logit the fast one; under another link a `LinkLikelihood`.

    Examples
    --------
    >>> import metadx
    >>> counts = Counts.from_table(metadx.load_dataset("telomerase").table)
    >>> one = Hyper.of(np.array([[0.4, 1.0]]), np.array([[0.4, 1.0]]), np.array([-0.5]))
    >>> likelihood_of(counts, link="probit").by_study(one).sum().round(2).item()
    -58.45
    """
    plain = IntegratedLikelihood.of(counts, nodes, design)
    if link == "logit":
        return plain
    made = LinkLikelihood(counts, plain.design, plain.start, plain.nodes, link)
    return replace(made, start=made.empirical_values())


@dataclass(frozen=True, eq=False)
class LinkLikelihood(IntegratedLikelihood):
    """log p(counts of study i | coefficients, tau, rho) for every study, under any link.

    Parameters
    ----------
    counts, design, nodes, link
        As of `IntegratedLikelihood`.
    start : pair of ndarray, shape (R,)
        Values on the scale of the link from which the conditional modes are sought.
    """

    def empirical_values(self) -> tuple[FloatArray, FloatArray]:
        """Return what the counts suggest for every row, on the scale of the link: a start."""
        sens, spec = self.counts.empirical_logits()
        return from_logit(sens, self.link), from_logit(spec, self.link)

    def modes(self, hyper: Hyper) -> Modes:
        """Return the conditional modes of all rows, (S, R)."""
        from metadx.engines.link_conditional import link_modes

        means = self.means(hyper)
        return link_modes(self.counts, means, hyper.covariance, self.start, self.link)

    def log_integrals(self, modes: Modes, nodes: int) -> FloatArray:
        """Return the integrated log-likelihood of each row from its modes, shape (S, R)."""
        from metadx.engines.link_integrals import link_log_integrals

        return link_log_integrals(self.counts, modes, nodes, self.link)

    def remainders(self, modes: Modes, rows: IntArray | None = None) -> Remainders:
        """Return what is left of each margin's log-likelihood beyond its quadratic expansion."""
        from metadx.engines.link_integrals import ArmExpansion

        counts = self.counts
        hits = self.picked(modes, rows, counts.tp, counts.tn)
        misses = self.picked(
            modes, rows, counts.n_diseased - counts.tp, counts.n_nondiseased - counts.tn
        )
        sens, spec = (
            ArmExpansion.of(*parts, self.link)
            for parts in (
                (hits[0], misses[0], modes.sens, modes.residual_sens),
                (hits[1], misses[1], modes.spec, modes.residual_spec),
            )
        )

        def beyond(d1: FloatArray, d0: FloatArray) -> tuple[FloatArray, FloatArray]:
            return sens.remainder(d1), spec.remainder(d0)

        return beyond

    def normal_laws_at(self, hyper: Hyper) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return each study's normal stand-in at its modes under one draw, an average over tables.

        Returns
        -------
        information_sens, information_spec : ndarray, shape (N,)
            W, minus the curvature of the log-likelihood.
        pull_sens, pull_spec : ndarray, shape (N,)
            W times the value that maximises the stand-in.
        """
        from metadx.engines.link_integrals import expansions

        sens, spec = expansions(self.counts, self.modes(hyper), self.link)
        w_sens, w_spec = sens.terms.information, spec.terms.information
        laws = (
            w_sens,
            w_spec,
            w_sens * sens.at + sens.terms.score,
            w_spec * spec.at + spec.terms.score,
        )
        return self.over_tables(hyper, laws)

    def moments_by_row(self, hyper: Hyper, nodes: int) -> Moments:
        """Return the integrals and conditional moments of each row of counts."""
        from metadx.engines.link_integrals import expansions, link_node_values

        modes = self.modes(hyper)
        factor = modes.l11.ravel(), modes.l21.ravel(), modes.l22.ravel()
        joint = link_node_values(expansions(self.counts, modes, self.link), factor, nodes)
        return moments_over_nodes(joint, self.counts, modes, self.means(hyper))
