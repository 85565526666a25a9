"""Work in this process, one item after the other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from metadx.runner.perform import perform
from metadx.runner.plan import Item, Json
from metadx.runner.pool import Died


@dataclass(frozen=True)
class Here:
    """A `metadx.runner.pool.Pool` of this process alone.

    Parameters
    ----------
    work : callable
    """

    work: Callable[..., Json]

    def lines(self, items: Iterable[Item]) -> Iterator[str | Died]:
        """Do items in their order; see `metadx.runner.pool.Pool.lines`."""
        for item in items:
            yield perform(self.work, item)
