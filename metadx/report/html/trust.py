"""The section on whether the numbers can be trusted: checks, notes and doubts about the data."""

from collections.abc import Mapping, Sequence
from typing import Any

from metadx.report.checks import bound_words, check_label
from metadx.report.html.blocks import Block, Entry, Items, Section, Text
from metadx.report.html.table import Column, Table

_ABOUT = {"sens": "sensitivity", "spec": "specificity"}


def trust_section(
    found: Mapping[str, Any],
    *,
    doubts: Sequence[str] = (),
    transcription: Sequence[str] = (),
    findings: Sequence[str] = (),
) -> Section:
    """List the checks of the fit, its notes, and what is doubtful about the data.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    doubts, transcription : sequence of str
        What the review says of its data.
    findings : sequence of str
        What cross-checks of the data noticed.

    Returns
    -------
    Section
    """
    failed = [check for check in found["checks"] if not check["passed"]]
    verdict = Text("The fit can be trusted: every check passed.", "lead")
    if failed:
        names = ", ".join(dict.fromkeys(check_label(check["name"]) for check in failed))
        verdict = Text(f"Do not report this fit: it failed on {names}.", "warning")
    parts = (
        Section("notes", "Notes of the fit", _notes(found["notes"])),
        Section("doubts", "Doubts about the data", _doubts(doubts, findings)),
        Section("transcription", "How the counts were read", _listed(transcription, "Not stated.")),
    )
    blocks = (verdict, _checks(found["checks"]))
    return Section("trust", "Checks, notes and doubts", blocks, parts)


def _checks(checks: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        Column("check", "Check"),
        Column("fit", "Fit"),
        Column("value", "Measured", "number", "{:.4g}".format, "not measurable"),
        Column("wanted", "Wanted"),
        Column("passed", "Result"),
    )
    rows = tuple(
        (
            check_label(check["name"]),
            check.get("fit", "the fit"),
            check["value"],
            bound_words(check),
            "passed" if check["passed"] else "FAILED",
        )
        for check in checks
    )
    return Table("checks", "Checks of the fit", columns, rows)


def _notes(notes: Sequence[Mapping[str, str]]) -> tuple[Block, ...]:
    said = [f"{_ABOUT.get(note['about'], note['about'])}: {note['text']}" for note in notes]
    return _listed(said, "There are none.")


def _doubts(doubts: Sequence[str], findings: Sequence[str]) -> tuple[Block, ...]:
    noticed = [f"Noticed by the cross-checks: {finding}" for finding in findings]
    return _listed([*doubts, *noticed], "None is stated, and the cross-checks noticed nothing.")


def _listed(texts: Sequence[str], otherwise: str) -> tuple[Block, ...]:
    return (Items(tuple(map(Entry, texts))),) if texts else (Text(otherwise),)
