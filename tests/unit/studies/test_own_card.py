from metadx.resources import models_dir
from metadx.studies.review import load_dataset, load_review

TABLE = "study,tp,fp,fn,tn\nLee 2003,68,14,35,132\nKim 2019,31,4,2,9\n"
REVIEW = """[review]
title = "A test"
question = "How good is it?"
[analysis]
model = "own.toml"
"""


def test_a_card_beside_the_review_is_found_from_anywhere(tmp_path, monkeypatch):
    folder = tmp_path / "review"
    folder.mkdir()
    (folder / "studies.csv").write_text(TABLE, encoding="utf-8")
    (folder / "review.toml").write_text(REVIEW, encoding="utf-8")
    card = (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")
    (folder / "own.toml").write_text(card, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_review("review").model == folder.relative_to(tmp_path) / "own.toml"


def test_an_id_stays_an_id():
    assert load_dataset("telomerase").model == "bivariate-binomial"
