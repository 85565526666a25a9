import datetime
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from metadx.errors import DataError
from metadx.studies.covariates import CovariateSpec
from metadx.studies.review import (
    Analysis,
    Published,
    ReviewSource,
    list_datasets,
    load_dataset,
    load_review,
)
from metadx.studies.totals import Total

TABLE = """\
study,tp,fp,fn,tn,malignant,setting,age,seen
Lee,68,14,35,132,103,a,50,x
Kim,31,4,2,9,33,b,NA,y
"""
FULL = """
[review]
title = "A test"
question = "How good is it?"
kind = "accuracy"
synthetic = true
synthetic_note = "made up"
index_test = "index"
target_condition = "target"
reference_standard = "reference"
unit = "lesion"
[source]
citation = "Lee 2003"
doi = "10.1/x"
url = "https://doi.org/10.1/x"
licence = "CC BY 4.0"
retrieved = 2026-11-22
transcription = ["typed twice"]
doubts = ["one", "two"]
[columns]
label = ["study", "setting"]
n_diseased = "malignant"
[columns.setting]
kind = "categorical"
meaning = "where"
reference = "b"
missing = "not reported"
[columns.age]
kind = "continuous"
unit = "year"
[columns.seen]
kind = "note"
[analysis]
model = "other-model"
sens = "~ age"
spec = "~ setting"
subgroup = "setting"
prevalence = [0.1, 0.5]
seed = 7
prob = 0.9
[[published]]
measure = "sens"
value = 0.67
lower = 0.62
upper = 0.72
method = "DerSimonian-Laird"
[[published]]
measure = "auc"
value = 1
note = "rounded"
[[totals]]
what = "studies"
value = 2
[[totals]]
what = "least_prevalence"
value = "33/46"
column = "setting"
levels = ["a", "b"]
note = "abstract"
"""
HEAD = '[review]\ntitle = "A test"\n'


@pytest.fixture
def folder(write):
    """Write a review folder and return it."""

    def _folder(toml=None, table=TABLE, name="studies.csv"):
        path = write(table, f"my-review/{name}") if table else write("", "my-review/notes.txt")
        if toml is not None:
            write(toml, "my-review/review.toml")
        return path.parent

    return _folder


def refusal(path, **options):
    with pytest.raises(DataError) as caught:
        load_review(path, **options)
    return str(caught.value)


def test_a_whole_review_is_read(folder):
    path = folder(FULL)
    review = load_review(path)
    assert (review.name, review.folder, review.title) == ("my-review", path, "A test")
    assert (review.question, review.kind, review.synthetic) == ("How good is it?", "accuracy", True)
    assert review.synthetic_note == "made up"
    assert (review.index_test, review.target_condition) == ("index", "target")
    assert (review.reference_standard, review.unit) == ("reference", "lesion")
    assert review.source == ReviewSource(
        citation="Lee 2003",
        doi="10.1/x",
        url="https://doi.org/10.1/x",
        licence="CC BY 4.0",
        retrieved=datetime.date(2026, 11, 22),
        transcription=("typed twice",),
        doubts=("one", "two"),
    )
    assert dict(review.columns) == {
        "setting": CovariateSpec("categorical", "where", reference="b", missing="not reported"),
        "age": CovariateSpec("continuous", unit="year"),
        "seen": CovariateSpec("note"),
    }
    assert review.analysis == Analysis(
        "other-model", "~ age", "~ setting", "setting", "error", (0.1, 0.5), 7, 0.9
    )
    assert review.published == (
        Published("sens", 0.67, 0.62, 0.72, "DerSimonian-Laird"),
        Published("auc", 1.0, note="rounded"),
    )
    assert review.totals == (
        Total("studies", 2),
        Total("least_prevalence", "33/46", "setting", ("a", "b"), "abstract"),
    )
    assert review.table.study == ("Lee, a", "Kim, b")
    assert list(review.table.covariates) == ["setting", "age"]
    assert review.table.covariates["setting"].reference == "b"


