"""What only a `review.toml` of agreement may hold: the scale, findings, raters, corrections."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from metadx.studies.sections import CLOSED, Name, Text

type Count = Annotated[int, Field(ge=0)]


class _Section(BaseModel):
    model_config = CLOSED


class ScaleSection(_Section):
    """The ordered categories that the raters used."""

    categories: Annotated[
        list[Name], Field(min_length=2, description="Names of the categories, lowest first.")
    ]
    codes: Annotated[
        list[Name],
        Field(description="What stands in the cells for each category, where it is not its name."),
    ] = []
    boundaries: Annotated[
        list[float],
        Field(description="Lower limit of each category above the first, on a measurement."),
    ] = []
    unit: Annotated[Text, Field(description="Unit of the boundaries, such as %.")] = ""
    whole: Annotated[Text, Field(description="Region that the other regions are parts of.")] = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        n = len(self.categories)
        for name, texts in (("categories", self.categories), ("codes", self.codes)):
            if len({text.casefold() for text in texts}) < len(texts):
                raise ValueError(f"{name}: two are the same; give each category a name of its own")
        if self.codes and len(self.codes) != n:
            raise ValueError(f"codes: found {len(self.codes)}, wanted one for each of {n}")
        if self.boundaries and len(self.boundaries) != n - 1:
            raise ValueError(
                f"boundaries: found {len(self.boundaries)}, wanted {n - 1}, the lower limit of "
                "each category above the first"
            )
        if any(low >= high for low, high in pairwise(self.boundaries)):
            raise ValueError("boundaries: wanted in increasing order")
        if self.unit and not self.boundaries:
            raise ValueError("unit is that of boundaries; there are none")
        return self


class FindingEntry(_Section):
    """What is known of one finding."""

    group: Annotated[Text, Field(description="Kind of finding that it is compared by.")] = ""


class RaterEntry(_Section):
    """What is known of one rater."""

    about: Annotated[Text, Field(description="Who or what rated, and how.")] = ""


class CorrectionEntry(_Section):
    """A misprint of a margin, and what may have been meant."""

    rater: Annotated[Name, Field(description="Whose margin it is.")]
    finding: Annotated[Text, Field(description="Finding of the margin.")] = ""
    region: Annotated[Text, Field(description="Region of the margin.")] = ""
    study: Annotated[Text, Field(description="Study of the margin.")] = ""
    printed: Annotated[list[Count], Field(description="The counts as printed.")]
    candidates: Annotated[
        list[list[Count]],
        Field(min_length=1, description="What the counts may be; all are looked at."),
    ]
    reason: Annotated[Name, Field(description="Why it is a misprint, and why these candidates.")]
