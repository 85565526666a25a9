"""The form of `review.toml`: what may stand in it, of which type; nothing else is taken.

Kept apart from `metadx.studies.review`, which loads it only where there is such a file.
"""

import datetime
import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from metadx.studies.agreement_schema import (
    CorrectionEntry,
    FindingEntry,
    RaterEntry,
    ScaleSection,
)
from metadx.studies.aims import Goal, StudyDesign
from metadx.studies.covariates import MissingPolicy
from metadx.studies.sections import CLOSED, Name, Text
from metadx.studies.totals import What, total_fault

type Share = Annotated[float, Field(gt=0, lt=1)]
type Formula = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^~\s*\S.*$")]
type Measure = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class _Section(BaseModel):
    model_config = CLOSED


class ReviewSection(_Section):
    """What the review asks and of whom."""

    title: Annotated[Name, Field(description="Short title, printed on figures and pages.")]
    question: Annotated[Text, Field(description="The review question, one sentence.")] = ""
    kind: Annotated[
        Literal["accuracy", "agreement"], Field(description="What the study table holds.")
    ] = "accuracy"
    synthetic: Annotated[
        bool, Field(description="True where the data are no study data; said on every page.")
    ] = False
    synthetic_note: Annotated[
        Text, Field(description="What to say of synthetic data instead of the usual words.")
    ] = ""
    index_test: Annotated[Text, Field(description="The test whose accuracy is reviewed.")] = ""
    target_condition: Annotated[Text, Field(description="What the test is to find.")] = ""
    reference_standard: Annotated[Text, Field(description="How the truth was established.")] = ""
    unit: Annotated[Text, Field(description="What is counted: patient, lesion, segment.")] = ""

    @model_validator(mode="after")
    def _note_of_synthetic_data(self) -> Self:
        if self.synthetic_note and not self.synthetic:
            raise ValueError("synthetic_note is for synthetic data; synthetic is false")
        return self


class SourceSection(_Section):
    """Where the counts come from and how sure they are."""

    citation: Annotated[Text, Field(description="The publication the counts come from.")] = ""
    doi: Annotated[Text, Field(description="Its DOI, without https://doi.org/.")] = ""
    url: Annotated[Text, Field(description="Where to read it.")] = ""
    licence: Annotated[Text, Field(description="Licence of the data.")] = ""
    retrieved: Annotated[
        datetime.date | None, Field(description="Day on which the counts were read.")
    ] = None
    transcription: Annotated[
        list[Text], Field(description="How the counts were read and checked.")
    ] = []
    doubts: Annotated[list[Text], Field(description="Everything that is not certain.")] = []

    @field_validator("doi")
    @classmethod
    def _bare_doi(cls, doi: str) -> str:
        """Take a DOI as it is often pasted, with the address of its resolver."""
        return re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", doi, flags=re.IGNORECASE)


class ColumnEntry(_Section):
    """What one further column of the study table means."""

    kind: Annotated[
        Literal["categorical", "continuous", "note"],
        Field(description="A note is free text for the reader and no covariate."),
    ]
    meaning: Annotated[Text, Field(description="What the column tells, in words.")] = ""
    unit: Annotated[Text, Field(description="Unit of a continuous column.")] = ""
    reference: Annotated[
        Name | None, Field(description="Level that the others are compared with.")
    ] = None
    missing: Annotated[
        Name | None, Field(description="Level that an empty cell of a categorical column means.")
    ] = None

    @model_validator(mode="after")
    def _belongs_to_kind(self) -> Self:
        if self.unit and self.kind != "continuous":
            raise ValueError(f"unit is for continuous columns; the kind is {self.kind}")
        if self.reference is not None and self.kind != "categorical":
            raise ValueError(f"reference is for categorical columns; the kind is {self.kind}")
        if self.missing is not None and self.kind != "categorical":
            raise ValueError(f"missing is for categorical columns; the kind is {self.kind}")
        return self


