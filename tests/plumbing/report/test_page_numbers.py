"""Every number of every table of the page is the one of the summary or of the criticism."""

import csv
import io
import re
from itertools import chain

import pytest

import metadx
from metadx.report.exports import table_csv
from tests.plumbing.report.page_sources import (
    WORDS,
    of_the_answer,
    of_the_covariates,
    of_the_criticism,
    of_the_data,
    small_studies,
)

#: What stands over the columns, where two columns hold quantities of one kind.
HEADINGS = {
    "flow": ["Step", "Studies", "With the condition", "Without"],
    "accuracy": ["%", "Median study", "Mean of studies", "New study (prediction)"],
    "ratios": ["Measure", "Median study", "New study (prediction)"],
    "heterogeneity": ["Measure", "Sensitivity", "Specificity", "Both together"],
    "predictive-values": [
        *("Prevalence", "Median study", "New study"),
        *("PPV, %", "NPV, %", "PPV, %", "NPV, %"),
    ],
    "chances": ["Target", "Target set by", "Median study, %", "New study, %"],
    "net-benefit": [
        *("Prevalence", "Threshold", "Treat all", "Testing, median study", "Best, %"),
        *("Testing, new study", "Best, %"),
    ],
    "influence": [
        *("Without", "Shift, sd", "Sensitivity, %", "Specificity, %", "τ sens", "τ spec", "AUC"),
        *("LR−", "P(LR− < 0.1), %", "P(LR+ > 10), %", "k"),
    ],
    "outliers": [
        *("Study", "p of the pair", "p of sensitivity", "p of specificity", "Distance, sd"),
        *("Expected sensitivity, %", "Expected specificity, %", "Verdict"),
    ],
    "weights": ["Study", "Sensitivity, %", "Specificity, %", "Both, %"],
    "alternatives": [
        *("Model", "elpd less the best", "Standard error", "Stacking weight, %", "Link"),
        *("Sensitivity, %", "Specificity, %", "τ sens", "τ spec", "ρ", "LR+", "LR−", "AUC"),
        *("P(LR− < 0.1), %", "P(LR+ > 10), %", "Checks", "median", "new", "median", "new"),
    ],
    "studies": [
        *("Study", "TP", "FP", "FN", "TN", "Sensitivity, %", "Specificity, %", "Left out"),
        *("Observed", "Modelled", "Observed", "Modelled", "elpd", "k"),
    ],
}
LABELS = {
    "accuracy": ("Sensitivity", "Specificity"),
    "ratios": ("Positive likelihood", "Negative likelihood", "Diagnostic odds"),
    "measures": ("Youden", "Area under", "Mean height"),
    "heterogeneity": (
        *("Between-study sd", "Median odds", "95 % prediction", "Correlation"),
        *("I² of Zhou", "I² of Jackson", "I² of Higgins"),
    ),
    "findings": ("True positives", "False negatives", "False positives", "True negatives"),
    "chances": ("LR− below", "LR+ above", "Sensitivity above", "Specificity above"),
}
NUMBER = re.compile(r"[<>]?[-−+]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")


def read(text):
    reader = csv.DictReader(io.StringIO(text))
    return list(reader.fieldnames), list(reader)


def compare(name, columns, rows, wanted):
    """Hold every cell of a table against where it comes from."""
    assert len(rows) == len(wanted), name
    for place, (row, expected) in enumerate(zip(rows, wanted, strict=True)):
        # A column that nobody told the source of, or that has gone, fails here.
        assert sorted(columns) == sorted(expected), name
        for column, value in expected.items():
            where = f"{name}, row {place}, {column}: {row[column]!r}"
            if value is None:
                assert row[column] == "", where
            elif value is not WORDS:
                assert row[column] != "", where
                assert float(row[column]) == pytest.approx(value, rel=1e-12, abs=1e-12), where


@pytest.fixture(scope="module")
def files(whole):
    folder, _, _, _ = whole
    return {
        path.stem.removeprefix("table-"): read(path.read_text(encoding="utf-8"))
        for path in folder.glob("table-*.csv")
    }


def test_every_number_of_the_tables_comes_from_the_summary_or_the_criticism(whole, files):
    _, _, found, criticism = whole
    table = metadx.load_dataset("galactomannan-children").table
    wanted = {
        **of_the_data(found, table),
        **of_the_answer(found),
        **of_the_criticism(criticism),
    }
    if small := small_studies(criticism):
        wanted["small-studies"] = small
    assert set(files) == set(wanted)  # a table that nobody told the source of fails here
    for name, (columns, rows) in files.items():
        compare(name, columns, rows, wanted[name])


def test_the_page_shows_what_the_files_hold(whole, files):
    """Each number on the page is that of the file, rounded; per cent where it says so."""
    _, page, _, _ = whole
    names = [one.removeprefix("table-") for one in page.ids if one.startswith("table-")]
    compared = 0
    for name, (title, cells) in zip(names, page.tables.items(), strict=True):
        columns, rows = files[name]
        head, body = cells[: len(cells) - len(rows)], cells[len(cells) - len(rows) :]
        heads = [key.removesuffix("_median") for key in columns if not _limit(key, columns)]
        over = _headings(head, len(heads))
        for shown, row in zip(body, rows, strict=True):
            for key, label, text in zip(heads, over, shown, strict=True):
                values = [row[key]] if key in columns else [row[f"{key}_{p}"] for p in _PARTS]
                where = f"{name} ({title}), {shown[0]}, {key}: {text}"
                per_cent = name in _PER_CENT or ", %" in label + shown[0] or "%" in text
                scales = (100,) if per_cent and name not in _AS_THEY_ARE else (1,)
                if len(head) > 1 and per_cent:
                    scales = (100, 1)  # the headings of two rows are not told apart
                compared += _same(text, values, scales, where)
    assert compared > 500


