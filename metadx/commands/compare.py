"""`metadx compare`: rank formulas of covariates."""

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metadx.commands.compare_models import compare_models
from metadx.commands.exits import CHECK_FAILED
from metadx.commands.inputs import LabelOption, MissingOption, OnlyOption, PathArgument, given, load
from metadx.commands.options import refuse_agreement
from metadx.commands.output import complain, page, show, show_bytes
from metadx.errors import ConvergenceWarning, DataError

if TYPE_CHECKING:
    from metadx.studies.review import Review

EPILOG = (
    "Exit status: 0 done and every check passed; 1 done, but a check of a fit failed; "
    "2 bad input or usage, 3 no engine could answer: nothing is written then."
)


def compare(
    path: PathArgument,
    *,
    formula: Annotated[
        list[str] | None,
        typer.Option(
            help='Covariates: "~ a" for both margins or "sens ~ a; spec ~ b"; repeat for each.'
        ),
    ] = None,
    models: Annotated[
        bool, typer.Option("--models", help="Compare models without covariates instead.")
    ] = False,
    missing: MissingOption = None,
    model: Annotated[str | None, typer.Option(help="Id of a model card, or its path.")] = None,
    label: LabelOption = None,
    only: OnlyOption = None,
    draws: Annotated[int, typer.Option(help="Posterior draws of each fit.")] = 4000,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers (1).")] = None,
    out: Annotated[
        str | None,
        typer.Option(help="Folder for compare.json and compare.csv, or models.json (none)."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the JSON file and nothing else.")
    ] = False,
) -> None:
    """Rank formulas of covariates, or models, by what they predict on the same studies."""
    if models and formula:
        raise DataError("--models compares models without covariates: leave --formula out.")
    if not models and not formula:
        raise DataError(
            'nothing to compare: give --formula "~ COLUMN", once for each, or --models.'
        )
    refuse_agreement(path, "compare")
    target = None if out is None else _folder(out)
    review = load(path, label, only)
    if models:
        compare_models(review, model, draws=draws, seed=seed, target=target, as_json=as_json)
        return
    assert formula is not None  # refused above
    settings = {"missing": missing, "draws": draws, "seed": seed}
    _compare_formulas(review, formula, model, settings, target=target, as_json=as_json)


def _compare_formulas(
    review: "Review",
    formula: list[str],
    model: str | None,
    settings: dict[str, Any],
    *,
    target: Path | None,
    as_json: bool,
) -> None:
    from metadx.criticism.compare import compare as ranked
    from metadx.report.compare import comparison_summary, write_comparison
    from metadx.report.compare_text import comparison_text
    from metadx.report.progress import progress
    from metadx.report.summary import as_text

    with progress(sys.stderr) as say, warnings.catch_warnings():
        # A failed check is said below, in words and by the exit status.
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = ranked(
            review,
            formula,
            model,
            **settings,
            say=say,
        )
    told = comparison_summary(found, name=review.name, selection=review.selection)
    if as_json:
        show_bytes(as_text(told).encode())
    else:
        show(comparison_text(told, page()))
    if target is not None:
        written = write_comparison(target, told)
        if not as_json:
            show(f"\nWritten to {target}: {', '.join(written)}\n")
    failed = [one.formula for one in found.models if not one.fit.passed]
    if failed:
        complain(f"a check of the fit failed for {', '.join(failed)}; do not report these.")
        raise typer.Exit(CHECK_FAILED)


def _folder(out: str) -> Path:
    """Refuse a file before the long work, not after it."""
    target = given(out, "--out")
    if target.exists() and not target.is_dir():
        raise DataError(f"{target}: is a file; give --out a folder.")
    return target
