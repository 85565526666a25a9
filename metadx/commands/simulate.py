"""`metadx simulate`: check the method itself on simulated reviews."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from metadx.commands.exits import CHECK_FAILED, INTERRUPTED
from metadx.commands.inputs import SchedulerOption, WorkersOption, given
from metadx.commands.output import complain, show

EPILOG = (
    "Exit status: 0 done and every threshold was met; 1 done, but one was not; 2 bad input or "
    "usage; 130 interrupted: the same command continues."
)


def simulate(
    kind: Annotated[
        Literal["sbc", "coverage", "contrasts", "agreement"],
        typer.Argument(
            metavar="KIND",
            help="sbc: are the engines right under each prior? coverage: how often do the "
            "intervals hold the truth? contrasts: the same of what a covariate does, under several "
            "priors. agreement: the same of raters, from cross-tables and from printed figures.",
        ),
    ],
    *,
    grid: Annotated[
        str | None,
        typer.Option(help="Design: a file, or the name of one that ships (that of KIND)."),
    ] = None,
    replications: Annotated[
        int | None, typer.Option(help="Replications of each cell (as the design says).", min=1)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the random numbers (as the design says).", min=0)
    ] = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    out: Annotated[str | None, typer.Option(help="Folder (results/simulate-KIND).")] = None,
) -> None:
    """Simulate reviews, fit them and compare with the truth; interrupted, it can be continued."""
    from metadx.report.progress import counted, progress
    from metadx.report.simulated import write_study
    from metadx.simulation.study import simulate as run_study

    folder = Path("results") / f"simulate-{kind}" if out is None else given(out, "--out")
    design = None if grid is None else given(grid, "--grid")
    try:
        with progress(sys.stderr) as say:
            done = run_study(
                kind,
                folder,
                grid=design,
                replications=replications,
                seed=seed,
                workers=workers,
                scheduler=scheduler,
                say=counted(say, "replications"),
            )
            written = write_study(folder, done, say=say)
    except KeyboardInterrupt:
        complain(f"interrupted; what is finished is in {folder}, and the same command continues.")
        raise typer.Exit(INTERRUPTED) from None
    show("".join(f"{requirement.line()}\n" for requirement in done.requirements))
    if done.short:
        show("Fewer replications than the design asks for: chance alone may fail a threshold.\n")
    show(f"\nWritten to {folder}: {', '.join(written)}\n")
    if not done.passed:
        raise typer.Exit(CHECK_FAILED)
