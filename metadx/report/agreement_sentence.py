"""The answer about the agreement of raters in one sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

from metadx.report.numbers import interval, percent, two_decimals, two_digits

type Json = Mapping[str, Any]

KAPPA_WORDS = {
    "unweighted": "unweighted",
    "linear": "linearly weighted",
    "quadratic": "quadratically weighted",
}
_SPOKEN = {"unweighted": "kappa", "linear": "linear kappa", "quadratic": "quadratic kappa"}
_CLEAR = 0.5  # probability from which a row is called the best without reserve


def first_sentence(found: Json) -> str:
    """Say on what raters agree best and least, or how well they agree where there is one row.

    Parameters
    ----------
    found : mapping
        Content of a ``summary.json`` of kind "agreement".

    Returns
    -------
    str
        Rows about parts of a whole are not compared with rows about the whole.
    """
    rows = found["findings"]
    name, kappa = found["kappa"]["estimand"], _SPOKEN[found["kappa"]["weights"]]
    level = f"{100 * found['settings']['prob']:.10g} % interval"
    if len(rows) == 1:
        return _alone(rows[0], name, kappa, level)
    ranked = next((r for r in found["ranks"] if r["estimand"] == name), None)
    if ranked is None:
        return "The rows cannot be ranked: kappa is not defined in some of them (see Notes)."
    compared = [next(r for r in rows if r["label"] == label) for label in ranked["labels"]]
    where = distinct_names(compared)
    told = []
    for place, word in ((0, "best"), (-1, "least")):
        # The likelier to hold that place; of equals the one that comes first.
        index = max(range(len(compared)), key=lambda i: ranked["prob_rank"][i][place])
        prob = ranked["prob_rank"][index][place]
        values = interval(compared[index]["estimands"][name], two_decimals)
        median, _, limits = values.partition(" (")
        words = (
            f"{where[index]} ({kappa} {median}, {level} {limits.rstrip(')')}; {word} of "
            f"{len(compared)} with probability {two_digits(prob)})"
        )
        told.append(("" if prob >= _CLEAR else "most likely ", words))
    (sure_best, best), (sure_least, least) = told
    if len({(row["rater_a"], row["rater_b"]) for row in compared}) > 1:
        return (
            f"Of the {len(compared)} pairs of raters the two that agree best are {sure_best}"
            f"{best}; those that agree least are {sure_least}{least}."
        )
    who = f"{compared[0]['rater_a']} and {compared[0]['rater_b']}"
    on = "on" if len({row["finding"] for row in compared}) > 1 else "in"
    return f"{who} {sure_best}agree best {on} {best} and {sure_least}least {on} {least}."


def _alone(row: Json, name: str, kappa: str, level: str) -> str:
    who = f"{row['rater_a']} and {row['rater_b']}"
    values, same = row["estimands"][name], row["estimands"]["agreement_exact"]
    if values is None:
        return f"The kappa of {who} is not defined (see Notes)."
    median, _, limits = interval(values, two_decimals).partition(" (")
    again = ""
    if same is not None:
        share = interval(same, percent).replace(" (", " % (")
        again = f"; they give the same category in {share} of cases"
    return f"{who} agree with a {kappa} of {median} ({level} {limits}{again}."


def distinct_names(rows: Sequence[Json]) -> list[str]:
    """Name rows by what tells them apart, and by nothing else.

    Parameters
    ----------
    rows : sequence of mapping
        Entries of "findings".

    Returns
    -------
    list of str
        No two alike where no two rows are.

    Examples
    --------
    >>> row = {"finding": "emphysema", "region": "total", "study": "", "rater_a": "A",
    ...        "rater_b": "B"}
    >>> distinct_names([row, row | {"finding": "consolidation"}])
    ['emphysema', 'consolidation']
    >>> distinct_names([row, row | {"rater_b": "C"}])
    ['A and B', 'A and C']
    """
    keys = [key for key in ("finding", "region", "study") if len({r[key] for r in rows}) > 1]
    pairs = len({(row["rater_a"], row["rater_b"]) for row in rows}) > 1
    named = []
    for row in rows:
        parts = [row[key] for key in keys if row[key]]
        if pairs or not parts:
            parts.append(f"{row['rater_a']} and {row['rater_b']}")
        named.append(", ".join(parts))
    return named
