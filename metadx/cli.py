"""The command line: the commands put together, and how the program starts and ends."""

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, TextIO

import typer

from metadx.commands import (
    add,
    audit,
    batch,
    check,
    compare,
    datasets,
    models,
    new,
    run,
    simulate,
)
from metadx.commands.exits import BAD_INPUT, FAULT, INTERRUPTED, NO_ANSWER
from metadx.commands.output import complain, show
from metadx.errors import FitError, MetadxError

app = typer.Typer(
    name="metadx",
    help="Bayesian meta-analysis of diagnostic test accuracy and of agreement between raters.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    pretty_exceptions_enable=False,
)
app.command(epilog=run.EPILOG)(run.run)
app.command(epilog=check.EPILOG)(check.check)
app.command(epilog=new.EPILOG)(new.new)
app.command(epilog=add.EPILOG)(add.add)
app.command(epilog=audit.EPILOG)(audit.audit)
app.command(epilog=compare.EPILOG)(compare.compare)
app.command(epilog=batch.EPILOG)(batch.batch)
app.command(epilog=simulate.EPILOG)(simulate.simulate)
app.command()(datasets.datasets)
app.command()(models.models)


def main() -> None:
    """Run the command line and end with its exit status."""
    # The arithmetic is elementwise: threads of the linear algebra library would only cost start-up.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Looking for plug-ins of the validation library reads the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if not sys.warnoptions:
        # Warnings of libraries mean nothing to a reader; what does is said by notes and checks.
        warnings.simplefilter("ignore")
    # A stream that was closed before the start is None: what goes there is lost, as was asked for.
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show "²" gets a question mark instead of a crash.
            stream.reconfigure(errors="replace")
    sys.exit(answer(sys.argv[1:]))


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def answer(arguments: Sequence[str]) -> int:
    """Carry a command out and return its exit status.

    Parameters
    ----------
    arguments : sequence of str
        What follows the name of the program.

    Returns
    -------
    int
        0 done, 1 done but a check failed, 2 bad input or usage, 3 no engine could answer,
        70 a fault of metadx itself, 130 interrupted.
    """
    try:
        app(list(arguments), prog_name="metadx")
    except SystemExit as end:
        # Typer turns an interrupt that no command has answered into an exit, without a word.
        if isinstance(getattr(end.__context__, "__cause__", None), KeyboardInterrupt):
            complain(_told(KeyboardInterrupt())[0])
        return end.code if isinstance(end.code, int) else 0
    except (Exception, KeyboardInterrupt) as error:
        message, status = _told(error)
        complain(message)
        return status
    return 0


def _told(error: BaseException) -> tuple[str, int]:
    """Return the message and the exit status of what went wrong."""
    match error:
        case FitError():
            return str(error), NO_ANSWER
        case MetadxError():
            return str(error), BAD_INPUT
        case MemoryError():
            return "not enough memory; ask for fewer --draws.", NO_ANSWER
        case OSError():
            what = error.filename or "input or output"
            return f"{what}: {error.strerror or error}.", BAD_INPUT
        case KeyboardInterrupt():
            return "interrupted; an earlier result is untouched.", INTERRUPTED
    trace = "".join(traceback.format_exception(error))
    lead = "a fault of metadx itself; an earlier result is untouched. Please report these lines:"
    return f"{lead}\n{trace.rstrip()}", FAULT


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Bayesian meta-analysis of diagnostic test accuracy and of agreement between raters."""
    if version:
        import metadx

        show(f"{metadx.__version__}\n")
        raise typer.Exit()


if __name__ == "__main__":
    main()
