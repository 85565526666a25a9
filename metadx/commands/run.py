"""`metadx run`: pool one review."""

import sys
import warnings
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metadx.commands.blame import settings_of
from metadx.commands.ending import hand_over
from metadx.commands.inputs import (
    AtOption,
    JsonOption,
    LabelOption,
    MisalignedOption,
    MissingOption,
    NoPartKappaOption,
    NoSpearmanOption,
    OnlyOption,
    PathArgument,
    PrevalenceOption,
    ScaleOption,
    SensOption,
    SpecOption,
    SubgroupOption,
    check_probabilities,
    kind_of,
    load,
    values_of,
)
from metadx.commands.options import AccuracyOptions, AgreementOptions, RunOptions, refuse_others
from metadx.commands.output import page
from metadx.commands.spoken import spoken
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
    only: OnlyOption = None,
    prob: Annotated[float | None, typer.Option(help="Level of the intervals (0.95).")] = None,
    draws: Annotated[int, typer.Option(help="Posterior draws.")] = 4000,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers (1).")] = None,
    prevalence: PrevalenceOption = None,
    scale: ScaleOption = None,
    no_spearman: NoSpearmanOption = False,
    no_part_kappa: NoPartKappaOption = False,
    misaligned: MisalignedOption = False,
    quick: Annotated[bool, typer.Option("--quick", help="The answer alone: no figure.")] = False,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Leave figures out.")] = False,
    no_report: Annotated[
        bool, typer.Option("--no-report", help="Leave out the report and its criticism.")
    ] = False,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Pool a review: read, check, fit, answer, draw, criticise, report."""
    kept = {
        "figures": not (quick or no_figures),
        "store": not quick,
        "report": not (quick or no_report),
    }
    shown = {"as_json": as_json, "quiet": quiet}
    options = RunOptions(out, model, engine, prob, draws, seed, **kept, **shown)
    of_accuracy = AccuracyOptions(sens, spec, subgroup, missing, at, label, prevalence, only)
    of_agreement = AgreementOptions(scale, no_spearman, no_part_kappa, misaligned)
    if kind_of(path) == "agreement":
        from metadx.commands.agreement import run_agreement

        refuse_others(path, "agreement", asdict(of_accuracy))
        run_agreement(path, options, of_agreement)
    else:
        refuse_others(path, "accuracy", asdict(of_agreement))
        _run_accuracy(path, options, of_accuracy)


def _run_accuracy(path: str, options: RunOptions, asked: AccuracyOptions) -> None:
    from metadx.engines.analysis import analyse
    from metadx.report.folder import check_target
    from metadx.report.progress import progress
    from metadx.report.summary import as_text, summary
    from metadx.report.write import write_result

    review = load(path, asked.label, asked.only)
    target = options.target(review.name)
    check_target(target)
    kinds = [values_of(text, review.table.covariates) for text in asked.at or ()]
    level = review.analysis.prob if options.prob is None else options.prob
    prevalences = check_probabilities(level, asked.prevalence or review.analysis.prevalence)
    settings = settings_of(review, model=options.model, sens=asked.sens, spec=asked.spec)
    with progress(sys.stderr) as say, warnings.catch_warnings(), settings:
        say("fitting")
        # A failed check is said at the end, in words and by the exit status.
        warnings.simplefilter("ignore", ConvergenceWarning)
        analysis = analyse(
            review,
            options.model,
            sens=asked.sens,
            spec=asked.spec,
            subgroup=asked.subgroup,
            missing=asked.missing,  # type: ignore[arg-type]  # checked with the formulas
            at=kinds,
            engine=options.engine,  # type: ignore[arg-type]  # checked by FitSettings
            draws=options.draws,
            seed=options.seed,
        )
        found = summary(
            analysis, name=review.name, prob=level, prevalence=prevalences, review=review
        )
    text = as_text(found)
    kept = {"figures": options.figures, "store": options.store, "report": options.report}
    command = spoken(path, options, asked)
    hand_over(
        found,
        text,
        target,
        answer=lambda: _answer_text(found, review),
        write=lambda say: write_result(
            target, analysis, found, text, review=review, command=command, say=say, **kept
        ),
        as_json=options.as_json,
        quiet=options.quiet,
    )


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
