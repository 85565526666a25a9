"""Every valid table gets an answer: whole, honest about what the data cannot say, valid JSON."""

from pathlib import Path

import numpy as np
import pytest

from tests.plumbing.report.read_page import read_page

BASE = [(20, 5, 4, 60), (15, 2, 6, 40), (33, 9, 3, 80), (12, 1, 5, 33), (40, 6, 10, 90)]
HUGE = [
    (8_000_000, 100_000, 2_000_000, 9_900_000),
    (9_000_000, 500_000, 1_000_000, 9_500_000),
    (7_000_000, 10_000, 3_000_000, 9_990_000),
    (8_500_000, 200_000, 1_500_000, 9_800_000),
]
TINY = [(4, 1, 1, 4), (3, 0, 2, 5), (5, 0, 0, 5)]


def simulated(n_studies, tau, size):
    """Counts of studies whose logits have means (1, 2) and standard deviation tau."""
    rng = np.random.default_rng(3)
    p = 1 / (1 + np.exp(-(np.array([1.0, 2.0]) + tau * rng.standard_normal((n_studies, 2)))))
    hits = rng.binomial(size, p)
    return [(int(a), int(size - d), int(size - a), int(d)) for a, d in hits]


PRIOR_LED = "heterogeneity: Prior-led"
NO_RANGE = "pauc, pauc_range: Not defined"
I2_FALLS = "i2_joint, i2_sens, i2_spec: Zhou and Dendukuri's I² falls"
ONE_ARM = "i2_higgins_sens, i2_higgins_spec: Not defined: fewer than two"
SAME = "r_jackson_joint, r_jackson_{0}, i2_jackson_joint, i2_jackson_{0}: Not defined: all results"
# Rows, what the notes must say ("about: text" begins like this), what must be null.
CASES = {
    "one study": (BASE[:1], [PRIOR_LED, NO_RANGE, ONE_ARM], ["pauc", "i2_higgins_sens"]),
    "two studies": (BASE[:2], [PRIOR_LED], []),
    "three studies": (BASE[:3], [PRIOR_LED], []),
    "four studies": (BASE[:4], [], []),
    "tp = 0": (
        [(0, b, a + c, d) for a, b, c, d in BASE],
        ["sens: tp = 0 in every study", SAME.format("sens")],
        [],
    ),
    "fn = 0": ([(a + c, b, 0, d) for a, b, c, d in BASE], ["sens: fn = 0 in every study"], []),
    "fp = 0": (
        [(a, 0, c, b + d) for a, b, c, d in BASE],
        ["spec: fp = 0 in every study", NO_RANGE, SAME.format("spec")],
        ["pauc", "pauc_range", "r_jackson_joint"],
    ),
    "tn = 0": (
        [(a, b + d, c, 0) for a, b, c, d in BASE],
        ["spec: tn = 0 in every study", NO_RANGE],
        ["pauc", "pauc_range"],
    ),
    "all perfect": (
        [(a + c, 0, 0, b + d) for a, b, c, d in BASE],
        ["sens: fn = 0 in every study", "spec: fp = 0 in every study"],
        ["pauc", "pauc_range"],
    ),
    "all wrong": (
        [(0, b + d, a + c, 0) for a, b, c, d in BASE],
        ["sens: tp = 0 in every study", "spec: tn = 0 in every study"],
        ["pauc", "pauc_range"],
    ),
    "one perfect study": ([(9, 0, 0, 9)], [PRIOR_LED, "sens: fn = 0", "spec: fp = 0"], ["pauc"]),
    "identical": (BASE[:1] * 10, [NO_RANGE], ["pauc", "pauc_range"]),
    "one empty arm": (
        [*BASE[:4], (10, 0, 2, 0)],
        ["spec: Without non-diseased participants", "studies: The spec of a study without"],
        [],
    ),
    "no specificity": (
        [(a, 0, c, 0) for a, _, c, _ in BASE],
        ["spec: No study has non-diseased", "mu[spec], tau[spec], rho, spec, spec_population"],
        ["spec", "spec_new", "lr_pos", "dor", "auc", "pauc", "ppv", "i2_joint", "hsroc_beta"],
    ),
    "no sensitivity": (
        [(0, b, 0, d) for _, b, _, d in BASE],
        ["sens: No study has diseased", "mu[sens], tau[sens], rho, sens, sens_population"],
        ["sens", "sens_new", "lr_neg", "youden", "auc", "npv", "mor_sens"],
    ),
    "one arm of one person each": (
        [(1, 0, 0, 0), (0, 0, 1, 1), (0, 1, 0, 0)],
        [PRIOR_LED, "sens: Without diseased", "spec: Without non-diseased"],
        [],
    ),
    "ten million": (HUGE, [], []),
    "two of ten million": (HUGE[:2], [PRIOR_LED], []),
    "ten million and five": ([*HUGE[:2], *TINY], [], []),
    "ten million, fp = 0": (
        [(a, 0, c, b + d) for a, b, c, d in HUGE],
        ["spec: fp = 0 in every study"],
        ["pauc"],
    ),
    "ten million, identical": (HUGE[:1] * 5, [NO_RANGE], ["pauc"]),
    "the largest counts": ([(2**31, 5, 3, 2**31), *BASE[:1]], [PRIOR_LED], []),
    "500 studies": (simulated(500, 0.7, 100), [], []),
    "tau = 35": (simulated(20, 35.0, 100), [I2_FALLS], []),
    "tau = 35, large": (simulated(8, 35.0, 10**6), [I2_FALLS], []),
    "more studies than effects are drawn for": (
        BASE * 201,
        ["studies: sens and spec of each study were not drawn"],
        [],
    ),
}