class ColumnsSection(BaseModel):
    """The columns of the study table: which plays a role, and what the others mean."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)
    __pydantic_extra__: dict[str, ColumnEntry] = Field(init=False)

    label: Annotated[
        list[Name] | None,
        Field(min_length=1, description="Columns that make the study label together."),
    ] = None
    study: Annotated[Name | None, Field(description="Header of the study labels.")] = None
    tp: Annotated[Name | None, Field(description="Header of the true positives.")] = None
    fp: Annotated[Name | None, Field(description="Header of the false positives.")] = None
    fn: Annotated[Name | None, Field(description="Header of the false negatives.")] = None
    tn: Annotated[Name | None, Field(description="Header of the true negatives.")] = None
    n_diseased: Annotated[
        Name | None, Field(description="Header of printed group sizes that tp + fn must equal.")
    ] = None
    n_nondiseased: Annotated[
        Name | None, Field(description="Header of printed group sizes that fp + tn must equal.")
    ] = None

    def roles(self) -> dict[str, str]:
        """Return the headers named by hand, by role."""
        return {
            role: header
            for role in type(self).model_fields
            if role != "label" and (header := getattr(self, role)) is not None
        }

    def entries(self) -> dict[str, ColumnEntry]:
        """Return what is declared about the other columns, by header."""
        return dict(self.__pydantic_extra__ or {})


class AnalysisSection(_Section):
    """How the review is to be analysed unless the caller says otherwise."""

    model: Annotated[
        Name, Field(description="Id of a model card; without it the one of the kind of review.")
    ] = "bivariate-binomial"
    sens: Annotated[Formula, Field(description="Formula for sensitivity, such as ~ x.")] = "~ 1"
    spec: Annotated[Formula, Field(description="Formula for specificity, such as ~ x.")] = "~ 1"
    subgroup: Annotated[
        Name | None, Field(description="Categorical column to give results by.")
    ] = None
    missing: Annotated[
        MissingPolicy,
        Field(
            description="Studies that lack a covariate of a formula: refuse the table, leave them "
            'out, or give categorical covariates the level "not reported".'
        ),
    ] = "error"
    prevalence: Annotated[
        list[Share], Field(description="Prevalences to give predictive values at.")
    ] = []
    seed: Annotated[int, Field(ge=0, description="Seed of the random numbers.")] = 1
    prob: Annotated[Share, Field(description="Level of the intervals.")] = 0.95


class DecisionSection(_Section):
    """What the test is wanted for, and when it counts as good enough."""

    goal: Annotated[
        Goal | None, Field(description="To rule a condition out, to rule it in, or both.")
    ] = None
    source: Annotated[Text, Field(description="Who states the goal and the targets.")] = ""
    lr_neg: Annotated[
        Share | None, Field(description="LR- is to be below this; 0.1 unless a target is stated.")
    ] = None
    lr_pos: Annotated[
        float | None,
        Field(gt=1, description="LR+ is to be above this; 10 unless a target is stated."),
    ] = None
    sens: Annotated[Share | None, Field(description="Least sensitivity.")] = None
    spec: Annotated[Share | None, Field(description="Least specificity.")] = None
    npv: Annotated[
        Share | None,
        Field(description="Least negative predictive value at the first prevalence of [analysis]."),
    ] = None
    ppv: Annotated[
        Share | None,
        Field(description="Least positive predictive value at the first prevalence of [analysis]."),
    ] = None
    thresholds: Annotated[
        list[Share],
        Field(description="Probabilities of disease from which a person would be treated."),
    ] = []
    design: Annotated[
        StudyDesign | None, Field(description="How the studies chose their participants.")
    ] = None

    @model_validator(mode="after")
    def _targets_of_the_goal(self) -> Self:
        others = {"rule out": ("lr_pos", "spec", "ppv"), "rule in": ("lr_neg", "sens", "npv")}
        for name in others.get(self.goal or "", ()):
            if getattr(self, name) is not None:
                raise ValueError(
                    f'{name} is no target for a test that is to "{self.goal}"; take it out, or '
                    'give goal = "both"'
                )
        return self


class PublishedEntry(_Section):
    """A figure of the source that is worth reproducing."""

    measure: Annotated[Measure, Field(description="sens, spec, lr_pos, lr_neg, dor, auc, ...")]
    value: Annotated[float, Field(description="The figure as printed.")]
    lower: Annotated[float | None, Field(description="Lower limit as printed.")] = None
    upper: Annotated[float | None, Field(description="Upper limit as printed.")] = None
    method: Annotated[Text, Field(description="Method that gave it.")] = ""
    note: Annotated[Text, Field(description="What to know about it.")] = ""


class TotalEntry(_Section):
    """A total that the source prints; `metadx check` tells where the table does not meet it."""

    what: Annotated[What, Field(description="What is counted, or an extreme of the prevalence.")]
    value: Annotated[
        int | str,
        Field(description='The number; of a prevalence the text printed, "17/297" or "5.7%".'),
    ]
    column: Annotated[
        Name | None, Field(description="Categorical column that picks the studies.")
    ] = None
    levels: Annotated[
        list[Name], Field(description="Levels of that column; any one of them counts.")
    ] = []
    note: Annotated[Text, Field(description="What to know about it.")] = ""

    @field_validator("value", mode="before")
    @classmethod
    def _number_or_text(cls, value: object) -> object:
        if not isinstance(value, int | str) or isinstance(value, bool):
            raise ValueError(f"found {value}; wanted a whole number, or a prevalence in quotes")
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.column is None) != (not self.levels):
            raise ValueError("column and levels belong together; give both or neither")
        fault = total_fault(self.what, self.value)
        if fault is not None:
            raise ValueError(f"value of {self.what}: {fault}")
        return self


class ReviewFile(_Section):
    """A `review.toml`: the question, the provenance, the columns and the analysis of one review."""

    review: ReviewSection
    source: SourceSection = SourceSection()
    columns: ColumnsSection = ColumnsSection()
    analysis: AnalysisSection = AnalysisSection()
    decision: DecisionSection = DecisionSection()
    published: list[PublishedEntry] = []
    totals: list[TotalEntry] = []
    scale: ScaleSection | None = None
    findings: dict[str, FindingEntry] = {}
    raters: dict[str, RaterEntry] = {}
    corrections: list[CorrectionEntry] = []


def review_schema() -> dict[str, Any]:
    """Return the JSON schema of `review.toml`, for editors and other programs.

    Returns
    -------
    dict
        A schema of draft 2020-12.

    Examples
    --------
    >>> review_schema()["required"]
    ['review']
    """
    schema = ReviewFile.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "review.toml"}
    return head | {key: value for key, value in schema.items() if key != "title"}
