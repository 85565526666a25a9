import json
import pickle
import subprocess
import sys

import pytest

from metadx.errors import DataError
from metadx.studies.agreement_remarks import agreement_remarks
from metadx.studies.agreement_review import load_agreement, review_kind
from metadx.studies.review import list_datasets, load_dataset, load_review

HEAD = '[review]\ntitle = "Two readers"\nkind = "agreement"\n'
SCALE = '[scale]\ncategories = ["no", "some", "much"]\n'
RATINGS = "case,A,B\n1,no,no\n2,some,much\n3,much,much\n"
FIGURES = """\
finding,region,rater_a,rater_b,n,kappa,kappa_lower,kappa_upper,spearman,spearman_of
cyst,total,AI,reader,20,0.60,0.45,0.76,0.5,measurement
cyst,left,AI,reader,20,,,,0.40,measurement
"""
MARGINS = """\
finding,region,rater,category,count,percent
cyst,total,AI,no,10,50.0
cyst,total,AI,some,6,30.0
cyst,total,AI,much,4,20.0
cyst,total,reader,no,12,60.0
cyst,total,reader,some,5,25.0
cyst,total,reader,much,3,15.0
"""
QUARTILES = """\
finding,region,rater,lower_quartile,median,upper_quartile
cyst,left,AI,0.1,0.4,1.0
"""
FULL = """
[review]
title = "Two readers"
question = "Do they agree?"
kind = "agreement"
synthetic = true
synthetic_note = "made up"
unit = "lung"
[source]
citation = "Lee 2003"
doubts = ["one", "two"]
[analysis]
seed = 7
prob = 0.9
[scale]
categories = ["no", "some", "much"]
boundaries = [1, 25.0]
unit = "%"
whole = "total"
[findings.cyst]
group = "holes"
[raters.AI]
about = "a program"
[[published]]
measure = "kappa"
value = 0.6
"""


@pytest.fixture
def folder(write):
    """Write a review folder from its files and return it."""

    def _folder(toml=None, **tables):
        for name, text in tables.items():
            write(text, f"my-review/{name}.csv")
        path = write(toml or "", "my-review/review.toml")
        if toml is None:
            path.unlink()
        return path.parent

    return _folder


def refusal(path, **options):
    with pytest.raises(DataError) as caught:
        load_agreement(path, **options)
    return str(caught.value)


def test_a_whole_folder_is_read(folder):
    path = folder(FULL, agreement=FIGURES, margins=MARGINS, quartiles=QUARTILES)
    review = load_agreement(path)
    table = review.table
    assert (review.name, review.title, review.question) == (
        "my-review", "Two readers", "Do they agree?"
    )  # fmt: skip
    assert (review.kind, review.unit, review.synthetic) == ("agreement", "lung", True)
    assert review.source.doubts == ("one", "two")
    assert (review.analysis.model, review.analysis.seed, review.analysis.prob) == (
        "ordinal-agreement", 7, 0.9
    )  # fmt: skip
    assert review.model == "ordinal-agreement"
    assert review.raters == {"AI": "a program"}
    assert review.published[0].value == 0.6
    assert table.categories == ("no", "some", "much")
    assert (table.boundaries, table.boundary_unit, table.whole) == ((1.0, 25.0), "%", "total")
    assert table.groups == {"cyst": "holes"}
    assert table.source == "agreement.csv, margins.csv, quartiles.csv"
    whole, part = table.rows
    assert [table.is_part(row) for row in table.rows] == [False, True]
    assert [margin.tolist() for margin in whole.margins_a] == [[10, 6, 4]]
    assert [margin.tolist() for margin in whole.margins_b] == [[12, 5, 3]]
    assert (part.margins_a, part.margins_b, part.kappa, whole.quartiles) == ((), (), None, None)
    assert part.quartiles is not None
    assert (part.quartiles.lower, part.quartiles.median, part.quartiles.upper) == (0.1, 0.4, 1.0)
    decimals = agreement_remarks(review)
    assert [about for about, _ in decimals] == ["agreement.csv, spearman"]
    assert "1 to 2 decimals" in decimals[0][1]


def test_a_review_travels_to_other_processes(folder):
    review = load_agreement(folder(FULL, agreement=FIGURES, margins=MARGINS, quartiles=QUARTILES))
    again = pickle.loads(pickle.dumps(review))
    assert again.raters == review.raters
    assert again.table.rows[0].margins_a[0].tolist() == [10, 6, 4]


