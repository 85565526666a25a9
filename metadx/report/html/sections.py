"""The page of a review of accuracy: its sections in their order."""

from metadx.engines.notes import FEW_STUDIES
from metadx.report.checked import finding_texts
from metadx.report.html.accuracy_figures import accuracy_figures_section
from metadx.report.html.answer import accuracy_sentence, answer_section
from metadx.report.html.blocks import Block, Entry, Items, Section, Text, tables_of
from metadx.report.html.covariates import covariates_section
from metadx.report.html.criticism import criticism_section
from metadx.report.html.decision import decision_section
from metadx.report.html.findings import findings_section
from metadx.report.html.flow import flow_section
from metadx.report.html.heterogeneity import heterogeneity_section
from metadx.report.html.methods import methods_section
from metadx.report.html.page import render_page
from metadx.report.html.quadas import quadas_section
from metadx.report.html.question import question_section
from metadx.report.html.reproduce import reproduce_section
from metadx.report.html.source import Source
from metadx.report.html.standards import prisma_section, revman_section
from metadx.report.html.studies import studies_section
from metadx.report.html.table import Table
from metadx.report.html.trust import trust_section
from metadx.report.terminal import SYNTHETIC
from metadx.report.verdict_lines import TOGETHER, kind_words


def report_of(source: Source) -> tuple[str, tuple[Table, ...]]:
    """Write the page of a review of accuracy.

    Parameters
    ----------
    source : Source

    Returns
    -------
    page : str
        One self-contained HTML file.
    tables : tuple of Table
        The tables on it, for export.
    """
    sections = _sections(source)
    found = source.found
    mark = (found["synthetic_note"] or SYNTHETIC) if found["synthetic"] else ""
    title = found["title"] or found["review"] or "Accuracy of a diagnostic test"
    return render_page(title, _opening(source), sections, mark=mark), tables_of(sections)


def _sections(source: Source) -> tuple[Section, ...]:
    review, found = source.review, source.found
    quadas = quadas_section(source)
    sections = (
        question_section(source),
        flow_section(source),
        findings_section(source),
        answer_section(source),
        accuracy_figures_section(source),
        heterogeneity_section(source),
        covariates_section(source),
        decision_section(source),
        criticism_section(source),
        quadas,
        methods_section(source),
        revman_section(source),
        studies_section(source),
        trust_section(
            found,
            doubts=review.source.doubts,
            transcription=review.source.transcription,
            findings=finding_texts(review, noted=False),
        ),
        reproduce_section(found, source.command),
    )
    places = {section.id for section in sections}
    places |= {part.id for section in sections for part in section.parts}
    if not any(isinstance(block, Table) for block in quadas.blocks):
        places.discard(quadas.id)
    return (*sections[:-1], prisma_section(places, _additional(source)), sections[-1])


def _additional(source: Source) -> tuple[str, ...]:
    """Name the analyses beside the pooling that were really made."""
    told = source.criticism
    parts = (
        ("influence", "influence of each study"),
        ("outliers", "outlying studies"),
        ("cumulative", "cumulative analysis"),
        ("priors", "sensitivity to priors"),
        ("alternatives", "other models"),
        ("deeks", "small-study effects"),
    )
    covariates = ("covariates",) if len(source.found["groups"]) > 1 else ()
    return (*covariates, *(words for key, words in parts if "refused" not in told[key]))


def _opening(source: Source) -> tuple[Block, ...]:
    found = source.found
    blocks: list[Block] = []
    if any(not check["passed"] for check in found["checks"]):
        blocks.append(Text("A check of the fit failed: do not report these numbers.", "warning"))
    if source.review.question:
        blocks.append(Text(source.review.question))
    decision = found.get("decision") or {}
    together = f"{TOGETHER[0].upper()}{TOGETHER[1:]}. " if len(found["groups"]) > 1 else ""
    accuracy = accuracy_sentence(source.estimands, source.level)
    blocks.append(Text(f"{together}{accuracy}", "lead"))
    if decision.get("verdict"):
        blocks.append(Text(decision["verdict"]["text"], "lead"))
    if decision.get("by_group"):
        lines = tuple(map(Entry, kind_words(decision["by_group"])))
        blocks += [Text("Good enough, by kind of study:"), Items(lines)]
    data = found["data"]
    studies = "1 study" if data["n_studies"] == 1 else f"{data['n_studies']:,} studies"
    blocks.append(
        Text(
            f"{studies}, {data['n_diseased']:,} with the target condition and "
            f"{data['n_nondiseased']:,} without. Given throughout: posterior medians with "
            f"{source.level} credible intervals (equal-tailed)."
        )
    )
    if data["n_studies"] < FEW_STUDIES:
        few = (
            f"Prior-led: with fewer than {FEW_STUDIES} studies much of what follows comes from the "
            f"priors of the model card, above all heterogeneity, correlation and every prediction."
        )
        blocks.append(Text(few, "warning"))
    return tuple(blocks)
