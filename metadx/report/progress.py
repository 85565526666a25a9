"""One line that says what is being done, on a terminal and nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from metadx.report.layout import is_live

_CLEAR = "\r\x1b[2K"


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
    shown = is_live(stream)

    def say(text: str) -> None:
        if shown:
            stream.write(f"{_CLEAR}{text} ...")
            stream.flush()

    try:
        yield say
    finally:
        if shown:
            stream.write(_CLEAR)
            stream.flush()