def test_a_folder_without_form_and_a_bare_file(folder, write):
    text = "case,A,B\n1,1,1\n2,2,3\n3,3,3\n"
    bare = load_agreement(write(text, "mine.csv"))
    inside = load_agreement(folder(ratings=text))
    assert (bare.name, bare.title, inside.name) == ("mine", "mine", "my-review")
    assert bare.table.categories == inside.table.categories == ("1", "2", "3")
    assert bare.table.sha256 == inside.table.sha256
    assert [about for about, _ in bare.table.remarks] == ["scale"]
    worded = write(RATINGS, "worded.csv")
    named = load_agreement(worded, scale=["no", "some", "much"]).table
    assert named.rows[0].counts.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1]]
    assert named.remarks == ()
    assert refusal(worded) == (
        'worded.csv, column "A": the categories are no whole numbers ("no"), so their order is not '
        'known; tell the categories, lowest first: --scale "none,mild,severe", or [scale] '
        'categories = ["none", "mild", "severe"] in review.toml.'
    )


def test_decimals_are_no_scale_by_themselves(write):
    said = refusal(write("case,A,B\n1,0.5,1\n2,1,1\n", "half.csv"))
    assert said.startswith('half.csv, column "A": "0.5" is no whole number, and only whole numbers')
    assert "order" not in said


def test_the_scale_by_hand_comes_before_the_declared_one(folder):
    path = folder(HEAD + SCALE, ratings=RATINGS)
    assert load_agreement(path, scale=["none", "no", "some", "much"]).table.n_categories == 4
    assert refusal(path, scale=["no"]) == (
        "the scale has 1 categories (no); wanted at least two, separated by commas."
    )
    assert refusal(path, scale=["no", "No"]) == "the scale names a category twice: no, No."


def test_printed_figures_alone_are_read_with_a_scale(write):
    path = write("rater_a,rater_b,n,kappa\nA,B,50,0.61\n", "figures.csv")
    table = load_agreement(path, scale=["no", "yes"]).table
    assert table.rows[0].kappa.value == 0.61
    assert refusal(path).startswith("figures.csv: printed figures alone do not tell the scale")


def test_files_that_are_not_there_are_told(folder, tmp_path):
    assert refusal(tmp_path / "absent") == (
        f"{tmp_path / 'absent'}: there is no such file or folder; `metadx datasets` lists what "
        "ships."
    )
    path = folder(HEAD + SCALE, margins=MARGINS)
    assert refusal(path) == (
        f"{path}: there is no table of ratings and none of printed figures; wanted ratings.csv "
        "(one column a rater) or agreement.csv (one row a pair of raters, with n), which "
        "margins.csv belongs to."
    )
    (path / "ratings.tsv").write_text("")
    (path / "ratings.csv").write_text("")
    assert refusal(path) == f"{path}: found ratings.csv, ratings.tsv; keep one of them."


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('[review]\ntitle = "x"\n', 'review.kind: found "accuracy", wanted "agreement"; read this '
         "review with metadx.load_review."),
        (HEAD + '[columns]\ntp = "x"', 'columns: is for reviews of accuracy, and review.kind is '
         '"agreement"; take it out or correct the kind.'),
        (HEAD + 'index_test = "x"', 'review.index_test: is for reviews of accuracy, and '
         'review.kind is "agreement"; take it out or correct the kind.'),
        (HEAD + '[analysis]\nsens = "~ x"', 'analysis.sens: is for reviews of accuracy, and '
         'review.kind is "agreement"; take it out or correct the kind.'),
        (HEAD + '[scale]\ncategories = ["no"]', "scale.categories: has 1 entry, wanted at "
         "least 2."),
        (HEAD + '[scale]\ncategories = ["no", "No"]', "scale: categories: two are the same; give "
         "each category a name of its own."),
        (HEAD + '[scale]\ncategories = ["a", "b"]\nboundaries = [1, 2]', "scale: boundaries: found "
         "2, wanted 1, the lower limit of each category above the first."),
        (HEAD + '[scale]\ncategories = ["a", "b", "c"]\nboundaries = [2, 1]',
         "scale: boundaries: wanted in increasing order."),
        (HEAD + '[scale]\ncategories = ["a", "b", "c"]\ncodes = ["1", "2"]',
         "scale: codes: found 2, wanted one for each of 3."),
        (HEAD + SCALE + 'unit = "%"', "scale: unit is that of boundaries; there are none."),
        (HEAD + SCALE + '[findings.cyst]\ngrup = "x"',
         "findings.cyst.grup: unknown key, wanted one of group; did you mean group?"),
        (HEAD + SCALE + '[findings.cist]\ngroup = "x"',
         'findings."cist": the table has no such finding; it has cyst.'),
        (HEAD + SCALE + '[raters.IA]\nabout = "x"',
         'raters."IA": there is no such rater; there are AI, reader.'),
        (HEAD + SCALE + 'whole = "all"',
         'scale.whole: the table has no region "all"; it has "total", "left".'),
        (HEAD + SCALE + '[[corrections]]\nrater = "AI"\nprinted = [1]\ncandidates = []\n'
         'reason = "x"', "corrections[1].candidates: is empty; wanted at least one entry."),
        (HEAD + SCALE + '[[corrections]]\nrater = "AI"\nprinted = [-1]\ncandidates = [[1]]\n'
         'reason = "x"', "corrections[1].printed[1]: found -1, wanted greater than or equal to 0."),
    ],
)  # fmt: skip
def test_what_the_form_may_not_say(toml, message, folder):
    path = folder(toml, agreement=FIGURES, margins=MARGINS)
    assert refusal(path) == f"{path / 'review.toml'}: {message}"


