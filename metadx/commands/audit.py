"""`metadx audit`: find the 2x2 tables behind printed figures."""

from typing import Annotated

import typer

from metadx.commands.exits import CHECK_FAILED
from metadx.commands.output import page, show

EPILOG = (
    "Exit status: 0 the figures can stand together; 1 they clash; 2 unreadable. Example: metadx "
    "audit --n 76 --sens 75.61% --spec 65.71%. The figures of a review of agreement are audited by "
    "metadx check."
)

_Share = Annotated[str | None, typer.Option(metavar="TEXT", help="As printed: 88.1% or 0.881.")]
_Ratio = Annotated[str | None, typer.Option(metavar="TEXT", help="As printed: 3.55.")]
_Size = Annotated[str | None, typer.Option(metavar="N", help="A count.")]


def audit(
    *,
    sens: _Share = None,
    spec: _Share = None,
    ppv: _Share = None,
    npv: _Share = None,
    accuracy: _Share = None,
    prevalence: _Share = None,
    youden: _Share = None,
    lr_pos: _Ratio = None,
    lr_neg: _Ratio = None,
    dor: _Ratio = None,
    n: _Size = None,
    n_diseased: _Size = None,
    n_nondiseased: _Size = None,
    tp: _Size = None,
    fp: _Size = None,
    fn: _Size = None,
    tn: _Size = None,
) -> None:
    """Find every 2x2 table that printed figures allow, or say which of them clash."""
    given = locals()
    from metadx.report.layout import paragraph
    from metadx.studies.reported import audit_reported

    found = audit_reported(**given)
    where = page()
    lines = [line for text in str(found).split("\n") for line in paragraph(where, text)]
    show("\n".join([*lines, ""]))
    if found.verdict == "impossible":
        raise typer.Exit(CHECK_FAILED)
