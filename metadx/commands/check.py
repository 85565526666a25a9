"""`metadx check`: look at a review before pooling it."""

import typer

from metadx.commands.exits import CHECK_FAILED
from metadx.commands.inputs import LabelOption, PathArgument, load
from metadx.commands.output import page, show

EPILOG = "Exit status: 0 clean; 1 findings in a valid review; 2 unreadable or invalid."


def check(path: PathArgument, label: LabelOption = None) -> None:
    """Validate and cross-check a review; change nothing."""
    from metadx.report.checked import check_text, finding_texts

    review = load(path, label)
    if review.analysis.model != type(review.analysis).model:
        from metadx.cards.load import load_card

        load_card(review.model)
    found = finding_texts(review)
    show(check_text(review, found, page()))
    if found:
        raise typer.Exit(CHECK_FAILED)
