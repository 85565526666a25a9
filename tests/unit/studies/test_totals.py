from pathlib import Path

import pytest

from metadx.studies.accuracy import AccuracyTable
from metadx.studies.append import add_study
from metadx.studies.covariates import Categorical
from metadx.studies.cross_checks import Finding, findings
from metadx.studies.review import Review, load_review
from metadx.studies.scaffold import new_review
from metadx.studies.totals import Total, total_fault, unmet_totals

# By hand: 5 + 20 + 3 = 28 diseased of 10 + 40 + 4, so 54 people; 4 + 15 + 1 = 20 true positives,
# 8 false negatives; 2 + 6 + 0 = 8 false positives, 18 true negatives. Prevalences 5/10, 20/40, 3/4.
SETTING = Categorical("setting", ("ward", "clinic", None), ("ward", "clinic"), "ward")
TABLE = AccuracyTable.from_counts(
    ["Lee", "Kim", "Wu"],
    [4, 15, 1],
    [2, 6, 0],
    [1, 5, 2],
    [3, 14, 1],
    covariates={"setting": SETTING},
)


def told(*total, **options):
    return unmet_totals(TABLE, [Total(*total, **options)])


@pytest.mark.parametrize(
    ("what", "value", "about", "verb"),
    [
        ("studies", 3, "total of studies", "has"),
        ("participants", 54, "total of participants", "adds up to"),
        ("diseased", 28, "total of diseased", "adds up to"),
        ("nondiseased", 26, "total of non-diseased", "adds up to"),
        ("tp", 20, "total of tp", "adds up to"),
        ("fp", 8, "total of fp", "adds up to"),
        ("fn", 8, "total of fn", "adds up to"),
        ("tn", 18, "total of tn", "adds up to"),
    ],
)
def test_each_sum_is_the_one_by_hand_and_no_other(what, value, about, verb):
    assert told(what, value) == []
    for wrong in (value - 1, value + 1, value + 1000):
        text = f"the source prints {wrong:,}, the table {verb} {value}"
        assert told(what, wrong) == [(about, text)]


def test_studies_at_a_level_are_counted_and_a_missing_value_is_at_none():
    at = {"column": "setting", "levels": ("ward",)}
    assert told("studies", 1, **at) == []
    assert told("diseased", 5, **at) == []
    either = {"column": "setting", "levels": ("ward", "clinic")}
    assert told("studies", 2, **either) == []
    assert told("participants", 50, **either) == []
    assert told("studies", 3, **either) == [
        (
            "total of studies with setting = ward or clinic",
            "the source prints 3, the table has 2",
        )
    ]


def test_a_level_that_does_not_occur_is_named():
    at = {"column": "setting", "levels": ("Ward",)}
    said = '; "Ward" does not occur in the column, which has "ward", "clinic"'
    assert told("studies", 1, **at) == [
        ("total of studies with setting = Ward", f"the source prints 1, the table has 0{said}")
    ]
    assert told("least_prevalence", "50%", **at) == [
        (
            "least prevalence with setting = Ward",
            f"the source prints 50%, no study of the table counts{said}",
        )
    ]


@pytest.mark.parametrize("value", ["5/10", "5 / 10", "20/40", "50%", "50.0 %", "0.5"])
def test_the_least_prevalence_is_met_by_a_study_with_these_numbers_or_by_rounding(value):
    assert told("least_prevalence", value) == []


@pytest.mark.parametrize("value", ["1/2", "10/20", "4/10", "49%", "50.1%", "0.51"])
def test_another_least_prevalence_is_told(value):
    ((about, text),) = told("least_prevalence", value)
    assert about == "least prevalence"
    assert text == f'the source prints {value}, in the table it is 5/10 = 50.0% ("Lee", "Kim")'


def test_the_greatest_prevalence_is_that_of_the_last_study():
    assert told("greatest_prevalence", "3/4") == []
    assert told("greatest_prevalence", "75%") == []
    # 0.8 stands for 0.75 to 0.85, both ends included.
    assert told("greatest_prevalence", "0.8") == []
    assert told("greatest_prevalence", "76%") == [
        (
            "greatest prevalence",
            'the source prints 76%, in the table it is 3/4 = 75.0% ("Wu")',
        )
    ]


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("studies", "21"),
        ("participants", -1),
        ("least_prevalence", 17),
        ("least_prevalence", "a/b"),
        ("least_prevalence", "17/0"),
        ("greatest_prevalence", "18/17"),
        ("greatest_prevalence", "-3%"),
        ("greatest_prevalence", "high"),
    ],
)
def test_a_value_that_is_no_total_of_its_kind_is_at_fault(what, value):
    assert total_fault(what, value)


def test_totals_are_findings_of_a_review():
    totals = (Total("studies", 3), Total("tp", 21))
    review = Review("x", Path(), "x", TABLE, totals=totals)
    assert findings(review)[-1] == Finding(
        "total of tp", "the source prints 21, the table adds up to 20"
    )
    assert len(findings(review)) == 2  # the other: fewer than four studies


def test_totals_of_the_source_do_not_count_what_was_added_since(tmp_path):
    folder = tmp_path / "mine"
    new_review(folder, source="lung-nodules-dwi-mri")
    before = findings(load_review(folder))
    add_study(folder, "Zzz 2030", tp=31, fp=4, fn=2, tn=9)
    assert findings(load_review(folder)) == before
    file = folder / "studies.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines[:-2], lines[-1]]), encoding="utf-8")
    (found, *_) = [one for one in findings(load_review(folder)) if one.about.startswith("total")]
    assert found.text.endswith("(without the study added since)")
