"""Put what `regression.R` wrote and the cases it was given into the one pinned file.

    uv run python tests/reference/how/pin_regression.py RAW.json tests/reference/regression.json

Numbers are copied, never rounded; no counts are.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from metadx.studies.review import load_dataset

CASES_FILE = Path(__file__).parent / "regression_cases.json"
MODEL = "cbind(right, wrong) ~ 0 + x + (0 + sens + spec | study)"
METHODS = {
    "lme4": (
        "Laplace",
        f'glmer({MODEL}, binomial, nAGQ = 1, control = glmerControl(optimizer = "bobyqa", '
        "tolPwrss = 1e-12, optCtrl = list(maxfun = 1e5, rhoend = 1e-8)))",
    ),
    "glmmTMB": ("Laplace", f"glmmTMB({MODEL}, binomial)"),
    "quadrature": ("15 x 15 nodes", "nlminb on the likelihood of integral.R"),
}
CODING = (
    "x: model.matrix of each formula, one block a margin; the reference level of a categorical "
    "covariate is 0 (treatment coding); a continuous one is centred at the mean of the studies "
    "of the fit and divided by their standard deviation with n - 1; blank cells are the level "
    '"not reported" (missing = "level") or their rows are left out (missing = "drop"). '
    '"sens" and "spec" alone are the intercepts.'
)


def pin(raw: Path) -> dict[str, Any]:
    """Join the cases with what was found."""
    asked = json.loads(CASES_FILE.read_text(encoding="utf-8"))
    found = json.loads(raw.read_text(encoding="utf-8"))
    versions = found["versions"]
    software = {"quadrature": f"R {versions['R']}"}
    return {
        "format": "metadx/reference/regression/1",
        "versions": versions,
        "coding": CODING,
        "peers": {
            peer: {
                "software": software.get(peer, f"{peer} {versions.get(peer)}"),
                "method": method,
                "call": call,
            }
            for peer, (method, call) in METHODS.items()
        },
        "likelihood_ratios": asked["likelihood_ratios"],
        "cases": [_entry(case, found["cases"][case["name"]]) for case in asked["cases"]],
    }


def _entry(case: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    shipped = load_dataset(case["dataset"]).table if case["group"] == "reviews" else None
    return {
        **{"only": {}, **case},
        "n_studies": found["n_studies"],
        "table_sha256": shipped.sha256 if shipped else None,
        "scaling": found["scaling"] or {},
        "found": {peer: found[peer] for peer in METHODS},
    }


def text_of(pinned: dict[str, Any]) -> str:
    """Write one peer a line, so that a change shows as the lines it touches."""
    head = {key: value for key, value in pinned.items() if key != "cases"}
    cases = []
    for case in pinned["cases"]:
        about = json.dumps({key: value for key, value in case.items() if key != "found"})
        rows = [f"   {json.dumps(peer)}: {json.dumps(row)}" for peer, row in case["found"].items()]
        cases.append(f'  {about[:-1]}, "found": {{\n' + ",\n".join(rows) + "}}")
    return json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n' + ",\n".join(cases) + "\n ]\n}\n"


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
