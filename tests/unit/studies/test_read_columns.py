import hashlib
import time

import numpy as np
import pytest

from metadx.errors import DataError
from metadx.studies.covariates import Categorical, Continuous, CovariateSpec
from metadx.studies.headers import ALIASES, find_column
from metadx.studies.read import read_table

HEADER = "study,tp,fp,fn,tn"


@pytest.mark.parametrize(
    ("role", "header"),
    [
        ("tp", "TP"),
        ("tp", "true_pos"),
        ("tp", "TruePositives"),
        ("tp", "true positives"),
        ("tp", "True.Positive"),
        ("tp", "true-positives"),
        ("fp", "False Pos."),
        ("fn", "FALSE_NEGATIVES"),
        ("tn", " T N "),
        ("study", "First Author"),
        ("study", "Study.ID"),
        ("study", "ID"),
        ("study", "label"),
        ("n_diseased", "N diseased"),
        ("n_nondiseased", "n.nondiseased"),
    ],
)
def test_a_column_is_found_by_any_of_its_names(write, role, header):
    headers = [*HEADER.split(","), "n_diseased", "n_nondiseased"]
    headers[headers.index(role)] = header
    table = read_table(write(",".join(headers) + "\nKim,31,4,2,9,33,13\n"))
    assert (table.study, table.tp[0], table.fp[0], table.fn[0], table.tn[0]) == (
        ("Kim",),
        31,
        4,
        2,
        9,
    )
    assert dict(table.covariates) == {}


@pytest.mark.parametrize("header", ["TP (n)", "tp%", "tps", "true", "positives"])
def test_a_name_that_is_only_similar_is_not_taken(write, refusal, header):
    message = refusal(write(f"study,{header},fp,fn,tn\nKim,31,4,2,9\n"))
    assert message == (
        f'studies.csv: no column for tp; found: "study", "{header}", "fp", "fn", "tn". Accepted '
        "names (case, spaces, dots, hyphens and underscores do not matter) are tp: tp, true pos, "
        "true positive, true positives."
    )


def test_what_may_be_ratings_is_told_how_they_are_laid_out(write, refusal):
    said = refusal(write(",B0,B1\nA0,10,2\nA1,3,12\n"))
    assert said.startswith("studies.csv: no column for tp, fp, fn, tn")
    assert said.endswith(
        "Ratings have one column a rater and one row a case; the cross-table of two raters has a "
        "column for each rater, with categories, and a column count."
    )
    assert "Ratings" not in refusal(write("study,tp,A\nKim,31,4\n"))


def test_all_missing_columns_are_named(write, refusal):
    message = refusal(write("name,tp,fp\nKim,31,4\n"))
    assert message.startswith(
        'studies.csv: no column for fn, tn, study; found: "name", "tp", "fp".'
    )
    for role in ("fn", "tn", "study"):
        assert f"{role}: {', '.join(ALIASES[role])}" in message


def test_columns_that_are_not_separated_are_noticed(write, refusal):
    message = refusal(write("study tp fp fn tn\nKim 31 4 2 9\n"))
    assert message.endswith("Columns must be separated by commas, semicolons or tabs.")


def test_two_columns_for_one_role_are_refused(write, refusal):
    assert refusal(write("study,TP,true_pos,fp,fn,tn\nKim,31,31,4,2,9\n")) == (
        'studies.csv: the columns "TP" and "true_pos" both stand for tp; keep one, or say which: '
        '[columns] tp = "TP" in review.toml.'
    )
    assert refusal(write("author,id,tp,fp,fn,tn\nKim,1,31,4,2,9\n")) == (
        'studies.csv: the columns "author" and "id" both stand for study; say which names the '
        "studies: --label author."
    )


def test_a_column_named_study_comes_before_the_other_names(write):
    table = read_table(write("id,study,tp,fp,fn,tn\n1,Kim,31,4,2,9\n"))
    assert table.study == ("Kim",)
    assert list(table.covariates) == ["id"]


def test_a_role_can_be_given_by_hand(write, refusal):
    path = write("study,TP (n),fp,fn,tn,malignant\nKim,31,4,2,9,33\n")
    table = read_table(path, columns={"tp": "tp (N)", "n_diseased": "malignant"})
    assert (table.tp[0], dict(table.covariates)) == (31, {})
    assert refusal(path, columns={"tp": "TP (n)", "n_diseased": "malign"}) == (
        'studies.csv: there is no column "malign" (n_diseased); found: study, TP (n), fp, fn, tn, '
        'malignant; did you mean "malignant"?'
    )
    assert refusal(path, columns={"tpp": "TP (n)"}) == (
        "studies.csv: tpp is no role of a column; wanted tp, fp, fn, tn, study, n_diseased, "
        "n_nondiseased."
    )


def test_a_column_with_a_role_by_hand_plays_no_other(write):
    path = write("label,id,tp,fp,fn,tn\nKim,33,31,4,2,9\n")
    assert read_table(path, columns={"n_diseased": "id"}).study == ("Kim",)


