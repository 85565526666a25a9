"""The command line: parse, call, print."""

import json
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from metadx.errors import ConvergenceWarning, DataError, FitError, MetadxError

if TYPE_CHECKING:
    from metadx.engines.fit import Fit
    from metadx.studies.review import Review

EXIT_CHECK_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_NO_ANSWER = 3

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
    try:
        app(standalone_mode=True)
    except FitError as error:
        _fail(error, EXIT_NO_ANSWER)
    except MetadxError as error:
        _fail(error, EXIT_BAD_INPUT)


def _fail(error: MetadxError, status: int) -> None:
    print(f"metadx: {error}", file=sys.stderr)
    raise SystemExit(status)


@app.command()
def run(
    path: PathArgument,
    out: Annotated[Path | None, typer.Option(help="Result folder [results/NAME].")] = None,
    model: Annotated[str | None, typer.Option(help="Id of a model card, or its path.")] = None,
    engine: Annotated[str, typer.Option(help="auto, marginal or nuts.")] = "auto",
    sens: Annotated[str | None, typer.Option(help='Formula for sensitivity, "~ 1".')] = None,
    spec: Annotated[str | None, typer.Option(help='Formula for specificity, "~ 1".')] = None,
    subgroup: Annotated[str | None, typer.Option(help="Column to give results by.")] = None,
    label: LabelOption = None,
    prob: Annotated[float | None, typer.Option(help="Level of the intervals [0.95].")] = None,
    draws: Annotated[int, typer.Option(help="Posterior draws.")] = 4000,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers.")] = None,
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
    from metadx.engines.fit import fit
    from metadx.report.folder import check_target
    from metadx.report.summary import summary
    review = _load(path, label)
    _refuse_covariates(review, sens, spec, subgroup)
    target = out or Path("results") / review.name
    check_target(target)
    level = review.analysis.prob if prob is None else prob
    at = _probabilities(level, prevalence or review.analysis.prevalence)
    with warnings.catch_warnings():
        # A failed check is said below, in words and by the exit status.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = fit(review, model, engine=engine, draws=draws, seed=seed)  # type: ignore[arg-type]  # checked by FitSettings
    found = summary(fitted, name=review.name, prob=level, prevalence=at)
    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if as_json:
        sys.stdout.write(text)
        sys.stdout.flush()
    elif not quiet:
        _print_answer(found, review)
    _write(target, fitted, found, text, level, figures=not (quick or no_figures), store=not quick)
    if not (as_json or quiet):
        print(f"\nWritten to {target}")
    if not fitted.passed:
        failed = ", ".join(check.name for check in fitted.checks if not check.passed)
        print(f"metadx: a check of the fit failed: {failed}", file=sys.stderr)
        raise typer.Exit(EXIT_CHECK_FAILED)


@app.command()
def check(path: PathArgument, label: LabelOption = None) -> None:
    """Validate and cross-check a review; change nothing."""
    from metadx.studies.cross_checks import findings

    review = _load(path, label)
    table = review.table
    print(
        f"{review.title}: {table.n_studies} studies, {int(table.n_diseased.sum()):,} with the "
        f"condition, {int(table.n_nondiseased.sum()):,} without."
    )
    for doubt in review.source.doubts:
        print(f"doubt stated in review.toml: {doubt}")
    found = findings(review)
    for finding in found:
        print(f"finding: {finding.about}: {finding.text}")
    if found:
        raise typer.Exit(EXIT_CHECK_FAILED)
    print("No inconsistency found.")


@app.command()
def datasets() -> None:
    """List the reviews that ship with metadx."""
    from rich.table import Table

    from metadx.studies.review import list_datasets, load_dataset

    table = Table(box=None, pad_edge=False)
    for column in ("name", "studies", "diseased", "non-diseased", "title", "licence"):
        table.add_column(column, overflow="fold")
    for name in list_datasets():
        review = load_dataset(name)
        counts = (
            review.table.n_studies,
            int(review.table.n_diseased.sum()),
            int(review.table.n_nondiseased.sum()),
        )
        title = f"{review.title} (SYNTHETIC)" if review.synthetic else review.title
        table.add_row(name, *(f"{n:,}" for n in counts), title, review.source.licence)
    Console().print(table)


@app.command()
def models(
    identifier: Annotated[str | None, typer.Argument(metavar="[ID]", help="A card.")] = None,
) -> None:
    """Show the model cards: all in a line each, or one in full."""
    from metadx.cards.load import list_cards, load_card
    from metadx.report.cards import card_text

    if identifier is not None:
        print(card_text(load_card(identifier).card))
        return
    for name in list_cards():
        card = load_card(name).card
        print(f"{name}  ({card.status})\n    {card.title}")


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Bayesian meta-analysis of diagnostic test accuracy."""
    if version:
        import metadx

        print(metadx.__version__)
        raise typer.Exit()


def _load(path: str, label: str | None) -> "Review":
    """Read a path, or a shipped dataset where no such path exists."""
    from metadx.studies.review import list_datasets, load_dataset, load_review

    columns = tuple(part.strip() for part in label.split(",")) if label else None
    if Path(path).exists() or path not in list_datasets():
        return load_review(path, label=columns)
    return load_dataset(path)


def _refuse_covariates(
    review: "Review", sens: str | None, spec: str | None, subgroup: str | None
) -> None:
    """Refuse a formula that this version would have to ignore."""
    asked = {
        "sens": sens or review.analysis.sens,
        "spec": spec or review.analysis.spec,
        "subgroup": subgroup or review.analysis.subgroup,
    }
    for name, value in asked.items():
        if value is not None and value.replace(" ", "") != "~1":
            msg = (
                f"{name} = {value!r}: this version pools without covariates; take the formula "
                f"'~ 1' and no subgroup."
            )
            raise DataError(msg)


def _probabilities(prob: float, prevalence: "tuple[float, ...] | list[float]") -> tuple[float, ...]:
    for name, value in (("prob", prob), *(("prevalence", p) for p in prevalence)):
        if not 0 < value < 1:
            raise DataError(f"--{name} {value:g}: wanted a number between 0 and 1, such as 0.95.")
    return tuple(prevalence)


def _print_answer(found: dict[str, Any], review: "Review") -> None:
    from metadx.report.terminal import print_answer

    # A pipe has no width of its own; 100 columns keep every table whole.
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False, soft_wrap=False)
    print_answer(found, console, question=review.question, doubts=review.source.doubts)
    sys.stdout.flush()


def _write(
    target: Path,
    fitted: "Fit",
    found: dict[str, Any],
    text: str,
    prob: float,
    *,
    figures: bool,
    store: bool,
) -> None:
    """Write the result folder; figures come last, with progress on a terminal."""
    from metadx.report.folder import result_folder
    from metadx.report.tables import summary_csv

    with result_folder(target) as stage:
        (stage / "summary.json").write_text(text, encoding="utf-8")
        (stage / "summary.csv").write_text(summary_csv(found), encoding="utf-8")
        if store or figures:
            _write_rest(stage, fitted, prob, figures=figures, store=store)


def _write_rest(stage: Path, fitted: "Fit", prob: float, *, figures: bool, store: bool) -> None:
    console = Console(stderr=True)
    with console.status("writing the fit ...") as status:
        if store:
            fitted.save(stage / "fit.nc")
        if figures:
            from metadx.plots.forest import plot_forest
            from metadx.plots.save import save_figure
            from metadx.plots.sroc import plot_sroc

            for name, plot in (("forest", plot_forest), ("sroc", plot_sroc)):
                status.update(f"drawing {name} ...")
                save_figure(plot(fitted, prob=prob), stage / name)


if __name__ == "__main__":
    main()
