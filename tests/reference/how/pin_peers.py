"""Condense what the R scripts of this folder wrote into the one pinned file `peers.json`.

    uv run python tests/reference/how/pin_peers.py RAW OUT

RAW holds SCRIPT-GROUP.json for SCRIPT glmer, quadrature, mada and GROUP reviews, corpus; a file
that is missing is said. Numbers are copied, never rounded; no counts are.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from metadx.studies.review import load_dataset

SCRIPTS = ("glmer", "quadrature", "mada")
GROUPS = ("reviews", "corpus")
MODEL = "cbind(right, wrong) ~ 0 + sens + spec + (0 + sens + spec | study)"
GLMER = f"glmer({MODEL}, binomial, nAGQ = 1, control = glmerControl("
METHODS = {
    "lme4": ("lme4", "Laplace", f"glmer({MODEL}, binomial, nAGQ = 1)"),
    "lme4_bobyqa": ("lme4", "Laplace", f'{GLMER}optimizer = "bobyqa"))'),
    "lme4_nelder_mead": ("lme4", "Laplace", f'{GLMER}optimizer = "Nelder_Mead"))'),
    "lme4_tight": ("lme4", "Laplace", f'{GLMER}optimizer = "bobyqa", tolPwrss = 1e-12))'),
    "glmmTMB": ("glmmTMB", "Laplace", f"glmmTMB({MODEL}, binomial)"),
    "quadrature": ("R", "15 x 15 nodes", "nlminb on the likelihood of quadrature.R"),
    "mada_reml": ("mada", "normal approximation", 'reitsma(cells, method = "reml")'),
    "mada_ml": ("mada", "normal approximation", 'reitsma(cells, method = "ml")'),
}


def pin(raw: Path) -> dict[str, Any]:
    """Gather what was found by table and by peer."""
    versions: dict[str, str] = {}
    tables: dict[tuple[str, str], dict[str, Any]] = {}
    for script in SCRIPTS:
        for group in GROUPS:
            path = raw / f"{script}-{group}.json"
            if not path.is_file():
                sys.stdout.write(f"{path} is not there: left out\n")
                continue
            document = json.loads(path.read_text(encoding="utf-8"))
            for name, version in document["versions"].items():
                if versions.setdefault(name, version) != version:
                    raise ValueError(f"{path}: {name} {version}, elsewhere {versions[name]}")
            for dataset, found in document["tables"].items():
                table = tables.setdefault((group, dataset), {"n_studies": found["n_studies"]})
                table |= {peer: found[peer] for peer in METHODS if peer in found}
    methods = {
        peer: {"software": f"{name} {versions[name]}", "method": method, "call": call}
        for peer, (name, method, call) in METHODS.items()
    }
    return {
        "format": "metadx/reference/peers/1",
        "versions": dict(sorted(versions.items())),
        "peers": methods,
        "tables": [
            _entry(group, dataset, tables[group, dataset])
            for group in GROUPS
            for dataset in sorted(name for place, name in tables if place == group)
        ],
    }


def _entry(group: str, dataset: str, found: dict[str, Any]) -> dict[str, Any]:
    table = load_dataset(dataset).table if group == "reviews" else None
    assert table is None or table.n_studies == found["n_studies"]
    return {
        "dataset": dataset,
        "group": group,
        "n_studies": found.pop("n_studies"),
        "table_sha256": table.sha256 if table else None,
        "found": found,
    }


def text_of(pinned: dict[str, Any]) -> str:
    """Write one peer a line, so that a change shows as the lines it touches."""
    head = {key: value for key, value in pinned.items() if key != "tables"}
    tables = []
    for table in pinned["tables"]:
        about = json.dumps({key: value for key, value in table.items() if key != "found"})
        rows = [f"   {json.dumps(peer)}: {json.dumps(row)}" for peer, row in table["found"].items()]
        tables.append(f'  {about[:-1]}, "found": {{\n' + ",\n".join(rows) + "}}")
    return json.dumps(head, indent=1)[:-2] + ',\n "tables": [\n' + ",\n".join(tables) + "\n ]\n}\n"


def main(arguments: Sequence[str]) -> None:
    """Read what R wrote and write the pinned file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args(arguments)
    text = text_of(pin(chosen.raw))
    chosen.out.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{chosen.out}: {len(text)} characters\n")


if __name__ == "__main__":
    main(sys.argv[1:])
