"""Condense the raw long runs of `gold.R` into the one pinned file `stan.json`.

    uv run python tests/reference/how/pin_stan.py RAW OUT

RAW holds NAME.json (tables that do not ship), reviews/NAME.json (shipped reviews) and
default/NAME.json (shipped reviews under the default card). Numbers are copied, never rounded.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metadx.resources import data_dir
from metadx.studies.review import load_dataset

HERE = Path(__file__).parent
QUANTITIES = (
    *("mu_se", "mu_sp", "tau_se", "tau_sp", "rho"),
    *("sens", "spec", "pred_sens", "pred_spec", "log_DOR", "marginal_sens", "marginal_spec"),
    *("hsroc_beta", "hsroc_sigma2theta", "hsroc_sigma2alpha"),
)
MEDIAN_ONLY = ("hsroc_Lambda", "hsroc_Theta")  # mean and sd do not exist
STATISTICS = (
    *("mean", "sd", "q2.5", "q50", "q97.5"),
    *("mcse_mean", "mcse_sd", "mcse_q2.5", "mcse_q50", "mcse_q97.5"),
)
SAMPLER = (
    *("engine", "parameterisation", "chains", "warmup", "draws_per_chain", "adapt_delta"),
    *("divergences", "max_treedepth_hits", "max_rhat", "min_ess_bulk", "min_ess_tail"),
)
# gold.R starts at 20240 and adds 1 each time it repeats a run with a higher adapt_delta.
SEEDS = {0.95: 20240, 0.99: 20241, 0.999: 20242}


@dataclass(frozen=True)
class Source:
    """A folder of raw runs and what was run there."""

    group: str
    folder: str
    card: str


SOURCES = (
    Source("reviews", "default", "bivariate-binomial"),
    Source("reviews", "reviews", "bivariate-binomial-n15"),
    Source("corpus", ".", "bivariate-binomial-n15"),
)
# This run was made on the same rows in alphabetical order of the study label (see README.md).
ALPHABETICAL = (("reviews", "anti-ccp"),)


def shipped_order(dataset: str) -> list[int]:
    """Return, for each shipped row, its place in the table sorted by label without case."""
    labels = [label.lower() for label in load_dataset(dataset).table.study]
    ranked = sorted(labels)
    return [ranked.index(label) for label in labels]


def study_columns(studies: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """Turn the studies block into columns."""
    columns: dict[str, list[float]] = {}
    for margin in ("sens", "spec"):
        for name in ("mean", "sd"):
            columns[f"{margin}_{name}"] = [study[f"{margin}_{name}"] for study in studies]
        for place, name in enumerate(("q2.5", "q50", "q97.5")):
            columns[f"{margin}_{name}"] = [study[f"{margin}_q"][place] for study in studies]
    return columns


def condense(path: Path, source: Source) -> dict[str, Any]:
    """Take from a raw run what the tests compare."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    studies = raw["studies"]
    if (source.folder, path.stem) in ALPHABETICAL:
        studies = [studies[row] for row in shipped_order(path.stem)]
    table = data_dir() / path.stem / "studies.csv"
    shipped = source.group == "reviews"
    quantities = {
        name: {key: raw["parameters"][name][key] for key in STATISTICS} for name in QUANTITIES
    }
    for name in MEDIAN_ONLY:
        quantities[name] = {key: raw["parameters"][name][key] for key in ("q50", "mcse_q50")}
    return {
        "dataset": path.stem,
        "group": source.group,
        "card": source.card,
        "n_studies": raw["k"],
        "table_sha256": hashlib.sha256(table.read_bytes()).hexdigest() if shipped else None,
        "sampler": {key: raw[key] for key in SAMPLER} | {"seed": SEEDS[raw["adapt_delta"]]},
        "quantities": quantities,
        "studies": study_columns(studies),
    }


def priors(card: str) -> dict[str, str]:
    """Read the three prior statements of the Stan program, such as ``normal(0,3)``."""
    program = (HERE / f"{card}.stan").read_text(encoding="utf-8")
    return {
        name: re.findall(rf"^  {variable} ~ (.+);$", program, flags=re.MULTILINE)[0]
        for name, variable in (("mu", "mu"), ("tau", "tau"), ("rho", "L"))
    }


def pin(raw: Path) -> dict[str, Any]:
    """Gather every run, ordered by group, card and dataset."""
    runs = [
        condense(path, source)
        for source in SOURCES
        for path in sorted((raw / source.folder).glob("*.json"))
    ]
    cards = dict.fromkeys(source.card for source in SOURCES)
    return {
        "format": "metadx/reference/stan/1",
        "priors": {card: priors(card) for card in cards},
        "runs": runs,
    }


def text_of(pinned: dict[str, Any]) -> str:
    """Write one quantity a line, so that a change shows as the lines it touches."""
    head = {key: value for key, value in pinned.items() if key != "runs"}
    runs = ",\n".join(_run_text(run) for run in pinned["runs"])
    return json.dumps(head, indent=1)[:-2] + f',\n "runs": [\n{runs}\n ]\n}}\n'


def _run_text(run: dict[str, Any]) -> str:
    blocks = ("quantities", "studies")
    lines = [f"   {json.dumps(key)}: {json.dumps(run[key])}" for key in run if key not in blocks]
    for block in blocks:
        rows = [f"    {json.dumps(key)}: {json.dumps(row)}" for key, row in run[block].items()]
        lines.append(f'   "{block}": {{\n' + ",\n".join(rows) + "\n   }")
    return "  {\n" + ",\n".join(lines) + "\n  }"


def main(arguments: Sequence[str]) -> None:
    """Read the raw runs and write the pinned file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args(arguments)
    text = text_of(pin(chosen.raw))
    chosen.out.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{chosen.out}: {len(text)} characters\n")


if __name__ == "__main__":
    main(sys.argv[1:])
