"""What the accuracy means for a thousand people tested, at stated prevalences."""

from collections.abc import Mapping, Sequence
from typing import Any

from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.missing import ILLUSTRATIVE
from metadx.report.numbers import fine_percent, interval
from metadx.studies.units import PARTICIPANTS

_HEADER = ("prevalence", "found", "missed", "false alarms", "cleared", "PPV, %", "NPV, %")
_WIDEST = 80  # characters
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
    tested = number_tested([row["prevalence"] for row in estimands["ppv"]])
    rows = []
    for ppv, npv in zip(estimands["ppv"], estimands["npv"], strict=True):
        prevalence = ppv["prevalence"]
        sick = round(tested * prevalence)
        hits, cleared = round(sick * sens), round((tested - sick) * spec)
        counts = (hits, sick - hits, tested - sick - cleared, cleared)
        values = (interval(row, fine_percent) for row in (ppv, npv))
        rows.append([f"{100 * prevalence:.4g} %", *(f"{n:,}" for n in counts), *values])
    who = who_is_tested(found["data"])
    title = f"Of {tested:,} {who} (median study; PPV and NPV with {level} intervals)"
    illustrative = any(note["text"] == ILLUSTRATIVE.text for note in found["notes"])
    lead = "Illustrative prevalences, for none was given (--prevalence). " if illustrative else ""
    return [
        *(tone(page, line, "bold") for line in paragraph(page, title)),
        *(tone(page, line, "dim") for line in paragraph(page, lead + _ADVICE)),
        *_fitting(page, rows),
        *(
            tone(page, line, "dim")
            for one in _new_places(found, tested, level)
            for line in paragraph(page, one)
        ),
    ]


def who_is_tested(data: Mapping[str, Any]) -> str:
    """Call those who are tested people, or what the review counts.

    Examples
    --------
    >>> who_is_tested({"counted": "participants"}), who_is_tested({"counted": "nodules"})
    ('people tested', 'nodules tested')
    """
    counted = data["counted"]
    return f"{'people' if counted == PARTICIPANTS else counted} tested"


def _fitting(page: Page, rows: list[list[str]]) -> list[str]:
    """Set one table, or two where many digits would make it too wide."""
    plain = table(Page(page.width), _HEADER, rows)  # colours have no width
    if max(map(len, plain)) <= _WIDEST:
        return table(page, _HEADER, rows)
    people = table(page, _HEADER[:5], [row[:5] for row in rows])
    values = table(page, (_HEADER[0], *_HEADER[5:]), [[row[0], *row[5:]] for row in rows])
    return [*people, *values]


def _new_places(found: Mapping[str, Any], tested: int, level: str) -> list[str]:
    """Tell what the next place that uses the test may see, a sentence for each prevalence."""
    told = []
    for row in found["decision"]["per_1000"] or ():
        sick = round(tested * row["prevalence"])
        hits, alarms = (_range(row["new"][cell], tested / 1000) for cell in ("tp", "fp"))
        told.append(
            f"In a new study, at {100 * row['prevalence']:.4g} % ({level} intervals): {hits} of "
            f"{sick:,} found, {alarms} false alarms among {tested - sick:,}."
        )
    return told


def _range(limits: Mapping[str, float], scale: float) -> str:
    return f"{round(scale * limits['lower']):,} to {round(scale * limits['upper']):,}"


def number_tested(prevalences: Sequence[float]) -> int:
    """Take a thousand, or so many that a rare condition still shows in whole people.

    Parameters
    ----------
    prevalences : sequence of float

    Examples
    --------
    >>> number_tested([0.1, 0.43]), number_tested([0.0005])
    (1000, 100000)
    """
    rarest = min(min(p, 1 - p) for p in prevalences)
    tested = 1000
    while tested * rarest < _FEWEST and tested < _MOST:
        tested *= 10
    return tested
