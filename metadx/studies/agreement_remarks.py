"""What a reader must know of the tables of an agreement review, in words."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metadx.studies.agreement import (
    WEIGHTS,
    AgreementRow,
    AgreementTable,
    Correction,
    IntArray,
    Weights,
)
from metadx.studies.agreement_corrections import TakenMargins, numbers
from metadx.studies.agreement_figures import half_unit
from metadx.studies.agreement_margins import Margins, PrintedMargin
from metadx.studies.agreement_ratings import RatedBlock
from metadx.studies.agreement_scale import Scale
from metadx.studies.agreement_sheet import Sheet
from metadx.studies.kappa import kappa_max

if TYPE_CHECKING:
    from metadx.studies.agreement_review import AgreementReview

type Remark = tuple[str, str]

_TOLERANCE = 1e-9


def margin_remarks(margins: Margins, taken: TakenMargins, scale: Scale) -> Iterator[Remark]:
    """Say which margins were corrected, and where counts and percentages contradict each other.

    Parameters
    ----------
    margins : mapping of (key, rater) to PrintedMargin
    taken : TakenMargins
    scale : Scale

    Yields
    ------
    tuple of str
        What it is about, and the words.
    """
    for name, margin in margins.items():
        correction = taken.corrected.get(name)
        n = int(taken.counts[name][0].sum())
        if correction is not None:
            yield margin.label, _correction_words(margin, correction, n)
        for place in _clashes(margin, margin.counts, n):
            yield margin.label, _percent_words(margin, scale, place, correction, n)


def _clashes(margin: PrintedMargin, counts: Sequence[int] | IntArray, n: int) -> list[int]:
    """Return the places whose count is not what its printed percentage says."""
    return [
        place
        for place, (count, percent) in enumerate(zip(counts, margin.percents, strict=True))
        if percent is not None
        and abs(100 * int(count) / n - percent[0]) > half_unit(percent[1]) + _TOLERANCE
    ]


def _correction_words(margin: PrintedMargin, correction: Correction, n: int) -> str:
    taken = " or ".join(f"({numbers(candidate)})" for candidate in correction.candidates)
    words = (
        f"printed are {numbers(margin.counts)}, which add up to {margin.counts.sum()}, n is {n}. "
        f"Declared: {correction.reason}. Taken as {taken}"
    )
    if all(percent is None for percent in margin.percents):
        return f"{words}."
    left = [len(_clashes(margin, candidate, n)) for candidate in correction.candidates]
    which = "which" if len(left) == 1 else "each of which"
    if not any(left):
        return f"{words}, {which} fits all printed percentages."
    if len(set(left)) == 1:
        plural = "s" if left[0] > 1 else ""
        return f"{words}, {which} goes against {left[0]} printed percentage{plural}."
    return f"{words}, which go against {', '.join(map(str, left))} printed percentages."


def _percent_words(
    margin: PrintedMargin, scale: Scale, place: int, correction: Correction | None, n: int
) -> str:
    value, decimals = margin.percents[place] or (math.nan, 0)
    count = int(margin.counts[place])
    half = half_unit(decimals) + _TOLERANCE
    low, high = math.ceil((value - half) * n / 100), math.floor((value + half) * n / 100)
    if low > high:
        meant = f", which no count of {n} gives"
    else:
        meant = f", which would be {low if low == high else f'{low} to {high}'} of {n}"
    words = (
        f'category "{scale.categories[place]}": {count} is {100 * count / n:.{decimals}f} % of '
        f"{n}, printed is {value:.{decimals}f} %{meant}"
    )
    if correction is None:
        return f"{words}; the count is used, for no correction is declared."
    agreeing = sum(low <= candidate[place] <= high for candidate in correction.candidates)
    if agreeing == len(correction.candidates):
        return f"{words}; the declared correction agrees with the percentage."
    return (
        f"{words}; of the {len(correction.candidates)} declared candidates {agreeing} agree with "
        "the percentage."
    )


def rating_remarks(blocks: Sequence[RatedBlock], scale: Scale) -> Iterator[Remark]:
    """Say which ratings are missing, who was never compared, and what was taken as the scale.

    Parameters
    ----------
    blocks : sequence of RatedBlock
    scale : Scale

    Yields
    ------
    tuple of str
        What it is about, and the words.
    """
    for block in blocks:
        given = (block.values >= 0).sum(axis=1)
        total = int(block.counts.sum())
        lone = int(block.counts[given < 2].sum())
        partly = int(block.counts[(given >= 2) & (given < len(block.raters))].sum())
        if lone:
            yield (
                block.label,
                f"{_of(lone, total)} rated by fewer than two raters and tell nothing of agreement.",
            )
        if partly:
            yield (
                block.label,
                f"{_of(partly, total)} not rated by every rater, so pairs of raters differ in n.",
            )
        yield from _never_together(block)
    if blocks and not scale.told:
        yield (
            "scale",
            f"no scale is declared: whole numbers {scale.categories[0]} to {scale.categories[-1]}, "
            "the least and the greatest rating, are taken as the categories. A category at either "
            "end that nobody used would be missing.",
        )


def _of(count: int, total: int) -> str:
    return f"{count} of {total} cases {'was' if count == 1 else 'were'}"


def _never_together(block: RatedBlock) -> Iterator[Remark]:
    rated = (block.values >= 0).astype(np.int64)
    together = (rated * block.counts[:, None]).T @ rated
    for a, first in enumerate(block.raters):
        for b in range(a + 1, len(block.raters)):
            if together[a, b] == 0:
                yield (
                    block.label,
                    f"{first} and {block.raters[b]} rated no case in common: no row for the pair.",
                )


def constant_remarks(rows: Sequence[AgreementRow], scale: Scale) -> Iterator[Remark]:
    """Name raters who gave one category only, which leaves kappa without meaning.

    Parameters
    ----------
    rows : sequence of AgreementRow
    scale : Scale

    Yields
    ------
    tuple of str
        What it is about, and the words.
    """
    for row in rows:
        alone = []
        for rater, margins in ((row.rater_a, row.margins_a), (row.rater_b, row.margins_b)):
            places = {tuple(np.flatnonzero(margin)) for margin in margins}
            if len(places) == 1 and len(only := places.pop()) == 1:
                alone.append((rater, scale.categories[int(only[0])]))
        if len(alone) == 2 and alone[0][1] == alone[1][1]:
            yield (
                row.label,
                f'{row.rater_a} and {row.rater_b} both gave only "{alone[0][1]}": kappa is not '
                "defined, and nothing can be said of how the raters tell cases apart.",
            )
        elif alone:
            both = " and ".join(f'{rater} gave only "{name}"' for rater, name in alone)
            yield (
                row.label,
                f"{both}: every kappa is 0 whatever the ratings, and their correlation is not "
                "identified.",
            )


def decimal_remarks(sheet: Sheet) -> Iterator[Remark]:
    """Say where figures of one kind have different numbers of decimals.

    Parameters
    ----------
    sheet : Sheet
        A table of kind "agreement".

    Yields
    ------
    tuple of str
        What it is about, and the words.
    """
    for names in (("kappa",), ("kappa_lower", "kappa_upper"), ("kappa_se",), ("spearman",)):
        cells = [sheet.cell(name, i) for name in names for i in range(len(sheet.rows))]
        decimals = {len(cell.partition(".")[2]) for cell in cells if cell}
        if len(decimals) > 1:
            yield (
                f"{sheet.source}, {' and '.join(names)}",
                f"figures have {min(decimals)} to {max(decimals)} decimals; each is taken as "
                "rounded to its own. Spreadsheets drop zeros at the end: if 0.60 was printed, "
                "write 0.60 as text.",
            )


def agreement_remarks(review: "AgreementReview | AgreementTable") -> tuple[Remark, ...]:
    """Return everything that a reader must know of the data, what it is about and in words.

    Parameters
    ----------
    review : AgreementReview or AgreementTable

    Returns
    -------
    tuple of (str, str)
        Corrections with their reason, percentages that contradict counts, missing ratings, raters
        who gave one category only, kappas above what the margins allow, and the like.

    Examples
    --------
    >>> from metadx.studies.agreement_arrays import from_counts
    >>> agreement_remarks(from_counts([[7, 3], [0, 0]]))[0][1]
    'rater A gave only "1": every kappa is 0 whatever the ratings, and ...
    """
    table = review if isinstance(review, AgreementTable) else review.table
    above = (
        (label, words)
        for label, row in zip(table.labels, table.rows, strict=True)
        if (words := _above_maximum(row))
    )
    return (*table.remarks, *above)


def _above_maximum(row: AgreementRow) -> str:
    """Return words where a printed kappa is above what any table with the margins can have."""
    if row.kappa is None or not row.margins_a or not row.margins_b:
        return ""
    kinds: Sequence[Weights] = (row.kappa.weights,) if row.kappa.weights else WEIGHTS
    most = [
        kappa_max(margin_a, margin_b, kind)
        for kind in kinds
        for margin_a in row.margins_a
        for margin_b in row.margins_b
    ]
    greatest = max((value for value in most if not np.isnan(value)), default=np.nan)
    if not row.kappa.value - half_unit(row.kappa.decimals) > greatest + _TOLERANCE:
        return ""
    what = f"with {row.kappa.weights} weights" if row.kappa.weights else "with any weights"
    return (
        f"printed kappa {row.kappa.value:.{row.kappa.decimals}f} is above {greatest:.3f}, the most "
        f"that raters with these margins can have {what}: margins, kappa or n are not of the same "
        "cases, or one is a misprint."
    )
