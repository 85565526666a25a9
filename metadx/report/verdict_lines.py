"""The verdict as the terminal tells it."""

from collections.abc import Mapping
from typing import Any

from metadx.report.decision_warnings import TOLD_ELSEWHERE
from metadx.report.layout import Page, paragraph, tone
from metadx.report.verdict import VOCABULARY


def verdict_lines(found: Mapping[str, Any], page: Page) -> list[str]:
    """Tell whether the test is good enough, and what speaks against believing it.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    page : Page

    Returns
    -------
    list of str
    """
    decision = found["decision"]
    verdict = decision["verdict"]
    lines = [tone(page, "Verdict", "bold")]
    for part in verdict["parts"]:
        lines += paragraph(page, part["text"])
    for warning in decision["warnings"]:
        if warning not in TOLD_ELSEWHERE:
            lines += [tone(page, line, "bold") for line in paragraph(page, warning)]
    return [*lines, *(tone(page, line, "dim") for line in paragraph(page, _legend()))]


def _legend() -> str:
    least = {word: f"{100 * probability:g} %" for probability, word in VOCABULARY}
    # Each word reaches up to the next: what is unlikely lies below the least of "as likely as not".
    return (
        "A new one: the next place that uses the test. Likely is a chance of "
        f"{least['Likely']} or more, very likely of {least['Very likely']}; unlikely of less than "
        f"{least['As likely as not']}, very unlikely of less than {least['Unlikely']}."
    )
