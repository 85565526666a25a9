"""Find, read and check model cards; a wrong card is refused with the path into the document."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from metadx.cards.alternatives import AlternativePriors
from metadx.cards.card import Card
from metadx.cards.writing import card_toml
from metadx.errors import CardError
from metadx.resources import models_dir

type CardKind = Literal["accuracy", "agreement"]

JSON_SCHEMA_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_MARKS: dict[str, CardKind] = {"metadx/card": "accuracy", "metadx/agreement-card": "agreement"}
_SPOKEN: dict[CardKind, str] = {
    "accuracy": "diagnostic accuracy",
    "agreement": "agreement of raters",
}


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


def list_cards(kind: CardKind | None = None) -> tuple[str, ...]:
    """Return the ids of the cards that ship with metadx, sorted.

    Parameters
    ----------
    kind : {"accuracy", "agreement"} or None
        Only cards for such data; None for all.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> "bivariate-binomial" in list_cards()
    True
    >>> list_cards("agreement")
    ('ordinal-agreement',)
    """
    paths = sorted(models_dir().glob("*.toml"), key=lambda path: path.stem)
    return tuple(
        path.stem
        for path in paths
        if kind is None or card_kind(path.read_text(encoding="utf-8")) == kind
    )


def card_kind(text: str) -> CardKind | None:
    """Tell which kind of data a card is for, by its key ``schema``.

    Parameters
    ----------
    text : str
        The TOML document.

    Returns
    -------
    {"accuracy", "agreement"} or None
        None where the document does not say.

    Examples
    --------
    >>> card_kind('schema = "metadx/agreement-card/1"')
    'agreement'
    """
    try:
        mark = str(tomllib.loads(text).get("schema", ""))
    except tomllib.TOMLDecodeError:
        return None
    return _MARKS.get(mark.rpartition("/")[0])


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
    return parse_card(*read_card_text(which, "accuracy"))


def read_card_text(which: str | Path, kind: CardKind) -> tuple[str, str]:
    """Find the document of a card.

    Parameters
    ----------
    which : str or Path
        The id of a shipped card or the path of one's own.
    kind : {"accuracy", "agreement"}
        The data it is wanted for.

    Returns
    -------
    text, source : str
        The document, and what to call it in messages.

    Raises
    ------
    CardError
        If there is no such card, it cannot be read, or it is for the other kind of data.
    """
    name = str(which)
    shipped = models_dir() / f"{name}.toml"
    if name in list_cards():
        path = shipped
    elif Path(name).is_file():
        path = Path(name)
    else:
        raise CardError(_no_such_card(name, kind))
    try:
        # Editors on Windows may write a byte-order mark, which TOML does not allow.
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CardError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CardError(f"{path}: not UTF-8 text; save it as UTF-8.") from error
    source = str(path) if path != shipped else path.name
    found = card_kind(text)
    if found is not None and found != kind:
        raise CardError(
            f"{source}: a card for {_SPOKEN[found]}, where one for {_SPOKEN[kind]} is wanted; "
            f"such as {', '.join(list_cards(kind))}."
        )
    return text, source


def _no_such_card(name: str, kind: CardKind) -> str:
    ids = list_cards(kind)
    near = get_close_matches(name, ids, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return (
        f"no model card {name!r}: it is neither a shipped id ({', '.join(ids)}) nor a file.{hint}"
    )


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
    return LoadedCard(checked_card(Card, text, source), text, source)


def with_priors(loaded: LoadedCard, alternative: AlternativePriors) -> LoadedCard:
    """Put other priors in the place of a card's own: a card that can be fitted like any other.

    Parameters
    ----------
    loaded : LoadedCard
        Its text is read anew; comments are lost.
    alternative : AlternativePriors
        One of `Card.alternatives`, or any other.

    Returns
    -------
    LoadedCard
        With an id and a title of its own, and no alternatives.

    Raises
    ------
    CardError
        If the priors do not suit the card, such as one for a value that it takes as given.

    Examples
    --------
    >>> loaded = load_card("bivariate-binomial")
    >>> other = with_priors(loaded, loaded.card.alternatives[0])
    >>> other.card.id, str(other.card.parameters.mu.prior)
    ('bivariate-binomial-wider', 'Normal(mean=0, sd=5)')
    """
    document = tomllib.loads(loaded.text)
    slug = re.sub("[^a-z0-9]+", "-", alternative.name.lower()).strip("-")
    document["id"] = f"{loaded.card.id}-{slug or 'other'}"
    document["title"] = f"{loaded.card.title} ({alternative.name})"
    document["status"] = "own"
    document.pop("alternatives", None)
    for name in alternative.changed:
        part = document["parameters"][name]
        part["prior"] = getattr(alternative, name).model_dump()
        part["why"] = alternative.why
    return parse_card(card_toml(document), f"{loaded.source}, {alternative.name}")


def checked_card[C: BaseModel](form: type[C], text: str, source: str) -> C:
    """Read a document as a card of a form, or explain each of its faults.

    Parameters
    ----------
    form : type
        The pydantic class of the card.
    text : str
        The TOML document.
    source : str
        What to call it in messages.

    Returns
    -------
    object of that class

    Raises
    ------
    CardError
        If it is not TOML or not a valid card.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{source}: not a TOML document: {error}."
        raise CardError(msg) from error
    try:
        return form.model_validate(document)
    except ValidationError as error:
        from metadx.cards.explain import explain_fault

        faults = (explain_fault(fault, document, form) for fault in error.errors())
        raise CardError("\n".join(f"{source}: {fault}" for fault in faults)) from error


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
    return {"$schema": JSON_SCHEMA_DRAFT, **schema}