def test_a_header_asked_for_must_be_clear():
    with pytest.raises(
        DataError, match=r'"meanage" \(covariate\) may be "Mean age" and "mean_age"'
    ):
        find_column(["Mean age", "mean_age"], "meanage", source="a.csv", purpose="covariate")
    assert find_column(["Mean age", "mean_age"], "mean_age", source="a.csv", purpose="x") == 1


def test_printed_group_sizes_are_compared_and_may_be_missing(write, refusal):
    text = f"{HEADER},n_diseased,n_nondiseased\nLee,68,14,35,132,NA,146\nKim,31,4,2,9,28,\n"
    assert refusal(write(text)) == (
        'studies.csv, row 3 ("Kim"): tp = 31 exceeds n_diseased = 28; check the columns tp, fn.'
    )
    assert read_table(write(text.replace("28", "33"))).n_studies == 2
    assert refusal(write(text.replace("28", "x"))) == (
        'studies.csv, row 3 ("Kim"): n_diseased = "x" is not a number; write the count in digits.'
    )


def test_every_bad_cell_is_named_by_row_study_column_and_value(write, refusal):
    text = (
        "Author;TP;False Pos;fn;tn\nLee;;14;35;132\nKim;31;-4;2,5;9\nWu;1;2;3;NA\n"
        'Li;"1,234";1e3;inf;3000000000\n'
    )
    missing = "give the count (missing is never read as 0) or drop the row"
    assert refusal(write(text)) == (
        "studies.csv: 8 problems\n"
        f'  row 2 ("Lee"): TP is missing; {missing}.\n'
        '  row 3 ("Kim"): False Pos = "-4" is negative; correct the count.\n'
        '  row 3 ("Kim"): fn = "2,5" is not a number; write the count in digits.\n'
        f'  row 4 ("Wu"): tn is missing ("NA"); {missing}.\n'
        '  row 5 ("Li"): TP = "1,234" may hold a thousands separator; write the digits alone.\n'
        '  row 5 ("Li"): False Pos = "1e3" is in scientific notation, which may hide digits; write '
        "all of them.\n"
        '  row 5 ("Li"): fn = "inf" is not finite; correct the count.\n'
        '  row 5 ("Li"): tn = 3000000000 exceeds 2147483648 (2^31); correct the count.'
    )


def test_more_than_ten_bad_cells_are_counted(write, refusal):
    rows = "".join(f"S{i},x,1,1,1\n" for i in range(14))
    lines = refusal(write(f"{HEADER}\n{rows}")).splitlines()
    assert lines[0] == "studies.csv: 14 problems"
    assert lines[10].startswith('  row 11 ("S9"): tp = "x"')
    assert lines[11:] == ["  and 4 more."]


def test_whole_numbers_written_with_decimals_are_taken(write):
    assert read_table(write(f"{HEADER}\nKim,31.0,4.0,2.0,9.00\n")).tp.tolist() == [31]


def test_empty_and_repeated_labels_are_refused(write, refusal):
    assert refusal(write(f"{HEADER}\nLee,1,2,3,4\n  ,1,2,3,4\nNA,1,2,3,4\n")) == (
        "studies.csv: 2 problems\n"
        "  row 3: the label (study) is empty; give every study a name.\n"
        "  row 4: the label (study) is empty; give every study a name."
    )
    text = (
        "Study,tp,fp,fn,tn,year,test\nLi,1,2,3,4,1999,CT\nWu,1,2,3,4,1999,CT\nLi,1,2,3,4,1999,MRI\n"
    )
    assert refusal(write(text)) == (
        'studies.csv: rows 2 and 4 have the same label "Li"; make the label of several columns, '
        'which tells them apart: --label Study,test or [columns] label = ["Study", "test"] in '
        "review.toml."
    )
    two = text.replace("Wu", "Li").replace(
        "4,1999,CT\nLi,1,2,3,4,1999,MRI", "5,2000,CT\nLi,1,2,3,4,2000,MRI"
    )
    assert 'label = ["Study", "year", "test"]' in refusal(write(two))
    assert refusal(write(f"{HEADER}\nLi,1,2,3,4\nLi,1,2,3,4\n")) == (
        'studies.csv: rows 2 and 3 have the same label "Li"; no other columns tell them apart: '
        "delete what was entered twice, rename the rest."
    )


def test_a_label_of_several_columns_is_joined(write, refusal):
    path = write("study,tp,fp,fn,tn,year,test\nLi,1,2,3,4,1999,CT\nLi,1,2,3,4,,CT\n")
    table = read_table(path, label=["study", "Test", "year"])
    assert table.study == ("Li, CT, 1999", "Li, CT")
    assert list(table.covariates) == ["year", "test"]
    assert refusal(path, label=["study", "tests"]) == (
        'studies.csv: there is no column "tests" (part of the study label); found: study, tp, fp, '
        'fn, tn, year, test; did you mean "test"?'
    )
    assert refusal(path, label=[]) == (
        "studies.csv: the label is made of no column; name at least one."
    )
    assert 'rows 2 and 3 have the same label "Li, CT"' in refusal(path, label=["study", "test"])


