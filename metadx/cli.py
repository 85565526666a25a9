"""The command line: parse, call, print."""

import os
import sys
import warnings
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from metadx.errors import ConvergenceWarning, DataError, FitError, MetadxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metadx.report.layout import Page
    from metadx.studies.review import Review

EXIT_CHECK_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_NO_ANSWER = 3
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="metadx",
    help="Bayesian meta-analysis of diagnostic test accuracy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

PathArgument = Annotated[
    str, typer.Argument(metavar="PATH", help="Review folder, CSV/XLSX file or shipped dataset.")
]
LabelOption = Annotated[
    str | None, typer.Option("--label", help="Column(s) that make the study label: COL,COL.")
]


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


def answer(arguments: "Sequence[str]") -> int:
    """Carry a command out and return its exit status.

    Parameters
    ----------
    arguments : sequence of str
        What follows the name of the program.

    Returns
    -------
    int
        0 done, 1 done but a check failed, 2 bad input or usage, 3 no engine could answer,
        130 interrupted.
    """
    try:
        app(list(arguments), prog_name="metadx")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except (MetadxError, MemoryError, OSError, KeyboardInterrupt) as error:
        message, status = _told(error)
        _complain(message)
        return status
    return 0


def _told(error: BaseException) -> tuple[str, int]:
    """Return the message and the exit status of what went wrong."""
    match error:
        case FitError():
            return str(error), EXIT_NO_ANSWER
        case MetadxError():
            return str(error), EXIT_BAD_INPUT
        case MemoryError():
            return "not enough memory; ask for fewer --draws.", EXIT_NO_ANSWER
        case OSError():
            what = error.filename or "input or output"
            return f"{what}: {error.strerror or error}.", EXIT_BAD_INPUT
    return "interrupted; an earlier result is untouched.", EXIT_INTERRUPTED


def _complain(message: str) -> None:
    # Input may hold anything, and the message may quote it: only line feeds may steer a terminal.
    lines = message.split("\n")
    shown = "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines)
    with suppress(OSError):
        print(f"metadx: {shown}", file=sys.stderr)


