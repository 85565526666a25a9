"""What a reader must know beside the numbers: notes of the fit and doubts about the data."""

from collections.abc import Mapping, Sequence
from typing import Any

from metadx.report.layout import Page, paragraph, tone
from metadx.report.missing import FILE_ONLY

_ABOUT = {
    "sens": "sensitivity",
    "spec": "specificity",
}
_MOST_FINDINGS = 3


def remark_lines(
    found: Mapping[str, Any], page: Page, doubts: Sequence[str], findings: Sequence[str]
) -> list[str]:
    """List the notes, then what is doubtful about the data.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    page : Page
    doubts, findings : sequence of str
        What the review states as uncertain; what cross-checks noticed.

    Returns
    -------
    list of str
        Empty if there is nothing to say.
    """
    # The reasons for empty cells of the file belong to the file: the terminal shows other cells.
    notes = [note for note in found["notes"] if note["text"] not in FILE_ONLY]
    lines: list[str] = []
    if notes:
        lines.append(tone(page, "Notes", "bold"))
        for note in notes:
            about = _ABOUT.get(note["about"], note["about"])
            lines += paragraph(page, f"{about}: {note['text']}", first="- ")
    about_data = _data(doubts, findings)
    if about_data:
        lines += (
            ["", tone(page, "Doubts about the data", "bold")]
            if lines
            else [tone(page, "Doubts about the data", "bold")]
        )
        for text in about_data:
            lines += paragraph(page, text, first="- ")
    return lines


def _data(doubts: Sequence[str], findings: Sequence[str]) -> list[str]:
    lines = list(findings[:_MOST_FINDINGS])
    if len(findings) > _MOST_FINDINGS:
        more = len(findings) - _MOST_FINDINGS
        lines.append(f"and {more} more findings; `metadx check` lists them.")
    if len(doubts) == 1:
        lines.append(f"Stated in review.toml: {doubts[0]}")
    elif doubts:
        lines.append(
            f"{len(doubts)} doubts are stated in review.toml (`metadx check` lists them); the "
            f"first: {doubts[0]}"
        )
    return lines
