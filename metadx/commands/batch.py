"""`metadx batch`: pool every review of a folder."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from metadx.commands.exits import CHECK_FAILED, INTERRUPTED
from metadx.commands.inputs import SchedulerOption, WorkersOption, check_probabilities, given
from metadx.commands.output import complain, page, show

EPILOG = (
    "Exit status: 0 every review was pooled and passed every check; 1 done, but some review was "
    "not or did not; 2 bad input or usage; 130 interrupted: the same command continues."
)


def batch(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Folder with review folders or tables in it.")
    ],
    *,
    model: Annotated[
        str | None, typer.Option(help="Id of a model card, or its path (as each review says).")
    ] = None,
    draws: Annotated[int, typer.Option(help="Posterior draws of each review.")] = 2000,
    prob: Annotated[
        float | None, typer.Option(help="Level of the intervals (as each review says).")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the random numbers (as each review says).")
    ] = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    out: Annotated[str | None, typer.Option(help="Folder (results/batch-FOLDER).")] = None,
) -> None:
    """Pool every review of a folder, one line each; interrupted, it can be continued."""
    from metadx.report.batch import BatchSettings, batch_plan
    from metadx.report.batch_table import check_target, results_of, write_batch
    from metadx.report.batch_text import batch_text
    from metadx.report.progress import counted, progress
    from metadx.report.reviews import find_reviews
    from metadx.runner.run import run_plan

    above = given(folder, "FOLDER")
    reviews = find_reviews(above)
    beside = Path("results") / f"batch-{above.resolve().name}"
    target = beside if out is None else given(out, "--out")
    check_target(target, above)
    if prob is not None:
        check_probabilities(prob)
    try:
        with progress(sys.stderr) as say:
            say("reading")
            plan = batch_plan(reviews, BatchSettings(model, draws, prob, seed))
            outcomes = run_plan(
                plan, target, workers=workers, scheduler=scheduler, say=counted(say, "reviews")
            )
            results = results_of(outcomes)
            written = write_batch(target, results)
    except KeyboardInterrupt:
        complain(f"interrupted; what is finished is in {target}, and the same command continues.")
        raise typer.Exit(INTERRUPTED) from None
    show(f"{batch_text(results, page())}\nWritten to {target}: {', '.join(written)}\n")
    if not all(one.get("passed") for one in results):
        raise typer.Exit(CHECK_FAILED)
