"""From a column of text to a covariate, as declared or, undeclared, by what the cells hold."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from metadx.errors import DataError
from metadx.studies.cells import is_missing, number, tidy
from metadx.studies.covariates import Categorical, Continuous, CovariateSpec
from metadx.studies.problems import Problem, listed, quoted


def covariate_from_cells(
    name: str,
    cells: Sequence[str],
    spec: CovariateSpec | None,
    *,
    rows: Sequence[int],
    study: Sequence[str],
    source: str,
) -> tuple[Categorical | Continuous | None, list[Problem]]:
    """Make a covariate of a column.

    An empty cell of a categorical column is the level declared for it, if one is; otherwise the
    value is missing.

    Without a declaration a column is continuous if every cell that is not missing holds a number,
    and categorical otherwise. Levels stand in the order of their first appearance; the reference is
    the declared one, else the most frequent level (of equally frequent ones, the first).

    Parameters
    ----------
    name : str
        Name of the covariate.
    cells : sequence of str, length N
        The cells of its column.
    spec : CovariateSpec or None
        The declaration.
    rows, study : sequences, length N
        The row and the label of each study, used in messages.
    source : str
        Name of the table, used in messages.

    Returns
    -------
    covariate : Categorical, Continuous or None
        None for a ``note`` and where there are problems.
    problems : list of Problem
        The cells that do not hold what was declared.

    Raises
    ------
    DataError
        If a categorical column is empty or the declared reference does not occur.

    Examples
    --------
    >>> found, _ = covariate_from_cells(
    ...     "assay", ["CCP2", "CCP1", "CCP2"], None, rows=[2, 3, 4], study=["A", "B", "C"],
    ...     source="studies.csv",
    ... )
    >>> found.levels, found.reference
    (('CCP2', 'CCP1'), 'CCP2')
    """
    if spec is not None and spec.kind == "note":
        return None, []
    numbers = [number(cell) for cell in cells] if spec is None or spec.kind != "categorical" else []
    if spec is None:
        kind = "categorical" if None in numbers else "continuous"
        spec = CovariateSpec(kind="continuous" if kind == "continuous" else "categorical")
    if spec.kind == "categorical":
        return _categorical(name, cells, spec, source), []
    problems = [
        Problem(
            f"{name} = {quoted(cells[i])} is not a number; {_advice(cells[i])}", rows[i], study[i]
        )
        for i, value in enumerate(numbers)
        if value is None
    ]
    if problems:
        return None, problems
    values = np.array([math.nan if value is None else value for value in numbers])
    return Continuous(name, values, unit=spec.unit, meaning=spec.meaning), []


def _advice(cell: str) -> str:
    if number(cell.replace(",", ".")) is not None:
        return "write decimals with a point"
    return 'correct it, leave it empty, or declare the column as "categorical" or "note"'


def _categorical(name: str, cells: Sequence[str], spec: CovariateSpec, source: str) -> Categorical:
    values = tuple(spec.missing if is_missing(cell) else tidy(cell) for cell in cells)
    counts = Counter(value for value in values if value is not None)
    # As with `--missing level`, the level of empty cells stands last.
    levels = tuple(sorted(counts, key=lambda level: level == spec.missing))
    if not levels:
        raise DataError(
            f"{source}: the column {quoted(name)} is declared as categorical and has no value; "
            "fill it or leave it out."
        )
    reference = max(levels, key=counts.__getitem__) if spec.reference is None else spec.reference
    if reference not in counts:
        raise DataError(
            f"{source}: the reference {quoted(reference)} of the column {quoted(name)} does not "
            f"occur in it; wanted one of {listed([quoted(level) for level in levels])}."
        )
    return Categorical(name, values, levels, reference, spec.meaning)
