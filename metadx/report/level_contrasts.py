"""How kinds of study differ, as a clinician reads it in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from metadx.report.layout import Page, paragraph, tone
from metadx.report.level_names import without_covariate
from metadx.report.numbers import interval, three_digits
from metadx.report.wide import blocks, wide_table

type Json = Mapping[str, Any]
type Pair = tuple[str, str]

_HEADER = ("", "sens., points", "P", "spec., points", "P", "DOR ratio", "P", "P of AUC")
_UNITS = ((1, 2), (3, 4), (5, 6, 7))  # columns that are not parted: sens, spec, both
_SAME = "same"
_SHORT, _MOST_BLOCKS = 32, 2  # of a pair of names, to be read without a key
_MOST_LEVELS = 6  # 15 pairs; of more levels only the pairs with the reference are shown


def contrast_lines(found: Json, page: Page, level: str) -> Iterator[list[str]]:
    """Tell how the levels of each covariate differ, and how sure that is.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    page : Page
    level : str
        The level of the intervals in words, such as ``"95 %"``.

    Yields
    ------
    list of str
        One block a covariate. Of a continuous covariate its least and greatest value shown are
        compared.
    """
    told = {
        (c["covariate"], c["a"], c["b"], c["estimand"]): c
        for c in found["contrasts"]
        if c["fit"] == "regression" and "prevalence" not in c
    }
    for covariate, labels in _labels(found).items():
        pairs, left_out = _shown(found["covariates"][covariate], covariate, labels)
        cells = [
            _cells(
                *(told.get((covariate, *pair, name)) for name in ("sens", "spec", "dor", "auc")),
            )
            for pair in pairs
        ]
        names = [without_covariate(label, covariate) for label in labels]
        lines = _laid_out(page, pairs, dict(zip(labels, names, strict=True)), cells)
        if left_out:
            text = f"{left_out} further pairs of levels stand in contrasts.csv."
            lines += [tone(page, line, "dim") for line in paragraph(page, text)]
        title = (
            f"How sure are the differences by {covariate}? (first minus second; median and {level} "
            f"interval; P: probability that the first is higher)"
        )
        yield [*(tone(page, line, "bold") for line in paragraph(page, title)), *lines]


def _labels(found: Json) -> dict[str, list[str]]:
    """Return the labels of the kinds of each covariate that has at least two."""
    labels: dict[str, list[str]] = {}
    for group in found["groups"]:
        if group.get("fit") == "regression" and group["covariate"]:
            labels.setdefault(group["covariate"], []).append(group["label"])
    return {covariate: kinds for covariate, kinds in labels.items() if len(kinds) > 1}


def _shown(info: Json, covariate: str, labels: Sequence[str]) -> tuple[list[Pair], int]:
    """Choose the pairs to show; return how many others there are."""
    pairs = list(combinations(labels, 2))
    if info["kind"] == "continuous":
        return [(labels[0], labels[-1])], 0
    if len(labels) <= _MOST_LEVELS:
        return pairs, 0
    reference = {info["reference"], f"{covariate} = {info['reference']}"}
    shown = [pair for pair in pairs if reference & {*pair}]
    return shown, len(pairs) - len(shown)


def _cells(
    sens: Json | None, spec: Json | None, dor: Json | None, auc: Json | None
) -> tuple[str, ...]:
    ratio = interval(dor["ratio"], three_digits) if dor else _SAME
    numbers = (_points(sens), _chance(sens), _points(spec), _chance(spec))
    return (*numbers, ratio, _chance(dor), _chance(auc))


def _laid_out(
    page: Page, pairs: Sequence[Pair], names: Mapping[str, str], cells: Sequence[Sequence[str]]
) -> list[str]:
    """Name the levels where that takes no third block of columns, else number them."""
    units = [unit for unit in _UNITS if any(row[unit[0] - 1] != _SAME for row in cells)]
    columns = [place for unit in units for place in unit]
    together = [len(unit) for unit in units]
    header = ["", *(_HEADER[place] for place in columns)]
    numbers = {label: str(place) for place, label in enumerate(names, 1)}
    named, numbered = (
        [
            [f"{said[a]} vs {said[b]}", *(row[place - 1] for place in columns)]
            for (a, b), row in zip(pairs, cells, strict=True)
        ]
        for said in (names, numbers)
    )
    room = [len(blocks(page, header, rows, together=together)) for rows in (named, numbered)]
    short = max(len(row[0]) for row in named) <= _SHORT
    if room[0] <= room[1] or (short and room[0] <= _MOST_BLOCKS):
        return wide_table(page, header, named, together=together)
    legend = "; ".join(f"{numbers[label]} = {name}" for label, name in names.items())
    lines = wide_table(page, header, numbered, together=together)
    return [*lines, *(tone(page, line, "dim") for line in paragraph(page, f"{legend}."))]


def _points(compared: Json | None) -> str:
    """Write a difference of proportions in percentage points, with its sign."""
    if compared is None:
        return _SAME
    values = [100 * compared["difference"][name] for name in ("median", "lower", "upper")]
    middle, low, high = (f"{round(value, 1) + 0.0:+.1f}" for value in values)
    return f"{middle} ({low} to {high})"


def _chance(compared: Json | None) -> str:
    if compared is None:
        return "-"
    chance = compared["prob_a_gt_b"]
    return "<0.001" if chance <= 0.0005 else ">0.999" if chance >= 0.9995 else f"{chance:.3f}"
