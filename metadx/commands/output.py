"""What a command prints: the answer to the one stream, what went wrong to the other."""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from metadx.errors import MetadxError

if TYPE_CHECKING:
    from metadx.report.layout import Page


def page() -> "Page":
    """Describe where the answer goes."""
    from metadx.report.layout import page_of

    return page_of(sys.stdout)


def show(text: str) -> None:
    """Print, or be quiet where the reader of a pipe has gone: the run itself goes on.

    Parameters
    ----------
    text : str

    Raises
    ------
    MetadxError
        If the text cannot be written, for example on a full disk.
    """
    try:
        print(text, end="", flush=True)
    except OSError as error:
        _print_no_more(error)


def show_bytes(text: bytes) -> None:
    """Print bytes as they are, whatever the encoding of the terminal; see `show`."""
    try:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    except OSError as error:
        _print_no_more(error)


def complain(message: str) -> None:
    """Say what went wrong, under the name of the program.

    Parameters
    ----------
    message : str
        May quote any input: only its line feeds steer the terminal.
    """
    lines = message.split("\n")
    shown = "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines)
    with suppress(OSError):
        print(f"metadx: {shown}", file=sys.stderr)


def _print_no_more(error: OSError) -> None:
    # Else the interpreter tries once more at its end, and fails with a message of its own.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        raise MetadxError(f"the answer cannot be printed: {error.strerror}.") from error
