"""The answer about the agreement of raters as a reviewer reads it in a terminal."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from metadx.estimands.agreement_headline import ESTIMANDS
from metadx.report.agreement_sentence import KAPPA_WORDS, first_sentence, named_rows
from metadx.report.agreement_shared import shared_lines
from metadx.report.checks import trust_lines
from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.numbers import interval, two_decimals, whole_percent
from metadx.report.remarks import remark_lines
from metadx.report.terminal import synthetic_mark

type Json = Mapping[str, Any]

#: What is written for the cross-tables that the printed numbers of a row leave.
_LEFT = {
    "table known": "known",
    "unique": "1",
    "impossible": "none",
    "misaligned only": "none",
    "no margins": "no margins",
    "no kappa": "no kappa",
    "too many to list": "too many",
}
_LONGEST_NAME = 12  # of a rater, to head a column
_ALIKE = (
    "Kappa at one margin: quadratic kappa of raters who give the categories alike, and {}. Latent "
    "r: correlation of what the raters see before they choose a category; it does not depend on "
    "how common a finding is or on where each draws the lines."
)
_AVERAGE = "as often as all rows here do on average"
_EQUAL = "all equally often, for no margin is known"
_ON_EQUAL_TERMS = {"kappa_standard": "kappa at one margin", "latent_rho": "latent r"}
_WHY_KAPPA = {
    "stated": "Kappa is {}, as the source states.",
    "mixed": "Kappa is {} where rows are compared: most of those that state their weights state "
    "these. A printed kappa stands beside one with its own weights.",
    "explained": "Kappa is {}: the source does not say so, but only these weights explain what it "
    "prints (`metadx check`).",
    "default": "Kappa is {}; linear and unweighted ones are in summary.csv.",
    "two categories": "With two categories all weights give the same kappa.",
}


def agreement_answer_text(
    found: Json,
    page: Page,
    *,
    question: str = "",
    doubts: Sequence[str] = (),
    findings: Sequence[str] = (),
) -> str:
    """Tell who agrees how well on what, what all rows say together, and whether to trust it.

    Parameters
    ----------
    found : mapping
        Content of a ``summary.json`` of kind "agreement".
    page : Page
        Where the text goes.
    question : str
        The review's question.
    doubts, findings : sequence of str
        What the review states as uncertain about its data; what the check of them noticed.

    Returns
    -------
    str
        Ends with a line feed.
    """
    level = f"{100 * found['settings']['prob']:.10g} %"
    blocks = (
        _heading(found, page, question, level),
        _answer(found, page),
        _kappas(found, page, level),
        _categories(found, page, level),
        _compared(found, page, level),
        shared_lines(found, page, level),
        trust_lines(found, page),
        remark_lines(found, page, doubts, findings),
        synthetic_mark(page, found["synthetic_note"]) if found["synthetic"] else [],
    )
    return "\n".join("\n".join([*block, ""]) for block in blocks if block)


def _heading(found: Json, page: Page, question: str, level: str) -> list[str]:
    engine, settings = found["engine"], found["settings"]
    bold, italic = (partial(tone, page, kind=kind) for kind in ("bold", "italic"))
    lines = synthetic_mark(page, found["synthetic_note"]) if found["synthetic"] else []
    lines += map(bold, paragraph(page, found["title"] or found["review"]))
    lines += map(italic, paragraph(page, question))
    model = (
        f"Model {found['model']['id']}, {engine['name']} engine"
        f"{' (the marginal one failed: see Notes)' if engine['fell_back'] else ''}, "
        f"{settings['draws']:,} draws, seed {settings['seed']}."
    )
    kind = f"Given throughout: posterior medians with {level} credible intervals (equal-tailed)."
    texts = (size_words(found["data"]), *_departures(found), model, kind)
    return lines + [line for text in texts for line in paragraph(page, text)]


def size_words(data: Json) -> str:
    """Say how much there is of what.

    Parameters
    ----------
    data : mapping
        The part "data" of the summary.

    Examples
    --------
    >>> size_words({"raters": ["A", "B"], "categories": ["no", "perhaps", "yes"], "n_rows": 1,
    ...             "n_findings": 1, "n_regions": 1, "n_studies": 1, "cases": [85, 85]})
    'A and B on a scale of 3 (no, perhaps, yes): 1 row of 85 cases.'
    """
    raters, scale = data["raters"], data["categories"]
    who = " and ".join(raters) if len(raters) == 2 else f"{len(raters)} raters"
    counted = [
        f"{data[f'n_{plural}']} {plural}"
        for plural in ("studies", "findings", "regions")
        if data[f"n_{plural}"] > 1
    ]
    low, high = data["cases"]
    cases = f"{low:,} cases" if low == high else f"{low:,} to {high:,} cases"
    rows = "1 row" if data["n_rows"] == 1 else f"{data['n_rows']} rows"
    if data["n_rows"] > 1 and low == high:
        cases += " each"
    of = f" ({', '.join(counted)})" if counted else ""
    return f"{who} on a scale of {len(scale)} ({', '.join(scale)}): {rows}{of} of {cases}."


def _departures(found: Json) -> list[str]:
    """Name what was asked for that changes the answer, or could not change it."""
    settings, rows = found["settings"], found["findings"]
    ranked = any(row["spearman_reported"] is not None for row in rows)
    unchecked = any(row["kappa_reported"] is not None and row["margins"] != "known" for row in rows)
    moved = any(row["audit"]["n_tables_misaligned"] and row["kappa_used"] for row in rows)
    said = []
    if not settings["spearman"]:
        said.append(
            "Printed rank correlations were left out, as asked for."
            if ranked
            else "Rank correlations were to be left out; none is printed."
        )
    if not settings["part_kappa"]:
        said.append(
            "Kappas of rows without margins were left out, as asked for."
            if unchecked
            else "Kappas of rows without margins were to be left out; there are none."
        )
    if settings["impossible"] == "misaligned":
        said.append(
            "Kappas that no table admits were taken as made from codes off by one, as asked for."
            if moved
            else "Kappas were to be taken as made from codes off by one; there are none of which "
            "that explains the print."
        )
    return said


def _answer(found: Json, page: Page) -> list[str]:
    lines = [tone(page, line, "bold") for line in paragraph(page, first_sentence(found))]
    for doubt in unused_words(found):
        lines += [tone(page, line, "bold") for line in paragraph(page, doubt)]
    if not any(row["association"] for row in found["findings"]):
        return lines
    kappa = found["kappa"]
    why = _WHY_KAPPA[kappa["reason"]].format(KAPPA_WORDS[kappa["weights"]])
    return [*lines, *paragraph(page, why)]


def _kappas(found: Json, page: Page, level: str) -> list[str]:
    """Lay out what was printed beside what was found; rows that nothing can check come apart."""
    printed = any(row["kappa_reported"] is not None for row in found["findings"])
    if not printed:
        return _alike(found, page, level)
    free = [row for row in found["findings"] if row["margins"] != "known"]
    firm = [row for row in found["findings"] if row not in free]
    mixed = found["kappa"]["reason"] == "mixed"
    lines = []
    if firm:
        rows = [
            [
                row["label"],
                *([row["kappa_weights"]] if mixed else []),
                printed_words(row),
                _tables_left(row),
                interval(row["estimands"][ESTIMANDS[row["kappa_weights"]]], two_decimals),
            ]
            for row in firm
        ]
        title = f"How well do they agree? (kappa, median and {level} interval)"
        head = ["", *(["weights"] if mixed else []), "printed", "tables left", "posterior"]
        lines = [tone(page, title, "bold"), *table(page, head, rows)]
        lines += _dim(page, "Tables left: cross-tables with the printed margins and figures.")
    if free:
        names = ["kappa_quadratic"]
        if any(row["estimands"].get("kappa_aligned") for row in free):
            names.append("kappa_aligned")
        rows = [
            [
                row["label"],
                printed_words(row),
                *(interval(row["estimands"].get(name), two_decimals) for name in names),
            ]
            for row in free
        ]
        title = "Rows without margins, whose kappa nothing can check (quadratic kappa)"
        lines += ["", *(tone(page, line, "bold") for line in paragraph(page, title))]
        lines += table(page, ["", "printed", "as coded", "if aligned"][: 2 + len(names)], rows)
        if len(names) > 1:
            lines += _dim(page, "If aligned: had both raters drawn the lines as expected of them.")
    if any(row["kappa_used"] is False for row in found["findings"]):
        lines += _dim(page, "*: printed kappa not used (see Notes).")
    return lines[1:] if lines and not lines[0] else lines


def unused_words(found: Json) -> list[str]:
    """Say which rows of the first sentence have a printed kappa that was not used.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.

    Returns
    -------
    list of str
        A sentence for each.
    """
    return [
        f"The kappa printed for {row['label']}, {printed_words(row).removesuffix(' *')}, was not "
        "used (see Notes): what is said of this row rests on its other figures."
        for row in named_rows(found)
        if row["kappa_reported"] is not None and not row["kappa_used"]
    ]


def printed_words(row: Json) -> str:
    """Write the kappa of a row as printed.

    Parameters
    ----------
    row : mapping
        An entry of "findings".

    Examples
    --------
    >>> printed_words({"kappa_reported": 0.7, "kappa_reported_lower": 0.58,
    ...                "kappa_reported_upper": 0.82, "kappa_reported_decimals": 2,
    ...                "kappa_reported_lower_decimals": 2, "kappa_reported_upper_decimals": 2,
    ...                "kappa_used": True})
    '0.70 (0.58 to 0.82)'
    """
    value = row["kappa_reported"]
    if value is None:
        return "-"
    below, above = row["kappa_reported_lower_decimals"], row["kappa_reported_upper_decimals"]
    low, high = row["kappa_reported_lower"], row["kappa_reported_upper"]
    limits = "" if low is None or high is None else f" ({low:.{below}f} to {high:.{above}f})"
    mark = "" if row["kappa_used"] else " *"
    return f"{value:.{row['kappa_reported_decimals']}f}{limits}{mark}"


def _tables_left(row: Json) -> str:
    audit = row["audit"]
    if row["kappa_used"] and audit["verdict"] == "misaligned only":
        return f"{audit['n_tables_misaligned']:,} misaligned"
    if audit["verdict"] in ("few", "many") and audit["n_tables"] is not None:
        return f"{audit['n_tables']:,}"
    return _LEFT.get(audit["verdict"], str(audit["verdict"]))


def _categories(found: Json, page: Page, level: str) -> list[str]:
    shares = {"agreement_exact": "same", "agreement_within1": "within one"}
    if len(found["data"]["categories"]) == 2:  # never more than one apart
        del shares["agreement_within1"]
    rows = [
        [
            row["label"],
            *(
                interval(row["estimands"][name], whole_percent)
                for name in (*shares, "a_higher", "b_higher")
            ),
        ]
        for row in found["findings"]
        if row["estimands"]["agreement_exact"] is not None
    ]
    if not rows:
        return []
    pairs = {(row["rater_a"], row["rater_b"]) for row in found["findings"]}
    raters: tuple[str, str] = next(iter(pairs))
    legend = ""
    if len(pairs) > 1:
        raters, legend = ("first", "second"), "First, second: rater, in the order of the name."
    elif max(map(len, raters)) > _LONGEST_NAME:
        legend = f"First: {raters[0]}. Second: {raters[1]}."
        raters = ("first", "second")
    head = ["", *shares.values(), *(f"{name} higher" for name in raters)]
    title = f"How often is the category the same? (% of cases, median and {level} interval)"
    lines = [*(tone(page, line, "bold") for line in paragraph(page, title))]
    lines += table(page, head, rows)
    if any(row["margins"] == "expected" for row in found["findings"]):
        legend += " Rows without margins: as if categories were aligned."
    return lines + _dim(page, f"{legend} {higher_words(found)}".strip())


def higher_words(found: Json) -> str:
    """Say which end of the scale is the higher one.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.

    Examples
    --------
    >>> higher_words({"data": {"categories": ["certain", "probable", "doubtful"]}})
    'Higher: in a category nearer the last of the scale, "doubtful".'
    """
    last = found["data"]["categories"][-1]
    return f'Higher: in a category nearer the last of the scale, "{last}".'


def _compared(found: Json, page: Page, level: str) -> list[str]:
    printed = any(row["kappa_reported"] is not None for row in found["findings"])
    return _alike(found, page, level) if printed else []


def _alike(found: Json, page: Page, level: str) -> list[str]:
    """Lay out how alike raters see, whatever the frequencies; with kappa where it is not above."""
    if not any(row["association"] for row in found["findings"]):
        return []
    name = found["kappa"]["estimand"]
    names = [name] if all(row["kappa_reported"] is None for row in found["findings"]) else []
    names += ["kappa_standard", "latent_rho"]
    counted = len(names) > len(_ON_EQUAL_TERMS) and any(
        row["kappa_observed"] is not None for row in found["findings"]
    )
    rows = [
        [
            row["label"],
            *([_observed(row)] if counted else []),
            *(interval(row["estimands"][name], two_decimals) for name in names),
        ]
        for row in found["findings"]
    ]
    title = (
        f"How well do they agree? (median and {level} interval)"
        if len(names) > len(_ON_EQUAL_TERMS)
        else f"And on equal terms? (median and {level} interval)"
    )
    head = ["", *(["observed"] if counted else [])]
    head += [_ON_EQUAL_TERMS.get(name, "kappa") for name in names]
    known = len(set(found["standard_margin"])) > 1 or any(
        row["margins"] == "known" for row in found["findings"]
    )
    legend = ("Observed: kappa of the cases seen. " if counted else "") + _ALIKE.format(
        _AVERAGE if known else _EQUAL
    )
    return [tone(page, title, "bold"), *table(page, head, rows), *_dim(page, legend)]


def _observed(row: Json) -> str:
    return "-" if row["kappa_observed"] is None else two_decimals(row["kappa_observed"])


def _dim(page: Page, text: str) -> list[str]:
    return [tone(page, line, "dim") for line in paragraph(page, text.strip())] if text else []
