"""Say in plain words what is wrong with a card, with the path into the document."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from metadx.cards.card import Card
from metadx.cards.priors import Prior
from metadx.studies.problems import dotted

FAMILIES: tuple[str, ...] = tuple(
    family.__name__ for family in get_args(get_args(Prior.__value__)[0])
)
_PRIOR = 'a prior, such as { family = "HalfNormal", sd = 1 }'
_PLAIN = {"dictionary": "table", "tuple": "list", "integer": "whole number", "string": "text"}
_COMPARED = ("greater", "less")


def explain_fault(
    fault: Mapping[str, Any], document: Mapping[str, Any], form: type[BaseModel] = Card
) -> str:
    """Explain one fault of a card.

    Parameters
    ----------
    fault : mapping
        One entry of ``ValidationError.errors()``.
    document : mapping
        The TOML document the fault was found in.
    form : type
        The class of the card: its keys are proposed for unknown ones.

    Returns
    -------
    str
        Such as ``parameters.tau.prior.sd: found -1, wanted a number greater than 0``.

    Examples
    --------
    >>> explain_fault({"type": "missing", "loc": ("data",), "input": {}, "msg": ""}, {})
    'data: is missing; give it a value'
    """
    kind, context = fault["type"], fault.get("ctx", {})
    place = (*steps_of(fault, document), *context.get("at", ()))
    shown = _shown(fault["input"])
    what: str
    if kind == "impossible":
        what = context["what"]
    elif kind == "extra_forbidden":
        what = "unknown key" + _near(place, document, form)
    elif kind == "missing":
        what = "is missing; give it a value"
    elif kind == "union_tag_invalid":
        families = context["expected_tags"].replace("'", "")
        what = f"found the family {context['tag']}, wanted one of {families}"
    elif kind == "union_tag_not_found":
        wanted = f"one of {', '.join(FAMILIES)}" if form is Card else _PRIOR
        what = f"names no family, wanted {wanted}"
    elif kind == "model_attributes_type" or (kind == "model_type" and place[-1:] == ("prior",)):
        what = f"found {shown}, wanted {_PRIOR}"
    elif kind == "model_type":
        what = f"found {shown}, wanted a table"
    elif kind == "literal_error":
        what = f"found {shown}, wanted {context['expected']}".replace("'", '"')
    elif kind in {"string_too_short", "too_short"}:
        what = "is empty; write at least one " + ("word" if kind[0] == "s" else "entry")
    elif kind == "string_pattern_mismatch":
        what = f"found {shown}, wanted small letters and digits joined by hyphens"
    else:
        what = f"found {shown}, wanted {_wanted(str(fault['msg']))}"
    return f"{dotted(place) or 'card'}: {what}"


def steps_of(fault: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[str | int, ...]:
    """Return where a fault lies: the steps that the document has, or lacks.

    Parameters
    ----------
    fault : mapping
        One entry of ``ValidationError.errors()``; some of its steps name branches of a union.
    document : mapping
        The TOML document the fault was found in.

    Returns
    -------
    tuple of str or int

    Examples
    --------
    >>> fault = {"type": "less_than", "loc": ("arms", "log-uniform", "upper")}
    >>> steps_of(fault, {"arms": {"law": "log-uniform", "upper": -1}})
    ('arms', 'upper')
    """
    here: Any = document
    kept: list[str | int] = []
    steps: Sequence[str | int] = fault["loc"]
    for number, step in enumerate(steps, start=1):
        missing = fault["type"] == "missing" and number == len(steps)
        inside = isinstance(here, dict) and step in here
        inside |= isinstance(here, list) and isinstance(step, int) and step < len(here)
        if inside or missing:
            kept.append(step)
        if inside:
            here = here[step]
    return tuple(kept)


def _near(place: Sequence[str | int], document: Mapping[str, Any], form: type[BaseModel]) -> str:
    """Name the key that was probably meant, of the sections most like the one at hand."""
    here: Any = document
    for step in place[:-1]:
        here = here[step]
    schema = form.model_json_schema(by_alias=True)
    sections = [set(part.get("properties", ())) for part in (schema, *schema["$defs"].values())]
    shared = max(len(section & here.keys()) for section in sections)
    known = set[str]().union(*(keys for keys in sections if len(keys & here.keys()) == shared))
    near = get_close_matches(str(place[-1]), sorted(known - here.keys()), n=1)
    return f"; did you mean {near[0]}?" if near else "; remove it"


def _wanted(message: str) -> str:
    text = message.removeprefix("Input should be ").partition(",")[0].removeprefix("a valid ")
    for word, plain in _PLAIN.items():
        text = text.replace(word, plain)
    return f"a number {text}" if text.startswith(_COMPARED) else text


def _shown(found: object) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, dict):
        return "a table"
    if isinstance(found, list | tuple):
        return f"the list {list(found)}" if found else "an empty list"
    text = f'"{found}"' if isinstance(found, str) else str(found)
    return text if len(text) <= 60 else f'{text[:57]}..."'
