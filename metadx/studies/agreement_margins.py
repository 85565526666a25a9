"""How often each rater gave each category, and quartiles of what was measured before."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from metadx.studies.agreement import Quartiles
from metadx.studies.agreement_figures import printed_decimal
from metadx.studies.agreement_scale import Scale
from metadx.studies.agreement_sheet import Key, Sheet, key_label, key_problems
from metadx.studies.counts import IntArray, count_from_text
from metadx.studies.problems import Problem, listed, quoted, refuse_if_any

type Percent = tuple[float, int]


@dataclass(frozen=True, eq=False)
class PrintedMargin:
    """The margin of one rater as printed.

    Parameters
    ----------
    key : tuple of str
        Study, finding, region.
    rater : str
    counts : ndarray of int, shape (C,)
    percents : tuple of (float, int) or None, length C
        Percentages as printed, with their decimals; None where none is.
    row : int
        Row of its first line in the file.
    """

    key: Key
    rater: str
    counts: IntArray
    percents: tuple[Percent | None, ...]
    row: int

    @property
    def label(self) -> str:
        """Whose margin it is, and of what."""
        return ", ".join(part for part in (self.rater, key_label(self.key)) if part)


type Margins = Mapping[tuple[Key, str], PrintedMargin]


def printed_margins(sheet: Sheet, scale: Scale) -> Margins:
    """Read the margins of raters, one line a category.

    Parameters
    ----------
    sheet : Sheet
        A table of kind "margins".
    scale : Scale

    Returns
    -------
    mapping of (key, rater) to PrintedMargin

    Raises
    ------
    DataError
        If a count, a percentage or a category cannot be read, or a margin lacks a category or has
        one twice.
    """
    problems = key_problems(sheet)
    cells: dict[tuple[Key, str], dict[int, tuple[int, Percent | None, int]]] = {}
    first: dict[tuple[Key, str], int] = {}
    for i, row in enumerate(sheet.rows):
        key, rater = sheet.key(i), sheet.cell("rater", i)
        who = ", ".join(part for part in (rater, key_label(key)) if part)
        place, count, percent, faults = _line(sheet, scale, i)
        own = cells.setdefault((key, rater), {})
        first.setdefault((key, rater), row)
        if place is not None and place in own:
            faults.append(
                f"category {quoted(scale.categories[place])} again, as in row {own[place][2]}; "
                "keep one of them"
            )
        elif place is not None:
            own[place] = (count, percent, row)
        problems += [Problem(fault, row, who) for fault in faults]
    refuse_if_any(sheet.source, problems)
    problems = [
        Problem(
            _lacks(scale, own), first[name], ", ".join(filter(None, (name[1], key_label(name[0]))))
        )
        for name, own in cells.items()
        if len(own) < len(scale.categories)
    ]
    refuse_if_any(sheet.source, problems)
    return {
        (key, rater): PrintedMargin(
            key,
            rater,
            np.array([own[place][0] for place in sorted(own)], dtype=np.int64),
            tuple(own[place][1] for place in sorted(own)),
            first[key, rater],
        )
        for (key, rater), own in cells.items()
    }


def _line(sheet: Sheet, scale: Scale, i: int) -> tuple[int | None, int, Percent | None, list[str]]:
    """Return place, count and percentage of one line, and what is wrong with it."""
    faults = []
    place, count, percent = None, 0, None
    if not sheet.cell("rater", i):
        faults.append("rater is empty; name whose margin it is")
    try:
        # A category may be called NA: the cell is taken as it stands.
        place = scale.place(sheet.columns["category"][i])
    except ValueError as reason:
        faults.append(f"category {reason}")
    try:
        count = count_from_text(sheet.columns["count"][i])
    except ValueError as reason:
        faults.append(f"count {reason}")
    if text := sheet.cell("percent", i).removesuffix("%").strip():
        try:
            percent = printed_decimal(text)
        except ValueError as reason:
            faults.append(f"percent {reason}")
    if percent is not None and not 0 <= percent[0] <= 100:
        faults.append(f"percent = {percent[0]:g} lies outside 0 to 100; correct it")
    return place, count, percent, faults


def _lacks(scale: Scale, own: Mapping[int, object]) -> str:
    absent = [quoted(name) for i, name in enumerate(scale.categories) if i not in own]
    return (
        f"no count of {listed(absent)}: {len(own)} categories of {len(scale.categories)}; give all "
        "of them, 0 where none was given (what is left out is never read as 0)"
    )


def printed_quartiles(sheet: Sheet) -> Mapping[tuple[Key, str], tuple[Quartiles, int]]:
    """Read quartiles of a rater's measurement.

    Parameters
    ----------
    sheet : Sheet
        A table of kind "quartiles".

    Returns
    -------
    mapping of (key, rater) to (Quartiles, int)
        With the row in the file.

    Raises
    ------
    DataError
        If a figure is missing or cannot be read, the three are not in order, or a line is there
        twice.
    """
    problems = key_problems(sheet)
    found: dict[tuple[Key, str], tuple[Quartiles, int]] = {}
    for i, row in enumerate(sheet.rows):
        key, rater = sheet.key(i), sheet.cell("rater", i)
        faults, values = [] if rater else ["rater is empty; name who measured"], []
        for name in ("lower_quartile", "median", "upper_quartile"):
            text = sheet.cell(name, i)
            try:
                values.append(printed_decimal(text)[0] if text else None)
            except ValueError as reason:
                faults.append(f"{name} {reason}")
                continue
            if not text:
                faults.append(f"{name} is missing; give all three or drop the row")
        if not faults and values != sorted(value for value in values if value is not None):
            shown = ", ".join(f"{value:g}" for value in values if value is not None)
            faults.append(f"the quartiles {shown} are not in increasing order; correct them")
        if (key, rater) in found:
            faults.append(f"the same rater and finding as in row {found[key, rater][1]}; keep one")
        problems += [Problem(fault, row, key_label(key) or rater) for fault in faults]
        if not faults:
            lower, median, upper = (value for value in values if value is not None)
            found[key, rater] = (Quartiles(lower, median, upper), row)
    refuse_if_any(sheet.source, problems)
    return found
