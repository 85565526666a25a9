"""The integrated likelihood where the study effects have a t law."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metadx.engines.conditional import Modes
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.engines.link_likelihood import LinkLikelihood
from metadx.engines.t_grid import TGrid

type FloatArray = NDArray[np.float64]

_CELLS_AT_ONCE = 8_000  # draws × rows whose modes are sought together


@dataclass(frozen=True, eq=False)
class TLikelihood(IntegratedLikelihood):
    """log p(counts of study i | coefficients, tau, rho, nu) for every study, under any link.

    Each t law is a mixture of normal laws: the likelihoods under these are the work of the normal
    model, and every number of degrees of freedom is a mixture of the same ones.

    Parameters
    ----------
    counts, design, start, nodes, link
        As of `IntegratedLikelihood`.
    grid : TGrid
    """

    grid: TGrid = None  # type: ignore[assignment] # the fields before it have defaults

    @property
    def normal(self) -> IntegratedLikelihood:
        """The likelihood under normal effects: one part of the mixture."""
        kind = IntegratedLikelihood if self.link == "logit" else LinkLikelihood
        return kind(self.counts, self.design, self.start, self.nodes, self.link)

    def empirical_values(self) -> tuple[FloatArray, FloatArray]:
        """Return what the counts suggest for every row, on the scale of the link: a start."""
        return self.normal.empirical_values()

    def by_study(self, hyper: Hyper) -> FloatArray:
        """Return the integrated log-likelihood of each study at the draws of nu, (S, N).

        Without draws of nu it is averaged over the prior of nu, study by study.
        """
        found = self.by_df(hyper)
        if hyper.df is None:
            return log_mixtures(self.grid.log_prior, np.moveaxis(found, 1, 0))
        return found[np.arange(hyper.df.size), self.grid.place(hyper.df)]

    def by_df(self, hyper: Hyper) -> FloatArray:
        """Return the integrated log-likelihood for each of the degrees of freedom, (S, J, N)."""
        out = np.empty((hyper.rho.size, self.grid.values.size, self.nodes.size))
        for part, values in self.by_scale(hyper):
            out[part] = np.moveaxis(log_mixtures(self.grid.log_weights, values), 0, 1)
        return out

    def by_scale(self, hyper: Hyper) -> Iterator[tuple[slice, FloatArray]]:
        """Yield the log-likelihoods under the normal laws of the mixture, (K, S', N), part by part.

        A part is a slice of S' draws.
        """
        draws, rows = hyper.rho.size, self.counts.tp.size
        step = max(1, _CELLS_AT_ONCE // rows)
        for first in range(0, draws, step):
            part = slice(first, min(first + step, draws))
            by_row = self.rows_by_scale(hyper.rows(part))
            if self.counts.tables is None:
                yield part, by_row
            else:
                yield part, np.stack([self.counts.tables.log_sums(one) for one in by_row])

    def rows_by_scale(self, hyper: Hyper) -> FloatArray:
        """Return the log-likelihood of each row under each normal law, for few draws, (K, S, R)."""
        out = np.empty((self.grid.scales.size, hyper.rho.size, self.counts.tp.size))
        normal = self.normal
        for nodes in sorted(set(self.nodes.tolist())):
            chosen = np.flatnonzero(self.nodes == nodes)
            part = normal if chosen.size == self.nodes.size else normal.take(chosen)
            rows, _ = self.counts.rows_of(chosen)
            for place, scale in enumerate(self.grid.scales):
                modes = part.modes(hyper.scaled(float(scale)))
                out[place][:, rows] = part.log_integrals(modes, nodes)
                part = part.started_at((modes.sens, modes.spec))
        return out

    def modes(self, hyper: Hyper) -> Modes:
        """Return the conditional modes of all rows under the normal law of scale 1, (S, R)."""
        return self.normal.modes(hyper)

    def normal_laws_at(self, hyper: Hyper) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return each study's normal stand-in as of the normal model."""
        return self.normal.normal_laws_at(hyper)


def grid_error(likelihood: TLikelihood, points: Hyper) -> float:
    """Measure what the grid of the mixture leaves undone, against one that is twice as fine.

    Parameters
    ----------
    likelihood : TLikelihood
        Of N studies, with the nodes each needs.
    points : Hyper
        The mode and far points of the posterior.

    Returns
    -------
    float
        Largest error of the log-likelihood of the whole table, summed over nu.
    """
    both = (likelihood, replace(likelihood, grid=likelihood.grid.finer()))
    coarse, fine = (
        log_mixtures(one.grid.log_prior, one.by_df(points).sum(axis=2).T) for one in both
    )
    return float(np.abs(coarse - fine).max())


def log_mixtures(log_weights: FloatArray, log_values: FloatArray) -> FloatArray:
    """Return log sum_k exp(log_weights[..., k] + log_values[k, ...]).

    Parameters
    ----------
    log_weights : ndarray, shape (..., K)
    log_values : ndarray, shape (K, ...)
        May be -inf.

    Returns
    -------
    ndarray
        The axes of the weights but the last, then those of the values but the first.

    Examples
    --------
    >>> log_mixtures(np.log([0.5, 0.5]), np.array([[-1000.0], [-np.inf]])).round(3).tolist()
    [-1000.693]
    """
    top = log_values.max(axis=0)
    top[~np.isfinite(top)] = 0.0  # a likelihood of 0 stays one
    with np.errstate(divide="ignore"):
        summed = np.tensordot(np.exp(log_weights), np.exp(log_values - top), axes=1)
        return np.asarray(np.log(summed) + top)
