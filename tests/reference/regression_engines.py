"""Both engines on the same formulas: what each finds of every parameter, and how far apart."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from metadx.cards.load import LoadedCard
from metadx.engines.fit import Fit, fit
from tests.reference.monte_carlo import FloatArray, summariser
from tests.reference.regression import Case

type Engine = Literal["marginal", "nuts"]

CARD = "bivariate-binomial"
#: Log tau has a long tail to the left, which a chain visits rarely and then stays in for a while:
#: the sd of 40,000 draws is off by up to 13 %.
DRAWS: Mapping[Engine, int] = {"marginal": 200_000, "nuts": 160_000}
#: Posterior standard deviations of NUTS, shares of them.
MEAN, SD = 0.05, 0.05


@dataclass(frozen=True)
class Apart:
    """One parameter by both engines.

    Parameters
    ----------
    case, parameter : str
    marginal, nuts : mapping of str to float
        ``mean``, ``sd`` and their Monte Carlo errors.
    """

    case: str
    parameter: str
    marginal: Mapping[str, float]
    nuts: Mapping[str, float]

    @property
    def mean_in_sd(self) -> float:
        """Difference of the means in posterior standard deviations."""
        return (self.marginal["mean"] - self.nuts["mean"]) / self.nuts["sd"]

    @property
    def sd_relative(self) -> float:
        """Relative difference of the standard deviations."""
        return self.marginal["sd"] / self.nuts["sd"] - 1

    @property
    def agrees(self) -> bool:
        """Whether both lie within what is allowed."""
        return abs(self.mean_in_sd) <= MEAN and abs(self.sd_relative) <= SD

    @property
    def near(self) -> bool:
        """Whether they lie within that, or within four Monte Carlo errors of both together."""
        gaps = {"mean": (self.mean_in_sd, MEAN), "sd": (self.sd_relative, SD)}
        errors = {
            what: math.hypot(self.marginal[f"mcse_{what}"], self.nuts[f"mcse_{what}"])
            for what in gaps
        }
        return all(
            abs(gap) <= max(limit, 4 * errors[what] / self.nuts["sd"])
            for what, (gap, limit) in gaps.items()
        )


def refit(case: Case, engine: Engine, *, draws: int | None = None, seed: int = 1) -> Fit:
    """Fit a case under the default card with one of the engines."""
    return fit(
        case.table(),
        CARD,
        engine=engine,
        draws=DRAWS[engine] if draws is None else draws,
        seed=seed,
        study_effects=False,
        **case.formulas,
    )


def parameters_of(fitted: Fit) -> dict[str, FloatArray]:
    """Return the draws of every parameter, each of shape (chain, draw).

    The means at the reference levels and the effects are the coefficients, in the coding that is
    reported; the mean logits of every kind of study are the combinations that readers see.
    """
    shape = fitted.rho.shape
    found = {"mu[sens]": fitted.intercepts[..., 0], "mu[spec]": fitted.intercepts[..., 1]}
    for place, name in enumerate(fitted.effect_names):
        found[f"beta[{name}]"] = fitted.effects[..., place]
    for margin, name in enumerate(("sens", "spec")):
        found[f"tau[{name}]"] = fitted.tau[..., margin]
        found[f"log tau[{name}]"] = np.log(fitted.tau[..., margin])
    found["rho"] = fitted.rho
    for group in fitted.groups:
        for margin, name in enumerate(("sens", "spec")):
            found[f"logit {name}, {group.label}"] = group.mu[:, margin].reshape(shape)
    return found


def summaries(fitted: Fit) -> dict[str, dict[str, float]]:
    """Return mean and sd of every parameter with their Monte Carlo errors."""
    summarise, kept = summariser(fitted), ("mean", "sd", "mcse_mean", "mcse_sd")
    return {
        name: {what: found[what] for what in kept}
        for name, found in ((n, summarise(draws)) for n, draws in parameters_of(fitted).items())
    }


def compare(case: Case, marginal: Fit, nuts: Fit) -> Iterator[Apart]:
    """Yield the comparison of every parameter of one case."""
    ours, theirs = summaries(marginal), summaries(nuts)
    assert ours.keys() == theirs.keys()
    for name, found in ours.items():
        yield Apart(case.name, name, found, theirs[name])


def about_fit(case: Case, fitted: Fit) -> dict[str, Any]:
    """Say how a fit was made and what the engine measured of itself."""
    return {
        "case": case.name,
        "engine": fitted.engine.name,
        "sens": fitted.design.sens.formula,
        "spec": fitted.design.spec.formula,
        "missing": case.missing,
        "n_studies": fitted.table.n_studies,
        "table_sha256": case.table_sha256,
        "draws": fitted.rho.size,
        "seed": fitted.settings.seed,
        "parametrisation": fitted.engine.parametrisation,
        "checks": {check.name: check.value for check in fitted.checks},
        "passed": fitted.passed,
        "fell_back": fitted.engine.fell_back,
    }


def assumptions(card: LoadedCard) -> dict[str, Any]:
    """Return the priors of a card without its words: a record is of one such set."""
    words = {"symbol", "meaning", "scale", "why"}
    parameters = card.card.parameters.model_dump(mode="json")
    return {
        name: {key: value for key, value in parameter.items() if key not in words}
        for name, parameter in parameters.items()
        if parameter is not None
    }
