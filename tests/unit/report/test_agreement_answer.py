"""The answer about agreement in a terminal: the sentence first, then tables that can be read."""

import numpy as np
import pytest

from metadx.engines.ordinal_settings import AgreementSettings
from metadx.report.agreement_answer import agreement_answer_text
from metadx.report.agreement_sentence import first_sentence
from metadx.report.agreement_summary import agreement_summary
from metadx.report.layout import Page
from metadx.studies.agreement import PrintedKappa

GOOD = np.array([[0.45, 0.05], [0.05, 0.45]])  # kappa 0.8
POOR = np.array([[0.3, 0.2], [0.2, 0.3]])  # kappa 0.2
COUNTS = np.array([[45, 5], [5, 45]])
THREE = np.array([[0.3, 0.1, 0.0], [0.1, 0.2, 0.05], [0.0, 0.05, 0.2]])
MARGINS = {
    "margins_a": (np.array([79, 28, 0]),),
    "margins_b": (np.array([71, 35, 1]),),
    "n": 107,
}


def told(fit, **fields):
    found = agreement_summary(fit)
    return found, agreement_answer_text(found | fields, Page())


def flat(text):
    return " ".join(text.split())


@pytest.fixture
def two(agreement_fit, row):
    def make(share, names=("nodule", "cyst"), **fields):
        better = [[GOOD, POOR]] * share + [[POOR, GOOD]] * (10 - share)
        rows = [row(name, counts=COUNTS, **fields) for name in names]
        return agreement_fit(rows, np.array(better))

    return make


def test_the_sentence_names_the_best_and_the_least_with_probability(two):
    said = first_sentence(agreement_summary(two(8), prob=0.9))
    assert said == (
        "AI and reader agree best on nodule (kappa 0.80, 90 % interval 0.20 to 0.80; best of 2 "
        "with probability 0.80) and least on cyst (kappa 0.20, 90 % interval 0.20 to 0.80; least "
        "of 2 with probability 0.80)."
    )


def test_a_narrow_lead_is_called_most_likely(agreement_fit, row):
    orders = ([GOOD, POOR, THREE], [POOR, GOOD, THREE], [POOR, THREE, GOOD])
    cells = np.zeros((10, 3, 3, 3))
    for draw, share in enumerate([0] * 4 + [1] * 3 + [2] * 3):
        for place, table in enumerate(orders[share]):
            size = table.shape[0]
            cells[draw, place, :size, :size] = table
    counts = np.zeros((3, 3), dtype=int)
    counts[:2, :2] = COUNTS
    rows = [row(name, counts=counts) for name in ("nodule", "cyst", "bulla")]
    said = first_sentence(agreement_summary(agreement_fit(rows, cells)))
    assert said.startswith("AI and reader most likely agree best on nodule (quadratic kappa")
    assert "best of 3 with probability 0.40" in said


def test_studies_are_told_apart_by_their_place(two, row, agreement_fit):
    rows = [row(study=name, counts=COUNTS) for name in ("Winnipeg", "New Orleans")]
    said = first_sentence(agreement_summary(agreement_fit(rows, np.array([[POOR, GOOD]] * 4))))
    assert said.startswith("AI and reader agree best in New Orleans (")
    assert "and least in Winnipeg (" in said


def test_pairs_of_raters_are_told_apart_by_their_names(agreement_fit, row):
    rows = [row(rater_b=name, counts=COUNTS) for name in ("reader", "expert")]
    fit = agreement_fit(rows, np.array([[POOR, GOOD]] * 4))
    found, text = told(fit)
    assert first_sentence(found).startswith(
        "Of the 2 pairs of raters the two that agree best are AI and expert ("
    )
    assert "First, second: rater, in the order of the name." in text


def test_one_row_is_told_without_a_comparison(agreement_fit, row):
    fit = agreement_fit([row(counts=COUNTS)], np.tile(GOOD, (4, 1, 1, 1)))
    found, text = told(fit)
    assert first_sentence(found) == (
        "AI and reader agree with a kappa of 0.80 (95 % interval 0.80 to 0.80); they give the "
        "same category in 90.0 % (90.0 to 90.0) of cases."
    )
    assert "Which agrees best?" not in text
    assert "What do all rows say together?" not in text


