"""A study table as CSV text written in one fixed way, so that equal tables have equal hashes."""

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.uncertain import ALTERNATIVES, tables_text

if TYPE_CHECKING:
    from metadx.studies.accuracy import AccuracyTable


def canonical_text(table: "AccuracyTable") -> str:
    """Write the content of a table.

    Parameters
    ----------
    table : AccuracyTable

    Returns
    -------
    str
        Covariates in alphabetical order; alternatives last, where there are any.
    """
    names = sorted(table.covariates)
    numbers = (table.tp, table.fp, table.fn, table.tn)
    columns: list[Sequence[object]] = [table.study, *(counts.tolist() for counts in numbers)]
    columns += [_values(table.covariates[name]) for name in names]
    if table.alternatives:
        names.append(ALTERNATIVES)
        columns.append(alternative_cells(table))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["study", "tp", "fp", "fn", "tn", *names])
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def alternative_cells(table: "AccuracyTable") -> list[str]:
    """Write the alternatives of each study in one cell; empty where there are none."""
    return [tables_text(table.alternatives.get(i, ())) for i in range(table.n_studies)]


def _values(covariate: Categorical | Continuous) -> list[str]:
    if isinstance(covariate, Categorical):
        return ["" if value is None else value for value in covariate.values]
    return ["" if math.isnan(value) else repr(value) for value in covariate.values.tolist()]
