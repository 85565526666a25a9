"""The section on risk of bias and applicability."""

from collections.abc import Iterable, Iterator

from metadx.report.html.blocks import Block, Section, Text
from metadx.report.html.source import Source
from metadx.report.html.table import Column, Table
from metadx.studies.quadas import Quadas, domain_words, quadas_of

_FIGURES = ("quadas-traffic-light", "quadas-bars", "sroc-by-risk-of-bias")
_TITLE = "Risk of bias and applicability"
_NONE = "not judged"


def quadas_section(source: Source) -> Section:
    """Give the judgements on every study; or say that the table has none.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    found = quadas_of(source.analysis.main.table)
    if found is None:
        text = (
            "The study table has no QUADAS columns (rob_*, app_*), so nothing is said of the risk "
            "of bias and of applicability. That is no sign of low risk."
        )
        return Section("quadas", _TITLE, (Text(text, "note"),))
    blocks: list[Block] = [Text(_sentence(found), "lead"), *_doubts(found)]
    blocks += [_counts(found), *source.figures(*_FIGURES), _judgements(found)]
    return Section("quadas", f"{_TITLE} (QUADAS-{found.version})", tuple(blocks))


def _sentence(found: Quadas) -> str:
    size = len(found.study)
    counts = {verdict: found.overall.count(verdict) for verdict in ("high", "low")}
    for verdict, count in counts.items():
        if count == size:
            every = "The one study has" if size == 1 else f"All {size} studies have"
            return f"{every} a {verdict} risk of bias overall."
    if not counts["low"] and found.missing_domains and not found.stated:
        high = f"{counts['high']} {'has' if counts['high'] == 1 else 'have'}"
        return (
            f"Of {size} studies {high} a high risk of bias overall; none can be called low, for "
            "not every domain has a column."
        )
    said = [f"{count} {'has' if count == 1 else 'have'}" for count in counts.values()]
    return f"Of {size} studies {said[0]} a high risk of bias overall and {said[1]} a low one."


def _doubts(found: Quadas) -> Iterator[Text]:
    if found.missing_domains:
        names = ", ".join(map(domain_words, found.missing_domains))
        yield Text(f"Domains without a column: {names}.", "warning")
    if found.disagreements:
        names = ", ".join(found.study[place] for place in found.disagreements)
        text = f"The stated overall judgement is not that of the rule for: {names}."
        yield Text(text, "warning")


def _label(name: str) -> str:
    kind, _, domain = name.partition("_")
    return f"{'Risk of bias' if kind == 'rob' else 'Applicability'}: {domain_words(domain)}"


def _counts(found: Quadas) -> Table:
    verdicts = ("low", found.uncertain, "high", None)
    columns = (
        Column("domain", "Domain"),
        *(
            Column(str(verdict or "not_judged"), (verdict or _NONE).capitalize(), "number")
            for verdict in verdicts
        ),
    )
    every = {**found.judgements, "rob_overall": found.overall}
    rows = tuple(
        (_label(name), *(judged.count(verdict) for verdict in verdicts))
        for name, judged in every.items()
    )
    return Table("quadas-counts", "Judgements by domain, number of studies", columns, rows)


def _judgements(found: Quadas) -> Table:
    every = {**found.judgements, "rob_overall": found.overall}
    columns = (
        Column("study", "Study"),
        *(
            Column(
                name,
                domain_words(name.partition("_")[2]).capitalize(),
                empty=_NONE,
                above="Risk of bias" if name.startswith("rob") else "Concerns about applicability",
            )
            for name in _ordered(every)
        ),
    )
    rows = tuple(
        (study, *(every[name][place] for name in _ordered(every)))
        for place, study in enumerate(found.study)
    )
    note = (
        "Overall: high where any domain is high, low where all are low. The risk overall belongs "
        "to the estimate, not to the study as a whole (QUADAS-3)."
    )
    return Table("quadas", "Judgements of each study", columns, rows, (note,))


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: name.startswith("app"))
