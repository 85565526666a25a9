"""The answer about the agreement of raters in one sentence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from metadx.report.numbers import interval, percent, two_decimals, two_digits

type Json = Mapping[str, Any]

KAPPA_WORDS = {
    "unweighted": "unweighted",
    "linear": "linearly weighted",
    "quadratic": "quadratically weighted",
}
_SPOKEN = {"unweighted": "kappa", "linear": "linear kappa", "quadratic": "quadratic kappa"}
_CLEAR = 0.8  # probability from which a row is called the best without reserve


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
    if not any(row["association"] for row in rows):
        raters = "; ".join(sorted({_who(row) for row in rows}))
        return f"Nothing here tells how well {raters} agree (see Notes)."
    ranked = next((r for r in found["ranks"] if r["estimand"] == name), None)
    if ranked is None:
        return (
            "The rows cannot be ranked by kappa: it is not identified in enough of them (see "
            "Notes)."
        )
    compared = [next(r for r in rows if r["label"] == label) for label in ranked["labels"]]
    where = distinct_names(compared)
    if len(compared) == 2:
        ahead = [ranked["prob_rank"][i][0] for i in (0, 1)]
        return _two(compared, where, ahead, lambda row: _values(row, name, kappa, level))
    told = []
    for place, word in ((0, "best"), (-1, "least")):
        # The likelier to hold that place; of equals the one that comes first.
        index = _at_the_end(ranked, place)
        prob = ranked["prob_rank"][index][place]
        values = _values(compared[index], name, kappa, level)
        words = (
            f"{where[index]} ({values}; {word} of {len(compared)} with probability "
            f"{two_digits(prob)})"
        )
        told.append(("" if prob >= _CLEAR else "most likely ", words))
    (sure_best, best), (sure_least, least) = told
    if len({(row["rater_a"], row["rater_b"]) for row in compared}) > 1:
        return (
            f"Of the {len(compared)} pairs of raters the two that agree best are {sure_best}"
            f"{best}; those that agree least are {sure_least}{least}."
        )
    who, on = _who(compared[0]), _on(compared)
    return f"{who} {sure_best}agree best {on} {best} and {sure_least}least {on} {least}."


def _at_the_end(ranked: Json, place: int) -> int:
    chances = ranked["prob_rank"]
    return max(range(len(chances)), key=lambda i: chances[i][place])


def named_rows(found: Json) -> list[Json]:
    """Return the rows that `first_sentence` names.

    Parameters
    ----------
    found : mapping
        Content of a ``summary.json`` of kind "agreement".

    Returns
    -------
    list of mapping
        Entries of "findings".
    """
    rows, name = found["findings"], found["kappa"]["estimand"]
    if len(rows) == 1:
        return list(rows)
    ranked = next((r for r in found["ranks"] if r["estimand"] == name), None)
    if ranked is None:
        return []
    labels = {ranked["labels"][_at_the_end(ranked, place)] for place in (0, -1)}
    if len(ranked["labels"]) == 2:
        labels = {*ranked["labels"]}
    return [row for row in rows if row["label"] in labels]


def _two(
    rows: Sequence[Json], where: Sequence[str], best: Sequence[float], said: Callable[[Json], str]
) -> str:
    """Compare two rows; of two the better one is the better with a probability of .5 at least."""
    first = 0 if best[0] >= best[1] else 1
    prob = two_digits(best[first])
    more, less = (f"{where[i]} ({said(rows[i])})" for i in (first, 1 - first))
    pairs = len({(row["rater_a"], row["rater_b"]) for row in rows}) > 1
    who, on = ("", "") if pairs else (f"{_who(rows[0])} ", f"{_on(rows)} ")
    if best[first] < _CLEAR:
        cannot = "It cannot be told "
        cannot += "which pair agrees better" if pairs else f"on which {who}agree better"
        if on == "in ":
            cannot = f"It cannot be told where {who}agree better"
        return f"{cannot}: {more} or {less}; {where[first]} with probability {prob}."
    agree = "agree better than" if pairs else f"agree better {on}"
    if pairs:
        return f"{more} {agree} {less}, with probability {prob}."
    return f"{who}{agree}{more} than {on}{less}, with probability {prob}."


def _values(row: Json, name: str, kappa: str, level: str) -> str:
    median, _, limits = interval(row["estimands"][name], two_decimals).partition(" (")
    return f"{kappa} {median}, {level} {limits.rstrip(')')}"


def _who(row: Json) -> str:
    return f"{row['rater_a']} and {row['rater_b']}"


def _on(rows: Sequence[Json]) -> str:
    return "on" if len({row["finding"] for row in rows}) > 1 else "in"


def _alone(row: Json, name: str, kappa: str, level: str) -> str:
    who = _who(row)
    values, same = row["estimands"][name], row["estimands"]["agreement_exact"]
    if values is None:
        seen = row["estimands"]["latent_rho"]
        if not row["association"] or seen is None or row["margins"] == "known":
            return f"The kappa of {who} is not identified (see Notes)."
        median, _, limits = interval(seen, two_decimals).partition(" (")
        return (
            f"What {who} see correlates with {median} ({level} {limits}; their kappa is not "
            "identified, for no margins are known (see Notes)."
        )
    median, _, limits = interval(values, two_decimals).partition(" (")
    again = ""
    if same is not None and row["margins"] == "known":
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
