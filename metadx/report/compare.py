"""The content of ``compare.json``, and the same as a flat table."""

import csv
import io
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

from metadx import __version__
from metadx.criticism.bayes_factor import SCALES
from metadx.criticism.comparison import Compared, Comparison
from metadx.report.summary import Json, as_text, checks_of, data_of, engine_of, model_of
from metadx.studies.selection import ALL_STUDIES, Selection

SCHEMA = "metadx/compare/1"
JSON, CSV = "compare.json", "compare.csv"
_MARGINS = ("sens", "spec")


def comparison_summary(
    found: Comparison, *, name: str = "", selection: Selection = ALL_STUDIES
) -> Json:
    """Summarise a comparison as the plain content of ``compare.json``.

    Parameters
    ----------
    found : Comparison
    name : str
        Name of the review.
    selection : Selection
        Which of its studies were chosen.

    Returns
    -------
    dict
        As documented in ``docs/compare.md``; holds only what JSON can.
    """
    fit = found.baseline.fit
    chosen = fit.table.n_studies + len(found.dropped)
    told = [selection.sentence(chosen)] if selection else []
    return {
        "schema": SCHEMA,
        "metadx": __version__,
        "review": name,
        "title": fit.title,
        "synthetic": fit.synthetic,
        "synthetic_note": fit.synthetic_note,
        "model": model_of(fit),
        "data": data_of(fit),
        "settings": {
            "seed": fit.settings.seed,
            "draws": fit.rho.size,
            "missing": found.missing,
            "only": list(selection.conditions),
            "only_left_out": list(selection.left_out),
        },
        "priors": _priors(found),
        "formulas": [_formula(one) for one in found.models],
        "dropped": list(found.dropped),
        "notes": [*told, *found.notes],
    }


def _priors(found: Comparison) -> Json:
    """Say what the scale 1 of the Bayes factors is."""
    beta = found.baseline.fit.card.card.parameters.beta
    return {} if beta is None else {"contrast": str(beta.contrast), "slope": str(beta.slope)}


def _formula(one: Compared) -> Json:
    fit, loo, told = one.fit, one.loo, one.explained
    with_effects, given = one.likelihood_ratio.df > 0, fit.card.card.parameters
    known = {
        margin: place
        for place, (margin, known) in enumerate(zip(_MARGINS, fit.identified, strict=True))
        if known
    }

    def pair(values: tuple[float, float], *, wanted: bool = True) -> Json:
        shown = known if wanted else {}
        return {
            margin: _finite(values[shown[margin]]) if margin in shown else None
            for margin in _MARGINS
        }

    limits = dict(zip(("median", "lower", "upper"), told.rho, strict=True))
    ratio = asdict(one.likelihood_ratio)
    if not with_effects:
        ratio |= {"chi2": None, "p": None}
    return {
        "formula": one.formula,
        "sens": fit.design.sens.formula,
        "spec": fit.design.spec.formula,
        "parameters": one.parameters,
        "elpd": _finite(loo.total),
        "elpd_se": _finite(loo.se),
        "difference": _finite(one.difference),
        "difference_se": _finite(one.difference_se),
        "clearly_worse": one.clearly_worse,
        "p_loo": _finite(loo.effective_parameters),
        "pareto_k_max": _finite(float(loo.pareto_k.max())),
        "refitted": [fit.table.study[row] for row in loo.refitted],
        "log_evidence": _finite(one.evidence.log) if one.evidence else None,
        "log_evidence_error": _finite(one.evidence.error) if one.evidence else None,
        "bayes_factors": [asdict(factor) for factor in one.bayes_factors],
        "tau": pair(told.tau, wanted=not given.tau.fixed),
        "tau_explained": pair(told.share, wanted=with_effects),
        "prob_tau_smaller": pair(told.smaller, wanted=with_effects and not given.tau.fixed),
        "rho": limits if len(known) == 2 and not given.rho.fixed else None,
        "likelihood_ratio": {key: _finite(value) for key, value in ratio.items()},
        "remarks": list(fit.design.remarks),
        "engine": engine_of(fit),
        "checks": checks_of(fit),
    }


def comparison_csv(told: Json) -> str:
    """Write a comparison as CSV text, one formula a row, the best first.

    Parameters
    ----------
    told : dict
        As of `comparison_summary`.

    Returns
    -------
    str
        Cells of what is not known stay empty. The logarithm of the Bayes factor stands under
        ``log_bf_x0.5`` for priors half as wide as those of the card, and so on.
    """
    rows = [_row(one) for one in told["formulas"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(one: Json) -> dict[str, Any]:
    first = (
        *("formula", "sens", "spec", "parameters", "elpd", "elpd_se", "difference"),
        *("difference_se", "p_loo", "pareto_k_max"),
    )
    row = {key: one[key] for key in first}
    row |= {"refitted": len(one["refitted"]), "log_evidence": one["log_evidence"]}
    row["log_evidence_error"] = one["log_evidence_error"]
    factors = {factor["scale"]: factor["log"] for factor in one["bayes_factors"]}
    row |= {f"log_bf_x{scale:g}": factors.get(scale) for scale in SCALES}
    for key in ("tau", "tau_explained", "prob_tau_smaller"):
        row |= {f"{key}_{margin}": one[key][margin] for margin in _MARGINS}
    row |= {f"rho_{key}": (one["rho"] or {}).get(key) for key in ("median", "lower", "upper")}
    row |= {key: one["likelihood_ratio"][key] for key in ("deviance", "chi2", "df", "p")}
    row["engine"] = one["engine"]["name"]
    row["passed"] = all(check["passed"] for check in one["checks"])
    return row


def write_comparison(folder: Path, told: Json) -> tuple[str, ...]:
    """Write ``compare.json`` and ``compare.csv``, each as a whole; other files there stay.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    told : dict
        As of `comparison_summary`.

    Returns
    -------
    tuple of str
        Names of the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((CSV, comparison_csv(told)), (JSON, as_text(told))):
        partial = folder / f".{name}.partial"
        partial.write_bytes(text.encode())
        partial.replace(folder / name)
    return CSV, JSON


def _finite(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return None if isinstance(value, float) and not isfinite(value) else value