_PARTS = ("median", "lower", "upper")
_PER_CENT = {"accuracy"}  # its one "%" stands above the names of the rows
_AS_THEY_ARE = {"weights", "findings", "findings-new"}  # a "%" that is not of the cells


def _limit(key, columns):
    return f"{key.rpartition('_')[0]}_median" in columns and key.endswith(("_lower", "_upper"))


def _headings(head, width):
    """The heading of each column; of two rows of headings the lower one names the column."""
    return head[0] if len(head) == 1 and len(head[0]) == width else [" ".join(chain(*head))] * width


def _same(text, values, scales, where):
    try:
        wanted = [float(value) for value in values if value]
    except ValueError:
        return 0  # words
    seen = NUMBER.findall(text)
    if not wanted or (len(seen) != len(wanted) and len(seen) != 1):
        return 0
    for one, value in zip(seen, wanted, strict=False):
        sign, digits = one[0], one.lstrip("<>").replace(",", "").replace("−", "-")
        number = float(digits)
        half = 0.5000001 * 10.0 ** -len(digits.partition(".")[2])
        if "e" in digits or number == round(number, -1):
            half = max(half, 1e-3 * abs(number))
        if sign == "<":
            assert any(scale * value <= number for scale in scales), where
        elif sign == ">":
            assert any(scale * value >= number for scale in scales), where
        else:
            near = [abs(scale * value - number) <= half + 1e-9 for scale in scales]
            assert any(near), where
    return len(seen)


def test_headings_stand_over_their_columns(whole, files):
    _, page, _, _ = whole
    names = [one.removeprefix("table-") for one in page.ids if one.startswith("table-")]
    tables = dict(zip(names, page.tables.values(), strict=True))
    for name, headings in HEADINGS.items():
        _, rows = files[name]
        assert [*chain(*tables[name][: len(tables[name]) - len(rows)])] == headings, name
    for name, labels in LABELS.items():
        _, rows = files[name]
        body = tables[name][len(tables[name]) - len(rows) :]
        for label, row in zip(labels, body, strict=False):
            assert row[0].startswith(label), name


def test_the_sentence_of_the_findings_is_that_of_its_table(whole):
    _, page, found, _ = whole
    rows = found["decision"]["per_1000"]
    row = rows[len(rows) // 2]["median"]
    missed, alarms = (f"{row[cell]['median']:.3g}" for cell in ("fn", "fp"))
    told = re.search(r"would miss ([\d.]+) \(.*? and give ([\d.]+) \(", page.text)
    assert float(told[1]) == pytest.approx(float(missed), abs=0.5)
    assert float(told[2]) == pytest.approx(float(alarms), abs=0.5)
    assert abs(float(missed) - float(alarms)) > 1


def test_every_number_of_the_tables_of_covariates_comes_from_the_summary(page_of):
    _, page, found, tables = page_of(metadx.load_dataset("anti-ccp"), subgroup="generation")
    files = {name: read(table_csv(table)) for name, table in tables.items()}
    wanted = {**of_the_answer(found), **of_the_covariates(found)}
    told = {*wanted, "flow", "columns", "priors", "characteristics", "revman"}
    assert set(files) - told == set()
    assert set(wanted) - set(files) == set()
    for name, rows in wanted.items():
        compare(name, *files[name], rows)
    values = {row["parameter"]: row for row in files["revman"][1]}
    p, whole = found["parameters"], found["groups"][0]["parameters"]
    for margin, key in (("sens", "Se"), ("spec", "Sp")):
        mean, step = p[f"mu[{margin}]"]["mean"], p[f"beta[{margin},generation=CCP2]"]["mean"]
        row = values[f"E(logit{key})"]
        assert float(row["all"]) == pytest.approx(whole[f"mu[{margin}]"]["mean"], abs=1e-6)
        assert float(row["CCP1"]) == pytest.approx(mean, abs=1e-6)
        assert float(row["CCP2"]) == pytest.approx(mean + step, abs=1e-6)
    assert page.faults == []


def limits_of(value):
    """Every interval of a document."""
    if isinstance(value, dict):
        if {"lower", "median", "upper"} <= value.keys():
            yield value
        for inner in value.values():
            yield from limits_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from limits_of(inner)


def test_no_interval_is_upside_down(whole):
    _, _, found, criticism = whole
    for document, least in ((found, 50), (criticism, 100)):
        intervals = [one for one in limits_of(document) if None not in one.values()]
        assert len(intervals) > least
        assert all(one["lower"] <= one["median"] <= one["upper"] for one in intervals)
        assert any(one["lower"] < one["upper"] for one in intervals)


def test_a_rare_condition_is_counted_of_so_many_that_it_shows(page_of):
    from metadx.report.html.findings import findings_section
    from metadx.report.html.source import Source

    review = metadx.load_dataset("telomerase")
    analysis = metadx.analyse(review, draws=400)
    found = metadx.summary(analysis, prevalence=[0.0005])
    section = findings_section(Source(found, review, analysis, {}, {}, {}))
    lead, table, _, values = section.blocks[:4]
    sens = found["groups"][0]["estimands"]["sens"]
    assert lead.text.startswith("Of 100,000 people tested, 50 of them with the target condition")
    hits = table.rows[0][1]
    assert hits["median"] == pytest.approx(50 * sens["median"], rel=1e-3)
    assert table.columns[0].label == "Per 100,000 tested"
    npv = values.columns[2].shown(values.rows[0][2])
    assert re.match(r"99\.9\d\d", npv)
