"""The tables of the page as CSV files, in full precision, and the parameters for RevMan."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from metadx.engines.analysis import Analysis
from metadx.errors import FitError
from metadx.report.html.table import Table
from metadx.report.revman import revman_blocks


def table_csv(table: Table) -> str:
    """Write a table of the page as CSV text.

    Parameters
    ----------
    table : Table

    Returns
    -------
    str
        A header, then a line for each row; an interval takes three columns, and what is not
        identified stays empty.

    Examples
    --------
    >>> from metadx.report.html.table import Column
    >>> columns = (Column("study", "Study"), Column("sens", "Sens.", "interval"))
    >>> interval = {"median": 0.5, "lower": 0.25, "upper": 0.75}
    >>> print(table_csv(Table("x", "X", columns, (("Kim, 2019", interval), ("Lee", None)))), end="")
    study,sens_median,sens_lower,sens_upper
    "Kim, 2019",0.5,0.25,0.75
    Lee,,,
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name for column in table.columns for name in column.names])
    for row in table.rows:
        cells = zip(table.columns, row, strict=True)
        writer.writerow([cell for column, value in cells for cell in column.cells(value)])
    return text.getvalue()


def write_tables(folder: Path, tables: Iterable[Table]) -> None:
    """Write every table of the page into a folder.

    Parameters
    ----------
    folder : Path
    tables : iterable of Table
        No two of one name.
    """
    for table in tables:
        (folder / f"table-{table.name}.csv").write_bytes(table_csv(table).encode())


def write_revman(folder: Path, analysis: Analysis) -> None:
    """Write ``revman.txt``; nothing where RevMan has no place for the model, as the page says.

    Parameters
    ----------
    folder : Path
    analysis : Analysis
    """
    try:
        blocks = revman_blocks(analysis)
    except FitError:
        return
    text = "\n\n".join(f"# {block.label}\n{block.text}" for block in blocks)
    (folder / "revman.txt").write_bytes(f"{text}\n".encode())
