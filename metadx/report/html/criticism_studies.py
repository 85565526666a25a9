"""The tables of the criticism that go through the studies one by one."""

from collections.abc import Iterator
from typing import Any

from metadx.criticism.outliers import FEW, FEWEST
from metadx.report.html.source import Json
from metadx.report.html.table import Column, Table
from metadx.report.numbers import percent, three_digits, two_decimals, whole_percent

_FOLLOWED = (
    ("sens", "Sensitivity, %", percent),
    ("spec", "Specificity, %", percent),
    ("tau_sens", "τ sens", three_digits),
    ("tau_spec", "τ spec", three_digits),
    ("auc", "AUC", two_decimals),
    ("lr_neg", "LR−", three_digits),
)
_NONE = "–"
_IN_FULL = {"sens", "spec"}  # with limits on the page; those of the others stand in the file
_REST = "Of the other quantities the medians are shown; the CSV file has their limits."


def _followed() -> tuple[Column, ...]:
    return tuple(
        Column(key, label, "interval", write, _NONE, limits=key in _IN_FULL)
        for key, label, write in _FOLLOWED
    )


def predictive_tables(told: Json) -> Iterator[Table]:
    """List the features of the table beside those that the model expects.

    Parameters
    ----------
    told : mapping
        The part "predictive" of ``criticism.json``.
    """
    columns = (
        Column("feature", "Feature of the table"),
        Column("observed", "Observed", "number", _digits),
        Column("expected_lower", "Expected from", "number", _digits),
        Column("expected_upper", "to", "number", _digits),
        Column("p_value", "p", "number", _p),
    )
    rows = tuple(
        (one["words"], one["observed"], *one["expected"], one["p_value"])
        for one in told["statistics"]
    )
    if rows:
        note = (
            "Expected: 95 % of replicated tables, with the same arms and new studies. The table is "
            "used twice, to fit the model and to check it: p near 0.5 is the rule, and that no p "
            "is small is weak evidence."
        )
        yield Table("predictive", "Observed and replicated tables", columns, rows, (note,))


def influence_tables(told: Json, level: str) -> Iterator[Table]:
    """List the answer without each study, the most influential study first.

    Parameters
    ----------
    told : mapping
        The part "influence" of ``criticism.json``.
    level : str
        Level of the intervals in words.
    """
    columns = (
        Column("without", "Without"),
        Column("shift", "Shift, sd", "number", two_decimals, _NONE),
        *_followed(),
        *_verdict(told["cuts"]),
        Column("pareto_k", "k", "number", two_decimals, _NONE),
    )
    whole, by_name = told["whole"], {one["study"]: one for one in told["studies"]}

    def row(label: str, estimates: Json, one: Json, shift: float | None) -> tuple[Any, ...]:
        values = (estimates[key] for key, *_ in _FOLLOWED)
        chances = (one["prob_rule_out"], one["prob_rule_in"])
        return (label, shift, *values, *chances, one.get("pareto_k"))

    rows = [row("(all studies)", whole, whole, None)]
    for name in told["order"]:
        one = by_name[name]
        rows.append(row(name, one["without"], one, one["shift_all"]))
    note = (
        f"{_how_left_out(told)} Shift: distance of means and heterogeneity with and "
        "without the study, in posterior standard deviations. k: tail shape of the weights that "
        "take the draws of all studies to those without the study; above 0.7 only a refit can."
    )
    title = f"The answer without each study (median study, medians with {level} intervals)"
    yield Table("influence", title, columns, tuple(rows), (note, _REST))


def _verdict(cuts: Json) -> tuple[Column, ...]:
    """Columns of the two chances, of the ratios that they are about."""
    return (
        Column("prob_rule_out", f"P(LR− < {cuts['lr_neg']:g}), %", "number", whole_percent, _NONE),
        Column("prob_rule_in", f"P(LR+ > {cuts['lr_pos']:g}), %", "number", whole_percent, _NONE),
    )


def _how_left_out(told: Json) -> str:
    """Say whether the model was fitted again or its draws were reweighted."""
    methods = {one["method"] for one in told["studies"]}
    if methods == {"refitted"}:
        return "The other studies fitted again, for each study."
    if methods == {"reweighted"}:
        return "The draws of all studies reweighted to be those without each study."
    return "Without each study: fitted again, or the draws of all studies reweighted."


