"""What the printed numbers of each row admit, and which kappa explains them."""

from collections.abc import Callable
from typing import Literal

from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.numbers import two_decimals
from metadx.studies.agreement import WEIGHTS, AgreementRow, AgreementTable, Weights
from metadx.studies.agreement_audit import AgreementAudit, Match, RowAudit
from metadx.studies.kappa import SE_FORMULAS, SeFormula

_FORMULAS: dict[SeFormula, str] = {
    "fleiss-cohen-everitt": "large-sample error",
    "cohen-1960": "short formula",
    "null": "error at kappa 0",
}
#: What the finding of the audit is about that tells which kappa explains the print.
CONVENTION = "convention"
_DRAWN = "The only table"  # such a table is drawn
_LEGEND = (
    "Tables: cross-tables of whole numbers with these margins; with kappa, with both: of these, "
    "those whose kappa, and whose interval as well, round to what is printed{}. At most: largest "
    "kappa the margins allow. -: cannot be counted."
)


def admitted_lines(observed: AgreementTable, audit: AgreementAudit, page: Page) -> list[str]:
    """Count what is left row by row, say it in words, and show which convention explains it.

    Parameters
    ----------
    observed : AgreementTable
    audit : AgreementAudit
    page : Page

    Returns
    -------
    list of str
        Empty where no kappa was printed without its cross-table.
    """
    if not any(row.kappa and row.counts is None for row in observed.rows):
        return []
    chosen = audit.chosen
    said = " (kappa quadratic, large-sample error; no one kind explains the most rows)"
    if chosen is not None:
        said = f" (kappa {chosen.weights}, {_FORMULAS[chosen.formula]})"
    rows = [
        [label, printed_kappa(row), *_counts(found, audit)]
        for label, row, found in zip(observed.labels, observed.rows, audit.rows, strict=True)
    ]
    head = ["", "printed kappa", "tables", "with kappa", "with both", "at most"]
    lines = [tone(page, "What the printed numbers admit", "bold"), *table(page, head, rows)]
    lines += [tone(page, line, "dim") for line in paragraph(page, _LEGEND.format(said))]
    for found, label in zip(audit.rows, observed.labels, strict=True):
        if found.verdict == "no margins":  # told once for all such rows
            continue
        told = " ".join(one.text for one in audit.findings if one.about == label)
        for words in found.words:
            if words not in told and not words.startswith(_DRAWN):
                lines += paragraph(page, f"{label}: {words}", first="- ")
    return [*lines, *_conventions(audit, page)]


def printed_kappa(row: AgreementRow) -> str:
    """Write the kappa of a row as printed, with its interval or standard error.

    Parameters
    ----------
    row : AgreementRow

    Examples
    --------
    >>> from metadx.studies.agreement import PrintedKappa
    >>> kappa = PrintedKappa(0.39, lower=0.3, upper=0.47)
    >>> printed_kappa(AgreementRow("", "", "", "A", "B", 107, kappa=kappa))
    '0.39 (0.30 to 0.47)'
    """
    kappa = row.kappa
    if kappa is None:
        return "-"
    value = f"{kappa.value:.{kappa.decimals}f}"
    if kappa.lower is not None and kappa.upper is not None:
        lower = f"{kappa.lower:.{kappa.places('lower')}f}"
        return f"{value} ({lower} to {kappa.upper:.{kappa.places('upper')}f})"
    return f"{value} (se {kappa.se:.{kappa.places('se')}f})" if kappa.se is not None else value


def _counts(found: RowAudit, audit: AgreementAudit) -> list[str]:
    """Count the tables of a row under the convention that the rows share."""
    most = "-" if found.kappa_max is None else two_decimals(found.kappa_max)
    if found.verdict == "table known":
        return ["known", "", "", most]
    of = [match for match in found.matches if _shared(match, audit)]
    if not of:
        return ["-", "-", "-", most]
    kinds: tuple[Literal["n_tables", "n_kappa", "n_both"], ...] = ("n_tables", "n_kappa", "n_both")
    return [*(f"{sum(getattr(match, kind) for match in of):,}" for kind in kinds), most]


def _shared(match: Match, audit: AgreementAudit) -> bool:
    """Tell whether a reading is the one that the rows share; quadratic where they share none."""
    convention, chosen = match.convention, audit.chosen
    weights: Weights = "quadratic" if chosen is None else chosen.weights
    formula: SeFormula = "fleiss-cohen-everitt" if chosen is None else chosen.formula
    return (convention.weights, convention.formula, convention.offset) == (weights, formula, 0)


def _conventions(audit: AgreementAudit, page: Page) -> list[str]:
    """Count the rows that have a table under each convention."""
    checked = [found for found in audit.rows if any(match.n_tables for match in found.matches)]
    if not checked:
        return []

    def explained(weights: Weights, formula: SeFormula) -> str:
        fits: Callable[[Match], bool] = lambda match: (  # noqa: E731
            match.convention.weights == weights
            and match.convention.formula == formula
            and match.convention.offset == 0
            and match.n_both > 0
        )
        return str(sum(any(map(fits, found.matches)) for found in checked))

    rows = [[w, *(explained(w, formula) for formula in SE_FORMULAS)] for w in WEIGHTS]
    title = f"Which kappa is it? (rows with a table, of {len(checked)} that can be checked)"
    lines = ["", *(tone(page, line, "bold") for line in paragraph(page, title))]
    lines += table(page, ["", *(_FORMULAS[formula] for formula in SE_FORMULAS)], rows)
    for finding in audit.findings:
        if finding.about == CONVENTION:
            lines += paragraph(page, finding.text)
    return lines
