"""Studies whose 2x2 table is not certain: all tables that it may have had, one of them shown."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from metadx.errors import DataError
from metadx.studies.counts import LARGEST, count_from_text
from metadx.studies.problems import quoted

type IntArray = npt.NDArray[np.int64]
type Alternatives = Mapping[int, IntArray]

ALTERNATIVES = "alternatives"
"""Header of a column that holds them as text."""

NO_ALTERNATIVES: Alternatives = MappingProxyType({})


def checked_alternatives(
    given: Mapping[int, npt.ArrayLike],
    counts: Sequence[IntArray],
    study: Sequence[str],
    source: str,
) -> Alternatives:
    """Take read-only copies of the tables of the uncertain studies.

    Parameters
    ----------
    given : mapping of int to array-like of int, shape (M, 4)
        The tables as tp, fp, fn, tn, by the place of the study.
    counts : four (N,) int64 arrays
        tp, fp, fn, tn as shown.
    study : sequence of str, length N
        Labels.
    source : str
        Name of the table, used in messages.

    Returns
    -------
    mapping of int to (M, 4) int64 array
        In the order of the studies.

    Raises
    ------
    DataError
        If a place is none, there are fewer than two tables or two equal ones, one is no table of
        counts, or the counts shown are not among them.
    """
    if not given:
        return NO_ALTERNATIVES
    strangers = [place for place in given if place not in range(len(study))]
    if strangers:
        raise DataError(f"{source}: alternatives for the place {strangers[0]}, where no study is.")
    return MappingProxyType(
        {
            int(place): _tables(given[place], [int(c[place]) for c in counts], study[place], source)
            for place in sorted(given)
        }
    )


def _tables(given: npt.ArrayLike, shown: Sequence[int], label: str, source: str) -> IntArray:
    about = f"{source}, study {quoted(label)}: its alternative tables"
    numbers = np.asarray(given)
    if numbers.ndim != 2 or numbers.shape[1] != 4 or numbers.dtype.kind not in "iu":
        raise DataError(f"{about} must be whole numbers, one row of tp, fp, fn, tn each.")
    tables = numbers.astype(np.int64)
    if tables.min(initial=0) < 0 or tables.max(initial=0) > LARGEST or not tables.any(axis=1).all():
        raise DataError(f"{about} must hold counts from 0 up, and somebody in each.")
    if len(np.unique(tables, axis=0)) != len(tables) or len(tables) < 2:
        raise DataError(f"{about} must be two or more, all different.")
    if not (tables == np.asarray(shown)).all(axis=1).any():
        raise DataError(f"{about} must include the counts shown, {tables_text([shown])}.")
    tables.flags.writeable = False
    return tables


def same_alternatives(one: Alternatives, other: Alternatives) -> bool:
    """Tell whether the same tables stand for the same studies; their order does not matter."""
    return one.keys() == other.keys() and all(
        np.array_equal(np.unique(one[place], axis=0), np.unique(other[place], axis=0))
        for place in one
    )


def tables_text(tables: Sequence[Sequence[int]] | IntArray) -> str:
    """Write tables in one cell, each as tp/fp/fn/tn.

    Examples
    --------
    >>> tables_text([(31, 12, 10, 23), (30, 12, 11, 23)])
    '31/12/10/23; 30/12/11/23'
    """
    return "; ".join("/".join(str(int(count)) for count in table) for table in tables)


def tables_from_text(text: str) -> IntArray:
    """Read the tables that `tables_text` wrote.

    Parameters
    ----------
    text : str

    Returns
    -------
    ndarray of int, shape (M, 4)

    Raises
    ------
    ValueError
        If a table is not four counts; the message is the reason, to stand after the column name.

    Examples
    --------
    >>> tables_from_text("31/12/10/23; 30/12/11/23")
    array([[31, 12, 10, 23],
           [30, 12, 11, 23]])
    """
    tables = []
    for part in text.split(";"):
        cells = part.split("/")
        if len(cells) != 4:
            raise ValueError(
                f"= {quoted(part.strip())} is no table; write tp/fp/fn/tn; tp/fp/fn/tn"
            )
        tables.append([count_from_text(cell) for cell in cells])
    return np.array(tables, dtype=np.int64)


def central_table(tables: IntArray) -> IntArray:
    """Return the one of several tables that is nearest to their mean.

    Parameters
    ----------
    tables : ndarray of int, shape (M, 4)

    Returns
    -------
    ndarray of int, shape (4,)
        The first of those that are equally near.

    Examples
    --------
    >>> central_table(np.array([[1, 2, 3, 4], [2, 2, 2, 4], [3, 2, 1, 4]]))
    array([2, 2, 2, 4])
    """
    far = (tables - tables.mean(axis=0)) ** 2
    nearest: IntArray = tables[int(np.argmin(far.sum(axis=1)))]
    return nearest
