"""How far a fit lies from a long run, and how far it may."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from metadx.engines.fit import Fit
from tests.reference.monte_carlo import PROBS, study_moments, summariser
from tests.reference.pinned import Run
from tests.reference.quantities import CORE, draws_of, study_draws

type Kind = Literal["mean", "sd", "derived mean", "derived sd", "quantile", "study"]

KINDS: tuple[Kind, ...] = get_args(Kind.__value__)


@dataclass(frozen=True)
class Difference:
    """One number of a fit against the same number of a long run.

    Parameters
    ----------
    what : str
        Quantity and statistic.
    kind : {"mean", "sd", "derived mean", "derived sd", "quantile", "study"}
        "mean" and "sd" are of mu, tau and rho; "derived" ones of what follows from them.
    in_sd : float or None
        Size of the difference in posterior standard deviations of the long run (for a sd: the
        relative difference); None where the standard deviation does not exist.
    in_errors : float
        Size of the difference in combined Monte Carlo errors of the two runs.
    """

    what: str
    kind: Kind
    in_sd: float | None
    in_errors: float


@dataclass(frozen=True)
class Limit:
    """Largest difference allowed: within either is enough; None means that it does not count."""

    in_sd: float | None = None
    in_errors: float | None = None

    def share(self, difference: Difference) -> float:
        """Return the part of the allowance that a difference uses up; above 1 it fails."""
        shares = [
            found / allowed
            for found, allowed in (
                (difference.in_sd, self.in_sd),
                (difference.in_errors, self.in_errors),
            )
            if found is not None and allowed is not None
        ]
        return min(shares)


FOUR_ERRORS = Limit(in_errors=4.0)
LIMITS: Mapping[str, Mapping[Kind, Limit]] = {
    "marginal": {
        "mean": Limit(in_sd=0.05),
        "sd": Limit(in_sd=0.04),
        "derived mean": Limit(in_sd=0.05, in_errors=4.0),
        "derived sd": Limit(in_sd=0.04, in_errors=4.0),
        "quantile": Limit(in_sd=0.10, in_errors=4.0),
        "study": FOUR_ERRORS,
    },
    "nuts": dict.fromkeys(KINDS, FOUR_ERRORS),
}


def differences(fit: Fit, run: Run) -> Iterator[Difference]:
    """Yield every comparison of a fit with a long run.

    Studies are compared by the posterior means of their own sens and spec, where the fit drew them.
    """
    draws, summarise = draws_of(fit), summariser(fit)
    for name, pinned in run.quantities.items():
        ours = summarise(draws[name])
        for statistic in ("mean", "sd", *PROBS):
            if statistic not in pinned:
                continue
            gap = abs(ours[statistic] - pinned[statistic])
            error = math.hypot(ours[f"mcse_{statistic}"], pinned[f"mcse_{statistic}"])
            in_sd = gap / pinned["sd"] if "sd" in pinned else None
            kind = _kind(name, statistic)
            yield Difference(f"{name} {statistic}", kind, in_sd, gap / error)
    if fit.study_logits is not None:
        yield from _study_differences(fit, run)


def _kind(name: str, statistic: str) -> Kind:
    if statistic == "mean":
        return "mean" if name in CORE else "derived mean"
    if statistic == "sd":
        return "sd" if name in CORE else "derived sd"
    return "quantile"


def _study_differences(fit: Fit, run: Run) -> Iterator[Difference]:
    means, errors = study_moments(fit, study_draws(fit))
    # The long runs report no error for a study: its sd over the root of the least effective number
    # of draws among all parameters is more than the error of any quantity the chains mix well in.
    ess = run.sampler["min_ess_bulk"]
    for margin, name in enumerate(("sens", "spec")):
        sd = np.asarray(run.studies[f"{name}_sd"])
        gap = np.abs(means[:, margin] - np.asarray(run.studies[f"{name}_mean"]))
        in_errors = gap / np.hypot(errors[:, margin], sd / np.sqrt(ess))
        for row, (one, other) in enumerate(zip(gap / sd, in_errors, strict=True), start=1):
            yield Difference(f"{name} of study {row}", "study", float(one), float(other))


def worst(engine: str, found: list[Difference]) -> dict[Kind, Difference]:
    """Return of each kind the difference that uses up most of its allowance."""
    return {
        kind: max(
            (item for item in found if item.kind == kind),
            key=LIMITS[engine][kind].share,
        )
        for kind in KINDS
        if any(item.kind == kind for item in found)
    }


def failures(engine: str, found: list[Difference]) -> list[Difference]:
    """Return the differences beyond the allowance of the engine."""
    return [item for item in found if not LIMITS[engine][item.kind].share(item) <= 1]
