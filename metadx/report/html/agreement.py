"""The page of a review of the agreement of raters: its sections in their order."""

from collections.abc import Mapping, Sequence
from typing import Any

from metadx.engines.agreement.result import AgreementFit
from metadx.report.agreement_answer import size_words, unused_words
from metadx.report.agreement_checked import agreement_findings
from metadx.report.agreement_sentence import first_sentence
from metadx.report.html.agreement_methods import agreement_methods_section
from metadx.report.html.agreement_tables import (
    category_table,
    forensic_table,
    kappa_table,
    shared_tables,
)
from metadx.report.html.blocks import Block, Entry, Facts, Picture, Section, Text, tables_of
from metadx.report.html.page import render_page
from metadx.report.html.question import source_facts
from metadx.report.html.reproduce import reproduce_section
from metadx.report.html.source import figures_in, level_words
from metadx.report.html.table import Table
from metadx.report.html.trust import trust_section
from metadx.report.terminal import SYNTHETIC
from metadx.studies.agreement_review import AgreementReview

type Json = Mapping[str, Any]

_FORMULAS = {
    "fleiss-cohen-everitt": "Fleiss, Cohen and Everitt (large samples)",
    "cohen-1960": "Cohen (1960)",
    "null": "kappa 0",
}

_FORENSIC = (
    "Each printed kappa was checked against every cross-table of whole numbers with the printed "
    "margins. What is left says how much the print determines, and what it contradicts."
)


def agreement_report_of(
    found: Json,
    review: AgreementReview,
    fit: AgreementFit,
    pictures: Mapping[str, Picture],
    command: str = "",
) -> tuple[str, tuple[Table, ...]]:
    """Write the page of a review of agreement.

    Parameters
    ----------
    found : mapping
        Content of a ``summary.json`` of kind "agreement".
    review : AgreementReview
    fit : AgreementFit
    pictures : mapping of str to Picture
        The figures by the stems of their files; empty where none were drawn.
    command : str
        The command that made the result.

    Returns
    -------
    page : str
        One self-contained HTML file.
    tables : tuple of Table
        The tables on it, for export.
    """
    figures = figures_in(pictures, {}, tuple(pictures))
    if not figures:
        figures = (Text("No figures were drawn: they were left out (--no-figures).", "note"),)
    sections = (
        _question(found, review),
        _answer(found),
        Section("figures", "Figures", figures),
        _forensics(found),
        agreement_methods_section(found, fit),
        trust_section(
            found,
            doubts=review.source.doubts,
            transcription=review.source.transcription,
            findings=agreement_findings(review, fit.audit),
        ),
        reproduce_section(found, command),
    )
    mark = (found["synthetic_note"] or SYNTHETIC) if found["synthetic"] else ""
    title = found["title"] or found["review"] or "Agreement of raters"
    page = render_page(title, _opening(found, review), sections, mark=mark)
    return page, tables_of(sections)


def _opening(found: Json, review: AgreementReview) -> Sequence[Block]:
    blocks = [Text(review.question)] if review.question else []
    if any(not check["passed"] for check in found["checks"]):
        blocks.append(Text("A check of the fit failed: do not report these numbers.", "warning"))
    blocks.append(Text(first_sentence(found), "lead"))
    blocks += [Text(doubt, "warning") for doubt in unused_words(found)]
    told = f"Given throughout: posterior medians with {level_words(found)} credible intervals."
    return [*blocks, Text(f"{size_words(found['data'])} {told}")]


def _question(found: Json, review: AgreementReview) -> Section:
    data = found["data"]
    rows = [
        ("Question", Entry(review.question or "not stated in review.toml")),
        ("Raters", Entry(", ".join(data["raters"]))),
        *((name, Entry(about)) for name, about in review.raters.items() if about),
        ("Scale", Entry(", ".join(data["categories"]))),
        ("Unit of assessment", Entry(review.unit or "not stated in review.toml")),
        *source_facts(review.source),
    ]
    return Section("question", "Question and data", (Facts(tuple(rows)),))


def _answer(found: Json) -> Section:
    level = level_words(found)
    blocks: list[Block] = [Text(first_sentence(found), "lead"), kappa_table(found, level)]
    blocks += [*category_table(found, level), *shared_tables(found, level)]
    return Section("answer", "How well do they agree?", tuple(blocks))


def _forensics(found: Json) -> Section:
    blocks: list[Block] = [Text(_FORENSIC), forensic_table(found)]
    chosen = found["conventions"]["chosen"]
    told = "No one convention explains the most printed kappas."
    if chosen is not None:
        told = (
            f"The printed kappas are explained best by {chosen['weights']} kappa with the "
            f"standard error of {_FORMULAS[chosen['formula']]}."
        )
    if any(row["kappa_reported"] is not None for row in found["findings"]):
        blocks.append(Text(told))
    return Section("forensics", "What the printed numbers admit", tuple(blocks))
