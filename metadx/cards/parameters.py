"""The parameters of a model card: what each means and what is assumed of it."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from metadx.cards.priors import Choice, Fixed, Normal, Prior, Uniform

type Margin = Literal["sens", "spec"]
# TOML has lists only; a card is frozen, so it keeps them as tuples.
type Listed[T] = Annotated[tuple[T, ...], Field(strict=False)]

_LIES = {"mu": "on the real line", "tau": "above 0", "rho": "between -1 and 1"}


class CardPart(BaseModel):
    """A section of a card: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class MarginPriors(CardPart):
    """Different priors for sensitivity and for specificity."""

    sens: Prior
    spec: Prior


def _shape_of_prior(value: Any) -> str:  # noqa: ANN401 - whatever stands in the document
    """Tell a prior from a pair of them by its keys, so that a fault is explained for one only."""
    names = set(value) if isinstance(value, dict) else set()
    pair = isinstance(value, MarginPriors) or ("family" not in names and names & {"sens", "spec"})
    return "by margin" if pair else "one for all"


type PriorOrPair = Annotated[
    Annotated[Prior, Tag("one for all")] | Annotated[MarginPriors, Tag("by margin")],
    Discriminator(_shape_of_prior),
]


class Parameter(CardPart):
    """A parameter of the model: what it means, on which scale, and what is assumed of it."""

    symbol: str
    meaning: str = Field(min_length=1)
    scale: str
    dims: Listed[Literal["margin"]]
    prior: PriorOrPair
    why: str = Field(min_length=1, description="the reason for the prior")

    def priors(self) -> tuple[Prior, ...]:
        """Return one prior for each element: (sens, spec) for a parameter with a margin."""
        if isinstance(self.prior, MarginPriors):
            return (self.prior.sens, self.prior.spec)
        return (self.prior,) * (2 if self.dims else 1)

    @property
    def fixed(self) -> bool:
        """Whether the model takes the parameter as given."""
        return all(isinstance(prior, Fixed) for prior in self.priors())


class Coefficients(CardPart):
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
                raise impossible((name, "mean"), f"found {mean:g}, wanted 0")
        return self


class DegreesOfFreedom(CardPart):
    """The degrees of freedom of t-distributed study effects: a choice of a few values."""

    symbol: str
    meaning: str = Field(min_length=1)
    scale: str
    prior: Choice
    why: str = Field(min_length=1, description="the reason for the prior")


class Parameters(CardPart):
    """The parameters of the bivariate model; `beta` only where covariates may be asked for.

    `nu` belongs to t-distributed study effects alone.
    """

    mu: Parameter
    tau: Parameter
    rho: Parameter
    nu: DegreesOfFreedom | None = None
    beta: Coefficients | None = None

    supports: ClassVar[dict[str, tuple[str, ...]]] = {
        "mu": ("real",),
        "tau": ("positive", "interval", "point"),
        "rho": ("interval", "point"),
        "nu": ("choice",),
    }

    @model_validator(mode="after")
    def _possible(self) -> "Parameters":
        for name in _LIES:
            parameter: Parameter = getattr(self, name)
            wanted = () if name == "rho" else ("margin",)
            if parameter.dims != wanted:
                what = f"found {list(parameter.dims)}, wanted {list(wanted)}".replace("'", '"')
                raise impossible((name, "dims"), what)
            check_prior(name, parameter.prior, (name, "prior"))
        return self


def check_prior(name: str, prior: Prior | MarginPriors, at: tuple[str | int, ...]) -> None:
    """Refuse what cannot be the prior of mu, tau or rho.

    Parameters
    ----------
    name : {"mu", "tau", "rho"}
    prior : Prior or MarginPriors
    at : tuple of str or int
        Where it stands in the section that is being checked.

    Raises
    ------
    PydanticCustomError
        Turned into a line of a `CardError` by the reader of the card.
    """
    if not isinstance(prior, MarginPriors):
        _check_one(name, prior, at)
        return
    if name == "rho":
        raise impossible(at, "found a prior for each margin; rho has one prior for both")
    _check_one(name, prior.sens, (*at, "sens"))
    _check_one(name, prior.spec, (*at, "spec"))


def _check_one(name: str, prior: Prior, at: tuple[str | int, ...]) -> None:
    unfit = prior.support not in Parameters.supports[name]
    if unfit or (name == "tau" and prior.family == "LKJ"):
        raise impossible(at, f"{prior} cannot be the prior of {name}, which lies {_LIES[name]}")
    low, high = (-1.0, 1.0) if name == "rho" else (0.0, float("inf"))
    if isinstance(prior, Uniform) and (prior.lower < low or prior.upper > high):
        raise impossible(at, f"{prior} reaches outside [{low:g}, {high:g}]")


def impossible(at: tuple[str | int, ...], what: str) -> PydanticCustomError:
    """State a fault of values that are fine one by one, and where it lies.

    Parameters
    ----------
    at : tuple of str or int
        Steps from the section that is being checked.
    what : str

    Returns
    -------
    PydanticCustomError
        To be raised by a validator.
    """
    return PydanticCustomError("impossible", "{what}", {"at": at, "what": what})
