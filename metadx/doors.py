"""The door of every public function: a wrong argument is refused there, in a sentence.

What an argument may be stands in the signature alone; it is read from there. A name such as `prob`
means the same in every function, so its bounds stand here once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, wraps
from inspect import Parameter, signature
from math import inf
from typing import Any

from metadx.errors import ArgumentError
from metadx.kinds import fits, wanted

#: Lower bound, upper bound, whether the bounds themselves are allowed, and how to give it.
_BOUNDS: Mapping[str, tuple[float, float, bool, str]] = {
    "prob": (0.0, 1.0, False, "give a proportion such as 0.95, not a percentage"),
    "inner": (0.0, 1.0, False, "give a proportion such as 0.5, not a percentage"),
    "prevalence": (0.0, 1.0, False, "give a proportion such as 0.25, not a percentage"),
    "fpr": (0.0, 1.0, True, "give proportions such as 0.05, not percentages"),
    "figsize": (0.0, inf, False, "give width and height in inches"),
    "width": (0.0, inf, False, "give inches"),
}


@cache
def door[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Put a door before a public function.

    Parameters
    ----------
    function : callable

    Returns
    -------
    callable
        The same, with its arguments checked before it is entered. Always the same object for a
        function, so that it can be sent to another process.

    Raises
    ------
    ArgumentError
        From the call: if an argument is not what the signature says, or out of bounds. An argument
        that is missing or unknown is a `TypeError`, as everywhere in Python.

    Examples
    --------
    >>> def half(prob: float) -> float:
    ...     return prob / 2
    >>> door(half)(0.8)
    0.4
    >>> door(half)(80)
    Traceback (most recent call last):
    ...
    metadx.errors.ArgumentError: metadx.half: prob must lie strictly between 0 and 1, not 80; ...
    """
    known = signature(function)

    @wraps(function)
    def entered(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            bound = known.bind(*args, **kwargs)
        except TypeError:
            return function(*args, **kwargs)  # and Python says which is missing or unknown
        for name, value in bound.arguments.items():
            parameter = known.parameters[name]
            if parameter.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
                bound.arguments[name] = _let_in(
                    function.__name__, name, value, parameter.annotation
                )
        return function(*bound.args, **bound.kwargs)

    entered.__module__ = "metadx"  # where another process finds it
    return entered


def _let_in(function: str, name: str, value: object, hint: object) -> object:
    """Return what goes in, or say why not."""
    value = _inside(value, hint)
    if not fits(value, hint):
        raise ArgumentError(
            f"metadx.{function}: {name} = {_told(value)}; wanted {wanted(hint)}."
            + _advice(value, hint)
        )
    if name in _BOUNDS and value is not None:
        _check_bounds(function, name, value)
    return value


def _inside(value: object, hint: object) -> object:
    """Take from a review or an analysis what is wanted of it, where there is only one."""
    if fits(value, hint):
        return value
    kind = type(value).__name__
    inner = None
    if kind == "Analysis" and len(value.fits) == 1:  # type: ignore[attr-defined]
        inner = value.pooled  # type: ignore[attr-defined]
    elif kind in ("Review", "AgreementReview"):
        inner = value.table  # type: ignore[attr-defined]
    return value if inner is None or not fits(inner, hint) else inner


def _advice(value: object, hint: object) -> str:
    kind, words = type(value).__name__, wanted(hint)
    if kind == "Analysis" and "metadx.fit" in words:
        return (
            " This analysis holds several fits: its `pooled` is of all studies together, its "
            "`main` has the covariates."
        )
    if kind in ("Review", "AccuracyTable") and "metadx.fit)" in words:
        return " Fit it first."
    if kind in ("AgreementReview", "AgreementTable") and "metadx.read_table" in words:
        return " The agreement of raters is pooled by metadx.fit_agreement."
    if kind in ("Fit", "AgreementFit") and "Table (of" in words:
        return f" The `table` of the {kind} is one."
    return ""


def _check_bounds(function: str, name: str, value: object) -> None:
    low, high, closed, how = _BOUNDS[name]
    for number in _numbers(function, name, value):
        if closed and low <= number <= high:
            continue
        if not closed and low < number < high:
            continue
        where = f"strictly between {low:g} and {high:g}"
        if closed:
            where = f"between {low:g} and {high:g}"
        elif high == inf:
            where = f"above {low:g}"
        raise ArgumentError(f"metadx.{function}: {name} must lie {where}, not {number:g}; {how}.")


def _numbers(function: str, name: str, value: object) -> Iterator[float]:
    values: Iterable[Any] = value if isinstance(value, Iterable) else [value]
    for one in values:
        try:
            yield float(one)
        except (TypeError, ValueError):
            raise ArgumentError(
                f"metadx.{function}: {name} = {_told(value)}; wanted numbers."
            ) from None


def _told(value: object) -> str:
    """Show a plain value, name the kind of anything else."""
    if value is None or isinstance(value, str | int | float | tuple | list | dict):
        text = repr(value)
        return text if len(text) <= 60 else f"{text[:57]}..."
    kind = type(value).__name__
    return f"{'an' if kind[:1] in 'AEIOUaeiou' else 'a'} {kind}"
