"""What a model card holds: frozen and checked once, read by both engines."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from metadx.cards.priors import Normal, Prior, Uniform

type Margin = Literal["sens", "spec"]
# TOML has lists only; a card is frozen, so it keeps them as tuples.
type Listed[T] = Annotated[tuple[T, ...], Field(strict=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Reference(_Part):
    """A work the card rests on."""

    citation: str = Field(min_length=1)
    doi: str = ""


class MarginPriors(_Part):
    """Different priors for sensitivity and for specificity."""

    sens: Prior
    spec: Prior


def _shape_of_prior(value: Any) -> str:  # noqa: ANN401 - whatever stands in the document
    """Tell a prior from a pair of them by its keys, so that a fault is explained for one only."""
    names = set(value) if isinstance(value, dict) else set()
    pair = isinstance(value, MarginPriors) or ("family" not in names and names & {"sens", "spec"})
    return "by margin" if pair else "one for all"


class Parameter(_Part):
    """A parameter of the model: what it means, on which scale, and what is assumed of it."""

    symbol: str
    meaning: str = Field(min_length=1)
    scale: str
    dims: Listed[Literal["margin"]]
    prior: Annotated[
        Annotated[Prior, Tag("one for all")] | Annotated[MarginPriors, Tag("by margin")],
        Discriminator(_shape_of_prior),
    ]
    why: str = Field(min_length=1, description="the reason for the prior")

    def priors(self) -> tuple[Prior, ...]:
        """Return one prior for each element: (sens, spec) for a parameter with a margin."""
        if isinstance(self.prior, MarginPriors):
            return (self.prior.sens, self.prior.spec)
        return (self.prior,) * (2 if self.dims else 1)


class Coefficients(_Part):
    """What is assumed of the coefficients of covariates; the same for both margins.

    Both priors are normal laws around 0: no other law is the same for all levels of a covariate
    whichever the coding, and none that is centred elsewhere is the same for both of two levels.
    """

    symbol: str
    meaning: str = Field(min_length=1)
    scale: str
    contrast: Annotated[Normal, Field(description="of the difference between any two levels")]
    slope: Annotated[Normal, Field(description="of the change per standard deviation")]
    why: str = Field(min_length=1, description="the reason for the priors")

    @model_validator(mode="after")
    def _around_zero(self) -> "Coefficients":
        for name in ("contrast", "slope"):
            mean = getattr(self, name).mean
            if mean != 0:
                raise _impossible((name, "mean"), f"found {mean:g}, wanted 0")
        return self


class Parameters(_Part):
    """The parameters of the bivariate model; `beta` only where covariates may be asked for."""

    mu: Parameter
    tau: Parameter
    rho: Parameter
    beta: Coefficients | None = None

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
                what = f"found {list(parameter.dims)}, wanted {list(wanted)}".replace("'", '"')
                raise _impossible((name, "dims"), what)
            by_margin = isinstance(parameter.prior, MarginPriors)
            if by_margin and not wanted:
                what = f"found a prior for each margin; {name} has one prior for both"
                raise _impossible((name, "prior"), what)
            for margin, prior in zip(("sens", "spec"), parameter.priors(), strict=False):
                at = (name, "prior", margin) if by_margin else (name, "prior")
                self._check_prior(at, prior, supports)
        return self

    def _check_prior(self, at: tuple[str, ...], prior: Prior, supports: tuple[str, ...]) -> None:
        name = at[0]
        if prior.support not in supports or (name == "tau" and prior.family == "LKJ"):
            lies = {"mu": "on the real line", "tau": "above 0", "rho": "between -1 and 1"}[name]
            raise _impossible(at, f"{prior} cannot be the prior of {name}, which lies {lies}")
        if isinstance(prior, Uniform):
            low, high = self._bounds[name]
            if prior.lower < low or prior.upper > high:
                raise _impossible(at, f"{prior} reaches outside [{low:g}, {high:g}]")


def _impossible(at: tuple[str, ...], what: str) -> PydanticCustomError:
    """State a fault of values that are fine one by one, and where it lies."""
    return PydanticCustomError("impossible", "{what}", {"at": at, "what": what})


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
    schema_, id, title, question, status, builder, likelihood, link, data, parameters, estimands, \
checks, references
        As described in ``models/README.md`` and ``models/card.schema.json``.
    """

    model_config = ConfigDict(title="metadx model card")

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
    estimands: Annotated[Listed[str], Field(min_length=1)]
    checks: Checks
    references: Annotated[Listed[Reference], Field(min_length=1)]
