"""What to know before a predictive value, a number of people or a net benefit is believed."""

from collections.abc import Sequence

import numpy as np

from metadx.engines.notes import FEW_STUDIES
from metadx.report.numbers import percent
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.aims import Aims

_DESIGNS = {
    "case-control": "The studies are case-control studies",
    "mixed": "Some of the studies are case-control studies",
}
_NO_DESIGN = (
    "Whether the studies are cohort or case-control studies is not stated ([decision] "
    "design in review.toml): take the prevalence from your own setting or from cohort "
    "studies, never from case-control studies."
)
_ILLUSTRATIONS = "The prevalences are illustrations, for none is stated."
_PRIOR_LED = (
    f"With fewer than {FEW_STUDIES} studies the chances for a new study are led by the prior."
)
#: Said in other words elsewhere in the terminal.
TOLD_ELSEWHERE = frozenset({_NO_DESIGN, _ILLUSTRATIONS, _PRIOR_LED})


def observed_prevalence(table: AccuracyTable) -> dict[str, float] | None:
    """Give the least, the median and the greatest share of the diseased.

    Parameters
    ----------
    table : AccuracyTable

    Returns
    -------
    dict or None
        "lowest", "median", "highest"; None where no study has both arms.

    Examples
    --------
    >>> import metadx
    >>> found = observed_prevalence(metadx.load_dataset("telomerase").table)
    >>> sorted(found)
    ['highest', 'lowest', 'median']
    """
    both = (table.n_diseased > 0) & (table.n_nondiseased > 0)
    if not both.any():
        return None
    sick = table.n_diseased[both]
    share = sick / (sick + table.n_nondiseased[both])
    return {
        "lowest": float(share.min()),
        "median": float(np.median(share)),
        "highest": float(share.max()),
    }


def decision_warnings(
    table: AccuracyTable,
    aims: Aims,
    prevalence: tuple[float, ...],
    *,
    stated: bool,
    passed: bool,
) -> list[str]:
    """Say what a decision must not overlook.

    Parameters
    ----------
    table : AccuracyTable
    aims : Aims
    prevalence : tuple of float
        Those that are used.
    stated : bool
        Whether they are stated, by the review or by the user.
    passed : bool
        Whether every check of every fit passed.

    Returns
    -------
    list of str
        Whole sentences.
    """
    found = [*_of_design(aims), *_of_prevalence(table, aims, prevalence, stated=stated)]
    if table.n_studies < FEW_STUDIES:
        found.append(_PRIOR_LED)
    found += _of_empty_cells(table)
    if not passed:
        found.append("A check of the fit failed: decide nothing before that is mended.")
    return found


def case_control_warning(aims: Aims) -> str:
    """Return the warning of case-control studies; empty where there are none.

    Examples
    --------
    >>> case_control_warning(Aims(design="cohort"))
    ''
    """
    if aims.design not in _DESIGNS:
        return ""
    return (
        f"{_DESIGNS[aims.design]}: their numbers with and without the condition are chosen, so no "
        "prevalence can be taken from them, and predictive values, results per 1,000 and net "
        "benefit hold only at a prevalence known from elsewhere. Such studies also "
        "tend to overstate accuracy."
    )


def _of_design(aims: Aims) -> list[str]:
    if warning := case_control_warning(aims):
        return [warning]
    if aims.design is None:
        return [_NO_DESIGN]
    return []


def _of_prevalence(
    table: AccuracyTable, aims: Aims, prevalence: tuple[float, ...], *, stated: bool
) -> list[str]:
    if not stated:
        told = [_ILLUSTRATIONS]
        unused = [name.upper() for name in ("npv", "ppv") if name in aims.stated]
        if unused:
            told.append(
                f"The target for the {' and the '.join(unused)} has no part in the verdict: it "
                "needs a prevalence that is stated."
            )
        return told
    told = _of_first(aims, prevalence)
    observed = observed_prevalence(table)
    if observed is None or aims.design in _DESIGNS:
        return told
    low, high = observed["lowest"], observed["highest"]
    # As printed: what a review states in whole per cent is no other place than 79.6 %.
    beyond = [p for p in prevalence if _beyond(p, low, high)]
    if not beyond:
        return told
    listed = _percents(beyond)
    lead = f"A prevalence of {listed} lies" if len(beyond) == 1 else f"Prevalences of {listed} lie"
    seen = f"{percent(low)} to {percent(high)} %" if low < high else f"{percent(low)} %"
    return [
        *told,
        f"{lead} outside those of the studies ({seen}): those who are "
        "tested there may differ from those who were studied, and so may the accuracy.",
    ]


def _of_first(aims: Aims, prevalence: tuple[float, ...]) -> list[str]:
    """Say at which of several prevalences a predictive value is to be reached."""
    asked = (("npv", "rule in"), ("ppv", "rule out"))  # and the only goal that leaves it out
    targets = [name for name, other in asked if name in aims.stated and aims.goal != other]
    if not targets or len(set(prevalence)) < 2:
        return []
    names = " and the ".join(name.upper() for name in targets)
    return [
        f"The verdict asks for the {names} at a prevalence of {100 * prevalence[0]:.6g} % only, "
        "the first that is stated."
    ]


def _of_empty_cells(table: AccuracyTable) -> list[str]:
    """Warn where no study has an error of one kind, or a right result."""
    found = []
    arms = (
        (table.n_diseased, table.fn, table.tp, "sensitivity", ("negative", "positive")),
        (table.n_nondiseased, table.fp, table.tn, "specificity", ("positive", "negative")),
    )
    for sizes, wrong, right, margin, (error, correct) in arms:
        if not sizes.any() or table.alternatives:
            continue
        for cells, what, end in (
            (wrong, f"false {error}", 100),
            (right, f"true {correct}", 0),
        ):
            if not cells.any():
                found.append(
                    f"No study has a {what}: how near to {end} % the {margin} lies, and every "
                    "chance that rests on it, follows the prior."
                )
    return found


def _beyond(stated: float, low: float, high: float) -> bool:
    """Whether a prevalence lies outside by more than it was rounded by."""
    digits = len(f"{100 * stated:.6g}".partition(".")[2])
    slack = 0.5 * 10.0**-digits / 100 + 1e-12
    return not low - slack <= stated <= high + slack


def _percents(values: Sequence[float]) -> str:
    words = [f"{100 * p:.6g} %" for p in values]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
