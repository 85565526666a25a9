"""What a simulation study tries, and what it must show: one TOML document, checked once."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

type Kind = Literal["sbc", "coverage", "contrasts", "agreement"]
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


class SimulatedCovariates(_Part):
    """Two covariates of every simulated study: "group" is a level, "dose" is a number."""

    levels: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...],
        Field(strict=False, min_length=2, description="number of studies of each level of group"),
    ]
    sens: str = Field(min_length=1, description="formula")
    spec: str = Field(min_length=1)


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
    covariates: SimulatedCovariates | None = None
    groups: Listed[Group]
    require: SbcRequirements

    @model_validator(mode="after")
    def _whole(self) -> "SbcDesign":
        _once("groups", [group.name for group in self.groups])
        for number, group in enumerate(self.groups):
            if group.draws < self.ranks:  # a draw that stands twice would bend the ranks
                what = f"found {group.draws}, wanted at least as many as ranks = {self.ranks}"
                raise _impossible(("groups", number, "draws"), what)
            if self.covariates and sum(self.covariates.levels) != group.studies:
                what = f"found {group.studies}, but covariates.levels are of "
                what += f"{sum(self.covariates.levels)} studies"
                raise _impossible(("groups", number, "studies"), what)
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
        _known_cells(self.cells, self.arms)
        return self


class ContrastCell(Cell):
    """One fixed truth whose mean logits depend on one covariate.

    `sens` and `spec` are those of the first level; of a continuous covariate, those of studies one
    standard deviation below its average.
    """

    levels: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False)] = Field(
        default=(), description="number of studies of each level; none: a continuous covariate"
    )
    sens_shift: Listed[float] = Field(
        description="logits from the first level to each further one; of a continuous covariate "
        "from one standard deviation below its average to one above"
    )
    spec_shift: Listed[float]

    @model_validator(mode="after")
    def _fitting(self) -> "ContrastCell":
        if self.levels and (len(self.levels) < 2 or sum(self.levels) != self.studies):
            what = f"found {list(self.levels)}, wanted two or more that add up to {self.studies}"
            raise _impossible(("levels",), what)
        for name in ("sens_shift", "spec_shift"):
            found, wanted = len(getattr(self, name)), max(len(self.levels) - 1, 1)
            if found != wanted:
                raise _impossible((name,), f"found {found} numbers, wanted {wanted}")
        return self

    @property
    def prior(self) -> Literal["contrast", "slope"]:
        """The prior of the card that the coefficients of the cell have."""
        return "contrast" if self.levels else "slope"


class Candidates(_Part):
    """Standard deviations of normal priors of the coefficients that are tried beside each other."""

    contrast: Listed[Positive] = Field(description="of the difference between two levels")
    slope: Listed[Positive] = Field(description="of the change per standard deviation")


class ContrastRequirements(_Part):
    """What intervals of contrasts must show under the priors of the card."""

    least: Proportion = Field(description="coverage in every cell of the kind below")
    studies_from: int
    tau_to: Positive
    mean_distance: Positive = Field(description="mean over those cells of |coverage - prob|")
    shrinkage: Positive = Field(description="mean share of a contrast that the prior takes away")
    shrinkage_from: Positive = Field(description="contrasts that this share is of, in logits")


class ContrastsDesign(_Design):
    """Frequentist coverage and bias of what covariates do, with the truth held fixed."""

    kind: Literal["contrasts"]
    draws: int = Field(ge=100)
    replications: int = Field(ge=1)
    peer_replications: int = Field(ge=1, description="answered by maximum likelihood, too")
    candidates: Candidates
    arms: dict[str, Arms]
    cells: Listed[ContrastCell]
    require: ContrastRequirements

    @model_validator(mode="after")
    def _whole(self) -> "ContrastsDesign":
        _known_cells(self.cells, self.arms)
        return self


class SimulatedFinding(_Part):
    """How often two raters give each category of one finding, on average over replications."""

    name: str = Field(min_length=1)
    a: Listed[Annotated[float, Field(ge=0)]] = Field(description="shares of the first rater")
    b: Listed[Annotated[float, Field(ge=0)]]


class SimulatedPart(_Part):
    """One finding in one part of the whole, of which no margins are printed."""

    finding: str
    region: str = Field(min_length=1)
    quartiles: Annotated[tuple[float, ...], Field(strict=False)] = Field(
        default=(), description="printed of the first rater's measurement; none: not printed"
    )


class Scenario(_Part):
    """What is known of the simulated raters."""

    name: str = Field(min_length=1)
    printed: Literal["cross-tables", "figures"]
    parts_of: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(), description="findings of whose parts the figures are printed, too"
    )
    judged: bool = Field(default=True, description="whether the requirements hold for it")
    replications: int | None = Field(default=None, ge=1, description="if others than the design's")


class AgreementRequirements(_Part):
    """What the intervals must show in every judged scenario, for correlation and kappa alike."""

    coverage_within: Positive = Field(description="largest distance of mean coverage from prob")
    least: Proportion = Field(description="coverage of the worst finding")


class AgreementDesign(_Design):
    """Recovery of the agreement of raters from cross-tables and from what papers print."""

    kind: Literal["agreement"]
    engine: Literal["auto", "marginal", "nuts"]
    draws: int = Field(ge=100)
    replications: int = Field(ge=1)
    cases: int = Field(ge=4)
    categories: Listed[str]
    boundaries: Listed[float]
    whole: str = Field(min_length=1)
    common_shift: Annotated[float, Field(ge=0, description="sd, of both raters' cut-points")]
    rater_shift: Annotated[float, Field(ge=0, description="sd, of the cut-points of one rater")]
    findings: Listed[SimulatedFinding]
    parts: Annotated[tuple[SimulatedPart, ...], Field(strict=False)] = ()
    scenarios: Listed[Scenario]
    require: AgreementRequirements

    def asked(self, scenario: Scenario) -> int:
        """Return the replications of a scenario."""
        return self.replications if scenario.replications is None else scenario.replications

    @model_validator(mode="after")
    def _whole(self) -> "AgreementDesign":
        _once("findings", [finding.name for finding in self.findings])
        _once("scenarios", [scenario.name for scenario in self.scenarios])
        wanted = len(self.categories)
        if len(self.boundaries) != wanted - 1:
            what = f"found {len(self.boundaries)} numbers, wanted {wanted - 1}"
            raise _impossible(("boundaries",), what)
        for number, finding in enumerate(self.findings):
            for name in ("a", "b"):
                shares = getattr(finding, name)
                if len(shares) != wanted or abs(sum(shares) - 1) > 1e-9:
                    what = f"found {list(shares)}, wanted {wanted} shares that add up to 1"
                    raise _impossible(("findings", number, name), what)
        names = [finding.name for finding in self.findings]
        for number, scenario in enumerate(self.scenarios):
            for name in scenario.parts_of:
                if name not in [part.finding for part in self.parts]:
                    what = f"{name!r}: there is no part of it"
                    raise _impossible(("scenarios", number, "parts_of"), what)
        for number, part in enumerate(self.parts):
            if part.finding not in names:
                what = f"{part.finding!r}: wanted one of {', '.join(names)}"
                raise _impossible(("parts", number, "finding"), what)
            if len(part.quartiles) not in (0, 3):
                what = f"found {len(part.quartiles)} numbers, wanted three"
                raise _impossible(("parts", number, "quartiles"), what)
        return self


type Design = Annotated[
    SbcDesign | CoverageDesign | ContrastsDesign | AgreementDesign, Field(discriminator="kind")
]


def _known_cells(cells: Sequence[Cell], arms: Mapping[str, Arms]) -> None:
    _once("cells", [cell.name for cell in cells])
    for number, cell in enumerate(cells):
        if cell.arms not in arms:
            what = f"{cell.arms!r}: wanted one of {', '.join(arms)}"
            raise _impossible(("cells", number, "arms"), what)


def _once(where: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _impossible((where,), f"the name {twice[0]!r} stands twice; give each its own")


def _impossible(at: tuple[str | int, ...], what: str) -> PydanticCustomError:
    return PydanticCustomError("impossible", "{what}", {"at": at, "what": what})
