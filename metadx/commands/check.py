"""`metadx check`: look at a review before pooling it."""

import typer

from metadx.commands.blame import settings_of
from metadx.commands.exits import CHECK_FAILED
from metadx.commands.inputs import (
    LabelOption,
    OnlyOption,
    PathArgument,
    ScaleOption,
    kind_of,
    load,
    place_of,
)
from metadx.commands.options import refuse_others
from metadx.commands.output import page, show
from metadx.errors import DataError

EPILOG = "Exit status: 0 clean; 1 findings in a valid review; 2 unreadable or invalid."


def check(
    path: PathArgument,
    label: LabelOption = None,
    only: OnlyOption = None,
    scale: ScaleOption = None,
) -> None:
    """Validate and cross-check a review; change nothing."""
    if kind_of(path) == "agreement":
        from metadx.commands.agreement import check_agreement

        refuse_others(path, "agreement", {"label": label, "only": only})
        found = check_agreement(path, scale)
    else:
        refuse_others(path, "accuracy", {"scale": scale})
        found = _check_accuracy(path, label, only)
    if found:
        raise typer.Exit(CHECK_FAILED)


def _check_accuracy(path: str, label: str | None, only: list[str] | None) -> bool:
    """Print what a review of accuracy holds; tell whether cross-checks noticed something."""
    from metadx.report.checked import check_text, finding_texts
    from metadx.report.unfilled import unfilled_text

    try:
        review = load(path, label, only)
    except DataError:
        # What review.toml lacks can be said all the same.
        show(unfilled_text(path, page()))
        raise
    if review.analysis.model != type(review.analysis).model:
        from metadx.cards.load import load_card

        with settings_of(review):
            load_card(review.model)
    found = finding_texts(review)
    show(check_text(review, found, page()))
    lacking = unfilled_text(place_of(path) or path, page())
    if lacking:
        show(f"\n{lacking}")
    return bool(found)
