import copy
import hashlib
import pickle

import numpy as np
import pytest

from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous


def table(**changes):
    content = {
        "study": ["Lee 2003", "Kim 2019"],
        "tp": [68, 31],
        "fp": [14, 0],
        "fn": [35, 2],
        "tn": [132, 9],
    }
    return AccuracyTable.from_counts(**content | changes)


def refusal(**changes):
    with pytest.raises(DataError) as caught:
        table(**changes)
    return str(caught.value)


def test_counts_are_read_only_copies_of_int64():
    given = np.array([68, 31])
    made = table(tp=given)
    given[0] = 0
    assert made.tp.tolist() == [68, 31]
    for name in ("tp", "fp", "fn", "tn"):
        column = getattr(made, name)
        assert column.dtype == np.int64
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_group_sizes_are_sums_of_counts():
    made = table()
    assert made.n_studies == 2
    assert made.n_diseased.tolist() == [103, 33]
    assert made.n_nondiseased.tolist() == [146, 9]


def test_fields_cannot_be_replaced_and_covariates_cannot_be_changed():
    made = table()
    with pytest.raises(AttributeError):
        made.tp = np.array([1, 2])
    with pytest.raises(TypeError):
        made.covariates["x"] = Continuous("x", [1.0, 2.0])


def test_a_label_is_stripped_and_composed():
    assert table(study=["  Mu\N{COMBINING DIAERESIS}ller\n2003 ", "Kim"]).study[0] == "Müller 2003"


def test_two_equal_labels_name_both_rows_and_the_covariate_that_tells_them_apart():
    tests = Categorical("test", ("CT", "MRI"), ("CT", "MRI"), "CT")
    assert refusal(study=["Kim", "Kim "], covariates={"test": tests}) == (
        'table: rows 1 and 2 have the same label "Kim"; make the label of several columns, which '
        'tells them apart: --label study,test or [columns] label = ["study", "test"] in '
        "review.toml."
    )


def test_labels_that_differ_in_unicode_form_only_are_equal():
    assert 'rows 1 and 2 have the same label "é"' in refusal(
        study=["é", "e\N{COMBINING ACUTE ACCENT}"]
    )


@pytest.mark.parametrize("label", ["", "  ", "\N{ZERO WIDTH SPACE}"])
def test_an_empty_label_is_refused(label):
    assert refusal(study=["Lee", label]) == (
        "table, row 2: the label (study) is empty; give every study a name."
    )


def test_zero_studies_are_refused():
    assert refusal(study=[], tp=[], fp=[], fn=[], tn=[]) == (
        "table: the table has no studies; give at least one row."
    )


def test_every_bad_count_is_named_at_once():
    assert refusal(tp=[68.5, 31], tn=[132, -9], source="studies.csv") == (
        "studies.csv: 2 problems\n"
        '  row 1 ("Lee 2003"): tp = 68.5 is not a whole number; correct the count.\n'
        '  row 2 ("Kim 2019"): tn = -9 is negative; correct the count.'
    )


def test_no_more_than_ten_problems_are_listed():
    n = 13
    with pytest.raises(DataError) as caught:
        AccuracyTable.from_counts([str(i) for i in range(n)], [-1] * n, *([[1] * n] * 3))
    lines = str(caught.value).splitlines()
    assert lines[0] == "table: 13 problems"
    assert len(lines) == 12
    assert lines[-1] == "  and 3 more."


def test_one_empty_arm_is_kept_and_two_are_refused():
    assert table(fp=[14, 0], tn=[132, 0]).n_nondiseased.tolist() == [146, 0]
    assert refusal(tp=[0, 31], fp=[0, 0], fn=[0, 2], tn=[0, 9]) == (
        'table, row 1 ("Lee 2003"): tp, fp, fn and tn are all 0: nobody was studied; correct the '
        "counts or drop the row."
    )


def test_counts_may_reach_two_to_the_31_without_overflow():
    made = table(tp=[2**31, 31], fn=[2**31, 2])
    assert made.n_diseased[0] == 2**32


def test_group_sizes_are_compared_row_by_row():
    assert refusal(n_diseased=[103, 28], source="studies.csv", rows=[2, 7]) == (
        'studies.csv, row 7 ("Kim 2019"): tp = 31 exceeds n_diseased = 28; check the columns '
        "tp, fn."
    )
    assert refusal(n_diseased=[30, 33]) == (
        'table, row 1 ("Lee 2003"): tp = 68 exceeds n_diseased = 30; check the columns tp, fn.'
    )
    assert refusal(n_nondiseased=[140, 8]) == (
        "table: 2 problems\n"
        '  row 1 ("Lee 2003"): fp + tn = 14 + 132 = 146 differs from n_nondiseased = 140; check '
        "the columns fp, tn, n_nondiseased.\n"
        '  row 2 ("Kim 2019"): tn = 9 exceeds n_nondiseased = 8; check the columns fp, tn.'
    )


def test_group_sizes_that_agree_or_are_missing_pass():
    assert table(n_diseased=[103, float("nan")], n_nondiseased=[None, 9]) == table()
    assert "n_diseased = 1.5 is not a whole number" in refusal(n_diseased=[1.5, 33])


def test_columns_of_another_length_are_refused():
    assert refusal(tp=[1, 2, 3]) == (
        "table: tp has shape (3,); wanted one count for each of 2 studies."
    )
    assert refusal(covariates={"x": Continuous("x", [1.0])}) == (
        'table: covariate "x" has 1 values; wanted one for each of the 2 studies.'
    )
    assert 'the covariate under "y" is named "x"' in refusal(
        covariates={"y": Continuous("x", [1.0, 2.0])}
    )
    assert 'covariate "x" must be a Categorical or a Continuous' in refusal(
        covariates={"x": [1.0, 2.0]}
    )


def test_equality_is_of_content():
    year = {"year": Continuous("year", [2003.0, np.nan])}
    assert table() == table(source="other.csv", sha256="0" * 64)
    assert hash(table()) == hash(table(source="other.csv"))
    assert table(covariates=year) == table(covariates=dict(year))
    assert table() != table(covariates=year)
    assert table() != table(tn=[132, 10])
    assert table() != table(study=["Lee 2003", "Kim 2020"])
    assert table() != "table"


def test_a_table_in_memory_hashes_its_canonical_text():
    year = {
        "year": Continuous("year", [2003.0, np.nan]),
        "arm": Categorical("arm", ("a", None), ("a",), "a"),
    }
    text = "study,tp,fp,fn,tn,arm,year\nLee 2003,68,14,35,132,a,2003.0\nKim 2019,31,0,2,9,,\n"
    assert table(covariates=year).sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert table(sha256="abc").sha256 == "abc"


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_are_equal_and_frozen(clone):
    made = table(covariates={"year": Continuous("year", [2003.0, 2019.0])}, source="a.csv")
    other = clone(made)
    assert other == made
    assert (other.source, other.sha256) == (made.source, made.sha256)
    assert not other.tp.flags.writeable


def test_repr_says_how_much_there_is():
    year = {"year": Continuous("year", [2003.0, 2019.0])}
    assert repr(table(covariates=year, source="a.csv")) == (
        "AccuracyTable(2 studies, 136 diseased, 155 non-diseased, covariates year, from a.csv)"
    )
