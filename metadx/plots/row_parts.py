"""A figure of many rows continues on further pages, each as long as a printed page can show."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

from metadx.errors import MetadxError

type Drawing = Callable[..., Any]

MOST_ROWS = 45  # in a row figure: more are unreadable once the page is shrunk to paper


def parts_of(size: int) -> tuple[slice, ...]:
    """Share rows out over as few pages as hold them, evenly.

    Parameters
    ----------
    size : int
        Number of rows.

    Returns
    -------
    tuple of slice
        At least one; the rows of each page from top to bottom.

    Examples
    --------
    >>> [(part.start, part.stop) for part in parts_of(89)]
    [(0, 45), (45, 89)]
    """
    pages = max(1, -(-size // MOST_ROWS))
    share, more = divmod(size, pages)
    starts = [page * share + min(page, more) for page in range(pages + 1)]
    return tuple(slice(*ends) for ends in pairwise(starts))


def part_of(size: int, part: int | None) -> slice:
    """Return the rows of one page.

    Parameters
    ----------
    size : int
        Number of rows.
    part : int or None
        Number of the page, from 1; None stands for all rows on one page.

    Raises
    ------
    MetadxError
        If there is no such page.

    Examples
    --------
    >>> part_of(89, 2)
    slice(45, 89, None)
    """
    if part is None:
        return slice(0, size)
    parts = parts_of(size)
    if isinstance(part, bool) or not isinstance(part, int) or not 1 <= part <= len(parts):
        pages = "one page" if len(parts) == 1 else f"{len(parts)} pages"
        raise MetadxError(
            f"part: found {part!r}; the {size} rows of this figure take {pages}, counted from 1. "
            "Leave it out for all rows in one picture."
        )
    return parts[part - 1]


def part_words(size: int, part: int | None, last: str = "") -> str:
    """Say which rows a page has.

    Parameters
    ----------
    size : int
        Number of rows.
    part : int or None
        Number of the page, from 1; None stands for all rows on one page.
    last : str
        What else to say where there are several pages, as a sentence.

    Returns
    -------
    str
        Empty where one page has all rows.

    Examples
    --------
    >>> part_words(89, 2, "The pooled values are of all studies.")
    'Part 2 of 2, rows 46 to 89 of 89. The pooled values are of all studies.'
    """
    pages = len(parts_of(size))
    if part is None or pages == 1:
        return ""
    rows = part_of(size, part)
    words = f"Part {part} of {pages}, rows {rows.start + 1} to {rows.stop} of {size}."
    return f"{words} {last}".strip()


def paged(name: str, size: int, draw: Drawing) -> Iterator[tuple[str, Drawing]]:
    """Yield the pages of a figure of rows, each with the stem of its file.

    Parameters
    ----------
    name : str
        Stem of the file where one page has all rows.
    size : int
        Number of rows.
    draw : callable
        Takes the number of the page as `part`.

    Yields
    ------
    str
        The stem: numbered from 1 where there are several pages.
    callable

    Examples
    --------
    >>> [stem for stem, _ in paged("forest", 89, print)]
    ['forest-1', 'forest-2']
    """
    pages = len(parts_of(size))
    if pages == 1:
        yield name, draw
        return
    for page in range(1, pages + 1):
        yield f"{name}-{page}", partial(draw, part=page)
