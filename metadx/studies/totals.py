"""Totals that a source prints, and those that a study table does not add up to.

A table typed from a paper is best checked against what the paper prints about all of it: how many
studies, people and people with the condition, how many studies of a kind, the least and the
greatest prevalence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical
from metadx.studies.problems import listed, quoted

if TYPE_CHECKING:
    from fractions import Fraction

type CountOf = Literal["studies", "participants", "diseased", "nondiseased", "tp", "fp", "fn", "tn"]
type Extreme = Literal["least_prevalence", "greatest_prevalence"]
type What = Literal[CountOf, Extreme]

_EXTREMES: tuple[Extreme, ...] = get_args(Extreme.__value__)


@dataclass(frozen=True)
class Total:
    """A total as a source prints it.

    Parameters
    ----------
    what : str
        What is counted: ``studies``; ``participants`` (whatever the unit is: people, lesions),
        ``diseased``, ``nondiseased``, ``tp``, ``fp``, ``fn``, ``tn`` summed over studies; or
        ``least_prevalence``, ``greatest_prevalence`` of the studies.
    value : int or str
        The number; for a prevalence the text as printed, ``"17/297"`` or ``"5.7%"``.
    column : str or None
        Categorical column that picks the studies; None takes all.
    levels : tuple of str
        Levels of that column; a study counts that has one of them.
    note : str
        What to know about it.
    """

    what: What
    value: int | str
    column: str | None = None
    levels: tuple[str, ...] = ()
    note: str = ""


def total_fault(what: What, value: int | str) -> str | None:
    """Return why a value cannot be a total of that kind, or None.

    Parameters
    ----------
    what : str
        As of `Total`.
    value : int or str

    Returns
    -------
    str or None

    Examples
    --------
    >>> total_fault("studies", 21), total_fault("least_prevalence", "17/297")
    (None, None)
    >>> total_fault("studies", "21")
    'found "21"; wanted a whole number, without quotes'
    """
    if what not in _EXTREMES:
        if isinstance(value, int):
            return None if value >= 0 else f"found {value}; wanted 0 or more"
        return f"found {quoted(value)}; wanted a whole number, without quotes"
    if isinstance(value, int):
        return f'found {value}; wanted a text as printed, such as "17/297" or "5.7%"'
    try:
        _range(value)
    except ValueError as error:
        return f'{error}; wanted a text such as "17/297" or "5.7%"'
    return None


def unmet_totals(table: AccuracyTable, totals: Iterable[Total]) -> list[tuple[str, str]]:
    """Return the totals that the table does not add up to.

    Parameters
    ----------
    table : AccuracyTable
    totals : iterable of Total
        Their columns are categorical covariates of the table.

    Returns
    -------
    list of (about, text)
        Empty where all hold. A prevalence given as a fraction must be that of a study with these
        very numbers.

    Examples
    --------
    >>> table = AccuracyTable.from_counts(["Lee", "Kim"], [68, 31], [14, 4], [35, 2], [132, 9])
    >>> unmet_totals(table, [Total("studies", 2), Total("diseased", 137)])
    [('total of diseased', 'the source prints 137, the table adds up to 136')]
    """
    checked = ((_about(total), _mismatch(table, total)) for total in totals)
    return [(about, text) for about, text in checked if text is not None]


def _mismatch(table: AccuracyTable, total: Total) -> str | None:
    chosen = _chosen(table, total)
    if isinstance(total.value, str):
        found = _other_extreme(table, total.what, total.value, chosen)
    else:
        count = _count(table, total.what, chosen)
        verb = "has" if total.what == "studies" else "adds up to"
        found = None if count == total.value else f"the table {verb} {count:,}"
    if found is None:
        return None
    printed = total.value if isinstance(total.value, str) else f"{total.value:,}"
    return f"the source prints {printed}, {found}{_strangers(table, total)}"


def _count(table: AccuracyTable, what: What, chosen: NDArray[np.intp]) -> int:
    if what == "studies":
        return int(chosen.size)
    columns = {
        "participants": table.n_diseased + table.n_nondiseased,
        "diseased": table.n_diseased,
        "nondiseased": table.n_nondiseased,
    }
    values = columns[what] if what in columns else getattr(table, what)
    return int(values[chosen].sum())


def _other_extreme(
    table: AccuracyTable, what: What, printed: str, chosen: NDArray[np.intp]
) -> str | None:
    """Return what the extreme is where it is not the one printed."""
    from fractions import Fraction

    pairs = {
        int(row): (
            int(table.n_diseased[row]),
            int(table.n_diseased[row] + table.n_nondiseased[row]),
        )
        for row in chosen
    }
    if not pairs:
        return "no study of the table counts"
    shares = {row: Fraction(*pair) for row, pair in pairs.items()}
    extreme = (min if what == "least_prevalence" else max)(shares.values())
    at = [row for row, share in shares.items() if share == extreme]
    low, high = _range(printed)
    if "/" in printed:
        holds = any(pairs[row] == tuple(map(int, printed.split("/"))) for row in at)
    else:
        holds = low <= extreme <= high
    if holds:
        return None
    above, below = pairs[at[0]]
    who = listed([quoted(table.study[row], 40) for row in at], 3)
    return f"in the table it is {above}/{below} = {100 * float(extreme):.1f}% ({who})"


def _chosen(table: AccuracyTable, total: Total) -> NDArray[np.intp]:
    """Return the rows of the studies that count."""
    covariate = table.covariates[total.column] if total.column else None
    if not isinstance(covariate, Categorical):
        return np.arange(table.n_studies)
    return np.flatnonzero([value in total.levels for value in covariate.values])


def _strangers(table: AccuracyTable, total: Total) -> str:
    """Say which levels of a total do not occur: the usual reason is their spelling."""
    covariate = table.covariates.get(total.column) if total.column else None
    if not isinstance(covariate, Categorical):
        return ""
    strangers = [quoted(level) for level in total.levels if level not in covariate.levels]
    if not strangers:
        return ""
    here = listed([quoted(level) for level in covariate.levels])
    return f"; {listed(strangers)} does not occur in the column, which has {here}"


def _about(total: Total) -> str:
    what = total.what.replace("_", " ")
    head = what if total.what in _EXTREMES else f"total of {what.replace('non', 'non-')}"
    if total.column is None:
        return head
    return f"{head} with {total.column} = {' or '.join(total.levels)}"


def _range(printed: str) -> "tuple[Fraction, Fraction]":
    """Return the ends of what a printed prevalence may stand for."""
    # Only a review that prints such totals pays for the arithmetic of fractions.
    from fractions import Fraction

    from metadx.studies.reported_figures import read_figure

    part, slash, whole = printed.partition("/")
    if not slash:
        figure = read_figure("prevalence", printed)
        return figure.low, figure.high
    if not (part.strip().isdecimal() and whole.strip().isdecimal()):
        raise ValueError(f"found {quoted(printed)}, which is no fraction of whole numbers")
    above, below = int(part), int(whole)
    if not 0 <= above <= below or below == 0:
        raise ValueError(f"found {quoted(printed)}, which does not lie between 0 and 1")
    return Fraction(above, below), Fraction(above, below)
