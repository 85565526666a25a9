"""Where the maximum of the likelihood lies with covariates: metadx against other programs."""

from dataclasses import dataclass

import numpy as np

from metadx.engines.maximum_likelihood import MaximumLikelihood
from tests.reference.regression import NODES, Case

# What counts as agreement: log-likelihood units, logits, shares.
LOG_LIKELIHOOD, COEFFICIENT, RELATIVE = 1e-5, 1e-4, 1e-4


@dataclass(frozen=True)
class RegressionGap:
    """One peer against metadx on one case, at the peer's own number of nodes.

    Parameters
    ----------
    case, peer : str
    nodes : int
        Of metadx.
    log_likelihood : float
        Of the peer minus that of metadx.
    coefficient : float
        Largest difference of a coefficient.
    se : float
        Largest relative difference of a standard error of a coefficient.
    tau, rho : float
        Largest relative and the absolute difference.
    """

    case: str
    peer: str
    nodes: int
    log_likelihood: float
    coefficient: float
    se: float
    tau: float
    rho: float

    @property
    def agrees(self) -> bool:
        """Whether all of them lie within what counts as agreement; a NaN does not."""
        measured = (
            (abs(self.log_likelihood), LOG_LIKELIHOOD),
            (self.coefficient, COEFFICIENT),
            (self.se, RELATIVE),
            (self.tau, RELATIVE),
            (self.rho, RELATIVE),
        )
        return all(size <= limit for size, limit in measured)


def regression_gap(case: Case, peer: str, ours: MaximumLikelihood) -> RegressionGap:
    """Compare the maximum that one peer found with that of metadx."""
    assert ours.nodes == NODES[peer]
    found = case.found[peer]
    places = [ours.parameters.index(_our_name(name)) for name in found["beta"]]
    assert sorted(places) == list(range(len(ours.parameters) - 3)), ours.parameters
    beta, se = (np.array(list(found[what].values())) for what in ("beta", "se"))
    return RegressionGap(
        case.name,
        peer,
        ours.nodes,
        found["log_likelihood"] - ours.log_likelihood,
        float(np.abs(beta - ours.estimates[places]).max()),
        float(np.abs(se / ours.standard_errors[places] - 1).max()),
        float(np.abs(np.array(found["tau"]) / ours.tau - 1).max()),
        abs(found["rho"] - ours.rho),
    )


def _our_name(name: str) -> str:
    return f"beta[{name}]" if "," in name else f"mu[{name}]"
