"""What is to be done, piece by piece, and what came of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metadx.errors import MetadxError

type Json = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One piece of work.

    Parameters
    ----------
    key : str
        Name of the piece, such as ``"a-k5/0017"``; no two items of a plan share one.
    payload : tuple
        The arguments of the work; picklable. What is random takes its seed from here, so that the
        outcome depends on nothing else.
    """

    key: str
    payload: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything that is to be done.

    Parameters
    ----------
    name : str
        Kind of the work, such as ``"sbc"``.
    work : callable
        Called as ``work(*item.payload)`` in any process: a function of a module that can be
        imported there. Returns a dict that JSON can hold.
    items : tuple of Item
    identity : str
        Digest of all that determines the outcomes beside the items: outcomes made under another
        identity are never mixed with these.

    Raises
    ------
    MetadxError
        If two items share a key.

    Examples
    --------
    >>> Plan("squares", pow, (Item("a", (2, 2)), Item("a", (3, 2))), "1")
    Traceback (most recent call last):
    ...
    metadx.errors.MetadxError: squares: two items have the key 'a'; give each its own.
    """

    name: str
    work: Callable[..., Json]
    items: tuple[Item, ...]
    identity: str

    def __post_init__(self) -> None:
        """Refuse items that could not be told apart."""
        seen: set[str] = set()
        for item in self.items:
            if item.key in seen:
                msg = f"{self.name}: two items have the key {item.key!r}; give each its own."
                raise MetadxError(msg)
            seen.add(item.key)


@dataclass(frozen=True)
class Outcome:
    """What came of one item.

    Parameters
    ----------
    key : str
    value : dict or None
        What the work returned, after a passage through JSON.
    error : str or None
        Type and message of what the work raised, or how its process ended. Exactly one of the two
        is None.
    """

    key: str
    value: Json | None = None
    error: str | None = None
