"""The tables of the page of a review of agreement."""

from collections.abc import Iterator, Mapping
from typing import Any

from metadx.report.agreement_answer import higher_words, printed_words
from metadx.report.html.table import Column, Table
from metadx.report.numbers import two_decimals, two_digits, whole_percent

type Json = Mapping[str, Any]

_NONE = "–"
_RATINGS = "every rating"  # of readers who share their cases: nothing was printed
_TARGETS = (
    ("typical", ""),
    ("mean over all", "_population"),
    ("new finding (prediction)", "_new"),
    ("new study (prediction)", "_new_study"),
)


def kappa_table(found: Json, level: str) -> Table:
    """List printed and posterior kappas of every row.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    level : str
        Level of the intervals in words.
    """
    name = found["kappa"]["estimand"]
    columns = (
        Column("label", "Row"),
        Column("n", "Cases", "number", "{:,}".format),
        Column("printed", "Printed kappa"),
        Column(name, f"Kappa ({found['kappa']['weights']})", "interval", two_decimals, _NONE),
        Column("kappa_standard", "Kappa at one margin", "interval", two_decimals, _NONE),
        Column("latent_rho", "Latent r", "interval", two_decimals, _NONE),
    )
    rows = tuple(
        (
            row["label"],
            row["n"],
            printed_words(row),
            *(row["estimands"].get(key) for key in (name, "kappa_standard", "latent_rho")),
        )
        for row in found["findings"]
    )
    note = (
        "Kappa at one margin: quadratic kappa of raters who both give the categories as often as "
        "all rows do on average. Latent r: correlation of what the raters see before they choose "
        "a category. –: nothing of the row tells it. *: printed kappa not used (see the notes)."
    )
    title = f"Kappa, printed and under the model (medians with {level} intervals)"
    return Table("kappa", title, columns, rows, (note,))


def category_table(found: Json, level: str) -> Iterator[Table]:
    """List how often raters give the same category, where that is known.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    level : str
        Level of the intervals in words.
    """
    shares = (
        ("agreement_exact", "Same category, %"),
        ("agreement_within1", "Within one, %"),
        ("a_higher", "First rater higher, %"),
        ("b_higher", "Second rater higher, %"),
    )
    rows = tuple(
        (
            row["label"],
            row["rater_a"],
            row["rater_b"],
            *(row["estimands"].get(key) for key, _ in shares),
        )
        for row in found["findings"]
        if row["estimands"]["agreement_exact"] is not None
    )
    if rows:
        columns = (
            Column("label", "Row"),
            Column("rater_a", "First rater"),
            Column("rater_b", "Second rater"),
            *(Column(key, label, "interval", whole_percent, _NONE) for key, label in shares),
        )
        title = f"How often the category is the same (medians with {level} intervals)"
        yield Table("categories", title, columns, rows, (higher_words(found),))


def shared_tables(found: Json, level: str) -> Iterator[Table]:
    """List what rows say together: pooled values, ranks and groups.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    level : str
        Level of the intervals in words.
    """
    pooled = found["pooled"] or {}
    rows = tuple(
        (
            words + (", a part" if part else ""),
            pooled.get(f"kappa_standard{target}{part}"),
            pooled[f"latent_rho{target}{part}"],
        )
        for part in ("", "_part")
        for words, target in _TARGETS
        if f"latent_rho{target}{part}" in pooled
    )
    if rows:
        columns = (
            Column("target", "Target"),
            Column("kappa_standard", "Kappa at one margin", "interval", two_decimals, _NONE),
            Column("latent_rho", "Latent r", "interval", two_decimals, _NONE),
        )
        title = f"What all rows say together (medians with {level} intervals)"
        yield Table("pooled", title, columns, rows)
    yield from _ranks(found)
    yield from _groups(found, level)


def _ranks(found: Json) -> Iterator[Table]:
    for ranked in found["ranks"]:
        if ranked["estimand"] != found["kappa"]["estimand"]:
            continue
        columns = (
            Column("label", "Row"),
            Column("mean_rank", "Mean rank", "number", "{:.1f}".format),
            Column("prob_best", "P(agrees best)", "number", two_digits),
            Column("prob_least", "P(agrees least)", "number", two_digits),
        )
        each = zip(ranked["labels"], ranked["mean_rank"], ranked["prob_rank"], strict=True)
        rows = tuple((label, mean, prob[0], prob[-1]) for label, mean, prob in each)
        parts = ranked["family"] == "parts"
        title = f"Ranks by kappa{', parts' if parts else ''}"
        yield Table("ranks-parts" if parts else "ranks", title, columns, rows)


def _groups(found: Json, level: str) -> Iterator[Table]:
    if not found["groups"]:
        return
    columns = (
        Column("pair", "Groups"),
        Column("estimand", "Measure"),
        Column("difference", "Difference", "interval", two_decimals, _NONE),
        Column("prob_higher", "P(first is higher)", "number", two_digits),
    )
    rows = tuple(
        (f"{one['a']} vs {one['b']}", one["estimand"], one["difference"], one["prob_a_gt_b"])
        for one in found["groups"]
    )
    yield Table("groups", f"Groups of findings ({level} intervals)", columns, rows)


def forensic_table(found: Json) -> Table:
    """List what is left of the cross-tables of each row.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    """
    columns = (
        Column("label", "Row"),
        Column("verdict", "Verdict"),
        Column("n_tables", "Cross-tables left", "number", "{:,}".format, _NONE),
        Column("kappa_max", "Largest kappa", "number", two_decimals, _NONE),
        Column("used", "What was used", "prose", empty=_RATINGS),
        Column("words", "What was found", "prose"),
    )
    rows = tuple(
        (
            row["label"],
            row["audit"]["verdict"],
            row["audit"]["n_tables"],
            row["audit"]["kappa_max"],
            _joined(row["evidence"]),
            _joined(row["audit"]["words"]),
        )
        for row in found["findings"]
    )
    note = "Largest kappa: the largest that the margins allow. –: cannot be counted."
    return Table("forensics", "Forensics of the printed figures", columns, rows, (note,))


def _joined(words: Any) -> str | None:  # noqa: ANN401 - one sentence, several or none
    return words if words is None or isinstance(words, str) else " ".join(words)