def test_defaults_stand_where_nothing_is_said(folder):
    review = load_review(folder(HEAD, "study,tp,fp,fn,tn\nLee,1,2,3,4\n"))
    assert review.analysis == Analysis(
        "bivariate-binomial", "~ 1", "~ 1", None, "error", (), 1, 0.95
    )
    assert review.source == ReviewSource()
    assert (review.published, review.totals, dict(review.columns)) == ((), (), {})
    assert (review.synthetic, review.synthetic_note) == (False, "")


def test_a_bare_table_is_a_review_named_after_its_file(write):
    path = write(TABLE, "trial.csv")
    review = load_review(str(path))
    assert (review.name, review.title, review.folder) == ("trial", "trial", path.parent)
    assert list(review.table.covariates) == ["malignant", "setting", "age", "seen"]
    assert load_review(path, label=["study", "setting"]).table.study == ("Lee, a", "Kim, b")


def test_a_folder_without_review_file_takes_its_single_table(folder, write):
    path = folder(table=TABLE, name="trial.csv")
    write("", "my-review/~$trial.xlsx")
    review = load_review(path)
    assert (review.name, review.title, review.table.source) == (
        "my-review",
        "my-review",
        "trial.csv",
    )
    write(TABLE, "my-review/other.tsv")
    assert refusal(path) == f"{path}: found other.tsv, trial.csv; keep one study table."
    write(TABLE, "my-review/studies.csv")
    assert load_review(path).table.source == "studies.csv"


def test_the_label_can_be_overridden(folder):
    assert load_review(folder(FULL), label=["study"]).table.study == ("Lee", "Kim")


def test_the_review_file_itself_stands_for_its_folder(folder):
    path = folder(FULL)
    assert load_review(path / "review.toml") == load_review(path)


@pytest.mark.parametrize("name", ["studies.tsv", "studies.xlsx"])
def test_the_table_may_have_another_form(folder, name):
    # The content decides how a table is read, so text under the name of a workbook will do here.
    assert load_review(folder(FULL, TABLE, name)).table.source == name


def test_there_must_be_exactly_one_table(folder, write):
    path = folder(FULL, table=None)
    assert refusal(path) == (
        f"{path}: there is no study table; wanted studies.csv, studies.tsv or studies.xlsx."
    )
    write(TABLE, "my-review/studies.csv")
    write(TABLE, "my-review/studies.tsv")
    assert refusal(path) == f"{path}: found studies.csv, studies.tsv; keep one study table."


def test_what_is_not_there_is_refused(tmp_path):
    assert refusal(tmp_path / "absent") == (
        f"{tmp_path / 'absent'}: there is no such file or folder; `metadx datasets` lists what "
        "ships."
    )


def test_agreement_has_a_reader_of_its_own(folder):
    path = folder(HEAD + 'kind = "agreement"\n')
    assert refusal(path) == (
        f'{path / "review.toml"}: review.kind: found "agreement"; read this review with '
        "metadx.load_agreement."
    )


