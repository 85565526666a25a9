"""The tables of the page on lung CTs read by AI and radiologist, from the record of the fits."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from evidence import table

type Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
RECORD_FILE = ROOT / "tests" / "reference" / "ild_agreement.json"
#: Variants of the analysis, as the columns of the tables name them.
VARIANTS = {
    "default": "as the run",
    "misaligned": "impossible kappas read as off by one",
    "no Spearman": "without Spearman",
    "no lobar kappa": "without the kappas of the lobes",
}
_GROUPS = {
    "kappa_quadratic": "kappa",
    "kappa_standard": "kappa at one margin",
    "latent_rho": "latent r",
}
_PAIRS = (
    ("ground-glass", "reticulation"),
    ("ground-glass", "consolidation"),
    ("ground-glass", "emphysema"),
    ("consolidation", "emphysema"),
    ("consolidation", "reticulation"),
    ("emphysema", "reticulation"),
)


@cache
def record() -> Json:
    """Read the record."""
    found: Json = json.loads(RECORD_FILE.read_text(encoding="utf-8"))
    return found


def _rows(variant: str = "default", *, part: bool | None = None) -> Iterator[Json]:
    for row in record()["variants"][variant]["rows"]:
        if part is None or row["part"] is part:
            yield row


def _told(limits: list[float] | None, digits: int = 2, scale: float = 1.0) -> str:
    if limits is None:
        return ""
    low, middle, high = (_number(scale * value, digits) for value in limits)
    return f"{middle} ({low} to {high})"


def _number(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def _printed(row: Json) -> str:
    ends = (row["kappa_reported_lower"], row["kappa_reported"], row["kappa_reported_upper"])
    return _told(list(ends)) + ("" if row["kappa_used"] else " *")


def _name(row: Json) -> str:
    return str(row["label"]).removesuffix(", total")


def _probability(value: float) -> str:
    return "> 0.99" if value > 0.995 else "< 0.01" if value < 0.005 else f"{value:.2f}"


def _factor(value: float) -> str:
    # Beyond a hundred it hangs on draws too few to tell.
    if value > 100:
        return "> 100"
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def results() -> str:
    """Show what was printed and what the model concludes, whole lung."""
    rows = [
        (
            _name(row),
            _printed(row),
            _told(row["kappa_quadratic"]),
            _probability(row["predictive_p"]),
            _told(row["agreement_exact"], 0, 100.0),
            _told(row["shift"]),
            _told(row["latent_rho"]),
            _told(row["kappa_standard"]),
        )
        for row in _rows(part=False)
    ]
    head = ("finding", "printed kappa", "kappa", "predictive p", "same category, %",
            "AI − radiologist, categories", "latent r", "kappa at one margin")  # fmt: skip
    return f"{table(head, rows)}\n\n\\*: no cross-table has it; not used."


def lobes() -> str:
    """Show the lobes: as the codes gave it, and if categories were aligned."""
    read = {one["label"]: one for one in record()["alignment"]}
    rows = []
    for row in _rows(part=True):
        one = read.get(row["label"])
        rows.append(
            (
                row["label"],
                _printed(row),
                _told(row["kappa_aligned"]),
                _told(row["latent_rho"]),
                _factor(one["factor_off"]) if one else "",
                _factor(one["factor_lines"]) if one else "",
            )
        )
    head = ("finding, lobe", "printed kappa", "kappa if aligned", "latent r", "codes off by one",
            "other lines")  # fmt: skip
    return table(head, rows)


def sensitivity() -> str:
    """Show the latent correlation of every row under each reading of the print."""
    columns = {name: list(_rows(name)) for name in VARIANTS}
    rows = [
        (_name(first), *(_told(columns[name][place]["latent_rho"]) for name in VARIANTS))
        for place, first in enumerate(columns["default"])
    ]
    return table(("latent r", *VARIANTS.values()), rows)


def kappas() -> str:
    """Show kappa of the whole lung under each reading of the print."""
    columns = {name: list(_rows(name, part=False)) for name in VARIANTS}
    rows = [
        (
            _name(first),
            _printed(first),
            *(_told(columns[name][place]["kappa_quadratic"]) for name in VARIANTS),
        )
        for place, first in enumerate(columns["default"])
    ]
    rows.append(("typical finding, one margin", "",
                 *(_told(record()["variants"][name]["pooled"]["kappa_standard"])
                   for name in VARIANTS)))  # fmt: skip
    return table(("kappa", "printed", *VARIANTS.values()), rows)


def groups() -> str:
    """Compare inflammatory with fibrotic findings under each reading of the print."""
    rows = []
    for estimand, words in _GROUPS.items():
        cells = []
        for name in VARIANTS:
            found = [g for g in record()["variants"][name]["groups"] if g["estimand"] == estimand]
            cells.append(
                f"{_told(found[0]['difference'])}; P {_probability(found[0]['prob_a_gt_b'])}"
                if found
                else _told(None)
            )
        rows.append((words, *cells))
    return table(("inflammatory − fibrotic", *VARIANTS.values()), rows)


def pairs() -> str:
    """Show how probable it is that one finding agrees better than another."""
    rows = []
    for a, b in _PAIRS:
        cells = []
        for estimand in ("kappa_quadratic", "kappa_standard"):
            found = {
                (one["a"], one["b"]): one["prob_a_gt_b"]
                for one in record()["variants"]["default"]["contrasts"]
                if one["estimand"] == estimand
            }
            keys = (f"{a}, total", f"{b}, total")
            ahead = found.get(keys)
            cells.append(_probability(1 - found[keys[::-1]] if ahead is None else ahead))
        rows.append((f"{a} better than {b}", *cells))
    return table(("probability", "kappa as it is", "at one margin"), rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "ild-results": results,
    "ild-lobes": lobes,
    "ild-kappas": kappas,
    "ild-sensitivity": sensitivity,
    "ild-groups": groups,
    "ild-pairs": pairs,
}
