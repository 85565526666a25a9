"""Where the maximum of the likelihood lies: metadx against programs that maximise the same one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from metadx.engines.maximum_likelihood import MaximumLikelihood
from tests.reference.peers import NODES, PeerTable

type Cause = Literal[
    "agrees",
    "no answer",
    "no finite maximum",
    "failed Hessian at the edge",
    "inner tolerance of glmer",
    "unexplained",
]

# What counts as agreement: log-likelihood units, standard errors of a mean, shares.
LOG_LIKELIHOOD, IN_SE, RELATIVE = 1e-3, 0.01, 0.02


@dataclass(frozen=True)
class LikelihoodGap:
    """One peer against metadx on one table.

    Parameters
    ----------
    group, dataset, peer : str
    nodes : int
        Of metadx.
    log_likelihood : float
        Of metadx.
    difference : float or None
        Log-likelihood of the peer minus that of metadx.
    mu_in_se : float or None
        Larger difference of the two means, in the standard errors of metadx.
    se_relative : float or None
        Larger relative difference of their standard errors.
    tau_relative : float or None
    rho : float or None
        Absolute difference.
    at_edge : tuple of str
        Parameters that metadx estimates at the edge of their range.
    cause : str
    """

    group: str
    dataset: str
    peer: str
    nodes: int
    log_likelihood: float
    difference: float | None
    mu_in_se: float | None
    se_relative: float | None
    tau_relative: float | None
    rho: float | None
    at_edge: tuple[str, ...]
    cause: Cause


def likelihood_gap(place: PeerTable, peer: str, ours: MaximumLikelihood) -> LikelihoodGap:
    """Compare the maximum of one peer with that of metadx at the peer's own approximation."""
    assert ours.nodes == NODES[peer]
    found = place.found[peer]
    about = (place.group, place.dataset, peer, ours.nodes, ours.log_likelihood)
    if found.get("log_likelihood") is None:
        return LikelihoodGap(*about, None, None, None, None, None, ours.at_edge, "no answer")
    se = ours.standard_errors[:2]
    gap = LikelihoodGap(
        *about,
        difference=found["log_likelihood"] - ours.log_likelihood,
        mu_in_se=_largest((_pair(found, "mu") - ours.mu) / se),
        se_relative=_largest(_pair(found, "se_mu") / se - 1),
        tau_relative=_largest(_pair(found, "tau") / ours.tau - 1) if ours.finite else None,
        rho=None if not ours.finite else _largest(np.array([found["rho"] - ours.rho])),
        at_edge=ours.at_edge,
        cause="unexplained",
    )
    return _with_cause(gap, place, ours)


def _with_cause(gap: LikelihoodGap, place: PeerTable, ours: MaximumLikelihood) -> LikelihoodGap:
    """Name the cause; each but the last is a finding, not a guess."""
    if not ours.finite:
        return replace(gap, cause="no finite maximum")
    if agrees(gap):
        return replace(gap, cause="agrees")
    near = gap.difference is not None and abs(gap.difference) <= LOG_LIKELIHOOD
    if near and ours.singular and gap.se_relative is not None and gap.se_relative > RELATIVE:
        # the same point, but its standard errors are those of a Hessian that cannot be inverted
        return replace(gap, cause="failed Hessian at the edge")
    if gap.peer.startswith("lme4") and gap.peer != "lme4_tight":
        # the same call with a sharper inner search lands where metadx does
        sharper = likelihood_gap(place, "lme4_tight", ours)
        if sharper.cause == "agrees":
            return replace(gap, cause="inner tolerance of glmer")
    return gap


def agrees(gap: LikelihoodGap) -> bool:
    """Tell whether log-likelihood, means, standard errors and spreads all agree."""
    measured = (
        (gap.difference, LOG_LIKELIHOOD),
        (gap.mu_in_se, IN_SE),
        (gap.se_relative, RELATIVE),
        (gap.tau_relative, RELATIVE),
        (gap.rho, RELATIVE),
    )
    return all(value is not None and abs(value) <= limit for value, limit in measured)


def _pair(found: Mapping[str, Any], name: str) -> NDArray[np.float64]:
    values = [found[f"{name}_{margin}"] for margin in ("sens", "spec")]
    return np.array([np.nan if value is None else value for value in values])


def _largest(values: NDArray[np.float64]) -> float | None:
    largest = float(np.abs(values).max())
    return largest if isfinite(largest) else None
