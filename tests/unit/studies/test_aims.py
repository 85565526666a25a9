"""The section [decision] of review.toml: what a test is wanted for."""

import pytest

from metadx.errors import DataError
from metadx.studies.aims import Aims
from metadx.studies.review import load_review

TABLE = "study,tp,fp,fn,tn\nLee,68,14,35,132\nKim,31,4,2,9\n"
HEAD = '[review]\ntitle = "A test"\n'


@pytest.fixture
def review(tmp_path):
    """Write a review with a given review.toml and return its folder."""

    def make(toml):
        (tmp_path / "studies.csv").write_text(TABLE, encoding="utf-8")
        (tmp_path / "review.toml").write_text(toml, encoding="utf-8")
        return tmp_path

    return make


def test_aims_are_read_and_thresholds_put_in_order(review):
    words = """
[decision]
goal = "both"
source = "the guideline"
lr_pos = 5
npv = 0.98
thresholds = [0.2, 0.05, 0.2]
design = "case-control"
"""
    found = load_review(review(HEAD + words)).aims
    assert found == Aims(
        goal="both", source="the guideline", lr_pos=5.0, npv=0.98, thresholds=(0.05, 0.2),
        design="case-control",
    )  # fmt: skip
    assert found.stated == ("lr_pos", "npv")
    assert load_review(review(HEAD)).aims == Aims()


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('goal = "exclude"', 'decision.goal: found "exclude", wanted one of "rule out", "rule in" '
         'or "both"'),
        ("lr_neg = 1.5", "decision.lr_neg: found 1.5, wanted less than 1."),
        ("lr_pos = 1", "decision.lr_pos: found 1, wanted greater than 1."),
        ("sens = 95", "decision.sens: found 95, wanted less than 1."),
        ("thresholds = [0.1, 1.0]", "decision.thresholds[2]: found 1.0, wanted less than 1."),
        ('design = "trial"', 'decision.design: found "trial", wanted one of "cohort", '
         '"case-control" or "mixed"'),
        ('goal = "rule out"\nspec = 0.9', 'decision: spec is no target for a test that is to "rule '
         'out"; take it out, or give goal = "both".'),
        ('goal = "rule in"\nlr_neg = 0.2', "decision: lr_neg is no target for a test"),
        ("cost = 3", "decision.cost: unknown key"),
    ],
)  # fmt: skip
def test_aims_that_make_no_sense_are_refused_with_their_place(review, toml, message):
    folder = review(f"{HEAD}[decision]\n{toml}")
    with pytest.raises(DataError) as caught:
        load_review(folder)
    assert str(caught.value).startswith(f"{folder / 'review.toml'}: {message}")


def test_aims_are_for_reviews_of_accuracy(review):
    folder = review(HEAD + 'kind = "agreement"\n[decision]\n')
    with pytest.raises(DataError, match="decision: is for reviews of accuracy"):
        load_review(folder)
