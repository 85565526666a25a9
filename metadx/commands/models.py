"""`metadx models`: the model cards that ship, or one card in full."""

from pathlib import Path
from typing import Annotated

import typer

from metadx.commands.output import show


def models(
    identifier: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a card, or its path.")
    ] = None,
) -> None:
    """Show the model cards: all in a line each, or one in full."""
    from metadx.cards.agreement_card import load_agreement_card
    from metadx.cards.load import list_cards, load_card

    if identifier is None:
        from metadx.report.listing import models_text

        cards = [load_card(name).card for name in list_cards("accuracy")]
        show(models_text([*cards, *(load_agreement_card(n).card for n in list_cards("agreement"))]))
    elif _is_agreement(identifier):
        from metadx.report.agreement_card import agreement_card_text

        show(agreement_card_text(load_agreement_card(identifier).card))
    else:
        from metadx.report.cards import card_text

        show(card_text(load_card(identifier).card))


def _is_agreement(identifier: str) -> bool:
    """Tell whether a card is one for agreement; what cannot be read is left to the reader."""
    from metadx.cards.load import card_kind, list_cards

    if identifier in list_cards():
        return identifier in list_cards("agreement")
    try:
        text = Path(identifier).read_bytes().decode("utf-8-sig")
    except (OSError, ValueError):
        return False
    return card_kind(text) == "agreement"
