"""Margins that do not add up: taken only with a declared correction and its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metadx.errors import DataError
from metadx.studies.agreement import AgreementRow, Correction
from metadx.studies.agreement_margins import Margins, PrintedMargin
from metadx.studies.agreement_sheet import Key, key_label
from metadx.studies.counts import IntArray
from metadx.studies.problems import Problem, listed, quoted, refuse_if_any

type Named = tuple[Key, str]


@dataclass(frozen=True, eq=False)
class TakenMargins:
    """Margins as they are used.

    Parameters
    ----------
    counts : mapping of (key, rater) to tuple of ndarray of int, shape (C,)
        Several where a correction names several candidates.
    corrected : mapping of (key, rater) to Correction
        The corrections, with study, finding and region filled in.
    """

    counts: Mapping[Named, tuple[IntArray, ...]]
    corrected: Mapping[Named, Correction]


def numbers(counts: Sequence[int] | IntArray) -> str:
    """Write counts as a list.

    Examples
    --------
    >>> numbers([79, 28, 0])
    '79, 28, 0'
    """
    return ", ".join(str(int(count)) for count in counts)


def taken_margins(
    margins: Margins,
    corrections: Sequence[Correction],
    rows: Sequence[AgreementRow],
    *,
    source: str,
    declared_in: str = "review.toml",
) -> TakenMargins:
    """Compare every margin with n and put declared corrections in the place of misprints.

    Parameters
    ----------
    margins : mapping of (key, rater) to PrintedMargin
    corrections : sequence of Correction
    rows : sequence of AgreementRow
        Every pair of raters.
    source : str
        Name of the file of the margins, used in messages.
    declared_in : str
        Name of the file of the corrections, used in messages.

    Returns
    -------
    TakenMargins

    Raises
    ------
    DataError
        If a margin belongs to no row, does not add up to n and has no correction, or a correction
        matches no printed margin or has candidates that do not add up to n.
    """
    sizes = {
        (row.key, rater): row for row in reversed(rows) for rater in (row.rater_a, row.rater_b)
    }
    problems = [
        Problem(_stranger(margin, rows), margin.row, margin.label)
        for name, margin in margins.items()
        if name not in sizes
    ]
    refuse_if_any(source, problems)
    corrected = _matched(margins, corrections, declared_in)
    wrong = [
        Problem(f"corrections[{place}].candidates: {fault}")
        for place, name in corrected.values()
        for fault in _candidate_faults(corrections[place - 1], margins[name], sizes[name])
    ]
    refuse_if_any(declared_in, wrong)
    problems = [
        Problem(_no_sum(margin, sizes[name]), margin.row, margin.label)
        for name, margin in margins.items()
        if name not in corrected and margin.counts.sum() != sizes[name].n
    ]
    refuse_if_any(source, problems)
    filled = {
        name: replace(
            corrections[place - 1], study=name[0][0], finding=name[0][1], region=name[0][2]
        )
        for place, name in corrected.values()
    }
    counts = {
        name: tuple(np.array(c, dtype=np.int64) for c in filled[name].candidates)
        if name in filled
        else (margin.counts,)
        for name, margin in margins.items()
    }
    return TakenMargins(counts, filled)


def _stranger(margin: PrintedMargin, rows: Sequence[AgreementRow]) -> str:
    here = sorted(
        {rater for row in rows if row.key == margin.key for rater in (row.rater_a, row.rater_b)}
    )
    if here:
        return (
            f"{quoted(margin.rater)} is none of the raters of this finding, who are "
            f"{listed(here)}; correct the name"
        )
    known = listed(sorted({row.label for row in rows}), 8)
    return f"no pair of raters has this study, finding and region; there are {known}"


def _no_sum(margin: PrintedMargin, row: AgreementRow) -> str:
    shown = numbers(margin.counts)
    return (
        f"the counts {shown} add up to {margin.counts.sum()}, not to n = {row.n}; correct what "
        "was mistyped, or declare a misprint in review.toml: "
        f'[[corrections]] rater = "{margin.rater}", printed = [{shown}], candidates = [[...]], '
        'reason = "..."'
    )


def _matched(
    margins: Margins, corrections: Sequence[Correction], declared_in: str
) -> dict[Named, tuple[int, Named]]:
    """Return the place of the correction of each corrected margin."""
    found: dict[Named, tuple[int, Named]] = {}
    for place, correction in enumerate(corrections, start=1):
        own = [name for name, margin in margins.items() if _is_about(correction, margin)]
        fit = [name for name in own if tuple(margins[name].counts) == correction.printed]
        where = f"{declared_in}: corrections[{place}]"
        if len(fit) > 1:
            raise DataError(
                f"{where} fits {len(fit)} margins ({listed([margins[n].label for n in fit])}); "
                "name study, finding and region."
            )
        if not fit and own:
            shown = "; ".join(f"{margins[n].label}: {numbers(margins[n].counts)}" for n in own[:3])
            raise DataError(
                f"{where}.printed = {list(correction.printed)} is no printed margin; printed is "
                f"{shown}. Write the counts as they stand in the table."
            )
        if not fit:
            about = (correction.study, correction.finding, correction.region)
            raise DataError(
                f"{where}: no margin of {quoted(correction.rater)} for "
                f"{quoted(key_label(about) or 'any finding')}; correct the names."
            )
        if fit[0] in found:
            raise DataError(
                f"{where} and corrections[{found[fit[0]][0]}] are about the same margin; give all "
                "candidates in one."
            )
        found[fit[0]] = (place, fit[0])
    return found


def _is_about(correction: Correction, margin: PrintedMargin) -> bool:
    told = (correction.study, correction.finding, correction.region)
    same = all(not own or own == other for own, other in zip(told, margin.key, strict=True))
    return same and correction.rater == margin.rater


def _candidate_faults(
    correction: Correction, margin: PrintedMargin, row: AgreementRow
) -> list[str]:
    faults = []
    seen: set[tuple[int, ...]] = set()
    for candidate in correction.candidates:
        if len(candidate) != len(margin.counts):
            faults.append(
                f"{list(candidate)} has {len(candidate)} counts, wanted {len(margin.counts)}, one "
                "a category"
            )
        elif min(candidate) < 0:
            faults.append(f"{list(candidate)} has a negative count; correct it")
        elif sum(candidate) != row.n:
            faults.append(
                f"{list(candidate)} adds up to {sum(candidate)}, wanted n = {row.n}; correct it"
            )
        elif candidate in seen:
            faults.append(f"{list(candidate)} stands there twice; keep one")
        seen.add(candidate)
    return faults