def nulls(found):
    """Every null of a summary that needs a reason, by the name a note uses."""
    for name, value in found["parameters"].items():
        if value is None:
            yield name
    for name, value in found["groups"][0]["estimands"].items():
        rows = value if isinstance(value, list) and name != "pauc_range" else [value]
        if any(row is None or (isinstance(row, dict) and None in row.values()) for row in rows):
            yield name
    for row in found["studies"]:
        for name in ("sens", "spec"):
            if row[name] is None:
                yield name
        if row["pareto_k"] is None or row["elpd"] is None:
            yield "studies"
    yield from (check["name"] for check in found["checks"] if check["value"] is None)


@pytest.mark.parametrize("name", CASES)
def test_a_valid_table_gets_an_answer(cli, study_table, name):
    rows, wanted, empty = CASES[name]
    done = cli("run", study_table(rows), "--quick", "--json")
    found = done.json
    notes = [f"{note['about']}: {note['text']}" for note in found["notes"]]
    assert done.status in (0, 1)
    assert (done.status == 0) == all(check["passed"] for check in found["checks"])
    assert (done.err == "") == (done.status == 0)
    for text in wanted:
        assert any(note.startswith(text) for note in notes), (text, notes)
    estimands = found["groups"][0]["estimands"]
    for estimand in empty:
        assert estimands[estimand] is None, estimand
    assert ("heterogeneity" in {n["about"] for n in found["notes"]}) == (len(rows) < 4)
    explained = {about for note in found["notes"] for about in note["about"].split(", ")}
    drawn = found["settings"]["draws"] and len(rows) <= 1000
    for null in nulls(found):
        assert null in explained or (not drawn and null in ("sens", "spec")), null
    assert len(found["studies"]) == len(rows)


@pytest.mark.parametrize("name", CASES)
def test_the_same_is_told_in_words(cli, study_table, name):
    rows, wanted, _ = CASES[name]
    if len(rows) > 100:
        rows = rows[:100]  # the words do not depend on the number
    done = cli("run", study_table(rows), "--quick", "--draws", "1000")
    assert done.out.isprintable() or {c for c in done.out if not c.isprintable()} == {"\n"}
    assert max(map(len, done.out.splitlines())) <= 80
    assert "…" not in done.out
    assert "nan" not in done.out
    assert "None" not in done.out
    assert ("prior-led" in done.out) == (PRIOR_LED in wanted)


@pytest.mark.parametrize("name", ["one study", "no specificity", "all perfect", "two studies"])
def test_the_whole_run_with_figures_and_report_ends_well(cli, study_table, name, monkeypatch):
    monkeypatch.setattr("metadx.report.figures.FORMATS", ("svg",))
    rows, _, _ = CASES[name]
    done = cli("run", study_table(rows), "--draws", "1000", "--out", "r")
    assert done.status == 0
    assert done.err == ""
    assert "Written to r: " in done.out
    written = {path.name for path in Path("r").iterdir()}
    assert written >= {"fit.nc", "forest.svg", "sroc.svg", "criticism.json", "summary.json"}
    page = read_page(Path("r/report.html").read_text(encoding="utf-8"))
    assert page.faults == []
    assert "could not be drawn" not in page.text
    assert "The program failed" not in page.text
    assert ("Prior-led" in page.text) == (len(rows) < 4)
