"""The ordered categories of a review, and which of them a cell names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from metadx.errors import DataError
from metadx.studies.cells import tidy
from metadx.studies.problems import listed, quoted

MOST_CATEGORIES = 20
"""More whole numbers than this are measurements rather than categories."""

_DECIMAL = re.compile(r"[+-]?[0-9]*[.,][0-9]+")
_WHOLE = re.compile(r"([+-]?[0-9]{1,9})(?:\.0*)?")


@dataclass(frozen=True)
class Scale:
    """The categories of a review, lowest first.

    Parameters
    ----------
    categories : tuple of str, length C
        Their names.
    codes : tuple of str, length C, or empty
        What stands in the cells instead, where that is not the name.
    boundaries : tuple of float, length C - 1, or empty
        Lower limits of the categories above the first, on a measurement.
    unit : str
        Unit of the boundaries.
    whole : str
        Region that the other regions are parts of.
    told : bool
        Whether the categories were declared; False where they were taken from the cells.
    """

    categories: tuple[str, ...]
    codes: tuple[str, ...] = ()
    boundaries: tuple[float, ...] = ()
    unit: str = ""
    whole: str = ""
    told: bool = True

    def place(self, cell: str) -> int:
        """Return the place on the scale, from 0, of the category that a cell names.

        Parameters
        ----------
        cell : str
            Content of the cell, not empty.

        Returns
        -------
        int

        Raises
        ------
        ValueError
            If it names no category; the message is to stand after the column name.

        Examples
        --------
        >>> Scale(("none", "mild", "severe")).place("Mild")
        1
        """
        text = tidy(cell)
        for names in (self.codes, self.categories):
            if text in names:
                return names.index(text)
        for names in (self.codes, self.categories):
            folded = [_plain(name) for name in names]
            if _plain(text) in folded:
                return folded.index(_plain(text))
        wanted = self.codes or self.categories
        near = get_close_matches(text, wanted, n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise ValueError(
            f"= {quoted(cell)} is no category of the scale, wanted one of {listed(wanted)}{hint}"
        )


def _plain(text: str) -> str:
    """Return what counts when names are compared: no case, and whole numbers without decimals."""
    found = _WHOLE.fullmatch(text)
    return str(int(found[1])) if found else text.casefold()


def scale_from_cells(cells: Mapping[str, Sequence[str]], *, source: str) -> Scale:
    """Take whole numbers that stand in the cells as the categories, from the least to the greatest.

    Parameters
    ----------
    cells : mapping of str to sequence of str
        The cells that are not empty, by column.
    source : str
        Name of the table, used in messages.

    Returns
    -------
    Scale

    Raises
    ------
    DataError
        If there are no cells, or they are no whole numbers, all the same, or too many different
        ones.

    Examples
    --------
    >>> scale_from_cells({"A": ["1", "4"], "B": ["2", "4.0"]}, source="ratings.csv").categories
    ('1', '2', '3', '4')
    """
    way_out = (
        'tell the categories, lowest first: --scale "none,mild,severe", or [scale] categories = '
        '["none", "mild", "severe"] in review.toml'
    )
    values = set()
    for name, column in cells.items():
        for cell in column:
            found = _WHOLE.fullmatch(tidy(cell))
            if found is None and _DECIMAL.fullmatch(tidy(cell)):
                raise DataError(
                    f"{source}, column {quoted(name)}: {quoted(cell)} is no whole number, and "
                    "only whole numbers are taken as categories without being told, for it is not "
                    f"known which values between them there are; {way_out}."
                )
            if found is None:
                raise DataError(
                    f"{source}, column {quoted(name)}: the categories are no whole numbers "
                    f"({quoted(cell)}), so their order is not known; {way_out}."
                )
            values.add(int(found[1]))
    if not cells:
        raise DataError(
            f"{source}: printed figures alone do not tell the scale, and the same kappa says "
            f"something else on three categories than on five; {way_out}."
        )
    if not values:
        raise DataError(f"{source}: there is no category in any cell, and no scale; {way_out}.")
    low, high = min(values), max(values)
    if low == high:
        raise DataError(
            f"{source}: every rating is {low}; with one category nothing can be said of "
            f"agreement. If the scale has more, {way_out}."
        )
    if high - low >= MOST_CATEGORIES:
        raise DataError(
            f"{source}: whole numbers from {low} to {high} would be {high - low + 1} categories, "
            f"wanted at most {MOST_CATEGORIES}; correct a mistyped cell, put a column that is no "
            f"rater away (cases are named in a column case), or {way_out}."
        )
    return Scale(tuple(str(value) for value in range(low, high + 1)), told=False)


def scale_by_hand(names: Sequence[str]) -> Scale:
    """Make a scale of names given by hand.

    Parameters
    ----------
    names : sequence of str
        The categories, lowest first.

    Returns
    -------
    Scale

    Raises
    ------
    DataError
        If there are fewer than two, or two are the same.

    Examples
    --------
    >>> scale_by_hand(["none", "mild", "severe"]).categories
    ('none', 'mild', 'severe')
    """
    clean = tuple(tidy(str(name)) for name in names)
    if len(clean) < 2 or not all(clean):
        raise DataError(
            f"the scale has {len([name for name in clean if name])} categories "
            f"({listed(clean) or 'none'}); wanted at least two, separated by commas."
        )
    if len({_plain(name) for name in clean}) < len(clean):
        raise DataError(f"the scale names a category twice: {listed(clean)}.")
    return Scale(clean)
