"""Figures as a publication prints them: what each one is, and between which values it was rounded.

A figure printed as 89.9 % stands for everything that rounds to it, from 89.85 to 89.95 %. Both ends
belong to it: one program rounds an exact tie up, another to the even digit, a third down because it
holds the number in binary. All edges are fractions, so that nothing is lost where a table hits one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from metadx.errors import DataError
from metadx.studies.counts import count_from_text
from metadx.studies.problems import listed, quoted

type Share = Literal["sens", "spec", "ppv", "npv", "accuracy", "prevalence", "youden"]
type Ratio = Literal["lr_pos", "lr_neg", "dor"]
type Size = Literal["n", "n_diseased", "n_nondiseased", "tp", "fp", "fn", "tn"]
type Measure = Literal[Share, Ratio, Size]

SHARES: tuple[Share, ...] = get_args(Share.__value__)
RATIOS: tuple[Ratio, ...] = get_args(Ratio.__value__)
SIZES: tuple[Size, ...] = get_args(Size.__value__)
MEASURES: tuple[Measure, ...] = (*SHARES, *RATIOS, *SIZES)

_PERCENT = Fraction(1, 100)
_DECIMAL = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_MOST_DIGITS = 12
_LEAST_PERCENT = 10
_INFINITE = ("inf", "infinity", "∞")


@dataclass(frozen=True)
class Figure:
    """One printed figure and the values it may have been rounded from.

    Parameters
    ----------
    name : str
        One of `MEASURES`.
    text : str
        As printed.
    low, high : Fraction
        Ends of what rounds to it, both included; a per cent is a hundredth. Equal for a count.
    decimals : int
        Digits after the point, as printed.
    percent : bool
        Whether it is a per cent.
    infinite : bool
        Whether an infinite ratio is printed, so that its denominator is 0; the ends mean nothing.
    """

    name: Measure
    text: str
    low: Fraction
    high: Fraction
    decimals: int = 0
    percent: bool = False
    infinite: bool = False

    def __str__(self) -> str:
        """Name it as a message does."""
        return f"{self.name} = {self.text}"


def read_figure(name: Measure, text: str) -> Figure:
    """Read one printed figure.

    A share (sens, spec, ppv, npv, accuracy, prevalence, youden) may be a per cent or a fraction:
    with a per cent sign or above 1 it is a per cent, otherwise a fraction. ``0`` and ``1`` alone
    could be either and are refused, as is everything else that would have to be guessed: from 1 to
    10 without the sign, where a slip is likelier (a prevalence may well be 5.7 %).

    Parameters
    ----------
    name : str
        One of `MEASURES`.
    text : str
        As printed: ``"89.9 %"``, ``"0.899"``, ``"3.55"``, ``"∞"`` for a ratio, ``"41"`` for a
        count.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the text is no such figure; the message is the reason, to stand after the name.

    Examples
    --------
    >>> figure = read_figure("sens", "89.9 %")
    >>> figure.low, figure.high
    (Fraction(1797, 2000), Fraction(1799, 2000))
    >>> read_figure("spec", "1")
    Traceback (most recent call last):
        ...
    ValueError: = "1" may be a fraction or a per cent; write 100% or 1%
    """
    shown = " ".join(text.split())
    if name in SIZES:
        count = Fraction(count_from_text(text))
        return Figure(name, shown, count, count)
    # Some journals print the decimal point raised.
    plain = shown.replace("\N{MINUS SIGN}", "-").replace("·", ".")
    percent = plain.endswith("%")
    digits = plain.removesuffix("%").strip()
    if name in RATIOS and digits.casefold() in _INFINITE:
        return Figure(name, shown, Fraction(0), Fraction(0), infinite=True)
    value, decimals = _decimal(digits, shown)
    if value < 0 and name != "youden":
        raise ValueError(f"= {quoted(shown)} is negative; correct the figure")
    if percent and name in RATIOS:
        raise ValueError(f"= {quoted(shown)} is a ratio and no per cent; correct the figure")
    if name in SHARES and not percent and name != "prevalence" and 1 < abs(value) < _LEAST_PERCENT:
        raise ValueError(
            f"= {quoted(shown)} is more than 1 and little for a per cent; write a per cent sign, "
            "or a number of at most 1"
        )
    percent = name in SHARES and _is_percent(digits, value, percent=percent, shown=shown)
    scale = _PERCENT if percent else Fraction(1)
    middle, half = value * scale, scale / 10**decimals / 2
    return Figure(name, shown, middle - half, middle + half, decimals, percent)


def _decimal(digits: str, shown: str) -> tuple[Fraction, int]:
    """Return the value and the number of decimals."""
    found = _DECIMAL.fullmatch(digits)
    if not found or not (found[2] or found[3]):
        hint = "write decimals with a point" if "," in shown else "write it as printed: 0.88 or 88%"
        raise ValueError(f"= {quoted(shown)} is not a number; {hint}")
    after = found[3] or ""
    if len(found[2]) + len(after) > _MOST_DIGITS:
        raise ValueError(f"= {quoted(shown)} has more digits than any table is printed with")
    whole = int(f"{found[2]}{after}")
    return Fraction(-whole if found[1] == "-" else whole, 10 ** len(after)), len(after)


def _is_percent(digits: str, value: Fraction, *, percent: bool, shown: str) -> bool:
    if abs(value) > 100:
        raise ValueError(f"= {quoted(shown)} exceeds 100 %; correct the figure")
    if percent or abs(value) > 1:
        return True
    if "." not in digits:
        either = "100% or 1%" if value else "0% or 0.00"
        raise ValueError(f"= {quoted(shown)} may be a fraction or a per cent; write {either}")
    return False


def read_figures(texts: Mapping[Measure, str], *, source: str = "figures") -> tuple[Figure, ...]:
    """Read several printed figures of one study.

    Parameters
    ----------
    texts : mapping of str to str
        Printed figures by name.
    source : str
        What they are from, used in messages.

    Returns
    -------
    tuple of Figure
        In the order of `MEASURES`.

    Raises
    ------
    DataError
        If a name is unknown or a text is no figure.

    Examples
    --------
    >>> [str(figure) for figure in read_figures({"n": "76", "sens": "75.61%"})]
    ['sens = 75.61%', 'n = 76']
    """
    strangers = [name for name in texts if name not in MEASURES]
    if strangers:
        raise DataError(f"{source}: {listed(strangers)}: unknown; wanted {listed(MEASURES)}.")
    figures = []
    for name in MEASURES:
        if name in texts:
            try:
                figures.append(read_figure(name, texts[name]))
            except ValueError as reason:
                raise DataError(f"{source}: {name} {reason}.") from None
    return tuple(figures)
