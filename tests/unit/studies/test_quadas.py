"""Judgements of QUADAS: which columns hold them, what they may say, and the overall rule."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.cross_checks import findings
from metadx.studies.quadas import overall_judgement, quadas_of
from metadx.studies.quadas_columns import quadas_columns
from metadx.studies.quadas_words import quadas_sentences
from metadx.studies.read import table_from_content
from metadx.studies.review import Review, load_dataset

COUNTS = "study,tp,fp,fn,tn"


def read(header: str, *rows: str) -> AccuracyTable:
    lines = [f"{COUNTS},{header}", *(f"S{i},9,1,2,8,{row}" for i, row in enumerate(rows))]
    return table_from_content("\n".join(lines).encode(), "studies.csv")


def review(header: str, *rows: str) -> Review:
    return Review(name="r", folder=Path(), title="R", table=read(header, *rows))


QUADAS_3 = (
    "rob_participants,rob_index_test,rob_target_condition,rob_analysis,"
    "app_participants,app_index_test,app_target_condition"
)


@pytest.fixture
def synthetic() -> Review:
    """A made-up review judged by QUADAS-3, marked as what it is: no public one was found."""
    made = review(
        QUADAS_3,
        "low,low,low,low,low,low,low",
        "low,insufficient information,low,low,high,low,low",
        "low,insufficient information,high,low,low,low,low",
        "low,low,low,,low,insufficient information,",
    )
    return replace(made, synthetic=True, synthetic_note="invented; not study data")


def test_quadas_3_is_told_by_its_domains_and_judged_for_each_estimate(synthetic: Review) -> None:
    quadas = quadas_of(synthetic)
    assert quadas is not None
    assert (quadas.version, quadas.uncertain) == (3, "insufficient information")
    assert quadas.domains == ("participants", "index_test", "target_condition", "analysis")
    assert quadas.applicability == ("participants", "index_test", "target_condition")
    assert quadas.overall == ("low", "insufficient information", "high", None)
    assert quadas.synthetic
    assert quadas.synthetic_note == "invented; not study data"


def test_overall_rule_for_every_combination() -> None:
    # Any high: high. All low: low. Otherwise insufficient information; nothing is known of what
    # nobody judged, unless another domain is high.
    for judged in product(("low", "high", "insufficient information", None), repeat=4):
        if judged.count("high"):
            wanted = "high"
        elif judged.count("low") == 4:
            wanted = "low"
        elif judged.count(None):
            wanted = None
        else:
            wanted = "insufficient information"
        assert overall_judgement(judged) == wanted
    assert overall_judgement(("low", "unclear", "low", "low"), 2) == "unclear"


def test_iqcode_is_high_overall_in_all_13_studies() -> None:
    quadas = quadas_of(load_dataset("iqcode-dementia"))
    assert quadas is not None
    assert quadas.version == 2
    assert quadas.overall == ("high",) * 13
    # Counted by hand in studies.csv.
    assert quadas.judgements["rob_reference_standard"].count("low") == 8
    assert quadas.judgements["app_index_test"].count("unclear") == 5


def test_a_domain_without_a_column_leaves_the_overall_judgement_open() -> None:
    quadas = quadas_of(review("rob_patient_selection,rob_index_test", "low,low", "low,high"))
    assert quadas is not None
    assert quadas.overall == (None, "high")
    assert quadas.missing_domains == ("reference_standard", "flow_timing")
    assert any("reference standard and flow and timing" in s for s in quadas_sentences(quadas))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("ROB Flow and Timing", "rob_flow_timing"),
        ("rob_flow-timing", "rob_flow_timing"),
        ("rob_patients", "rob_patient_selection"),
        ("app_reference", "app_reference_standard"),
    ],
)
def test_headers_are_read_as_people_write_them(header: str, name: str) -> None:
    _, columns = quadas_columns([header, "year"], source="t")
    assert columns[header].name == name


def test_words_are_written_in_one_way_and_empty_cells_are_not_judged() -> None:
    header = "rob_patient_selection,rob_reference_standard"
    table = read(header, "Low risk, HIGH ", "Unclear,not judged", ",high concern")
    quadas = quadas_of(table)
    assert quadas is not None
    assert quadas.judgements["rob_patient_selection"] == ("low", "unclear", None)
    assert quadas.judgements["rob_reference_standard"] == ("high", None, "high")
    assert table.covariates["rob_patient_selection"].levels == ("low", "unclear")


@pytest.mark.parametrize(
    ("header", "rows", "told"),
    [
        (
            "rob_flow_timing",
            ("low", "moderate"),
            r'row 3 \("S1"\): rob_flow_timing = "moderate" is no judgement; wanted low, high or '
            "unclear",
        ),
        (
            "rob_analysis",
            ("unclear",),
            r'row 2 .*"unclear" is no judgement of QUADAS-3; wanted low, high or insufficient',
        ),
        ("rob_flow_timing", ("1", "2"), r'row 2 .*rob_flow_timing = "1" is no judgement'),
        ("rob_refrence_standard", ("low",), 'did you mean "rob_reference_standard"'),
        ("rob_flow_timing,rob_blinding", ("low,low",), '"rob_blinding" names no domain'),
        (
            "rob_flow_timing,rob_analysis",
            ("low,low",),
            r"two versions: rob_flow_timing \(QUADAS-2\) and rob_analysis \(QUADAS-3\)",
        ),
        ("rob_flow_timing,app_flow_timing", ("low,low",), "applicability is not judged"),
        ("rob_flow,rob_flow_timing", ("low,low",), "both about rob_flow_timing"),
    ],
)
def test_what_is_no_judgement_is_refused_at_the_door(
    header: str, rows: tuple[str, ...], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        read(header, *rows)


def test_other_columns_are_left_alone() -> None:
    table = read("app_version,rob_score", "2,12", "3,14")
    assert quadas_of(table) is None
    assert set(table.covariates) == {"app_version", "rob_score"}


def test_a_table_made_in_python_is_checked_too() -> None:
    wrong = Categorical("rob_flow_timing", ("moderate",), ("moderate",), "moderate")
    table = AccuracyTable.from_counts(["A"], [1], [1], [1], [1], covariates={wrong.name: wrong})
    with pytest.raises(DataError, match='"A": rob_flow_timing = "moderate" is no judgement'):
        quadas_of(table)
    codes = Continuous("rob_flow_timing", [1.0])
    table = AccuracyTable.from_counts(["A"], [1], [1], [1], [1], covariates={codes.name: codes})
    with pytest.raises(DataError, match="holds numbers"):
        quadas_of(table)


def test_a_stated_overall_judgement_goes_first_and_a_disagreement_is_a_finding() -> None:
    header = "rob_patient_selection,rob_index_test,rob_reference_standard,rob_flow_timing"
    rows = (
        "low,low,low,low,low",
        "low,high,low,low,low",
        "low,unclear,low,low,",
        "low,,low,low,low",
    )
    stated = review(f"{header},rob_overall", *rows)
    quadas = quadas_of(stated)
    assert quadas is not None
    assert quadas.overall == ("low", "low", "unclear", "low")
    words = quadas_sentences(quadas)[0]
    assert words == (
        "Risk of bias overall, as stated for 3, else by the rule: unclear in 1, low in 3."
    )
    assert quadas.by_rule == ("low", "high", "unclear", None)
    found = [finding for finding in findings(stated) if "rob_overall" in finding.text]
    assert [finding.about for finding in found] == ['"S1"']
    assert "is low, but the domains make it high" in found[0].text


def test_studies_that_nobody_judged_are_named() -> None:
    words = quadas_sentences(quadas_of(review("rob_flow_timing", "low", "", "high")))
    assert words[1] == "Risk of bias, flow and timing: high in 1, low in 1, not judged in 1."
    assert words[-1] == "Risk of bias, flow and timing: nobody judged S1."
