"""A new review is valid from the first moment, and every setting that it explains exists."""

import re
import shutil
import tomllib

import pytest

from metadx.errors import DataError
from metadx.resources import data_dir
from metadx.studies.agreement_review import load_agreement
from metadx.studies.append import add_study
from metadx.studies.review import list_datasets, load_review
from metadx.studies.review_file import read_review_file
from metadx.studies.scaffold import new_review
from metadx.studies.schema import ReviewFile

TABLE = '''\
Author,Year,TP,FP,FN,TN,"Mean ""age""",doi,Setting,empty
Li 2001,2001,20,5,4,60,50,10.1/a,ward,
Ho 2005,2005,33,9,3,80,61,10.1/b,clinic,
Ali 2008,2008,12,1,5,33,NA,10.1/c,clinic,
Roy 2010,2010,40,6,10,90,49,10.1/d,ward,
'''


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ["accuracy", "agreement"])
def test_every_setting_that_is_explained_exists(tmp_path, kind):
    new_review(tmp_path / "r", kind=kind)
    file = tmp_path / "r" / "review.toml"
    text = file.read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 100
    form = read_review_file(file)
    assert (form.review.kind, form.review.title) == (kind, "r")
    # Each line that is a setting behind a # is put to use; [columns] must come once.
    used = re.sub(r"(?m)^# (?=\[|\w+ = )", "", text)
    assert used != text
    file.write_text(used, encoding="utf-8")
    whole = read_review_file(file)
    assert whole.model_fields_set > form.model_fields_set
    if kind == "accuracy":
        others = {"scale", "findings", "raters", "corrections"}
        assert whole.model_fields_set == set(ReviewFile.model_fields) - others
        for section in ("review", "source", "analysis", "decision"):
            told = getattr(whole, section).model_fields_set
            assert told >= set(type(getattr(whole, section)).model_fields) - {"synthetic_note"}


def test_a_new_review_takes_studies_at_once(tmp_path):
    folder = tmp_path / "a" / "b"
    assert new_review(folder, title=' The "x"\ttest \\ ü') == ("review.toml", "studies.csv")
    assert sorted(path.name for path in folder.parent.iterdir()) == ["b"]
    add_study(folder, "Kim 2026", tp=3, fp=1, fn=2, tn=9, values={"year": 2026})
    review = load_review(folder)
    assert (review.title, review.table.n_studies) == ('The "x" test \\ ü', 1)
    assert review.table.covariates["year"].values.tolist() == [2026]


@pytest.mark.parametrize("name", list_datasets())
def test_every_shipped_review_can_be_begun_with(tmp_path, name):
    new_review(tmp_path / "r", source=name)
    copy, shipped = files(tmp_path / "r"), files(data_dir() / name)
    assert copy == {file: text for file, text in shipped.items() if not file.endswith(".py")}


def test_the_copy_gets_the_title_and_keeps_the_rest(tmp_path):
    new_review(tmp_path / "r", source="lung-nodule-ai", title='My "own"')
    shipped = (data_dir() / "lung-nodule-ai" / "review.toml").read_text(encoding="utf-8")
    copied = (tmp_path / "r" / "review.toml").read_text(encoding="utf-8")
    was, now = tomllib.loads(shipped), tomllib.loads(copied)
    assert now["review"].pop("title") == 'My "own"'
    assert was["review"].pop("title")
    assert was == now
    assert load_review(tmp_path / "r").synthetic


def test_a_table_is_declared_as_it_looks(tmp_path):
    table = tmp_path / "my table.csv"
    table.write_text(TABLE)
    new_review(tmp_path / "r", source=table)
    assert (tmp_path / "r" / "studies.csv").read_bytes() == table.read_bytes()
    review = load_review(tmp_path / "r")
    assert review.title == "r"
    assert {name: spec.kind for name, spec in review.columns.items()} == {
        "Year": "continuous", 'Mean "age"': "continuous", "doi": "note",
        "Setting": "categorical", "empty": "continuous",
    }  # fmt: skip
    assert review.table.covariates["Setting"].reference == "ward"
    assert review.table.study == load_review(table).table.study


