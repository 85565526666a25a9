"""Tables that do not ship: read from the folder that METADX_CORPUS names, if it is set."""

import csv
import os
from pathlib import Path

from metadx.studies.accuracy import AccuracyTable

VARIABLE = "METADX_CORPUS"
LEFT_OUT = f"reference group 'corpus' was left out: {VARIABLE} is not set"


def corpus_folder() -> Path | None:
    """Return the folder, or None where the variable is not set."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def corpus_rows(name: str) -> list[dict[str, str]]:
    """Read the rows of NAME.csv as they stand.

    Raises
    ------
    LookupError
        If METADX_CORPUS is not set.
    FileNotFoundError
        If the folder holds no such table.
    """
    folder = corpus_folder()
    if folder is None:
        raise LookupError(LEFT_OUT)
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def corpus_table(name: str) -> AccuracyTable:
    """Read the four counts of NAME.csv; rows are taken as independent studies.

    Raises
    ------
    LookupError, FileNotFoundError
        As `corpus_rows`.
    """
    rows = corpus_rows(name)
    counts = [[int(row[column]) for row in rows] for column in ("tp", "fp", "fn", "tn")]
    labels = [f"row {number}" for number in range(1, len(rows) + 1)]
    return AccuracyTable.from_counts(labels, *counts, source=f"{name}.csv")
