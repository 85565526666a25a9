"""Coefficients of posteriors, under flat priors and under the default card, beside glmer's."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from metadx.cards.card import Card
from metadx.cards.load import LoadedCard, load_card
from metadx.engines.fit import fit
from tests.reference.regression import SEVERAL, Case
from tests.reference.regression_engines import CARD, summaries

DRAWS = 40_000
#: With 37 studies and more the likelihood is near a normal law: its mean is near its maximum.
COMPARABLE = ("ccp, interaction", "melanoma", "appendicitis")
SHOWN = tuple(dict.fromkeys((*SEVERAL, *COMPARABLE)))
#: Posterior standard deviations of an effect and of a mean; how much wider than a standard error.
EFFECT, INTERCEPT, WIDER = 0.15, 0.25, 0.25


@dataclass(frozen=True)
class Beside:
    """One coefficient: glmer's estimate and its standard error, posterior means and sds.

    Parameters
    ----------
    case, parameter : str
    glmer, glmer_se : float
    flat_mean, flat_sd : float
        Under priors so wide that they say nothing.
    mean, sd : float
        Under the default card.
    """

    case: str
    parameter: str
    glmer: float
    glmer_se: float
    flat_mean: float
    flat_sd: float
    mean: float
    sd: float

    @property
    def agrees(self) -> bool:
        """Whether flat priors give what glmer gives, but for the skewness of the likelihood.

        A standard error takes tau and rho as they are estimated; a posterior sd does not.
        """
        limit = EFFECT if self.parameter.startswith("beta") else INTERCEPT
        near = abs(self.flat_mean - self.glmer) <= limit * self.flat_sd
        return near and 0 <= self.flat_sd / self.glmer_se - 1 <= WIDER


def flat_card() -> LoadedCard:
    """Return the default card with priors that are flat where the likelihood is not."""
    document = tomllib.loads(load_card(CARD).text)
    wide = {"family": "Normal", "mean": 0, "sd": 100}
    parameters = document["parameters"]
    parameters["mu"]["prior"] = wide
    parameters["tau"]["prior"] = {"family": "Uniform", "lower": 0, "upper": 50}
    parameters["rho"]["prior"] = {"family": "Uniform", "lower": -1, "upper": 1}
    parameters["beta"] |= {"contrast": wide, "slope": wide}
    document["id"] = "flat"
    return LoadedCard(Card.model_validate(document), repr(document), "flat priors")


def beside(case: Case, *, draws: int = DRAWS) -> Iterator[Beside]:
    """Yield every coefficient of a case."""
    found = [
        summaries(
            fit(
                case.table(),
                card,
                engine="marginal",
                draws=draws,
                seed=1,
                study_effects=False,
                **case.formulas,
            )
        )
        for card in (flat_card(), load_card(CARD))
    ]
    lme4 = case.found["lme4"]
    for name, estimate in lme4["beta"].items():
        parameter = f"beta[{name}]" if "," in name else f"mu[{name}]"
        flat, ours = (posterior[parameter] for posterior in found)
        yield Beside(
            case.name,
            parameter,
            estimate,
            lme4["se"][name],
            flat["mean"],
            flat["sd"],
            ours["mean"],
            ours["sd"],
        )
