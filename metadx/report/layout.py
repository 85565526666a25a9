"""Plain text for a terminal or a pipe: paragraphs and tables that nothing cuts off."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from textwrap import wrap
from typing import Literal, TextIO

type Tone = Literal["bold", "dim", "italic", "good", "bad"]

_CODES: dict[Tone, str] = {"bold": "1", "dim": "2", "italic": "3", "good": "1;32", "bad": "1;31"}
_PIPE_WIDTH = 80
_NO_LIMIT = 10_000
_NARROWEST = 40
_WIDEST = 100  # longer lines of text are hard to read, whatever the terminal offers


@dataclass(frozen=True)
class Page:
    """Where text goes.

    Parameters
    ----------
    width : int
        Columns there are.
    colour : bool
        Whether bold, dim and coloured text may be marked by escape sequences.
    terminal : bool
        Whether somebody looks at it now; a table in a pipe keeps one line for each row.
    """

    width: int = _PIPE_WIDTH
    colour: bool = False
    terminal: bool = False


def page_of(stream: TextIO) -> Page:
    """Describe a stream: a terminal has a width and may have colours, a pipe has neither.

    Parameters
    ----------
    stream : file object

    Returns
    -------
    Page
        80 columns for a pipe. ``NO_COLOR`` and ``TERM=dumb`` are honoured.
    """
    if not is_live(stream):
        return Page()
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        columns = _PIPE_WIDTH
    width = max(columns, _NARROWEST) if columns else _PIPE_WIDTH
    # Old consoles of Windows print the sequences instead of obeying them.
    understood = os.name != "nt" or "WT_SESSION" in os.environ
    return Page(width, understood and not os.environ.get("NO_COLOR"), terminal=True)


def is_live(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal that understands escape sequences."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def clean(text: str) -> str:
    r"""Replace what would steer the terminal; labels and titles come from other people's files.

    Examples
    --------
    >>> clean("Kim\x1b[31m 2019")
    'Kim [31m 2019'
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def tone(page: Page, text: str, kind: Tone) -> str:
    """Mark a text as bold, dim and so on where the page can show it."""
    return f"\x1b[{_CODES[kind]}m{text}\x1b[0m" if page.colour and text else text


def paragraph(page: Page, text: str, *, first: str = "") -> list[str]:
    """Wrap a text; a number stays with its per cent sign and no word is broken.

    Parameters
    ----------
    page : Page
    text : str
    first : str
        What the first line begins with; the further ones are indented by as much.

    Returns
    -------
    list of str
        The lines.

    Examples
    --------
    >>> paragraph(Page(24), "an interval of level 95 % and more", first="- ")
    ['- an interval of level', '  95 % and more']
    """
    return fold(text, min(page.width, _WIDEST), first, " " * len(first))


def fold(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Wrap a text to a width; see `paragraph`."""
    lines = wrap(
        clean(text).replace(" %", "\xa0%"),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\xa0%", " %") for line in lines]


def table(page: Page, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay cells out in columns, the first to the left and the others to the right.

    Parameters
    ----------
    page : Page
    header : sequence of str
        Column heads; all empty for none.
    rows : sequence of sequences of str
        In a row with fewer cells than there are columns the last cell stands at the right edge.

    Returns
    -------
    list of str
        Never cut off: a table that is too wide gets narrower gaps, then longer lines.

    Examples
    --------
    >>> for line in table(Page(), ["", "sens", "spec"], [["tau", "1", "2"], ["rho", "0.5"]]):
    ...     print(line)
         sens  spec
    tau     1     2
    rho         0.5
    """
    # Here and not above: a run that prints no table does without the library.
    from rich.cells import cell_len

    full = [[*row[:-1], *[""] * (len(header) - len(row)), row[-1]] for row in rows]
    lines = _rendered(header, full, gap=2)
    if max(map(cell_len, lines)) > page.width:
        lines = _rendered(header, full, gap=1)
    if any(header):
        lines[0] = tone(page, lines[0], "dim")
    return lines


def _rendered(header: Sequence[str], rows: Sequence[Sequence[str]], gap: int) -> list[str]:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), show_header=any(header))
    for place, head in enumerate(header):
        grid.add_column(Text(clean(head)), justify="right" if place else "left", no_wrap=True)
    for row in rows:
        grid.add_row(*(Text(clean(cell)) for cell in row))
    # So wide that nothing is ever cut off; a table takes no more than it needs.
    console = Console(file=StringIO(), width=_NO_LIMIT, color_system=None, legacy_windows=False)
    with console.capture() as shown:
        console.print(grid)
    return [line.rstrip() for line in shown.get().splitlines()]
