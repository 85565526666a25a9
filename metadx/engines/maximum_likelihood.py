"""The maximum of the integrated likelihood: what a program without priors would report."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.counts import Counts
from metadx.engines.faces import Face, Parameter, faces
from metadx.engines.likelihood import IntegratedLikelihood
from metadx.engines.likelihood_surface import Surface
from metadx.engines.mode import find_mode
from metadx.engines.settings import whole_number
from metadx.engines.target import ATANH_RHO, LOG_TAU, constrain, crude_start
from metadx.engines.unbounded_margins import Kind, MarginLimit, margin_limits, silenced
from metadx.errors import DataError, FitError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import Review

type FloatArray = NDArray[np.float64]

_MARGINS = ("sens", "spec")
_SEARCH_NODES = 7  # the first climb; the most promising faces are climbed again with all nodes
_PROMISING = 2.0  # log-likelihood units below the best
_TIE = 1e-6  # of log-likelihoods: a face with fewer parameters is preferred
_DECREMENT = 1e-6  # twice the log-likelihood still to be gained
_FLAT = 1e-8  # least eigenvalue of the curvature of a maximum that is a point
_LAST_STEPS = 2
_SHORT = 0.1  # longest step taken without looking whether it leads upwards
_MOST_NODES = 127


@dataclass(frozen=True, eq=False)
class MaximumLikelihood:
    """Estimates under flat priors, with what they are worth.

    Arrays are in the order mu_sens, mu_spec, tau_sens, tau_spec, rho; means and standard
    deviations are on the logit scale.

    Parameters
    ----------
    mu, tau : ndarray, shape (2,)
        Order sens, spec; ±inf where the likelihood rises for ever, NaN where it does not care.
    rho : float
        NaN where a standard deviation is 0 or has no finite estimate.
    log_likelihood : float
        Binomial coefficients included; the limit where there is no finite maximum.
    information : ndarray, shape (5, 5)
        Observed information, NaN for parameters at the edge of their range or without an estimate.
    at_edge : tuple of str
        Parameters estimated at the edge of their range: a tau of 0, a rho of ±1.
    limits : pair of MarginLimit
        How the likelihood of sens and of spec behaves far out.
    nodes : int
        Quadrature nodes per axis.
    converged : bool
        Whether the search ended at a maximum that is a single point.
    """

    mu: FloatArray
    tau: FloatArray
    rho: float
    log_likelihood: float
    information: FloatArray
    at_edge: tuple[Parameter, ...]
    limits: tuple[MarginLimit, MarginLimit]
    nodes: int
    converged: bool

    @property
    def singular(self) -> bool:
        """Whether an estimate lies at the edge of its range."""
        return bool(self.at_edge)

    @property
    def finite(self) -> bool:
        """Whether the likelihood has a finite maximum."""
        return all(limit.kind in {"bounded", "empty"} for limit in self.limits)

    @property
    def covariance(self) -> FloatArray:
        """Inverse of the observed information, (5, 5); parameters at an edge count as known.

        All NaN where the search did not converge.
        """
        found = np.full((5, 5), np.nan)
        free = np.flatnonzero(np.isfinite(np.diag(self.information)))
        if self.converged and free.size:
            block = np.ix_(free, free)
            found[block] = np.linalg.inv(self.information[block])
        return found

    @property
    def standard_errors(self) -> FloatArray:
        """Standard errors of the five parameters, NaN for those that have none."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know, in words."""
        found = [_AT_EDGE[name] for name in self.at_edge]
        found += [
            _FAR_OUT[limit.kind].format(margin=margin)
            for margin, limit in zip(_MARGINS, self.limits, strict=True)
            if limit.kind != "bounded"
        ]
        if not self.converged:
            found.append(
                "The search did not end at a single point: the likelihood is flat or the table "
                "says too little; standard errors are withheld."
            )
        if self.nodes == 1:
            found.append("One node: the Laplace approximation, not the integral itself.")
        return tuple(found)


_EDGE_ERRORS = "the other standard errors take that value as known."
_AT_EDGE: dict[Parameter, str] = {
    "tau_sens": f"tau_sens is estimated as 0, the edge of its range; {_EDGE_ERRORS}",
    "tau_spec": f"tau_spec is estimated as 0, the edge of its range; {_EDGE_ERRORS}",
    "rho": f"rho is estimated at an end of its range; {_EDGE_ERRORS}",
}
_FAR_OUT: dict[Kind, str] = {
    "empty": "No study has people for {margin}: it has no estimate.",
    "edge": (
        "The {margin} counts are all at the same edge: the likelihood rises for ever as the mean "
        "logit goes to infinity and does not care about tau_{margin} or rho. The other margin is "
        "estimated alone."
    ),
    "all or nothing": (
        "Every study has a {margin} of 0 or 1, some the one and some the other: the likelihood "
        "of that margin rises as tau_{margin} goes to infinity, so it has no finite maximum. The "
        "other margin is estimated alone; the log-likelihood given is the limit without "
        "correlation, which a correlation may exceed."
    ),
}