def test_an_accuracy_review_takes_no_scale(write):
    write("study,tp,fp,fn,tn\nLee,1,2,3,4\n", "mine/studies.csv")
    form = write('[review]\ntitle = "x"\n' + SCALE, "mine/review.toml")
    with pytest.raises(DataError) as caught:
        load_review(form.parent)
    assert str(caught.value) == (
        f'{form}: scale: is for reviews of agreement, and review.kind is "accuracy"; take it out '
        "or correct the kind."
    )


def test_shipped_reviews_of_both_kinds_are_told_apart():
    agreement = list_datasets("agreement")
    assert agreement == (
        "carcinoma-pathologists", "ild-agreement", "multiple-sclerosis", "xeromammograms"
    )  # fmt: skip
    assert sorted((*agreement, *list_datasets("accuracy"))) == list(list_datasets())
    assert {review_kind(name) for name in agreement} == {"agreement"}
    for name in agreement:
        assert load_agreement(name).name == name
        with pytest.raises(DataError, match=r"read .* with metadx\.load_agreement"):
            load_dataset(name)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.csv", RATINGS, "agreement"),
        ("a.csv", FIGURES, "agreement"),
        ("a.csv", "radiologist A;radiologist B;count\nno;yes;7\nyes;no;3\n", "agreement"),
        ("a.csv", "study,tp,fp,fn,tn\nA,1,2,1,2\n", "accuracy"),
        ("a.csv", "study,tp,fp,fn\nA,1,2,1\nB,1,2,2\n", "accuracy"),
        ("a.csv", "study,reported_sens,reported_n\nA,1,1\n", "accuracy"),
        ("a.csv", "study,true positives,x,y\nA,1,2,1\n", "accuracy"),
        ("a.csv", "study,a,b,c,d\nX,1,2,2,1\nY,2,1,1,2\n", "accuracy"),
        ("a.csv", "study,a,b\nX,1,2\nX,2,1\nY,1,2\n", "agreement"),
        ("a.csv", "study,year,age\nA,2001,50\nB,2002,60\n", "accuracy"),
        ("a.csv", "", "accuracy"),
        ("a.csv", b"\xff\xfe\x00", "accuracy"),
        ("f/ratings.csv", RATINGS, "agreement"),
        ("f/agreement.csv", FIGURES, "agreement"),
        ("f/review.toml", HEAD, "agreement"),
        ("f/review.toml", '[review]\ntitle = "x"\n', "accuracy"),
        ("f/review.toml", "review = 3", "accuracy"),
        ("f/review.toml", "[review", "accuracy"),
    ],
)
def test_the_kind_of_a_path(name, text, kind, write):
    path = write(text, name)
    assert review_kind(path) == kind
    assert review_kind(path.parent if name.startswith("f/") else path) == kind


def test_a_folder_of_studies_is_of_accuracy_whatever_is_in_it(write):
    assert review_kind(write(RATINGS, "f/studies.csv").parent) == "accuracy"


def test_what_is_not_there_is_left_to_the_reader(tmp_path):
    assert review_kind(tmp_path / "absent") == "accuracy"
    assert review_kind("no-such-review") == "accuracy"


def test_workbooks_and_tab_separated_files_say_the_same(workbook, write):
    rows = [line.split(",") for line in RATINGS.splitlines()]
    expected = load_agreement(write(RATINGS, "a.csv"), scale=["no", "some", "much"]).table
    book = workbook("a.xlsx", notes=[["read me"]], ratings=rows)
    marked = b"\xef\xbb\xbf" + RATINGS.replace(",", ";").encode()
    for path in (
        book,
        write(RATINGS.replace(",", "\t"), "a.tsv"),
        write(marked, "b.csv"),
        write(RATINGS.encode("utf-16"), "c.csv"),
    ):
        assert review_kind(path) == "agreement"
        found = load_agreement(path, scale=["no", "some", "much"]).table
        assert found.rows[0].counts.tolist() == expected.rows[0].counts.tolist()


def test_reading_loads_no_heavy_library(folder):
    path = folder(FULL, agreement=FIGURES, margins=MARGINS, quartiles=QUARTILES)
    code = (
        "import sys, json; from metadx.studies.agreement_review import load_agreement;"
        "load_agreement(sys.argv[1]);"
        "heavy = {'scipy', 'pandas', 'xarray', 'openpyxl', 'pymc', 'arviz'};"
        "print(json.dumps(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
