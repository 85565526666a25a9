"""`metadx check`: look at a review before pooling it."""

import typer

from metadx.commands.exits import CHECK_FAILED
from metadx.commands.inputs import LabelOption, PathArgument, ScaleOption, kind_of, load
from metadx.commands.options import refuse_others
from metadx.commands.output import page, show

EPILOG = "Exit status: 0 clean; 1 findings in a valid review; 2 unreadable or invalid."


def check(path: PathArgument, label: LabelOption = None, scale: ScaleOption = None) -> None:
    """Validate and cross-check a review; change nothing."""
    if kind_of(path) == "agreement":
        from metadx.commands.agreement import check_agreement

        refuse_others(path, "agreement", {"label": label})
        found = check_agreement(path, scale)
    else:
        refuse_others(path, "accuracy", {"scale": scale})
        found = _check_accuracy(path, label)
    if found:
        raise typer.Exit(CHECK_FAILED)


def _check_accuracy(path: str, label: str | None) -> bool:
    """Print what a review of accuracy holds; tell whether cross-checks noticed something."""
    from metadx.report.checked import check_text, finding_texts

    review = load(path, label)
    if review.analysis.model != type(review.analysis).model:
        from metadx.cards.load import load_card

        load_card(review.model)
    found = finding_texts(review)
    show(check_text(review, found, page()))
    return bool(found)
