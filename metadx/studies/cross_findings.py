"""What an audit finds about a whole table: the convention its rows share, and what stands out."""

from collections.abc import Iterator, Sequence

from metadx.studies.agreement import WEIGHTS, AgreementRow, Weights
from metadx.studies.cross_readings import conventions_of, one_case_less
from metadx.studies.cross_words import convention_text
from metadx.studies.kappa import Convention
from metadx.studies.kappa_verdicts import Finding, RowAudit

_MEANING = (
    "This is what the printed numbers admit; it does not say how they came about.",
    "Such a kappa measures no agreement that these margins allow; the margins still count.",
)


def about_conventions(
    rows: Sequence[AgreementRow],
    audits: Sequence[RowAudit],
    best: Sequence[Convention],
    chosen: Convention | None,
) -> Iterator[Finding]:
    """Say which convention the kappas were computed by.

    Parameters
    ----------
    rows : sequence of AgreementRow
    audits : sequence of RowAudit
        One for each row.
    best : sequence of Convention
        Those that explain most rows.
    chosen : Convention or None

    Yields
    ------
    Finding
    """
    checked = [audit for audit in audits if audit.matches]
    stated = {row.kappa.weights for row in rows if row.kappa} - {None}
    alone = len(checked) == 1 and not stated
    if checked and chosen:
        others = ", ".join(
            f"{weights} {explained_by(checked, weights)}"
            for weights in WEIGHTS
            if weights != chosen.weights
        )
        rests = " No other row bears the weights out: its tables hold if they are these."
        yield Finding(
            "convention",
            f"{explained_by(checked, chosen.weights)} of {len(checked)} kappas that can be checked "
            f"have a table as {convention_text(chosen)} (other weights: {others})."
            + (rests if alone else ""),
            wrong=False,
        )
    elif checked and best:
        yield Finding(
            "convention",
            "Several conventions explain as many of the printed kappas: "
            f"{'; '.join(map(convention_text, best))}. The tables of all of them are kept; "
            "stating the weights of kappa would settle it.",
            wrong=False,
        )
    elif checked:
        yield Finding("convention", "No convention explains any of the printed kappas.")
    if best and best[0].interval == "set aside":
        yield Finding(
            "convention",
            "No standard error that was tried gives the printed intervals or standard errors: "
            "they are set aside, and the kappas are judged alone.",
        )
    for kind in (one for one in WEIGHTS if one in stated and not explained_by(checked, one)):
        fitting = [one for one in WEIGHTS if explained_by(checked, one)]
        if fitting:
            yield Finding(
                "convention",
                f"Kappas are stated as {kind}, and none that can be checked is; as "
                f"{' or '.join(fitting)} some would be. If the statement may be wrong, give their "
                "weights as unknown.",
            )


def about_rows(
    rows: Sequence[AgreementRow], audits: Sequence[RowAudit], labels: Sequence[str]
) -> Iterator[Finding]:
    """Name the rows whose printed figures do not go together, and those that cannot be checked.

    Parameters
    ----------
    rows : sequence of AgreementRow
    audits : sequence of RowAudit
        One for each row.
    labels : sequence of str
        Names of the rows.

    Yields
    ------
    Finding
    """
    for audit, row, label in zip(audits, rows, labels, strict=True):
        aligned = [match for match in audit.matches if not match.convention.offset]
        if audit.verdict in ("impossible", "misaligned only"):
            otherwise = any(match.n_both for match in aligned)
            yield Finding(label, " ".join((*audit.words, *(() if otherwise else _MEANING))))
        elif audit.verdict == "table known":
            stated = row.kappa.weights if row.kappa else None
            right = any(m.n_both and stated in (None, m.convention.weights) for m in aligned)
            yield from (Finding(label, text) for text in audit.words if not right)
        else:
            telling = ("forces", "stays ambiguous")
            for text in audit.words:
                if any(word in text for word in telling):
                    yield Finding(label, text)
    yield from _about_offsets(rows, audits)
    unchecked = [
        label for audit, label in zip(audits, labels, strict=True) if audit.verdict == "no margins"
    ]
    if unchecked:
        yield Finding(
            "no margins",
            f"Nothing can check the kappa of rows whose margins are not printed: "
            f"{'; '.join(unchecked)}.",
            wrong=False,
        )


def _about_offsets(rows: Sequence[AgreementRow], audits: Sequence[RowAudit]) -> Iterator[Finding]:
    """Say whether one and the same offset explains several rows that aligned codes do not."""
    none = [place for place, audit in enumerate(audits) if audit.all_margins and audit.matches]
    if len(none) < 2 or len({(rows[place].rater_a, rows[place].rater_b) for place in none}) > 1:
        return
    row = rows[none[0]]
    for offset, word in ((1, "higher"), (-1, "lower")):
        many = sum(
            any(
                match.n_both and match.convention.offset == offset
                for match in audits[place].matches
            )
            for place in none
        )
        if many > 1:
            yield Finding(
                "convention",
                f"Codes of {row.rater_a} one category {word} than those of {row.rater_b} would "
                f"explain {many} of the {len(none)} kappas that aligned codes cannot give.",
                wrong=False,
            )


def about_one_case_less(
    rows: Sequence[AgreementRow], audits: Sequence[RowAudit]
) -> Iterator[Finding]:
    """Say which rows would have a table with one case less than stated.

    Parameters
    ----------
    rows : sequence of AgreementRow
    audits : sequence of RowAudit
        One for each row.

    Yields
    ------
    Finding
    """
    explained: dict[Weights, list[str]] = {kind: [] for kind in WEIGHTS}
    checked = [place for place, audit in enumerate(audits) if audit.matches]
    for row in (rows[place] for place in checked):
        found: set[Weights] = set()
        for *_, search in one_case_less(row):
            for convention in conventions_of(row.n - 1):
                fitting = search.fit(row.kappa, convention, 0) if row.kappa else None
                if fitting and fitting.fitting.n_tables:
                    found.add(convention.weights)
        for weights in found:
            explained[weights].append(row.label)
    told = (f"{kind} {len(labels)}" for kind, labels in explained.items())
    yield Finding(
        "one case less",
        f"With n - 1 cases, of {len(checked)} kappas that can be checked so many would have a "
        f"table: {', '.join(told)}.",
        wrong=False,
    )


def explained_by(audits: Sequence[RowAudit], weights: Weights) -> int:
    """Count the rows that have a table under some standard error, with aligned codes.

    Parameters
    ----------
    audits : sequence of RowAudit
    weights : {"unweighted", "linear", "quadratic"}
    """
    return sum(
        any(
            match.n_both and match.convention.weights == weights and not match.convention.offset
            for match in audit.matches
        )
        for audit in audits
    )
