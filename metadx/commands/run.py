"""`metadx run`: pool one review."""

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metadx.commands.exits import CHECK_FAILED
from metadx.commands.inputs import (
    AtOption,
    JsonOption,
    LabelOption,
    MissingOption,
    PathArgument,
    PrevalenceOption,
    SensOption,
    SpecOption,
    SubgroupOption,
    check_probabilities,
    given,
    load,
    values_of,
)
from metadx.commands.output import complain, page, show, show_bytes
from metadx.errors import ConvergenceWarning

if TYPE_CHECKING:
    from metadx.studies.review import Review

EPILOG = (
    "Exit status: 0 done and every check passed; 1 done, but a check of the fit failed; "
    "2 bad input or usage, 3 no engine could answer: nothing is written then."
)


def run(
    path: PathArgument,
    *,
    out: Annotated[str | None, typer.Option(help="Result folder (results/NAME).")] = None,
    model: Annotated[str | None, typer.Option(help="Id of a model card, or its path.")] = None,
    engine: Annotated[str, typer.Option(help="auto, marginal or nuts.")] = "auto",
    sens: SensOption = None,
    spec: SpecOption = None,
    subgroup: SubgroupOption = None,
    missing: MissingOption = None,
    at: AtOption = None,
    label: LabelOption = None,
    prob: Annotated[float | None, typer.Option(help="Level of the intervals (0.95).")] = None,
    draws: Annotated[int, typer.Option(help="Posterior draws.")] = 4000,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers (1).")] = None,
    prevalence: PrevalenceOption = None,
    quick: Annotated[bool, typer.Option("--quick", help="The answer alone: no figure.")] = False,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Leave figures out.")] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Leave report out.")] = False,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Pool a review: read, check, fit, answer, draw."""
    from metadx.engines.analysis import analyse
    from metadx.report.folder import check_target
    from metadx.report.progress import progress
    from metadx.report.summary import as_text, summary
    from metadx.report.write import write_result

    review = load(path, label)
    target = Path("results") / review.name if out is None else given(out, "--out")
    check_target(target)
    kinds = [values_of(text, review.table.covariates) for text in at or ()]
    level = review.analysis.prob if prob is None else prob
    prevalences = check_probabilities(level, prevalence or review.analysis.prevalence)
    with progress(sys.stderr) as say, warnings.catch_warnings():
        say("fitting")
        # A failed check is said below, in words and by the exit status.
        warnings.simplefilter("ignore", ConvergenceWarning)
        analysis = analyse(
            review,
            model,
            sens=sens,
            spec=spec,
            subgroup=subgroup,
            missing=missing,  # type: ignore[arg-type]  # checked with the formulas
            at=kinds,
            engine=engine,  # type: ignore[arg-type]  # checked by FitSettings
            draws=draws,
            seed=seed,
        )
        found = summary(analysis, name=review.name, prob=level, prevalence=prevalences)
    text = as_text(found)
    if as_json:
        show_bytes(text.encode())
    if not (as_json or quiet):
        show(_answer_text(found, review))
    with progress(sys.stderr) as say:
        kept = {"figures": not (quick or no_figures), "store": not quick}
        written = write_result(target, analysis, found, text, say=say, **kept)
    _end(found, "" if as_json or quiet else f"\nWritten to {target}: {', '.join(written)}\n")


def _answer_text(found: dict[str, Any], review: "Review") -> str:
    from metadx.report.checked import finding_texts
    from metadx.report.terminal import answer_text

    return answer_text(
        found,
        page(),
        question=review.question,
        doubts=review.source.doubts,
        findings=finding_texts(review, noted=False),
    )


def _end(found: dict[str, Any], last_words: str) -> None:
    """Say where it all is and which check of the fit failed; then end with status 1."""
    if last_words:
        show(last_words)
    failed = [check for check in found["checks"] if not check["passed"]]
    if failed:
        from metadx.report.checks import failure_words

        complain(f"a check of the fit failed: {'; '.join(map(failure_words, failed))}")
        raise typer.Exit(CHECK_FAILED)
