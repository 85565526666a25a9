"""What a model card holds: frozen and checked once, read by both engines."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from metadx.cards.alternatives import AlternativePriors
from metadx.cards.parameters import CardPart, Listed, Parameters, impossible
from metadx.cards.priors import Fixed, Prior

type Builder = Literal["bivariate", "bivariate-t", "independent", "fixed"]
type Link = Literal["logit", "probit", "cloglog"]

# What a structure takes as given; everything else has a prior with some width.
_GIVEN: dict[Builder, tuple[str, ...]] = {
    "bivariate": (),
    "bivariate-t": (),
    "independent": ("rho",),
    "fixed": ("tau", "rho"),
}


class Reference(CardPart):
    """A work the card rests on."""

    citation: str = Field(min_length=1)
    doi: str = ""


class DataNeeds(CardPart):
    """The data a model can be fitted to."""

    kind: Literal["accuracy"]
    min_studies: int = Field(ge=1)


class MarginalChecks(CardPart):
    """Thresholds for a fit by the marginal engine."""

    pareto_k_max: float = Field(gt=0, le=1)
    ess_min: float = Field(gt=0)
    quadrature_error_max: float = Field(gt=0)


class NutsChecks(CardPart):
    """Thresholds for a fit by NUTS."""

    rhat_max: float = Field(gt=1)
    ess_bulk_min: float = Field(gt=0)
    ess_tail_min: float = Field(gt=0)
    divergences_max: int = Field(ge=0)
    bfmi_min: float = Field(ge=0)


class Checks(CardPart):
    """What a fit must pass before its numbers may be believed."""

    marginal: MarginalChecks
    nuts: NutsChecks


class Card(CardPart):
    """A model card: everything a model assumes, in one readable document.

    Parameters
    ----------
    schema_, id, title, question, status, builder, likelihood, link, data, parameters, estimands, \
checks, alternatives, references
        As described in ``models/README.md`` and ``models/card.schema.json``.
    """

    model_config = ConfigDict(title="metadx model card")

    schema_: Annotated[Literal["metadx/card/1"], Field(alias="schema")]
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    status: Literal["default", "reference", "own"] = "own"
    builder: Builder
    likelihood: Literal["binomial"]
    link: Link
    data: DataNeeds
    parameters: Parameters
    estimands: Annotated[Listed[str], Field(min_length=1)]
    checks: Checks
    alternatives: Listed[AlternativePriors] = ()
    references: Annotated[Listed[Reference], Field(min_length=1)]

    @model_validator(mode="after")
    def _coherent(self) -> "Card":
        given, builder = _GIVEN[self.builder], self.builder
        for name in ("tau", "rho"):
            fixed = [_is_zero(prior) for prior in getattr(self.parameters, name).priors()]
            if name in given and not all(fixed):
                what = f'wanted {{ family = "Fixed", value = 0 }} with the builder "{builder}"'
                raise impossible(("parameters", name, "prior"), what)
            if name not in given and any(prior is not None for prior in fixed):
                what = f'Fixed cannot be the prior of {name} with the builder "{builder}"'
                raise impossible(("parameters", name, "prior"), what)
        if (builder == "bivariate-t") != (self.parameters.nu is not None):
            missing = builder == "bivariate-t"
            what = "is missing; give it a value" if missing else "unknown key; remove it"
            raise impossible(("parameters", "nu"), f'{what} (builder "{builder}")')
        self._check_alternatives(given)
        return self

    def _check_alternatives(self, given: tuple[str, ...]) -> None:
        names: set[str] = set()
        for place, alternative in enumerate(self.alternatives):
            if alternative.name in names:
                what = f'found "{alternative.name}" again, wanted a name of its own'
                raise impossible(("alternatives", place, "name"), what)
            names.add(alternative.name)
            for name in alternative.changed:
                if name in given:
                    what = f'{name} is fixed by the builder "{self.builder}"; remove it'
                    raise impossible(("alternatives", place, name), what)


def _is_zero(prior: Prior) -> bool | None:
    """Tell whether a fixed value is 0; None for a prior with some width."""
    return prior.value == 0 if isinstance(prior, Fixed) else None
