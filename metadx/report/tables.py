"""The estimands and the contrasts of a summary as flat tables, for spreadsheets."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from metadx.estimands.group import AREAS, SINGLE
from metadx.report.groups import labels_by_group

HEADER = ("group", "quantity", "prevalence", "mean", "sd", "median", "lower", "upper", "prob")
_NUMBERS = ("mean", "sd", "median", "lower", "upper")
_KEYS = ("estimand", "prevalence", "covariate", "fit", "a", "b")
_KINDS = ("difference", "ratio")
CONTRASTS_HEADER = (
    *_KEYS,
    *(f"{kind}_{number}" for kind in _KINDS for number in _NUMBERS),
    *("prob_a_gt_b", "prob"),
)
_REGION_PROB = 0.95  # of both regions, whatever the level of the intervals


def summary_csv(found: Mapping[str, Any]) -> str:
    """Write parameters and estimands as CSV text, one quantity a row.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.

    Returns
    -------
    str
        Cells of quantities that are not identified stay empty. ``prob`` is the level of the
        limits; of an area of a region, the level of the region. A quantity without an interval
        stands under ``median``.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for group, quantity, prevalence, values in _rows(found):
        numbers = [_cell(values.get(name)) for name in (*_NUMBERS, "prob")]
        writer.writerow([group, quantity, prevalence, *numbers])
    return text.getvalue()


def contrasts_csv(found: Mapping[str, Any]) -> str:
    """Write the contrasts as CSV text, one quantity of one pair a row.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.

    Returns
    -------
    str
        ``difference`` is a minus b and ``ratio`` a over b; the cells of a ratio that is not
        defined stay empty. ``prob`` is the level of the limits.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CONTRASTS_HEADER)
    level = repr(found["settings"]["prob"])
    for told in found["contrasts"]:
        keys = [_cell(told[key]) if key in told else "" for key in _KEYS]
        numbers = [_cell((told[kind] or {}).get(name)) for kind in _KINDS for name in _NUMBERS]
        writer.writerow([*keys, *numbers, _cell(told["prob_a_gt_b"]), level])
    return text.getvalue()


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    level = {"prob": found["settings"]["prob"]}
    for name, values in found["parameters"].items():
        yield "parameters", name, "", (values or {}) | level
    labels = labels_by_group(found["groups"])
    for label, group in zip(labels, found["groups"], strict=True):
        for name, value in group["estimands"].items():
            if name == "pauc_range":
                low, high = value or (None, None)
                yield label, name, "", {"lower": low, "upper": high}
            elif name in SINGLE:
                prob = _REGION_PROB if name in AREAS else None
                yield label, name, "", {"median": value, "prob": prob}
            elif isinstance(value, list):
                for row in value:
                    yield label, name, repr(row["prevalence"]), row | level
            else:
                yield label, name, "", (value or {}) | level


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else repr(value)
