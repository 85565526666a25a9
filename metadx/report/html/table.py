"""A table before it is written: the same numbers rounded on the page and in full in a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from metadx.report.numbers import NOT_IDENTIFIED, interval

type Kind = Literal["text", "prose", "number", "interval"]


@dataclass(frozen=True, eq=False)
class Own:
    """A cell that is written in a way of its own, unlike the rest of its column.

    Parameters
    ----------
    value : object
        A number, an interval or None.
    write : callable
        How each number is written on the page.
    empty : str
        What stands for None on the page.
    limits : bool
        As of `Column`.
    """

    value: Any
    write: Callable[[Any], str]
    empty: str = NOT_IDENTIFIED
    limits: bool = True


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Parameters
    ----------
    key : str
        Its name in the file; of intervals the beginning of three names.
    label : str
        Its heading on the page.
    kind : {"text", "prose", "number", "interval"}
        Prose is broken into lines on the page.
        A cell of intervals holds "median", "lower" and "upper", or is one number without limits.
    write : callable
        How a number, or each number of an interval, is written on the page.
    empty : str
        What stands for None on the page.
    above : str
        A heading that it shares with its neighbours; may be empty.
    limits : bool
        Whether the page shows the limits of intervals too; the file always has them.
    """

    key: str
    label: str
    kind: Kind = "text"
    write: Callable[[Any], str] = str
    empty: str = NOT_IDENTIFIED
    above: str = ""
    limits: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of the file."""
        if self.kind != "interval":
            return (self.key,)
        return tuple(f"{self.key}_{part}" for part in ("median", "lower", "upper"))

    def shown(self, value: Any) -> str:  # noqa: ANN401 - a text, a number or an interval
        """Write a cell for the page."""
        if isinstance(value, Own):
            limits = self.limits and value.limits
            own = replace(self, write=value.write, empty=value.empty, limits=limits)
            return own.shown(value.value)
        if value is None:
            return self.empty
        if self.kind == "interval" and isinstance(value, Mapping):
            if value.get("median") is None:
                return self.empty
            return interval(value, self.write) if self.limits else self.write(value["median"])
        return self.write(value)

    def cells(self, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - as of `shown`
        """Write the cells of the file, in full precision; None stays empty."""
        if isinstance(value, Own):
            return self.cells(value.value)
        if self.kind == "interval":
            # A single number, such as an area, has no limits.
            of = value if isinstance(value, Mapping) else {"median": value}
            return tuple(_full(of.get(part)) for part in ("median", "lower", "upper"))
        return (_full(value),)


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the report.

    Parameters
    ----------
    name : str
        Stem of its file after ``table-``.
    title : str
    columns : tuple of Column
        The first one heads the rows.
    rows : tuple of tuple
        A value for each column.
    notes : tuple of str
        Sentences below it.
    """

    kind: ClassVar[str] = "table"
    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()


def _full(value: Any) -> str:  # noqa: ANN401 - a text or a number
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)
