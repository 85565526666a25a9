"""How far the normal approximation (mada) moves the answer away from the exact likelihood."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from metadx.engines.maximum_likelihood import MaximumLikelihood
from metadx.estimands.logistic import expit
from tests.reference.peers import PeerTable

type Cause = Literal["normal approximation and 0.5 correction", "normal approximation", "REML"]


@dataclass(frozen=True)
class ApproximationGap:
    """REML estimates of mada against the maximum of the exact likelihood, for one margin.

    Parameters
    ----------
    group, dataset, margin : str
    theirs, exact : float
        Sens or spec of the median study.
    in_se : float
        Difference of the logits in the standard error of the exact likelihood.
    tau_ratio : float or None
        Their standard deviation over the exact one; None where the latter is 0.
    from_approximation, from_reml : float
        Parts of the difference, logit scale: from the exact maximum to that of the approximate
        likelihood, and from there to REML.
    corrected : bool
        Whether mada added 0.5 to all cells, which it does as soon as one is 0.
    cause : str
        Of the longer part.
    """

    group: str
    dataset: str
    margin: str
    theirs: float
    exact: float
    in_se: float
    tau_ratio: float | None
    from_approximation: float
    from_reml: float
    corrected: bool
    cause: Cause


def approximation_gaps(place: PeerTable, exact: MaximumLikelihood) -> list[ApproximationGap]:
    """Compare both margins; empty where mada was not run."""
    gaps: list[ApproximationGap] = []
    if "mada_reml" not in place.found:
        return gaps
    reml, ml = place.found["mada_reml"], place.found["mada_ml"]
    for margin, name in enumerate(("sens", "spec")):
        centre, tau = float(exact.mu[margin]), float(exact.tau[margin])
        theirs, middle = reml[f"mu_{name}"], ml[f"mu_{name}"]
        first, second = middle - centre, theirs - middle
        approximate: Cause = (
            "normal approximation and 0.5 correction"
            if reml["corrected"]
            else "normal approximation"
        )
        gaps.append(
            ApproximationGap(
                place.group,
                place.dataset,
                name,
                float(expit(np.array([theirs]))[0]),
                float(expit(np.array([centre]))[0]),
                (theirs - centre) / float(exact.standard_errors[margin]),
                reml[f"tau_{name}"] / tau if tau > 0 else None,
                first,
                second,
                reml["corrected"],
                approximate if abs(first) >= abs(second) else "REML",
            )
        )
    return gaps
