"""Choose studies of a review by what is known of them: ``rob_reference_standard=low``."""

import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import isnan

from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.cells import number, tidy
from metadx.studies.covariates import Continuous
from metadx.studies.problems import listed, quoted
from metadx.studies.quadas import Quadas, quadas_of
from metadx.studies.quadas_columns import (
    OVERALL,
    allowed_judgements,
    plain_judgement,
    quadas_columns,
)
from metadx.studies.review import Review
from metadx.studies.selection import Selection

type Values = tuple[str | None, ...] | tuple[float | None, ...]

_STUDY = "study"
_OVERALL = f"rob_{OVERALL}"
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_SHAPE = "COLUMN=VALUE, such as rob_index_test=low, country!=UK or year>=2010"


@dataclass(frozen=True)
class _Column:
    """What a column holds, words, judgements or numbers, None where missing; what it may hold."""

    name: str
    values: Values
    allowed: tuple[str, ...] = ()
    numeric: bool = False
    judged: bool = False


@dataclass(frozen=True)
class _Condition:
    """One condition and what becomes of each study: True, False, or None without a value."""

    text: str
    column: _Column
    held: tuple[bool | None, ...]


def only(review: Review, conditions: Iterable[str]) -> Review:
    """Return a review with those of its studies that fulfil all of some conditions.

    Parameters
    ----------
    review : Review
    conditions : iterable of str
        Each ``COLUMN=VALUE``, with ``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``. Columns are
        the covariates of the table, ``study``, and ``rob_overall``, which is worked out from the
        domains of QUADAS where no column states it. Words take ``=`` and ``!=``; a column of words
        that are all numbers takes all signs.

    Returns
    -------
    Review
        With the chosen studies in their order, the conditions in its title, and what was left out
        in ``selection``. A study without a value fulfils no condition. Totals of the source are of
        all studies and are left behind.

    Raises
    ------
    DataError
        If a condition cannot be read, names no column or a value that no study has, or if no study
        is left.

    Examples
    --------
    >>> from metadx.studies.review import load_dataset
    >>> part = only(load_dataset("iqcode-dementia"), ["rob_reference_standard=low"])
    >>> part.table.n_studies, part.selection.conditions
    (8, ('rob_reference_standard = low',))
    """
    table = review.table
    found = [_read(condition, review) for condition in dict.fromkeys(conditions)]
    if not found:
        return review
    held = list(zip(*(condition.held for condition in found), strict=True))
    kept = [place for place, study in enumerate(held) if all(study)]
    if not kept:
        raise DataError(_nothing_left(table, found))
    before = review.selection
    left = [place for place in range(table.n_studies) if place not in set(kept)]
    unknown = [place for place in left if None in held[place] and False not in held[place]]
    selection = Selection(
        (*before.conditions, *(condition.text for condition in found)),
        (*before.left_out, *(table.study[place] for place in left)),
        (*before.no_value, *(table.study[place] for place in unknown)),
    )
    title = review.title.removesuffix(f" ({before.words})") if before else review.title
    return replace(
        review,
        table=table.take(kept),
        title=f"{title} ({selection.words})",
        totals=(),
        selection=selection,
    )


def _read(text: str, review: Review) -> _Condition:
    """Read one condition and ask every study."""
    table = review.table
    known = [*table.covariates, _OVERALL, _STUDY]
    name, sign, value = _split(text, known)
    column = _column(name, review)
    asked = tidy(value)
    plain = "=" if sign == "==" else sign
    told = f"{column.name} {plain} {asked}"
    compare = _SIGNS[sign]
    if column.numeric:
        bound = number(asked)
        if bound is None or isnan(bound):
            raise DataError(
                f"--only {quoted(text)}: {column.name} is a number, found {quoted(asked)}; wanted "
                f"such as {column.name}>={_example(column)}."
            )
        held = tuple(None if v is None else compare(float(v), bound) for v in column.values)
        return _Condition(told, column, held)
    if plain in ("=", "!="):
        wanted = _value(text, column, asked)
        held = tuple(None if v is None else (v == wanted) == (plain == "=") for v in column.values)
        return _Condition(f"{column.name} {plain} {wanted}", column, held)
    bound = number(asked)
    numbers = [None if v is None else number(str(v)) for v in column.values]
    words = any(n is None and v is not None for n, v in zip(numbers, column.values, strict=True))
    if words or bound is None or isnan(bound):
        raise DataError(
            f"--only {quoted(text)}: {column.name} holds words, which are only = or != a value; "
            f"there are {_counts(column)}."
        )
    held = tuple(None if n is None else compare(n, bound) for n in numbers)
    return _Condition(told, column, held)


