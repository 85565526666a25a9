"""Text that fits: cleaning, shortening, measuring and wrapping the labels of a figure."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.textpath import text_to_path

from metadx.plots.style import BASE_FAMILY, INCH

MISSING = "\N{WHITE SQUARE}"
_MISSING_NOTE = f"{MISSING}: a character that no font of this computer has."
LONGEST = 40  # characters of a label
LONGEST_LEVEL = 48  # characters of the name of a level
_outlines: Any = text_to_path  # measures the same outlines that every format draws
# Families with wide coverage; those that this computer has are asked for what the base lacks.
_FALLBACKS = (
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans JP",
    "Noto Sans SC",
    "Noto Sans KR",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Arial Unicode MS",
    "Hiragino Sans",
    "PingFang SC",
    "Apple SD Gothic Neo",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "WenQuanYi Zen Hei",
    "Unifont",
)


def clean(text: str) -> str:
    r"""Replace control and unassigned characters by spaces and put the text on one line.

    Examples
    --------
    >>> clean("  Kim\n2019\x00 ")
    'Kim 2019'
    """
    kept = (" " if unicodedata.category(c) in {"Cc", "Cs", "Cn", "Co"} else c for c in text)
    return " ".join("".join(kept).split())


def shorten(text: str, limit: int = LONGEST) -> str:
    """Cut a long label in its middle: its end, often the year, tells studies apart.

    Parameters
    ----------
    text : str
        A label of any length.
    limit : int, default 40
        Most characters of the result, the ellipsis included.

    Examples
    --------
    >>> shorten("Kim 2019")
    'Kim 2019'
    >>> shorten("The Very Long Name of a Consortium of Many Centres 2019", 30)
    'The Very Long Name o…tres 2019'
    """
    text = clean(text)
    if len(text) <= limit:
        return text
    tail = max(1, limit // 3 - 1)
    head = limit - 1 - tail
    return f"{text[:head].rstrip()}…{text[-tail:].lstrip()}"


@cache
def _coverage(family: str) -> frozenset[int]:
    path = findfont(FontProperties(family=[family]), fallback_to_default=False)
    return frozenset(get_font(path).get_charmap())


@cache
def _installed() -> tuple[str, ...]:
    names = {entry.name for entry in fontManager.ttflist}
    return tuple(name for name in _FALLBACKS if name in names)


def families_for(texts: Iterable[str]) -> tuple[str, ...]:
    """Name the font families that are needed to draw some texts.

    Returns
    -------
    tuple of str
        The base family, then those installed families that add a character to it.

    Examples
    --------
    >>> families_for(["Kim 2019", "Müller 2020"])
    ('DejaVu Sans',)
    """
    wanted = {ord(c) for text in texts for c in text if c > "~"} - _coverage(BASE_FAMILY)
    found = [BASE_FAMILY]
    for family in _installed() if wanted else ():
        if wanted & _coverage(family):
            found.append(family)
            wanted -= _coverage(family)
    return tuple(found)


def drawable(text: str, families: Sequence[str]) -> str:
    r"""Put a box where no font of this computer has the character.

    Matplotlib would draw a box as well, with one warning for each.

    Examples
    --------
    >>> drawable("Kim 2019 \U000e0041", (BASE_FAMILY,))
    'Kim 2019 '
    """
    if text.isascii():
        return text
    covered = frozenset().union(*(_coverage(family) for family in families))
    out = []
    for c in text:
        if ord(c) in covered:
            out.append(c)
        elif unicodedata.category(c) not in {"Cf", "Mn", "Me"}:  # these take no room of their own
            out.append(MISSING)
    return "".join(out)


def explain_missing(caption: str, texts: Iterable[str], families: Sequence[str]) -> str:
    """Make a caption drawable, and explain the boxes where it or a label needs some.

    Parameters
    ----------
    caption : str
        The caption.
    texts : iterable of str
        The other texts of the figure.
    families : sequence of str
        Font families.

    Returns
    -------
    str
        The caption, one sentence longer if a box is drawn anywhere.
    """
    caption = drawable(caption, families)
    boxed = any(MISSING in drawable(text, families) for text in (caption, *texts))
    return f"{caption} {_MISSING_NOTE}" if boxed else caption


@lru_cache(maxsize=8192)
def text_width(
    text: str, size: float, weight: str = "normal", families: tuple[str, ...] = (BASE_FAMILY,)
) -> float:
    """Measure one line of text.

    Parameters
    ----------
    text : str
        The line; never read as a formula.
    size : float
        Font size in points.
    weight : {"normal", "bold"}
        Weight of the font.
    families : tuple of str
        Font families.

    Returns
    -------
    float
        Width in inches.
    """
    if not text:
        return 0.0
    font = FontProperties(family=list(families), size=size, weight=weight)
    width, _, _ = _outlines.get_text_width_height_descent(text, font, False)
    return float(width) / INCH


def widest(
    texts: Iterable[str],
    size: float,
    weight: str = "normal",
    families: tuple[str, ...] = (BASE_FAMILY,),
) -> float:
    """Give the width in inches of the widest of some lines; 0 where there are none."""
    return max((text_width(text, size, weight, families) for text in texts), default=0.0)


def line_height(size: float) -> float:
    """Give the height of a line of running text, in inches, for a font size in points."""
    return 1.35 * size / INCH


def wrap(
    text: str,
    width: float,
    size: float,
    families: tuple[str, ...] = (BASE_FAMILY,),
    weight: str = "normal",
) -> list[str]:
    """Break a text into lines no wider than `width` inches.

    A word wider than a line (many scripts write without spaces) is broken between characters.

    Examples
    --------
    >>> wrap("one two three", 0.5, 8.0)
    ['one two', 'three']
    """
    space = text_width(" ", size, weight, families)
    lines: list[str] = []
    line, used = "", 0.0
    for word in text.split():
        for piece in _pieces(word, width, size, families, weight):
            room = text_width(piece, size, weight, families)
            if line and used + space + room > width:
                lines.append(line)
                line, used = piece, room
            else:
                used += room + (space if line else 0.0)
                line = f"{line} {piece}" if line else piece
    return [*lines, line] if line else lines


def _pieces(
    word: str, width: float, size: float, families: tuple[str, ...], weight: str
) -> list[str]:
    if text_width(word, size, weight, families) <= width:
        return [word]
    pieces, piece = [], ""
    for c in word:
        if piece and text_width(piece + c, size, weight, families) > width:
            pieces.append(piece)
            piece = c
        else:
            piece += c
    return [*pieces, piece]
