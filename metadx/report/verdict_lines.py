"""The verdict as the terminal tells it."""

from collections.abc import Iterator, Mapping
from typing import Any

from metadx.report.decision_warnings import TOLD_ELSEWHERE
from metadx.report.layout import Page, paragraph, tone
from metadx.report.verdict import chance_percent, legend_words

type Json = Mapping[str, Any]

#: What the pooled figures are of, where there are covariates as well.
TOGETHER = "all studies together, without covariates"
_MOST_KINDS = 8


def verdict_lines(found: Json, page: Page) -> list[str]:
    """Tell whether the test is good enough, and what speaks against believing it.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    page : Page

    Returns
    -------
    list of str
        With covariates the verdict by kind of study follows that of all studies together.
    """
    decision = found["decision"]
    verdict, kinds = decision["verdict"], decision.get("by_group") or ()
    lines = [tone(page, f"Verdict, {TOGETHER}" if kinds else "Verdict", "bold")]
    for part in verdict["parts"]:
        lines += paragraph(page, part["text"])
    if kinds:
        lines += [tone(page, "Verdict by kind of study", "bold")]
        for line in _by_kind(kinds):
            lines += paragraph(page, line)
    for warning in decision["warnings"]:
        if warning not in TOLD_ELSEWHERE:
            lines += [tone(page, line, "bold") for line in paragraph(page, warning)]
    if any(part["words"] for one in (decision, *kinds) for part in one["verdict"]["parts"]):
        lines += [tone(page, line, "dim") for line in paragraph(page, legend_words())]
    return lines


def _by_kind(kinds: tuple[Json, ...] | list[Json]) -> Iterator[str]:
    for one in kinds[:_MOST_KINDS]:
        told = "; ".join(_short(part) for part in one["verdict"]["parts"])
        yield f"{one['label']}: {told}."
    if len(kinds) > _MOST_KINDS:
        yield f"{len(kinds) - _MOST_KINDS} further kinds of study stand in summary.json."


def _short(part: Json) -> str:
    """Give the words of one question with their chances, without what they are the chances of."""
    if part["words"] is None:
        return f"to {part['question']}, cannot be told"
    said = [
        f"{part['words'][key].lower()} ({chance_percent(part[key])} %) in {where}"
        for key, where in (("median", "the median study"), ("new", "a new one"))
    ]
    return f"to {part['question']}, {' and '.join(said)}"