def test_no_sentence_pretends_a_kappa_that_is_not_defined(agreement_fit, row):
    certain = np.array([[1.0, 0.0], [0.0, 0.0]])
    fit = agreement_fit([row(counts=np.array([[100, 0], [0, 0]]))], np.tile(certain, (4, 1, 1, 1)))
    found, text = told(fit)
    assert first_sentence(found) == "The kappa of AI and reader is not defined (see Notes)."
    assert "not identified" in text


def test_the_answer_comes_before_the_tables(two):
    found, text = told(two(9))
    lines = text.splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("AI and reader agree"))
    table = next(i for i, line in enumerate(lines) if line.startswith("How well"))
    assert lines[0] == "Two readers"
    assert place < table
    assert first_sentence(found) in flat(text)
    assert "With two categories all weights give the same kappa." in text
    assert "within one" not in text  # of two categories: always


def test_the_printed_kappa_stands_beside_what_was_found(agreement_fit, row):
    rows = [
        row("nodule", kappa=PrintedKappa(0.6, lower=0.45, upper=0.76), **MARGINS),
        row("cyst", kappa=PrintedKappa(0.95, lower=0.93, upper=0.97), **MARGINS),
    ]
    found, text = told(agreement_fit(rows, np.tile(THREE, (4, 2, 1, 1))))
    nodule, cyst = (
        next(line for line in text.splitlines() if line.startswith(name))
        for name in ("nodule", "cyst")
    )
    assert nodule.split()[1:6] == ["0.60", "(0.45", "to", "0.76)", "1"]
    assert cyst.split()[1:7] == ["0.95", "(0.93", "to", "0.97)", "*", "none"]
    assert "*: printed kappa not used (see Notes)." in text
    assert found["kappa"]["reason"] == "explained"
    assert "only these weights explain what it prints" in flat(text)


def test_rows_that_nothing_can_check_stand_apart(agreement_fit, row):
    rows = [
        row("nodule", region="lung", kappa=PrintedKappa(0.6, lower=0.45, upper=0.76), **MARGINS),
        row("nodule", region="left", kappa=PrintedKappa(0.4, lower=0.3, upper=0.5)),
    ]
    coded = np.array([[np.nan, 0.35]] * 4)
    fit = agreement_fit(rows, np.tile(THREE, (4, 2, 1, 1)), coded=coded, whole="lung")
    text = told(fit)[1]
    first, _, apart = text.partition("Rows without margins, whose kappa nothing can check")
    left = next(line for line in apart.splitlines() if line.startswith("nodule, left"))
    assert "0.40 (0.30 to 0.50)" in left
    assert "0.35 (0.35 to 0.35)" in left
    assert "nodule, left" not in first
    assert "Rows without margins: as if categories were aligned." in text


def test_what_was_asked_for_is_said(agreement_fit, row):
    settings = AgreementSettings(spearman=False, part_kappa=False, impossible="misaligned")
    fit = agreement_fit([row(counts=COUNTS)], np.tile(GOOD, (4, 1, 1, 1)), settings=settings)
    text = flat(told(fit)[1])
    for words in (
        "Printed rank correlations were left out",
        "Kappas of rows without margins were left out",
        "taken as made from codes off by one",
    ):
        assert words in text
    plain = agreement_fit([row(counts=COUNTS)], np.tile(GOOD, (4, 1, 1, 1)))
    assert "as asked for" not in told(plain)[1]


def test_long_names_of_raters_do_not_head_columns(agreement_fit, row):
    fit = agreement_fit(
        [row(rater_a="New Orleans neurologist", counts=COUNTS)], np.tile(GOOD, (4, 1, 1, 1))
    )
    text = told(fit)[1]
    assert "First: New Orleans neurologist. Second: reader." in text
    assert "first higher" in text


def test_synthetic_data_are_marked_at_both_ends(two):
    text = told(two(9), synthetic=True, synthetic_note="Made up.")[1]
    assert text.count("*** Made up. ***") == 2


def test_a_failed_check_is_said(two):
    check = {"name": "row_pareto_k", "value": 0.9, "threshold": 0.7, "passed": False}
    text = flat(told(two(9), checks=[check])[1])
    assert "Can the fit be trusted? NO: failed on Pareto k of the rows." in text


def test_doubts_and_findings_are_told(two):
    text = agreement_answer_text(
        agreement_summary(two(9)),
        Page(),
        question="Well?",
        doubts=["Second-hand."],
        findings=["A."],
    )
    assert "Well?" in text
    assert "Stated in review.toml: Second-hand." in text
    assert "- A." in text
