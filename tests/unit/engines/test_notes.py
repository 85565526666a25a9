import pytest

from metadx.cards.load import load_card
from metadx.engines.notes import fit_notes
from metadx.engines.result import EngineReport
from metadx.studies.accuracy import AccuracyTable

MARGINAL = EngineReport("marginal", 0.1, 3000.0, 7, 0.1)
CARD = load_card("bivariate-binomial").card


def notes_of(tp, fp, fn, tn, engine=MARGINAL):
    table = AccuracyTable.from_counts([f"Study {i + 1}" for i in range(len(tp))], tp, fp, fn, tn)
    return [(note.about, note.text) for note in fit_notes(table, CARD, engine)]


def test_an_ordinary_review_needs_no_note():
    assert notes_of([9, 8, 7, 6], [1, 2, 3, 4], [1, 1, 0, 2], [9, 9, 9, 9]) == []


@pytest.mark.parametrize(
    ("n", "words"), [(1, "one study says"), (2, "2 studies say"), (3, "3 studies say")]
)
def test_few_studies_are_led_by_the_prior(n, words):
    ((about, text),) = notes_of([9] * n, [1] * n, [1] * n, [9] * n)
    assert about == "heterogeneity"
    assert text.startswith(f"Prior-led: {words} little or nothing about how studies differ.")
    assert "the card bivariate-binomial." in text


def test_four_studies_are_not_few():
    assert notes_of([9] * 4, [1] * 4, [1] * 4, [9] * 4) == []


def test_studies_without_an_arm_are_named():
    found = notes_of([9, 8, 7, 0], [1, 0, 0, 4], [1, 1, 1, 0], [9, 0, 0, 9])
    assert found == [
        ("sens", "Without diseased participants, kept for the other arm: Study 4."),
        ("spec", "Without non-diseased participants, kept for the other arm: Study 2, Study 3."),
    ]


def test_at_most_five_studies_are_named():
    tn = [0] * 7 + [9]
    ((about, text),) = notes_of([9] * 8, [0] * 7 + [1], [1] * 8, tn)
    assert about == "spec"
    assert text.endswith("Study 1, Study 2, Study 3, Study 4, Study 5 and 2 more.")


def test_a_margin_that_no_study_measures_is_not_identified():
    found = notes_of([9, 8, 7, 6], [0] * 4, [1, 1, 1, 2], [0] * 4)
    assert found == [("spec", "No study has non-diseased participants: spec is not identified.")]


@pytest.mark.parametrize(
    ("cell", "about", "edge"),
    [("tp", "sens", "0"), ("fn", "sens", "1"), ("tn", "spec", "0"), ("fp", "spec", "1")],
)
def test_a_cell_that_is_zero_in_every_study_is_said(cell, about, edge):
    cells = {name: [5, 6, 7, 8] for name in ("tp", "fp", "fn", "tn")} | {cell: [0] * 4}
    ((found, text),) = notes_of(**cells)
    assert found == about
    assert text.startswith(f"{cell} = 0 in every study: the data only say that {about} is near ")
    assert f"near {edge};" in text


def test_the_fall_to_nuts_is_said():
    engine = EngineReport(
        "nuts", None, 900.0, 7, 9.0, fell_back="Pareto k of the importance weights is 0.81"
    )
    found = notes_of([9] * 4, [1] * 4, [1] * 4, [9] * 4, engine)
    text = "Pareto k of the importance weights is 0.81; the fit was made by NUTS instead."
    assert found == [("engine", text)]