def test_a_label_needs_no_column_named_study(write):
    table = read_table(write("centre,id,tp,fp,fn,tn\nOslo,7,1,2,3,4\n"), label=["centre", "id"])
    assert table.study == ("Oslo, 7",)
    assert list(table.covariates) == ["centre"]
    table = read_table(write("study,id,tp,fp,fn,tn\nKim,7,1,2,3,4\n"), label=["id"])
    assert (table.study, dict(table.covariates)) == (("7",), {})


def test_labels_of_any_script_are_kept(write):
    names = ["姚威 2023", "Ελένη", "Łoś–Ñandú ½", "نور"]
    rows = "".join(f"{name},1,2,3,4\n" for name in names)
    assert read_table(write(f"{HEADER}\n{rows}")).study == tuple(names)


def test_undeclared_columns_are_guessed_and_declared_ones_obeyed(write):
    path = write(
        f"{HEADER},year,arm,remark\nKim,1,2,3,4,2001,b,x\nLee,1,2,3,4,,a,y\nWu,1,2,3,4,3,a,z\n"
    )
    guessed = read_table(path).covariates
    assert list(guessed) == ["year", "arm", "remark"]
    assert guessed["year"] == Continuous("year", [2001.0, np.nan, 3.0])
    assert guessed["arm"] == Categorical("arm", ("b", "a", "a"), ("b", "a"), "a")
    declared = {
        "Year": CovariateSpec("categorical", "year of publication", reference="3"),
        "remark": CovariateSpec("note"),
    }
    read = read_table(path, covariates=declared).covariates
    assert list(read) == ["Year", "arm"]
    assert read["Year"] == Categorical(
        "Year", ("2001", None, "3"), ("2001", "3"), "3", "year of publication"
    )


def test_a_declared_column_plays_no_role_by_its_name(write):
    path = write("study,id,tp,fp,fn,tn,n_diseased\nKim,7,1,2,3,4,99\n")
    specs = {"id": CovariateSpec("note"), "n_diseased": CovariateSpec("continuous")}
    assert list(read_table(path, covariates=specs).covariates) == ["n_diseased"]


def test_a_declared_column_may_play_a_role_by_hand_too(write, refusal):
    path = write(f"{HEADER},cases\nKim,1,2,3,4,5\n")
    options = {"covariates": {"cases": CovariateSpec("note")}, "columns": {"n_diseased": "cases"}}
    assert "tp + fn = 1 + 3 = 4 differs from n_diseased = 5" in refusal(path, **options)
    options = {"covariates": {"cases": CovariateSpec("continuous")}, "columns": {"tp": "cases"}}
    path = write("study,cases,fp,fn,tn\nKim,1,2,3,4\n")
    assert list(read_table(path, **options).covariates) == ["cases"]


def test_a_declared_column_must_exist_and_hold_what_it_says(write, refusal):
    path = write(f"{HEADER},year\nKim,1,2,3,4,2001\nLee,1,2,3,4,about 2003\n")
    assert refusal(path, covariates={"yaer": CovariateSpec("continuous")}) == (
        'studies.csv: there is no column "yaer" (declared as a covariate); found: study, tp, fp, '
        'fn, tn, year; did you mean "year"?'
    )
    assert refusal(path, covariates={"year": CovariateSpec("continuous")}).startswith(
        'studies.csv, row 3 ("Lee"): year = "about 2003" is not a number; correct it'
    )


def test_the_hash_is_of_the_bytes_of_the_file(write):
    data = f"{HEADER}\r\nKim,1,2,3,4\r\n".encode()
    table = read_table(write(data))
    assert table.sha256 == hashlib.sha256(data).hexdigest()
    assert table.source == "studies.csv"


def test_a_long_table_is_read_in_seconds(write):
    lines = [
        f"Study {i},{i % 97},3,{i % 11},5,{1990 + i % 30},{i % 97 + i % 11}\n"
        for i in range(100_000)
    ]
    path = write(f"{HEADER},year,n_diseased\n{''.join(lines)}")
    start = time.process_time()
    table = read_table(path)
    seconds = time.process_time() - start
    assert table.n_studies == 100_000
    assert int(table.tp.sum()) == sum(i % 97 for i in range(100_000))
    # About 0.8 s; an accidental step from linear to quadratic would cost minutes.
    assert seconds < 5


@pytest.mark.parametrize("header", ["study,Sens,Spec,n", "study,tp,n_diseased,fp,n_nondiseased"])
def test_figures_in_place_of_counts_are_told_how_they_are_read(write, refusal, header):
    cells = ",".join("1" for _ in header.split(",")[1:])
    said = refusal(write(f"{header}\nKim,{cells}\n"))
    assert "such as reported_sens, reported_spec" in said
    assert "`metadx audit`" in said
