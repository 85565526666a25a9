"""What a model card holds: frozen and checked once, read by both engines."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from metadx.cards.priors import Prior, Uniform

type Margin = Literal["sens", "spec"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Reference(_Part):
    """A work the card rests on."""

    citation: str = Field(min_length=1)
    doi: str = ""


class MarginPriors(_Part):
    """Different priors for sensitivity and for specificity."""

    sens: Prior
    spec: Prior


class Parameter(_Part):
    """A parameter of the model: what it means, on which scale, and what is assumed of it."""

    symbol: str
    meaning: str = Field(min_length=1)
    scale: str
    dims: tuple[Literal["margin"], ...]
    prior: Prior | MarginPriors
    why: str = Field(min_length=1, description="the reason for the prior")

    def priors(self) -> tuple[Prior, ...]:
        """Return one prior for each element: (sens, spec) for a parameter with a margin."""
        if isinstance(self.prior, MarginPriors):
            return (self.prior.sens, self.prior.spec)
        return (self.prior,) * (2 if self.dims else 1)


class Parameters(_Part):
    """The parameters of the bivariate model."""

    mu: Parameter
    tau: Parameter
    rho: Parameter

    _supports: ClassVar[dict[str, tuple[str, ...]]] = {
        "mu": ("real",),
        "tau": ("positive", "interval"),
        "rho": ("interval",),
    }
    _bounds: ClassVar[dict[str, tuple[float, float]]] = {
        "tau": (0.0, float("inf")),
        "rho": (-1.0, 1.0),
    }

    @model_validator(mode="after")
    def _possible(self) -> "Parameters":
        for name, supports in self._supports.items():
            parameter: Parameter = getattr(self, name)
            wanted = () if name == "rho" else ("margin",)
            if parameter.dims != wanted:
                msg = f"{name}.dims must be {list(wanted)}, found {list(parameter.dims)}"
                raise ValueError(msg)
            for prior in parameter.priors():
                self._check_prior(name, prior, supports)
        return self

    def _check_prior(self, name: str, prior: Prior, supports: tuple[str, ...]) -> None:
        if prior.support not in supports or (name == "tau" and prior.family == "LKJ"):
            msg = f"{name}.prior: {prior} cannot be the prior of {name}, whose support is "
            raise ValueError(msg + {"mu": "the real line", "tau": "> 0", "rho": "(-1, 1)"}[name])
        if isinstance(prior, Uniform):
            low, high = self._bounds[name]
            if prior.lower < low or prior.upper > high:
                msg = f"{name}.prior: {prior} reaches outside [{low:g}, {high:g}]"
                raise ValueError(msg)


class DataNeeds(_Part):
    """The data a model can be fitted to."""

    kind: Literal["accuracy"]
    min_studies: int = Field(ge=1)


class MarginalChecks(_Part):
    """Thresholds for a fit by the marginal engine."""

    pareto_k_max: float = Field(gt=0, le=1)
    ess_min: float = Field(gt=0)
    quadrature_error_max: float = Field(gt=0)


class NutsChecks(_Part):
    """Thresholds for a fit by NUTS."""

    rhat_max: float = Field(gt=1)
    ess_bulk_min: float = Field(gt=0)
    ess_tail_min: float = Field(gt=0)
    divergences_max: int = Field(ge=0)
    bfmi_min: float = Field(ge=0)


class Checks(_Part):
    """What a fit must pass before its numbers may be believed."""

    marginal: MarginalChecks
    nuts: NutsChecks


class Card(_Part):
    """A model card: everything a model assumes, in one readable document.

    Parameters
    ----------
    schema_, id, title, question, builder, likelihood, data, parameters, estimands, checks, references
        As described in ``models/README.md`` and ``models/card.schema.json``.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, title="metadx model card"
    )

    schema_: Annotated[Literal["metadx/card/1"], Field(alias="schema")]
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    status: Literal["default", "reference", "own"] = "own"
    builder: Literal["bivariate"]
    likelihood: Literal["binomial"]
    link: Literal["logit"]
    data: DataNeeds
    parameters: Parameters
    estimands: tuple[str, ...] = Field(min_length=1)
    checks: Checks
    references: tuple[Reference, ...] = Field(min_length=1)
