"""The section on covariates: what each kind of study finds, how they differ, what is explained."""

from collections.abc import Iterator
from itertools import groupby
from math import exp
from typing import Any

from metadx.report.html.blocks import Block, Section, Text
from metadx.report.html.source import Json, Source
from metadx.report.html.table import Column, Own, Table
from metadx.report.numbers import percent, share, three_digits, two_decimals, two_digits

_FIGURES = ("coefficients", "sroc-by-", "sroc-", "forest-by-", "bubble-")
_MEASURES = (
    ("sens", "Sensitivity, %", percent),
    ("spec", "Specificity, %", percent),
    ("lr_pos", "LR+", three_digits),
    ("lr_neg", "LR−", three_digits),
    ("auc", "AUC", two_digits),
)
_COMPARED = (
    ("sens", "Sensitivity"),
    ("spec", "Specificity"),
    ("dor", "DOR"),
    ("auc", "AUC"),
)


def covariates_section(source: Source) -> Section:
    """Tell what the covariates do; or that the analysis has none.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    found = source.found
    if len(found["groups"]) == 1:
        names = list(source.review.table.covariates)
        columns = "column" if len(names) == 1 else "columns"
        text = (
            f"No covariate was asked for. The table has the {columns} {', '.join(names)}. A "
            f"formula (--sens, --spec) or a column (--subgroup) asks for one, and the command "
            f"metadx compare ranks formulas."
        )
        words = text if names else "No covariate was asked for, and the table has none."
        return Section("covariates", "Covariates", (Text(words, "note"),))
    settings = found["settings"]
    lead = f"Regression: sensitivity {settings['sens']}; specificity {settings['spec']}."
    blocks: list[Block] = [Text(lead, "lead"), *_accuracy(found, source.level)]
    blocks += [*_contrasts(found, source.level), *_coefficients(found, source.level)]
    blocks += [*_explained(found, source.level), *_alone(found, source.level)]
    shown = [name for name in source.pictures if _of_covariates(name)]
    lost = [name for name in source.missing if _of_covariates(name)]
    return Section("covariates", "Covariates", (*blocks, *source.figures(*shown, *lost)))


def _of_covariates(name: str) -> bool:
    other = name in {"sroc", "sroc-by-risk-of-bias"}
    return name.startswith(_FIGURES) and not other


def _of_fit(found: Json, fit: str) -> Iterator[tuple[str, list[Json]]]:
    groups = [group for group in found["groups"] if group.get("fit") == fit]
    for covariate, members in groupby(groups, lambda group: group["covariate"]):
        yield covariate, list(members)


def _accuracy(found: Json, level: str) -> Iterator[Table]:
    for place, (covariate, groups) in enumerate(_of_fit(found, "regression"), 1):
        columns = (
            Column("kind", covariate or "Kind of study"),
            Column("studies", "Studies", "number", empty="–"),
            *(Column(key, label, "interval", write) for key, label, write in _MEASURES),
        )
        rows = tuple(
            (
                group["label"],
                group["n_studies"] or None,
                *(group["estimands"][key] for key, *_ in _MEASURES),
            )
            for group in groups
        )
        what = f"By {covariate}" if covariate else "Kinds of study that were asked for"
        title = f"{what}: median study, posterior medians with {level} intervals"
        notes: tuple[str, ...] = ()
        if len(found["covariates"]) > 1:
            notes = ("Other covariates stand at their average over the studies.",)
        yield Table(f"levels-{place}", title, columns, rows, notes)


def _contrasts(found: Json, level: str) -> Iterator[Table]:
    told: dict[tuple[str, str, str], dict[str, Json]] = {}
    for each in found["contrasts"]:
        if each["fit"] == "regression" and "prevalence" not in each:
            pair = (each["covariate"], each["a"], each["b"])
            told.setdefault(pair, {})[each["estimand"]] = each
    rows = []
    for (covariate, a, b), by_name in told.items():
        turn = a == _reference_label(found, covariate)
        first, second = (b, a) if turn else (a, b)
        for key, label in _COMPARED:
            if (each := by_name.get(key)) is not None:
                points = key in {"sens", "spec"}
                write = _points if points else _signed if key == "auc" else three_digits
                unit = "points" if points else "ratio" if key == "dor" else "difference"
                value, chance = _turned(each, key) if turn else _as_is(each, key)
                cells = (Own(value, write), Own(chance, _chance))
                rows.append((f"{first} vs {second}", label, unit, *cells))
    if not rows:
        return
    columns = (
        Column("pair", "First vs second"),
        Column("measure", "Measure"),
        Column("scale", "Scale"),
        Column("value", f"First against second ({level} interval)", "interval"),
        Column("prob_higher", "P(first is higher)", "number"),
    )
    note = (
        "Differences of sensitivity and specificity in percentage points; a level against the "
        "reference level where that is one of the two. All in contrasts.csv."
    )
    yield Table("contrasts", "How kinds of study differ", columns, tuple(rows), (note,))


def _reference_label(found: Json, covariate: str | None) -> str | None:
    """Return the label of the reference level, which the coefficients are told against."""
    level = found["covariates"].get(covariate, {}).get("reference")
    for group in found["groups"]:
        mine = group.get("fit") == "regression" and group["covariate"] == covariate
        if mine and level is not None and group["at"].get(covariate) == level:
            label: str = group["label"]
            return label
    return None


def _as_is(each: Json, key: str) -> tuple[Json, float]:
    return each["ratio" if key == "dor" else "difference"], each["prob_a_gt_b"]


def _turned(each: Json, key: str) -> tuple[Json, float]:
    """Compare the second with the first: the limits change places."""
    value, chance = _as_is(each, key)
    places = (("median", "median"), ("lower", "upper"), ("upper", "lower"))
    if key == "dor":
        return {to: 1 / value[of] for to, of in places}, 1 - chance
    return {to: -value[of] for to, of in places}, 1 - chance


def _points(x: float) -> str:
    return f"{round(100 * x, 1) + 0.0:+.1f}"


def _signed(x: float) -> str:
    return f"{round(x, 2) + 0.0:+.2f}"


def _chance(x: float) -> str:
    return "<0.001" if x <= 0.0005 else ">0.999" if x >= 0.9995 else f"{x:.3f}"


def _coefficients(found: Json, level: str) -> Iterator[Table]:
    rows = []
    for name, values in found["parameters"].items():
        if name.startswith("beta["):
            label = name.removeprefix("beta[").removesuffix("]").replace(",", ": ", 1)
            odds = {key: exp(values[key]) for key in ("median", "lower", "upper")}
            rows.append((label, values, odds))
    if not rows:
        return
    columns = (
        Column("coefficient", "Coefficient"),
        Column("logit", "Difference on the scale of the link", "interval", "{:.2f}".format),
        Column("odds_ratio", "Odds ratio of a correct result", "interval", three_digits),
    )
    note = (
        "A level against the reference level; a number per standard deviation. Odds ratios hold "
        "under the logit link."
    )
    yield Table("coefficients", f"Coefficients ({level} intervals)", columns, tuple(rows), (note,))


def _explained(found: Json, level: str) -> Iterator[Table]:
    told = found["explained"] or {}
    rows = tuple(
        (label, each["tau_without"], each["tau_with"], each["share"], each["prob_smaller"])
        for label, margin in (("Sensitivity", "sens"), ("Specificity", "spec"))
        if (each := told.get(margin)) is not None
    )
    if not rows:
        return
    columns = (
        Column("margin", "Margin"),
        Column("tau_without", "τ without covariates", "interval", three_digits),
        Column("tau_with", "τ with covariates", "interval", three_digits),
        Column("share", "Explained", "number", share),
        Column("prob_smaller", "P(smaller)", "number", two_decimals),
    )
    note = "Explained: 1 minus the ratio of the posterior medians of τ²."
    yield Table("explained", f"What stays unexplained ({level} intervals)", columns, rows, (note,))


def _alone(found: Json, level: str) -> Iterator[Table]:
    for covariate, groups in _of_fit(found, "subgroup"):
        rows: list[tuple[Any, ...]] = []
        for group in groups:
            where = f"{covariate}={group['at'][covariate]}"
            taus = (found["parameters"][f"tau[{m}|{where}]"] for m in ("sens", "spec"))
            accuracy = (group["estimands"][m] for m in ("sens", "spec"))
            rho = found["parameters"][f"rho[{where}]"]
            rows.append((group["label"], group["n_studies"], *accuracy, *taus, rho))
        columns = (
            Column("level", covariate),
            Column("studies", "Studies", "number"),
            Column("sens", "Sensitivity, %", "interval", percent),
            Column("spec", "Specificity, %", "interval", percent),
            Column("tau_sens", "τ sens", "interval", three_digits),
            Column("tau_spec", "τ spec", "interval", three_digits),
            Column("rho", "ρ", "interval", two_decimals),
        )
        title = f"Each level of {covariate} by itself, with its own heterogeneity ({level})"
        yield Table("by-itself", title, columns, tuple(rows))
