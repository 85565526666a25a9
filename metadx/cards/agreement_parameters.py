"""The parameters and constants of an agreement card: each with its meaning and its reason."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from metadx.cards.parameters import Listed
from metadx.cards.priors import Beta, Exponential, HalfNormal, HalfStudentT, Normal

type SpreadPrior = Annotated[
    HalfNormal | HalfStudentT | Exponential,
    Field(discriminator="family"),
]


class AgreementPart(BaseModel):
    """A section of an agreement card: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class _Described(AgreementPart):
    symbol: str
    meaning: str = Field(min_length=1)
    scale: str
    why: str = Field(min_length=1, description="the reason for the prior")


class RealParameter(_Described):
    """A parameter on the real line; its prior is a normal law, which both engines integrate."""

    prior: Normal


class SpreadParameter(_Described):
    """A standard deviation."""

    prior: SpreadPrior


class ShareParameter(_Described):
    """A number between 0 and 1."""

    prior: Beta


class AgreementParameters(AgreementPart):
    """The parameters of the model of agreement; what each means stands in the document."""

    mu: RealParameter
    single: RealParameter
    beta_part: RealParameter
    sd_finding: SpreadParameter
    sd_region: SpreadParameter
    sd_study: SpreadParameter
    sd_row: SpreadParameter
    lambda_: Annotated[ShareParameter, Field(alias="lambda")]
    first_cut: RealParameter
    log_gap: RealParameter
    accuracy_factor: RealParameter
    part_first_cut_a: RealParameter
    part_first_cut_b: RealParameter
    part_log_gap_a: RealParameter
    part_log_gap_b: RealParameter
    loading: RealParameter
    sd_loading: SpreadParameter


class Constant(AgreementPart):
    """A number the model takes as given."""

    value: float
    meaning: str = Field(min_length=1)
    why: str = Field(min_length=1)


class CorrelationBound(Constant):
    """A correlation just below 1."""

    value: float = Field(gt=0.9, lt=1)


class ErrorCorrelation(Constant):
    """A correlation between two errors."""

    value: float = Field(gt=-1, lt=1)


class SmallProbability(Constant):
    """The probability of each of two directions: together they stay below 1."""

    value: float = Field(ge=0, lt=0.5)


class PositiveConstant(Constant):
    """A number above 0."""

    value: float = Field(gt=0)


class Gaps(AgreementPart):
    """Several numbers above 0 that the model takes as given."""

    value: Annotated[Listed[Annotated[float, Field(gt=0)]], Field(min_length=1)]
    meaning: str = Field(min_length=1)
    why: str = Field(min_length=1)


class Constants(AgreementPart):
    """The numbers the model takes as given; what each means stands in the document."""

    r_max: CorrelationBound
    error_correlation: ErrorCorrelation
    misaligned_probability: SmallProbability
    se_log_sd: PositiveConstant
    part_gaps_b: Gaps
    gap_min: PositiveConstant
    gap_max: PositiveConstant