@app.command(
    epilog="Exit status: 0 done and every check passed; 1 done, but a check of the fit failed; "
    "2 bad input or usage, 3 no engine could answer: nothing is written then."
)
def run(
    path: PathArgument,
    *,
    out: Annotated[str | None, typer.Option(help="Result folder (results/NAME).")] = None,
    model: Annotated[str | None, typer.Option(help="Id of a model card, or its path.")] = None,
    engine: Annotated[str, typer.Option(help="auto, marginal or nuts.")] = "auto",
    sens: Annotated[str | None, typer.Option(help='Formula for sensitivity, "~ 1".')] = None,
    spec: Annotated[str | None, typer.Option(help='Formula for specificity, "~ 1".')] = None,
    subgroup: Annotated[str | None, typer.Option(help="Column to give results by.")] = None,
    label: LabelOption = None,
    prob: Annotated[float | None, typer.Option(help="Level of the intervals (0.95).")] = None,
    draws: Annotated[int, typer.Option(help="Posterior draws.")] = 4000,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers (1).")] = None,
    prevalence: Annotated[
        list[float] | None, typer.Option(help="Prevalence for PPV and NPV; may be repeated.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The answer alone: no figure.")] = False,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Leave figures out.")] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Leave report out.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print summary.json and nothing else.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Pool a review: read, check, fit, answer, draw."""
    from metadx.engines.fit import fit, refuse_covariates
    from metadx.report.folder import check_target
    from metadx.report.progress import progress
    from metadx.report.summary import as_text, summary
    from metadx.report.write import write_result

    review = _load(path, label)
    refuse_covariates(sens=sens, spec=spec, subgroup=subgroup)
    target = Path("results") / review.name if out is None else _given(out, "--out")
    check_target(target)
    level = review.analysis.prob if prob is None else prob
    at = _probabilities(level, prevalence or review.analysis.prevalence)
    with progress(sys.stderr) as say, warnings.catch_warnings():
        say("fitting")
        # A failed check is said below, in words and by the exit status.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = fit(review, model, engine=engine, draws=draws, seed=seed)  # type: ignore[arg-type]  # checked by FitSettings
        found = summary(fitted, name=review.name, prob=level, prevalence=at)
    text = as_text(found)
    if as_json:
        _print_bytes(text.encode())
    elif not quiet:
        _print(_answer_text(found, review))
    with progress(sys.stderr) as say:
        written = write_result(
            target,
            fitted,
            found,
            text,
            figures=not (quick or no_figures),
            store=not quick,
            say=say,
        )
    if not (as_json or quiet):
        _print(f"\nWritten to {target}: {', '.join(written)}\n")
    _end_if_failed(found)


def _end_if_failed(found: dict[str, Any]) -> None:
    """Say which check of the fit failed, and end with status 1."""
    failed = [check for check in found["checks"] if not check["passed"]]
    if failed:
        from metadx.report.checks import check_words

        _complain(f"a check of the fit failed: {'; '.join(map(check_words, failed))}")
        raise typer.Exit(EXIT_CHECK_FAILED)


@app.command(epilog="Exit status: 0 clean; 1 findings in a valid review; 2 unreadable or invalid.")
def check(path: PathArgument, label: LabelOption = None) -> None:
    """Validate and cross-check a review; change nothing."""
    from metadx.report.checked import check_text, finding_texts

    review = _load(path, label)
    if review.analysis.model != type(review.analysis).model:
        from metadx.cards.load import load_card

        load_card(review.model)
    found = finding_texts(review)
    _print(check_text(review, found, _page()))
    if found:
        raise typer.Exit(EXIT_CHECK_FAILED)


@app.command()
def datasets() -> None:
    """List the reviews that ship with metadx."""
    from metadx.report.listing import datasets_text
    from metadx.studies.review import list_datasets, load_dataset

    _print(datasets_text([load_dataset(name) for name in list_datasets()], _page()))


@app.command()
def models(
    identifier: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a card, or its path.")
    ] = None,
) -> None:
    """Show the model cards: all in a line each, or one in full."""
    from metadx.cards.load import list_cards, load_card

    if identifier is not None:
        from metadx.report.cards import card_text

        _print(card_text(load_card(identifier).card))
        return
    from metadx.report.listing import models_text

    _print(models_text([load_card(name).card for name in list_cards()]))


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Bayesian meta-analysis of diagnostic test accuracy."""
    if version:
        import metadx

        _print(f"{metadx.__version__}\n")
        raise typer.Exit()


def _given(path: str, name: str) -> Path:
    # An empty text would mean the current folder; it comes from a variable that is not set.
    if not path.strip():
        raise DataError(f"{name} is empty; give a path.")
    return Path(path)


def _load(path: str, label: str | None) -> "Review":
    """Read a path, or a shipped dataset where no such path exists."""
    from metadx.resources import data_dir
    from metadx.studies.review import list_datasets, load_dataset, load_review

    columns = tuple(part.strip() for part in label.split(",")) if label else None
    given = _given(path, "PATH")
    if given.exists():
        try:
            return load_review(path, label=columns)
        except DataError:
            from metadx.report.folder import is_result

            if is_result(given) and not any(given.glob("studies.*")):
                msg = f"{path}: is a result of metadx, not a review; give the path of the review."
                raise DataError(msg) from None
            raise
    name = path.rstrip("/\\")
    if name in list_datasets():
        return load_review(data_dir() / name, label=columns)
    if Path(name).name == name and not Path(name).suffix:
        try:
            load_dataset(name)
        except DataError as error:
            raise DataError(f"{path}: there is no such file or folder, and {error}") from None
    return load_review(path, label=columns)


def _probabilities(prob: float, prevalence: "Sequence[float]") -> tuple[float, ...]:
    example = {"prob": "0.95 (not 95)", "prevalence": "0.1 (not 10)"}
    for name, value in (("prob", prob), *(("prevalence", p) for p in prevalence)):
        if not 0 < value < 1:
            msg = f"--{name} {value:g}: wanted a number between 0 and 1, such as {example[name]}."
            raise DataError(msg)
    return tuple(dict.fromkeys(prevalence))


def _page() -> "Page":
    from metadx.report.layout import page_of

    return page_of(sys.stdout)


def _answer_text(found: dict[str, Any], review: "Review") -> str:
    from metadx.report.checked import finding_texts
    from metadx.report.terminal import answer_text

    return answer_text(
        found,
        _page(),
        question=review.question,
        doubts=review.source.doubts,
        findings=finding_texts(review, noted=False),
    )


def _print(text: str) -> None:
    """Print, or be quiet where the reader of a pipe has gone: the run itself goes on."""
    try:
        print(text, end="", flush=True)
    except OSError as error:
        _print_no_more(error)


def _print_bytes(text: bytes) -> None:
    """Print bytes as they are, whatever the encoding of the terminal."""
    try:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    except OSError as error:
        _print_no_more(error)


def _print_no_more(error: OSError) -> None:
    # Else the interpreter tries once more at its end, and fails with a message of its own.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        raise MetadxError(f"the answer cannot be printed: {error.strerror}.") from error


if __name__ == "__main__":
    main()
