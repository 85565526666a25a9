"""Whether a value is of the kind that an annotation asks for, and that kind in words."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from inspect import getattr_static
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, Union, get_args, get_origin, get_protocol_members
from typing import is_protocol as _is_protocol

_ARRAYS = ("ndarray", "NDArray")
_LISTS = (Sequence, Collection, Iterable)
_WORDS: Mapping[object, str] = {
    NoneType: "None",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a text",
}
_QUOTED: Mapping[str, str] = {"str": "a text", "None": "None"}
#: Where a user gets one.
_FROM: Mapping[str, str] = {
    "AccuracyTable": "an AccuracyTable (of metadx.read_table)",
    "AgreementFit": "an AgreementFit (of metadx.fit_agreement)",
    "AgreementReview": "an AgreementReview (of metadx.load_agreement)",
    "AgreementTable": "an AgreementTable (of metadx.from_ratings or metadx.from_counts)",
    "Alternatives": "an Alternatives (of metadx.model_alternatives)",
    "Analysis": "an Analysis (of metadx.analyse)",
    "Cumulative": "a Cumulative (of metadx.cumulative)",
    "Deeks": "a Deeks (of metadx.deeks)",
    "Fit": "a Fit (of metadx.fit)",
    "Influence": "an Influence (of metadx.influence)",
    "LoadedAgreementCard": "a card (of metadx.load_agreement_card)",
    "LoadedCard": "a card (of metadx.load_card)",
    "Outliers": "an Outliers (of metadx.outliers)",
    "PlotCollection": "a figure (of a metadx.plot_ function)",
    "PowerScaled": "PowerScaled (of metadx.power_scaling)",
    "PredictiveChecks": "a PredictiveChecks (of metadx.predictive_checks)",
    "PriorSensitivity": "a PriorSensitivity (of metadx.prior_sensitivity)",
    "Quadas": "a Quadas (metadx.quadas_of gives one where the table has QUADAS columns)",
    "Review": "a Review (of metadx.load_review)",
    "StudyGroup": "groups of studies (the `groups` of an Analysis)",
    "CountTable": "an AccuracyTable (of metadx.read_table)",
    "StudyWeights": "a StudyWeights (of metadx.study_weights)",
}


def fits(value: object, hint: object) -> bool:
    """Tell whether a value is of the kind asked for.

    Parameters
    ----------
    value : object
    hint : object
        An annotation; names in quotes are compared with those of the value's classes. What
        cannot be told from it fits.

    Examples
    --------
    >>> fits(0.5, float), fits("0.5", float), fits(True, float), fits(None, float | None)
    (True, False, False, True)
    >>> fits("one", Sequence[str]), fits(["one"], Sequence[str])
    (False, True)
    """
    if isinstance(hint, TypeAliasType):
        return fits(value, hint.__value__)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in inner)
    if origin is Literal:
        return isinstance(value, type(inner[0])) and value in inner
    if origin is not None:
        return _contains(value, origin, inner)
    if isinstance(hint, str) and "[" not in hint:
        return bool({one.__name__ for one in type(value).__mro__} & set(_names(hint)))
    return not isinstance(hint, type) or _is(value, hint)


def _is(value: object, kind: type) -> bool:
    """Tell whether a value is of a class; NumPy's numbers are numbers, True is none."""
    if kind in (int, float):
        number = Integral if kind is int else Real
        return isinstance(value, number) and type(value).__name__ not in ("bool", "bool_")
    if kind is bool:
        return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")
    if _is_protocol(kind):
        return all(_has(value, member) for member in get_protocol_members(kind))
    return isinstance(value, kind)


def _has(value: object, member: str) -> bool:
    """Tell whether a value has an attribute without working it out."""
    missing = object()
    return getattr_static(value, member, missing) is not missing


def _contains(  # noqa: PLR0911 - one for each kind of container
    value: object,
    origin: Any,  # noqa: ANN401 - a type
    inner: tuple[Any, ...],
) -> bool:
    """Tell whether a container is of its kind, and all that it holds."""
    if origin is Callable:
        return callable(value)
    if origin is tuple and Ellipsis not in inner:
        parts = value if isinstance(value, tuple | list) else ()
        return len(parts) == len(inner) and all(map(fits, parts, inner))
    if origin in _LISTS or origin is tuple:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
            return False
        if isinstance(value, Iterator):  # can be read only once
            return origin is Iterable
        return all(fits(one, inner[0]) for one in value)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            fits(key, inner[0]) and fits(one, inner[1]) for key, one in value.items()
        )
    if getattr(origin, "__name__", "") in _ARRAYS:
        return _is_numeric(value) or "generic" in str(inner[-1])
    return not isinstance(origin, type) or isinstance(value, origin)


def _is_numeric(value: object) -> bool:
    import numpy as np

    try:
        np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return True


def wanted(hint: object) -> str:  # noqa: PLR0911 - one for each kind of annotation
    """Say in words what an annotation asks for.

    Parameters
    ----------
    hint : object

    Examples
    --------
    >>> wanted(Literal["sens", "spec", "table"])
    '"sens", "spec" or "table"'
    >>> wanted(Sequence[float] | None)
    'a list of numbers, such as [0.1, 0.2] or None'
    """
    if isinstance(hint, TypeAliasType):
        return wanted(hint.__value__)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _listed(list(dict.fromkeys(map(wanted, inner))))
    if origin is Literal:
        return _listed([f'"{one}"' if isinstance(one, str) else str(one) for one in inner])
    if origin is Callable:
        return "a function"
    if origin is tuple and Ellipsis not in inner:
        return f"a pair ({', '.join(wanted(one) for one in inner)})"
    if origin in _LISTS or origin is tuple:
        return f"a list of {_plural(wanted(inner[0]))}"
    if origin is Mapping:
        return "a mapping such as a dict"
    if getattr(origin, "__name__", "") in _ARRAYS:
        return "an array of numbers"
    if isinstance(hint, type):
        return _of_class(hint)
    if isinstance(hint, str):
        return _listed([_QUOTED.get(name, f"a {name}") for name in _names(hint)])
    return str(hint)


def _of_class(kind: type) -> str:
    if kind in _WORDS:
        return _WORDS[kind]
    if issubclass(kind, os.PathLike):
        return "a Path"
    name = kind.__name__
    if name in _FROM:
        return _FROM[name]
    if _is_protocol(kind):  # what a figure or an estimand asks of a fit
        return _FROM["Fit"]
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _names(quoted: str) -> list[str]:
    """Return the last parts of the names in a quoted union."""
    return [name.rpartition(".")[2] for name in quoted.split(" | ")]


def _plural(words: str) -> str:
    known = {
        "a number": "numbers, such as [0.1, 0.2]",
        "a text": "texts in brackets",
        "a whole number": "whole numbers",
    }
    return known.get(words, words)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
