"""Write the simulated reviews of the coverage study for another program to fit.

    python tests/evidence/how/tables_of.py FOLDER [FIRST LAST]

One CSV a cell, replications FIRST to LAST - 1 (all by default).
"""

import csv
import sys
from pathlib import Path

from metadx.simulation.coverage import simulated_table
from metadx.simulation.load import load_coverage


def main(folder: Path, first: int = 0, last: int | None = None) -> None:
    """Write the tables."""
    design = load_coverage().design
    folder.mkdir(parents=True, exist_ok=True)
    for number, cell in enumerate(design.cells):
        with (folder / f"{cell.name}.csv").open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["replication", "tp", "fp", "fn", "tn"])
            for replication in range(first, last or design.replications):
                table, _ = simulated_table(design, number, replication)
                for row in zip(table.tp, table.fp, table.fn, table.tn, strict=True):
                    out.writerow([replication, *map(int, row)])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
