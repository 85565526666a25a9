"""`metadx models`: the model cards that ship, or one card in full."""

from typing import Annotated

import typer

from metadx.commands.output import show


def models(
    identifier: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a card, or its path.")
    ] = None,
) -> None:
    """Show the model cards: all in a line each, or one in full."""
    from metadx.cards.load import list_cards, load_card

    if identifier is not None:
        from metadx.report.cards import card_text

        show(card_text(load_card(identifier).card))
        return
    from metadx.report.listing import models_text

    show(models_text([load_card(name).card for name in list_cards()]))
