"""Compute measures of agreement with statsmodels, irrCAC and polycor and pin them.

    python tests/reference/how/pin_agreement.py TABLES tests/reference/agreement_values.json

TABLES is a folder of folders, each with `source.toml` and `table.csv` (rater_a, rater_b, count in
full) or `ratings.csv` (case and one column a reader: every pair of readers is a table). Needs
statsmodels, irrCAC and pandas in an environment of its own, and R with polycor; no metadx.
"""

import csv
import itertools
import json
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

SCRIPT = Path(__file__).parent / "polychoric.R"
KINDS = {"unweighted": (None, "identity"), "linear": ("linear", "linear")}
KINDS["quadratic"] = ("fc", "quadratic")


def tables_of(folder: Path) -> dict[str, list[list[int]]]:
    """Read the cross-table of a folder, or that of every pair of readers."""
    if (folder / "ratings.csv").is_file():
        with (folder / "ratings.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        readers = [name for name in rows[0] if name != "case"]
        grades = np.array([[int(row[name]) for name in readers] for row in rows])
        size = int(grades.max())
        found = {}
        for a, b in itertools.combinations(range(len(readers)), 2):
            counts = np.zeros((size, size), dtype=int)
            np.add.at(counts, (grades[:, a] - 1, grades[:, b] - 1), 1)
            found[f"{readers[a]} and {readers[b]}"] = counts.tolist()
        return found
    with (folder / "table.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = list(dict.fromkeys(row["rater_a"] for row in rows))
    counts = np.zeros((len(names), len(names)), dtype=int)
    for row in rows:
        counts[names.index(row["rater_a"]), names.index(row["rater_b"])] = int(row["count"])
    return {"": counts.tolist()}


def values_of(counts: list[list[int]], *, ml: bool) -> dict[str, Any]:
    """Return what the peers say of one table; maximum likelihood takes minutes where asked."""
    # Here and not above: the tests, which look at every file, have none of these.
    import pandas as pd
    from irrCAC.table import CAC
    from statsmodels.stats.inter_rater import cohens_kappa

    found: dict[str, Any] = {}
    for kind, (statsmodels, irrcac) in KINDS.items():
        result = cohens_kappa(np.array(counts), wt=statsmodels)
        table = CAC(pd.DataFrame(counts), weights=irrcac, digits=15)
        cohen, gwet = table.cohen()["est"], table.gwet()["est"]
        found[kind] = {
            "statsmodels_kappa": float(result.kappa),
            "statsmodels_se": float(np.sqrt(result.var_kappa)),
            "irrcac_kappa": float(cohen["coefficient_value"]),
            "irrcac_gwet": float(gwet["coefficient_value"]),
        }
        if kind == "unweighted":
            found[kind]["statsmodels_kappa_max"] = float(result.kappa_max)
    text = "\n".join(" ".join(map(str, row)) for row in counts)
    done = subprocess.run(
        ["Rscript", str(SCRIPT), *["ml"] * ml],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    two_step, full, polycor = done.stdout.split()
    ml = None if full == "NA" else float(full)
    found["polychoric"] = {"two_step": float(two_step), "ml": ml}
    found["polycor"] = polycor
    return found


def main(folder: Path, out: Path) -> None:
    """Write the pinned file."""
    versions = {name: version(name) for name in ("statsmodels", "irrCAC")}
    tables = []
    for place in sorted(folder.iterdir()):
        source = tomllib.loads((place / "source.toml").read_text(encoding="utf-8"))
        for number, (pair, counts) in enumerate(tables_of(place).items()):
            values = values_of(counts, ml=number == 0)
            versions["polycor"] = values.pop("polycor")
            entry = {"name": place.name, "pair": pair, "citation": source["citation"]}
            tables.append(entry | {"counts": counts} | values)
    document = {
        "format": "metadx/reference/agreement/1",
        "versions": versions,
        "tables": tables,
    }
    text = json.dumps(document, indent=1)
    out.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
