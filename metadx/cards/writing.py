"""Write a card as a TOML document; what the standard library reads but cannot write."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def card_toml(document: Mapping[str, Any]) -> str:
    """Write a card as TOML.

    Parameters
    ----------
    document : mapping
        What `tomllib` read: texts, numbers, truth values, lists and tables of these.

    Returns
    -------
    str
        Read again it is the same document; comments and the form of texts are not kept.

    Examples
    --------
    >>> print(card_toml({"id": "mine", "data": {"min_studies": 1}}))
    id = "mine"
    <BLANKLINE>
    [data]
    min_studies = 1
    <BLANKLINE>
    """
    return "\n".join(_section(document, ())) + "\n"


def _section(table: Mapping[str, Any], place: tuple[str, ...]) -> list[str]:
    """Write what is no section of its own first: TOML has no way back from a section."""
    within = {key: value for key, value in table.items() if _is_section(key, value)}
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if key not in within]
    for key, value in within.items():
        path = (*place, key)
        name = ".".join(path)
        parts = [value] if isinstance(value, Mapping) else value
        heading = f"[{name}]" if isinstance(value, Mapping) else f"[[{name}]]"
        for part in parts:
            lines += ["", heading, *_section(part, path)]
    return lines


def _is_section(key: str, value: Any) -> bool:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, Mapping):
        return "family" not in value and key != "prior"  # a prior stands on one line
    return bool(value) and isinstance(value, list) and all(isinstance(x, Mapping) for x in value)


def _value(value: Any) -> str:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_value(each)}' for key, each in value.items())} }}"
    if isinstance(value, str):
        # The escapes of JSON are those of TOML, but for the delete character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Sequence):
        return f"[{', '.join(_value(each) for each in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)
