"""Made-up tables with covariates: the counts do not matter here, only who has which value."""

import math

from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous


def table_of(*, references=None, n_diseased=None, n_nondiseased=None, **columns):
    """Make a table; a column of text or None is categorical, one of numbers continuous."""
    n = len(next(iter(columns.values())))
    covariates = {}
    for key, values in columns.items():
        name = key.replace("__", " ")
        if any(isinstance(value, str) for value in values):
            levels = tuple(dict.fromkeys(value for value in values if value is not None))
            reference = (references or {}).get(name, levels[0])
            covariates[name] = Categorical(name, tuple(values), levels, reference)
        else:
            numbers = [math.nan if value is None else value for value in values]
            covariates[name] = Continuous(name, numbers)
    diseased = [10] * n if n_diseased is None else n_diseased
    healthy = [10] * n if n_nondiseased is None else n_nondiseased
    return AccuracyTable.from_counts(
        [f"S{i + 1}" for i in range(n)],
        tp=[size - size // 3 for size in diseased],
        fp=[size // 4 for size in healthy],
        fn=[size // 3 for size in diseased],
        tn=[size - size // 4 for size in healthy],
        covariates=covariates,
        source="studies.csv",
    )


A = ["p", "q", "r", "p", "q", "r", "p", "q", "r", "p", "q", "r"]
B = ["u", "u", "u", "v", "v", "v", "u", "v", "u", "v", "u", "v"]
X = [1.0, 2.0, 4.0, 8.0, 3.0, 5.0, 7.0, 6.0, 9.0, 2.0, 5.0, 4.0]


def twelve(**more):
    """Twelve studies: a and b in every combination, x varying within all levels."""
    return table_of(a=A, b=B, x=X, references={"a": "q", "b": "v"}, **more)
