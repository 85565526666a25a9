"""What the accuracy means for a thousand people tested, at stated prevalences."""

from collections.abc import Mapping
from typing import Any

from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.missing import ILLUSTRATIVE
from metadx.report.numbers import interval, whole_percent

_HEADER = ("prevalence", "found", "missed", "false alarms", "cleared", "PPV, %", "NPV, %")
_FEWEST = 10  # people that the smaller of the two groups should have
_MOST = 1_000_000
_ADVICE = (
    "Take the prevalence from your own setting or from cohort studies, never from case-control "
    "studies."
)


def people_lines(found: Mapping[str, Any], page: Page, level: str) -> list[str]:
    """Tell how many of the people tested are found, missed, alarmed and cleared.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    page : Page
    level : str
        The level of the intervals in words, such as ``"95 %"``.

    Returns
    -------
    list of str
        Empty where a margin is not identified.
    """
    estimands = found["groups"][0]["estimands"]
    if not estimands["ppv"] or not estimands["npv"]:
        return []
    sens, spec = estimands["sens"]["median"], estimands["spec"]["median"]
    tested = _tested([row["prevalence"] for row in estimands["ppv"]])
    rows = []
    for ppv, npv in zip(estimands["ppv"], estimands["npv"], strict=True):
        prevalence = ppv["prevalence"]
        sick = round(tested * prevalence)
        hits, cleared = round(sick * sens), round((tested - sick) * spec)
        counts = (hits, sick - hits, tested - sick - cleared, cleared)
        values = (interval(row, whole_percent) for row in (ppv, npv))
        rows.append([f"{100 * prevalence:.4g} %", *(f"{n:,}" for n in counts), *values])
    title = f"Of {tested:,} people tested (median study; PPV and NPV with {level} intervals)"
    illustrative = any(note["text"] == ILLUSTRATIVE.text for note in found["notes"])
    lead = "Illustrative prevalences, for none was given (--prevalence). " if illustrative else ""
    return [
        *(tone(page, line, "bold") for line in paragraph(page, title)),
        *(tone(page, line, "dim") for line in paragraph(page, lead + _ADVICE)),
        *table(page, _HEADER, rows),
    ]


def _tested(prevalences: list[float]) -> int:
    """Take a thousand, or so many that a rare condition still shows in whole people."""
    rarest = min(min(p, 1 - p) for p in prevalences)
    tested = 1000
    while tested * rarest < _FEWEST and tested < _MOST:
        tested *= 10
    return tested