def maximum_likelihood(data: AccuracyTable | Review, *, nodes: int = 15) -> MaximumLikelihood:
    """Maximise the integrated likelihood of the bivariate model, without any prior.

    For comparison with programs that have none. The posterior needs no such maximum and is what
    metadx reports: with few studies the maximum often lies at a correlation of ±1 or at no finite
    point, and its standard errors do not know that.

    Parameters
    ----------
    data : AccuracyTable or Review
    nodes : int
        Adaptive Gauss-Hermite nodes per axis, from 1 to 127. 1 is the Laplace approximation, as
        in ``lme4::glmer(..., nAGQ = 1)`` and glmmTMB.

    Returns
    -------
    MaximumLikelihood

    Raises
    ------
    DataError
        If the data are neither a table nor a review.
    FitError
        If the number of nodes is out of range.

    References
    ----------
    Chu H, Cole SR. Bivariate meta-analysis of sensitivity and specificity with sparse data: a
    generalized linear mixed model approach. J Clin Epidemiol 2006;59:1331-1332.
    Pinheiro JC, Bates DM. J Comput Graph Stat 1995;4:12-35 (the Laplace approximation is adaptive
    quadrature with one node).

    Examples
    --------
    >>> import metadx
    >>> found = metadx.maximum_likelihood(metadx.load_dataset("anti-ccp"), nodes=1)
    >>> found.mu.round(3).tolist(), found.standard_errors[:2].round(3).tolist()
    ([0.653, 3.109], [0.127, 0.146])
    >>> round(found.log_likelihood, 3), found.singular
    (-272.78, False)
    >>> metadx.maximum_likelihood(metadx.load_dataset("telomerase")).at_edge
    ('rho',)
    """
    counts = Counts.from_table(_table_of(data))
    nodes = _count(nodes)
    limits = margin_limits(counts)
    heard = silenced(counts, limits)
    told = (limits[0].kind == "bounded", limits[1].kind == "bounded")
    paired = bool(((heard.n_diseased > 0) & (heard.n_nondiseased > 0)).any())
    likelihood = IntegratedLikelihood.of(heard)
    first = Surface(likelihood, min(nodes, _SEARCH_NODES))
    start = crude_start(heard)
    tried = [(face, *_climb(first, face, face.place(start))) for face in faces(told, paired=paired)]
    surface = Surface(likelihood, nodes)
    if nodes > first.nodes:
        enough = max(value for *_, value in tried) - _PROMISING
        tried = [
            (face, *_climb(surface, face, theta)) for face, theta, value in tried if value >= enough
        ]
    best = max(value for *_, value in tried)
    face, theta, value = next(found for found in tried if found[2] >= best - _TIE)
    return _result(surface, face, theta, value=value, limits=limits)


def _table_of(data: AccuracyTable | Review) -> AccuracyTable:
    table = data.table if isinstance(data, Review) else data
    if not isinstance(table, AccuracyTable):
        msg = (
            f"a {type(table).__name__} has no likelihood: wanted an AccuracyTable or a Review; "
            "read a file with metadx.read_table or metadx.load_review."
        )
        raise DataError(msg)
    return table


def _count(nodes: int) -> int:
    found = whole_number(nodes)
    if found is None or not 1 <= found <= _MOST_NODES:
        msg = f"nodes = {nodes!r}: wanted a whole number from 1 to {_MOST_NODES}"
        raise FitError(msg)
    return found


def _climb(surface: Surface, face: Face, theta: FloatArray) -> tuple[FloatArray, float]:
    """Climb within a face; return the place and the log-likelihood there."""
    here = theta.copy()
    free = list(face.free)
    if free:
        target = surface.restricted(here, free)
        here[free] = find_mode(target, here[free]).location
        for _ in range(_LAST_STEPS):  # the search stops where a posterior would be good enough
            curvature, slope = surface.curvature(here, free), target(here[free][None])[1][0]
            if np.linalg.eigvalsh(curvature)[0] <= _FLAT:
                break
            step = np.linalg.solve(curvature, slope)
            if np.abs(step).max() > _SHORT:
                break
            here[free] += step
    return here, float(surface.log_likelihood(here[None])[0])


def _result(
    surface: Surface,
    face: Face,
    theta: FloatArray,
    *,
    value: float,
    limits: tuple[MarginLimit, MarginLimit],
) -> MaximumLikelihood:
    hyper = constrain(theta[None])
    free = list(face.free)
    information = np.full((5, 5), np.nan)
    converged = True
    if free:
        curvature = surface.curvature(theta, free)
        slope = surface.restricted(theta, free)(theta[free][None])[1][0]
        converged = bool(np.linalg.eigvalsh(curvature)[0] > _FLAT)
        converged = converged and bool(slope @ np.linalg.solve(curvature, slope) < _DECREMENT)
        # At a stationary point the curvature transforms by the Jacobian of theta alone.
        jacobian = np.ones(5)
        jacobian[LOG_TAU], jacobian[ATANH_RHO] = hyper.tau[0], hyper.one_minus_rho2[0]
        scale = 1 / jacobian[free]
        information[np.ix_(free, free)] = curvature * np.outer(scale, scale)
    bounded = np.array([limit.kind == "bounded" for limit in limits])
    correlated = ATANH_RHO in free or "rho" in face.at_edge
    return MaximumLikelihood(
        mu=np.where(bounded, hyper.mu[0], [limit.mu for limit in limits]),
        tau=np.where(bounded, hyper.tau[0], [limit.tau for limit in limits]),
        rho=float(hyper.rho[0]) if correlated else np.nan,
        log_likelihood=value + sum(limit.log_likelihood for limit in limits),
        information=information,
        at_edge=face.at_edge,
        limits=limits,
        nodes=surface.nodes,
        converged=converged,
    )
