"""The summary of findings: what the accuracy means for a thousand people tested."""

from collections.abc import Mapping, Sequence

from metadx.report.html.blocks import Section, Text
from metadx.report.html.source import Json, Source
from metadx.report.html.table import Column, Table
from metadx.report.missing import ILLUSTRATIVE
from metadx.report.numbers import fine_percent, percent
from metadx.report.people import number_tested, who_is_tested

_THOUSAND = 1000  # of whom summary.json counts
_ROWS = (
    ("True positives: found", "tp"),
    ("False negatives: missed", "fn"),
    ("False positives: false alarms", "fp"),
    ("True negatives: cleared", "tn"),
)
_ADVICE = (
    "Take the prevalence from your own setting or from cohort studies, never from case-control "
    "studies. Certainty of the evidence (GRADE) is for the authors to judge."
)


def findings_section(source: Source) -> Section:
    """Give true and false positives and negatives per 1,000 at each prevalence.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    told, data = source.found["decision"]["per_1000"], source.found["data"]
    if not told:
        text = (
            "Not identified: counts per 1,000 need both sensitivity and specificity, and no study "
            "has one of the two groups."
        )
        return Section("findings", "Summary of findings", (Text(text, "note"),))
    illustrative = any(note["text"] == ILLUSTRATIVE.text for note in source.found["notes"])
    lead = "The prevalences are illustrative, for none was given (--prevalence). "
    blocks = (
        Text(_sentence(told, who_is_tested(data)), "lead"),
        _table(source, told, "median", "the median study", "findings"),
        _table(source, told, "new", "a new study", "findings-new"),
        _predictive(source),
        Text((lead if illustrative else "") + _ADVICE, "note"),
    )
    return Section("findings", "Summary of findings", blocks)


def people(x: float) -> str:
    """Write a number of people: whole, with a decimal where there are few.

    Examples
    --------
    >>> [people(x) for x in (0.004, 0.32, 9.96, 123.4)]
    ['<0.1', '0.3', '10', '123']
    """
    if x < 0.05:
        return "<0.1"
    return f"{x:.1f}" if x < 9.95 else f"{x:,.0f}"


def _sentence(rows: Sequence[Json], tested: str) -> str:
    row, size = rows[len(rows) // 2], _size(rows)
    missed, alarms = (_range(_of(size, row["median"][cell])) for cell in ("fn", "fp"))
    return (
        f"Of {size:,} {tested}, {people(size * row['prevalence'])} of them with the "
        f"target condition, the median study would miss {missed} and give {alarms} a false alarm."
    )


def _size(rows: Sequence[Json]) -> int:
    return number_tested([row["prevalence"] for row in rows])


def _of(size: int, values: Mapping[str, float]) -> Mapping[str, float]:
    """Count of so many tested what is counted of a thousand."""
    if size == _THOUSAND:
        return values
    return {key: size / _THOUSAND * values[key] for key in ("median", "lower", "upper")}


def _range(values: Mapping[str, float]) -> str:
    return f"{people(values['median'])} ({people(values['lower'])} to {people(values['upper'])})"


def _table(source: Source, told: Sequence[Json], kind: str, words: str, name: str) -> Table:
    size = _size(told)
    columns = [Column("result", f"Per {size:,} tested")]
    columns += [
        Column(
            f"prevalence_{row['prevalence']!r}",
            f"Prevalence {100 * row['prevalence']:.4g} %",
            "interval",
            people,
        )
        for row in told
    ]
    rows = tuple((label, *(_of(size, row[kind][cell]) for row in told)) for label, cell in _ROWS)
    data = source.found["data"]
    studies = "1 study" if data["n_studies"] == 1 else f"{data['n_studies']:,} studies"
    note = (
        f"Posterior medians with {source.level} credible intervals of {words}, from "
        f"{data['n_diseased']:,} {data['counted']} with and {data['n_nondiseased']:,} without the "
        f"target condition ({studies})."
    )
    title = f"Per {size:,} {who_is_tested(data)}, by {words}"
    return Table(name, title, tuple(columns), rows, (note,))


def _predictive(source: Source) -> Table:
    estimands = source.estimands
    columns = [Column("prevalence", "Prevalence", "number", lambda p: f"{100 * p:.4g} %")]
    rare = _size(estimands["ppv"]) > _THOUSAND
    write = fine_percent if rare else percent
    keys = (("ppv", "PPV, %"), ("npv", "NPV, %"), ("ppv_new", "PPV, %"), ("npv_new", "NPV, %"))
    columns += [
        Column(key, label, "interval", write, above="New study" if "_" in key else "Median study")
        for key, label in keys
    ]
    rows = [
        (row["prevalence"], *(estimands[key][place] for key, _ in keys))
        for place, row in enumerate(estimands["ppv"])
    ]
    title = "Predictive values: the chance that a positive, or a negative, result is right"
    return Table("predictive-values", title, tuple(columns), tuple(rows))
