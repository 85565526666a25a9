"""The page of a result: sound HTML that loads nothing, with every part and the right numbers."""

import csv
import json
import re

import pytest

import metadx
from metadx import resources
from metadx.criticism.appraisal import PARTS
from metadx.report.numbers import percent, three_digits

CRITICISM = (
    *("predictive", "influence", "outliers", "cumulative", "priors-matter", "alternatives"),
    *("small-studies", "weights"),
)
SECTIONS = (
    *("question", "flow", "findings", "answer", "figures", "heterogeneity", "covariates"),
    *("decision", "criticism", *CRITICISM, "quadas", "methods", "revman", "studies", "trust"),
    *("notes", "doubts", "transcription", "prisma", "reproduce"),
)


def rows_of(folder, name):
    with (folder / f"table-{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_strict_reader_finds_no_fault(whole):
    _, page, _, _ = whole
    assert page.faults == []
    assert [one for one in SECTIONS if one not in page.ids] == []


def test_every_figure_is_there_with_its_words(whole):
    folder, page, _, _ = whole
    stems = {path.stem for path in folder.glob("*.svg")}
    assert stems == {one.removeprefix("figure-") for one in page.ids if one.startswith("figure-")}
    assert len(stems) >= 17
    assert len(page.pictures) == len(stems)
    assert all(len(alt) > 20 for alt in page.pictures)
    assert "could not be drawn" not in page.text


def test_no_letter_of_a_figure_is_lost_with_its_caption(whole):
    """Outlines that a picture takes from elsewhere must be in the same picture."""
    folder, _, _, _ = whole
    text = (folder / "report.html").read_text(encoding="utf-8")
    pictures = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    for picture in pictures:
        has = set(re.findall(r'id="([^"]+)"', picture))
        takes = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', picture))
        assert {one or other for one, other in takes} <= has
        assert "-caption" not in " ".join(has)


def test_every_table_is_exported(whole):
    folder, page, _, _ = whole
    files = {path.stem for path in folder.glob("table-*.csv")}
    assert files == {one for one in page.ids if one.startswith("table-")}
    assert len(files) == len(page.tables)


def test_the_accuracy_on_the_page_is_that_of_the_summary(whole):
    folder, page, found, _ = whole
    estimands = found["groups"][0]["estimands"]
    caption = next(name for name in page.tables if name.startswith("Sensitivity and specificity:"))
    written = {row[0]: row[1:] for row in page.tables[caption]}
    exported = {row["margin"]: row for row in rows_of(folder, "accuracy")}
    for label, margin in (("Sensitivity", "sens"), ("Specificity", "spec")):
        for place, (target, column) in enumerate(
            (("", "median_study"), ("_population", "mean_of_studies"), ("_new", "new_study"))
        ):
            values = estimands[f"{margin}{target}"]
            median, lower, upper = (percent(values[k]) for k in ("median", "lower", "upper"))
            assert written[label][place] == f"{median} ({lower} to {upper})"
            for part in ("median", "lower", "upper"):
                assert float(exported[label][f"{column}_{part}"]) == values[part]


def test_the_summary_of_findings_is_hand_arithmetic(whole):
    folder, _, found, _ = whole
    estimands = found["groups"][0]["estimands"]
    rows = rows_of(folder, "findings")
    assert [row["result"].partition(":")[0] for row in rows] == [
        *("True positives", "False negatives", "False positives", "True negatives"),
    ]
    prevalences = [row["prevalence"] for row in estimands["ppv"]]
    assert len(prevalences) == 3
    for p in prevalences:
        sens, spec = estimands["sens"]["median"], estimands["spec"]["median"]
        wanted = (1000 * p * sens, 1000 * p * (1 - sens), 1000 * (1 - p) * (1 - spec))
        for row, count in zip(rows, wanted, strict=False):
            assert float(row[f"prevalence_{p!r}_median"]) == pytest.approx(count, rel=1e-3)
        assert sum(float(row[f"prevalence_{p!r}_median"]) for row in rows) == pytest.approx(1000)


def test_the_ratios_and_the_studies_are_those_of_the_summary(whole):
    folder, page, found, _ = whole
    values = found["groups"][0]["estimands"]["lr_neg"]
    median, lower, upper = (three_digits(values[k]) for k in ("median", "lower", "upper"))
    assert f"{median} ({lower} to {upper})" in page.text
    for row, study in zip(rows_of(folder, "studies"), found["studies"], strict=True):
        assert row["study"] == study["study"]
        assert [int(row[cell]) for cell in ("tp", "fp", "fn", "tn")] == [
            study[cell] for cell in ("tp", "fp", "fn", "tn")
        ]
        assert float(row["sens_median"]) == study["sens"]["median"]


def test_each_part_of_the_criticism_speaks_first_in_words(whole):
    _, page, _, criticism = whole
    parts = [part for part in criticism.values() if isinstance(part, dict)]
    told = {name: part for name, part in criticism.items() if part in parts and "words" in part}
    refused = [part["refused"] for part in parts if "refused" in part]
    assert len(told) + len(refused) == len(PARTS) + 1
    assert told["verdict"]["changed"] is True  # six studies: the chance to rule in follows priors
    assert told.keys() >= {"influence", "predictive", "outliers", "priors", "alternatives"}
    for part in told.values():
        for sentence in re.split(r"(?<=[.!?]) (?=[A-Z])", " ".join(part["words"].split())):
            assert sentence in page.text
    for reason in refused:
        assert f"Not available. {reason}" in page.text
    assert not any(part.get("broken") for part in parts)


def test_where_the_prior_speaks_the_page_warns(whole):
    _, page, _, criticism = whole
    loud = [one["words"] for one in criticism["priors"]["power"] if one["verdict"] == "prior"]
    assert any("(rho)" in words for words in loud)  # six studies say little of the correlation
    warnings = [words for name, words in page.classes if name == "warning"]
    assert set(loud) <= set(warnings)
    others = " ".join(words for name, words in page.classes if name != "warning")
    assert not any(words in others for words in loud)


def test_the_influence_table_holds_what_the_criticism_found(whole):
    folder, _, _, criticism = whole
    rows = rows_of(folder, "influence")
    assert [row["without"] for row in rows[1:]] == criticism["influence"]["order"]
    by_name = {one["study"]: one for one in criticism["influence"]["studies"]}
    for row in rows[1:]:
        told = by_name[row["without"]]
        assert float(row["sens_median"]) == told["without"]["sens"]["median"]
        assert float(row["prob_rule_out"]) == told["prob_rule_out"]


def test_the_files_say_the_same_as_the_page(whole):
    folder, page, found, _ = whole
    head, *lines = (folder / "revman.txt").read_text(encoding="utf-8").splitlines()
    assert head == "# all"
    assert " ".join(lines) in page.text
    assert lines[-1] == "Number of studies = 6"
    assert json.loads((folder / "summary.json").read_text())["title"] == found["title"]
    assert found["data"]["sha256"] in page.text
    assert found["model"]["card_sha256"] in page.text
    assert "metadx run it" in page.text


def test_the_methods_tell_what_was_done_and_cite_it(whole):
    _, page, _, criticism = whole
    for words in (
        *("Influence was judged by leaving out one study at a time", "Holm's allowance"),
        *("studies were added one by one, by year", "power-scaling", "net benefit was computed"),
        *("Holm S. A simple", "Kallioinen N", "Yao Y, Vehtari A", "Zhou Y, Dendukuri N"),
        *("Jackson D, White IR", "Plana MN", "Burke DL", "Vickers AJ"),
    ):
        assert words in page.text
    others = len(criticism["alternatives"]["models"]) - 1
    assert f"The model was set beside {others} other models" in page.text
    assert "Item 16, Additional analyses: influence of each study, " in page.text
    assert "covariates (filled)" not in page.text


def test_nothing_is_silently_missing(page_of):
    _, page, _, _ = page_of(metadx.load_dataset("telomerase"))
    assert page.faults == []
    assert page.text.count("Not available. Not asked for.") == len(PARTS)
    assert "Holm" not in page.text
    assert "Influence was judged" not in page.text
    assert "Item 23" not in page.text
    for words in (
        *("No figures were drawn", "No covariate was asked for", "has no QUADAS columns"),
        *("Every check that the model card asks for passed", "How the counts were read"),
    ):
        assert words in page.text


def test_synthetic_data_are_marked_above_and_below(page_of):
    _, page, found, _ = page_of(metadx.load_dataset("lung-nodule-ai"))
    marks = [words for name, words in page.classes if name == "mark"]
    assert found["synthetic"]
    assert len(marks) == 2
    assert len(set(marks)) == 1
    assert (found["synthetic_note"] or "SIMULATED") in marks[0]
    assert "The data are no study data" in page.text
    _, page, _, _ = page_of(metadx.load_dataset("telomerase"))
    assert not [name for name, _ in page.classes if name == "mark"]


def test_labels_cannot_write_html(page_of, bare):
    evil = '<script>alert("1")</script> & ' + "検査" * 60
    rows = {
        evil: (20, 5, 4, 60), "{{ 7 * 7 }} B": (15, 2, 6, 40), "C": (33, 9, 3, 80),
        "D": (12, 1, 5, 33),
    }  # fmt: skip
    review = bare(rows, question="<img src=x onerror=alert(1)>")
    text, page, _, tables = page_of(review, parts=["weights"], command="metadx run '<b>'")
    assert page.faults == []
    assert "<script" not in text
    assert "<img" not in text
    assert evil in page.text
    assert "{{ 7 * 7 }} B" in page.text
    assert tables["studies"].rows[0][0] == evil


def test_a_table_of_one_arm_says_what_is_not_known(page_of, bare):
    review = bare({"A": (20, 0, 4, 0), "B": (15, 0, 6, 0), "C": (33, 0, 3, 0)})
    _, page, _, _ = page_of(review, parts=["weights", "deeks"])
    assert page.faults == []
    assert "specificity is not identified" in page.text
    assert "Prior-led: with fewer than 4 studies" in page.text
    assert "RevMan needs both margins" in page.text
    assert "without participants without the condition: A B C" in page.text


def test_covariates_get_their_tables(page_of):
    review = metadx.load_dataset("anti-ccp")
    _, page, found, tables = page_of(review, subgroup="generation")
    assert page.faults == []
    groups = [g for g in found["groups"] if g.get("fit") == "regression"]
    assert [row[0] for row in tables["levels-1"].rows] == [g["label"] for g in groups]
    assert [row[2] for row in tables["levels-1"].rows] == [g["estimands"]["sens"] for g in groups]
    for name in ("contrasts", "coefficients", "explained", "by-itself", "verdicts", "revman"):
        assert tables[name].rows
    assert "The criticism is about the pooled fit without covariates" in page.text
    # the verdict of all studies together says so at the top, and the kinds follow there
    opening = page.text.partition("Given throughout")[0]
    assert "All studies together, without covariates. In the median study sensitivity" in opening
    assert opening.count("to rule in, ") == len(found["decision"]["by_group"])
    assert "This is of all studies together, without covariates" in page.text


def test_what_was_left_out_is_told(page_of):
    from metadx.studies.only import only

    review = only(metadx.load_dataset("iqcode-dementia"), ["rob_reference_standard=low"])
    _, page, found, tables = page_of(review)
    assert found["data"]["n_studies"] == 8
    assert "8 of the 13 studies of the table were fitted." in page.text
    steps = {row[0]: row[1] for row in tables["flow"].rows}
    assert steps["Left out by choice (only rob_reference_standard = low)"] == 5
    assert steps["Fitted"] == 8
    assert "QUADAS-2" in page.text
    assert "Only studies with rob_reference_standard = low were taken; 5 studies" in page.text
    judged = {row[0]: row[1:] for row in tables["quadas-counts"].rows}
    assert judged["Risk of bias: reference standard"] == (8, 0, 0, 0)


def test_a_part_that_breaks_costs_the_reader_nothing_else(page_of, monkeypatch):
    monkeypatch.setattr("metadx.criticism.appraisal.deeks", lambda _: 1 / 0)
    _, page, _, _ = page_of(metadx.load_dataset("telomerase"), parts=["deeks", "weights"])
    words = "Not available. The program failed here (ZeroDivisionError: division by zero)"
    assert [name for name, said in page.classes if said.startswith(words)] == ["warning"]
    assert "weighs most" in page.text


def keys_of(value):
    """Every key of a document but names of quantities, parameters and studies."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            if key not in {"without", "whole", "estimates"}:
                yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


def test_every_key_of_the_criticism_is_documented(whole):
    _, _, _, criticism = whole
    page = (resources.data_dir().parent / "docs" / "summary.md").read_text(encoding="utf-8")
    told = page.partition("## criticism.json")[2].partition("\n## ")[0]
    known = set(re.findall(r"[`\"](\w+)[`\"]", told))
    assert set(keys_of(criticism)) - known - {"study"} == set()
    assert {"slopes", "corrected", "df"} <= known
