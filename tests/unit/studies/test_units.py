"""The words for what a review counts."""

import pickle

import pytest

import metadx
from metadx.studies.units import counted


@pytest.mark.parametrize(
    ("unit", "word"),
    [
        ("", "participants"),
        ("Patients", "participants"),
        ("people", "participants"),
        ("nodule", "nodules"),
        ("lesions", "lesions"),
        ("mass", "masses"),
        ("biopsy", "biopsies"),
        ("day", "days"),
        ("patient or episode", "units"),
        ("mixed: patient in some studies, nodule in others", "units"),
    ],
)
def test_the_plural_of_a_unit(unit, word):
    assert counted(unit) == word


def test_a_table_keeps_its_word_through_selection_copy_and_file(tmp_path):
    table = metadx.load_dataset("lung-nodule-ai").table
    assert table.counted == "nodules"
    assert table.take([0, 3]).counted == "nodules"
    assert pickle.loads(pickle.dumps(table)).counted == "nodules"
    fit = metadx.fit(table, draws=400)
    fit.save(tmp_path / "fit.nc")
    assert metadx.Fit.load(tmp_path / "fit.nc").table.counted == "nodules"


def test_words_of_figures_and_answers_are_of_what_was_counted():
    review = metadx.load_dataset("lung-nodule-ai")
    fit = metadx.fit(review, draws=400)
    figure = metadx.plot_sroc(fit, backend="none")
    assert "area proportional to the number of nodules" in metadx.figure_text(figure).caption
    assert metadx.summary(fit)["data"]["counted"] == "nodules"