def test_a_table_with_a_label_of_two_columns(tmp_path):
    table = tmp_path / "t.tsv"
    table.write_text("study\ttest\ttp\tfp\tfn\ttn\nLi\tCT\t1\t2\t3\t4\nLi\tMRI\t1\t2\t3\t5\n")
    with pytest.raises(DataError, match="have the same label"):
        new_review(tmp_path / "r", source=table)
    assert [path.name for path in tmp_path.iterdir()] == ["t.tsv"]
    new_review(tmp_path / "r", source=table, label=["study", "test"])
    assert load_review(tmp_path / "r").table.study == ("Li, CT", "Li, MRI")
    assert (tmp_path / "r" / "studies.tsv").is_file()


def test_ratings_become_a_review_of_agreement(tmp_path):
    source = data_dir() / "xeromammograms" / "ratings.csv"
    scale = load_agreement("xeromammograms").table.categories
    with pytest.raises(DataError, match="tell the categories, lowest first"):
        new_review(tmp_path / "r", source=source)
    new_review(tmp_path / "r", source=source, scale=scale)
    assert sorted(files(tmp_path / "r")) == ["ratings.csv", "review.toml"]
    review = load_agreement(tmp_path / "r")
    assert review.table.categories == scale
    assert review.table.rows[0].n == 85


def test_nothing_that_exists_is_changed(tmp_path):
    folder = tmp_path / "r"
    new_review(folder)
    before = files(folder)
    with pytest.raises(DataError, match="exists already and is left as it is"):
        new_review(folder, source="anti-ccp")
    assert files(folder) == before
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    for name in ("file", "link", "empty"):
        with pytest.raises(DataError, match="exists already"):
            new_review(tmp_path / name)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("anti-cpp", "no shipped review of that name"),
        ("empty", "is no review"),
        ("bad.csv", "tp is missing"),
        ("result", "is no review"),
    ],
)
def test_what_cannot_be_begun_with_is_refused(tmp_path, source, wanted):
    (tmp_path / "empty").mkdir()
    (tmp_path / "result").mkdir()
    (tmp_path / "result" / "summary.json").write_text("{}")
    (tmp_path / "bad.csv").write_text("study,tp,fp,fn,tn\nLi,,2,3,4\n")
    before = sorted(tmp_path.rglob("*"))
    path = tmp_path / source
    with pytest.raises(DataError, match=wanted):
        new_review(tmp_path / "new" / "r", source=path if path.exists() else source)
    assert sorted(path for path in tmp_path.rglob("*") if path.name != "new") == before


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot be made"):
        new_review(tmp_path / "file" / "r")


def test_a_review_is_copied_without_its_history(tmp_path):
    shutil.copytree(data_dir() / "telomerase", tmp_path / "a")
    add_study(tmp_path / "a", "Kim 2026", tp=3, fp=1, fn=2, tn=9)
    new_review(tmp_path / "b", source=tmp_path / "a")
    assert sorted(files(tmp_path / "b")) == ["review.toml", "studies.csv"]
    assert load_review(tmp_path / "b").table.study[-1] == "Kim 2026"


def test_a_workbook_becomes_a_table_that_studies_can_be_added_to(tmp_path, workbook):
    rows = [line.split(",") for line in TABLE.replace('"Mean ""age"""', "age").splitlines()]
    cells = [[int(cell) if cell.isdigit() else cell or None for cell in row] for row in rows]
    origin = workbook(notes=[["a, b"]], table=[*cells[:2], [], *cells[2:]])
    assert new_review(tmp_path / "r", source=origin) == ("review.toml", "studies.csv")
    made, begun = (load_review(path).table.to_frame() for path in (tmp_path / "r", origin))
    shared = ["study", "Year", "tp", "fp", "fn", "tn", "age", "Setting"]
    assert made[shared].equals(begun[shared])
    add_study(tmp_path / "r", "Kim 2026", tp=3, fp=1, fn=2, tn=9)
    assert load_review(tmp_path / "r").table.study[-1] == "Kim 2026"
