"""Find, read and check model cards; a wrong card is refused with the path into the document."""

import hashlib
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from metadx.cards.card import Card
from metadx.errors import CardError
from metadx.resources import models_dir


@dataclass(frozen=True)
class LoadedCard:
    """A card with the text it was read from.

    Parameters
    ----------
    card : Card
        The checked content.
    text : str
        The TOML document as it stands in the file: stored with every fit.
    source : str
        File name used in messages.
    """

    card: Card
    text: str
    source: str

    @property
    def sha256(self) -> str:
        """Hash of the document, as written to ``summary.json``."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def list_cards() -> tuple[str, ...]:
    """Return the ids of the cards that ship with metadx, sorted.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> "bivariate-binomial" in list_cards()
    True
    """
    return tuple(sorted(path.stem for path in models_dir().glob("*.toml")))


def load_card(which: str | Path) -> LoadedCard:
    """Read a card by the id of a shipped one or by the path of one's own.

    Parameters
    ----------
    which : str or Path
        An id such as ``"bivariate-binomial"``, or the path of a TOML file.

    Returns
    -------
    LoadedCard

    Raises
    ------
    CardError
        If there is no such card, or the document is not a valid card; the message holds the path
        into the document, what was found and what is wanted.

    Examples
    --------
    >>> str(load_card("bivariate-binomial").card.parameters.rho.prior)
    'Uniform(lower=-1, upper=1)'
    """
    name = str(which)
    shipped = models_dir() / f"{name}.toml"
    if name in list_cards():
        path = shipped
    elif Path(name).is_file():
        path = Path(name)
    else:
        near = get_close_matches(name, list_cards(), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        msg = (
            f"no model card {name!r}: it is neither a shipped id ({', '.join(list_cards())}) "
            f"nor a file.{hint}"
        )
        raise CardError(msg)
    try:
        # Editors on Windows may write a byte-order mark, which TOML does not allow.
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CardError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CardError(f"{path}: not UTF-8 text; save it as UTF-8.") from error
    return parse_card(text, source=str(path) if path != shipped else path.name)


@lru_cache(maxsize=32)
def parse_card(text: str, source: str) -> LoadedCard:
    """Check a card given as TOML text.

    Parameters
    ----------
    text : str
        The TOML document.
    source : str
        What to call it in messages.

    Returns
    -------
    LoadedCard

    Raises
    ------
    CardError
        If it is not TOML or not a valid card.

    Examples
    --------
    >>> parse_card('id = "mine"', "mine.toml")
    Traceback (most recent call last):
        ...
    metadx.errors.CardError: mine.toml: schema: is missing; give it a value
    ...
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{source}: not a TOML document: {error}."
        raise CardError(msg) from error
    try:
        return LoadedCard(Card.model_validate(document), text, source)
    except ValidationError as error:
        from metadx.cards.explain import explain_fault

        lines = [f"{source}: {explain_fault(fault, document)}" for fault in error.errors()]
        raise CardError("\n".join(lines)) from error


def card_schema() -> dict[str, Any]:
    """Return the JSON schema of a card; ``models/card.schema.json`` holds the same document.

    Returns
    -------
    dict
        A schema of draft 2020-12.

    Examples
    --------
    >>> card_schema()["additionalProperties"]
    False
    """
    schema = Card.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
