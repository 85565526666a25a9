"""What rows say together: the typical and the next finding, ranks, and groups of findings."""

from collections.abc import Mapping
from typing import Any

from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.numbers import interval, two_decimals, two_digits

type Json = Mapping[str, Any]

_TARGETS = (
    ("typical {}", ""),
    ("mean over {}", "_population"),
    ("new finding", "_new"),
    ("new study", "_new_study"),
)
_PREDICTED = {"_new": "n_findings", "_new_study": "n_studies"}
_LEVELS = (("finding", "findings"), ("study", "studies"))
_FEW = 5  # levels; what is predicted from fewer is led by the prior
_MOST_RANKED = 12  # rows; of more, ranks are in summary.json


def shared_lines(found: Json, page: Page, level: str) -> list[str]:
    """Tell what all rows say together; nothing where there is one row.

    Parameters
    ----------
    found : mapping
        Content of a ``summary.json`` of kind "agreement".
    page : Page
    level : str
        Level of the intervals in words.

    Returns
    -------
    list of str
    """
    blocks = [
        _loadings(found, page, level),
        _pooled(found, page, level),
        _ranks(found, page),
        _groups(found, page, level),
    ]
    lines: list[str] = []
    for block in filter(None, blocks):
        lines += ["", *block] if lines else block
    return lines


def _loadings(found: Json, page: Page, level: str) -> list[str]:
    rows = [
        [name.removeprefix("loading[").removesuffix("]"), interval(values, two_decimals)]
        for name, values in found["parameters"].items()
        if name.startswith("loading[")
    ]
    if not rows:
        return []
    title = f"How much has each rater in common with the others? (median and {level} interval)"
    legend = "Correlation of what the rater sees with what all of them have in common."
    lines = [*(tone(page, line, "bold") for line in paragraph(page, title))]
    lines += table(page, ["", "correlation"], rows)
    return lines + [tone(page, line, "dim") for line in paragraph(page, legend)]


def _pooled(found: Json, page: Page, level: str) -> list[str]:
    pooled = found["pooled"]
    if not pooled:
        return []
    one, several = next(
        (names for names in _LEVELS if found["data"][f"n_{names[1]}"] > 1), ("row", "rows")
    )
    rows, few = [], False
    for suffix, where in (("", ""), ("_part", ", a part")):
        for label, target in _TARGETS:
            names = (f"kappa_standard{target}{suffix}", f"latent_rho{target}{suffix}")
            if all(name in pooled for name in names):
                said = label.format(several if "over" in label else one)
                counted = found["data"].get(_PREDICTED.get(target, ""), _FEW)
                few |= counted < _FEW
                said += where + (" *" if counted < _FEW else "")
                rows.append([said, *(interval(pooled[name], two_decimals) for name in names)])
    if not rows:
        return []
    legend = "New: where the next one is expected (prediction interval)."
    if few:
        legend += f" *: from fewer than {_FEW}, so led by the prior."
    head = ["", "kappa at one margin", "latent r"]
    title = f"What do all rows say together? (median and {level} interval)"
    lines = [tone(page, title, "bold"), *table(page, head, rows)]
    return lines + [tone(page, line, "dim") for line in paragraph(page, legend)]


def _ranks(found: Json, page: Page) -> list[str]:
    ranked = {one["estimand"]: one for one in found["ranks"] if one["family"] != "parts"}
    raw = ranked.get(found["kappa"]["estimand"])
    same = ranked.get("kappa_standard")
    shown = [one for one in (raw, same) if one is not None]
    if not shown or len(shown[0]["labels"]) > _MOST_RANKED:
        return []
    head = [""]
    for one in shown:
        what = "kappa" if one is raw else "one margin"
        head += [f"best: {what}", f"least: {what}"]
    rows = []
    for label in shown[0]["labels"]:
        cells = []
        for one in shown:
            known = label in one["labels"]
            prob = one["prob_rank"][one["labels"].index(label)] if known else None
            cells += ["-", "-"] if prob is None else [two_digits(prob[0]), two_digits(prob[-1])]
        rows.append([label, *cells])
    title = "Which agrees best? (posterior probability of the first and of the last rank)"
    lines = [*(tone(page, line, "bold") for line in paragraph(page, title))]
    return lines + table(page, head, rows)


def _groups(found: Json, page: Page, level: str) -> list[str]:
    if not found["groups"]:
        return []
    rows = []
    for one in found["groups"]:
        what = {
            found["kappa"]["estimand"]: "kappa",
            "kappa_standard": "kappa at one margin",
            "latent_rho": "latent r",
        }.get(one["estimand"], one["estimand"])
        rows.append(
            [
                f"{one['a']} - {one['b']}: {what}",
                interval(one["difference"], two_decimals),
                two_digits(one["prob_a_gt_b"]),
            ]
        )
    title = f"Groups of findings (mean over their findings; median and {level} interval)"
    head = ["", "difference", "probability > 0"]
    lines = [tone(page, line, "bold") for line in paragraph(page, title)]
    return lines + table(page, head, rows)
