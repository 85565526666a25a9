"""The integrated log-likelihood of a whole table, with as many nodes as each study needs."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Design
from metadx.engines.conditional import Covariance, Modes, conditional_modes
from metadx.engines.counts import Counts
from metadx.engines.integrals import Moments, integral_moments, log_integrals

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]

BASE_NODES = 5
_ROWS_AT_ONCE = 8_000  # draws × studies whose modes are sought together


@dataclass(frozen=True, eq=False)
class Hyper:
    """Hyper-parameters of S draws on their natural scales.

    Parameters
    ----------
    coefficients : ndarray, shape (S, P + Q)
        Of the mean of logit sens, then of that of logit spec; without covariates the two means.
    tau : ndarray, shape (S, 2)
        Logit scale; order sens, spec.
    rho : ndarray, shape (S,)
    one_minus_rho2 : ndarray, shape (S,)
        1 − rho², exact also where rho rounds to ±1.
    """

    coefficients: FloatArray
    tau: FloatArray
    rho: FloatArray
    one_minus_rho2: FloatArray

    @classmethod
    def of(cls, coefficients: FloatArray, tau: FloatArray, rho: FloatArray) -> "Hyper":
        """Build from draws of (coefficients, tau, rho)."""
        return cls(coefficients, tau, rho, (1 - rho) * (1 + rho))

    def rows(self, part: slice) -> "Hyper":
        """Keep some of the draws."""
        return Hyper(
            self.coefficients[part], self.tau[part], self.rho[part], self.one_minus_rho2[part]
        )

    @property
    def covariance(self) -> Covariance:
        """Covariance of the random effects."""
        return Covariance.from_scales(self.tau, self.rho, self.one_minus_rho2)


@dataclass(frozen=True, eq=False)
class IntegratedLikelihood:
    """log p(counts of study i | coefficients, tau, rho) for every study.

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
    """

    counts: Counts
    design: tuple[FloatArray, FloatArray]
    start: tuple[FloatArray, FloatArray]
    nodes: IntArray

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
        return IntegratedLikelihood(self.counts.take(studies), design, start, self.nodes[studies])

    def means(self, hyper: Hyper) -> tuple[FloatArray, FloatArray]:
        """Return the means of logit sens and logit spec of every row, (S, R) each.

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
            out[:, rows] = log_integrals(part.counts, part.modes(hyper), nodes)

    def moments(self, hyper: Hyper) -> Moments:
        """Return the integrals and conditional moments, for few draws; all at the most nodes."""
        most = int(self.nodes.max())
        found = integral_moments(self.counts, self.means(hyper), hyper.covariance, self.start, most)
        tables = self.counts.tables
        if tables is None:
            return found
        # Given its figures, the law of a study's effects is a mixture over its tables.
        weights = tables.weights(found.log_integral)
        parts = (found.sens, found.spec, found.sens2, found.cross, found.spec2)
        log_integral = tables.log_sums(found.log_integral)
        return Moments(log_integral, *(tables.sums(weights * part) for part in parts))
