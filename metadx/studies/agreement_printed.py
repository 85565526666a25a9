"""What papers print of two raters: kappa, its interval, rank correlation, number of cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from metadx.studies.agreement import WEIGHTS, PrintedKappa, PrintedSpearman, Weights
from metadx.studies.agreement_figures import half_unit, printed_decimal
from metadx.studies.agreement_sheet import Key, Sheet, key_label, key_problems
from metadx.studies.counts import count_from_text
from metadx.studies.problems import Problem, quoted, refuse_if_any

RATERS = ("rater A", "rater B")
"""What two raters are called where the table has no columns for them."""

_WORDS: Mapping[str, Weights | None] = {name: name for name in WEIGHTS} | {"unknown": None}
_OF: Mapping[str, bool] = {"measurement": True, "category": False}


@dataclass(frozen=True)
class PrintedRow:
    """One line of `agreement.csv`.

    Parameters
    ----------
    row : int
        Its row in the file.
    key : tuple of str
        Study, finding, region.
    rater_a, rater_b : str
    n : int
    kappa : PrintedKappa or None
    spearman : PrintedSpearman or None
    """

    row: int
    key: Key
    rater_a: str
    rater_b: str
    n: int
    kappa: PrintedKappa | None = None
    spearman: PrintedSpearman | None = None

    @property
    def label(self) -> str:
        """What the row is about."""
        return key_label(self.key) or f"{self.rater_a} and {self.rater_b}"


def printed_rows(sheet: Sheet) -> tuple[PrintedRow, ...]:
    """Read the figures that papers print, one line a pair of raters.

    Parameters
    ----------
    sheet : Sheet
        A table of kind "agreement".

    Returns
    -------
    tuple of PrintedRow

    Raises
    ------
    DataError
        If a figure cannot be read, is impossible by itself, or contradicts the figure beside it;
        or a pair is there twice.
    """
    problems = key_problems(sheet)
    found = []
    for i, row in enumerate(sheet.rows):
        line = _Line(sheet, i)
        made = PrintedRow(
            row, sheet.key(i), *line.raters(), line.n(), line.kappa(), line.spearman()
        )
        problems += [Problem(fault, row, made.label) for fault in line.faults]
        found.append(made)
    problems += _repeated(found)
    refuse_if_any(sheet.source, sorted(problems, key=lambda problem: problem.row or 0))
    return tuple(found)


def _repeated(rows: list[PrintedRow]) -> list[Problem]:
    first: dict[tuple[Key, frozenset[str]], int] = {}
    problems = []
    for line in rows:
        pair = (line.key, frozenset((line.rater_a, line.rater_b)))
        if pair in first:
            what = f"the same raters and finding as in row {first[pair]}; keep one of them"
            problems.append(Problem(what, line.row, line.label))
        first.setdefault(pair, line.row)
    return problems


class _Line:
    """One line of the table, read figure by figure; what is wrong is gathered in `faults`."""

    def __init__(self, sheet: Sheet, i: int) -> None:
        self.sheet, self.i = sheet, i
        self.faults: list[str] = []

    def raters(self) -> tuple[str, str]:
        """Return the names of both raters."""
        names = []
        for name, default in zip(("rater_a", "rater_b"), RATERS, strict=True):
            told = self.sheet.cell(name, self.i)
            if not told and name in self.sheet.columns:
                self.faults.append(f"{name} is empty; name the rater")
            names.append(told or default)
        if names[0] == names[1]:
            self.faults.append(f"rater_a and rater_b are both {quoted(names[0])}; name two raters")
        return names[0], names[1]

    def n(self) -> int:
        """Return the number of cases; 0 if it is none."""
        try:
            n = count_from_text(self.sheet.cell("n", self.i))
        except ValueError as reason:
            self.faults.append(f"n {reason}")
            return 0
        if n == 0:
            self.faults.append("n = 0; wanted the number of cases that both rated")
        return n

    def kappa(self) -> PrintedKappa | None:
        """Return kappa with what is printed beside it."""
        value, lower, upper, se, level = (
            self._number(name)
            for name in ("kappa", "kappa_lower", "kappa_upper", "kappa_se", "kappa_level")
        )
        weights = self._word("kappa_weights", _WORDS)
        if value is None:
            if not self.faults and (lower or upper or se):
                self.faults.append("kappa is missing beside its interval or standard error")
            return None
        self._within("kappa", value[0], -1, 1)
        if (lower is None) != (upper is None):
            absent = "kappa_lower" if lower is None else "kappa_upper"
            self.faults.append(f"{absent} is missing; give both limits or neither")
        if lower is not None and upper is not None:
            self._interval(value, lower, upper)
        if se is not None and se[0] < 0:
            self.faults.append(f"kappa_se = {se[0]} is negative; correct it")
        if level is not None and not 0 < level[0] < 1:
            wanted = "wanted a share such as 0.95"
            self.faults.append(f"kappa_level = {level[0]:g} lies outside 0 to 1; {wanted}")
        beside = [figure and figure[1] for figure in (lower, upper, se)]
        return PrintedKappa(
            value=value[0],
            decimals=value[1],
            lower=lower and lower[0],
            upper=upper and upper[0],
            se=se and se[0],
            interval_decimals=max((told for told in beside if told is not None), default=2),
            level=level[0] if level else 0.95,
            weights=weights,
            lower_decimals=beside[0],
            upper_decimals=beside[1],
            se_decimals=beside[2],
        )

    def spearman(self) -> PrintedSpearman | None:
        """Return the rank correlation."""
        value = self._number("spearman")
        of = self._word("spearman_of", _OF)
        if value is None:
            return None
        self._within("spearman", value[0], -1, 1)
        return PrintedSpearman(value[0], value[1], continuous=bool(of))

    def _number(self, name: str) -> tuple[float, int] | None:
        text = self.sheet.cell(name, self.i)
        if not text:
            return None
        try:
            return printed_decimal(text)
        except ValueError as reason:
            self.faults.append(f"{name} {reason}")
            return None

    def _word[T](self, name: str, words: Mapping[str, T]) -> T | None:
        text = self.sheet.cell(name, self.i).casefold()
        if text and text not in words:
            wanted = ", ".join(words)
            self.faults.append(f"{name} = {quoted(text)} is not known, wanted one of {wanted}")
        return words.get(text)

    def _within(
        self, name: Literal["kappa", "spearman"], value: float, low: int, high: int
    ) -> None:
        if not low <= value <= high:
            self.faults.append(f"{name} = {value:g} lies outside {low} to {high}; correct it")

    def _interval(
        self, value: tuple[float, int], lower: tuple[float, int], upper: tuple[float, int]
    ) -> None:
        shown = f"the interval {lower[0]:g} to {upper[0]:g}"
        if lower[0] > upper[0]:
            self.faults.append(f"{shown} of kappa is reversed; exchange the limits or correct them")
            return
        # What was rounded to kappa must reach what was rounded to the nearer limit.
        low, high = value[0] - half_unit(value[1]), value[0] + half_unit(value[1])
        least, most = lower[0] - half_unit(lower[1]), upper[0] + half_unit(upper[1])
        if high <= least + 1e-9 or low >= most - 1e-9:
            self.faults.append(
                f"{shown} does not contain kappa = {value[0]:g}; correct the figures, or leave "
                "the limits out if the paper prints them so"
            )
