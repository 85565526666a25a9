"""What the sections of `review.toml` have in common: nothing unknown, nothing converted."""

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

type Text = Annotated[str, StringConstraints(strip_whitespace=True)]
type Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

CLOSED = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
"""Frozen, no unknown keys, types taken strictly."""
