"""The integrated log-likelihood of a whole table, with as many nodes as each study needs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Design
from metadx.engines.conditional import Covariance, Modes, conditional_modes, remainder
from metadx.engines.counts import Counts
from metadx.engines.integrals import Moments, integral_moments, log_integrals
from metadx.estimands.links import Link

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]
type Remainders = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]

BASE_NODES = 5
_ROWS_AT_ONCE = 8_000  # draws × studies whose modes are sought together


@dataclass(frozen=True, eq=False)
class Hyper:
    """Hyper-parameters of S draws on their natural scales.

    Parameters
    ----------
    coefficients : ndarray, shape (S, P + Q)
        Of the mean of sens on the scale of the link, then of that of spec; without covariates the
        two means.
    tau : ndarray, shape (S, 2)
        Scale of the link; order sens, spec.
    rho : ndarray, shape (S,)
    one_minus_rho2 : ndarray, shape (S,)
        1 − rho², exact also where rho rounds to ±1.
    df : ndarray, shape (S,), or None
        Degrees of freedom of t-distributed study effects; None where they are normal, or where
        the degrees are not drawn.
    """

    coefficients: FloatArray
    tau: FloatArray
    rho: FloatArray
    one_minus_rho2: FloatArray
    df: FloatArray | None = None

    @classmethod
    def of(
        cls,
        coefficients: FloatArray,
        tau: FloatArray,
        rho: FloatArray,
        df: FloatArray | None = None,
    ) -> "Hyper":
        """Build from draws of (coefficients, tau, rho) and, of t effects, of their degrees."""
        return cls(coefficients, tau, rho, (1 - rho) * (1 + rho), df)

    def rows(self, part: slice | IntArray) -> "Hyper":
        """Keep some of the draws."""
        return Hyper(
            self.coefficients[part],
            self.tau[part],
            self.rho[part],
            self.one_minus_rho2[part],
            None if self.df is None else self.df[part],
        )

    def scaled(self, factor: float) -> "Hyper":
        """Multiply both standard deviations."""
        return replace(self, tau=self.tau * factor)

    @property
    def covariance(self) -> Covariance:
        """Covariance of the random effects."""
        return Covariance.from_scales(self.tau, self.rho, self.one_minus_rho2)


@dataclass(frozen=True, eq=False)
class IntegratedLikelihood:
    """log p(counts of study i | coefficients, tau, rho) for every study; here under the logit.

    `metadx.engines.link_likelihood` has the same for other links and chooses between them.

    Parameters
    ----------
    counts : Counts
        N studies, R rows.
    design : pair of ndarray, shapes (N, P), (N, Q)
        What the means of logit sens and logit spec are made of.
    start : pair of ndarray, shape (R,)
        Logits from which the conditional modes are sought.
    nodes : ndarray of int, shape (N,)
        Quadrature nodes per axis, study by study.
    link : {"logit", "probit", "cloglog"}
        On whose scale the study effects are normal.
    """

    counts: Counts
    design: tuple[FloatArray, FloatArray]
    start: tuple[FloatArray, FloatArray]
    nodes: IntArray
    link: Link = "logit"

    @classmethod
    def of(
        cls, counts: Counts, nodes: int = BASE_NODES, design: Design | None = None
    ) -> "IntegratedLikelihood":
        """Use the same number of nodes for all studies and start at the empirical logits.

        Without a design all studies have the same two means.
        """
        size = counts.studies
        chosen = design or Design.without_covariates(size)
        matrices = (chosen.sens.matrix, chosen.spec.matrix)
        return cls(counts, matrices, counts.empirical_logits(), np.full(size, nodes))

    def started_at(self, start: tuple[FloatArray, FloatArray]) -> "IntegratedLikelihood":
        """Seek the conditional modes from other logits."""
        return replace(self, start=start)

    def with_nodes(self, nodes: IntArray) -> "IntegratedLikelihood":
        """Change the number of nodes of each study."""
        return replace(self, nodes=nodes)

    def take(self, studies: IntArray) -> "IntegratedLikelihood":
        """Keep some of the studies."""
        rows, _ = self.counts.rows_of(studies)
        start = (self.start[0][rows], self.start[1][rows])
        design = (self.design[0][studies], self.design[1][studies])
        return replace(
            self,
            counts=self.counts.take(studies),
            design=design,
            start=start,
            nodes=self.nodes[studies],
        )

    def empirical_values(self) -> tuple[FloatArray, FloatArray]:
        """Return what the counts suggest for every row, on the scale of the link: a start."""
        return self.counts.empirical_logits()

    def means(self, hyper: Hyper) -> tuple[FloatArray, FloatArray]:
        """Return the means of sens and spec of every row on the scale of the link, (S, R) each.

        Of a margin without covariates (S, 1): one mean for all rows, written out nowhere.
        """
        split = self.design[0].shape[1]
        parts = hyper.coefficients[:, :split], hyper.coefficients[:, split:]
        sens, spec = (
            coefficients if matrix.shape[1] == 1 else self.counts.by_row(coefficients @ matrix.T)
            for coefficients, matrix in zip(parts, self.design, strict=True)
        )
        return sens, spec

    def modes(self, hyper: Hyper) -> Modes:
        """Return the conditional modes of all rows, (S, R)."""
        return conditional_modes(self.counts, self.means(hyper), hyper.covariance, self.start)

    def by_study(self, hyper: Hyper) -> FloatArray:
        """Return the integrated log-likelihood of each study, shape (S, N)."""
        draws, studies = hyper.rho.size, self.nodes.size
        out = np.empty((draws, studies))
        step = max(1, _ROWS_AT_ONCE // self.counts.tp.size)
        for first in range(0, draws, step):
            part = slice(first, min(first + step, draws))
            if self.counts.tables is None:
                self._fill(hyper.rows(part), out[part])
            else:
                out[part] = self.counts.tables.log_sums(self.by_row(hyper.rows(part)))
        return out

    def by_row(self, hyper: Hyper) -> FloatArray:
        """Return the integrated log-likelihood of each row, for few draws, shape (S, R)."""
        out = np.empty((hyper.rho.size, self.counts.tp.size))
        self._fill(hyper, out)
        return out

    def _fill(self, hyper: Hyper, out: FloatArray) -> None:
        for nodes in sorted(set(self.nodes.tolist())):
            chosen = np.flatnonzero(self.nodes == nodes)
            part = self if chosen.size == self.nodes.size else self.take(chosen)
            rows, _ = self.counts.rows_of(chosen)
            out[:, rows] = part.log_integrals(part.modes(hyper), nodes)

    def log_integrals(self, modes: Modes, nodes: int) -> FloatArray:
        """Return the integrated log-likelihood of each row from its modes, shape (S, R)."""
        return log_integrals(self.counts, modes, nodes)

    def remainders(self, modes: Modes, rows: IntArray | None = None) -> Remainders:
        """Return what is left of each margin's log-likelihood beyond its quadratic expansion.

        As a function of the distances from the modes (S, R) on either axis. `rows` (S, N) says
        which row of counts stands at each place, where these were picked draw by draw.
        """
        n1, n0 = self.picked(modes, rows, self.counts.n_diseased, self.counts.n_nondiseased)

        def beyond(d1: FloatArray, d0: FloatArray) -> tuple[FloatArray, FloatArray]:
            return (
                remainder(n1, modes.p_sens, modes.q_sens, modes.residual_sens, d1),
                remainder(n0, modes.p_spec, modes.q_spec, modes.residual_spec, d0),
            )

        return beyond

    @staticmethod
    def picked(modes: Modes, rows: IntArray | None, *by_row: FloatArray) -> tuple[FloatArray, ...]:
        """Write out what is given by row of counts (R,) for every draw, or for the rows picked."""
        if rows is not None:
            return tuple(values[rows] for values in by_row)
        return tuple(np.tile(values, (modes.sens.shape[0], 1)) for values in by_row)

    def normal_laws_at(self, hyper: Hyper) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return each study's normal stand-in at its modes under one draw, an average over tables.

        Returns
        -------
        information_sens, information_spec : ndarray, shape (N,)
            W, minus the curvature of the log-likelihood.
        pull_sens, pull_spec : ndarray, shape (N,)
            W times the value that maximises the stand-in.
        """
        modes, counts = self.modes(hyper), self.counts
        expected_sens = counts.n_diseased * modes.p_sens[0]
        expected_spec = counts.n_nondiseased * modes.p_spec[0]
        w_sens, w_spec = expected_sens * modes.q_sens[0], expected_spec * modes.q_spec[0]
        laws = (
            w_sens,
            w_spec,
            w_sens * modes.sens[0] + counts.tp - expected_sens,
            w_spec * modes.spec[0] + counts.tn - expected_spec,
        )
        return self.over_tables(hyper, laws)

    def over_tables(
        self, hyper: Hyper, laws: tuple[FloatArray, FloatArray, FloatArray, FloatArray]
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Average what is given by row (R,) over the tables of each study, under one draw."""
        if self.counts.tables is None:
            return laws
        # An average over the tables is close enough to place draws.
        tables, weights = self.counts.tables, self.counts.tables.weights(self.by_row(hyper))
        one, two, three, four = (tables.sums(weights * law)[0] for law in laws)
        return one, two, three, four

    def moments(self, hyper: Hyper) -> Moments:
        """Return the integrals and conditional moments, for few draws; all at the most nodes."""
        found = self.moments_by_row(hyper, int(self.nodes.max()))
        tables = self.counts.tables
        if tables is None:
            return found
        # Given its figures, the law of a study's effects is a mixture over its tables.
        weights = tables.weights(found.log_integral)
        parts = (found.sens, found.spec, found.sens2, found.cross, found.spec2)
        log_integral = tables.log_sums(found.log_integral)
        return Moments(log_integral, *(tables.sums(weights * part) for part in parts))

    def moments_by_row(self, hyper: Hyper, nodes: int) -> Moments:
        """Return the integrals and conditional moments of each row of counts."""
        means = self.means(hyper)
        return integral_moments(self.counts, means, hyper.covariance, self.start, nodes)
