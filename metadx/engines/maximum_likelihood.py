"""The maximum of the integrated likelihood: what a program without priors would report."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Design
from metadx.engines.counts import Counts
from metadx.engines.faces import Face, Parameter, faces
from metadx.engines.likelihood_surface import Surface
from metadx.engines.link_likelihood import likelihood_of
from metadx.engines.mode import find_mode
from metadx.engines.request import designed
from metadx.engines.settings import whole_number
from metadx.engines.target import ATANH_RHO, LOG_TAU, SCALES, constrain, crude_start
from metadx.engines.unbounded_margins import Kind, MarginLimit, margin_limits, silenced
from metadx.errors import FitError
from metadx.estimands.links import LINKS, Link
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import MissingPolicy
from metadx.studies.review import Review

type FloatArray = NDArray[np.float64]

_MARGINS = ("sens", "spec")
_SEARCH_NODES = 7  # the first climb; the most promising faces are climbed again with all nodes
_PROMISING = 2.0  # log-likelihood units below the best
_TIE = 1e-6  # of log-likelihoods: a face with fewer parameters is preferred
_DECREMENT = 1e-6  # twice the log-likelihood still to be gained
_FLAT = 1e-8  # least eigenvalue of the curvature of a maximum that is a point
_SEPARATED = 1e-5  # the same with covariates: a level whose counts are all at one edge
_LAST_STEPS = 2
_SHORT = 0.1  # longest step taken without looking whether it leads upwards
_MOST_NODES = 127


@dataclass(frozen=True, eq=False)
class MaximumLikelihood:
    """Estimates under flat priors, with what they are worth.

    Parameters
    ----------
    parameters : tuple of str, length D
        Names in the order of `estimates`: the mean and the effects of sens, those of spec,
        tau[sens], tau[spec], rho. Without covariates these are five.
    estimates : ndarray, shape (D,)
        On the scale of the link (logit unless another was asked for) but for rho; ±inf where the
        likelihood rises for ever, NaN where it does not care, of rho also where a standard
        deviation is 0 or has no finite estimate. With covariates the means are those at the
        reference levels and at the average of the continuous ones, and effects of those are per
        standard deviation.
    log_likelihood : float
        Binomial coefficients included; the limit where there is no finite maximum.
    information : ndarray, shape (D, D)
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

    parameters: tuple[str, ...]
    estimates: FloatArray
    log_likelihood: float
    information: FloatArray
    at_edge: tuple[Parameter, ...]
    limits: tuple[MarginLimit, MarginLimit]
    nodes: int
    converged: bool

    @property
    def mu(self) -> FloatArray:
        """Means of sens and spec on the scale of the link: logits by default, shape (2,)."""
        return self.estimates[[self.parameters.index(f"mu[{margin}]") for margin in _MARGINS]]

    @property
    def tau(self) -> FloatArray:
        """Standard deviations between studies (sens, spec), shape (2,)."""
        return self.estimates[LOG_TAU]

    @property
    def rho(self) -> float:
        """Correlation between studies."""
        return float(self.estimates[ATANH_RHO])

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
        """Inverse of the observed information, (D, D); parameters at an edge count as known.

        All NaN where the search did not converge.
        """
        found = np.full_like(self.information, np.nan)
        free = np.flatnonzero(np.isfinite(np.diag(self.information)))
        if self.converged and free.size:
            block = np.ix_(free, free)
            found[block] = np.linalg.inv(self.information[block])
        return found

    @property
    def standard_errors(self) -> FloatArray:
        """Standard errors of the parameters, shape (D,), NaN for those that have none."""
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
                "The search did not end at a single point: the likelihood is flat (with covariates "
                "perhaps because all counts of a level lie at one edge) or the table says too "
                "little; standard errors are withheld."
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
        "goes to infinity and does not care about tau_{margin} or rho. The other margin is "
        "estimated alone."
    ),
    "all or nothing": (
        "Every study has a {margin} of 0 or 1, some the one and some the other: the likelihood "
        "of that margin rises as tau_{margin} goes to infinity, so it has no finite maximum. The "
        "other margin is estimated alone; the log-likelihood given is the limit without "
        "correlation, which a correlation may exceed."
    ),
}


