"""Gather what is wrong with a table, then say all of it in one `DataError`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from metadx.errors import DataError

SHOWN = 10
"""How many problems one message lists before it says `and N more`."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where.

    Parameters
    ----------
    text : str
        What was found, what was wanted and what to do, without a full stop.
    row : int or None
        Row in the source, the header being row 1.
    study : str or None
        Label of the study in that row, where it has one.
    """

    text: str
    row: int | None = None
    study: str | None = None

    def place(self) -> str:
        """Return where the problem is, such as ``row 7 ("Kim 2019")``; empty if nowhere."""
        if self.row is None:
            return ""
        return f"row {self.row} ({quoted(self.study)})" if self.study else f"row {self.row}"


def quoted(text: object, limit: int = 60) -> str:
    """Return text in double quotes, cut where it is long.

    Examples
    --------
    >>> quoted("Kim 2019")
    '"Kim 2019"'
    >>> quoted("a long text", limit=6)
    '"a lon…"'
    """
    flat = " ".join(str(text).split())
    return f'"{flat if len(flat) <= limit else flat[: limit - 1] + "…"}"'


def listed(names: Sequence[str], limit: int = 30) -> str:
    """Return names separated by commas, cut where they are many.

    Examples
    --------
    >>> listed(["tp", "fp"])
    'tp, fp'
    """
    text = ", ".join(names[:limit])
    return text + (f" and {len(names) - limit} more" if len(names) > limit else "")


def refuse_if_any(source: str, problems: Sequence[Problem]) -> None:
    """Raise one error that lists the problems; do nothing if there is none.

    Parameters
    ----------
    source : str
        Name of the file or table the problems are in.
    problems : sequence of Problem
        What is wrong, in the order to be told.

    Raises
    ------
    DataError
        If there is at least one problem; the first ten are listed.

    Examples
    --------
    >>> refuse_if_any("studies.csv", [Problem("tp is missing", row=7, study="Kim 2019")])
    Traceback (most recent call last):
        ...
    metadx.errors.DataError: studies.csv, row 7 ("Kim 2019"): tp is missing.
    """
    if not problems:
        return
    if len(problems) == 1:
        place = problems[0].place()
        raise DataError(f"{source}{', ' + place if place else ''}: {_ended(problems[0].text)}")
    lines = [
        f"{p.place()}: {_ended(p.text)}" if p.row else _ended(p.text) for p in problems[:SHOWN]
    ]
    if len(problems) > SHOWN:
        lines.append(f"and {len(problems) - SHOWN} more.")
    raise DataError("\n  ".join([f"{source}: {len(problems)} problems", *lines]))


def _ended(text: str) -> str:
    return text if text.endswith("?") else f"{text}."


def dotted(place: Sequence[str | int]) -> str:
    """Write the path to a place in a document.

    Parameters
    ----------
    place : sequence of str or int
        Keys, and positions in lists from 0.

    Returns
    -------
    str
        Entries of a list are counted from 1, as a reader of the file would.

    Examples
    --------
    >>> dotted(["published", 0, "value"])
    'published[1].value'
    """
    path = ""
    for part in place:
        path += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def name_text(name: str) -> str:
    r"""Write the name of a file as text that can be stored and printed anywhere.

    Parameters
    ----------
    name : str
        As the system gives it; the bytes of a name need not be text.

    Examples
    --------
    >>> name_text("Émile.csv"), name_text("\udcffmile.csv")
    ('Émile.csv', '\\xffmile.csv')
    """
    return os.fsencode(name).decode(errors="backslashreplace")


def quoted_path(path: Path) -> str:
    """Write a path as it is typed in a command.

    Parameters
    ----------
    path : Path

    Examples
    --------
    >>> quoted_path(Path("my-review")), quoted_path(Path("my review"))
    ('my-review', '"my review"')
    """
    text = str(path)
    return f'"{text}"' if any(c.isspace() for c in text) else text
