"""What the covariates do, as a clinician reads it in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import exp
from typing import Any

from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.level_contrasts import contrast_lines
from metadx.report.level_names import short_names, without_covariate
from metadx.report.numbers import (
    interval,
    percent,
    share,
    three_digits,
    two_decimals,
    two_digits,
)
from metadx.report.wide import wide_table

type Json = Mapping[str, Any]

_COLUMNS = ("sensitivity, %", "specificity, %", "LR+", "LR−", "AUC")
_WRITTEN = (
    ("sens", percent),
    ("spec", percent),
    ("lr_pos", three_digits),
    ("lr_neg", three_digits),
    ("auc", two_digits),
)
_NUMBERS = 60  # columns that three intervals, or two and a count, take beside a name
_SHORTEST = 20
_RANKED = (("sens", "sensitivity"), ("spec", "specificity"), ("auc", "AUC"))
_FEWEST_RANKED = 3  # of two levels the contrast says it


def level_lines(found: Json, page: Page, level: str) -> list[str]:
    """Tell the accuracy of each kind of study, how they differ, and what stays unexplained.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json`` of an analysis with covariates.
    page : Page
    level : str
        The level of the intervals in words, such as ``"95 %"``.

    Returns
    -------
    list of str
    """
    blocks = [
        _formulas(found, page),
        *_accuracy(found, page, level),
        *contrast_lines(found, page, level),
        _effects(found, page, level),
        _unexplained(found, page, level),
        *_subgroups(found, page, level),
    ]
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += ["", *block] if lines else block
    return lines


def _titled(page: Page, title: str, lines: Sequence[str]) -> list[str]:
    return [*(tone(page, line, "bold") for line in paragraph(page, title)), *lines]


def _dim(page: Page, text: str) -> list[str]:
    return [tone(page, line, "dim") for line in paragraph(page, text)]


def _formulas(found: Json, page: Page) -> list[str]:
    settings = found["settings"]
    text = f"Sensitivity {settings['sens']}; specificity {settings['spec']}."
    if left_out := len(found["data"]["dropped"]):
        studies = "1 study was" if left_out == 1 else f"{left_out} studies were"
        text += f" {studies} left out for want of a covariate (see Notes)."
    return _titled(page, "Why do studies differ? Regression on covariates", paragraph(page, text))


def _by_covariate(found: Json, fit: str) -> Iterator[tuple[str, list[Json]]]:
    groups = [group for group in found["groups"] if group.get("fit") == fit]
    for covariate, members in groupby(groups, lambda group: group["covariate"]):
        yield covariate, list(members)


def _names(groups: Sequence[Json], covariate: str, page: Page) -> list[str]:
    if not covariate:
        return [str(place) for place in range(1, len(groups) + 1)]
    names = [without_covariate(group["label"], covariate) for group in groups]
    return short_names(names, max(_SHORTEST, page.width - _NUMBERS))


def _accuracy(found: Json, page: Page, level: str) -> Iterator[list[str]]:
    for covariate, groups in _by_covariate(found, "regression"):
        rows = [
            [
                name,
                str(group["n_studies"] or "-"),
                *(interval(group["estimands"][key], write) for key, write in _WRITTEN),
            ]
            for name, group in zip(_names(groups, covariate, page), groups, strict=True)
        ]
        what = f"By {covariate}" if covariate else "Kinds of study that were asked for"
        others = len(found["covariates"]) > 1
        averaged = "; other covariates at their average" if others else ""
        title = f"{what} (median study, median and {level} interval{averaged})"
        lines = wide_table(page, ["", "studies", *_COLUMNS], rows, together=(3, 3))
        below = [*_legend(groups, covariate, page), *_best(found, covariate, page)]
        yield _titled(page, title, [*lines, *below])


def _legend(groups: Sequence[Json], covariate: str, page: Page) -> list[str]:
    """Write in full what was asked for: a combination of values cannot be shortened sensibly."""
    if covariate:
        return []
    return [
        tone(page, line, "dim")
        for place, group in enumerate(groups, 1)
        for line in paragraph(page, group["label"], first=f"{place}: ")
    ]


def _best(found: Json, covariate: str, page: Page) -> list[str]:
    """Name the level that is most likely the best of three or more."""
    first = {}
    for told in found["ranks"]:
        if (told["fit"], told["covariate"]) == ("regression", covariate):
            chances = [ranks[0] for ranks in told["prob_rank"]]
            if len(chances) >= _FEWEST_RANKED:
                best = max(range(len(chances)), key=chances.__getitem__)
                label = without_covariate(told["labels"][best], covariate)
                first[told["estimand"]] = f"{label} (P {two_digits(chances[best])})"
    said = [f"{name} {first[key]}" for key, name in _RANKED if key in first]
    return paragraph(page, f"Most likely best: {', '.join(said)}.") if said else []


def _effects(found: Json, page: Page, level: str) -> list[str]:
    betas = {
        name.removeprefix("beta[").removesuffix("]").replace(",", ": ", 1): values
        for name, values in found["parameters"].items()
        if name.startswith("beta[")
    }
    if not betas:
        return []
    room = max(_SHORTEST, page.width - _NUMBERS // 2)
    link = found["model"].get("link", "logit")
    rows = [
        [name, interval(_odds(values) if link == "logit" else values, three_digits)]
        for name, values in zip(short_names(list(betas), room), betas.values(), strict=True)
    ]
    covariates = found["covariates"].values()
    scales = [
        f"{term} {scale['sd']:.3g}{' ' + scale['unit'] if scale['unit'] else ''}"
        for info in covariates
        for term, scale in info["terms"].items()
    ]
    references = [
        f"{name} = {info['reference']}"
        for name, info in found["covariates"].items()
        if info["kind"] == "categorical"
    ]
    legend = [f"of a level against {', '.join(references)}"] if references else []
    legend += [f"of a number for one sd more ({', '.join(scales)})"] if scales else []
    what, head, title = "Odds of a correct result", "odds ratio", "Odds ratios"
    if link != "logit":
        what, head = f"Difference on the {link} scale", "difference"
        title = f"Coefficients on the {link} scale"
    meaning = f"{what}: {'; '.join(legend)}."
    lines = [*table(page, ["", head], rows), *_dim(page, meaning)]
    return _titled(page, f"{title} (median and {level} interval)", lines)


def _odds(values: Mapping[str, float]) -> dict[str, float]:
    return {name: exp(values[name]) for name in ("median", "lower", "upper")}


def _unexplained(found: Json, page: Page, level: str) -> list[str]:
    explained = found["explained"]
    rows = [
        [
            label,
            interval(told["tau_without"], three_digits),
            interval(told["tau_with"], three_digits),
            share(told["share"]),
            f"{told['prob_smaller']:.2f}",
        ]
        for label, margin in (("sensitivity", "sens"), ("specificity", "spec"))
        if explained and (told := explained[margin]) is not None
    ]
    if not rows:
        return []
    header = [
        f"tau, {found['model'].get('link', 'logit')}",
        "without",
        "with covariates",
        "explained",
        "P(smaller)",
    ]
    legend = (
        "Explained: 1 minus the ratio of the posterior medians of tau squared; none where tau is "
        "no smaller with the covariates. P: that it is smaller."
    )
    lines = [*wide_table(page, header, rows), *_dim(page, legend)]
    return _titled(page, f"What stays unexplained? (median and {level} interval)", lines)


def _subgroups(found: Json, page: Page, level: str) -> Iterator[list[str]]:
    for covariate, groups in _by_covariate(found, "subgroup"):
        rows = []
        for name, group in zip(_names(groups, covariate, page), groups, strict=True):
            where = f"{covariate}={group['at'][covariate]}"
            taus = (found["parameters"][f"tau[{m}|{where}]"] for m in ("sens", "spec"))
            rows.append(
                [
                    name,
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
        yield _titled(page, title, wide_table(page, header, rows, together=(3, 3)))
