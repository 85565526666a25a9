"""The audit of published summaries: which 2x2 tables are behind printed figures, if any."""

from metadx.errors import DataError
from metadx.studies.problems import listed
from metadx.studies.reported_audit import Audit, audit
from metadx.studies.reported_figures import MEASURES, read_figures


def audit_reported(
    *,
    sens: str | None = None,
    spec: str | None = None,
    ppv: str | None = None,
    npv: str | None = None,
    accuracy: str | None = None,
    prevalence: str | None = None,
    youden: str | None = None,
    lr_pos: str | None = None,
    lr_neg: str | None = None,
    dor: str | None = None,
    n: str | None = None,
    n_diseased: str | None = None,
    n_nondiseased: str | None = None,
    tp: str | None = None,
    fp: str | None = None,
    fn: str | None = None,
    tn: str | None = None,
) -> Audit:
    """Find every 2x2 table that printed figures of one study allow, or say which of them clash.

    Each figure is taken as rounded from an exact value; ties may have been rounded either way.
    Where the sizes of the groups do not follow from the figures, no table is made up: it is told
    whether any (sens, spec) agrees with them, as for the pooled figures of a review.

    Parameters
    ----------
    sens, spec, ppv, npv, accuracy, prevalence, youden : str or None
        Shares as printed, ``"89.9 %"`` or ``"0.899"``: trailing zeros count.
    lr_pos, lr_neg, dor : str or None
        Ratios as printed, ``"3.55"``; ``"∞"`` where a count of 0 makes one infinite.
    n, n_diseased, n_nondiseased, tp, fp, fn, tn : str or None
        Sizes and counts.

    Returns
    -------
    Audit

    Raises
    ------
    DataError
        If no figure is given, or one cannot be read.

    Examples
    --------
    >>> print(audit_reported(n="76", n_diseased="41", sens="75.61%", spec="65.71%"))
    One table fits: tp = 31, fp = 12, fn = 10, tn = 23.
    >>> print(audit_reported(sens="88%", spec="75%", lr_pos="3.75"))
    The figures cannot stand together.
    sens = 88%, spec = 75% and lr_pos = 3.75: possible lr_pos whatever the group sizes: 3.43 to
    3.61.
    """
    given = {name: text for name, text in locals().items() if text is not None}
    wrong = [name for name, text in given.items() if not isinstance(text, str)]
    if wrong:
        raise DataError(
            f"{listed(wrong)}: give figures as text, as printed: 0.80 says more than 0.8."
        )
    return audit(read_figures({name: given[name] for name in MEASURES if name in given}))
