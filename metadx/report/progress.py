"""One line that says what is being done, on a terminal and nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from metadx.report.layout import is_live


@contextmanager
def progress(stream: TextIO) -> Iterator[Callable[[str], None]]:
    """Give a function that shows the step being done; the line is gone at the end.

    Parameters
    ----------
    stream : file object
        Where to show it; nothing is written to what is no terminal.

    Yields
    ------
    callable
        Takes a text such as ``"drawing forest"``.
    """
    if not is_live(stream):
        yield lambda _: None
        return
    from rich.console import Console

    with Console(file=stream).status("starting ...") as status:
        yield lambda text: status.update(f"{text} ...")


def counted(say: Callable[[str], None], things: str) -> Callable[[int, int], None]:
    """Turn a function that shows a text into one that shows how many things are done.

    Parameters
    ----------
    say : callable
        As of `progress`.
    things : str
        What is counted.

    Examples
    --------
    >>> counted(print, "reviews")(1, 1000)
    1 of 1,000 reviews
    """
    return lambda done, total: say(f"{done:,} of {total:,} {things}")
