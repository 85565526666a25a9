"""What to know before a predictive value, a number of people or a net benefit is believed."""

import numpy as np

from metadx.engines.notes import FEW_STUDIES
from metadx.report.numbers import percent
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.aims import Aims

_DESIGNS = {
    "case-control": "The studies are case-control studies",
    "mixed": "Some of the studies are case-control studies",
}


def observed_prevalence(table: AccuracyTable) -> dict[str, float] | None:
    """Give the least, the median and the greatest share of diseased participants.

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
        found.append(
            f"With fewer than {FEW_STUDIES} studies the chances for a new study are led by the "
            "prior."
        )
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
        f"{_DESIGNS[aims.design]}: their numbers of participants with and without the condition "
        "are chosen, so no prevalence can be taken from them, and predictive values, people per "
        "1,000 and net benefit hold only at a prevalence known from elsewhere. Such studies also "
        "tend to overstate accuracy."
    )


def _of_design(aims: Aims) -> list[str]:
    if warning := case_control_warning(aims):
        return [warning]
    if aims.design is None:
        return [
            "Whether the studies are cohort or case-control studies is not stated ([decision] "
            "design in review.toml): take the prevalence from your own setting or from cohort "
            "studies, never from case-control studies."
        ]
    return []


def _of_prevalence(
    table: AccuracyTable, aims: Aims, prevalence: tuple[float, ...], *, stated: bool
) -> list[str]:
    if not stated:
        told = ["The prevalences are illustrations, for none is stated."]
        unused = [name.upper() for name in ("npv", "ppv") if name in aims.stated]
        if unused:
            told.append(
                f"The target for the {' and the '.join(unused)} has no part in the verdict: it "
                "needs a prevalence that is stated."
            )
        return told
    observed = observed_prevalence(table)
    if observed is None or aims.design in _DESIGNS:
        return []
    low, high = observed["lowest"], observed["highest"]
    beyond = [p for p in prevalence if not low <= p <= high]
    if not beyond:
        return []
    listed = " and ".join(f"{100 * p:.6g} %" for p in beyond)
    seen = f"{percent(low)} to {percent(high)} %" if low < high else f"{percent(low)} %"
    return [
        f"A prevalence of {listed} lies outside those of the studies ({seen}): people who are "
        "tested there may differ from those who were studied, and so may the accuracy."
    ]
