"""Posterior medians under the default card against the point estimates of each peer.

Every difference is split without remainder along the way from the one to the other, and its cause
is the longest part of the way:

- prior: from the posterior median to the maximum of the integrated likelihood;
- approximation: from there to the maximum of the peer's own approximation of the likelihood;
- search (REML for mada): from there to what the peer reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from metadx.engines.fit import Fit
from metadx.engines.maximum_likelihood import MaximumLikelihood
from tests.reference.peers import NODES, PeerTable

type Part = Literal["prior", "approximation", "search"]
type Cause = Literal[
    "prior, with few studies",
    "posterior median, not the maximum",
    "estimate at the edge of its range",
    "no finite maximum",
    "Laplace approximation",
    "normal approximation and 0.5 correction",
    "REML instead of maximum likelihood",
    "search of the peer",
    "no answer",
]

POINT_PEERS = ("lme4", "glmmTMB", "quadrature", "mada_reml")
PARAMETERS = ("mu_sens", "mu_spec", "tau_sens", "tau_spec", "rho")
FEW_STUDIES = 10


@dataclass(frozen=True)
class PosteriorGap:
    """One parameter by one peer against its posterior.

    Parameters
    ----------
    parameter : str
    median, sd : float
        Of the posterior.
    theirs : float
    in_sd : float
        Posterior median minus the peer's estimate, in posterior standard deviations.
    in_se : float or None
        The same in the peer's standard errors, where it gives one.
    parts : mapping of str to float
        The parts of the way, in posterior standard deviations.
    cause : str
    """

    parameter: str
    median: float
    sd: float
    theirs: float
    in_sd: float
    in_se: float | None
    parts: Mapping[Part, float]
    cause: Cause


def posterior_gaps(
    place: PeerTable, peer: str, fit: Fit, maxima: Mapping[int, MaximumLikelihood]
) -> list[PosteriorGap]:
    """Compare the posterior with a peer, parameter by parameter; empty where it gave no answer."""
    found = place.found.get(peer, {})
    if found.get("log_likelihood") is None:
        return []
    draws = dict(
        zip(PARAMETERS, [*fit.mu.reshape(-1, 2).T, *fit.tau.reshape(-1, 2).T, fit.rho], strict=True)
    )
    gaps = []
    for place_of, name in enumerate(PARAMETERS):
        median, sd = float(np.median(draws[name])), float(draws[name].std())
        theirs = found[name]
        if theirs is None:
            continue
        exact = _values(maxima[15])[place_of]
        own = (
            place.found["mada_ml"][name]
            if peer == "mada_reml"
            else _values(maxima[NODES[peer]])[place_of]
        )
        parts: dict[Part, float] = {
            "prior": (median - exact) / sd,
            "approximation": (exact - own) / sd,
            "search": (own - theirs) / sd,
        }
        error = found.get(f"se_{name}")
        in_se = (median - theirs) / error if error else None
        cause = _cause(parts, peer, maxima[15], place.n_studies)
        in_sd = (median - theirs) / sd
        gaps.append(PosteriorGap(name, median, sd, theirs, in_sd, in_se, parts, cause))
    return gaps


def _values(maximum: MaximumLikelihood) -> Any:
    return np.array([*maximum.mu, *maximum.tau, maximum.rho])


def _cause(
    parts: Mapping[Part, float], peer: str, exact: MaximumLikelihood, n_studies: int
) -> Cause:
    if not all(np.isfinite(part) for part in parts.values()):
        return "no finite maximum"
    longest = max(parts, key=lambda part: abs(parts[part]))
    if longest == "search":
        return "REML instead of maximum likelihood" if peer == "mada_reml" else "search of the peer"
    if longest == "approximation":
        if peer == "mada_reml":
            return "normal approximation and 0.5 correction"
        return "Laplace approximation"
    if exact.singular:
        return "estimate at the edge of its range"
    few = n_studies < FEW_STUDIES
    return "prior, with few studies" if few else "posterior median, not the maximum"
