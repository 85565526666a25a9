"""What the covariates do, as a clinician reads it in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import exp
from typing import Any

from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.numbers import interval, percent, three_digits, two_decimals, two_digits

type Json = Mapping[str, Any]

_COLUMNS = ("sensitivity, %", "specificity, %", "LR+", "LR-", "AUC")
_WRITTEN = (
    ("sens", percent),
    ("spec", percent),
    ("lr_pos", three_digits),
    ("lr_neg", three_digits),
    ("auc", two_digits),
)


def level_lines(found: Json, page: Page, level: str) -> list[str]:
    """Tell the accuracy of each kind of study, how they differ, and what stays unexplained.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    page : Page
    level : str
        The level of the intervals in words, such as ``"95 %"``.

    Returns
    -------
    list of str
        Empty without covariates.
    """
    if len(found["groups"]) == 1:
        return []
    blocks = [
        _formulas(found, page),
        *_accuracy(found, page, level),
        *_contrasts(found, page, level),
        _effects(found, page, level),
        _unexplained(found, page, level),
        _subgroups(found, page, level),
    ]
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += ["", *block] if lines else block
    return lines


def _titled(page: Page, title: str, lines: Sequence[str]) -> list[str]:
    return [*(tone(page, line, "bold") for line in paragraph(page, title)), *lines]


def _formulas(found: Json, page: Page) -> list[str]:
    settings = found["settings"]
    text = f"Sensitivity {settings['sens']}; specificity {settings['spec']}."
    dropped = found["data"]["dropped"]
    if dropped:
        text += f" {len(dropped)} studies left out for a missing covariate (see Notes)."
    return _titled(page, "Why do studies differ? Regression on covariates", paragraph(page, text))


def _by_covariate(found: Json, fit: str) -> Iterator[tuple[str, list[Json]]]:
    groups = [group for group in found["groups"] if group.get("fit") == fit]
    for covariate, members in groupby(groups, lambda group: group["covariate"]):
        yield covariate, list(members)


def _accuracy(found: Json, page: Page, level: str) -> Iterator[list[str]]:
    for covariate, groups in _by_covariate(found, "regression"):
        rows = [
            [
                _short(group["label"], covariate),
                str(group["n_studies"] or "-"),
                *(interval(group["estimands"][name], write) for name, write in _WRITTEN),
            ]
            for group in groups
        ]
        what = f"By {covariate}" if covariate else "Kinds of study that were asked for"
        others = len(found["covariates"]) > 1
        averaged = "; other covariates at their average" if others else ""
        title = f"{what} (median study, median and {level} interval{averaged})"
        yield _titled(page, title, table(page, ["", "studies", *_COLUMNS], rows))


def _short(label: str, covariate: str) -> str:
    """Leave the name of a covariate out where the title says it."""
    return label.removeprefix(f"{covariate} = ")


def _contrasts(found: Json, page: Page, level: str) -> Iterator[list[str]]:
    told = {
        (c["covariate"], c["a"], c["b"], c["estimand"]): c
        for c in found["contrasts"]
        if c["fit"] == "regression" and "prevalence" not in c
    }
    pairs: dict[str, list[tuple[str, str]]] = {}
    for covariate, a, b, _ in told:
        if (a, b) not in pairs.setdefault(covariate, []):
            pairs[covariate].append((a, b))
    for covariate, members in pairs.items():
        rows = []
        for a, b in members:
            sens, spec, dor, auc = (
                told.get((covariate, a, b, name)) for name in ("sens", "spec", "dor", "auc")
            )
            rows.append(
                [
                    f"{_short(a, covariate)} - {_short(b, covariate)}",
                    *(_points(c) for c in (sens, spec)),
                    interval(dor["ratio"], three_digits) if dor else "same",
                    *(_chance(c) for c in (sens, spec, auc)),
                ]
            )
        header = ["", "sens., points", "spec., points", "DOR ratio", "P sens.", "P spec.", "P AUC"]
        title = (
            f"How sure are the differences by {covariate}? (first - second; median and {level} "
            f"interval; P: probability that the first is higher)"
        )
        yield _titled(page, title, table(page, header, rows))


def _points(compared: Json | None) -> str:
    """Write a difference of proportions in percentage points, with its sign."""
    if compared is None:
        return "same"
    values = [100 * compared["difference"][name] for name in ("median", "lower", "upper")]
    middle, low, high = (f"{value:+.1f}" for value in values)
    return f"{middle} ({low} to {high})"


def _chance(compared: Json | None) -> str:
    if compared is None:
        return "-"
    chance = compared["prob_a_gt_b"]
    return "<0.001" if chance < 0.001 else ">0.999" if chance > 0.999 else f"{chance:.3f}"


def _effects(found: Json, page: Page, level: str) -> list[str]:
    rows = [
        [name[len("beta[") : -1].replace(",", ": ", 1), interval(_odds(values), three_digits)]
        for name, values in found["parameters"].items()
        if name.startswith("beta[")
    ]
    if not rows:
        return []
    scales = [
        f"{name} per {info['sd']:.3g}{' ' + info['unit'] if info['unit'] else ''}"
        for name, info in found["covariates"].items()
        if "sd" in info
    ]
    references = [
        f"{name} = {info['reference']}"
        for name, info in found["covariates"].items()
        if info["kind"] == "categorical"
    ]
    legend = "Odds of a correct result"
    legend += f" against {', '.join(references)}" if references else ""
    legend += f"{';' if references else ','} {', '.join(scales)} (one sd)" if scales else ""
    lines = table(page, ["", "odds ratio"], rows)
    title = f"Odds ratios (median and {level} interval)"
    return _titled(
        page, title, [*lines, *(tone(page, x, "dim") for x in paragraph(page, f"{legend}."))]
    )


def _odds(values: Mapping[str, float]) -> dict[str, float]:
    return {name: exp(values[name]) for name in ("median", "lower", "upper")}


def _unexplained(found: Json, page: Page, level: str) -> list[str]:
    explained = found["explained"]
    if not explained:
        return []
    rows = [
        [
            label,
            interval(explained[margin]["tau_without"], three_digits),
            interval(explained[margin]["tau_with"], three_digits),
            f"{100 * explained[margin]['share']:.0f} %",
            _share(explained[margin]["prob_smaller"]),
        ]
        for label, margin in (("sensitivity", "sens"), ("specificity", "spec"))
        if explained[margin] is not None
    ]
    header = ["tau, logit", "without", "with covariates", "explained", "P(smaller)"]
    legend = (
        "Explained: 1 - ratio of the posterior medians of tau squared; negative where covariates "
        "leave more to chance than they explain."
    )
    lines = [*table(page, header, rows), *(tone(page, x, "dim") for x in paragraph(page, legend))]
    return _titled(page, f"What stays unexplained? (median and {level} interval)", lines)


def _share(chance: float) -> str:
    return f"{chance:.2f}"


def _subgroups(found: Json, page: Page, level: str) -> list[str]:
    lines: list[str] = []
    for covariate, groups in _by_covariate(found, "subgroup"):
        rows = []
        for group in groups:
            where = f"{covariate}={group['at'][covariate]}"
            taus = (found["parameters"][f"tau[{m}|{where}]"] for m in ("sens", "spec"))
            rows.append(
                [
                    _short(group["label"], covariate),
                    str(group["n_studies"]),
                    *(interval(group["estimands"][m], percent) for m in ("sens", "spec")),
                    *(interval(tau, three_digits) for tau in taus),
                    interval(found["parameters"][f"rho[{where}]"], two_decimals),
                ]
            )
        header = ["", "studies", "sensitivity, %", "specificity, %", "tau sens", "tau spec", "rho"]
        title = (
            f"Each level of {covariate} by itself, with its own heterogeneity ({level} intervals)"
        )
        lines += _titled(page, title, table(page, header, rows))
    return lines
