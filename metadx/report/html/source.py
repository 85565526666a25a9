"""What the sections of the page are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metadx.engines.analysis import Analysis
from metadx.report.html.blocks import Block, Picture, Text
from metadx.studies.review import Review

type Json = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Source:
    """A finished run, as the sections of the page see it.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    review : Review
    analysis : Analysis
    criticism : mapping
        Content of ``criticism.json``.
    pictures : mapping of str to Picture
        The figures by the stems of their files; empty where none were drawn.
    missing : mapping of str to str
        Figures that could not be drawn, with the reason.
    command : str
        The command that made the result.
    """

    found: Json
    review: Review
    analysis: Analysis
    criticism: Json
    pictures: Mapping[str, Picture]
    missing: Mapping[str, str]
    command: str = ""

    @property
    def level(self) -> str:
        """The level of the intervals in words, such as "95 %"."""
        return level_words(self.found)

    @property
    def estimands(self) -> Json:
        """The estimands of all studies together."""
        found: Json = self.found["groups"][0]["estimands"]
        return found

    @property
    def parameters(self) -> Json:
        """The parameters of the pooled fit."""
        found: Json = self.found["groups"][0].get("parameters", self.found["parameters"])
        return found

    def figures(self, *names: str) -> tuple[Block, ...]:
        """Return the figures of these stems, and a sentence for each that could not be drawn.

        A stem that ends with a hyphen stands for all figures that begin with it.
        """
        return figures_in(self.pictures, self.missing, names)


def level_words(found: Json) -> str:
    """Write the level of the intervals.

    Examples
    --------
    >>> level_words({"settings": {"prob": 0.95}})
    '95 %'
    """
    return f"{100 * found['settings']['prob']:.10g} %"


def figures_in(
    pictures: Mapping[str, Picture], missing: Mapping[str, str], names: Sequence[str]
) -> tuple[Block, ...]:
    """Return figures by their stems, and a sentence for each that could not be drawn.

    Parameters
    ----------
    pictures : mapping of str to Picture
    missing : mapping of str to str
        Reasons.
    names : sequence of str
        Stems; one that ends with a hyphen stands for all that begin with it, any other for its
        numbered pages as well.
    """
    found: list[Block] = []
    for name in names:
        for stem in (*pictures, *missing):
            own = stem.removeprefix(name).removeprefix("-")
            page = stem.startswith(f"{name}-") and own.isdecimal()
            if stem == name or page or (name.endswith("-") and stem.startswith(name)):
                lost = f"The figure {stem} could not be drawn: {missing.get(stem)}"
                found.append(pictures[stem] if stem in pictures else Text(lost, "note"))
    return tuple(found)
