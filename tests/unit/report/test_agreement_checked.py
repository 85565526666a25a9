"""What `metadx check` tells of a review of agreement: the figures that were verified by hand."""

import pytest

from metadx.report.agreement_checked import agreement_findings, check_agreement_text
from metadx.report.layout import Page
from metadx.studies.agreement_audit import audit_agreement
from metadx.studies.agreement_review import load_agreement


@pytest.fixture(scope="module")
def ild():
    review = load_agreement("ild-agreement")
    audit = audit_agreement(review.table)
    return review, audit, check_agreement_text(review, audit, Page())


def cells(text, start):
    line = next(line for line in text.splitlines() if line.startswith(start))
    return line.removeprefix(start).split()


def block(text, title):
    return text.partition(title)[2].partition("\n\n")[0]


@pytest.mark.parametrize(
    ("finding", "wanted"),
    [
        ("normal lung", ["181,607", "0", "0", "0.97"]),
        ("consolidation", ["57", "2", "1", "0.81"]),
        ("ground-glass", ["3,934,884", "920", "18", "0.89"]),
        ("reticulation", ["218", "5", "1", "0.98"]),
        ("honeycombing", ["105", "0", "0", "0.87"]),
    ],
)
def test_each_row_has_its_numbers_of_tables(ild, finding, wanted):
    assert cells(ild[2], f"{finding}, total")[-4:] == wanted


def test_rows_without_margins_are_not_counted(ild):
    assert cells(ild[2], "emphysema, LUL")[-4:] == ["-", "-", "-", "-"]
    assert ild[2].count("nothing can check the kappa") <= 1


def test_the_weights_that_explain_the_print_are_shown(ild):
    told = block(ild[2], "Which kappa is it?")
    assert "of 6 that can be checked" in told
    counts = {line.split()[0]: line.split()[1] for line in told.splitlines()[2:5]}
    assert counts == {"unweighted": "0", "linear": "0", "quadratic": "4"}


@pytest.mark.parametrize(
    ("finding", "table"),
    [
        ("consolidation", [[66, 13, 0], [5, 22, 1], [0, 0, 0]]),
        ("reticulation", [[27, 17, 0], [16, 45, 1], [0, 1, 0]]),
        ("emphysema", [[98, 2, 0], [4, 2, 1], [0, 0, 0]]),
    ],
)
def test_forced_tables_are_drawn(ild, finding, table):
    drawn = block(ild[2], f"{finding}, total: rows AI, columns radiologist\n").splitlines()
    assert drawn[0].split() == ["0", "1-24", "25-49"]
    assert [list(map(int, line.split()[1:])) for line in drawn[1:]] == table


def test_limits_without_a_model_hold_the_tables_left(ild):
    told = block(ild[2], "What holds without any model")
    assert cells(told, "consolidation, total") == ["40.2", "to", "92.5", "82.2", "4.7", "13.1"]
    glass = cells(told, "ground-glass, total")
    assert glass[3:6] == ["76.6", "to", "82.2"]  # exact agreement in the 18 tables
    honey = cells(told, "honeycombing, total")
    assert honey[:3] == honey[3:6]  # its kappa is not used


def test_every_remark_is_a_finding_but_the_convention(ild):
    review, audit, text = ild
    found = agreement_findings(review, audit)
    assert len(found) >= len(review.table.remarks)
    assert not any(words.startswith("convention:") for words in found)
    flat = " ".join(text.split())
    assert all(" ".join(words.split()) in flat for words in found)
    assert all(doubt in flat for doubt in review.source.doubts)
    assert any("79, 28, 0, 0, 0" in words for words in found)


def test_known_tables_are_told_with_their_kappas():
    review = load_agreement("multiple-sclerosis")
    text = check_agreement_text(review, audit_agreement(review.table), Page())
    told = block(text, "Kappas of the cross-tables as they are")
    # Landis and Koch 1977: unweighted kappa 0.208 and 0.297; 64 and 33 cases on the diagonal.
    assert cells(told, "Winnipeg ")[:3] == ["149", "0.208", "0.21"]
    assert cells(told, "Winnipeg ")[-1] == f"{100 * 64 / 149:.1f}"
    assert cells(told, "New Orleans ")[-1] == f"{100 * 33 / 69:.1f}"
    assert text.endswith("No inconsistency found.\n")
    assert "Which kappa is it?" not in text


def test_a_kappa_that_is_not_defined_is_no_number(tmp_path):
    path = tmp_path / "same.csv"
    path.write_text("A,B\n" + "no,no\n" * 8)
    review = load_agreement(path, scale=["no", "yes"])
    text = check_agreement_text(review, audit_agreement(review.table), Page())
    told = block(text, "Kappas of the cross-tables as they are")
    assert cells(told, "A and B ")[1:4] == ["-", "-", "-"]
    assert "nan" not in text
    assert "kappa is not defined" in " ".join(text.split())
