"""What a simulation study tries, and what it must show: one TOML document, checked once."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

type Kind = Literal["sbc", "coverage"]
type Law = Literal["normal", "t", "skewed", "thresholds"]
# TOML has lists only; a design is frozen, so it keeps them as tuples.
type Listed[T] = Annotated[tuple[T, ...], Field(strict=False, min_length=1)]
type Positive = Annotated[float, Field(gt=0)]
type Proportion = Annotated[float, Field(gt=0, lt=1)]
type PairOf[T] = Annotated[tuple[T, T], Field(strict=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class LogUniformArms(_Part):
    """Arm sizes spread evenly over the orders of magnitude, both arms alike and independent."""

    law: Literal["log-uniform"]
    lower: int = Field(ge=1)
    upper: int = Field(ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> "LogUniformArms":
        if self.lower > self.upper:
            raise _impossible(("lower",), f"{self.lower} is above the upper end {self.upper}")
        return self


class LogNormalArms(_Part):
    """Arm sizes around a median, drawn anew for every simulated review."""

    law: Literal["log-normal"]
    diseased: Positive = Field(description="median size of the diseased arm")
    nondiseased: Positive = Field(description="median size of the non-diseased arm")
    sd: Annotated[float, Field(ge=0, description="of the log sizes")]
    least: int = Field(ge=1, description="smallest arm")


type Arms = Annotated[LogUniformArms | LogNormalArms, Field(discriminator="law")]


class _Design(_Part):
    """What both kinds of study state."""

    schema_: Annotated[Literal["metadx/design/1"], Field(alias="schema")]
    title: str = Field(min_length=1)
    seed: int = Field(ge=0)
    card: str = Field(min_length=1, description="id of a model card, or its path from the design")
    prob: Proportion = Field(description="probability of the judged intervals")


class Group(_Part):
    """Replications of one size of review through one engine."""

    name: str = Field(min_length=1)
    engine: Literal["auto", "marginal", "nuts"]
    studies: int = Field(ge=1)
    draws: int = Field(ge=100)
    replications: int = Field(ge=1)


class SbcRequirements(_Part):
    """What the ranks must show."""

    family_prob: Proportion = Field(
        description="chance with which a correct engine passes all bands together"
    )
    coverage_within: Positive = Field(description="largest distance of coverage from prob")


class SbcDesign(_Design):
    """Simulation-based calibration: truths drawn from the priors of a card."""

    kind: Literal["sbc"]
    ranks: int = Field(ge=10, description="draws among which the truth is ranked")
    arms: Arms
    groups: Listed[Group]
    require: SbcRequirements

    @model_validator(mode="after")
    def _whole(self) -> "SbcDesign":
        _once("groups", [group.name for group in self.groups])
        for number, group in enumerate(self.groups):
            if group.draws < self.ranks:  # a draw that stands twice would bend the ranks
                what = f"found {group.draws}, wanted at least as many as ranks = {self.ranks}"
                raise _impossible(("groups", number, "draws"), what)
        return self


class Cell(_Part):
    """One fixed truth and one shape of review."""

    name: str = Field(min_length=1)
    studies: int = Field(ge=1)
    sens: Proportion = Field(description="at the centre of the law of the studies: expit(mu)")
    spec: Proportion
    tau: PairOf[Positive] = Field(description="spread of logit sens and of logit spec")
    rho: Annotated[float, Field(ge=-1, le=1)]
    arms: str
    law: Law = "normal"

    #: Laws of the study effects that are not those of the model that is fitted.
    foreign: ClassVar[frozenset[str]] = frozenset({"t", "skewed", "thresholds"})

    @property
    def obeys(self) -> bool:
        """Whether the data come from the model that is fitted."""
        return self.law not in self.foreign


class CoverageRequirements(_Part):
    """What coverage at fixed truths must be, for the card and in comparison."""

    least: Proportion = Field(description="in every cell of the kind below, for every quantity")
    studies_from: int
    tau_to: Positive
    mean_distance: Positive = Field(description="mean over cells of |coverage - prob|")
    share_of_peer: Positive = Field(description="that mean over the same mean of lme4's glmer")


class CoverageDesign(_Design):
    """Frequentist coverage and bias with the truth held fixed."""

    kind: Literal["coverage"]
    others: Annotated[tuple[str, ...], Field(strict=False)] = ()
    draws: int = Field(ge=100)
    replications: int = Field(ge=1)
    arms: dict[str, Arms]
    cells: Listed[Cell]
    require: CoverageRequirements

    @model_validator(mode="after")
    def _whole(self) -> "CoverageDesign":
        _once("cells", [cell.name for cell in self.cells])
        for number, cell in enumerate(self.cells):
            if cell.arms not in self.arms:
                what = f"{cell.arms!r}: wanted one of {', '.join(self.arms)}"
                raise _impossible(("cells", number, "arms"), what)
        return self


type Design = Annotated[SbcDesign | CoverageDesign, Field(discriminator="kind")]


def _once(where: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _impossible((where,), f"the name {twice[0]!r} stands twice; give each its own")


def _impossible(at: tuple[str | int, ...], what: str) -> PydanticCustomError:
    return PydanticCustomError("impossible", "{what}", {"at": at, "what": what})
