"""The verdict as the terminal tells it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metadx.engines.notes import FEW_STUDIES
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
    few = found.get("data", {}).get("n_studies", FEW_STUDIES) < FEW_STUDIES
    lead = "Verdict, prior-led" if few else "Verdict"
    lines = [tone(page, f"{lead}, {TOGETHER}" if kinds else lead, "bold")]
    for part in verdict["parts"]:
        lines += paragraph(page, part["text"])
    if kinds:
        lines += [tone(page, "Verdict by kind of study", "bold")]
        for line in kind_words(kinds):
            lines += paragraph(page, line)
    for warning in decision["warnings"]:
        if warning not in TOLD_ELSEWHERE:
            lines += [tone(page, line, "bold") for line in paragraph(page, warning)]
    if any(part["words"] for one in (decision, *kinds) for part in one["verdict"]["parts"]):
        lines += [tone(page, line, "dim") for line in paragraph(page, legend_words())]
    return lines


def kind_words(kinds: Sequence[Json]) -> Iterator[str]:
    """Give the verdict of each kind of study in a line.

    Parameters
    ----------
    kinds : sequence of mapping
        The key "by_group" of the decision in ``summary.json``.

    Yields
    ------
    str
        Of more than 8 kinds the first 8, and where the others stand.
    """
    for one in kinds[:_MOST_KINDS]:
        told = "; ".join(_short(part) for part in one["verdict"]["parts"])
        yield f"{one['label']}: {told}."
    if len(kinds) > _MOST_KINDS:
        yield f"{len(kinds) - _MOST_KINDS} further kinds of study stand in summary.json."


def _short(part: Json) -> str:
    """Give the words of one question with their chances, without what they are the chances of."""
    if part["words"] is None:
        return f"to {part['question']}, cannot be told"
    words = [part["words"][key].lower() for key in ("median", "new")]
    first, second = (f"{chance_percent(part[key])} %" for key in ("median", "new"))
    said = (
        f"{words[0]} ({first} in the median study, {second} in a new one)"
        if words[0] == words[1]
        else f"{words[0]} in the median study ({first}), {words[1]} in a new one ({second})"
    )
    return f"to {part['question']}, {said}"
