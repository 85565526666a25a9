"""`metadx new`: the folder of a new review."""

from typing import Annotated, Literal

import typer

from metadx.commands.inputs import LabelOption, ScaleOption, categories_of, given, label_columns
from metadx.commands.output import page, show
from metadx.errors import DataError

EPILOG = "Exit status: 0 done; 2 the folder exists, or what to begin with cannot be used."


def new(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="The folder to make.")],
    *,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="PATH", help="Begin with a shipped dataset, a review or a table."
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="Title of the review (name of the folder).")] = "",
    kind: Annotated[str, typer.Option(help="accuracy, or agreement of raters.")] = "accuracy",
    label: LabelOption = None,
    scale: ScaleOption = None,
) -> None:
    """Make a review to be filled in: a table with its header, and review.toml explained."""
    from metadx.report.unfilled import made_text
    from metadx.studies.scaffold import new_review

    if kind not in {"accuracy", "agreement"}:
        raise DataError(f"--kind {kind!r}: wanted accuracy or agreement.")
    about: Literal["accuracy", "agreement"] = "accuracy" if kind == "accuracy" else "agreement"
    where = given(folder, "FOLDER")
    origin = None if source is None else given(source, "--from")
    begun = str(source) if origin is not None else None
    names = new_review(
        where,
        title=title,
        kind=about,
        source=begun,
        label=label_columns(label),
        scale=categories_of(scale),
    )
    show(made_text(where, names, page(), begun=begun is not None))
