"""What `metadx check` tells about a review of agreement."""

from collections.abc import Sequence

import numpy as np

from metadx.report.agreement_admitted import CONVENTION, admitted_lines, printed_kappa
from metadx.report.agreement_answer import size_words
from metadx.report.agreement_data import data_of
from metadx.report.agreement_limits import limit_lines
from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.numbers import percent, two_decimals
from metadx.report.terminal import synthetic_mark
from metadx.studies.agreement import WEIGHTS, AgreementTable
from metadx.studies.agreement_audit import AgreementAudit
from metadx.studies.agreement_review import AgreementReview
from metadx.studies.kappa import kappa_of


def agreement_findings(review: AgreementReview, audit: AgreementAudit) -> tuple[str, ...]:
    """Write each finding about a review of agreement as a sentence.

    Parameters
    ----------
    review : AgreementReview
    audit : AgreementAudit
        Of its table.

    Returns
    -------
    tuple of str
        Empty if nothing was noticed.
    """
    noticed = [*review.table.remarks, *((f.about, f.text) for f in audit.findings)]
    # Which convention explains the print is told, but is nothing to put right.
    wrong = (f"{about}: {text}" for about, text in noticed if about != CONVENTION)
    return tuple(dict.fromkeys(wrong))


def check_agreement_text(review: AgreementReview, audit: AgreementAudit, page: Page) -> str:
    """Tell what a review holds, what its printed numbers admit, and what was noticed.

    Parameters
    ----------
    review : AgreementReview
    audit : AgreementAudit
        Of its table.
    page : Page

    Returns
    -------
    str
        Ends with a line feed.
    """
    observed = review.table
    lines = synthetic_mark(page, review.synthetic_note) if review.synthetic else []
    lines += [tone(page, line, "bold") for line in paragraph(page, review.title)]
    lines += paragraph(page, size_words(data_of(observed)))
    blocks = [
        _known(observed, page),
        admitted_lines(observed, audit, page),
        _forced(observed, audit, page),
        limit_lines(observed, audit, page),
        _listed("Doubts stated in review.toml", review.source.doubts, page),
    ]
    for block in filter(None, blocks):
        lines += ["", *block]
    findings = agreement_findings(review, audit)
    lines.append("")
    lines += _listed("Findings", findings, page) or ["No inconsistency found."]
    return "\n".join([*lines, ""])


def _listed(title: str, texts: Sequence[str], page: Page) -> list[str]:
    if not texts:
        return []
    return [
        tone(page, title, "bold"),
        *(line for text in texts for line in paragraph(page, text, first="- ")),
    ]


def _known(observed: AgreementTable, page: Page) -> list[str]:
    """Compute what the known cross-tables give, beside what is printed of them."""
    rows = []
    for label, row in zip(observed.labels, observed.rows, strict=True):
        if row.counts is not None:
            kappas = [kappa_of(row.counts, weights) for weights in WEIGHTS]
            said = ["-" if np.isnan(value) else two_decimals(value) for value in kappas]
            same = percent(float(np.trace(row.counts)) / row.n)
            rows.append([label, str(row.n), printed_kappa(row), *said, same])
    if not rows:
        return []
    head = ["", "n", "printed kappa", *WEIGHTS, "same, %"]
    if all(row[2] == "-" for row in rows):
        rows, head = [[*row[:2], *row[3:]] for row in rows], [*head[:2], *head[3:]]
    title = "Kappas of the cross-tables as they are, without a model"
    return [tone(page, title, "bold"), *table(page, head, rows)]


def _forced(observed: AgreementTable, audit: AgreementAudit, page: Page) -> list[str]:
    """Draw the cross-tables that were not printed and are the only ones left."""
    lines: list[str] = []
    for row, found in zip(observed.rows, audit.rows, strict=True):
        if found.verdict != "unique" or found.remaining is None:
            continue
        counts = found.remaining.tables[0]
        used = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
        names = [observed.categories[place] for place in used]
        lines.append("" if lines else tone(page, "Cross-tables that are forced", "bold"))
        lines += paragraph(page, f"{row.label}: rows {row.rater_a}, columns {row.rater_b}")
        body = [[name, *map(str, counts[i, used])] for name, i in zip(names, used, strict=True)]
        lines += [f"  {line}" for line in table(page, ["", *names], body)]
    return lines
