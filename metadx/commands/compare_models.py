"""What `metadx compare --models` does: other models of the same studies."""

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from metadx.commands.exits import CHECK_FAILED
from metadx.commands.output import complain, page, show, show_bytes
from metadx.errors import ConvergenceWarning

if TYPE_CHECKING:
    from metadx.studies.review import Review


def compare_models(
    review: "Review",
    model: str | None,
    *,
    draws: int,
    seed: int | None,
    target: Path | None,
    as_json: bool,
) -> None:
    """Compare the shipped models, print what was found and write it where asked.

    Parameters
    ----------
    review : Review
    model : str or None
        The model of the analysis; None takes the review's own.
    draws, seed : int, int or None
        As of `metadx.fit`.
    target : Path or None
        Folder for ``models.json``.
    as_json : bool
        Whether to print that and nothing else.
    """
    from metadx.criticism.alternatives import MODELS, model_alternatives
    from metadx.report.compare_models import models_summary, models_text, write_models
    from metadx.report.progress import progress
    from metadx.report.summary import as_text

    first = model or review.model
    cards = (first, *(one for one in MODELS if one != str(first)))
    with progress(sys.stderr) as say, warnings.catch_warnings():
        # A failed check is said below, in words and by the exit status.
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = model_alternatives(review, cards, draws=draws, seed=seed, say=say)
    told = models_summary(found, name=review.name, selection=review.selection)
    if as_json:
        show_bytes(as_text(told).encode())
    else:
        show(models_text(told, page()))
    if target is not None:
        written = write_models(target, told)
        if not as_json:
            show(f"\nWritten to {target}: {', '.join(written)}\n")
    failed = [one.id for one in found.models if not one.passed] + [name for name, _ in found.failed]
    if failed:
        complain(f"a check failed for {', '.join(failed)}; do not report these.")
        raise typer.Exit(CHECK_FAILED)