def _split(text: str, known: Sequence[str]) -> tuple[str, str, str]:
    """Split a condition; names of columns may hold signs themselves."""
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    signs = "|".join(map(re.escape, _SIGNS))
    pattern = rf"\s*({names})\s*({signs})(.*)"
    match = re.fullmatch(pattern, text, re.DOTALL) or re.fullmatch(
        rf"\s*([^=<>!]+?)\s*({signs})(.*)", text, re.DOTALL
    )
    if match is None or not match[3].strip():
        raise DataError(f"--only {quoted(text)}: wanted {_SHAPE}.")
    return match[1], match[2], match[3]


def _column(name: str, review: Review) -> _Column:
    table = review.table
    quadas = quadas_of(review)
    if name == _OVERALL and quadas is not None:
        return _Column(name, quadas.overall, allowed_judgements(quadas.version), judged=True)
    if name in table.covariates:
        return _own_column(name, table)
    if name == _STUDY:
        return _Column(name, table.study, table.study)
    return _near_column(name, table, quadas)


def _own_column(name: str, table: AccuracyTable) -> _Column:
    covariate = table.covariates[name]
    if isinstance(covariate, Continuous):
        values = tuple(None if isnan(v) else v for v in covariate.values.tolist())
        return _Column(name, values, numeric=True)
    version, judged = quadas_columns(table.covariates, source=table.source)
    allowed = covariate.levels
    if name in judged:
        allowed = tuple(dict.fromkeys([*allowed, *allowed_judgements(version)]))
    return _Column(name, covariate.values, allowed, judged=name in judged)


def _near_column(name: str, table: AccuracyTable, quadas: Quadas | None) -> _Column:
    """Take a name that differs in case only; refuse any other."""
    names = list(dict.fromkeys([*table.covariates, *([_OVERALL] if quadas else []), _STUDY]))
    same = [one for one in names if one.casefold() == name.casefold()]
    if len(same) == 1 and same[0] in table.covariates:
        return _own_column(same[0], table)
    raise DataError(
        f"--only: {table.source} has no column {quoted(name)} to choose by; wanted one of "
        f"{listed(names)}. Columns declared as notes are not read."
    )


def _value(text: str, column: _Column, asked: str) -> str:
    """Find the value that is meant; case matters only where values differ in nothing else."""
    if asked in column.allowed:
        return asked
    same = [value for value in column.allowed if value.casefold() == asked.casefold()]
    if not same and column.judged:
        same = [word for word in (plain_judgement(asked),) if word in column.allowed]
    if len(same) == 1:
        return same[0]
    raise DataError(
        f"--only {quoted(text)}: no study has {column.name} = {quoted(asked)}; there are "
        f"{_counts(column)}."
    )


def _counts(column: _Column) -> str:
    """Say how many studies have which value."""
    if column.numeric:
        known = [float(v) for v in column.values if v is not None]
        words = [f"values from {min(known):.10g} to {max(known):.10g}"] if known else []
    else:
        counts = Counter(str(v) for v in column.values if v is not None)
        words = [f"{quoted(value)} in {_studies(n)}" for value, n in counts.most_common()]
    missing = sum(v is None for v in column.values)
    return listed([*words, *([f"no value in {_studies(missing)}"] if missing else [])])


def _studies(count: int) -> str:
    return "1 study" if count == 1 else f"{count:,} studies"


def _example(column: _Column) -> str:
    known = [float(v) for v in column.values if v is not None]
    return f"{sorted(known)[len(known) // 2]:.10g}" if known else "1"


def _nothing_left(table: AccuracyTable, found: Sequence[_Condition]) -> str:
    asked = " and ".join(condition.text for condition in found)
    told = {condition.column.name: _counts(condition.column) for condition in found}
    columns = "; ".join(f"{name}: {counts}" for name, counts in told.items())
    each = ""
    if len(found) > 1:
        alone = [f"{c.text} alone in {_studies(sum(map(bool, c.held)))}" for c in found]
        each = f" ({listed(alone)})"
    return (
        f"{table.source}: no study is left with {asked}{each}. Of {_studies(table.n_studies)} "
        f"there are, for {columns}. Ask for a value that studies have."
    )
