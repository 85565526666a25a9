"""Do one piece of work and write what came of it as a line of JSON."""

import json
from collections.abc import Callable

from metadx.runner.plan import Item, Json, Outcome


def perform(work: Callable[..., Json], item: Item) -> str:
    r"""Do one item; whatever the work raises is its outcome.

    Parameters
    ----------
    work : callable
    item : Item

    Returns
    -------
    str
        A line of the checkpoint, without line feed.

    Examples
    --------
    >>> perform(dict, Item("a", ([("x", 0.1)],)))
    '{"key": "a", "value": {"x": 0.1}}'
    >>> perform(int, Item("b", ("many",)))
    '{"key": "b", "error": "ValueError: invalid literal for int() with base 10: \'many\'"}'
    """
    try:
        return json.dumps({"key": item.key, "value": work(*item.payload)}, allow_nan=False)
    except (Exception, SystemExit) as error:  # the other items do not depend on this one
        return failed(item, f"{type(error).__name__}: {error}")


def failed(item: Item, error: str) -> str:
    """Write the line of an item that has no value.

    Parameters
    ----------
    item : Item
    error : str
    """
    return json.dumps({"key": item.key, "error": error})


def outcome_of(line: str | bytes) -> Outcome:
    """Read a line that `perform` or `failed` wrote.

    Parameters
    ----------
    line : str or bytes

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> outcome_of('{"key": "a", "value": {"x": 0.1}}')
    Outcome(key='a', value={'x': 0.1}, error=None)
    """
    found = json.loads(line)
    if not isinstance(found, dict) or len(found) != 2 or "key" not in found:
        msg = f"no outcome: {line!r}"
        raise ValueError(msg)
    return Outcome(found["key"], found.get("value"), found.get("error"))
