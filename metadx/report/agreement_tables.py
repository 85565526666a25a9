"""The summary and the contrasts of a review of agreement as flat tables, for spreadsheets."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

_NUMBERS = ("mean", "sd", "median", "lower", "upper")
_ROW = ("finding", "region", "study", "rater_a", "rater_b")
HEADER = ("part", "label", *_ROW, "quantity", *_NUMBERS, "prob")
CONTRASTS_HEADER = (
    *("part", "estimand", "a", "b"),
    *(f"difference_{number}" for number in _NUMBERS),
    *("prob_a_gt_b", "prob"),
)


def agreement_csv(found: Mapping[str, Any]) -> str:
    """Write what was printed, the estimands and the parameters as CSV text, one quantity a row.

    Parameters
    ----------
    found : mapping
        Content of a ``summary.json`` of kind "agreement".

    Returns
    -------
    str
        Cells of quantities that are not defined stay empty; ``prob`` is the level of the limits.
        A printed figure, a count and a predictive probability stand under ``median``.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for part, row, quantity, values in _rows(found):
        keys = [_cell(row.get(key)) for key in ("label", *_ROW)]
        numbers = [_cell(values.get(name)) for name in (*_NUMBERS, "prob")]
        writer.writerow([part, *keys, quantity, *numbers])
    return text.getvalue()


def agreement_contrasts_csv(found: Mapping[str, Any]) -> str:
    """Write the comparisons of rows and of groups as CSV text, one quantity of one pair a row.

    Parameters
    ----------
    found : mapping
        Content of a ``summary.json`` of kind "agreement".

    Returns
    -------
    str
        ``difference`` is a minus b; ``prob`` is the level of the limits.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CONTRASTS_HEADER)
    level = _cell(found["settings"]["prob"])
    for part, entries in (("rows", found["contrasts"]), ("groups", found["groups"])):
        for told in entries:
            numbers = [_cell(told["difference"][name]) for name in _NUMBERS]
            keys = [told[key] for key in ("estimand", "a", "b")]
            writer.writerow([part, *keys, *numbers, _cell(told["prob_a_gt_b"]), level])
    return text.getvalue()


def _rows(
    found: Mapping[str, Any],
) -> Iterator[tuple[str, Mapping[str, Any], str, Mapping[str, Any]]]:
    level = {"prob": found["settings"]["prob"]}
    for row in found["findings"]:
        printed = {"median": row["kappa_reported"], "prob": row["kappa_reported_level"]}
        printed |= {end: row[f"kappa_reported_{end}"] for end in ("lower", "upper")}
        yield "printed", row, "kappa", printed
        yield "printed", row, "spearman", {"median": row["spearman_reported"]}
        yield "printed", row, "n", {"median": row["n"]}
        yield "predictive", row, "p", {"median": row["predictive_p"]}
        for name, values in row["estimands"].items():
            yield "row", row, name, (values or {}) | level
    for name, values in (found["pooled"] or {}).items():
        yield "pooled", {}, name, (values or {}) | level
    for name, values in found["parameters"].items():
        yield "parameters", {}, name, (values or {}) | level


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else repr(value)
