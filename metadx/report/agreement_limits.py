"""What the printed numbers say of agreement without any model: the limits it must lie between."""

from metadx.report.layout import Page, paragraph, table, tone
from metadx.studies.agreement import AgreementRow, AgreementTable
from metadx.studies.agreement_audit import AgreementAudit, RowAudit
from metadx.studies.agreement_bounds import Bounds, Measure, agreement_bounds, bounds_of_tables

_LEGEND = (
    "Margins alone: whatever the cross-table is. Then: in the tables left, or, where they cannot "
    "be listed, as margins and kappa allow; a kappa that no table admits is not used."
)


def limit_lines(observed: AgreementTable, audit: AgreementAudit, page: Page) -> list[str]:
    """Give the limits of agreement for every row whose margins are known.

    Parameters
    ----------
    observed : AgreementTable
    audit : AgreementAudit
        Of this table.
    page : Page

    Returns
    -------
    list of str
        Empty where no row has margins without a cross-table.
    """
    rows = []
    for label, row, found in zip(observed.labels, observed.rows, audit.rows, strict=True):
        if row.counts is None and row.margins_a and row.margins_b:
            cells = [_words(agreement_bounds(row, "agreement_exact", ("margins",)))]
            measures: tuple[Measure, ...] = ("agreement_exact", "a_higher", "b_higher")
            cells += [_words(_limits(row, found, what, audit)) for what in measures]
            rows.append([label, *cells])
    if not rows:
        return []
    first = observed.rows[0]
    pairs = {(row.rater_a, row.rater_b) for row in observed.rows}
    a, b = (first.rater_a, first.rater_b) if len(pairs) == 1 else ("first", "second")
    head = ["", "same, margins alone", "same", f"{a} higher", f"{b} higher"]
    title = "What holds without any model (% of cases)"
    lines = [tone(page, title, "bold"), *table(page, head, rows)]
    return lines + [tone(page, line, "dim") for line in paragraph(page, _LEGEND)]


def _limits(row: AgreementRow, found: RowAudit, what: Measure, audit: AgreementAudit) -> Bounds:
    """Bound a measure by all that can be believed of a row."""
    if found.remaining is not None and found.remaining.complete:
        return bounds_of_tables(found.remaining, what)
    if found.verdict in ("impossible", "misaligned only"):
        return agreement_bounds(row, what, ("margins",))
    weights = audit.chosen.weights if audit.chosen else None
    return agreement_bounds(row, what, ("margins", "kappa"), weights)


def _words(bounds: Bounds) -> str:
    if bounds.empty:
        return "-"
    low, high = (f"{100 * end:.1f}" for end in (bounds.lower, bounds.upper))
    return low if low == high else f"{low} to {high}"