COLUMN_KEYS = "kind, meaning, unit, reference, missing"
TOTAL = "[[totals]]\nwhat = "


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("", "review: is missing; give it a value."),
        ("[review]", "review.title: is missing; give it a value."),
        ('[review]\ntitle = " "', 'review.title: is empty; wanted at least one letter.'),
        (HEAD + "titel = 1", "review.titel: unknown key, wanted one of title, question, kind, "
         "synthetic, synthetic_note, index_test, target_condition, reference_standard, unit; did "
         "you mean title?"),
        (HEAD + "[sorce]", "sorce: unknown key, wanted one of review, source, columns, analysis, "
         "decision, published, totals, scale, findings, raters, corrections; did you mean source?"),
        (HEAD + 'synthetic = "no"', 'review.synthetic: found "no", wanted a valid boolean.'),
        (HEAD + "question = 3", "review.question: found 3, wanted a valid string."),
        (HEAD + 'kind = "acuracy"', 'review.kind: found "acuracy", wanted one of "accuracy" or '
         '"agreement".'),
        (HEAD + '[columns.year]\nkind = "number"', 'columns.year.kind: found "number", wanted one '
         'of "categorical", "continuous" or "note".'),
        (HEAD + '[columns.year]\nkid = "note"\nkind = "note"',
         f"columns.year.kid: unknown key, wanted one of {COLUMN_KEYS}; did you mean kind?"),
        (HEAD + "[columns.year]", "columns.year.kind: is missing; give it a value."),
        (HEAD + '[columns.year]\nkind = "note"\nunit = "mm"',
         "columns.year: unit is for continuous columns; the kind is note."),
        (HEAD + '[columns.year]\nkind = "continuous"\nreference = "a"',
         "columns.year: reference is for categorical columns; the kind is continuous."),
        (HEAD + '[columns.year]\nkind = "continuous"\nmissing = "a"',
         "columns.year: missing is for categorical columns; the kind is continuous."),
        (HEAD + 'synthetic_note = "made up"',
         "review: synthetic_note is for synthetic data; synthetic is false."),
        (HEAD + TOTAL + '"study"\nvalue = 2', 'totals[1].what: found "study", wanted one of '
         '"studies", "participants"'),
        (HEAD + TOTAL + '"studies"\nvalue = 2.5', "totals[1].value: found 2.5; wanted a whole "
         "number, or a prevalence in quotes."),
        (HEAD + TOTAL + '"studies"\nvalue = -2', "totals[1]: value of studies: found -2; wanted 0 "
         "or more."),
        (HEAD + TOTAL + '"least_prevalence"\nvalue = "8/7"', "totals[1]: value of "
         'least_prevalence: found "8/7", which does not lie between 0 and 1; wanted a text'),
        (HEAD + TOTAL + '"studies"\nvalue = 2\ncolumn = "x"', "totals[1]: column and levels belong "
         "together; give both or neither."),
        (HEAD + '[columns]\nyear = "x"', 'columns.year: found "x", wanted a table [columns.year] '
         "with its kind"),
        (HEAD + '[columns.tp]\nkind = "note"', "columns.tp: found {'kind': 'note'}, wanted a valid "
         "string."),
        (HEAD + "[columns]\nlabel = []", "columns.label: is empty; wanted at least one entry."),
        (HEAD + "[analysis]\nprob = 95", "analysis.prob: found 95, wanted less than 1."),
        (HEAD + "[analysis]\nprevalence = [0.1, 0.0]",
         "analysis.prevalence[2]: found 0.0, wanted greater than 0."),
        (HEAD + "[analysis]\nseed = -1", "analysis.seed: found -1, wanted greater than or equal"),
        (HEAD + "[analysis]\nseed = 1.0", "analysis.seed: found 1.0, wanted a valid integer."),
        (HEAD + '[analysis]\nsens = "year"', 'analysis.sens: found "year", wanted something like '
         '"~ 1".'),
        (HEAD + '[[published]]\nmeasure = "sens"\nvalue = "67%"',
         'published[1].value: found "67%", wanted a valid number.'),
        (HEAD + '[[published]]\nmeasure = "sens"\nvalue = nan', "published[1].value: found nan, "
         "wanted a finite number."),
        (HEAD + '[[published]]\nmeasure = "Sens %"\nvalue = 1', 'published[1].measure: found '
         '"Sens %", wanted something like "sens".'),
        (HEAD + '[source]\nretrieved = "2026-11-22"', 'source.retrieved: found "2026-11-22", '
         "wanted a date such as 2026-01-31, without quotes."),
        (HEAD + "[analysis]\nprevalence = 0.1", "analysis.prevalence: found 0.1, wanted a list: "
         "put it in brackets, [0.1]."),
        (HEAD + '[source]\ndoubts = "none"', 'source.doubts: found "none", wanted a list: '
         'put it in brackets, ["none"].'),
    ],
)  # fmt: skip
def test_what_breaks_the_form_is_told_with_its_path(folder, toml, message):
    path = folder(toml)
    found = refusal(path)
    assert found.startswith(f"{path / 'review.toml'}: {message}")


def test_all_faults_of_the_form_are_told_at_once(folder):
    path = folder(HEAD + "titel = 1\n[analysis]\nprob = 2\n")
    first, *others = refusal(path).splitlines()
    assert first == f"{path / 'review.toml'}: 2 problems"
    assert [line.split(":")[0].strip() for line in others] == ["review.titel", "analysis.prob"]


