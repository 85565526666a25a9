"""How a run ends: the answer is told, the result is written, and a failed check is said."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from metadx.commands.exits import CHECK_FAILED
from metadx.commands.output import complain, show, show_bytes

type Say = Callable[[str], None]


def hand_over(
    found: Mapping[str, Any],
    text: str,
    target: Path,
    *,
    answer: Callable[[], str],
    write: Callable[[Say], Sequence[str]],
    as_json: bool,
    quiet: bool,
) -> None:
    """Print the answer, write the result folder, and end with the status of the checks.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    text : str
        The same as JSON.
    target : Path
        The result folder.
    answer : callable
        Makes the text for the terminal.
    write : callable
        Writes the result folder, telling each step; returns the names of its files.
    as_json, quiet : bool
        Whether to print the JSON and nothing else, or nothing at all.

    Raises
    ------
    typer.Exit
        With status 1 if a check of the fit failed.
    """
    from metadx.report.progress import progress
    from metadx.report.replaced import earlier_result, replaced_words, written_words

    if as_json:
        show_bytes(text.encode())
    silent = as_json or quiet
    if not silent:
        show(answer())
    earlier = None if silent else earlier_result(target)
    with progress(sys.stderr) as say:
        written = write(say)
    if not silent:
        show(f"\n{written_words(target, written)}\n")
        if told := replaced_words(earlier, found, written):
            show(f"{told}\n")
    end_with_status(found)


def end_with_status(found: Mapping[str, Any]) -> None:
    """End with the status of the checks of a fit.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.

    Raises
    ------
    typer.Exit
        With status 1 if a check failed, after saying so.
    """
    failed = [check for check in found["checks"] if not check["passed"]]
    if failed:
        from metadx.report.checks import failure_words

        complain(f"a check of the fit failed: {'; '.join(map(failure_words, failed))}")
        raise typer.Exit(CHECK_FAILED)
