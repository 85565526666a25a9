"""What a place of work offers, whether it is this process, its children or a cluster."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from metadx.runner.plan import Item


@dataclass(frozen=True)
class Died:
    """An item whose process ended before the item did.

    Parameters
    ----------
    item : Item
        Perhaps the cause, perhaps a victim.
    how : str
        How the process ended.
    """

    item: Item
    how: str


class Pool(Protocol):
    """A place of work."""

    def lines(self, items: Iterable[Item]) -> Iterator[str | Died]:
        """Do items, as many at once as there is room for.

        Parameters
        ----------
        items : iterable of Item
            A single one is done alone, with nothing else running.

        Yields
        ------
        str or Died
            One for each item, in the order in which they end: a line of the checkpoint, or `Died`
            where the process was lost.
        """
        ...  # pragma: no cover
