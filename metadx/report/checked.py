"""What `metadx check` tells about a review."""

from collections.abc import Sequence

from metadx.report.layout import Page, paragraph, tone
from metadx.report.terminal import synthetic_mark
from metadx.studies.count_remarks import count_remarks
from metadx.studies.problems import quoted
from metadx.studies.quadas import quadas_of
from metadx.studies.quadas_words import quadas_sentences
from metadx.studies.review import Review

# Findings that every fit tells as a note of its own.
_NOTED = ("prior-led", "(tp + fn = 0)", "(fp + tn = 0)", "counts everybody twice")


def finding_texts(review: Review, *, noted: bool = True) -> tuple[str, ...]:
    """Cross-check a review and write each finding as a sentence.

    Parameters
    ----------
    review : Review
    noted : bool
        Whether to tell what the notes of a fit tell as well.

    Returns
    -------
    tuple of str
        Empty if nothing was noticed.
    """
    from metadx.studies.cross_checks import findings

    clashes = (f"{quoted(label)}: {words}" for label, words in review.table.clashes)
    noticed = (
        f"{finding.about}: {finding.text}"
        for finding in findings(review)
        if noted or not any(words in finding.text for words in _NOTED)
    )
    return (*clashes, *noticed)


def check_text(review: Review, findings: Sequence[str], page: Page) -> str:
    """Tell what a review holds, what it states as uncertain and what cross-checks noticed.

    Parameters
    ----------
    review : Review
    findings : sequence of str
        As of `finding_texts`.
    page : Page

    Returns
    -------
    str
        Ends with a line feed.
    """
    table = review.table
    lines = synthetic_mark(page, review.synthetic_note) if review.synthetic else []
    lines += [tone(page, line, "bold") for line in paragraph(page, review.title)]
    studies = "1 study" if table.n_studies == 1 else f"{table.n_studies:,} studies"
    lines += paragraph(
        page,
        f"{studies}: {int(table.n_diseased.sum()):,} with the condition, "
        f"{int(table.n_nondiseased.sum()):,} without.",
    )
    if review.selection:
        lines += paragraph(page, review.selection.sentence(table.n_studies))
    quadas = quadas_of(review)
    if quadas is not None:
        lines += ["", tone(page, f"Judgements of QUADAS-{quadas.version}", "bold")]
        for sentence in quadas_sentences(quadas):
            lines += paragraph(page, sentence, first="- ")
    remarks = count_remarks(table)
    if remarks:
        lines += ["", tone(page, "Counts that were not printed as such", "bold")]
        for label, words in remarks:
            lines += paragraph(page, f"{quoted(label)}: {words}.", first="- ")
    if review.source.doubts:
        lines += ["", tone(page, "Doubts stated in review.toml", "bold")]
        for doubt in review.source.doubts:
            lines += paragraph(page, doubt, first="- ")
    lines.append("")
    if findings:
        lines.append(tone(page, "Findings of the cross-checks", "bold"))
        for finding in findings:
            lines += paragraph(page, finding, first="- ")
    else:
        lines.append("No inconsistency found.")
    return "\n".join([*lines, ""])