def maximum_likelihood(
    data: AccuracyTable | Review,
    *,
    nodes: int = 15,
    sens: str | None = None,
    spec: str | None = None,
    missing: MissingPolicy | None = None,
    link: Link = "logit",
) -> MaximumLikelihood:
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
    sens, spec : str or None
        Formulas for the mean logits; None takes the review's own, else ``"~ 1"``.
    missing : {"error", "drop", "level"} or None
        What becomes of studies that lack a covariate, as of `metadx.fit`.
    link : {"logit", "probit", "cloglog"}
        On whose scale the study effects are normal, and the estimates given.

    Returns
    -------
    MaximumLikelihood

    Raises
    ------
    DataError
        If the data are neither a table nor a review, or a formula is wrong.
    FitError
        If the number of nodes is out of range, or there is no such link.

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
    >>> assay = metadx.maximum_likelihood(
    ...     metadx.load_dataset("anti-ccp"), nodes=1, sens="~ generation"
    ... )
    >>> assay.parameters[:2], assay.estimates[:2].round(3).tolist()
    (('mu[sens]', 'beta[sens,generation=CCP2]'), [-0.002, 0.841])
    """
    nodes = _count(nodes)
    if link not in LINKS:
        msg = f"link = {link!r}: wanted one of {', '.join(LINKS)}"
        raise FitError(msg)
    table, design, _ = designed(data, sens=sens, spec=spec, missing=missing)
    counts = Counts.from_table(table)
    limits = margin_limits(counts)
    heard = silenced(counts, limits)
    told = (limits[0].kind == "bounded", limits[1].kind == "bounded")
    paired = bool(((heard.n_diseased > 0) & (heard.n_nondiseased > 0)).any())
    likelihood = likelihood_of(heard, design=design, link=link)
    first = Surface(likelihood, min(nodes, _SEARCH_NODES))
    start = crude_start(likelihood)
    parts = faces(told, paired=paired, sizes=design.sizes)
    tried = [(face, *_climb(first, face, face.place(start))) for face in parts]
    surface = Surface(likelihood, nodes)
    if nodes > first.nodes:
        enough = max(value for *_, value in tried) - _PROMISING
        tried = [
            (face, *_climb(surface, face, theta)) for face, theta, value in tried if value >= enough
        ]
    best = max(value for *_, value in tried)
    face, theta, value = next(found for found in tried if found[2] >= best - _TIE)
    return _result(surface, design, face, theta, value=value, limits=limits)


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
    design: Design,
    face: Face,
    theta: FloatArray,
    *,
    value: float,
    limits: tuple[MarginLimit, MarginLimit],
) -> MaximumLikelihood:
    hyper = constrain(theta[None])
    free = list(face.free)
    information = np.full((theta.size, theta.size), np.nan)
    converged = True
    to_reported = _to_reported(design)
    if free:
        curvature = surface.curvature(theta, free)
        slope = surface.restricted(theta, free)(theta[free][None])[1][0]
        flat = _SEPARATED if design.has_covariates else _FLAT
        converged = bool(np.linalg.eigvalsh(curvature)[0] > flat)
        converged = converged and bool(slope @ np.linalg.solve(curvature, slope) < _DECREMENT)
        # At a stationary point the curvature transforms by the Jacobian of theta alone.
        jacobian = to_reported.copy()
        jacobian[-SCALES:, -SCALES:] = np.diag([*hyper.tau[0], hyper.one_minus_rho2[0]])
        block = np.ix_(free, free)
        back = np.linalg.inv(jacobian[block])
        information[block] = back.T @ curvature @ back
    correlated = ATANH_RHO + theta.size in free or "rho" in face.at_edge
    estimates = to_reported @ np.concatenate([hyper.coefficients[0], np.zeros(SCALES)])
    estimates[LOG_TAU] = hyper.tau[0]
    estimates[ATANH_RHO] = hyper.rho[0] if correlated else np.nan
    first = 0
    for margin, (limit, size) in enumerate(zip(limits, design.sizes, strict=True)):
        if limit.kind != "bounded":
            estimates[first : first + size] = [limit.mu, *[np.nan] * (size - 1)]
            estimates[margin - SCALES] = limit.tau
        first += size
    return MaximumLikelihood(
        parameters=_names(design),
        estimates=estimates,
        log_likelihood=value + sum(limit.log_likelihood for limit in limits),
        information=information,
        at_edge=face.at_edge,
        limits=limits,
        nodes=surface.nodes,
        converged=converged,
    )


def _to_reported(design: Design) -> FloatArray:
    """Return the matrix from theta to (means at the reference levels, effects, scales)."""
    found = np.eye(sum(design.sizes) + SCALES)
    first = 0
    for margin in (design.sens, design.spec):
        part = slice(first, first + margin.size)
        found[part, part] = margin.to_effects
        first = part.stop
    return found


def _names(design: Design) -> tuple[str, ...]:
    found: list[str] = []
    for name, margin in zip(_MARGINS, (design.sens, design.spec), strict=True):
        found += [f"mu[{name}]", *(f"beta[{name},{effect}]" for effect in margin.effects)]
    return (*found, "tau[sens]", "tau[spec]", "rho")