def test_a_file_that_is_no_toml_is_refused(folder, write):
    path = folder("[review]\ntitle = A\n")
    assert refusal(path) == (
        f"{path / 'review.toml'} is not valid TOML: Invalid value (at line 2, column 9): "
        '"title = A"; put a text in quotation marks, such as title = "...".'
    )
    write(b"\xff\xfe", "my-review/review.toml")
    assert refusal(path) == f"{path / 'review.toml'} is not UTF-8 text; save it as UTF-8."


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(folder):
    path = folder("\N{ZERO WIDTH NO-BREAK SPACE}" + FULL.replace("\n", "\r\n"))
    assert load_review(path).title == "A test"


def test_every_column_is_declared_and_every_declaration_has_a_column(folder):
    path = folder(FULL.replace('[columns.seen]\nkind = "note"\n', ""))
    assert refusal(path) == (
        f'{path / "review.toml"}: studies.csv has columns that are not declared: "seen"; add for '
        'each an entry [columns.NAME] with kind = "categorical", "continuous" or "note".'
    )
    path = folder(FULL.replace("[columns.seen]", "[columns.sen]"))
    assert 'there is no column "sen" (declared as a covariate); found: study' in refusal(path)


def test_a_subgroup_must_be_a_categorical_column(folder):
    for wrong in ("age", "seen", "settings"):
        path = folder(FULL.replace('subgroup = "setting"', f'subgroup = "{wrong}"'))
        assert refusal(path) == (
            f'{path / "review.toml"}: analysis.subgroup: "{wrong}" is no categorical column; '
            "wanted one of setting."
        )


def test_group_sizes_named_in_the_review_are_compared(folder):
    path = folder(FULL, TABLE.replace(",33,", ",28,"))
    assert refusal(path) == (
        'studies.csv, row 3 ("Kim, b"): tp = 31 exceeds n_diseased = 28; check the columns tp, fn.'
    )


def test_a_review_cannot_be_changed_and_can_be_sent_to_another_process(folder):
    review = load_review(folder(FULL))
    with pytest.raises(AttributeError):
        review.title = "other"
    with pytest.raises(TypeError):
        review.columns["x"] = CovariateSpec("note")
    assert pickle.loads(pickle.dumps(review)) == review
    assert isinstance(hash(review), int)


def test_shipped_reviews_are_listed_and_loaded(monkeypatch, folder):
    path = folder(FULL)
    (path.parent / "no-review").mkdir()
    (path.parent / "other.schema.json").write_text("{}")
    monkeypatch.setattr("metadx.studies.review.data_dir", lambda: path.parent)
    assert list_datasets() == ("my-review",)
    assert load_dataset("my-review") == load_review(path)
    with pytest.raises(DataError) as caught:
        load_dataset("My-Reviw")
    assert str(caught.value) == ('no dataset "My-Reviw" ships with metadx; did you mean my-review?')
    with pytest.raises(DataError, match=r'no dataset "\.\./x" ships with metadx; there are my-rev'):
        load_dataset("../x")


@pytest.mark.parametrize("name", list_datasets("accuracy"))
def test_every_shipped_review_is_valid(name):
    review = load_dataset(name)
    assert review.name == name
    assert review.table.n_studies > 0


def test_reading_a_table_loads_no_heavy_library(write):
    path = write(TABLE)
    code = (
        "import sys; from metadx.studies.review import load_review; load_review(sys.argv[1]);"
        "heavy = {'scipy', 'pandas', 'xarray', 'openpyxl', 'pydantic', 'pymc', 'arviz'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"


def test_a_total_must_name_a_categorical_column(folder):
    total = '[[totals]]\nwhat = "studies"\nvalue = 1\nlevels = ["a"]\ncolumn = '
    entries = FULL[FULL.index("[columns]") : FULL.index("[analysis]")]
    path = folder(f'{HEAD}{entries}{total}"age"\n')
    assert refusal(path) == (
        f'{path / "review.toml"}: totals[1].column: "age" is no categorical column of the study '
        "table; correct the name, or declare the column as categorical."
    )
