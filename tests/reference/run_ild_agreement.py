"""Analyse the lung CTs under every reading of what was printed; record what the page shows.

    uv run python tests/reference/run_ild_agreement.py

Takes about four minutes of one core. Writes ild_agreement.json; exit status 1 where a check of a
fit failed.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import metadx
from metadx.engines.agreement.result import AgreementFit

type Json = dict[str, Any]

RECORD_FILE = Path(__file__).with_name("ild_agreement.json")
REVIEW = "ild-agreement"
DRAWS = 20_000
#: The analysis as it runs by default, then one thing changed at a time.
VARIANTS: dict[str, Json] = {
    "default": {},
    "misaligned": {"impossible": "misaligned"},
    "no Spearman": {"spearman": False},
    "no lobar kappa": {"part_kappa": False},
}
ESTIMANDS = (
    *("kappa_quadratic", "kappa_aligned", "kappa_standard", "latent_rho"),
    *("agreement_exact", "agreement_within1", "shift"),
)


def record() -> Json:
    """Fit every variant and gather the numbers of the page."""
    review = metadx.load_agreement(REVIEW)
    found: Json = {}
    alignment: list[Json] = []
    for name, options in VARIANTS.items():
        fit = metadx.fit_agreement(review, draws=DRAWS, **options)
        found[name] = numbers(fit)
        if name == "no lobar kappa":
            alignment = alignments(fit)
        sys.stdout.write(f"{name}: {'passed' if fit.passed else 'FAILED'}\n")
        sys.stdout.flush()
    first = metadx.agreement_summary(fit)
    return {
        "data_sha256": first["data"]["sha256"],
        "card_sha256": first["model"]["card_sha256"],
        "metadx": metadx.__version__,
        "seed": first["settings"]["seed"],
        "prob": first["settings"]["prob"],
        "draws": DRAWS,
        "variants": found,
        "alignment": alignment,
    }


def numbers(fit: AgreementFit) -> Json:
    """Take what the page shows out of the summary of a fit."""
    told = metadx.agreement_summary(fit)
    rows = []
    for row in told["findings"]:
        estimands = {name: limits(row["estimands"].get(name)) for name in ESTIMANDS}
        kept = ("label", "part", "kappa_reported", "kappa_reported_lower", "kappa_reported_upper")
        rows.append(
            {key: row[key] for key in kept}
            | {"kappa_used": row["kappa_used"], "predictive_p": rounded(row["predictive_p"])}
            | estimands
        )
    whole = {row["label"] for row in told["findings"] if not row["part"]}
    return {
        "passed": fit.passed,
        "seconds": rounded(told["engine"]["seconds"]),
        "rows": rows,
        "groups": [
            {
                "estimand": one["estimand"],
                "a": one["a"],
                "b": one["b"],
                "difference": limits(one["difference"]),
                "prob_a_gt_b": rounded(one["prob_a_gt_b"]),
            }
            for one in told["groups"]
        ],
        "contrasts": [
            {key: rounded(one[key]) for key in ("estimand", "a", "b", "prob_a_gt_b")}
            for one in told["contrasts"]
            if {one["a"], one["b"]} <= whole
        ],
        "pooled": {name: limits(one) for name, one in told["pooled"].items()},
        "parameters": {name: limits(one) for name, one in told["parameters"].items()},
    }


def alignments(fit: AgreementFit) -> list[Json]:
    """Weigh the readings of the kappas of the lobes, which the fit must not have used."""
    return [
        {
            "label": fit.table.labels[one.row],
            "aligned": rounded(one.aligned),
            "first_higher": rounded(one.first_higher),
            "first_lower": rounded(one.first_lower),
            "factor_off": significant(one.factor_off),
            "factor_lines": significant(one.factor_lines),
        }
        for one in metadx.alignment_probabilities(fit)
    ]


def limits(one: Mapping[str, float] | None) -> list[float] | None:
    """Return the lower limit, the median and the upper limit, rounded."""
    return None if one is None else [round(one[key], 4) for key in ("lower", "median", "upper")]


def significant(value: float) -> float:
    """Round a number to four significant digits."""
    return float(f"{value:.4g}")


def rounded(value: Any) -> Any:
    """Round a number to four digits, and leave what is none."""
    return round(value, 4) if isinstance(value, float) else value


if __name__ == "__main__":
    made = record()
    RECORD_FILE.write_text(json.dumps(made) + "\n", encoding="utf-8")
    sys.exit(0 if all(one["passed"] for one in made["variants"].values()) else 1)