def outlier_tables(told: Json, level: str) -> Iterator[Table]:
    """List how well the others predict each study, the least expected one first.

    Parameters
    ----------
    told : mapping
        The part "outliers" of ``criticism.json``.
    level : str
        Level of the intervals in words.
    """
    columns = (
        Column("study", "Study"),
        Column("p_value", "p of the pair", "number", _p, _NONE),
        Column("p_sens", "p of sensitivity", "number", _p, _NONE),
        Column("p_spec", "p of specificity", "number", _p, _NONE),
        Column("distance", "Distance, sd", "number", two_decimals, _NONE),
        Column("expected_sens", "Expected sensitivity, %", "interval", percent, _NONE),
        Column("expected_spec", "Expected specificity, %", "interval", percent, _NONE),
        Column("verdict", "Verdict", empty=_NONE),
    )
    by_name = {one["study"]: one for one in told["studies"]}
    rows = tuple(
        (
            name,
            *(by_name[name][key] for key in ("p_value", "p_sens", "p_spec", "distance")),
            by_name[name]["expected_sens"],
            by_name[name]["expected_spec"],
            _outlying(by_name[name]) if len(by_name) >= FEWEST else None,
        )
        for name in told["order"]
    )
    note = (
        f"Expected: what the other studies predict for the study's own accuracy ({level}). "
        "p: probability of counts at least as far out; outlier: below 0.05 with all tests allowed "
        "for (Holm)."
    )
    if len(by_name) < FEW:
        note += (
            f" With fewer than {FEW} studies p is uniform only roughly, for how much studies "
            "differ then hangs on the prior."
        )
    yield Table("outliers", "Each study beside what the others predict", columns, rows, (note,))


def _outlying(one: Json) -> str:
    if one["p_value"] is None:
        return "not known"
    return "outlier" if one["flagged"] else "p below 0.05" if one["suspicious"] else "as expected"


def cumulative_tables(told: Json, level: str) -> Iterator[Table]:
    """List the answer after each study.

    Parameters
    ----------
    told : mapping
        The part "cumulative" of ``criticism.json``.
    level : str
        Level of the intervals in words.
    """
    columns = (
        Column("study", "After"),
        Column(told["by"], told["by"].capitalize(), "number", "{:g}".format),
        *_followed(),
        *_verdict(told["cuts"])[:1],
    )
    rows = tuple(
        (
            step["study"],
            step["value"],
            *(step["estimates"][key] for key, *_ in _FOLLOWED),
            step["prob_rule_out"],
        )
        for step in told["steps"]
    )
    title = f"The answer after each study (median study, medians with {level} intervals)"
    yield Table("cumulative", title, columns, rows, (_REST,))


def small_study_tables(deeks: Json, effect: Json) -> Iterator[Table]:
    """List the two regressions on the size of studies.

    Parameters
    ----------
    deeks, effect : mapping
        The parts "deeks" and "small_studies" of ``criticism.json``.
    """
    columns = (
        Column("regression", "Regression"),
        Column("slope", "Slope", "interval", two_decimals, _NONE),
        Column("se", "Standard error", "number", two_decimals, _NONE),
        Column("p_value", "p", "number", _p, _NONE),
        Column("prob_above_0", "P(slope > 0)", "number", two_decimals, _NONE),
    )
    rows: list[tuple[Any, ...]] = []
    if "refused" not in deeks:
        label = "Deeks: ln DOR on 1/√ESS, weighted by ESS"
        rows.append((label, deeks["slope"], deeks["se"], deeks["p_value"], None))
    names = {"sens": "sensitivity", "spec": "specificity", "total": "both together"}
    for key, slope in effect.get("slopes", {}).items():
        label = f"Bivariate, {names[key]}, per sd of 1/√ESS"
        rows.append((label, slope, None, None, slope["prob_above_0"]))
    note = "ESS: effective sample size, 4 n₁ n₀/(n₁ + n₀). Above 0: small studies find more."
    yield Table("small-studies", "Small-study effects", columns, tuple(rows), (note,))


def weight_tables(told: Json) -> Iterator[Table]:
    """List the weights of the studies.

    Parameters
    ----------
    told : mapping
        The part "weights" of ``criticism.json``.
    """
    columns = (
        Column("study", "Study"),
        Column("sens", "Sensitivity, %", "number", "{:.1f}".format, _NONE),
        Column("spec", "Specificity, %", "number", "{:.1f}".format, _NONE),
        Column("joint", "Both, %", "number", "{:.1f}".format, _NONE),
    )
    rows = tuple((one["study"], one["sens"], one["spec"], one["joint"]) for one in told["studies"])
    note = "Share of what is known of the two means (Burke 2018); each column sums to 100 %."
    yield Table("weights", "Weights of the studies", columns, rows, (note,))


def _digits(x: float) -> str:
    return f"{x:.2g}"


def _p(x: float) -> str:
    return "<0.001" if x < 0.0005 else f"{x:.3f}"
