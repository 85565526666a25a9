"""The estimands of a summary as a flat table, for spreadsheets."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

HEADER = ("group", "quantity", "prevalence", "mean", "sd", "median", "lower", "upper", "prob")
_NUMBERS = ("mean", "sd", "median", "lower", "upper")


def summary_csv(found: Mapping[str, Any]) -> str:
    """Write parameters and estimands as CSV text, one quantity a row.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.

    Returns
    -------
    str
        Cells of quantities that are not identified stay empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    prob = found["settings"]["prob"]
    for group, quantity, prevalence, values in _rows(found):
        numbers = [_cell(values.get(name)) for name in _NUMBERS]
        writer.writerow([group, quantity, prevalence, *numbers, prob])
    return text.getvalue()


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    for name, values in found["parameters"].items():
        yield "parameters", name, "", values or {}
    for group in found["groups"]:
        for name, value in group["estimands"].items():
            if name == "pauc_range":
                low, high = value or (None, None)
                yield group["label"], name, "", {"lower": low, "upper": high}
            elif isinstance(value, list):
                for row in value:
                    yield group["label"], name, repr(row["prevalence"]), row
            elif isinstance(value, float):
                yield group["label"], name, "", {"median": value}
            else:
                yield group["label"], name, "", value or {}


def _cell(value: float | None) -> str:
    return "" if value is None else repr(value)
