"""What an audit of printed agreement says: readings tried, tables left, a verdict per row."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from metadx.studies.cross_tables import TableSet
from metadx.studies.kappa import Convention

type Verdict = Literal[
    "table known",
    "unique",
    "few",
    "many",
    "impossible",
    "misaligned only",
    "no margins",
    "no kappa",
    "too many to list",
]


class Finding(NamedTuple):
    """Something that the reader of a table must know.

    Parameters
    ----------
    about : str
        "convention", "no margins", "one case less", or the label of a row.
    text : str
    wrong : bool
        Whether printed figures contradict each other, rather than a mere fact.
    """

    about: str
    text: str
    wrong: bool = True


@dataclass(frozen=True)
class Match:
    """How many cross-tables one reading of a row admits.

    Parameters
    ----------
    convention : Convention
    place_a, place_b : int
        Which of the candidate margins of each rater.
    n_tables, n_kappa, n_both : int
        Tables with these margins; of these, those with the printed kappa; of these, those with the
        printed interval or standard error as well.
    """

    convention: Convention
    place_a: int
    place_b: int
    n_tables: int
    n_kappa: int
    n_both: int


@dataclass(frozen=True, eq=False)
class RowAudit:
    """What the printed numbers of one row admit.

    Parameters
    ----------
    row : int
        Place in the table's rows.
    verdict : str
        "table known": the cross-table is given; "unique", "few", "many": tables with the printed
        margins, kappa and interval; "impossible": none; "misaligned only": none unless the codes of
        one rater were off by one category; "no margins", "no kappa": nothing to check; "too many to
        list".
    matches : tuple of Match
        Every reading that was tried.
    remaining : TableSet or None
        The tables left; None where nothing is left or nothing can be checked.
    misaligned : TableSet or None
        The tables left if codes were off by one category, where no others are.
    all_margins : TableSet or None
        Every table with the margins, where kappa is absent or impossible.
    kappa_max : float or None
        The largest kappa the margins allow.
    words : tuple of str
        The same in sentences.
    """

    row: int
    verdict: Verdict
    matches: tuple[Match, ...] = ()
    remaining: TableSet | None = None
    misaligned: TableSet | None = None
    all_margins: TableSet | None = None
    kappa_max: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class AgreementAudit:
    """What the printed numbers of a table admit.

    Parameters
    ----------
    rows : tuple of RowAudit
        One for each row of the table.
    conventions : tuple of Convention
        Those that explain most rows.
    chosen : Convention or None
        The one they share; None where no kappa can be checked or several explain as much.
    findings : tuple of Finding
    """

    rows: tuple[RowAudit, ...]
    conventions: tuple[Convention, ...]
    chosen: Convention | None
    findings: tuple[Finding, ...]
