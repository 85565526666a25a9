"""Write what an agreement fit was made from as text and arrays, and read it back unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.settings import AgreementSettings
from metadx.engines.result import Check, EngineReport, Note
from metadx.studies.agreement import (
    AgreementRow,
    AgreementTable,
    Correction,
    PrintedKappa,
    PrintedSpearman,
    Quartiles,
    Ratings,
)
from metadx.studies.agreement_audit import AgreementAudit, Convention, Finding, Match, RowAudit
from metadx.studies.cross_tables import TableSet

_KINDS: Mapping[str, type] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            *(AgreementTable, AgreementRow, PrintedKappa, PrintedSpearman, Quartiles, Ratings),
            *(Correction, AgreementAudit, RowAudit, Match, Convention, Finding, TableSet),
            *(AgreementSettings, Check, EngineReport, Note),
        )
    }
)
_LONG = 256  # elements; longer arrays are kept beside the text


@dataclass(frozen=True)
class Record:
    """A description in plain values and the long arrays it refers to.

    Parameters
    ----------
    plain : object
        Of numbers, texts, lists and dictionaries alone: fit for JSON.
    arrays : dict of str to ndarray
    """

    plain: Any
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


def to_record(thing: object) -> Record:
    """Describe anything an agreement fit was made from.

    Parameters
    ----------
    thing : object
        Of the classes of `metadx.studies.agreement` and of the audit, tuples, mappings, arrays,
        numbers and texts.

    Returns
    -------
    Record

    Raises
    ------
    TypeError
        If it holds something else.

    Examples
    --------
    >>> to_record(Quartiles(0.5, 1.6, 5.8)).plain
    {'Quartiles': {'lower': 0.5, 'median': 1.6, 'upper': 5.8}}
    """
    arrays: dict[str, NDArray[Any]] = {}

    def of_array(x: NDArray[Any]) -> dict[str, Any]:
        if x.size <= _LONG:
            return {"array": x.ravel().tolist(), "type": str(x.dtype), "shape": [*x.shape]}
        name = f"array_{len(arrays)}"
        arrays[name] = x
        return {"array": name}

    def plain(x: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
        if isinstance(x, np.generic):
            x = x.item()
        if x is None or isinstance(x, bool | int | float | str):
            return x
        if isinstance(x, np.ndarray):
            return of_array(x)
        kind = type(x)
        if _KINDS.get(kind.__name__) is kind:
            return {kind.__name__: {name: plain(getattr(x, name)) for name in _names(x)}}
        if isinstance(x, tuple | list):
            return [plain(each) for each in x]
        if isinstance(x, Mapping):
            return {"mapping": [[plain(key), plain(value)] for key, value in x.items()]}
        raise TypeError(f"a {kind.__name__} has no place in a record of a fit")

    return Record(plain(thing), arrays)


def from_record(record: Record) -> Any:  # noqa: ANN401 - whatever was described
    """Build again what a record describes; lists come back as tuples.

    Parameters
    ----------
    record : Record

    Returns
    -------
    object

    Examples
    --------
    >>> from_record(to_record(Quartiles(0.5, 1.6, 5.8)))
    Quartiles(lower=0.5, median=1.6, upper=5.8)
    """

    def build(x: Any) -> Any:  # noqa: ANN401
        if isinstance(x, list):
            return tuple(build(each) for each in x)
        if not isinstance(x, dict):
            return x
        if "array" in x:
            if isinstance(x["array"], str):
                return record.arrays[x["array"]]
            return np.array(x["array"], dtype=x["type"]).reshape(x["shape"])
        ((name, content),) = x.items()
        if name == "mapping":
            return {build(key): build(value) for key, value in content}
        return _KINDS[name](**{key: build(value) for key, value in content.items()})

    return build(record.plain)


def _names(thing: object) -> tuple[str, ...]:
    if is_dataclass(thing):
        return tuple(each.name for each in fields(thing))
    return tuple(getattr(thing, "_fields"))  # noqa: B009 - a named tuple, which has no type of its own
