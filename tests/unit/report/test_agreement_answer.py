"""The answer about agreement in a terminal: the sentence first, then tables that can be read."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.engines.agreement.notes import agreement_notes
from metadx.engines.agreement.settings import AgreementSettings
from metadx.report.agreement_answer import agreement_answer_text
from metadx.report.agreement_sentence import first_sentence
from metadx.report.agreement_summary import agreement_summary
from metadx.report.layout import Page
from metadx.studies.agreement import PrintedKappa, PrintedSpearman

GOOD = np.array([[0.45, 0.05], [0.05, 0.45]])  # kappa 0.8
POOR = np.array([[0.3, 0.2], [0.2, 0.3]])  # kappa 0.2
COUNTS = np.array([[45, 5], [5, 45]])
THREE = np.array([[0.3, 0.1, 0.0], [0.1, 0.2, 0.05], [0.0, 0.05, 0.2]])
MARGINS = {
    "margins_a": (np.array([79, 28, 0]),),
    "margins_b": (np.array([71, 35, 1]),),
    "n": 107,
}

OFF_BY_ONE = {
    "margins_a": (np.array([96, 9, 2]),),
    "margins_b": (np.array([99, 5, 3]),),
    "n": 107,
}


def told(fit, **fields):
    found = agreement_summary(replace(fit, notes=agreement_notes(fit)))
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


@pytest.mark.parametrize(
    ("share", "wanted"),
    [
        (
            8,
            "AI and reader agree better on nodule (kappa 0.80, 90 % interval 0.20 to 0.80) than on "
            "cyst (kappa 0.20, 90 % interval 0.20 to 0.80), with probability 0.80.",
        ),
        (
            4,
            "It cannot be told on which AI and reader agree better: cyst (kappa 0.80, 90 % "
            "interval 0.20 to 0.80) or nodule (kappa 0.20, 90 % interval 0.20 to 0.80); cyst with "
            "probability 0.60.",
        ),
    ],
)
def test_of_two_the_better_is_named_only_where_it_is_clear(two, share, wanted):
    assert first_sentence(agreement_summary(two(share), prob=0.9)) == wanted


@pytest.mark.parametrize(("share", "word"), [(8, ""), (7, "most likely ")])
def test_the_best_of_three_is_named_without_reserve_from_a_probability_of_08(
    agreement_fit, row, share, word
):
    fair = np.array([[0.35, 0.15], [0.15, 0.35]])
    cells = np.array([[GOOD, fair, POOR]] * share + [[fair, GOOD, POOR]] * (10 - share))
    rows = [row(name, counts=COUNTS) for name in ("nodule", "cyst", "bulla")]
    said = first_sentence(agreement_summary(agreement_fit(rows, cells)))
    assert said.startswith(f"AI and reader {word}agree best on nodule (kappa 0.80")
    assert f"best of 3 with probability 0.{share}0) and least on bulla (" in said


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
    assert said.startswith("AI and reader agree better in New Orleans (")
    assert "than in Winnipeg (" in said


def test_pairs_of_raters_are_told_apart_by_their_names(agreement_fit, row):
    rows = [row(rater_b=name, counts=COUNTS) for name in ("reader", "expert")]
    fit = agreement_fit(rows, np.array([[POOR, GOOD]] * 4))
    found, text = told(fit)
    said = first_sentence(found)
    assert said.startswith("AI and expert (")
    assert " agree better than AI and reader (" in said
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
    assert first_sentence(found) == "The kappa of AI and reader is not identified (see Notes)."
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
    assert 'Higher: in a category nearer the last of the scale, "2".' in " ".join(text.split())
    assert "as often as all rows here do on average" in flat(text)
    assert "margins: no margins are known" in flat(text)


def test_what_was_asked_for_is_said(agreement_fit, row):
    settings = AgreementSettings(spearman=False, part_kappa=False, impossible="misaligned")
    rows = [
        row("nodule", kappa=PrintedKappa(0.16, lower=0.04, upper=0.29), **OFF_BY_ONE),
        row("cyst", kappa=PrintedKappa(0.4, lower=0.3, upper=0.5), spearman=PrintedSpearman(0.5)),
    ]
    fit = agreement_fit(rows, np.tile(THREE, (4, 2, 1, 1)), settings=settings)
    text = flat(told(fit)[1])
    for words in (
        "Printed rank correlations were left out, as asked for.",
        "Kappas of rows without margins were left out, as asked for.",
        "Kappas that no table admits were taken as made from codes off by one, as asked for.",
    ):
        assert words in text
    nodule = next(line for line in told(fit)[1].splitlines() if line.startswith("nodule"))
    assert " misaligned " in nodule
    assert "none" not in nodule
    idle = agreement_fit([row(counts=COUNTS)], np.tile(GOOD, (4, 1, 1, 1)), settings=settings)
    text = flat(told(idle)[1])
    assert "as asked for" not in text
    for words in ("none is printed", "there are none.", "there are none of which"):
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


def test_rows_that_cannot_tell_are_left_out_and_named(agreement_fit, row):
    """Kappas of unknown weights without margins: nothing is used, so nothing is told."""
    rows = [row(f"f{i}", kappa=PrintedKappa(0.5, lower=0.4, upper=0.6)) for i in range(3)]
    found, text = told(agreement_fit(rows, np.tile(THREE, (4, 3, 1, 1))))
    assert [one["kappa_used"] for one in found["findings"]] == [False] * 3
    assert all(v is None for one in found["findings"] for v in one["estimands"].values())
    assert found["ranks"] == found["contrasts"] == []
    assert first_sentence(found) == "Nothing here tells how well AI and reader agree (see Notes)."
    assert found["pooled"] is None
    said = flat(text)
    assert "0.50 (0.40 to 0.60) *" in text
    assert "its weights are not known" in said
    assert "write so in kappa_weights: f0; f1; f2." in said
    assert "accuracy factor" not in said
    assert "And on equal terms?" not in said
    assert "How often is the category the same?" not in said


def test_a_kappa_alone_tells_of_itself_and_of_nothing_else(agreement_fit, row):
    rows = [row(kappa=PrintedKappa(0.6, lower=0.45, upper=0.75, weights="quadratic"))]
    coded = np.full((4, 1), 0.57)
    found, text = told(agreement_fit(rows, np.tile(THREE, (4, 1, 1, 1)), coded=coded))
    assert first_sentence(found) == (
        "AI and reader agree with a quadratic kappa of 0.57 (95 % interval 0.57 to 0.57)."
    )
    known = {name for name, values in found["findings"][0]["estimands"].items() if values}
    assert known == {"kappa_quadratic", "latent_rho", "kappa_standard"}
    assert "if aligned" not in text
    assert "rests on the prior alone" in flat(text)


def test_a_rank_correlation_alone_tells_of_what_is_seen(agreement_fit, row):
    rows = [row(spearman=PrintedSpearman(0.6))]
    found, text = told(agreement_fit(rows, np.tile(THREE, (4, 1, 1, 1))))
    assert first_sentence(found).startswith("What AI and reader see correlates with 0.76 (95 %")
    assert found["findings"][0]["estimands"]["kappa_quadratic"] is None
    assert "all equally often, for no margin is known" in flat(text)
    assert "rests on the prior alone" in flat(text)


def test_of_two_categories_a_kappa_alone_is_the_kappa(agreement_fit, row):
    rows = [row(kappa=PrintedKappa(0.6, lower=0.45, upper=0.75))]
    found = agreement_summary(
        agreement_fit(rows, np.tile(GOOD, (4, 1, 1, 1)), coded=np.full((4, 1), 0.57))
    )
    assert first_sentence(found).startswith("AI and reader agree with a kappa of 0.57 (")


def test_a_rater_who_gives_one_category_has_no_kappa(agreement_fit, row):
    counts = np.array([[40, 60], [0, 0]])
    rows = [row("nodule", counts=counts), *(row(name, counts=COUNTS) for name in "xy")]
    found, text = told(agreement_fit(rows, np.array([[counts / 100, GOOD, POOR]] * 4)))
    nodule = found["findings"][0]["estimands"]
    assert nodule["kappa"] is nodule["kappa_standard"] is nodule["latent_rho"] is None
    assert nodule["agreement_exact"]["median"] == pytest.approx(0.4)
    assert all(ranked["labels"] == ["x", "y"] for ranked in found["ranks"])
    assert "a rater gave one category alone" in flat(text)
    line = next(line for line in text.splitlines() if line.startswith("nodule"))
    assert line.split() == ["nodule", "0.00", *["not", "identified"] * 3]


def test_margins_alone_tell_nothing_of_the_association(agreement_fit, row):
    found, text = told(agreement_fit([row(**MARGINS)], np.tile(THREE, (4, 1, 1, 1))))
    known = {name for name, values in found["findings"][0]["estimands"].items() if values}
    assert known == {"shift", "kappa_max"}
    assert first_sentence(found) == "The kappa of AI and reader is not identified (see Notes)."
    assert "nothing but margins is known" in flat(text)


def test_each_printed_kappa_stands_beside_one_with_its_own_weights(agreement_fit, row):
    kinds = ("unweighted", "quadratic", "unweighted")
    rows = [
        row(name, kappa=PrintedKappa(0.6, weights=kind), **MARGINS)
        for name, kind in zip("abc", kinds, strict=True)
    ]
    cells = np.tile(THREE, (4, 3, 1, 1))
    found, text = told(agreement_fit(rows, cells))
    assert found["kappa"]["reason"] == "mixed"
    for place, name in enumerate(("kappa", "kappa_quadratic", "kappa")):
        line = next(line for line in text.splitlines() if line.startswith("abc"[place] + " "))
        assert line.split()[1] == kinds[place]
        median = found["findings"][place]["estimands"][name]["median"]
        assert f"{median:.2f} ({median:.2f} to" in line
    assert "beside one with its own weights" in flat(text)


def test_the_kappa_of_the_cases_seen_is_shown_and_a_short_interval_explained(agreement_fit, row):
    counts = np.array([[50, 0], [0, 50]])
    _, text = told(agreement_fit([row(counts=counts)], np.tile(GOOD, (4, 1, 1, 1))))
    line = next(line for line in text.splitlines() if line.startswith("AI and reader  "))
    assert "1.00 0.80 (0.80 to 0.80)" in flat(line)
    assert "kappa of the 100 cases seen is 1.00, above the interval" in flat(text)


def test_predictions_from_few_findings_are_marked(agreement_fit, row):
    def make(count):
        rows = [row(f"f{i}", counts=COUNTS) for i in range(count)]
        hyper = {"mu": np.full(4, 0.9), "sd_finding": np.full(4, 0.4)}
        fit = agreement_fit(rows, np.tile(GOOD, (4, count, 1, 1)), hyper=hyper)
        return told(fit)[1]

    assert "new finding *" in make(4)
    assert "from fewer than 5, so led by the prior" in flat(make(4))
    assert "new finding *" not in make(5)
