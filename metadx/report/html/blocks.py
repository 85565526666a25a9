"""What a section of the page is made of: words, lists, facts, pictures and code."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from metadx.report.html.table import Table

type Tone = Literal["plain", "lead", "note", "warning", "mark"]
type Block = Text | Items | Facts | Table | Picture | Code


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Parameters
    ----------
    text : str
    tone : {"plain", "lead", "note", "warning", "mark"}
        A lead is the one sentence that a reader in a hurry takes away; a mark stands out most.
    """

    kind: ClassVar[str] = "text"
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Entry:
    """One line of a list or one value of the facts.

    Parameters
    ----------
    text : str
    href : str
        Where it leads: ``#id`` on the page, or the address of a publication; may be empty.
    after : str
        What follows the link.
    """

    text: str
    href: str = ""
    after: str = ""


@dataclass(frozen=True)
class Items:
    """A list.

    Parameters
    ----------
    items : tuple of Entry
    ordered : bool
    """

    kind: ClassVar[str] = "items"
    items: tuple[Entry, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Facts:
    """Terms with what is known of each.

    Parameters
    ----------
    rows : tuple of (str, Entry)
    """

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, Entry], ...]


@dataclass(frozen=True)
class Picture:
    """A figure with its words.

    Parameters
    ----------
    name : str
        Stem of its files.
    svg : str
        As of `metadx.plots.page_svg.page_svg`.
    title, caption, alt : str
    width : float
        Pixels.
    """

    kind: ClassVar[str] = "picture"
    name: str
    svg: str
    title: str
    caption: str
    alt: str
    width: float


@dataclass(frozen=True)
class Code:
    """Text to be copied as it stands.

    Parameters
    ----------
    text, label : str
    prose : bool
        Whether long lines may be broken.
    """

    kind: ClassVar[str] = "code"
    text: str
    label: str
    prose: bool = False


@dataclass(frozen=True, eq=False)
class Section:
    """A part of the page with a heading.

    Parameters
    ----------
    id, title : str
    blocks : tuple of Block
    parts : tuple of Section
        Parts below it.
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple["Section", ...] = ()


def tables_of(sections: tuple[Section, ...]) -> tuple[Table, ...]:
    """Return every table of sections and of their parts, in the order of the page.

    Parameters
    ----------
    sections : tuple of Section

    Returns
    -------
    tuple of Table
    """
    found: list[Table] = []
    for section in sections:
        found += [block for block in section.blocks if isinstance(block, Table)]
        found += tables_of(section.parts)
    return tuple(found)
